//! Un mundo: unas conversaciones a la vez, unos hilos que se las pasan, y un reloj.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::time::Duration;

use super::applications::{Notebook, Play};
use super::bodies::Sand;
use super::encode::encode;
use super::host::{Thread, Wanted};
use super::network::{Clock, Network};
use super::plan::{MAX_BODY, MAX_HEAD, Manners, invent};
use super::random::Random;
use super::talk::{Place, Talk};
use super::verdict::Circumstances;
use crate::connection::{
    CloseReason, Config, Connection, Context, Event, Outcome, Protocol, Readiness, Scratch,
    Service, System,
};
use crate::gateway::Peers;
use crate::guarded::catch;

/// Cuántas veces puede vencer el plazo de quien ya no hace nada.
const MAX_EXPIRIES: usize = 12;

/// Cuántos pasos seguidos puede dar una conexión sin que pase nada.
const MAX_TURNS: usize = 400_000;

#[derive(Debug)]
pub(super) struct World {
    random: Random,
    manners: Manners,
    service: Service,
    play: Play,
    clock: Arc<Clock>,
    networks: Vec<Arc<Network>>,
    talks: Vec<Talk>,
    threads: Vec<Scratch>,
    is_told: bool,
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
        let config = invent_config(&mut random);
        let count = random.between(1, 4);
        let planned: Vec<Vec<_>> = (0..count)
            .map(|number| invent(&mut random, manners, number).into_iter().map(Arc::new).collect())
            .collect();
        let play = Play {
            seen: planned.iter().map(|_| AtomicUsize::new(0)).collect(),
            sand: planned.iter().map(|_| Sand::default()).collect(),
            planned,
            notebook: Arc::new(Notebook::default()),
        };
        let mut world = Self {
            manners,
            service: Service::new(protocol, config, "localhost".to_owned()),
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
        let script = invent_script(&mut self.random, bytes, is_calm);
        if self.is_told {
            println!("{conversation}: {planned:#?}");
            println!("{conversation}: {script:?}");
        }
        let capacity = match self.random.below(4) {
            0 => self.random.between(1, 40),
            1 => self.random.between(1, 5_000),
            _ => 100_000,
        };
        let system = System { capacity, sends_files: self.random.one_in(2) };
        let random = self.random.fork();
        let (wire, network) = Network::new(script, system, &self.clock, random);
        let peers = Peers::new("localhost", 8000, Some(([127, 0, 0, 1], 50_000).into()));
        let connection = Connection::new(wire, peers, self.clock.now());
        self.networks.push(network.clone());
        self.talks.push(Talk::new(connection, network, planned, is_calm));
    }

    /// Vive hasta el final.
    pub(super) fn run(mut self) -> Result<(), String> {
        while self.talks.iter().any(|talk| !talk.network.is_quiet() && !talk.is_gone()) {
            self.step()?;
        }
        self.settle()?;
        self.wear_out()?;
        self.end()
    }

    fn tell(&self, text: impl FnOnce() -> String) {
        if self.is_told {
            println!("{:>12?} {}", self.clock.now(), text());
        }
    }

    /// Pasa algo.
    fn step(&mut self) -> Result<(), String> {
        let at = self.random.below(self.talks.len());
        match self.random.below(20) {
            0..9 => self.attend(at)?,
            9..13 => {
                let happened = self.talks[at].network.happen();
                self.tell(|| format!("{at}: {}", if happened { "pasa algo" } else { "calla" }));
            }
            13..16 => self.take(at),
            16 => self.pass_time(at),
            17 => self.meddle(),
            18 => self.stumble(at)?,
            _ => self.check(at)?,
        }
        self.hear()
    }

    fn hear(&mut self) -> Result<(), String> {
        for talk in &mut self.talks {
            talk.hear();
        }
        let faults = std::mem::take(&mut *self.play.notebook.faults.lock().expect("entero"));
        match faults.into_iter().next() {
            None => Ok(()),
            Some(fault) => Err(fault),
        }
    }

