//! Lo que los programas de `fuzz/` necesitan ver por dentro. Solo existe cuando se compila para
//! ellos, con `--cfg fuzzing`, y no es parte de la biblioteca.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::Config;
use crate::application::{Application, StartResponseError};
use crate::cgi::fastcgi::{Phase, Receiver, ReceiverLimits};
use crate::cgi::variables::{self, Process, Variable};
use crate::cgi::{scgi, uwsgi};
use crate::connection::{
    Class, Connection, Context, Event, Host, MemoryWire, Moment, Outcome, Readiness, Scratch,
    Service, System,
};
use crate::environ::Environ;
use crate::gateway::{Peers, ResponseBody, ResponseHead, fill_environ};
use crate::http::head::Limits;
use crate::http::response::{self, Delivery, Framing};
use crate::http::{BodyDecoder, FieldTable, Persistence, Rejection, RequestBody, request};
use crate::input::ErrorStream;
use crate::proxies::{self, ProxyHeader, Trust, Unbelieved};

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
    let table = &mut FieldTable::default();
    let parsed =
        request::parse(buffer, &limits, table).map_err(|rejection| rejection.to_string())?;
    Ok(parsed.map(|request| {
        let mut environ = Environ::new();
        let peers = Peers::new("localhost", 8000, Some(([127, 0, 0, 1], 50_000).into()));
        fill_environ(&mut environ, &request, &peers);
        (request.head.length, environ)
    }))
}

/// Cómo llega una petición.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "cada protocolo se llama como se llama")]
pub enum Wire {
    Http,
    FastCgi,
    Scgi,
    Uwsgi,
}

/// El sitio de trabajo de un hilo, que una petición deja a la siguiente. Ningún límite lo protege.
#[derive(Debug, Default)]
pub struct Desk {
    fields: FieldTable,
    environ: Environ,
}

impl Desk {
    /// Hace con una petición entera lo que hace el servidor antes de llamar a la aplicación: la lee,
    /// llena el `environ` y cree a los proxies de las redes 10.0.0.0/8 y 127.0.0.0/8.
    ///
    /// # Errors
    ///
    /// El motivo del rechazo.
    pub fn fill(
        &mut self,
        wire: Wire,
        buffer: &[u8],
        headers: &[ProxyHeader],
    ) -> Result<Option<&Environ>, String> {
        let is_whole = self.read(wire, buffer).map_err(|rejection| rejection.to_string())?;
        let trusted = ["10.0.0.0/8", "127.0.0.0/8"].map(|text| text.parse().expect("es una red"));
        let unbelieved = Unbelieved::Dropped;
        proxies::apply(&mut self.environ, Trust { proxies: &trusted, headers, unbelieved });
        Ok(is_whole.then_some(&self.environ))
    }

    fn read(&mut self, wire: Wire, buffer: &[u8]) -> Result<bool, Rejection> {
        match wire {
            Wire::Http => self.read_http(buffer),
            Wire::FastCgi => self.read_records(buffer),
            Wire::Scgi => match scgi::parse(buffer, usize::MAX)? {
                Some(block) => self.fill_variables(block.variables()).map(|()| true),
                None => Ok(false),
            },
            Wire::Uwsgi => match uwsgi::parse(buffer, usize::MAX)? {
                Some(block) => self.fill_variables(block.variables()).map(|()| true),
                None => Ok(false),
            },
        }
    }

    fn read_http(&mut self, buffer: &[u8]) -> Result<bool, Rejection> {
        let limits = Limits { request_line: usize::MAX, head: usize::MAX, fields: usize::MAX };
        let Some(request) = request::parse(buffer, &limits, &mut self.fields)? else {
            return Ok(false);
        };
        let peers = Peers::new("localhost", 8000, Some(([127, 0, 0, 1], 50_000).into()));
        fill_environ(&mut self.environ, &request, &peers);
        Ok(true)
    }

    fn read_records(&mut self, buffer: &[u8]) -> Result<bool, Rejection> {
        let limits = ReceiverLimits { head: usize::MAX, overhead: u64::MAX, connections: 1 };
        let mut receiver = Receiver::new(limits);
        receiver.decode(buffer, &mut Vec::new(), 0)?;
        if receiver.phase() != Phase::Content {
            return Ok(false);
        }
        self.fill_variables(receiver.variables()).map(|()| true)
    }

    fn fill_variables<'v>(
        &mut self,
        variables: impl Iterator<Item = Variable<'v>>,
    ) -> Result<(), Rejection> {
        variables::fill(&mut self.environ, variables, Process::Serving, "localhost", usize::MAX)
            .map(|_| ())
    }

    /// Lo deja listo para otra petición.
    pub fn clear(&mut self) {
        self.fields.clear();
        self.environ.clear();
    }
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
    response::write_head(&mut out, &head.status_bytes(), b"", head.fields(), delivery);
    Ok(out)
}

/// Cuántos encabezados se admiten de un servidor web.
const MAX_FIELDS: usize = 26;

/// Lee las variables de SCGI que empiezan en `buffer[0]`, de `max` bytes como mucho: cuántos ocupan,
/// y su `environ`.
///
/// # Errors
///
/// El motivo del rechazo.
pub fn read_scgi(buffer: &[u8], max: usize) -> Result<Option<(usize, Environ)>, String> {
    match scgi::parse(buffer, max).map_err(|rejection| rejection.to_string())? {
        Some(block) => Ok(Some((block.length, environ_of(block.variables())?))),
        None => Ok(None),
    }
}

