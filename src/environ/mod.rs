//! El diccionario de la petición: las variables de CGI (RFC 3875 §4.1) y las de PEP 3333
//! («environ Variables»), en el orden en que la pasarela las puso.
//!
//! Se llena y se vacía una vez por petición, así que guarda juntos todos los textos. No sabe de HTTP: quien traduce una petición a variables es cada pasarela.

mod texts;
mod fill;
mod extensions;
mod collection;
mod client;

use std::fmt;

pub use self::client::Client;
pub(crate) use self::client::Presence;
use self::extensions::Extensions;
pub(crate) use self::fill::{Adopted, Joining, Value};
use self::texts::{Text, Texts};
use crate::input::{ErrorStream, InputStream};

/// El `environ` de una petición.
///
/// Se parece a un diccionario de cadenas. `wsgi.input` y `wsgi.errors` no son texto: se piden con
/// [`input`](Self::input) y [`errors`](Self::errors).
///
/// Un valor puede traer bytes que no son UTF-8, por ejemplo `%FF` en la ruta. [`get`](Self::get)
/// muestra entonces `�` en su lugar y [`get_bytes`](Self::get_bytes) da los bytes exactos.
///
/// # Examples
///
/// ```
/// use pasarela::Environ;
///
/// let environ = Environ::from([("REQUEST_METHOD", "GET"), ("HTTP_USER_AGENT", "curl/8")]);
///
/// assert_eq!(environ.get("REQUEST_METHOD"), Some("GET"));
/// assert_eq!(environ.header("User-Agent"), Some("curl/8"));
/// assert_eq!(environ.content_length(), None);
/// ```
///
/// El de una petición, como lo llena un servidor:
///
/// ```
/// use pasarela::testing;
///
/// let environ = testing::post("/saludo/A%20da?idioma=es").body("hola").environ();
///
/// assert_eq!(environ.method(), "POST");
/// assert_eq!((environ.script_name(), environ.path_info()), ("", "/saludo/A da"));
/// assert_eq!(environ.query_string(), "idioma=es");
/// assert_eq!((environ.content_type(), environ.content_length()), (None, Some(4)));
/// assert_eq!((environ.server_name(), environ.server_port()), ("localhost", Some(8000)));
/// assert_eq!((environ.url_scheme(), environ.server_protocol()), ("http", "HTTP/1.1"));
/// assert_eq!(environ.remote_addr(), Some("127.0.0.1"));
/// ```
#[derive(Default)]
pub struct Environ {
    texts: Texts,
    entries: Vec<Entry>,
    input: InputStream,
    errors: ErrorStream,
    extensions: Extensions,
    client: Client,
    /// Cuánto medía `SCRIPT_NAME` cuando una aplicación repartió la ruta.
    routed: Option<usize>,
}

#[derive(Clone, Copy)]
struct Entry {
    key: Text,
    value: Text,
}

/// Hasta cuántas variables se conserva su sitio.
const KEPT_ENTRIES: usize = 128;

impl Environ {
    /// Un `environ` vacío, para pasarelas y pruebas.
    pub fn new() -> Self {
        Self::default()
    }

