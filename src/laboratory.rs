//! Lo que el laboratorio del libro necesita ver por dentro: una conexión de HTTP en memoria, con las etapas
//! por las que pasa. Solo existe con la característica `laboratory`, y no es parte de la biblioteca.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::Config;
use crate::application::Application;
use crate::connection::{
    Class, Client, Connection, Context, Event, Host, MemoryWire, Moment, Outcome, Scratch, Service,
    StageKind, System,
};
use crate::environ::Environ;
use crate::gateway::{Peers, ResponseBody, ResponseHead};
use crate::input::ErrorStream;

/// Cuándo empieza todo, en segundos desde 1970.
const START: u64 = 1_795_509_600;

/// Un sistema que nunca hace esperar.
const SYSTEM: System = System { capacity: usize::MAX, sends_files: false };

/// Lo que hay fuera de la conexión, y que pone quien la mira.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    /// Cuánto ha pasado desde que empezó todo.
    pub clock: fn() -> Duration,
    /// Una salida nueva para lo que se anota.
    pub errors: fn() -> ErrorStream,
}

/// Una conversación entera: el cliente, la conexión y la hora.
pub struct Talk<'a> {
    application: &'a dyn Application,
    service: Service,
    connection: Connection<MemoryWire>,
    client: Client,
    scratch: Scratch,
    world: World,
    end: Option<String>,
}

/// Donde vive la conexión: un solo hilo, que anota por dónde pasa.
#[derive(Debug)]
struct World {
    outside: Outside,
    stages: Vec<StageKind>,
}

impl<'a> Talk<'a> {
    /// Una conexión nueva con `localhost:8000`.
    #[must_use]
    pub fn new(application: &'a dyn Application, config: Config, outside: Outside) -> Self {
        let (wire, client) = MemoryWire::new([], SYSTEM);
        let peers = Peers::new("localhost", 8000, Some(([127, 0, 0, 1], 50_000).into()));
        Self {
            application,
            service: Service::new(config, "localhost".to_owned()),
            connection: Connection::new(wire, peers, (outside.clock)()),
            client,
            scratch: Scratch::default(),
            world: World { outside, stages: vec![StageKind::Idle] },
            end: None,
        }
    }

    /// El cliente envía unos bytes, y la conexión avanza hasta donde puede.
    pub fn send(&mut self, bytes: &[u8]) {
        self.happen(Event::Send(bytes.to_vec()));
    }

    /// El cliente no enviará nada más.
    pub fn finish(&mut self) {
        self.happen(Event::Finish);
    }

    /// Cuándo vence el plazo de lo que espera.
    #[must_use]
    pub fn deadline(&self) -> Duration {
        self.connection.deadline(&self.service)
    }

    /// Vence el plazo: la hora que dé el reloj ya debe ser la de [`deadline`](Self::deadline).
    pub fn expire(&mut self) {
        self.advance(Connection::expire);
    }

    /// Lo que el cliente recibió desde la última vez.
    #[must_use]
    pub fn received(&mut self) -> Vec<u8> {
        self.client.take_seen()
    }

    /// Las etapas por las que ha pasado desde la última vez; la última es en la que está.
    #[must_use]
    pub fn stages(&mut self) -> Vec<String> {
        let stages = self.world.stages.iter().map(|stage| format!("{stage:?}")).collect();
        self.world.stages.drain(..self.world.stages.len() - 1);
        stages
    }

    /// Por qué se cerró, si se cerró.
    #[must_use]
    pub fn end(&self) -> Option<&str> {
        self.end.as_deref()
    }

    fn happen(&mut self, event: Event) {
        if self.end.is_some() {
            return;
        }
        let news = self.client.does(event);
        self.connection.notice(news);
        self.advance(Connection::serve);
    }

    fn advance(
        &mut self,
        mut act: impl FnMut(&mut Connection<MemoryWire>, &mut Context<'_, World>) -> Outcome,
    ) {
        let Self { application, service, connection, client, scratch, world, end } = self;
        let context = &mut Context { service, application: *application, scratch, host: world };
        let mut outcome = act(connection, context);
        loop {
            let news = client.does(Event::Take(usize::MAX));
            match outcome {
                Outcome::Close(reason) => return *end = Some(format!("{reason:?}")),
                Outcome::Park if !news.writable => return,
                Outcome::Park | Outcome::Yield | Outcome::HandOff => connection.notice(news),
            }
            outcome = connection.serve(context);
        }
    }
}

impl fmt::Debug for Talk<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Talk({:?})", self.world)
    }
}

impl Host for World {
    const IS_BEHIND: bool = false;

    const LENDS_WRITER: bool = false;

    fn now(&self) -> Moment {
        (self.outside.clock)()
    }

    fn calendar(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(START) + self.now()
    }

    fn classify(&self, _method: &str, _script: &str, _path: &str) -> Class {
        Class::UNTAUGHT
    }

    fn moves(&mut self, stage: StageKind) {
        self.stages.push(stage);
    }

    fn amends(&mut self, environ: &mut Environ) {
        environ.set_errors((self.outside.errors)());
    }

    fn begins(&mut self, _head: &ResponseHead, body: &mut ResponseBody) {
        body.set_errors((self.outside.errors)());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::StartResponse;
    use crate::body::Body;
    use crate::error::Result;
    use pretty_assertions::assert_eq;
    use std::cell::Cell;
    use std::io;

    thread_local! {
        static NOW: Cell<Duration> = const { Cell::new(Duration::ZERO) };
    }

    fn greet(_: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        start_response("200 OK", &[("Content-Type", "text/plain")])?;
        Ok(Body::from("Hola"))
    }

    fn talk() -> Talk<'static> {
        let errors = || ErrorStream::writer(io::sink());
        Talk::new(&greet, Config::default(), Outside { clock: || NOW.get(), errors })
    }

    #[test]
    fn se_ve_por_donde_pasa_y_lo_que_el_cliente_recibe() {
        let mut talk = talk();
        talk.send(b"GET / HTTP/1.1\r\n");
        assert_eq!((talk.stages(), talk.received()), (vec!["Idle".into(), "Head".into()], vec![]));
        talk.send(b"Host: x\r\n\r\n");
        assert_eq!(talk.stages(), ["Head", "Idle"]);
        assert!(talk.received().ends_with(b"\r\n\r\nHola"));
        talk.finish();
        assert_eq!(
            (talk.stages(), talk.end()),
            (vec!["Idle".into(), "Closed".into()], Some("ClientGone"))
        );
    }

    #[test]
    fn el_plazo_vence_cuando_lo_dice_el_reloj() {
        let mut talk = talk();
        talk.send(b"GET / HTTP/1.1\r\n");
        NOW.set(talk.deadline());
        talk.expire();
        assert!(talk.received().starts_with(b"HTTP/1.1 408 "), "{talk:?}");
        assert_eq!(talk.stages().last().map(String::as_str), Some("Lingering"));
    }
}
