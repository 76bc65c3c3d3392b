//! Clientes: uno con `ureq`, que entiende HTTP, y otro que manda y recibe bytes.

use std::io::{self, Read, Write};
use std::mem::MaybeUninit;
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use socket2::Socket;

/// Cuánto se espera a un servidor antes de dar la prueba por fallida.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lo que se ve de una respuesta, con la fecha tapada.
#[derive(Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Por orden alfabético, con el nombre en minúsculas.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Answer {
    /// La respuesta que se espera; `Date` y `Server` se ponen solos.
    pub fn expected(status: u16, headers: &[(&str, &str)], body: &str) -> Self {
        let own = headers.iter().map(|(name, value)| (name.to_lowercase(), (*value).to_owned()));
        let common = [("date", DATE), ("server", "pasarela/0.1")];
        let common = common.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut headers: Vec<_> = own.chain(common).collect();
        headers.sort();
        Self { status, headers, body: body.to_owned() }
    }

    /// El valor de un encabezado.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// La fecha con que se tapan las demás.
pub const DATE: &str = "Tue, 24 Nov 2026 08:40:00 GMT";

/// La respuesta a un GET, también si es un error de HTTP.
#[track_caller]
pub fn get(url: &str) -> Answer {
    send("GET", url, &[], "")
}

/// La respuesta a una petición cualquiera, también si es un error de HTTP o manda a otro sitio.
#[track_caller]
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .allow_non_standard_methods(true)
        .timeout_global(Some(PATIENCE))
        // Lo que se prueba está en esta computadora: el proxy del entorno no llega a él.
        .proxy(None)
        .build();
    let mut request = ureq::http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let agent = ureq::Agent::from(config);
    let answer = match body {
        "" => agent.run(request.body(()).expect("la petición está bien escrita")),
        body => agent.run(request.body(body).expect("la petición está bien escrita")),
    };
    answer_of(answer.unwrap_or_else(|error| panic!("no se pudo pedir {method} {url}: {error}")))
}

fn answer_of(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let mut headers: Vec<(String, String)> = response
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
        .map(|(name, value)| if name == "date" { (name, DATE.to_owned()) } else { (name, value) })
        .collect();
    headers.sort();
    let body = response.body_mut().read_to_string().expect("el cuerpo es texto");
    Answer { status: response.status().as_u16(), headers, body }
}

/// Manda unos bytes, cierra su lado, y devuelve todo lo que responden, con la fecha tapada.
#[track_caller]
pub fn exchange(address: &str, request: &str) -> String {
    talk(Wire::open(address), request)
}

/// Como [`exchange`], por una conexión ya abierta.
#[track_caller]
pub fn talk(mut wire: Wire, request: &str) -> String {
    wire.send(request.as_bytes());
    wire.finish();
    mask_date(&wire.rest())
}

/// Una conexión en crudo.
pub struct Wire(Socket);

impl Wire {
    #[track_caller]
    pub fn open(address: &str) -> Self {
        let stream = TcpStream::connect(address).expect("el servidor acepta conexiones");
        stream.set_nodelay(true).expect("se puede enviar sin demora");
        Self::over(stream)
    }

    #[cfg(unix)]
    #[track_caller]
    pub fn open_unix(path: &std::path::Path) -> Self {
        let stream = std::os::unix::net::UnixStream::connect(path);
        Self::over(stream.expect("el servidor acepta conexiones"))
    }

    #[track_caller]
    pub fn over(stream: impl Into<Socket>) -> Self {
        let socket = stream.into();
        socket.set_read_timeout(Some(PATIENCE)).expect("se puede poner un plazo");
        Self(socket)
    }

    #[track_caller]
    pub fn send(&mut self, bytes: &[u8]) {
        self.0.write_all(bytes).expect("el servidor recibe");
    }

    /// Envía lo que el servidor quiera recibir.
    pub fn try_send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Envía lo que quepa sin esperar a que el servidor reciba.
    pub fn try_send_now(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0
            .set_write_timeout(Some(Duration::from_millis(500)))
            .expect("se puede poner un plazo");
        self.0.write_all(bytes)
    }

    /// No se enviará nada más.
    pub fn finish(&self) {
        // Si el servidor ya cerró, da lo mismo.
        let _ = self.0.shutdown(Shutdown::Write);
    }

    /// Lee hasta que lo recibido termina en `end`.
    #[track_caller]
    pub fn until(&mut self, end: &str) -> String {
        let mut received = Vec::new();
        let mut byte = [0];
        while !received.ends_with(end.as_bytes()) {
            match self.0.read_exact(&mut byte) {
                Ok(()) => received.push(byte[0]),
                other => {
                    panic!("{other:?} antes de {end:?}: {}", String::from_utf8_lossy(&received))
                }
            }
        }
        String::from_utf8_lossy(&received).into_owned()
    }

    /// Si por ahora no ha llegado nada.
    pub fn is_silent(&self) -> bool {
        self.0.set_nonblocking(true).expect("se puede no esperar");
        let peeked = self.0.peek(&mut [MaybeUninit::uninit()]).map_err(|error| error.kind());
        self.0.set_nonblocking(false).expect("se puede esperar");
        peeked == Err(io::ErrorKind::WouldBlock)
    }

    /// Lee `length` bytes.
    #[track_caller]
    pub fn take(&mut self, length: usize) -> String {
        String::from_utf8_lossy(&self.take_bytes(length)).into_owned()
    }

    /// Lee `length` bytes, sean texto o no.
    #[track_caller]
    pub fn take_bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes).expect("el servidor envía lo que anunció");
        bytes
    }

    /// Lee hasta que el servidor cierra.
    #[track_caller]
    pub fn rest(&mut self) -> String {
        let bytes = read_to_end(&mut self.0).expect("el servidor cierra bien");
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Lo que queda por leer, o el error con que se corta.
    pub fn try_rest(&mut self) -> io::Result<Vec<u8>> {
        read_to_end(&mut self.0)
    }

    /// Lo que queda por leer, y el error con que se corta si no termina bien.
    pub fn until_cut(&mut self) -> (Vec<u8>, Option<io::ErrorKind>) {
        let mut bytes = Vec::new();
        let end = self.0.read_to_end(&mut bytes);
        (bytes, end.err().map(|error| error.kind()))
    }

    /// El socket, para leerlo de otra manera.
    pub fn into_socket(self) -> Socket {
        self.0
    }

    /// Corta la conexión de golpe, como quien apaga la computadora.
    pub fn vanish(self) {
        drop(self.0);
    }
}

/// Todo lo que queda en `source`.
pub fn read_to_end(mut source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Cambia el valor de cada `Date` por uno fijo.
pub fn mask_date(text: &str) -> String {
    let masked = |line: &str| match line.strip_prefix("Date: ") {
        Some(_) => format!("Date: {DATE}\r"),
        None => line.to_owned(),
    };
    text.split('\n').map(masked).collect::<Vec<_>>().join("\n")
}