    /// El valor de una variable.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.position(key).map(|at| self.texts.resolve(self.entries[at].value))
    }

    /// Los bytes exactos de una variable, también si no son UTF-8.
    pub fn get_bytes(&self, key: &str) -> Option<&[u8]> {
        self.position(key).map(|at| self.texts.exact(self.entries[at].value))
    }

    /// Pone una variable, o cambia su valor.
    pub fn insert(&mut self, key: impl AsRef<str>, value: impl AsRef<str>) {
        let value = self.texts.store(value.as_ref());
        self.put(key.as_ref(), value);
    }

    /// Pone una variable cuyo valor puede no ser UTF-8.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut environ = pasarela::Environ::new();
    /// environ.insert_bytes("PATH_INFO", b"/\xFF");
    /// assert_eq!(environ.get("PATH_INFO"), Some("/�"));
    /// assert_eq!(environ.get_bytes("PATH_INFO"), Some(&b"/\xFF"[..]));
    /// ```
    pub fn insert_bytes(&mut self, key: impl AsRef<str>, value: &[u8]) {
        let value = self.texts.store_bytes(value);
        self.put(key.as_ref(), value);
    }

    fn put(&mut self, key: &str, value: Text) {
        match self.position(key) {
            Some(at) => self.entries[at].value = value,
            None => {
                let key = self.texts.store(key);
                self.entries.push(Entry { key, value });
            }
        }
    }

    /// Quita una variable y devuelve el valor que tenía.
    ///
    /// # Examples
    ///
    /// ```
    /// let mut environ = pasarela::Environ::new();
    /// environ.insert("REMOTE_USER", "Ada");
    /// assert_eq!(environ.remove("REMOTE_USER").as_deref(), Some("Ada"));
    /// assert_eq!(environ.get("REMOTE_USER"), None);
    /// ```
    pub fn remove(&mut self, key: &str) -> Option<String> {
        let at = self.position(key)?;
        let value = self.texts.resolve(self.entries[at].value).to_owned();
        self.entries.remove(at);
        Some(value)
    }

    /// Reparte la ruta: `script` ya está resuelto, y `path` es lo que le toca a quien sigue.
    pub(crate) fn route(&mut self, script: &[u8], path: &[u8]) {
        self.insert_bytes("SCRIPT_NAME", script);
        self.insert_bytes("PATH_INFO", path);
        self.routed = Some(script.len());
    }

    /// Si la ruta está como la repartió otra aplicación, y no como llegó.
    pub(crate) fn is_routed(&self) -> bool {
        self.routed.is_some() && self.routed == self.get_bytes("SCRIPT_NAME").map(<[u8]>::len)
    }

    /// El método: `GET`, `POST`… Distingue mayúsculas (RFC 3875 §4.1.12, RFC 9110 §9.1).
    pub fn method(&self) -> &str {
        self.get("REQUEST_METHOD").unwrap_or_default()
    }

    /// La parte de la ruta que lleva hasta la aplicación; vacía si ella es la raíz
    /// (RFC 3875 §4.1.13).
    pub fn script_name(&self) -> &str {
        self.get("SCRIPT_NAME").unwrap_or_default()
    }

    /// El resto de la ruta, ya decodificado: `/saludo/Ada` (RFC 3875 §4.1.5).
    pub fn path_info(&self) -> &str {
        self.get("PATH_INFO").unwrap_or_default()
    }

    /// Lo que sigue a `?` en la dirección, sin decodificar; vacío si no hay nada (RFC 3875 §4.1.7).
    pub fn query_string(&self) -> &str {
        self.get("QUERY_STRING").unwrap_or_default()
    }

    /// El tipo del cuerpo de la petición: `text/plain; charset=utf-8` (RFC 3875 §4.1.3).
    pub fn content_type(&self) -> Option<&str> {
        self.get("CONTENT_TYPE").filter(|value| !value.is_empty())
    }

    /// La longitud del cuerpo de la petición en bytes, si el cliente la anunció (RFC 3875 §4.1.2).
    pub fn content_length(&self) -> Option<u64> {
        self.get("CONTENT_LENGTH")?.parse().ok()
    }

    /// El nombre del servidor (RFC 3875 §4.1.14).
    pub fn server_name(&self) -> &str {
        self.get("SERVER_NAME").unwrap_or_default()
    }

    /// El puerto TCP al que llegó la petición (RFC 3875 §4.1.15).
    pub fn server_port(&self) -> Option<u16> {
        self.get("SERVER_PORT")?.parse().ok()
    }

    /// La versión del protocolo: `HTTP/1.1` (RFC 3875 §4.1.16).
    pub fn server_protocol(&self) -> &str {
        self.get("SERVER_PROTOCOL").unwrap_or_default()
    }

    /// La dirección IP de quien pregunta (RFC 3875 §4.1.8). `None` si llegó por un socket de Unix y
    /// nadie la dijo.
    pub fn remote_addr(&self) -> Option<&str> {
        self.get("REMOTE_ADDR").filter(|address| !address.is_empty())
    }

    /// `http` o `https` (PEP 3333, «environ Variables»).
    pub fn url_scheme(&self) -> &str {
        self.get("wsgi.url_scheme").unwrap_or_default()
    }

    /// Un encabezado de la petición por su nombre, sin distinguir mayúsculas (RFC 3875 §4.1.18).
    ///
    /// `header("user-agent")` lee `HTTP_USER_AGENT`; `header("content-type")`, `CONTENT_TYPE`.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.iter().find(|(key, _)| names_header(key, name));
        found.map(|(_, value)| value)
    }

    /// El cuerpo de la petición (`wsgi.input`; PEP 3333, «Input and Error Streams»).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::io::Read;
    ///
    /// let mut environ = pasarela::testing::post("/").body("Ada").environ();
    /// let mut name = String::new();
    /// environ.input().read_to_string(&mut name)?;
    /// assert_eq!(name, "Ada");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn input(&mut self) -> &mut InputStream {
        &mut self.input
    }

    /// El cuerpo de la petición, para llevárselo a un hilo o a un cuerpo de respuesta.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{Body, Environ, Result, StartResponse, testing};
    ///
    /// fn echo(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    ///     start_response("200 OK", &[("Content-Type", "application/octet-stream")])?;
    ///     Ok(Body::reader(environ.take_input()))
    /// }
    ///
    /// assert_eq!(testing::post("/").body("eco").call(&echo).text(), "eco");
    /// ```
    pub fn take_input(&mut self) -> InputStream {
        std::mem::take(&mut self.input)
    }

    /// Cambia el cuerpo de la petición: un intermediario lo limita, o lo descomprime.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{InputStream, testing};
    /// use std::io::Read;
    ///
    /// let mut environ = testing::post("/").body("demasiado").environ();
    /// let limited = environ.take_input().take(3);
    /// environ.set_input(InputStream::buffered(limited));
    ///
    /// let mut text = String::new();
    /// environ.input().read_to_string(&mut text)?;
    /// assert_eq!(text, "dem");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn set_input(&mut self, input: InputStream) {
        self.input = input;
    }

    /// A dónde escribir avisos para quien administra el servidor (`wsgi.errors`).
    pub fn errors(&mut self) -> &mut ErrorStream {
        &mut self.errors
    }

    /// Cambia el destino de los avisos: `environ.set_errors(ErrorStream::writer(archivo))`.
    pub fn set_errors(&mut self, errors: ErrorStream) {
        self.errors = errors;
    }

    /// Deja solo las variables con un nombre que cumple `keeps`.
    pub(crate) fn retain(&mut self, keeps: impl Fn(&str) -> bool) {
        let Self { texts, entries, .. } = self;
        entries.retain(|entry| keeps(texts.resolve(entry.key)));
    }

    /// Vacía el `environ` para otra petición. Conserva la memoria que casi todas necesitan, y
    /// devuelve la que pidió de más una sola.
    pub(crate) fn clear(&mut self) {
        self.texts.clear();
        self.entries.clear();
        self.entries.shrink_to(KEPT_ENTRIES);
        // Lo usual es que no haya nada que soltar, y mirarlo cuesta menos.
        if !self.input.is_empty() {
            self.input = InputStream::empty();
        }
        if !self.errors.is_default() {
            self.errors = ErrorStream::default();
        }
        self.extensions.clear();
        self.routed = None;
        self.client = Client::default();
    }

    fn position(&self, key: &str) -> Option<usize> {
        self.entries.iter().position(|entry| self.is_named(entry, key))
    }

    /// Casi todas se descartan por su longitud, sin ir a buscar su nombre.
    fn is_named(&self, entry: &Entry, key: &str) -> bool {
        match entry.key {
            Text::Fixed(name) => name == key,
            Text::Span { start, end } => {
                end - start == key.len()
                    && self.texts.text.as_bytes()[start..end] == *key.as_bytes()
            }
            name => self.texts.resolve(name) == key,
        }
    }
}

