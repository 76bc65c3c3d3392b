//! Lo que los programas de `fuzz/` necesitan ver por dentro. Solo existe cuando se compila para
//! ellos, con `--cfg fuzzing`, y no es parte de la biblioteca.

use crate::Config;
use crate::application::StartResponseError;
use crate::environ::Environ;
use crate::gateway::ResponseHead;
use crate::http::head::Limits;
use crate::http::response::{self, Delivery, Framing};
use crate::http::{BodyDecoder, Persistence, RequestBody, request};
use crate::simple_server::{Peers, fill_environ};

/// Lee la petición que empieza en `buffer[0]`: cuántos bytes ocupa su cabeza, y su `environ`.
///
/// Los límites son `request_line` y `head`, en bytes, y `fields`.
///
/// # Errors
///
/// El motivo del rechazo.
pub fn read_request(
    buffer: &[u8],
    (request_line, head, fields): (usize, usize, usize),
) -> Result<Option<(usize, Environ)>, String> {
    let limits = Limits { request_line, head, fields };
    let parsed = request::parse(buffer, &limits).map_err(|rejection| rejection.to_string())?;
    Ok(parsed.map(|request| {
        let mut environ = Environ::new();
        let peers = Peers::new("localhost", 8000, Some(([127, 0, 0, 1], 50_000).into()));
        fill_environ(&mut environ, &request, &peers);
        (request.head.length, environ)
    }))
}

/// El lector del cuerpo de una petición.
#[derive(Debug)]
pub struct Decoder(BodyDecoder);

impl Decoder {
    /// Un cuerpo con esa longitud o, sin ella, por trozos.
    pub fn new(length: Option<u64>) -> Self {
        let body = length.map_or(RequestBody::Chunked, RequestBody::Length);
        Self(BodyDecoder::new(body, Config::default().max_chunk_overhead))
    }

    /// Si el cuerpo ya terminó.
    pub fn is_done(&self) -> bool {
        self.0.is_done()
    }

    /// Pasa a `output` el contenido de `input` y dice cuántos bytes consumió.
    ///
    /// # Errors
    ///
    /// El motivo del rechazo.
    pub fn decode(
        &mut self,
        input: &[u8],
        output: &mut Vec<u8>,
        room: usize,
    ) -> Result<usize, String> {
        self.0.decode(input, output, room).map_err(|rejection| rejection.to_string())
    }
}

/// La cabeza que saldría a la red si una aplicación llamara así a `start_response`.
///
/// # Errors
///
/// Los de `start_response`.
pub fn response_head(
    status: &str,
    headers: &[(&str, &str)],
) -> Result<Vec<u8>, StartResponseError> {
    let mut head = ResponseHead::default();
    head.start(status, headers)?;
    let delivery = Delivery { framing: Framing::None, persistence: Persistence::KeepAlive };
    let mut out = Vec::new();
    response::write_head(&mut out, head.status(), &[], head.fields(), delivery);
    Ok(out)
}
