//! Una petición de prueba, y su `environ`.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};

use super::content::{Content, Framing};
use super::exchange::{Exchange, SERVICE};
use super::location::Address;
use super::notes::Notes;
use super::response::{MAX_RESPONSE, Response, ResponseStream};
use crate::application::Application;
use crate::environ::Environ;
use crate::gateway::{Peers, fill_environ};
use crate::headers::Headers;
use crate::http::{FieldTable, Rejection, is_token, request};

/// El cliente de una conexión que no existe.
const REMOTE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 50_000);

/// El servidor al que parece llegar: el de los programas del libro.
const HOST: &str = "localhost:8000";

/// Lo que un navegador escapa por su cuenta en una dirección.
const UNTYPEABLE: AsciiSet = CONTROLS.add(b' ');

/// Lo que se escapa en un formulario; el espacio se cambia después por `+`
/// (<https://url.spec.whatwg.org/#urlencoded-serializing>).
const FORM: AsciiSet =
    NON_ALPHANUMERIC.remove(b'*').remove(b'-').remove(b'.').remove(b'_').remove(b' ');

/// Los encabezados que hablan del cuerpo.
const ABOUT_CONTENT: [&str; 6] = [
    "Content-Length",
    "Transfer-Encoding",
    "Content-Type",
    "Content-Encoding",
    "Content-Language",
    "Content-Location",
];

/// Una petición que se construye paso a paso y se manda a una aplicación tantas veces como haga
/// falta.
///
/// # Examples
///
/// ```
/// use pasarela::testing;
///
/// let request = testing::post("/saludos").header("Accept", "text/plain").body("nombre=Ada");
/// let environ = request.environ();
///
/// assert_eq!(environ.method(), "POST");
/// assert_eq!(environ.header("accept"), Some("text/plain"));
/// assert_eq!(environ.content_length(), Some(10));
/// ```
#[derive(Debug, Clone)]
#[must_use = "una petición que no se manda no prueba nada"]
pub struct Request {
    method: String,
    target: String,
    headers: Headers,
    content: Option<Content>,
    max_response: usize,
    variables: Vec<(String, String)>,
}

impl Request {
    /// Una petición sin cuerpo. `target` es la ruta, con su consulta si la tiene; los espacios y
    /// las letras que no son ASCII se escapan como lo haría un navegador.
    ///
    /// # Panics
    ///
    /// Si `method` no es un `token` (RFC 9110 §9.1).
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::testing::Request;
    ///
    /// let environ = Request::new("OPTIONS", "/año?mes=5").environ();
    /// assert_eq!(environ.get("REQUEST_URI"), Some("/a%C3%B1o?mes=5"));
    /// assert_eq!(environ.path_info(), "/año");
    /// ```
    #[track_caller]
    pub fn new(method: &str, target: &str) -> Self {
        assert!(is_token(method.as_bytes()), "el método {method:?} no es válido");
        Self {
            method: method.to_owned(),
            target: percent_encode(target.as_bytes(), &UNTYPEABLE).to_string(),
            headers: Headers::new(),
            content: None,
            max_response: MAX_RESPONSE,
            variables: Vec::new(),
        }
    }

