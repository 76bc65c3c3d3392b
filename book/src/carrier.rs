//! «Tu programa, en localhost:8000»: lleva hasta él los bytes que se escriben en el laboratorio, y trae lo que responde.
//!
//! Una página no puede hablar con un puerto como quiera, y este servidor sí; por eso lo que se le pide se mira dos veces.
//! Solo se atiende a las páginas de este mismo libro: otra, abierta en el mismo navegador, tiene otro `Origin`; y la de un
//! nombre que de pronto lleva a esta computadora (`DNS rebinding`) tiene otro `Host`. El destino es uno y siempre el
//! mismo, y hay límites de tamaño, de tiempo y de cuántos a la vez.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, TryLockError};
use std::time::{Duration, Instant};

use pasarela::{Body, Environ, Result, StartResponse};

/// La dirección a la que se envía. Empieza por punto, así que no puede ser la de ningún archivo.
pub const PATH: &str = "/.laboratorio";

/// Dónde atienden los programas del libro.
const PROGRAM: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);

/// 64 KiB: lo que alguien escribe a mano, y mucho más.
const MAX_REQUEST: u64 = 64 * 1024;
/// 1 MiB: lo que cabe mirar.
const MAX_RESPONSE: u64 = 1024 * 1024;
/// Conectarse a la propia computadora es inmediato, o no hay nadie.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// De sobra para el reloj del capítulo 7, que tarda cinco segundos.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Quien lleva y trae.
#[derive(Debug, Clone)]
pub struct Carrier {
    program: SocketAddr,
    turn: Arc<Mutex<()>>,
}

impl Default for Carrier {
    fn default() -> Self {
        Self::to(PROGRAM)
    }
}

impl Carrier {
    /// Uno que va a otra dirección.
    #[must_use]
    pub fn to(program: SocketAddr) -> Self {
        Self { program, turn: Arc::default() }
    }

    /// Responde a quien pide que se lleve algo.
    ///
    /// # Errors
    /// El servidor rechaza los encabezados, o el cuerpo no llegó entero.
    pub fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        if let Err((status, reason)) = check(environ) {
            return refuse(start_response, status, &reason);
        }
        let mut request = Vec::new();
        environ.input().read_to_end(&mut request)?;
        let _turn = match self.turn.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let reason = "ya se está esperando otra respuesta de tu programa";
                return refuse(start_response, "503 Service Unavailable", reason);
            }
            Ok(turn) => turn,
            Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
        };
        match self.carry(&request) {
            Ok(response) => {
                let headers = [
                    ("Content-Type", "application/octet-stream"),
                    ("X-Content-Type-Options", "nosniff"),
                ];
                start_response("200 OK", &headers)?;
                Ok(Body::from(response))
            }
            Err(error) => refuse(start_response, "502 Bad Gateway", &self.complaint(&error)),
        }
    }

    fn carry(&self, request: &[u8]) -> io::Result<Vec<u8>> {
        let give_up = Instant::now() + TIMEOUT;
        let mut stream = TcpStream::connect_timeout(&self.program, CONNECT_TIMEOUT)?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        stream.write_all(request)?;
        // Con esto el programa sabe que no vendrá nada más, y cierra cuando termina.
        let _ = stream.shutdown(Shutdown::Write);
        let mut response = Vec::new();
        let mut room = vec![0; 8 * 1024];
        while (response.len() as u64) < MAX_RESPONSE {
            let left = give_up.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            stream.set_read_timeout(Some(left))?;
            match stream.read(&mut room) {
                Ok(0) => break,
                Ok(count) => response.extend_from_slice(&room[..count]),
                // Lo que ya llegó, se ve: un corte también enseña.
                Err(_) if !response.is_empty() => break,
                Err(error) => return Err(error),
            }
        }
        Ok(response)
    }

    fn complaint(&self, error: &io::Error) -> String {
        let program = self.program;
        match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                format!("nadie atiende en {program}; empieza tu programa y envía otra vez")
            }
            _ => format!("tu programa, en {program}, no respondió: {error}"),
        }
    }
}

/// Si se atiende a quien lo pide.
fn check(environ: &Environ) -> std::result::Result<(), (&'static str, String)> {
    if environ.method() != "POST" {
        return Err(("405 Method Not Allowed", "aquí solo se envía".to_owned()));
    }
    let port = environ.server_port().unwrap_or_default();
    let host = environ.header("Host").unwrap_or_default();
    let is_ours =
        ["localhost", "127.0.0.1", "[::1]"].iter().any(|name| host == format!("{name}:{port}"));
    if !is_ours {
        return Err(("403 Forbidden", format!("este servidor no es {host:?}")));
    }
    let origin = environ.header("Origin").unwrap_or_default();
    if origin != format!("http://{host}") {
        return Err(("403 Forbidden", format!("esto solo lo pide el libro, y no {origin:?}")));
    }
    // Lo que puede enviar un formulario de otra página sin preguntar antes no es de este tipo.
    if environ.content_type() != Some("application/octet-stream") {
        return Err(("415 Unsupported Media Type", "aquí se envían bytes".to_owned()));
    }
    match environ.content_length() {
        Some(length) if length <= MAX_REQUEST => Ok(()),
        Some(_) => Err(("413 Content Too Large", format!("caben {MAX_REQUEST} bytes"))),
        None => Err(("411 Length Required", "falta decir cuánto mide".to_owned())),
    }
}

fn refuse(start_response: StartResponse<'_>, status: &str, reason: &str) -> Result<Body> {
    let mut headers = vec![("Content-Type", "text/plain; charset=utf-8")];
    if status.starts_with("405") {
        headers.push(("Allow", "POST"));
    }
    start_response(status, &headers)?;
    Ok(Body::from(reason.to_owned()))
}
