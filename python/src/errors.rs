//! `wsgi.errors` (PEP 3333, «Input and Error Streams»).

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use pasarela::{Environ, ErrorStream};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

/// La salida de errores de Python, la que sea en cada momento: un programa puede cambiarla. Por FastCGI, lo que
/// se escribe va además al registro del servidor web.
#[pyclass(frozen, module = "pasarela")]
#[derive(Clone, Default)]
pub(crate) struct Errors {
    copy: Option<Arc<Mutex<ErrorStream>>>,
}

impl Errors {
    /// La de una petición.
    pub(crate) fn of(environ: &mut Environ) -> Self {
        let copy = environ.errors().copy_only();
        Self { copy: copy.map(|copy| Arc::new(Mutex::new(copy))) }
    }

    /// Si no es como la de todas.
    pub(crate) fn is_own(&self) -> bool {
        self.copy.is_some()
    }

    /// Escribe la traza de una excepción, entera.
    pub(crate) fn show(&self, py: Python<'_>, error: &PyErr) {
        // De una vez: escrita por partes, se mezclaría con las de otros hilos.
        let shown = trace(py, error).and_then(|text| self.write(&text));
        if shown.is_err() {
            error.display(py);
        }
    }

    /// Deja en la copia un texto que ya se escribió. Con este cerrojo no se espera a nadie.
    fn note(&self, text: &Bound<'_, PyString>) -> PyResult<()> {
        let Some(copy) = &self.copy else { return Ok(()) };
        // Como en la salida de errores, lo que no se puede escribir se escapa.
        let bytes =
            text.call_method1(intern!(text.py(), "encode"), ("utf-8", "backslashreplace"))?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        copy.lock().unwrap_or_else(PoisonError::into_inner).write_all(bytes)?;
        Ok(())
    }
}

#[pymethods]
impl Errors {
    #[pyo3(signature = (text, /))]
    fn write(&self, text: &Bound<'_, PyString>) -> PyResult<usize> {
        self.note(text)?;
        if let Some(stderr) = stderr(text.py())? {
            stderr.call_method1(intern!(text.py(), "write"), (text,))?;
        }
        text.len()
    }

    /// De una vez: escritas por separado, se mezclarían con las de otros hilos.
    #[pyo3(signature = (lines, /))]
    fn writelines(&self, lines: &Bound<'_, PyAny>) -> PyResult<()> {
        self.write(&join(lines)?).map(drop)
    }

    fn flush(&self, py: Python<'_>) -> PyResult<()> {
        match stderr(py)? {
            Some(stderr) => stderr.call_method0(intern!(py, "flush")).map(drop),
            None => Ok(()),
        }
    }

    /// Lo demás que se le pregunta a una salida (`encoding`, `isatty`) es de ella.
    fn __getattr__<'py>(&self, name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
        name.py().import("sys")?.getattr("stderr")?.getattr(name)
    }
}

/// `sys.stderr`, que puede faltar en un programa sin terminal.
fn stderr(py: Python<'_>) -> PyResult<Option<Bound<'_, PyAny>>> {
    let stderr = py.import("sys")?.getattr(intern!(py, "stderr"))?;
    Ok((!stderr.is_none()).then_some(stderr))
}

fn trace<'py>(py: Python<'py>, error: &PyErr) -> PyResult<Bound<'py, PyString>> {
    let traceback = py.import("traceback")?;
    let parts = (error.get_type(py), error.value(py), error.traceback(py));
    join(&traceback.call_method1("format_exception", parts)?)
}

fn join<'py>(texts: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyString>> {
    let empty = PyString::new(texts.py(), "");
    Ok(empty.call_method1(intern!(texts.py(), "join"), (texts,))?.cast_into()?)
}
