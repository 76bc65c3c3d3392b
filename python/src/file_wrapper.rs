//! `wsgi.file_wrapper` (PEP 3333, «Optional Platform-Specific File Handling»).

use std::fs::File;
use std::io::{Seek, SeekFrom};

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;

use crate::held::close;

/// Un archivo que se devuelve como cuerpo. Recorrido, da bloques; devuelto tal cual al servidor, va del disco
/// a la red sin pasar por Python.
#[pyclass(frozen, module = "pasarela")]
pub(crate) struct FileWrapper {
    filelike: Py<PyAny>,
    block_size: usize,
}

impl FileWrapper {
    /// El mismo archivo, abierto otra vez donde está; `None` si no es uno de los de `open()` o no se puede, y
    /// entonces se recorre. Hacer un archivo de un número de descriptor sería `unsafe`; abrirlo por su nombre en
    /// `/proc`, que solo hay en Linux, no. El `/dev/fd` de macOS no lo abre otra vez: da el mismo, con la
    /// posición a medias con quien lo tiene.
    pub(crate) fn reopen(&self, py: Python<'_>) -> Option<File> {
        if !cfg!(target_os = "linux") {
            return None;
        }
        let filelike = self.filelike.bind(py);
        is_plain(filelike).ok().filter(|is_plain| *is_plain)?;
        let number: u32 = filelike.call_method0(intern!(py, "fileno")).ok()?.extract().ok()?;
        let position: u64 = filelike.call_method0(intern!(py, "tell")).ok()?.extract().ok()?;
        let mut file = File::open(format!("/proc/self/fd/{number}")).ok()?;
        file.metadata().ok().filter(|metadata| metadata.is_file())?;
        file.seek(SeekFrom::Start(position)).ok()?;
        Some(file)
    }
}

/// Si leerlo es leer su descriptor. El de un `gzip` lo es del archivo comprimido, y quien hereda de un archivo puede
/// leer otra cosa.
fn is_plain(filelike: &Bound<'_, PyAny>) -> PyResult<bool> {
    let io = filelike.py().import("io")?;
    let is = |what: &Bound<'_, PyAny>, name| Ok::<_, PyErr>(what.get_type().is(&io.getattr(name)?));
    let is_buffered = is(filelike, "BufferedReader")? || is(filelike, "BufferedRandom")?;
    match is_buffered {
        true => is(&filelike.getattr("raw")?, "FileIO"),
        false => is(filelike, "FileIO"),
    }
}

#[pymethods]
impl FileWrapper {
    /// `block_size` es cuánto se lee de una vez, en bytes; si nadie lo dice, lo que `wsgiref`.
    #[new]
    #[pyo3(signature = (filelike, block_size = 8192))]
    fn new(filelike: Bound<'_, PyAny>, block_size: usize) -> PyResult<Self> {
        if filelike.getattr_opt(intern!(filelike.py(), "read"))?.is_none() {
            return Err(PyTypeError::new_err("file_wrapper: hace falta un objeto con read()"));
        }
        Ok(Self { filelike: filelike.unbind(), block_size })
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        let filelike = self.filelike.bind(py);
        let block = filelike.call_method1(intern!(py, "read"), (self.block_size,))?;
        Ok(block.is_truthy()?.then_some(block))
    }

    fn close(&self, py: Python<'_>) -> PyResult<()> {
        close(self.filelike.bind(py))
    }
}
