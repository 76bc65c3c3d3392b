//! De los registros que llegan a las variables y el cuerpo de una petición (§5 y §6.2).
//!
//! Consume lo que llega, esté partido donde esté partido. Lo que hay que contestar mientras tanto se
//! junta en `replies`, para quien sabe cuándo se puede enviar.

use super::pairs;
use super::record::{Ending, HEADER, Header, Kind, write_ending, write_unknown, write_values};
use crate::cgi::variables::Variable;
use crate::http::Rejection;

/// Cuánto mide el contenido de un registro que hay que entender entero.
const MAX_HELD: usize = 1024;

/// Cuánto se puede deber en respuestas a quien no las lee.
const MAX_REPLIES: usize = 64 * 1024;

/// Lo que cada registro del cuerpo puede gastar sin que cuente: su cabeza y su relleno…
const FREE_PER_RECORD: u64 = 16;

/// … y por cada byte de contenido, para quien rellena.
const FREE_PER_BYTE: u64 = 2;

/// El único papel que se atiende: responder (§6.2).
const RESPONDER: [u8; 2] = [0, 1];

/// El aviso de que la conexión sigue después de responder (§5.1).
const KEEP_CONNECTION: u8 = 1;

/// Hasta dónde se recibe.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ReceiverLimits {
    /// Bytes de las variables, con sus registros.
    pub(crate) head: usize,
    /// Bytes que un cuerpo puede gastar en lo que no es contenido.
    pub(crate) overhead: u64,
    /// Cuántas conexiones se atienden: es lo que se contesta a quien pregunta.
    pub(crate) connections: usize,
}

/// Por dónde va la petición.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Todavía no empieza.
    Waiting,
    /// No empezará: pidió algo que no se hace, y que después se cerrara.
    Refused,
    /// Llegan sus variables.
    Params,
    /// Llega su cuerpo.
    Content,
    Done,
    /// El servidor web la abandonó (§5.4).
    Aborted,
}

/// Lo recibido de una petición.
#[derive(Debug)]
pub(crate) struct Receiver {
    limits: ReceiverLimits,
    phase: Phase,
    at: At,
    /// Lo que llegó de una cabeza, o de un registro que hay que entender entero.
    held: Vec<u8>,
    id: u16,
    keeps_connection: bool,
    params: Vec<u8>,
    head_bytes: usize,
    content_left: Option<u64>,
    overhead: u64,
    replies: Vec<u8>,
}

/// En qué parte de un registro va lo recibido.
#[derive(Debug, Clone, Copy)]
enum At {
    Header,
    Content { header: Header, use_for: Use, left: usize },
    Padding { header: Header, left: usize },
}

/// Para qué es el contenido de un registro.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Use {
    Params,
    Content,
    /// Para entenderlo cuando esté entero.
    Hold,
    Nothing,
}

impl Receiver {
    pub(crate) fn new(limits: ReceiverLimits) -> Self {
        Self {
            limits,
            phase: Phase::Waiting,
            at: At::Header,
            held: Vec::new(),
            id: 0,
            keeps_connection: false,
            params: Vec::new(),
            head_bytes: 0,
            content_left: None,
            overhead: 0,
            replies: Vec::new(),
        }
    }

    pub(crate) fn phase(&self) -> Phase {
        self.phase
    }

    /// Si no hay nada a medias: ni petición, ni registro.
    pub(crate) fn is_idle(&self) -> bool {
        self.phase == Phase::Waiting && self.held.is_empty() && matches!(self.at, At::Header)
    }

    /// El número de la petición.
    pub(crate) fn id(&self) -> u16 {
        self.id
    }

    /// Si el servidor web quiere seguir con la conexión.
    pub(crate) fn keeps_connection(&self) -> bool {
        self.keeps_connection
    }

