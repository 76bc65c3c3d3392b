//! Una conversación del mundo: su conexión, su cliente, y lo que se comprueba detrás de cada paso.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use super::applications::Play;
use super::network::{Network, SimulatedWire};
use super::plan::Planned;
use super::reader::{self, Transcript};
use super::verdict::{self, Circumstances};
use crate::connection::memory::Ending;
use crate::connection::{CloseReason, Connection, Moment, Protocol, Readiness, Service, StageKind};

/// Lo que cabe en la salida: con 64 KiB se deja de producir, y el último trozo cabe siempre.
const MAX_OUTGOING: usize = 64 * 1024 + 71_000 + 2 * 1024;

/// Dónde está una conexión.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Espera un aviso, o su plazo.
    Parked,
    /// Tiene algo que hacer.
    Ready,
    /// Espera a un hilo que pueda detenerse.
    Pool,
    Gone(CloseReason),
}

#[derive(Debug)]
pub(super) struct Talk {
    pub(super) connection: Option<Connection<SimulatedWire>>,
    pub(super) network: Arc<Network>,
    pub(super) planned: Vec<Arc<Planned>>,
    /// Lo que enviará el cliente, si nada se lo impide.
    pub(super) sent: Vec<u8>,
    pub(super) place: Place,
    /// Avisos que esperan a que vuelva quien la atiende.
    pub(super) held: Readiness,
    pub(super) deadline: Moment,
    /// Si nada la ha estorbado.
    pub(super) is_calm: bool,
    /// El plazo de la cabeza que está llegando, y cuántas respuestas iban.
    head: Option<(Moment, u64)>,
    /// Si al cerrarse había bytes que el servidor no podía saber que estaban ahí.
    pub(super) is_raced: bool,
}

impl Talk {
    pub(super) fn new(
        connection: Connection<SimulatedWire>,
        network: Arc<Network>,
        planned: Vec<Arc<Planned>>,
        sent: Vec<u8>,
        is_calm: bool,
    ) -> Self {
        Self {
            connection: Some(connection),
            network,
            planned,
            sent,
            place: Place::Ready,
            held: Readiness::default(),
            deadline: Duration::MAX,
            is_calm,
            head: None,
            is_raced: false,
        }
    }

    pub(super) fn is_gone(&self) -> bool {
        matches!(self.place, Place::Gone(_))
    }

    /// Si alguna de sus respuestas puede quedar a medias.
    pub(super) fn may_be_cut(&self) -> bool {
        self.planned.iter().any(|planned| planned.may_be_cut())
    }

    /// Entrega los avisos que haya a quien pueda recibirlos.
    pub(super) fn hear(&mut self) {
        self.held.add(self.network.take_news());
        let has_news = self.held != Readiness::default();
        let Some(connection) = &mut self.connection else { return };
        if has_news && self.place != Place::Pool {
            connection.notice(std::mem::take(&mut self.held));
            self.place = Place::Ready;
        }
    }

    /// Lo que tiene que valer cuando la conexión espera.
    pub(super) fn check_parked(
        &mut self,
        service: &Service,
        play: &Play,
        now: Moment,
    ) -> Result<(), String> {
        let Some(connection) = &self.connection else { return Ok(()) };
        let stage = connection.stage();
        self.deadline = connection.deadline(service);
        if self.deadline > now + longest(service, stage, connection.answered() > 0) {
            return Err(format!("en {stage:?} espera demasiado: hasta {:?}", self.deadline));
        }
        // En FastCGI se contesta a preguntas entre una petición y otra: son cabezas nuevas.
        let is_head = stage == StageKind::Head && service.config.protocol != Protocol::FastCgi;
        let head = is_head.then(|| (self.deadline, connection.answered()));
        if let (Some((before, answered)), Some((after, same))) = (self.head, head)
            && answered == same
            && after > before
        {
            return Err("el plazo de una cabeza crece mientras llega".to_owned());
        }
        self.head = head;
        self.check_room(connection, stage)?;
        let is_between =
            matches!(stage, StageKind::Idle | StageKind::Closing | StageKind::Lingering);
        match play.sand[self.planned[0].conversation].count() {
            0 => Ok(()),
            left if is_between => Err(format!("en {stage:?} quedan {left} cosas sin soltar")),
            _ => Ok(()),
        }
    }

