//! Un mundo: unas conversaciones a la vez, unos hilos que se las pasan, y un reloj.

use std::sync::Arc;

use super::applications::Play;
use super::encode::encode;
use super::host::{Thread, Wanted};
use super::network::{Clock, Network};
use super::plan::{Manners, Planned, invent};
use super::random::Random;
use super::surroundings::{invent_config, invent_script, invent_system};
use super::talk::{Place, Talk};
use super::verdict::Circumstances;
use crate::connection::memory::Ending;
use crate::connection::{
    CloseReason, Config, Connection, Context, Event, Outcome, Protocol, Scratch, Service, System,
};
use crate::gateway::Peers;
use crate::guarded::catch;

#[derive(Debug)]
pub(super) struct World {
    pub(super) random: Random,
    pub(super) manners: Manners,
    pub(super) service: Service,
    pub(super) play: Play,
    pub(super) clock: Arc<Clock>,
    pub(super) networks: Vec<Arc<Network>>,
    pub(super) talks: Vec<Talk>,
    pub(super) threads: Vec<Scratch>,
    pub(super) is_told: bool,
}

impl World {
    pub(super) fn new(seed: u64, is_told: bool) -> Self {
        let mut random = Random::new(seed);
        let protocol = random.pick(&[
            Protocol::Http,
            Protocol::Http,
            Protocol::Http,
            Protocol::FastCgi,
            Protocol::FastCgi,
            Protocol::Scgi,
            Protocol::Uwsgi,
        ]);
        let manners =
            Manners { protocol, is_calm: random.one_in(2), may_be_large: random.one_in(12) };
        let config = Config { protocol, ..invent_config(&mut random) };
        let count = random.between(1, 4);
        let planned: Vec<Vec<_>> = (0..count)
            .map(|number| invent(&mut random, manners, number).into_iter().map(Arc::new).collect())
            .collect();
        let play = Play::new(planned);
        let mut world = Self {
            manners,
            service: Service::new(config, "localhost".to_owned()),
            play,
            clock: Arc::default(),
            networks: Vec::new(),
            talks: Vec::new(),
            threads: (0..random.between(1, 3)).map(|_| Scratch::default()).collect(),
            random,
            is_told,
        };
        for conversation in 0..count {
            world.open(conversation);
        }
        world
    }

    /// Otro en que esa conversación llega de una vez.
    pub(super) fn again(&self, at: usize) -> Self {
        let talk = &self.talks[at];
        let mut world = Self {
            random: Random::new(at as u64),
            manners: self.manners,
            service: Service::new(self.service.config.clone(), "localhost".to_owned()),
            play: Play::new(self.play.planned.clone()),
            clock: Arc::default(),
            networks: Vec::new(),
            talks: Vec::new(),
            threads: vec![Scratch::default()],
            is_told: self.is_told,
        };
        let script = vec![Event::Send(talk.sent.clone())];
        let system = System { capacity: usize::MAX, sends_files: false };
        world.connect(talk.planned.clone(), talk.sent.clone(), script, system);
        world
    }

    /// Cuántas conversaciones hay.
    pub(super) fn count(&self) -> usize {
        self.talks.len()
    }

    fn open(&mut self, conversation: usize) {
        let planned = self.play.planned[conversation].clone();
        let is_calm = self.manners.is_calm;
        let mut bytes = Vec::new();
        for one in &planned {
            bytes.extend(encode(&mut self.random, self.manners.protocol, one));
        }
        let script = invent_script(&mut self.random, bytes.clone(), is_calm);
        if self.is_told {
            println!("{conversation}: {planned:#?}");
            println!("{conversation}: {script:?}");
        }
        let system = invent_system(&mut self.random);
        self.connect(planned, bytes, script, system);
    }

    fn connect(
        &mut self,
        planned: Vec<Arc<Planned>>,
        sent: Vec<u8>,
        script: Vec<Event>,
        system: System,
    ) {
        let random = self.random.fork();
        let (wire, network) = Network::new(script, system, &self.clock, random);
        let peers = Peers::new("localhost", 8000, Some(([127, 0, 0, 1], 50_000).into()));
        let connection = Connection::new(wire, peers, self.clock.now());
        self.networks.push(network.clone());
        self.talks.push(Talk::new(connection, network, planned, sent, self.manners.is_calm));
    }

