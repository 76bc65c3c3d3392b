//! Una conexión entera, del primer byte al último, sin red: la misma máquina que en el servidor, sobre
//! un cable de memoria.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::notes::Notes;
use crate::application::Application;
use crate::body::Chunk;
use crate::connection::{
    Class, Client, Config, Connection, Context, Event, Host, MemoryWire, Moment, Outcome, Scratch,
    Service, System,
};
use crate::environ::Environ;
use crate::gateway::{Peers, ResponseBody, ResponseHead};
use crate::headers::Headers;
use crate::input::ErrorStream;

/// La hora de las pruebas: siempre la misma, en segundos desde 1970.
pub(super) const NOW: u64 = 1_795_509_600;

/// El servidor de las pruebas, sin tocar ninguna perilla.
pub(super) static SERVICE: LazyLock<Service> = LazyLock::new(|| service(Config::default()));

/// El de un cliente que se va: la aplicación lee el cuerpo según llega, como uno grande. A uno pequeño que
/// llega cortado no se le responde, y no habría nada que probar.
static LEAVING: LazyLock<Service> =
    LazyLock::new(|| service(Config { small_body: 0, ..Config::default() }));

fn service(config: Config) -> Service {
    Service::new(config, "localhost".to_owned())
}

/// Un sistema que nunca hace esperar, y que deja ver cada trozo.
const SYSTEM: System = System { capacity: usize::MAX, sends_files: false };

#[derive(Debug)]
pub(super) struct Exchange {
    service: &'static Service,
    connection: Connection<MemoryWire>,
    client: Client,
    scratch: Scratch,
    stand: Stand,
    is_over: bool,
}

/// Lo que declaró la aplicación.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) status: String,
    pub(super) code: u16,
    pub(super) headers: Headers,
}

/// Donde vive la conexión de una prueba: un solo hilo, que anota lo que ve pasar.
#[derive(Debug)]
struct Stand {
    now: Moment,
    variables: Vec<(String, String)>,
    notes: Notes,
    started: Option<Started>,
    chunk: Option<Chunk>,
}

impl Exchange {
    /// Manda `request` por una conexión nueva. Si no está entera, el cliente se va después.
    pub(super) fn new(
        request: Vec<u8>,
        is_cut: bool,
        peers: Peers,
        variables: Vec<(String, String)>,
        notes: Notes,
    ) -> Self {
        let service = if is_cut { &LEAVING } else { &SERVICE };
        let leaves = is_cut.then_some(Event::Finish);
        let script = [Event::Send(request)].into_iter().chain(leaves);
        let (wire, client) = MemoryWire::new(script, SYSTEM);
        let now = Moment::ZERO;
        let stand = Stand { now, variables, notes, started: None, chunk: None };
        let connection = Connection::new(wire, peers, now);
        Self { service, connection, client, scratch: Scratch::default(), stand, is_over: false }
    }

    /// Avanza hasta que empieza la respuesta.
    pub(super) fn start(&mut self, application: &dyn Application) -> Started {
        while self.stand.started.is_none() && !self.is_over {
            self.advance(application);
        }
        self.stand.started.take().expect("toda petición recibe una respuesta")
    }

    /// Avanza hasta el siguiente trozo de la respuesta; `None` si no hay más.
    pub(super) fn next_chunk(&mut self) -> Option<Chunk> {
        while self.stand.chunk.is_none() && !self.is_over {
            self.advance(&NOBODY);
        }
        self.stand.chunk.take()
    }

    /// Si la respuesta salió entera.
    pub(super) fn is_complete(&self) -> bool {
        self.connection.answered() > 0
    }

    /// Los bytes que recibió el cliente desde la última vez.
    pub(super) fn received(&self) -> Vec<u8> {
        self.client.does(Event::Take(usize::MAX));
        self.client.take_seen()
    }

    fn advance(&mut self, application: &dyn Application) {
        let Self { service, connection, client, scratch, stand, is_over } = self;
        let context = &mut Context { service, application, scratch, host: stand };
        match connection.serve(context) {
            Outcome::Yield | Outcome::HandOff => {}
            Outcome::Close(_) => *is_over = true,
            Outcome::Park if connection.answered() > 0 => *is_over = true,
            Outcome::Park => match client.next() {
                Some(news) => connection.notice(news),
                // El cliente no dirá nada más: pasa el tiempo.
                None => {
                    context.host.now = connection.deadline(service);
                    *is_over = matches!(connection.expire(context), Outcome::Close(_));
                }
            },
        }
    }
}

/// Quien responde cuando ya no hay peticiones que responder.
const NOBODY: fn(&mut Environ, crate::StartResponse<'_>) -> crate::Result<crate::Body> =
    |_, _| unreachable!("la única petición ya tiene su respuesta");

impl Host for Stand {
    const IS_BEHIND: bool = false;

    const LENDS_WRITER: bool = false;

    fn now(&self) -> Moment {
        self.now
    }

    fn calendar(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn classify(&self, _method: &str, _script: &str, _path: &str) -> Class {
        Class::UNTAUGHT
    }

    /// Uno cada vez: quien prueba tira de la respuesta trozo a trozo.
    fn turn(&self) -> usize {
        usize::from(self.chunk.is_none())
    }

    fn amends(&mut self, environ: &mut Environ) {
        for (key, value) in &self.variables {
            environ.insert(key, value);
        }
        environ.set_errors(ErrorStream::writer(self.notes.clone()));
    }

    fn begins(&mut self, head: &ResponseHead, body: &mut ResponseBody) {
        body.set_errors(ErrorStream::writer(self.notes.clone()));
        self.started = Some(Started {
            status: head.status().to_owned(),
            code: head.code(),
            headers: read_fields(head.fields()),
        });
    }

    fn sees(&mut self, chunk: &Chunk) {
        self.chunk = Some(chunk.clone());
    }
}

/// Los encabezados que ya están en su forma de envío.
fn read_fields(fields: &[u8]) -> Headers {
    let text = String::from_utf8_lossy(fields);
    text.split_terminator("\r\n").filter_map(|line| line.split_once(": ")).collect()
}
