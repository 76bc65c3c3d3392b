//! El cuadro de los cortes: hasta que una respuesta está entera, cualquier manera de terminar su
//! conexión es un corte para el cliente, vaya envuelta como vaya.
//!
//! Quien juzga lo que se recibió no comparte nada con quien lo escribe. `tests/cortes.rs` repite el
//! cuadro con sockets.

use std::io;
use std::time::Duration;

use pretty_assertions::assert_eq;

use super::memory::Ending;
use super::stand::{END, STDERR, STDOUT, Stand, request};
use super::{CloseReason, Protocol, StageKind};
use crate::application::{Application, StartResponse};
use crate::body::{Body, Chunk};
use crate::environ::Environ;
use crate::error::Result;

/// En qué va envuelta la respuesta, y cómo se sabe dónde termina.
type Shape = (Wrapping, Length);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Http10,
    Http11,
    Scgi,
    Uwsgi,
    FastCgi,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Declared,
    /// La calcula el servidor.
    Computed,
    Unknown,
}

/// Cómo termina la respuesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Whole,
    /// El cliente deja de tomarla, y vence su plazo.
    Deadline,
    Fails,
    Panics,
    /// Un pánico donde no debía haberlo.
    PanicsElsewhere,
    /// Vence el plazo, y al soltar el cuerpo hay un pánico.
    PanicsWhenDropped,
    /// Se acaba el plazo para detenerse: la conexión se suelta como esté.
    Dropped,
}

const WRAPPINGS: [Wrapping; 5] =
    [Wrapping::Http10, Wrapping::Http11, Wrapping::Scgi, Wrapping::Uwsgi, Wrapping::FastCgi];

const LENGTHS: [Length; 3] = [Length::Declared, Length::Computed, Length::Unknown];

const WAYS: [Way; 6] = [
    Way::Deadline,
    Way::Fails,
    Way::Panics,
    Way::PanicsElsewhere,
    Way::PanicsWhenDropped,
    Way::Dropped,
];

impl Wrapping {
    fn protocol(self) -> Protocol {
        match self {
            Self::Http10 | Self::Http11 => Protocol::Http,
            Self::Scgi => Protocol::Scgi,
            Self::Uwsgi => Protocol::Uwsgi,
            Self::FastCgi => Protocol::FastCgi,
        }
    }

    /// Una petición que, si se puede, deja la conexión abierta.
    fn request(self, path: &str) -> Vec<u8> {
        match self {
            Self::Http10 => format!("GET {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").into(),
            _ => request(self.protocol(), "GET", path),
        }
    }

    /// Si puede llevar otra respuesta delante.
    fn keeps_connection(self) -> bool {
        !matches!(self, Self::Scgi | Self::Uwsgi)
    }
}

/// Cuánto mide el cuerpo entero, en bytes, y cada trozo.
const SIZE: usize = 400_000;
const PART: usize = 1000;

/// Lo que cabe en camino: menos que el cuerpo.
const CAPACITY: usize = 5000;

/// En `/entera` responde una línea; en lo demás, un cuerpo que termina como se pide.
fn application((_, length): Shape, way: Way) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        let size = SIZE.to_string();
        let fields = [("Content-Length", size.as_str())];
        let is_short = environ.path_info() == "/entera";
        let is_declared = length == Length::Declared && !is_short;
        start_response("200 OK", if is_declared { &fields } else { &[] })?;
        Ok(match length {
            _ if is_short => Body::from("entera"),
            Length::Computed => Body::from(vec!["x".repeat(PART); SIZE / PART]).inspect(fuse(way)),
            _ => Body::stream(Parts { given: 0, way }),
        })
    }
}

/// Quien mira un cuerpo de longitud calculada es lo único que puede entrar en pánico en él.
fn fuse(way: Way) -> impl FnMut(crate::body::BodyEvent<'_>) + Send {
    let (mut seen, bomb) = (0, Parts { given: 0, way });
    move |_| {
        let _held = &bomb;
        seen += 1;
        assert!(way != Way::Panics || seen < 10, "adrede");
    }
}

struct Parts {
    given: usize,
    way: Way,
}

impl Iterator for Parts {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        self.given += PART;
        match self.way {
            Way::Fails if self.given > SIZE / 2 => Some(Err(io::ErrorKind::Other.into())),
            Way::Panics if self.given > SIZE / 2 => panic!("adrede"),
            _ if self.given > SIZE => None,
            _ => Some(Ok(Chunk::from("x".repeat(PART)))),
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        assert!(self.way != Way::PanicsWhenDropped || std::thread::panicking(), "adrede");
    }
}

/// Lo que entendió el cliente.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Seen {
    Whole(usize),
    Cut,
}

/// Lee una respuesta como quien no sabe quién la escribió.
fn read(wrapping: Wrapping, bytes: &[u8], ending: Ending) -> Seen {
    match wrapping {
        Wrapping::FastCgi => read_records(bytes, ending),
        _ => read_text(bytes, ending),
    }
}

fn read_text(bytes: &[u8], ending: Ending) -> Seen {
    let text = String::from_utf8_lossy(bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return Seen::Cut };
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    if let Some(length) = length {
        let length: usize = length.parse().expect("un número");
        return if body.len() >= length { Seen::Whole(length) } else { Seen::Cut };
    }
    if head.contains("Transfer-Encoding: chunked") {
        return read_chunks(body);
    }
    if ending == Ending::Finished { Seen::Whole(body.len()) } else { Seen::Cut }
}

fn read_chunks(mut body: &str) -> Seen {
    let mut total = 0;
    while let Some((size, rest)) = body.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("un número");
        if size == 0 {
            return Seen::Whole(total);
        }
        total += size;
        let Some(next) = rest.get(size + 2..) else { return Seen::Cut };
        body = next;
    }
    Seen::Cut
}

