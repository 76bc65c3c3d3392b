//! `start_response`, y el `write()` que devuelve (PEP 3333, «The start_response() Callable»).

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pasarela::Writer;
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
    /// Por dónde sale lo que se da a `write()`, hasta que la aplicación vuelve.
    writer: Option<Writer>,
    /// Lo que se le dio después, que PEP 3333 no permite, y todavía no se entregó.
    written: Vec<u8>,
    /// Si no se pudo enviar, porque el cliente se fue o no lo tomaba.
    is_broken: bool,
}

struct Head {
    status: String,
    headers: Vec<(String, String)>,
}

impl StartResponse {
    pub(crate) fn new(writer: Option<Writer>) -> Self {
        Self(Mutex::new(State { writer, ..State::default() }))
    }

    /// La aplicación volvió. Lo que se escriba desde ahora va en su orden, con lo que dé su iterable.
    pub(crate) fn stop_writing(&self) {
        self.state().writer = None;
    }

    /// Si lo que se dio a `write()` no se pudo enviar.
    pub(crate) fn is_broken(&self) -> bool {
        self.state().is_broken
    }

    pub(crate) fn is_started(&self) -> bool {
        self.state().head.is_some()
    }

    /// Si ya salió un byte.
    pub(crate) fn is_sent(&self) -> bool {
        self.state().is_sent
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

    /// Vuelve cuando lo que se le da va hacia el cliente, y lo espera con el intérprete suelto.
    fn write(&self, py: Python<'_>, data: &Bound<'_, PyBytes>) -> PyResult<()> {
        let data = data.as_bytes();
        let Some(writer) = self.state().writer_for(data)? else { return Ok(()) };
        py.detach(|| writer.write(data)).map_err(|error| self.blame(error))
    }
}

impl State {
    /// Por dónde sale `data`; `None` si se queda aquí.
    fn writer_for(&mut self, data: &[u8]) -> PyResult<Option<Writer>> {
        let Some(head) = &self.head else {
            return Err(PyAssertionError::new_err("write() va después de llamar a start_response"));
        };
        if data.is_empty() {
            return Ok(None);
        }
        if let Some(writer) = self.writer.as_ref().filter(|_| !self.is_sent) {
            // Nadie escribe todavía: aquí no se espera.
            let started = writer.start(&head.status, &head.borrowed());
            started.map_err(|refused| PyValueError::new_err(refused.to_string()))?;
        }
        self.is_sent = true;
        if self.writer.is_none() {
            self.written.extend_from_slice(data);
        }
        Ok(self.writer.clone())
    }
}

impl StartResponse {
    /// Lo que excede la longitud declarada es un error de quien escribe; lo demás, de la red.
    fn blame(&self, error: io::Error) -> PyErr {
        if error.kind() == io::ErrorKind::InvalidInput {
            return PyValueError::new_err(error.to_string());
        }
        self.state().is_broken = true;
        error.into()
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
