//! `start_response`, y el `write()` que devuelve (PEP 3333, «The start_response() Callable»).

use std::sync::{Mutex, MutexGuard, PoisonError};

use pasarela::validate::check_head;
use pyo3::exceptions::{PyAssertionError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyTuple};

use crate::native;

/// El `start_response` de una petición.
#[pyclass(frozen, module = "pasarela")]
#[derive(Default)]
pub(crate) struct StartResponse(Mutex<State>);

#[derive(Default)]
struct State {
    head: Option<Head>,
    /// Si ya salió un byte: desde entonces no hay vuelta atrás.
    is_sent: bool,
    /// Lo que se dio a `write()` y todavía no se entregó.
    written: Vec<u8>,
}

struct Head {
    status: String,
    headers: Vec<(String, String)>,
}

impl StartResponse {
    pub(crate) fn is_started(&self) -> bool {
        self.state().head.is_some()
    }

    /// Dice que el primer byte sale ya.
    pub(crate) fn send(&self) {
        self.state().is_sent = true;
    }

    /// Lo que se dio a `write()` desde la última vez.
    pub(crate) fn take_written(&self) -> Vec<u8> {
        std::mem::take(&mut self.state().written)
    }

    pub(crate) fn has_written(&self) -> bool {
        !self.state().written.is_empty()
    }

    /// Dice al servidor lo que dijo la aplicación; si no dijo nada, tampoco.
    pub(crate) fn tell(&self, start: pasarela::StartResponse<'_>) -> pasarela::Result<()> {
        let state = self.state();
        let Some(head) = &state.head else { return Ok(()) };
        Ok(start(&head.status, &head.borrowed())?)
    }

    /// Con este cerrojo no se ejecuta nada de Python.
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl StartResponse {
    #[pyo3(signature = (status, headers, exc_info = None, /))]
    fn __call__<'py>(
        slf: &Bound<'py, Self>,
        status: &Bound<'py, PyAny>,
        headers: &Bound<'py, PyAny>,
        exc_info: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let is_sent = slf.get().state().is_sent;
        match exc_info {
            Some(exc_info) if is_sent => return Err(PyErr::from_value(exc_info.get_item(1)?)),
            None if slf.get().is_started() => {
                return Err(PyAssertionError::new_err(
                    "start_response ya se llamó en esta petición; para cambiar la respuesta por un error, pasa exc_info",
                ));
            }
            _ => {}
        }
        let head = Head::read(status, headers)?;
        slf.get().state().head = Some(head);
        slf.getattr(intern!(slf.py(), "write"))
    }

    fn write(&self, data: &Bound<'_, PyBytes>) {
        let data = data.as_bytes();
        let mut state = self.state();
        state.written.extend_from_slice(data);
        state.is_sent |= !data.is_empty();
    }
}

impl Head {
    fn read(status: &Bound<'_, PyAny>, headers: &Bound<'_, PyAny>) -> PyResult<Self> {
        let Ok(list) = headers.cast::<PyList>() else {
            return Err(PyTypeError::new_err("start_response: los encabezados van en una lista"));
        };
        let status = native::text(status, "start_response: el estado")?;
        let headers = list.iter().map(|pair| header(&pair)).collect::<PyResult<_>>()?;
        let head = Self { status, headers };
        match check_head(&head.status, &head.borrowed()) {
            Ok(()) => Ok(head),
            Err(refused) => Err(PyValueError::new_err(refused.to_string())),
        }
    }

    fn borrowed(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (&**name, &**value)).collect()
    }
}

fn header(pair: &Bound<'_, PyAny>) -> PyResult<(String, String)> {
    let pair = pair.cast::<PyTuple>().ok().filter(|pair| pair.len() == 2);
    let Some(pair) = pair else {
        return Err(PyTypeError::new_err(
            "start_response: cada encabezado es una tupla con su nombre y su valor",
        ));
    };
    let name = native::text(&pair.get_item(0)?, "start_response: el nombre de un encabezado")?;
    let value = native::text(&pair.get_item(1)?, "start_response: el valor de un encabezado")?;
    Ok((name, value))
}
