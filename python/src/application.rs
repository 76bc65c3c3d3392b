//! Una aplicación de Python, como una de Rust.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use pasarela::{Body, Environ, Error, Result, Writer};
use pyo3::exceptions::PyOSError;
use pyo3::prelude::*;

use crate::body;
use crate::environ::EnvironMaker;
use crate::errors::Errors;
use crate::fault;
use crate::held::Held;
use crate::input::Input;
use crate::start_response::StartResponse;

/// El invocable de Python, con lo que hace falta para llamarlo.
pub(crate) struct PythonApplication(Held<Parts>);

struct Parts {
    callable: Py<PyAny>,
    maker: EnvironMaker,
    recycling: Option<Recycling>,
}

/// A quién se avisa cuando el proceso ya atendió bastante.
pub(crate) struct Recycling {
    left: AtomicU64,
    notice: Py<PyAny>,
}

impl PythonApplication {
    pub(crate) fn new(
        callable: Py<PyAny>,
        maker: EnvironMaker,
        recycling: Option<Recycling>,
    ) -> Self {
        Self(Held::new(Parts { callable, maker, recycling }))
    }
}

impl pasarela::Application for PythonApplication {
    fn call(&self, environ: &mut Environ, start: pasarela::StartResponse<'_>) -> Result<Body> {
        // El hilo ya es de Python: aquí solo espera su turno.
        let called = Python::try_attach(|py| self.0.call(py, environ, start));
        called.unwrap_or_else(|| Err(Error::new("el intérprete está terminando")))
    }
}

impl Parts {
    fn call(
        &self,
        py: Python<'_>,
        environ: &mut Environ,
        start: pasarela::StartResponse<'_>,
    ) -> Result<Body> {
        let errors = Errors::of(environ);
        let told = |error: PyErr| fault::to_rust(py, &error, &errors);
        if let Some(recycling) = &self.recycling {
            recycling.count(py).map_err(told)?;
        }
        let (dict, input) = self.maker.make(py, environ, &errors).map_err(told)?;
        let writer = environ.remove_extension::<Writer>();
        let state = Bound::new(py, StartResponse::new(writer)).map_err(told)?;
        let result = self.callable.bind(py).call1((dict, &state));
        let body = result.and_then(|result| body::of_result(&result, &state, &errors));
        let body = body.map_err(|error| blame(py, &error, input.get(), state.get(), &errors));
        state.get().stop_writing();
        if body.is_ok() || state.get().is_sent() {
            state.get().tell(start)?;
        }
        body
    }
}

impl Recycling {
    /// Llama a `notice`, una vez, al llegar la petición número `after`.
    pub(crate) fn new(after: u64, notice: Py<PyAny>) -> Self {
        Self { left: AtomicU64::new(after), notice }
    }

    fn count(&self, py: Python<'_>) -> PyResult<()> {
        let left = self.left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1));
        if left == Ok(1) {
            self.notice.call0(py)?;
        }
        Ok(())
    }
}

/// De quién es la culpa: si lo que falló fue leer el cuerpo o escribir la respuesta, del otro lado.
fn blame(
    py: Python<'_>,
    error: &PyErr,
    input: &Input,
    state: &StartResponse,
    errors: &Errors,
) -> Error {
    let is_network = error.is_instance_of::<PyOSError>(py);
    match input.take_failure().filter(|_| is_network) {
        Some(cause) => Error::from(cause),
        None if is_network && state.is_broken() => Error::new(error.to_string()),
        None => fault::to_rust(py, error, errors),
    }
}