    fn take(&mut self, at: usize) {
        let count = self.random.pick(&[1, 10, 100, 5_000, usize::MAX]);
        self.tell(|| format!("{at}: toma hasta {count}"));
        self.talks[at].network.take(count);
    }

    fn pass_time(&mut self, at: usize) {
        let time = match (self.manners.is_calm, self.random.below(4)) {
            (true, _) | (_, 0) => Duration::from_millis(1),
            (_, 1) => Duration::from_millis(300),
            (_, 2) => Duration::from_secs(3),
            (_, _) => {
                self.talks[at].deadline.min(Duration::from_secs(900))
                    - self.clock.now().min(self.talks[at].deadline.min(Duration::from_secs(900)))
            }
        };
        self.tell(|| format!("pasa {time:?}"));
        self.clock.pass(time);
    }

    /// Algo que ninguna conexión espera: otro hilo lee, un archivo se acorta, un aviso de más.
    fn meddle(&mut self) {
        match self.random.below(3) {
            0 => self.read_kept(),
            1 => {
                let shrinking = self.play.notebook.shrinking.lock().expect("entero").pop();
                if let Some((file, length)) = shrinking {
                    self.tell(|| format!("un archivo se queda en {length}"));
                    file.set_len(length).expect("se puede acortar");
                }
            }
            // Un aviso de más taparía uno de menos.
            _ if self.manners.is_calm => {}
            _ => {
                let at = self.random.below(self.talks.len());
                self.talks[at].held.add(Readiness {
                    readable: true,
                    writable: true,
                    read_closed: false,
                });
            }
        }
    }

    /// Otro hilo lee un poco de un cuerpo con que se quedó.
    fn read_kept(&mut self) {
        let kept = self.play.notebook.kept.lock().expect("entero").pop();
        let Some(mut kept) = kept else { return };
        self.tell(|| format!("{}: otro hilo lee", kept.conversation()));
        let mut room = vec![0; self.random.between(1, 2_000)];
        let read = kept.read(&mut room);
        self.tell(|| format!("leyó {read:?}"));
        if matches!(read, Ok(1..)) {
            self.play.notebook.kept.lock().expect("entero").push(kept);
        }
    }

    /// Una desgracia: el servidor se detiene, o se acaba de golpe.
    fn stumble(&mut self, at: usize) -> Result<(), String> {
        if self.manners.is_calm || !self.random.one_in(12) {
            return Ok(());
        }
        if self.random.one_in(2) {
            self.tell(|| "el servidor se detiene".to_owned());
            let _ = self.service.stopping.set(self.clock.now());
            for talk in &mut self.talks {
                talk.held.add(Readiness { readable: true, ..Readiness::default() });
            }
            return Ok(());
        }
        self.tell(|| format!("{at}: se suelta"));
        self.dismiss(at, CloseReason::Stopping)
    }

    /// Un hilo atiende una conexión, si le toca.
    fn attend(&mut self, at: usize) -> Result<(), String> {
        let is_due = self.clock.now() >= self.talks[at].deadline;
        match self.talks[at].place {
            Place::Parked if is_due => {
                self.talks[at].is_calm = false;
                self.serve(at, true)
            }
            Place::Parked | Place::Gone(_) => Ok(()),
            Place::Ready | Place::Pool => self.serve(at, false),
        }
    }