/// Como [`read_scgi`], de uwsgi.
///
/// # Errors
///
/// El motivo del rechazo.
pub fn read_uwsgi(buffer: &[u8], max: usize) -> Result<Option<(usize, Environ)>, String> {
    match uwsgi::parse(buffer, max).map_err(|rejection| rejection.to_string())? {
        Some(block) => Ok(Some((block.length, environ_of(block.variables())?))),
        None => Ok(None),
    }
}

fn environ_of<'v>(variables: impl Iterator<Item = Variable<'v>>) -> Result<Environ, String> {
    let mut environ = Environ::new();
    variables::fill(&mut environ, variables, Process::Serving, "localhost", MAX_FIELDS)
        .map_err(|rejection| rejection.to_string())?;
    Ok(environ)
}

/// El lector de una petición de FastCGI.
#[derive(Debug)]
pub struct Records {
    receiver: Receiver,
    environ: Option<Environ>,
    content: Vec<u8>,
    replies: Vec<u8>,
}

impl Records {
    /// Con límites de `head` bytes de variables y `overhead` de lo que un cuerpo gasta de más.
    pub fn new(head: usize, overhead: u64) -> Self {
        let receiver = Receiver::new(ReceiverLimits { head, overhead, connections: 1 });
        Self { receiver, environ: None, content: Vec::new(), replies: Vec::new() }
    }

    /// Entiende lo que pueda de `input` y dice cuántos bytes consumió.
    ///
    /// # Errors
    ///
    /// El motivo del rechazo.
    pub fn receive(&mut self, input: &[u8], room: usize) -> Result<usize, String> {
        let consumed = self.decode(input, room).map_err(|rejection| rejection.to_string())?;
        if self.receiver.phase() == Phase::Content && self.environ.is_none() {
            let environ = environ_of(self.receiver.variables())?;
            self.receiver.expect_content(environ.content_length());
            self.environ = Some(environ);
        }
        Ok(consumed)
    }

    fn decode(&mut self, input: &[u8], room: usize) -> Result<usize, Rejection> {
        let consumed = self.receiver.decode(input, &mut self.content, room)?;
        self.replies.extend(self.receiver.take_replies());
        Ok(consumed)
    }

    /// Su `environ`, si ya llegaron las variables.
    pub fn environ(&self) -> Option<&Environ> {
        self.environ.as_ref()
    }

    /// Por dónde va, el cuerpo recibido y lo que se contestó.
    pub fn progress(&self) -> (String, &[u8], &[u8]) {
        (format!("{:?}", self.receiver.phase()), &self.content, &self.replies)
    }
}

/// Lo que hace el cliente cuando ya mandó todo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Dice que no enviará más.
    Finish,
    /// Calla.
    Silence,
}

/// Una conexión entera de HTTP, en memoria: manda las piezas una a una, deja que venzan los plazos que
/// tengan que vencer y devuelve todo lo que recibe el cliente.
pub fn converse(
    application: &dyn Application,
    config: &Config,
    pieces: &[&[u8]],
    ending: Ending,
) -> Vec<u8> {
    let service = Service::new(config.clone(), "localhost".to_owned());
    let sent = pieces.iter().map(|piece| Event::Send(piece.to_vec()));
    let script = sent.chain((ending == Ending::Finish).then_some(Event::Finish));
    let system = System { capacity: usize::MAX, sends_files: false };
    let (wire, client) = MemoryWire::new(script, system);
    let peers = Peers::new("localhost", 8000, Some(([127, 0, 0, 1], 50_000).into()));
    let mut connection = Connection::new(wire, peers, Moment::ZERO);
    let (mut scratch, mut host) = (Scratch::default(), Alone { now: Moment::ZERO });
    let mut is_quiet = false;
    loop {
        let context =
            &mut Context { service: &service, application, scratch: &mut scratch, host: &mut host };
        let outcome = match is_quiet {
            true => connection.expire(context),
            false => connection.serve(context),
        };
        client.does(Event::Take(usize::MAX));
        match outcome {
            Outcome::Close(_) => return client.take_seen(),
            Outcome::Yield | Outcome::HandOff => is_quiet = false,
            Outcome::Park => {
                let news = client.next();
                is_quiet = news.is_none();
                // Lo que pasó mientras alguien esperaba un cuerpo también es noticia.
                let always = Readiness { readable: true, writable: true, read_closed: false };
                connection.notice(always);
                connection.notice(news.unwrap_or_default());
                if is_quiet {
                    host.now = connection.deadline(&service);
                }
            }
        }
    }
}

/// Un hilo solo, con una hora que solo pasa cuando no queda otra cosa.
struct Alone {
    now: Moment,
}

impl Host for Alone {
    fn now(&self) -> Moment {
        self.now
    }

    fn calendar(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_795_509_600)
    }

    fn classify(&self, _method: &str, _script: &str, _path: &str) -> Class {
        Class(0)
    }

    fn amends(&mut self, environ: &mut Environ) {
        environ.set_errors(ErrorStream::writer(io::sink()));
    }

    fn begins(&mut self, _head: &ResponseHead, body: &mut ResponseBody) {
        body.set_errors(ErrorStream::writer(io::sink()));
    }
}