    /// Las variables, cuando ya llegaron todas.
    pub(crate) fn variables(&self) -> impl Iterator<Item = Variable<'_>> {
        pairs::read(&self.params)
    }

    /// Cuántos bytes ocupan.
    pub(crate) fn variables_length(&self) -> usize {
        self.params.len()
    }

    /// Olvida las variables, que ya están en otra parte, y dice cuánto medirá el cuerpo.
    pub(crate) fn expect_content(&mut self, length: Option<u64>) {
        self.params = Vec::new();
        self.content_left = length;
    }

    /// Lo que hay que contestar, y deja de deberse.
    pub(crate) fn take_replies(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.replies)
    }

    /// Consume registros hasta que haya variables, cuerpo o final, y pasa el cuerpo a `output`, sin que crezca más
    /// de `room` bytes. Devuelve cuántos bytes de `input` consumió.
    pub(crate) fn decode(
        &mut self,
        input: &[u8],
        output: &mut Vec<u8>,
        room: usize,
    ) -> Result<usize, Rejection> {
        if matches!(self.phase, Phase::Done | Phase::Aborted | Phase::Refused) {
            return Ok(0);
        }
        let (phase, full) = (self.phase, output.len().saturating_add(room));
        let mut consumed = 0;
        while consumed < input.len() && (self.phase == phase || self.phase == Phase::Params) {
            let rest = &input[consumed..];
            let is_content = matches!(self.at, At::Content { use_for: Use::Content, .. });
            let taken = match self.at {
                At::Header => self.take_header(rest)?,
                At::Content { header, use_for, left } => {
                    let rest = &rest[..rest.len().min(left)];
                    let taken = self.take_content(use_for, rest, output, full);
                    self.at = At::Content { header, use_for, left: left - taken };
                    taken
                }
                At::Padding { header, left } => {
                    let taken = rest.len().min(left);
                    self.at = At::Padding { header, left: left - taken };
                    taken
                }
            };
            if taken == 0 {
                break;
            }
            consumed += taken;
            self.count(taken, is_content)?;
            self.turn_pages()?;
        }
        Ok(consumed)
    }

    fn take_header(&mut self, rest: &[u8]) -> Result<usize, Rejection> {
        let taken = rest.len().min(HEADER - self.held.len());
        self.held.extend_from_slice(&rest[..taken]);
        if let Ok(bytes) = self.held[..].try_into() {
            let header = Header::parse(bytes)?;
            self.held.clear();
            let use_for = self.use_of(header)?;
            self.at = At::Content { header, use_for, left: header.content };
        }
        Ok(taken)
    }

    /// Para qué es un registro que empieza; los de otra petición no son para nada.
    fn use_of(&mut self, header: Header) -> Result<Use, Rejection> {
        let is_own = header.id == self.id && header.id != 0;
        match (header.kind, self.phase) {
            (Kind::BeginRequest, _) if header.content == 8 && header.id != 0 => Ok(Use::Hold),
            (Kind::BeginRequest, _) => Err(Rejection::Record),
            (Kind::GetValues, _) if header.id == 0 && header.content <= MAX_HELD => Ok(Use::Hold),
            (Kind::GetValues, _) if header.id == 0 => Err(Rejection::Record),
            (Kind::Params, Phase::Params) if is_own => Ok(Use::Params),
            (Kind::Stdin, Phase::Content) if is_own => self.count_content(header.content),
            (Kind::Params | Kind::Stdin, Phase::Params | Phase::Content) if is_own => {
                Err(Rejection::Record)
            }
            _ => Ok(Use::Nothing),
        }
    }

    /// Un registro del cuerpo, que no puede medir más ni menos de lo que se anunció.
    fn count_content(&mut self, length: usize) -> Result<Use, Rejection> {
        let length = length as u64;
        match &mut self.content_left {
            Some(left) if *left < length || (length == 0 && *left > 0) => {
                return Err(Rejection::BodyLength);
            }
            Some(left) => *left -= length,
            None => {}
        }
        let free = length.saturating_mul(FREE_PER_BYTE).saturating_add(FREE_PER_RECORD);
        self.overhead = self.overhead.saturating_sub(free);
        Ok(Use::Content)
    }

    fn take_content(
        &mut self,
        use_for: Use,
        bytes: &[u8],
        output: &mut Vec<u8>,
        full: usize,
    ) -> usize {
        match use_for {
            Use::Params => self.params.extend_from_slice(bytes),
            Use::Hold => self.held.extend_from_slice(bytes),
            Use::Nothing => {}
            Use::Content => {
                let taken = bytes.len().min(full - output.len());
                output.extend_from_slice(&bytes[..taken]);
                return taken;
            }
        }
        bytes.len()
    }

    /// Cuenta lo que no puede crecer sin límite.
    fn count(&mut self, taken: usize, is_content: bool) -> Result<(), Rejection> {
        match self.phase {
            Phase::Params => {
                self.head_bytes += taken;
                if self.head_bytes > self.limits.head {
                    return Err(Rejection::HeadTooLarge);
                }
            }
            Phase::Content if !is_content => {
                self.overhead += taken as u64;
                if self.overhead > self.limits.overhead {
                    return Err(Rejection::Record);
                }
            }
            _ => {}
        }
        if self.replies.len() > MAX_REPLIES { Err(Rejection::Record) } else { Ok(()) }
    }

    /// Pasa de lo que ya está entero a lo siguiente.
    fn turn_pages(&mut self) -> Result<(), Rejection> {
        if let At::Content { header, left: 0, .. } = self.at {
            self.at = At::Padding { header, left: header.padding };
        }
        if let At::Padding { header, left: 0 } = self.at {
            self.at = At::Header;
            self.end_record(header)?;
        }
        Ok(())
    }

    fn end_record(&mut self, header: Header) -> Result<(), Rejection> {
        let is_own = header.id == self.id && header.id != 0;
        match (header.kind, self.phase) {
            (Kind::BeginRequest, _) => return self.begin(header.id),
            (Kind::GetValues, _) if header.id == 0 => return self.answer_values(),
            (Kind::AbortRequest, Phase::Params | Phase::Content) if is_own => {
                self.phase = Phase::Aborted;
            }
            (Kind::Params, Phase::Params) if is_own && header.content == 0 => {
                self.phase = Phase::Content;
            }
            (Kind::Stdin, Phase::Content) if is_own && header.content == 0 => {
                self.phase = Phase::Done;
            }
            (Kind::Other(kind), _) if header.id == 0 => write_unknown(&mut self.replies, kind),
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, id: u16) -> Result<(), Rejection> {
        let [role_high, role_low, flags, ..] = self.held[..] else { return Err(Rejection::Record) };
        self.held.clear();
        let keeps_connection = flags & KEEP_CONNECTION != 0;
        if self.phase != Phase::Waiting {
            if id == self.id {
                return Err(Rejection::Record);
            }
            write_ending(&mut self.replies, id, Ending::CannotMultiplex);
        } else if [role_high, role_low] != RESPONDER {
            write_ending(&mut self.replies, id, Ending::UnknownRole);
            if !keeps_connection {
                self.phase = Phase::Refused;
            }
        } else {
            (self.phase, self.id, self.keeps_connection) = (Phase::Params, id, keeps_connection);
        }
        Ok(())
    }

    /// Contesta lo que se sabe de lo que preguntan (§4.1).
    fn answer_values(&mut self) -> Result<(), Rejection> {
        let mut known = Vec::new();
        let connections = self.limits.connections.to_string();
        for pair in pairs::read(&self.held) {
            let (name, _) = pair?;
            match name {
                b"FCGI_MAX_CONNS" | b"FCGI_MAX_REQS" => {
                    pairs::write(&mut known, name, &connections)
                }
                b"FCGI_MPXS_CONNS" => pairs::write(&mut known, name, "0"),
                _ => {}
            }
        }
        self.held.clear();
        write_values(&mut self.replies, &known);
        Ok(())
    }
}
