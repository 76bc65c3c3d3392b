//! Lo que va a pasar en una conversación: qué pide el cliente, y qué hará con cada petición la
//! aplicación.

use super::content::{Side, content, disguised};
use super::random::Random;
use crate::connection::Protocol;

/// El cuerpo mayor que se admite, en bytes: [`Spoil::TooLarge`] anuncia uno más.
pub(super) const MAX_BODY: usize = 200_000;

/// Lo que mide la mayor cabeza que se admite, en bytes.
pub(super) const MAX_HEAD: usize = 1024;

/// Una petición, y lo que la aplicación hará con ella.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub(super) conversation: usize,
    pub(super) number: usize,
    pub(super) method: &'static str,
    pub(super) is_http10: bool,
    pub(super) connection: Asks,
    pub(super) content: Vec<u8>,
    /// Por trozos, y no con longitud.
    pub(super) is_chunked: bool,
    pub(super) expects: bool,
    /// Si lleva un encabezado más, que ninguna otra debe ver.
    pub(super) has_extra: bool,
    pub(super) spoil: Option<Spoil>,
    pub(super) reads: Reads,
    pub(super) fails: Fails,
    pub(super) status: &'static str,
    pub(super) body: BodyPlan,
    pub(super) declared: Declared,
    /// Si deja en el `environ` algo que hay que soltar.
    pub(super) leaves_extension: bool,
    /// Si escribe el primer trozo de su cuerpo antes de volver, cuando se le presta con qué.
    pub(super) writes: bool,
}

/// Qué pide el cliente de la conexión.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    Nothing,
    Close,
    KeepAlive,
}

/// Qué tiene de malo una petición.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spoil {
    /// Su línea o su bloque no se entiende.
    Line,
    /// Un encabezado no se entiende.
    Field,
    /// Su cabeza no cabe.
    LargeHead,
    /// Anuncia un cuerpo que no cabe.
    LargeBody,
    /// Su cuerpo está mal escrito.
    Content,
    /// El servidor web la abandona: solo en FastCGI.
    Abandoned,
}

/// Cuánto lee la aplicación del cuerpo, y cuándo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reads {
    Nothing,
    /// Todo; si no se puede, devuelve el error o sigue.
    Everything {
        propagates: bool,
    },
    Some(usize),
    /// Se queda con él: otro hilo lo leerá cuando sea.
    Keeps,
    /// Mientras responde.
    Meanwhile,
}

/// Cómo falla la aplicación antes de que haya cuerpo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fails {
    No,
    Error,
    Panic,
    NotStarted,
    LateError,
    LatePanic,
}

/// De qué es el cuerpo de la respuesta; los números son bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum BodyPlan {
    Empty,
    One(usize),
    List(Vec<usize>),
    Stream(Vec<usize>, End),
    Reader(usize, End),
    /// Puede acortarse mientras se envía.
    File {
        length: usize,
        shrinks: bool,
        is_watched: bool,
    },
}

/// Cómo termina un cuerpo que se produce sobre la marcha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Whole,
    Error,
    Panic,
    /// Entero, pero al soltarlo entra en pánico.
    Bomb,
}

/// La longitud que declara la aplicación.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    No,
    Right,
    Short,
    Long,
}

impl Planned {
    /// Cuánto mide el cuerpo que la aplicación quiere dar.
    pub(super) fn length(&self) -> usize {
        match &self.body {
            BodyPlan::Empty => 0,
            BodyPlan::One(length) | BodyPlan::Reader(length, _) | BodyPlan::File { length, .. } => {
                *length
            }
            BodyPlan::List(lengths) | BodyPlan::Stream(lengths, _) => lengths.iter().sum(),
        }
    }

    /// El `Content-Length` que declara.
    pub(super) fn declared(&self) -> Option<usize> {
        let length = self.length();
        match self.declared {
            Declared::No => None,
            Declared::Right => Some(length),
            Declared::Short => Some(length / 2),
            Declared::Long => Some(length + 7),
        }
    }

    /// Si su cuerpo se corta antes de terminar, por lo que sea.
    pub(super) fn breaks(&self) -> bool {
        let fails_begun = matches!(self.fails, Fails::LateError | Fails::LatePanic) && self.writes;
        fails_begun || self.body_breaks()
    }

    fn body_breaks(&self) -> bool {
        match &self.body {
            BodyPlan::Stream(_, end) | BodyPlan::Reader(_, end) => {
                matches!(end, End::Error | End::Panic)
            }
            BodyPlan::File { shrinks, .. } => *shrinks,
            _ => false,
        }
    }

    /// Si la respuesta no lleva cuerpo, diga lo que diga la aplicación.
    pub(super) fn is_bodiless(&self) -> bool {
        self.method == "HEAD"
            || ["204", "304", "205"].iter().any(|code| self.status.starts_with(code))
    }

    /// Si su respuesta puede quedar a medias.
    pub(super) fn may_be_cut(&self) -> bool {
        self.breaks() || self.declared == Declared::Long
    }

    /// Si el servidor puede saber que es `HEAD`, aunque la rechace. De lo que entrega un servidor web
    /// solo se sabe cuando se entendió todo.
    pub(super) fn is_head(&self, protocol: Protocol) -> bool {
        let is_understood = match (self.spoil, protocol) {
            (Some(Spoil::Line), _) => false,
            (Some(Spoil::Field | Spoil::LargeHead), protocol) => protocol == Protocol::Http,
            _ => true,
        };
        self.method == "HEAD" && is_understood
    }

    /// Si puede acabar en una página de error 500.
    pub(super) fn may_fail(&self) -> bool {
        self.fails != Fails::No || self.may_be_cut()
    }

