//! Una petición de prueba, y su `environ`.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, percent_encode, utf8_percent_encode};

use super::exchange::{Exchange, SERVICE};
use super::notes::Notes;
use super::response::{Response, ResponseStream};
use crate::application::Application;
use crate::environ::Environ;
use crate::gateway::{Peers, fill_environ};
use crate::headers::Headers;
use crate::http::{FieldTable, Rejection, is_token, request};
use crate::input::Input;

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
    content: Option<Vec<u8>>,
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

    /// Pone el cuerpo: bytes o texto.
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
        self.content = Some(content.into());
        self
    }

    /// Pone como cuerpo los campos de un formulario, con su `Content-Type`. Los escribe como un
    /// navegador: un espacio es `+`.
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
        let quote = |text| utf8_percent_encode(text, &FORM).to_string().replace(' ', "+");
        let fields = fields.iter().map(|(name, value)| format!("{}={}", quote(name), quote(value)));
        let content = fields.collect::<Vec<_>>().join("&");
        self.header("Content-Type", "application/x-www-form-urlencoded").body(content)
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
        let bytes = [self.head(), self.framed_content()].concat();
        let exchange = Exchange::new(bytes, self.peers(), self.variables.clone(), notes.clone());
        ResponseStream::start(application, exchange, notes)
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
        if let Some(content) = &self.content {
            environ.set_input(Input::from(content.clone()));
        }
        Ok(environ)
    }

    /// Los dos extremos de la conexión.
    fn peers(&self) -> Peers {
        Peers::new("localhost", 8000, Some(REMOTE))
    }

    /// El cuerpo, como viajaría.
    fn framed_content(&self) -> Vec<u8> {
        let content = self.content.clone().unwrap_or_default();
        match self.headers.contains("Transfer-Encoding") {
            true if content.is_empty() => b"0\r\n\r\n".to_vec(),
            true => {
                let size = format!("{:x}\r\n", content.len());
                [size.as_bytes(), &content, b"\r\n0\r\n\r\n"].concat()
            }
            false => content,
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
            line(format_args!("Content-Length: {}\r\n", content.len()));
        }
        line(format_args!("{}", self.headers));
        wire
    }
}