    pub(super) fn tell(&self, text: impl FnOnce() -> String) {
        if self.is_told {
            println!("{:>12?} {}", self.clock.now(), text());
        }
    }

    pub(super) fn hear(&mut self) -> Result<(), String> {
        for talk in &mut self.talks {
            talk.hear();
        }
        let faults = std::mem::take(&mut *self.play.notebook.faults.lock().expect("entero"));
        match faults.into_iter().next() {
            None => Ok(()),
            Some(fault) => Err(fault),
        }
    }

    pub(super) fn serve(&mut self, at: usize, is_expired: bool) -> Result<(), String> {
        if self.random.one_in(8) {
            self.threads.push(Scratch::default());
            self.threads.swap_remove(0);
        }
        let thread = self.random.below(self.threads.len());
        let helps = self.talks[at].place == Place::Pool;
        let random = self.random.fork();
        let mut host = Thread::new(&self.clock, &self.networks, random, helps);
        let talk = &mut self.talks[at];
        let connection = talk.connection.as_mut().expect("sigue abierta");
        let context = &mut Context {
            service: &self.service,
            application: &self.play,
            scratch: &mut self.threads[thread],
            host: &mut host,
        };
        let outcome = match is_expired {
            true => connection.expire(context),
            false => connection.serve(context),
        };
        let is_blind = host.is_blind;
        self.tell(|| {
            let stage = self.talks[at].connection.as_ref().map(Connection::stage);
            let how = if is_expired { "vence" } else { "avanza" };
            format!("{at}: {how} con el hilo {thread}: {outcome:?}, {stage:?}")
        });
        self.place(at, outcome, is_blind)
    }

    fn place(&mut self, at: usize, outcome: Outcome, is_blind: bool) -> Result<(), String> {
        let talk = &mut self.talks[at];
        let connection = talk.connection.as_mut().expect("sigue abierta");
        match outcome {
            Outcome::Park => {
                talk.place = Place::Parked;
                talk.check_parked(&self.service, &self.play, self.clock.now())?;
            }
            Outcome::Yield => talk.place = Place::Ready,
            Outcome::HandOff => {
                talk.place = Place::Pool;
                if connection.needs_permit() {
                    connection.grant(Wanted(self.random.one_in(3)));
                }
            }
            Outcome::Close(CloseReason::Panic) => return Err("un pánico de la máquina".to_owned()),
            Outcome::Close(CloseReason::BodyIncomplete) if !talk.may_be_cut() => {
                return Err("se cortó una respuesta entera".to_owned());
            }
            Outcome::Close(reason) => {
                talk.held.add(talk.network.take_news());
                let is_blind = is_blind && talk.held.readable;
                talk.is_raced |= is_blind;
                let is_clean = talk.is_calm && !is_blind && reason != CloseReason::BodyIncomplete;
                self.dismiss(at, reason)?;
                if is_clean && self.networks[at].client.seen().1 == Ending::Aborted {
                    return Err(format!("cerró por {reason:?} con bytes sin leer"));
                }
            }
        }
        Ok(())
    }

    /// Suelta una conexión, en lo que esté.
    pub(super) fn dismiss(&mut self, at: usize, reason: CloseReason) -> Result<(), String> {
        let talk = &mut self.talks[at];
        talk.place = Place::Gone(reason);
        // Quien sigue enviando detrás de lo último recibe un corte.
        talk.is_raced |= reason.is_usual() && talk.network.client.has_plans();
        let connection = talk.connection.take();
        catch(|| drop(connection)).map_err(|panic| format!("un pánico al soltar: {panic}"))?;
        match self.play.sand[talk.planned[0].conversation].count() {
            0 => Ok(()),
            left => Err(format!("se cerró y quedan {left} cosas sin soltar")),
        }
    }

    pub(super) fn around(&self, at: usize) -> Circumstances {
        Circumstances {
            protocol: self.manners.protocol,
            is_calm: self.talks[at].is_calm && !self.talks[at].is_raced,
            is_over: self.talks[at].network.is_all_taken() && self.talks[at].is_gone(),
            small_body: self.service.config.small_body,
        }
    }

    pub(super) fn check(&self, at: usize) -> Result<(), String> {
        self.talks[at].check_answers(self.around(at)).map_err(|reason| format!("{at}: {reason}"))
    }
}