/// Como nginx: si se cierra sin el último registro, lo que llegó es todo.
fn read_records(mut bytes: &[u8], ending: Ending) -> Seen {
    let mut output = Vec::new();
    while let [version, kind, _, _, high, low, padding, _, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        if *version != 1 {
            return Seen::Cut;
        }
        let Some(next) = rest.get(length + usize::from(*padding)..) else { break };
        match *kind {
            STDOUT => output.extend_from_slice(&rest[..length]),
            STDERR => {}
            END => return read_text(&output, Ending::Finished),
            other => panic!("un registro de clase {other}"),
        }
        bytes = next;
    }
    read_text(&output, ending)
}

/// La conversación hasta que no da más de sí; delante, `whole` respuestas que el cliente tomó.
fn talk(shape: Shape, way: Way, whole: usize) -> Stand {
    let is_slow = matches!(way, Way::Deadline | Way::PanicsWhenDropped | Way::Dropped);
    let mut stand = Stand::new(shape.0.protocol(), application(shape, way));
    if is_slow {
        stand = stand.slow(CAPACITY);
    }
    for _ in 0..whole {
        let before = stand.seen().len();
        stand.say(shape.0.request("/entera")).take(CAPACITY);
        assert!(stand.seen()[before..].contains("entera"), "{shape:?}: {}", stand.seen());
    }
    stand.forget();
    stand.world.panics = way == Way::PanicsElsewhere;
    stand.say(shape.0.request("/"));
    if is_slow {
        stand.take(PART);
        assert_eq!(stand.stage(), StageKind::Responding, "{shape:?} {way:?}");
    }
    match way {
        Way::Dropped => stand.drop_connection(),
        Way::Whole => stand.finish(),
        _ => stand.later(Duration::from_secs(60)).later(Duration::from_secs(60)),
    };
    stand.take(usize::MAX);
    stand
}

/// Lo que no puede pasar: unos bytes ya conocidos no fallan al producirse.
fn cannot_happen((_, length): Shape, way: Way) -> bool {
    length == Length::Computed && way == Way::Fails
}

fn shapes() -> impl Iterator<Item = Shape> {
    WRAPPINGS.into_iter().flat_map(|wrapping| LENGTHS.map(|length| (wrapping, length)))
}

#[test]
fn lo_que_no_esta_entero_es_un_corte_y_lo_entero_no() {
    let mut seen = Vec::new();
    let mut expected = Vec::new();
    for shape in shapes() {
        let rounds = if shape.0.keeps_connection() { 0..=2 } else { 0..=0 };
        for whole in rounds {
            let ways = WAYS.into_iter().filter(|way| !cannot_happen(shape, *way));
            for way in ways.chain([Way::Whole]) {
                let stand = talk(shape, way, whole);
                seen.push((shape, way, whole, read(shape.0, stand.bytes(), stand.ending())));
                let is_whole = if way == Way::Whole { Seen::Whole(SIZE) } else { Seen::Cut };
                expected.push((shape, way, whole, is_whole));
            }
        }
    }
    assert_eq!(seen, expected);
}

/// El cliente deja de tomar cuando al servidor solo le faltan por enviar los últimos bytes.
#[track_caller]
fn check_last_bytes(wrapping: Wrapping, way: Way, whole: &Seen) {
    let shape = (wrapping, Length::Unknown);
    let total = talk(shape, way, 0).bytes().len();
    for missing in 0..40 {
        let mut stand = Stand::new(wrapping.protocol(), application(shape, way)).slow(PART);
        let taken = total - PART - missing;
        stand.say(wrapping.request("/"));
        loop {
            match taken - stand.bytes().len() {
                0 => break,
                left => stand.take(PART.min(left)),
            };
        }
        stand.later(Duration::from_secs(60)).later(Duration::from_secs(60)).take(usize::MAX);
        let seen = read(wrapping, stand.bytes(), stand.ending());
        assert!(seen == Seen::Cut || seen == *whole, "{wrapping:?}, faltan {missing}: {seen:?}");
    }
}

#[test]
fn hasta_el_ultimo_byte_que_toma_el_sistema_cerrar_es_cortar() {
    for wrapping in [Wrapping::Http10, Wrapping::Scgi, Wrapping::Uwsgi, Wrapping::FastCgi] {
        check_last_bytes(wrapping, Way::Whole, &Seen::Whole(SIZE));
    }
    check_last_bytes(Wrapping::FastCgi, Way::Fails, &Seen::Cut);
}

#[test]
fn las_respuestas_enteras_que_van_delante_llegan_enteras() {
    for wrapping in WRAPPINGS.into_iter().filter(|wrapping| wrapping.keeps_connection()) {
        for way in [Way::Fails, Way::Panics] {
            let shape = (wrapping, Length::Unknown);
            let mut stand = Stand::new(wrapping.protocol(), application(shape, way)).slow(SIZE);
            stand.say([wrapping.request("/entera"), wrapping.request("/")].concat());
            while stand.reason().is_none() && stand.stage() != StageKind::Lingering {
                stand.take(10);
            }
            stand.take(usize::MAX);
            let first = read(wrapping, stand.bytes(), Ending::Aborted);
            assert_eq!(first, Seen::Whole("entera".len()), "{wrapping:?} {way:?}");
            assert!(!stand.seen().ends_with("0\r\n\r\n"), "{wrapping:?} {way:?}");
        }
    }
}

#[test]
fn un_cierre_por_su_plazo_dice_que_fue_por_su_plazo() {
    let stand = talk((Wrapping::Http10, Length::Unknown), Way::Deadline, 0);
    assert_eq!((stand.reason(), stand.ending()), (Some(CloseReason::Deadline), Ending::Aborted));
}
