//! El banco donde se prueba la máquina sin red: una conexión, y alrededor de ella un cliente, una hora
//! y una aplicación que hacen lo que diga la prueba.

mod messages;

pub(super) use messages::{
    ABORT, END, STDERR, STDIN, STDOUT, fastcgi, fastcgi_head, get, last_ok, ok, post, record,
    request, response, scgi, uwsgi,
};

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::memory::Ending;
use super::{
    Class, Client, CloseReason, Config, Connection, Context, Event, Host, MemoryWire, Moment,
    Outcome, Permit, Protocol, Readiness, Scratch, Service, StageKind, System,
};
use crate::application::{Application, StartResponse};
use crate::body::{Body, Chunk};
use crate::environ::Environ;
use crate::error::Result;
use crate::gateway::{Peers, ResponseBody, ResponseHead};
use crate::input::ErrorStream;

/// Cuándo ocurre todo, en segundos desde 1970: lo que dice la fecha de las respuestas.
const CALENDAR: u64 = 1_795_509_600;

/// Un sistema en el que cabe todo.
const ROOMY: System = System { capacity: usize::MAX, sends_files: false };

pub(super) struct Stand {
    pub(super) service: Service,
    pub(super) world: World,
    pub(super) client: Client,
    seen: Vec<u8>,
    application: Box<dyn Application>,
    connection: Option<Connection<MemoryWire>>,
    scratch: Scratch,
    system: System,
    takes_all: bool,
    outcome: Outcome,
    reason: Option<CloseReason>,
}

/// Lo que la máquina pregunta, y lo que la prueba quiere que se responda.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) now: Moment,
    /// Cuánto ha pasado en el calendario.
    pub(super) passed: Duration,
    /// Las llamadas son para otro hilo.
    pub(super) hands_off: bool,
    /// Quien espera a la red necesita un permiso.
    pub(super) permits_uploads: bool,
    /// No hay permisos libres.
    pub(super) is_full: bool,
    /// Cuánto dura cada llamada.
    pub(super) call_lasts: Duration,
    /// Ver pasar un trozo es un pánico.
    pub(super) panics: bool,
    /// Cuántas veces se llamó.
    pub(super) calls: usize,
}

impl Stand {
    pub(super) fn new(protocol: Protocol, application: impl Application) -> Self {
        let (wire, client) = MemoryWire::new([], ROOMY);
        Self {
            service: Service::new(Config { protocol, ..Config::default() }, "localhost".to_owned()),
            world: World::default(),
            client,
            seen: Vec::new(),
            application: Box::new(application),
            connection: Some(Connection::new(wire, peers(), Moment::ZERO)),
            scratch: Scratch::default(),
            system: ROOMY,
            takes_all: true,
            outcome: Outcome::Park,
            reason: None,
        }
    }

    pub(super) fn http(application: impl Application) -> Self {
        Self::new(Protocol::Http, application)
    }

    /// El mismo, con otra configuración.
    pub(super) fn with(mut self, config: Config) -> Self {
        let config = Config { protocol: self.service.config.protocol, ..config };
        self.service = Service::new(config, self.service.name);
        self
    }

    /// El mismo, con un cliente que solo toma lo que se le dice y un sistema en el que caben tantos
    /// bytes.
    pub(super) fn slow(self, capacity: usize) -> Self {
        self.on(capacity, false)
    }

    /// Como [`slow`](Self::slow), y el sistema envía archivos si se dice.
    pub(super) fn on(mut self, capacity: usize, sends_files: bool) -> Self {
        (self.takes_all, self.system) = (false, System { capacity, sends_files });
        self.reconnect();
        self
    }

    /// El mismo, con un cliente al que le pasará eso cuando alguien espere.
    pub(super) fn scripted(mut self, script: impl IntoIterator<Item = Event>) -> Self {
        self.connect(script);
        self
    }

    /// Otra conexión, que atiende el mismo hilo.
    pub(super) fn reconnect(&mut self) {
        self.connect([]);
    }

    fn connect(&mut self, script: impl IntoIterator<Item = Event>) {
        let (wire, client) = MemoryWire::new(script, self.system);
        self.connection = Some(Connection::new(wire, peers(), self.world.now));
        (self.client, self.reason) = (client, None);
        self.seen.clear();
    }

    /// El cliente envía unos bytes, y la conexión avanza hasta donde puede.
    pub(super) fn say(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        self.happen(Event::Send(bytes.as_ref().to_vec()))
    }

    /// El cliente toma tantos bytes.
    pub(super) fn take(&mut self, count: usize) -> &mut Self {
        self.happen(Event::Take(count))
    }

    /// El cliente no enviará más.
    pub(super) fn finish(&mut self) -> &mut Self {
        self.happen(Event::Finish)
    }

    /// El cliente corta.
    pub(super) fn reset(&mut self) -> &mut Self {
        self.happen(Event::Reset)
    }

    fn happen(&mut self, event: Event) -> &mut Self {
        let news = self.client.does(event);
        self.notice(news);
        self.client_takes();
        self.advance();
        self
    }

    /// Pasa el tiempo.
    pub(super) fn later(&mut self, time: Duration) -> &mut Self {
        self.world.now += time;
        if self.deadline().is_some_and(|deadline| self.world.now >= deadline) {
            self.act(Connection::expire);
            if self.outcome == Outcome::Yield || self.client_takes() {
                self.advance();
            }
        }
        self
    }

    /// Se pide que el servidor se detenga, y a cada conexión se la mira.
    pub(super) fn stop(&mut self) -> &mut Self {
        self.service.stopping.set(self.world.now).expect("solo se detiene una vez");
        self.advance();
        self
    }

