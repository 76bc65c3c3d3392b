//! Un cliente para las pruebas: levanta el servidor, le pide algo y lo apaga.
//!
//! El servidor toma un puerto libre, porque el 8000 es de quien lee el libro.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use pasarela::simple_server::make_server_with;
use pasarela::{Application, Config};
use ureq::{Agent, http};

/// Sobra para una respuesta corta y no deja colgada la prueba de un programa que nunca responde.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Lo que un ejercicio decide de su respuesta.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
    headers: Vec<(String, String)>,
}

impl Response {
    /// El valor de un encabezado, o `(falta)`.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("(falta)", |(_, value)| value)
    }
}

/// Lo que se le pide a un ejercicio.
#[derive(Debug)]
pub(crate) struct Request {
    method: &'static str,
    target: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    body: Vec<u8>,
}

/// Una petición GET.
pub(crate) fn get(target: &'static str) -> Request {
    request("GET", target)
}

/// Una petición con cualquier método.
pub(crate) fn request(method: &'static str, target: &'static str) -> Request {
    Request { method, target, headers: Vec::new(), body: Vec::new() }
}

impl Request {
    pub(crate) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.headers.push((name, value));
        self
    }

    pub(crate) fn body(mut self, content: impl Into<Vec<u8>>) -> Self {
        self.body = content.into();
        self
    }

    /// Se lo pide a la aplicación, como lo haría un navegador.
    #[track_caller]
    pub(crate) fn send(self, application: impl Application) -> Response {
        self.send_with(application, Config::default())
    }

    /// Lo mismo, con esa configuración del servidor.
    #[track_caller]
    pub(crate) fn send_with(self, application: impl Application, config: Config) -> Response {
        let server = make_server_with("127.0.0.1", 0, application, config);
        let server = server.expect("hay un puerto libre");
        let address = server.local_addrs()[0];
        let handle = server.handle();
        // Nadie espera a este hilo: si el ejercicio no termina nunca, la prueba sí termina.
        thread::spawn(move || server.serve_forever());

        let response = self.exchange(address);
        handle.shutdown();

        match response {
            Ok(response) => answered(response),
            Err(error) => panic!("{}", unanswered(&error)),
        }
    }

    fn exchange(&self, address: SocketAddr) -> Result<Response, ureq::Error> {
        let config = Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .http_status_as_error(false)
            // El servidor está en esta computadora: el proxy de la red no llega a él.
            .proxy(None);
        let agent = Agent::from(config.build());
        let mut request = http::Request::builder()
            .method(self.method)
            .uri(format!("http://{address}{}", self.target));
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        let response = match self.body.is_empty() {
            true => agent.run(request.body(())?)?,
            false => agent.run(request.body(self.body.as_slice())?)?,
        };
        read(response)
    }
}

/// Pide `/` a la aplicación.
#[track_caller]
pub(crate) fn fetch(application: impl Application) -> Response {
    get("/").send(application)
}

fn read(mut response: http::Response<ureq::Body>) -> Result<Response, ureq::Error> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut response = Response {
        status: response.status().as_u16(),
        content_type: String::new(),
        body: text(&response.body_mut().read_to_vec()?),
        headers: response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect(),
    };
    response.content_type = response.header("content-type").to_owned();
    Ok(response)
}

/// Por qué no hubo respuesta. Solo de un plazo vencido puede tener la culpa un bucle.
fn unanswered(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => format!(
            "el servidor no respondió en {} segundos\n\
             pista: ¿tiene `application` un bucle que no termina?",
            TIMEOUT.as_secs()
        ),
        error => format!(
            "no se pudo leer la respuesta: {error}\n\
             pista: quizá el cuerpo falla a la mitad, o no mide lo que anuncia `Content-Length`"
        ),
    }
}

/// Un 500 es la respuesta del servidor cuando `application` falla: no es la del ejercicio.
#[track_caller]
fn answered(response: Response) -> Response {
    assert!(
        response.status != 500,
        "el servidor respondió 500\n\
         pista: es lo que responde cuando `application` falla o entra en pánico, y entonces dice \
         por qué; si no dice nada, el 500 lo eligió tu programa, y aquí no se pide ninguno"
    );
    response
}