    fn serve(&mut self, at: usize, is_expired: bool) -> Result<(), String> {
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
            Outcome::Close(reason) => {
                talk.held.add(talk.network.take_news());
                talk.is_raced = is_blind && talk.held.readable;
                self.dismiss(at, reason)?;
            }
        }
        Ok(())
    }

    /// Suelta una conexión, en lo que esté.
    fn dismiss(&mut self, at: usize, reason: CloseReason) -> Result<(), String> {
        let talk = &mut self.talks[at];
        talk.place = Place::Gone(reason);
        let connection = talk.connection.take();
        catch(|| drop(connection)).map_err(|panic| format!("un pánico al soltar: {panic}"))?;
        match self.play.sand[at].count() {
            0 => Ok(()),
            left if self.is_reading_meanwhile(at) => {
                let _ = left;
                Ok(())
            }
            left => Err(format!("se cerró y quedan {left} cosas sin soltar")),
        }
    }

    fn is_reading_meanwhile(&self, _at: usize) -> bool {
        false
    }

    fn around(&self, at: usize) -> Circumstances {
        Circumstances {
            protocol: self.manners.protocol,
            is_calm: self.talks[at].is_calm && !self.talks[at].is_raced,
            is_over: self.talks[at].network.is_all_taken() && self.talks[at].is_gone(),
            small_body: self.service.config.small_body,
        }
    }

    fn check(&self, at: usize) -> Result<(), String> {
        self.talks[at].check_answers(self.around(at)).map_err(|reason| format!("{at}: {reason}"))
    }

    /// Deja que pase todo lo que puede pasar sin que venza ningún plazo.
    fn settle(&mut self) -> Result<(), String> {
        for at in 0..self.talks.len() {
            self.exhaust(at, true)?;
        }
        for at in 0..self.talks.len() {
            self.check(at)?;
            let talk = &self.talks[at];
            talk.check_settled(&self.play, self.around(at)).map_err(|e| format!("{at}: {e}"))?;
        }
        Ok(())
    }

    /// Atiende una conexión hasta que no puede seguir.
    fn exhaust(&mut self, at: usize, takes: bool) -> Result<(), String> {
        for _ in 0..MAX_TURNS {
            if takes {
                self.talks[at].network.take(usize::MAX);
            }
            self.hear()?;
            match self.talks[at].place {
                Place::Ready | Place::Pool => self.serve(at, false)?,
                Place::Parked if self.talks[at].network.is_all_taken() || !takes => return Ok(()),
                Place::Parked => {}
                Place::Gone(_) => return Ok(()),
            }
        }
        Err(format!("{at}: no deja de dar vueltas"))
    }

    /// Los clientes ya no hacen nada: cada conexión se acaba en unos pocos plazos.
    fn wear_out(&mut self) -> Result<(), String> {
        for at in 0..self.talks.len() {
            for _ in 0..MAX_EXPIRIES {
                if self.talks[at].is_gone() {
                    break;
                }
                self.clock.reach(self.talks[at].deadline);
                self.talks[at].is_calm = false;
                self.serve(at, true)?;
                self.exhaust(at, false)?;
            }
            if !self.talks[at].is_gone() {
                let stage = self.talks[at].connection.as_ref().map(Connection::stage);
                return Err(format!("{at}: no se acaba nunca: {stage:?}"));
            }
        }
        Ok(())
    }

    /// Lo que tiene que valer cuando ya no queda nadie.
    fn end(mut self) -> Result<(), String> {
        self.play.notebook.kept.lock().expect("entero").clear();
        for at in 0..self.talks.len() {
            self.talks[at].network.take(usize::MAX);
            self.check(at)?;
        }
        self.hear()?;
        match self.play.sand.iter().map(Sand::count).sum() {
            0 => Ok(()),
            left => Err(format!("al final quedan {left} cosas sin soltar")),
        }
    }
}

fn invent_config(random: &mut Random) -> Config {
    Config {
        max_request_line: 256,
        max_head: MAX_HEAD,
        max_fields: 20,
        max_body: MAX_BODY as u64,
        small_body: random.pick(&[1, 20, 64, 500, 4_096, 65_536]),
        ..Config::default()
    }
}

/// Lo que hará el cliente con esos bytes.
fn invent_script(random: &mut Random, mut bytes: Vec<u8>, is_calm: bool) -> Vec<Event> {
    let is_cut = !is_calm && random.one_in(5);
    if is_cut {
        bytes.truncate(random.below(bytes.len() + 1));
    }
    let most = random.pick(&[usize::MAX, usize::MAX, 1_000, 100, 20]);
    let mut script = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(random.between(1, rest.len().min(most)));
        script.push(Event::Send(piece.to_vec()));
        if random.one_in(4) {
            script.push(Event::Take(random.between(1, 500)));
        }
        rest = after;
    }
    match random.below(4) {
        0 if !is_calm => script.push(Event::Reset),
        0 | 1 => script.push(Event::Finish),
        _ => {}
    }
    script
}