    /// Añade un encabezado. `Host` y, si hay cuerpo, `Content-Length` se ponen solos.
    ///
    /// # Panics
    ///
    /// Si el nombre no es un `token` o el valor tiene un salto de línea (RFC 9110 §5.1 y §5.5):
    /// sería otro encabezado.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::testing;
    ///
    /// let environ = testing::get("/").header("Host", "ejemplo.mx").environ();
    /// assert_eq!(environ.header("host"), Some("ejemplo.mx"));
    /// ```
    #[track_caller]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        assert!(is_token(name.as_bytes()), "el nombre de encabezado {name:?} no es válido");
        let breaks = value.contains(['\r', '\n', '\0']);
        assert!(!breaks, "el valor {value:?} del encabezado {name:?} tiene un salto de línea");
        self.headers.add(name, value);
        self
    }

    /// Pone el cuerpo: bytes o texto. Si un `Content-Length` anuncia menos, lo demás no se envía; si
    /// anuncia más, el cliente se va sin enviar el resto.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::testing;
    ///
    /// let environ = testing::put("/foto").body([0xFF, 0xD8]).environ();
    /// assert_eq!(environ.content_length(), Some(2));
    /// ```
    pub fn body(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.content.get_or_insert_default().bytes = content.into();
        self
    }

    /// El cliente se va cuando ha enviado `length` bytes del cuerpo, si no era ya todo.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::testing;
    /// use std::io::{ErrorKind, Read};
    ///
    /// let mut environ = testing::post("/").body("hola").cut_after(3).environ();
    /// let (mut content, input) = (Vec::new(), environ.input());
    /// let cut = input.read_to_end(&mut content).map_err(|error| error.kind());
    /// assert_eq!((content.as_slice(), cut), (&b"hol"[..], Err(ErrorKind::UnexpectedEof)));
    /// ```
    pub fn cut_after(mut self, length: usize) -> Self {
        self.content.get_or_insert_default().cut = Some(length);
        self
    }

    /// Pone como cuerpo los campos de un formulario, con su `Content-Type`. Los escribe como un
    /// navegador: un espacio es `+`, y un salto de línea, CRLF.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::testing;
    /// use std::io::Read;
    ///
    /// let mut environ = testing::post("/").form(&[("nombre", "Ñandú & Cía.")]).environ();
    ///
    /// let mut content = String::new();
    /// environ.input().read_to_string(&mut content)?;
    /// assert_eq!(content, "nombre=%C3%91and%C3%BA+%26+C%C3%ADa.");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let fields = fields.iter().map(|(name, value)| format!("{}={}", quote(name), quote(value)));
        let content = fields.collect::<Vec<_>>().join("&");
        self.header("Content-Type", "application/x-www-form-urlencoded").body(content)
    }

    /// Cuánto se acepta de una respuesta, en bytes; si no se dice, 16 MiB. Un trozo cuenta como 256 por
    /// pequeño que sea: también ocupa memoria. Una aplicación que no deja de dar trozos hace fallar su
    /// prueba, en vez de llenar la memoria de la máquina.
    ///
    /// # Examples
    ///
    /// ```should_panic
    /// use pasarela::{Body, application, testing};
    ///
    /// let endless = application(|_, start_response| {
    ///     start_response("200 OK", &[("Content-Type", "text/plain")])?;
    ///     Ok(Body::stream(std::iter::repeat_with(|| Ok("eco "))))
    /// });
    /// // El cuerpo no termina: ya van 1024 bytes.
    /// testing::get("/").max_response(64 * 1024).call(&endless);
    /// ```
    pub fn max_response(mut self, bytes: usize) -> Self {
        self.max_response = bytes;
        self
    }

    /// Pone una variable de `environ`, o cambia la que habría: `wsgi.url_scheme`, `SCRIPT_NAME`…
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::testing;
    ///
    /// let environ = testing::get("/").variable("wsgi.url_scheme", "https").environ();
    /// assert_eq!(environ.url_scheme(), "https");
    /// ```
    pub fn variable(mut self, key: &str, value: &str) -> Self {
        self.variables.push((key.to_owned(), value.to_owned()));
        self
    }

    /// El `environ` de esta petición, con el cuerpo listo para leer.
    ///
    /// # Panics
    ///
    /// Si el servidor la rechazaría, por ejemplo por una ruta mal escrita.
    #[track_caller]
    pub fn environ(&self) -> Environ {
        self.parse().unwrap_or_else(|rejection| {
            panic!("el servidor rechazaría {} {}: {rejection}", self.method, self.target)
        })
    }

    /// Manda la petición y recibe la respuesta entera. La que un servidor rechazaría no llega a la
    /// aplicación, y recibe la misma página.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{simple_server::demo_app, testing};
    ///
    /// assert_eq!(testing::get("/").call(&demo_app).status(), "200 OK");
    ///
    /// let refused = testing::get("/").header("Content-Length", "mucho");
    /// assert_eq!(refused.call(&demo_app).status(), "400 Bad Request");
    /// ```
    ///
    /// # Panics
    ///
    /// Si el cuerpo pasa de [`max_response`](Self::max_response).
    #[track_caller]
    pub fn call(&self, application: &dyn Application) -> Response {
        self.stream(application).finish()
    }

    /// Manda la petición y recibe la respuesta trozo a trozo.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{Body, Chunk, Environ, Result, StartResponse, testing};
    ///
    /// fn endless(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
    ///     start_response("200 OK", &[("Content-Type", "text/plain")])?;
    ///     Ok(Body::stream(std::iter::repeat_with(|| Ok(Chunk::from("eco ")))))
    /// }
    ///
    /// let mut stream = testing::get("/").stream(&endless);
    /// assert_eq!(stream.next(), Some(Chunk::from("eco ")));
    /// drop(stream); // El cliente se va.
    /// ```
    pub fn stream(&self, application: &dyn Application) -> ResponseStream {
        let notes = Notes::default();
        let (content, framing) = (self.content.clone().unwrap_or_default(), self.framing());
        let (bytes, is_cut) =
            ([self.head(), content.on_the_wire(framing)].concat(), content.is_cut(framing));
        let (peers, variables) = (self.peers(), self.variables.clone());
        let exchange = Exchange::new(bytes, is_cut, peers, variables, notes.clone());
        ResponseStream::start(application, exchange, notes, self.max_response)
    }

    fn parse(&self) -> Result<Environ, Rejection> {
        let wire = self.head();
        let table = &mut FieldTable::default();
        let request = request::parse(&wire, &SERVICE.limits, table)?
            .expect("la cabeza termina en una línea vacía");
        let mut environ = Environ::new();
        fill_environ(&mut environ, &request, &self.peers());
        for (key, value) in &self.variables {
            environ.insert(key, value);
        }
        environ.set_input(self.content.clone().unwrap_or_default().input(self.framing()));
        Ok(environ)
    }

    /// A dónde va.
    pub(super) fn address(&self) -> Address {
        let scheme = self.variables.iter().rev().find(|(key, _)| key == "wsgi.url_scheme");
        let (path, query) =
            self.target.split_at(self.target.find('?').unwrap_or(self.target.len()));
        Address {
            scheme: scheme.map_or("http", |(_, scheme)| scheme).to_owned(),
            host: self.headers.get("Host").unwrap_or(HOST).to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
        }
    }

    /// La petición a la que lleva una respuesta, si es una redirección que se puede seguir
    /// (RFC 9110 §15.4).
    pub(super) fn redirected(&self, code: u16, location: Option<&str>) -> Option<Self> {
        let Address { scheme, path, query, .. } = self.address().resolve(location?)?;
        let mut next = self.clone().variable("wsgi.url_scheme", &scheme);
        next.target = percent_encode(format!("{path}{query}").as_bytes(), &UNTYPEABLE).to_string();
        let becomes_get = match code {
            301 | 302 => self.method == "POST",
            303 => self.method != "HEAD",
            307 | 308 => false,
            _ => return None,
        };
        if becomes_get {
            next.method = "GET".to_owned();
            next.content = None;
            // Lo que se decía del cuerpo ya no es de nadie.
            ABOUT_CONTENT.iter().for_each(|name| next.headers.remove(name));
        }
        Some(next)
    }

    /// Los dos extremos de la conexión.
    fn peers(&self) -> Peers {
        Peers::new("localhost", 8000, Some(REMOTE))
    }

    /// Cómo se dice dónde termina el cuerpo.
    fn framing(&self) -> Framing {
        if self.headers.contains("Transfer-Encoding") {
            return Framing::Chunked;
        }
        match self.headers.get("Content-Length").and_then(|length| length.parse().ok()) {
            Some(length) => Framing::Length(length),
            None => Framing::Whole,
        }
    }

    /// La cabeza de la petición, como viajaría.
    fn head(&self) -> Vec<u8> {
        let mut wire = Vec::with_capacity(256);
        let mut line = |text: std::fmt::Arguments<'_>| {
            wire.write_fmt(text).expect("escribir en memoria no falla");
        };
        line(format_args!("{} {} HTTP/1.1\r\n", self.method, self.target));
        if !self.headers.contains("Host") {
            line(format_args!("Host: {HOST}\r\n"));
        }
        let is_framed = ["Content-Length", "Transfer-Encoding"];
        let is_framed = is_framed.iter().any(|name| self.headers.contains(name));
        if let Some(content) = self.content.as_ref().filter(|_| !is_framed) {
            line(format_args!("Content-Length: {}\r\n", content.bytes.len()));
        }
        line(format_args!("{}", self.headers));
        wire
    }
}

/// Un texto de un formulario, como lo escribe un navegador
/// (<https://html.spec.whatwg.org/#convert-to-a-list-of-name-value-pairs>).
fn quote(text: &str) -> String {
    let lines = text.replace("\r\n", "\n").replace('\r', "\n").replace('\n', "\r\n");
    utf8_percent_encode(&lines, &FORM).to_string().replace(' ', "+")
}