    /// Los búferes, y quién los tiene.
    fn check_room(
        &self,
        connection: &Connection<SimulatedWire>,
        stage: StageKind,
    ) -> Result<(), String> {
        let link = &connection.link;
        if link.outgoing.pending() > MAX_OUTGOING {
            return Err(format!("debe {} bytes", link.outgoing.pending()));
        }
        let held = (link.incoming.held(), link.outgoing.held());
        if link.is_quiet() && held != (0, 0) {
            return Err(format!("en {stage:?} se queda con un sitio que no usa: {held:?}"));
        }
        Ok(())
    }

    /// Lo que entendió el cliente hasta ahora.
    pub(super) fn transcript(&self, around: Circumstances) -> Result<Transcript, String> {
        let (bytes, ending) = self.network.client.seen();
        let is_head: Vec<bool> =
            self.planned.iter().map(|one| one.is_head(around.protocol)).collect();
        let ending = if self.network.is_all_taken() { ending } else { Ending::Open };
        reader::read(around.protocol, &bytes, &is_head, ending)
    }

    /// Lo que entendió, sin los permisos de enviar: no se dan si el cuerpo ya llegó.
    pub(super) fn permitted(&self, around: Circumstances) -> Result<Transcript, String> {
        let mut transcript = self.transcript(around)?;
        transcript.answers.iter_mut().for_each(|answer| answer.interim = 0);
        Ok(transcript)
    }

    /// Si lo que entendió el cliente es lo que iba a pasar.
    pub(super) fn check_answers(&self, around: Circumstances) -> Result<(), String> {
        let transcript = self.transcript(around)?;
        verdict::check(&self.planned, &transcript, around)?;
        let (_, ending) = self.network.client.seen();
        let is_last_cut = transcript.answers.last().is_some_and(|answer| !answer.is_whole);
        let may_cut = self.planned.iter().any(|planned| planned.may_fail());
        if around.is_calm && ending == Ending::Aborted && !is_last_cut && !may_cut {
            return Err(format!("se cortó sin motivo: {:?}", self.place));
        }
        Ok(())
    }

    /// Ya no va a pasar nada más: lo pedido tiene respuesta, y lo que esperaba algo, un motivo.
    pub(super) fn check_settled(&self, play: &Play, around: Circumstances) -> Result<(), String> {
        if !around.is_calm {
            return Ok(());
        }
        let transcript = self.transcript(around)?;
        verdict::check_complete(&self.planned, &transcript, around)?;
        let stage = self.connection.as_ref().map(Connection::stage);
        let seen = play.seen[self.planned[0].conversation].load(SeqCst);
        if stage.is_some() && self.network.client.has_finished() {
            return Err(format!("el cliente terminó, y sigue en {stage:?}"));
        }
        match stage {
            None | Some(StageKind::Idle | StageKind::Lingering) => Ok(()),
            Some(stage) => Err(format!("se quedó en {stage:?} con {seen} peticiones vistas")),
        }
    }
}

/// Cuánto se puede esperar, como mucho, en cada etapa.
fn longest(service: &Service, stage: StageKind, has_answered: bool) -> Duration {
    let config = &service.config;
    match stage {
        StageKind::Idle if has_answered => config.idle_timeout.max(config.write_timeout),
        StageKind::Idle => config.head_timeout.max(config.write_timeout),
        StageKind::Head => config.head_timeout,
        StageKind::Body => config.body_timeout,
        StageKind::Responding | StageKind::Closing | StageKind::Cutting => config.write_timeout,
        StageKind::Lingering => config.linger_timeout,
        // Estas no se quedan esperando un aviso.
        StageKind::Calling | StageKind::Closed => Duration::ZERO,
    }
}
