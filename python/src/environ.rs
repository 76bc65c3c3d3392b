//! El `environ` de Python: un `dict` de textos (PEP 3333, «environ Variables»).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use pasarela::Environ;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::errors::Errors;
use crate::file_wrapper::FileWrapper;
use crate::input::Input;
use crate::native;

/// Quien hace el `environ` de cada petición.
pub(crate) struct EnvironMaker {
    /// Lo que es igual en todas.
    template: Py<PyDict>,
    /// Los nombres de siempre, hechos una vez. Los que inventa un cliente no se guardan.
    names: HashMap<&'static str, Py<PyString>, BuildHasherDefault<Quick>>,
    no_input: Py<Input>,
    /// Hasta cuántos bytes de cuerpo llegan antes de llamar a la aplicación.
    small_body: u64,
}

/// Los nombres de casi todas las peticiones.
const NAMES: [&str; 27] = [
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "REQUEST_URI",
    "SERVER_PROTOCOL",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_SOFTWARE",
    "GATEWAY_INTERFACE",
    "REMOTE_ADDR",
    "REMOTE_PORT",
    "CONTENT_TYPE",
    "CONTENT_LENGTH",
    "HTTP_HOST",
    "HTTP_USER_AGENT",
    "HTTP_ACCEPT",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_CACHE_CONTROL",
    "HTTP_CONNECTION",
    "HTTP_COOKIE",
    "HTTP_ORIGIN",
    "HTTP_REFERER",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "wsgi.url_scheme",
];

/// Para buscar entre esos nombres: no hay quien elija los que están, y el de siempre cuesta más que crearlos.
#[derive(Default)]
struct Quick(u64);

impl Hasher for Quick {
    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let word = word.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
            self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl EnvironMaker {
    pub(crate) fn new(
        py: Python<'_>,
        is_multithread: bool,
        is_multiprocess: bool,
        small_body: usize,
    ) -> PyResult<Self> {
        let template = PyDict::new(py);
        template.set_item("wsgi.version", (1, 0))?;
        template.set_item("wsgi.errors", Errors::default().into_pyobject(py)?)?;
        template.set_item("wsgi.multithread", is_multithread)?;
        template.set_item("wsgi.multiprocess", is_multiprocess)?;
        template.set_item("wsgi.run_once", false)?;
        template.set_item("wsgi.input_terminated", true)?;
        template.set_item("wsgi.file_wrapper", py.get_type::<FileWrapper>())?;
        let name = |name| (name, PyString::intern(py, name).unbind());
        Ok(Self {
            template: template.unbind(),
            names: NAMES.into_iter().map(name).collect(),
            no_input: Py::new(py, Input::new(pasarela::InputStream::empty(), false))?,
            small_body: small_body as u64,
        })
    }

    /// El `environ` de una petición, y su cuerpo, que le quita a la otra.
    pub(crate) fn make<'py>(
        &self,
        py: Python<'py>,
        environ: &mut Environ,
        errors: &Errors,
    ) -> PyResult<(Bound<'py, PyDict>, Bound<'py, Input>)> {
        // Una copia de un `dict` es un `dict`: PEP 3333 pide que lo sea, y no uno parecido.
        let dict = self.template.bind(py).copy()?;
        for (name, value) in environ.iter() {
            if dict_has_own(name) {
                continue;
            }
            let value = match value.is_ascii() {
                true => PyString::new(py, value),
                false => native::decode(py, environ.get_bytes(name).unwrap_or_default()),
            };
            match self.names.get(name) {
                Some(known) => dict.set_item(known.bind(py), value)?,
                None => dict.set_item(PyString::new(py, name), value)?,
            }
        }
        if errors.is_own() {
            dict.set_item(intern!(py, "wsgi.errors"), errors.clone().into_pyobject(py)?)?;
        }
        let input = self.input(py, environ)?;
        dict.set_item(intern!(py, "wsgi.input"), &input)?;
        Ok((dict, input))
    }

    fn input<'py>(&self, py: Python<'py>, environ: &mut Environ) -> PyResult<Bound<'py, Input>> {
        let is_chunked = environ.get("HTTP_TRANSFER_ENCODING").is_some();
        let length = environ.content_length();
        if length.unwrap_or(0) == 0 && !is_chunked {
            return Ok(self.no_input.bind(py).clone());
        }
        let may_wait = length.is_none_or(|length| length > self.small_body);
        Bound::new(py, Input::new(environ.take_input(), may_wait))
    }
}

/// Si la variable está ya en la plantilla, con su tipo de Python.
fn dict_has_own(name: &str) -> bool {
    name.starts_with("wsgi.") && name != "wsgi.url_scheme"
}