    /// Si la aplicación lee el cuerpo hasta el final antes de responder.
    pub(super) fn reads_everything(&self) -> bool {
        self.content.is_empty() || matches!(self.reads, Reads::Everything { .. })
    }
}

/// Cómo son las conversaciones de un mundo.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners {
    pub(super) protocol: Protocol,
    /// Nadie corta, ni se equivoca, ni tarda.
    pub(super) is_calm: bool,
    /// Alguna vez, algo que no cabe en ningún búfer.
    pub(super) may_be_large: bool,
}

/// Inventa las peticiones de una conversación.
pub(super) fn invent(random: &mut Random, manners: Manners, conversation: usize) -> Vec<Planned> {
    let count = match manners.protocol {
        Protocol::Http | Protocol::FastCgi => random.pick(&[1, 1, 2, 2, 3, 5]),
        Protocol::Scgi | Protocol::Uwsgi => random.pick(&[1, 1, 1, 2]),
    };
    (0..count).map(|number| invent_one(random, manners, conversation, number)).collect()
}

fn invent_one(
    random: &mut Random,
    manners: Manners,
    conversation: usize,
    number: usize,
) -> Planned {
    let is_http = manners.protocol == Protocol::Http;
    let is_http10 = is_http && random.one_in(5);
    let method = random.pick(&["GET", "GET", "POST", "POST", "POST", "HEAD"]);
    let content = invent_content(random, manners, (conversation, number), method);
    Planned {
        conversation,
        number,
        method,
        is_http10,
        connection: random.pick(&[Asks::Nothing, Asks::KeepAlive, Asks::KeepAlive, Asks::Close]),
        is_chunked: is_http && !is_http10 && random.one_in(3),
        expects: is_http && !content.is_empty() && random.one_in(4),
        content,
        has_extra: random.one_in(4),
        spoil: (!manners.is_calm && random.one_in(10))
            .then(|| invent_spoil(random, manners.protocol)),
        reads: invent_reads(random),
        fails: match random.below(12) {
            0 => random.pick(&[Fails::Error, Fails::Panic, Fails::NotStarted]),
            1 => random.pick(&[Fails::LateError, Fails::LatePanic]),
            _ => Fails::No,
        },
        status: random.pick(&[
            "200 OK",
            "200 OK",
            "200 OK",
            "200 OK",
            "404 Not Found",
            "204 No Content",
            "304 Not Modified",
            "205 Reset Content",
        ]),
        body: invent_body(random, manners),
        declared: random.pick(&[
            Declared::No,
            Declared::No,
            Declared::No,
            Declared::No,
            Declared::Right,
            Declared::Right,
            Declared::Short,
            Declared::Long,
        ]),
        leaves_extension: random.one_in(8),
        writes: random.one_in(2),
    }
}

fn invent_content(
    random: &mut Random,
    manners: Manners,
    (conversation, number): (usize, usize),
    method: &str,
) -> Vec<u8> {
    if method != "POST" {
        return Vec::new();
    }
    let length = match random.below(8) {
        0 => 0,
        1..5 => random.between(1, 60),
        5 | 6 => random.between(1, 900),
        _ if manners.may_be_large => random.between(1, 100_000),
        _ => random.between(1, 3_000),
    };
    match random.one_in(3) {
        true => disguised(conversation, number, length),
        false => content(Side::Request, conversation, number, length),
    }
}

fn invent_spoil(random: &mut Random, protocol: Protocol) -> Spoil {
    use Spoil::*;
    match protocol {
        Protocol::FastCgi => {
            random.pick(&[Line, Field, LargeHead, LargeBody, Content, Abandoned, Abandoned])
        }
        _ => random.pick(&[Line, Field, LargeHead, LargeBody, Content]),
    }
}

fn invent_reads(random: &mut Random) -> Reads {
    match random.below(9) {
        0 => Reads::Nothing,
        1 => Reads::Some(random.between(1, 100)),
        2 => Reads::Keeps,
        3 => Reads::Meanwhile,
        4 => Reads::Everything { propagates: false },
        _ => Reads::Everything { propagates: true },
    }
}

fn invent_body(random: &mut Random, manners: Manners) -> BodyPlan {
    let end = random.pick(&[End::Whole, End::Whole, End::Whole, End::Error, End::Panic, End::Bomb]);
    match random.below(16) {
        0 => BodyPlan::Empty,
        1..5 => BodyPlan::One(invent_length(random, manners)),
        5..8 => BodyPlan::List(invent_lengths(random, manners)),
        8..12 => BodyPlan::Stream(invent_lengths(random, manners), end),
        12..14 => BodyPlan::Reader(invent_length(random, manners), end),
        14 => BodyPlan::File {
            // Los primeros 64 KiB se leen para saber si se puede; sin leerlos se envía lo demás.
            length: match random.one_in(3) {
                true => random.between(65_530, 66_000),
                false => invent_length(random, manners),
            },
            shrinks: random.one_in(3),
            is_watched: random.one_in(3),
        },
        _ => BodyPlan::Stream(vec![invent_length(random, manners)], End::Whole),
    }
}

fn invent_lengths(random: &mut Random, manners: Manners) -> Vec<usize> {
    // Muchos que se copian, y juntos no caben en la salida.
    if manners.may_be_large && random.one_in(8) {
        return vec![8_000; 40];
    }
    (0..random.below(5)).map(|_| invent_length(random, manners)).collect()
}

fn invent_length(random: &mut Random, manners: Manners) -> usize {
    match random.below(12) {
        0 => 0,
        1..8 => random.between(1, 40),
        8..11 => random.between(1, 800),
        // Desde 16 KiB un trozo no se copia.
        _ if manners.may_be_large => random.pick(&[16_384, 20_000, 66_000, 70_001]),
        _ => random.between(1, 2_000),
    }
}
