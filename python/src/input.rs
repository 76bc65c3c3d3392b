//! `wsgi.input` (PEP 3333, «Input and Error Streams»): termina donde termina el cuerpo.

use std::io::{self, BufRead, Read};
use std::sync::{Mutex, MutexGuard, PoisonError};

use pasarela::InputStream;
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList};

/// Lo que se reserva, como mucho, antes de saber cuánto llega, en bytes.
const BLOCK: usize = 64 * 1024;

/// El cuerpo de la petición.
#[pyclass(frozen, module = "pasarela")]
pub(crate) struct Input {
    source: Mutex<InputStream>,
    /// Si puede hacer falta esperar a la red.
    may_wait: bool,
    failure: Mutex<Option<io::Error>>,
}

impl Input {
    pub(crate) fn new(source: InputStream, may_wait: bool) -> Self {
        Self { source: Mutex::new(source), may_wait, failure: Mutex::default() }
    }

    /// Por qué no se pudo leer, si no se pudo.
    pub(crate) fn take_failure(&self) -> Option<io::Error> {
        lock(&self.failure).take()
    }

    /// Lee, con el intérprete suelto si puede haber que esperar. El cerrojo se pide después de soltarlo: en
    /// el orden contrario, dos hilos se esperarían el uno al otro.
    fn with<T: Send>(
        &self,
        py: Python<'_>,
        read: impl FnOnce(&mut InputStream) -> io::Result<T> + Send,
    ) -> PyResult<T> {
        let run = || read(&mut lock(&self.source));
        let result = if self.may_wait { py.detach(run) } else { run() };
        result.map_err(|error| {
            let shown = PyOSError::new_err(error.to_string());
            lock(&self.failure).get_or_insert(error);
            shown
        })
    }

    fn line(&self, py: Python<'_>, limit: u64) -> PyResult<Vec<u8>> {
        self.with(py, move |source| {
            let mut line = Vec::new();
            source.take(limit).read_until(b'\n', &mut line)?;
            Ok(line)
        })
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `None` y los negativos son «todo».
fn limit(size: Option<i64>) -> u64 {
    size.and_then(|size| u64::try_from(size).ok()).unwrap_or(u64::MAX)
}

#[pymethods]
impl Input {
    #[pyo3(signature = (size = None, /))]
    fn read<'py>(&self, py: Python<'py>, size: Option<i64>) -> PyResult<Bound<'py, PyBytes>> {
        let limit = limit(size);
        let bytes = self.with(py, move |source| {
            let expected = usize::try_from(limit).unwrap_or(usize::MAX).min(BLOCK);
            let mut bytes = Vec::with_capacity(expected);
            source.take(limit).read_to_end(&mut bytes)?;
            Ok(bytes)
        })?;
        Ok(PyBytes::new(py, &bytes))
    }

    #[pyo3(signature = (size = None, /))]
    fn readline<'py>(&self, py: Python<'py>, size: Option<i64>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.line(py, limit(size))?))
    }

    #[pyo3(signature = (hint = None, /))]
    fn readlines<'py>(&self, py: Python<'py>, hint: Option<i64>) -> PyResult<Bound<'py, PyList>> {
        // Como en `io`, 0 también es «todas».
        let hint = limit(hint.filter(|hint| *hint > 0));
        let (lines, mut total) = (PyList::empty(py), 0);
        while total < hint {
            let line = self.line(py, u64::MAX)?;
            if line.is_empty() {
                break;
            }
            total += line.len() as u64;
            lines.append(PyBytes::new(py, &line))?;
        }
        Ok(lines)
    }

    fn __iter__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyBytes>>> {
        let line = self.line(py, u64::MAX)?;
        Ok((!line.is_empty()).then(|| PyBytes::new(py, &line)))
    }
}