    /// Se acabó el plazo para detenerse: la conexión se suelta como esté.
    pub(super) fn drop_connection(&mut self) -> &mut Self {
        self.connection = None;
        self.client_takes();
        self
    }

    /// Otro hilo toma lo que este le dejó, con permiso para esperar a la red.
    pub(super) fn help(&mut self) -> &mut Self {
        assert_eq!(self.outcome, Outcome::HandOff, "nadie dejó nada a otro hilo");
        if let Some(connection) = self.connection.as_mut().filter(|held| held.needs_permit()) {
            connection.grant(());
        }
        let (hands_off, permits_uploads) = (self.world.hands_off, self.world.permits_uploads);
        (self.world.hands_off, self.world.permits_uploads) = (false, false);
        self.advance();
        (self.world.hands_off, self.world.permits_uploads) = (hands_off, permits_uploads);
        self
    }

    /// Avanza una vez.
    pub(super) fn step(&mut self) {
        self.act(Connection::serve);
    }

    /// Avanza hasta que haya que esperar a alguien.
    fn advance(&mut self) {
        loop {
            self.step();
            let has_taken = self.client_takes();
            match self.outcome {
                Outcome::Yield => {}
                Outcome::Park if has_taken => {}
                _ => return,
            }
        }
    }

    fn act(
        &mut self,
        act: impl FnOnce(&mut Connection<MemoryWire>, &mut Context<'_, World>) -> Outcome,
    ) {
        let Some(connection) = &mut self.connection else { return };
        self.outcome = act(
            connection,
            &mut Context {
                service: &self.service,
                application: &*self.application,
                scratch: &mut self.scratch,
                host: &mut self.world,
            },
        );
        if let Outcome::Close(reason) = self.outcome {
            (self.connection, self.reason) = (None, Some(reason));
        }
    }

    /// El cliente toma lo que haya, si es de los que toman; `true` si había algo.
    fn client_takes(&mut self) -> bool {
        if self.takes_all {
            let news = self.client.does(Event::Take(usize::MAX));
            self.notice(news);
        }
        let taken = self.client.take_seen();
        self.seen.extend_from_slice(&taken);
        !taken.is_empty() && self.takes_all
    }

    fn notice(&mut self, news: Readiness) {
        if let Some(connection) = &mut self.connection {
            connection.notice(news);
        }
    }

    /// Lo que tomó el cliente hasta ahora.
    pub(super) fn seen(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }

    /// Lo mismo, sea texto o no.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.seen
    }

    /// Olvida lo que tomó.
    pub(super) fn forget(&mut self) {
        self.seen.clear();
    }

    /// Cómo terminó la conexión para el cliente.
    pub(super) fn ending(&self) -> Ending {
        self.client.seen().1
    }

    /// Por qué se cerró, si se cerró.
    pub(super) fn reason(&self) -> Option<CloseReason> {
        self.reason
    }

    pub(super) fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// En qué etapa está; al cerrarse deja de existir.
    pub(super) fn stage(&self) -> StageKind {
        self.connection.as_ref().map_or(StageKind::Closed, Connection::stage)
    }

    pub(super) fn connection(&self) -> &Connection<MemoryWire> {
        self.connection.as_ref().expect("sigue abierta")
    }

    /// Hasta cuándo se la espera, si sigue abierta.
    pub(super) fn deadline(&self) -> Option<Moment> {
        Some(self.connection.as_ref()?.deadline(&self.service))
    }

    /// Cuánto falta para que venza.
    pub(super) fn left(&self) -> Option<Duration> {
        Some(self.deadline()?.saturating_sub(self.world.now))
    }
}

fn peers() -> Peers {
    Peers::new("localhost", 8000, None)
}

/// Un permiso que nunca hace falta a otro.
impl Permit for () {
    fn is_wanted(&self) -> bool {
        false
    }
}

impl Host for World {
    fn now(&self) -> Moment {
        self.now
    }

    fn calendar(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(CALENDAR) + self.passed
    }

    fn classify(&self, _method: &str, _script: &str, _path: &str) -> Class {
        Class(0)
    }

    fn hands_off(&self, _class: Class) -> bool {
        self.hands_off
    }

    fn permits_uploads(&self) -> bool {
        self.permits_uploads
    }

    fn has_upload_room(&self) -> bool {
        !self.is_full
    }

    fn during<T>(&mut self, _class: Class, call: impl FnOnce() -> T) -> T {
        self.calls += 1;
        self.now += self.call_lasts;
        call()
    }

    fn took_long(&self) -> bool {
        !self.call_lasts.is_zero()
    }

    /// Lo que la aplicación falle adrede no llena la pantalla.
    fn amends(&mut self, environ: &mut Environ) {
        environ.set_errors(ErrorStream::writer(io::sink()));
    }

    fn begins(&mut self, _head: &ResponseHead, body: &mut ResponseBody) {
        body.set_errors(ErrorStream::writer(io::sink()));
    }

    fn sees(&mut self, _chunk: &Chunk) {
        assert!(!self.panics, "adrede, donde no debía");
    }
}

/// Responde el método, la ruta y el cuerpo que recibió.
pub(super) fn echo(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let content = io::read_to_string(environ.input())?;
    start_response("200 OK", &[])?;
    Ok(Body::from(format!("{} {} [{content}]", environ.method(), environ.path_info())))
}

/// Responde sin mirar la petición.
pub(super) fn ignore(_environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[])?;
    Ok(Body::from("hecho"))
}

/// Un MiB, sobre la marcha.
pub(super) fn flood(_environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[])?;
    Ok(Body::stream((0..1000).map(|_| Ok(Chunk::from("x".repeat(1000))))))
}