/// Si la variable `key` es la del encabezado `name`.
fn names_header(key: &str, name: &str) -> bool {
    let twinless = ["content-type", "content-length"];
    let key = match key.strip_prefix("HTTP_") {
        Some(rest) => rest,
        None if twinless.iter().any(|known| name.eq_ignore_ascii_case(known)) => key,
        None => return false,
    };
    key.len() == name.len()
        && key.bytes().zip(name.bytes()).all(|(k, n)| match n {
            b'-' => k == b'_',
            _ => k == n.to_ascii_uppercase(),
        })
}

impl fmt::Debug for Environ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn se_comporta_como_un_diccionario_ordenado() {
        let mut environ = Environ::new();
        environ.insert("B", "1");
        environ.insert("A", "2");
        environ.insert("B", "3");
        assert_eq!(environ.iter().collect::<Vec<_>>(), [("B", "3"), ("A", "2")]);
        assert_eq!(environ.remove("B"), Some("3".to_owned()));
        assert_eq!(environ.remove("B"), None);
        assert_eq!(format!("{environ:?}"), r#"{"A": "2"}"#);
    }

    #[test]
    fn conserva_los_bytes_que_no_son_utf8() {
        let mut environ = Environ::new();
        environ.insert_bytes("PATH_INFO", b"/a\xFFb");
        assert_eq!(environ.get("PATH_INFO"), Some("/a\u{FFFD}b"));
        assert_eq!(environ.get_bytes("PATH_INFO"), Some(&b"/a\xFFb"[..]));
        environ.insert("PATH_INFO", "/x");
        assert_eq!(environ.get_bytes("PATH_INFO"), Some(&b"/x"[..]));
    }

    #[test]
    fn el_tipo_y_la_longitud_no_llevan_prefijo() {
        let environ = Environ::from([("CONTENT_TYPE", "text/plain"), ("CONTENT_LENGTH", "12")]);
        assert_eq!(environ.header("Content-Type"), Some("text/plain"));
        assert_eq!(environ.content_length(), Some(12));
        assert_eq!(environ.header("server-name"), None);
    }
}
