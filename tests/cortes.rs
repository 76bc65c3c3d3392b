//! El cuadro de los cortes, con sockets: hasta que una respuesta está entera, cualquier manera de
//! terminar su conexión es un corte para el cliente, vaya envuelta como vaya. En memoria lo recorre
//! `src/connection/cuts.rs`.

#![cfg(unix)]

mod comun;
#[path = "servidores/front.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod front;
#[path = "cortes/reader.rs"]
mod reader;
#[path = "servidores/stage.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod stage;

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use comun::{Folder, Process, Served, Wire, records};
use front::{Front, Place};
use pasarela::access_log::access_log;
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{
    Application, Body, Chunk, Config, Environ, ErrorStream, Protocol, Result, Server, StartResponse,
};
use pretty_assertions::assert_eq;
use reader::{Seen, read};
use stage::premises;

/// En qué va envuelta una respuesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrapping {
    Http10,
    Http11,
    Scgi,
    Uwsgi,
    FastCgi,
}

/// Qué se sabe de la longitud de su cuerpo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    Declared,
    /// La calcula el servidor.
    Computed,
    Unknown,
}

/// Cómo termina.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Whole,
    /// El cliente deja de tomarla, y vence su plazo.
    Deadline,
    Fails,
    Panics,
    /// Vence el plazo, y al soltar el cuerpo hay un pánico.
    PanicsWhenDropped,
    /// Se acaba el plazo para detenerse.
    Stopped,
    /// El proceso muere en el acto.
    Killed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Tcp,
    Unix,
}

use Way::{Deadline, Fails, Killed, Panics, PanicsWhenDropped, Stopped, Whole};

const WRAPPINGS: [Wrapping; 5] =
    [Wrapping::Http10, Wrapping::Http11, Wrapping::Scgi, Wrapping::Uwsgi, Wrapping::FastCgi];

const LENGTHS: [Length; 3] = [Length::Declared, Length::Computed, Length::Unknown];

const WAYS: [Way; 7] = [Whole, Deadline, Fails, Panics, PanicsWhenDropped, Stopped, Killed];

/// Lo que mide el cuerpo entero, en bytes: más de lo que cabe en el sistema con nginx en medio.
const SIZE: usize = 32 * 1024 * 1024;

/// Y cada trozo.
const PART: usize = 64 * 1024;

impl Wrapping {
    fn name(self) -> String {
        format!("{self:?}")
    }

    /// Una petición. Deja la conexión abierta si se puede, y en HTTP/1.1 si va delante de otra.
    fn request(self, path: &str) -> Vec<u8> {
        match self {
            Self::Http10 => format!("GET {path} HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").into(),
            Self::Http11 => {
                let last = if path == "/entera" { "" } else { "Connection: close\r\n" };
                format!("GET {path} HTTP/1.1\r\nHost: x\r\n{last}\r\n").into()
            }
            Self::Scgi => records::scgi("GET", path, ""),
            Self::Uwsgi => records::uwsgi("GET", path, ""),
            Self::FastCgi => records::fastcgi(1, "GET", path, ""),
        }
    }

    /// Recibe entera una respuesta que va delante, donde puede haberla.
    fn ask_before(self, wire: &mut Wire) {
        if matches!(self, Self::Scgi | Self::Uwsgi) {
            return;
        }
        wire.send(&self.request("/entera"));
        if self == Self::FastCgi {
            assert!(wire.answer(1).ends_with("\r\n\r\nentera"));
        } else {
            wire.until("\r\n\r\nentera");
        }
    }

    fn serve(self, listeners: Listeners, application: impl Application, config: Config) -> Server {
        let protocol = match self {
            Self::Http10 | Self::Http11 => Protocol::Http,
            Self::Scgi => Protocol::Scgi,
            Self::Uwsgi => Protocol::Uwsgi,
            Self::FastCgi => Protocol::FastCgi,
        };
        let config = Config { protocol, ..config };
        make_server_on(listeners, application, config).expect("el sistema lo deja")
    }
}

/// En `/entera` responde una línea; en `/Unknown/Fails`, un cuerpo de esa longitud que termina así.
/// Cuando se suelta un cuerpo, lo dice.
fn application(dropped: Sender<()>) -> impl Application {
    let bodies = dropped.clone();
    let answer = move |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        environ.set_errors(ErrorStream::writer(io::sink()));
        let path = environ.path_info().to_owned();
        let Some((length, way)) = path[1..].split_once('/') else {
            start_response("200 OK", &[])?;
            return Ok(Body::from("entera"));
        };
        let size = SIZE.to_string();
        let declared = [("Content-Length", size.as_str())];
        start_response("200 OK", if length == "Declared" { &declared } else { &[] })?;
        if length == "Computed" {
            return Ok(Body::from(vec!["x".repeat(PART); SIZE / PART]));
        }
        let way = WAYS.into_iter().find(|known| way == format!("{known:?}")).expect("se conoce");
        Ok(Body::stream(Parts { given: 0, way, dropped: bodies.clone() }))
    };
    // De los cuerpos que ya se conocen, quien sabe que se soltaron es el registro de accesos.
    access_log(answer, Signal(dropped))
}

struct Parts {
    given: usize,
    way: Way,
    dropped: Sender<()>,
}

impl Iterator for Parts {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        self.given += PART;
        match self.way {
            Fails if self.given > 2 * PART => Some(Err(io::ErrorKind::Other.into())),
            Panics if self.given > 2 * PART => panic!("adrede"),
            _ if self.given > SIZE => None,
            _ => Some(Ok(Chunk::from("x".repeat(PART)))),
        }
    }
}

impl Drop for Parts {
    fn drop(&mut self) {
        // Si ya no escucha nadie, da lo mismo.
        let _ = self.dropped.send(());
        assert!(self.way != PanicsWhenDropped, "adrede");
    }
}

struct Signal(Sender<()>);

impl io::Write for Signal {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // La respuesta de delante no es la que se espera.
        if !String::from_utf8_lossy(bytes).contains("/entera ") {
            let _ = self.0.send(());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Los plazos solo son cortos donde tienen que vencer: en una máquina lenta, lo demás tarda lo que tarde.
fn config(way: Way) -> Config {
    let config = Config { event_loops: 1, max_threads: 3, ..Config::default() };
    let soon = Duration::from_millis(100);
    match way {
        Deadline | PanicsWhenDropped => Config { write_timeout: soon, ..config },
        Stopped => Config { shutdown_timeout: soon, ..config },
        Whole | Fails | Panics | Killed => config,
    }
}

/// Lo que no puede pasar: unos bytes ya conocidos no ejecutan código de la aplicación.
fn can_happen(length: Length, way: Way) -> bool {
    length != Length::Computed || !matches!(way, Fails | Panics | PanicsWhenDropped)
}

/// Las variables con que el programa sabe qué habla, y en qué socket de Unix escucha.
const SPEECH: &str = "PASARELA_HABLA";
const SOCKET: &str = "PASARELA_SOCKET";

/// Sin el papel no hace nada; con él, es el programa que muere en el acto.
#[test]
fn el_programa_de_estas_pruebas() {
    if !Process::is_this() {
        return;
    }
    let asked = std::env::var(SPEECH).expect("se dice qué habla");
    let wrapping = WRAPPINGS.into_iter().find(|known| known.name() == asked).expect("se conoce");
    let (listeners, address) = match std::env::var(SOCKET) {
        Ok(path) => (unix(path.as_ref()), path),
        Err(_) => tcp(),
    };
    let server = wrapping.serve(listeners, application(channel().0), Config::default());
    Process::announce(address);
    server.serve_forever().expect("hasta que lo terminan");
}

fn tcp() -> (Listeners, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let address = listener.local_addr().expect("tiene dirección").to_string();
    (Listeners::from(listener), address)
}

fn unix(path: &Path) -> Listeners {
    Listeners::from(UnixListener::bind(path).expect("se puede escuchar ahí"))
}

/// Quien sirve: en este proceso, o en otro que se puede terminar.
enum Back {
    Here(Served, Receiver<()>),
    There(Process),
}

impl Back {
    fn start(wrapping: Wrapping, way: Way, transport: Transport, folder: &Folder) -> Self {
        let path = folder.join("socket");
        if way == Killed {
            let socket = match transport {
                Transport::Tcp => String::new(),
                Transport::Unix => format!("export {SOCKET}={};", path.display()),
            };
            let speech = format!("export {SPEECH}={};", wrapping.name());
            return Self::There(Process::start(&format!("exec 2>/dev/null; {speech} {socket}")));
        }
        let listeners = match transport {
            Transport::Tcp => tcp().0,
            Transport::Unix => unix(&path),
        };
        let (sender, dropped) = channel();
        Self::Here(
            Served::run(wrapping.serve(listeners, application(sender), config(way))),
            dropped,
        )
    }

    fn open(&self) -> Wire {
        match self {
            Self::Here(served, _) => served.open(),
            Self::There(process) if process.address().starts_with('/') => {
                Wire::open_unix(process.address().as_ref())
            }
            Self::There(process) => process.open(),
        }
    }

    /// Dónde escucha, para quien va delante.
    fn place(&self, folder: &Folder) -> Place {
        let address = match self {
            Self::Here(served, _) => served.try_address(),
            Self::There(process) => process.address().parse().ok(),
        };
        match address {
            Some(address) => Place::Tcp((address.ip().to_string(), address.port())),
            None => Place::Unix(folder.join("socket").display().to_string()),
        }
    }

    /// Espera a que termine, como se pidió que termine, sin que el cliente tome nada.
    fn end(self, way: Way) -> Option<Self> {
        match self {
            Self::Here(served, _) if way == Stopped => {
                served.stop().expect("se detiene");
                None
            }
            Self::Here(_, ref dropped) if matches!(way, Deadline | PanicsWhenDropped) => {
                dropped.recv_timeout(Duration::from_secs(20)).expect("vence su plazo");
                Some(self)
            }
            Self::There(process) => {
                process.signal("-KILL");
                assert!(!process.ended_well());
                None
            }
            Self::Here(..) => Some(self),
        }
    }
}

/// Lo que entendió el cliente de una respuesta que termina así, con otra entera por delante.
fn seen(wrapping: Wrapping, length: Length, way: Way, transport: Transport) -> Seen {
    let folder = Folder::new(&format!("cortes-{wrapping:?}-{length:?}-{way:?}-{transport:?}"));
    let back = Back::start(wrapping, way, transport, &folder);
    let wire = back.open();
    hear(wrapping, wire, back, length, way)
}

/// Pide una respuesta, toma su comienzo, y lo demás cuando ya terminó como se pide.
fn hear(speech: Wrapping, mut wire: Wire, back: Back, length: Length, way: Way) -> Seen {
    speech.ask_before(&mut wire);
    wire.send(&speech.request(&format!("/{length:?}/{way:?}")));
    let start = wire.take_bytes(PART / 2);
    let _back = back.end(way);
    // nginx no termina de responder a quien cierra su lado.
    if speech != Wrapping::Http11 {
        wire.finish();
    }
    let (rest, error) = wire.until_cut();
    read(speech == Wrapping::FastCgi, &[start, rest].concat(), error)
}

/// Un cuadro, cada casilla con su servidor y a la vez que las demás.
#[track_caller]
fn check(
    title: &str,
    lengths: &[Length],
    seen: impl Fn(Length, Way) -> Seen + Sync,
    expected: impl Fn(Length, Way) -> Seen,
) {
    let cells: Vec<_> = lengths
        .iter()
        .flat_map(|length| WAYS.map(|way| (*length, way)))
        .filter(|(length, way)| can_happen(*length, *way))
        .collect();
    let results = thread::scope(|scope| {
        let threads: Vec<_> =
            cells.iter().map(|(length, way)| scope.spawn(|| seen(*length, *way))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Seen>| thread.join().expect("sin pánico");
        threads.into_iter().map(join).collect::<Vec<_>>()
    });
    let table: Vec<_> = cells.iter().zip(results).collect();
    let expected: Vec<_> = cells.iter().map(|cell| (cell, expected(cell.0, cell.1))).collect();
    assert_eq!(table, expected, "{title}");
}

fn is_whole(way: Way) -> Seen {
    if way == Whole { Seen::Whole(SIZE) } else { Seen::Cut }
}

#[test]
fn lo_que_no_esta_entero_es_un_corte_y_lo_entero_no() {
    for wrapping in WRAPPINGS {
        let seen = |length, way| seen(wrapping, length, way, Transport::Tcp);
        check(&wrapping.name(), &LENGTHS, seen, |_, way| is_whole(way));
    }
}

/// Un socket de Unix no tiene cortes: ahí solo se nota lo que dice el propio protocolo.
fn is_visible_without_cuts(wrapping: Wrapping, length: Length, way: Way) -> bool {
    match (wrapping, length) {
        (_, Length::Declared | Length::Computed) | (Wrapping::Http11, _) => true,
        // El registro sin sentido llega si el cliente todavía recibe.
        (Wrapping::FastCgi, _) => matches!(way, Fails | Panics),
        _ => false,
    }
}

fn expected_on(transport: Transport, wrapping: Wrapping, length: Length, way: Way) -> Seen {
    match transport {
        Transport::Unix if !is_visible_without_cuts(wrapping, length, way) && way != Whole => {
            Seen::Less
        }
        _ => is_whole(way),
    }
}

#[test]
fn en_un_socket_de_unix_se_nota_lo_que_dice_el_protocolo() {
    for wrapping in WRAPPINGS {
        let seen = |length, way| seen(wrapping, length, way, Transport::Unix);
        let expected = |length, way| expected_on(Transport::Unix, wrapping, length, way);
        check(&wrapping.name(), &LENGTHS, seen, expected);
    }
}

/// Cómo guarda nginx lo que le llega mientras el navegador no lo toma.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Buffering {
    /// No lo guarda: como en el libro.
    Off,
    /// En memoria, y nunca en el disco.
    InMemory,
}

impl Buffering {
    fn change(self, text: &str, module: &str) -> String {
        let off = format!("{module}_buffering off;");
        assert!(text.contains(&off), "el libro no lo guarda");
        match self {
            Self::Off => text.to_owned(),
            Self::InMemory => text
                .replace(&off, &format!("{module}_buffering on; {module}_max_temp_file_size 0;")),
        }
    }
}

/// Lo que entendió un navegador, con nginx en medio.
fn seen_behind_nginx(
    (wrapping, module): (Wrapping, &str),
    buffering: Buffering,
    transport: Transport,
    (length, way): (Length, Way),
) -> Seen {
    let name = format!("cortes-{wrapping:?}-{buffering:?}-{transport:?}-{length:?}-{way:?}");
    let folder = premises(&name);
    let back = Back::start(wrapping, way, transport, &folder);
    let place = back.place(&folder);
    let config = format!("nginx-{}", if module == "proxy" { "http" } else { module });
    let change = |text: String| buffering.change(&text, module);
    let front = Front::start_with(&config, &folder, &[place.clone(), place], change);
    let wire = Wire::open(&front.address);
    hear(Wrapping::Http11, wire, back, length, way)
}

#[test]
#[ignore = "necesita nginx"]
fn detras_de_nginx_el_navegador_ve_el_corte() {
    let modules = [
        (Wrapping::Http11, "proxy"),
        (Wrapping::Scgi, "scgi"),
        (Wrapping::Uwsgi, "uwsgi"),
        (Wrapping::FastCgi, "fastcgi"),
    ];
    let links = [
        (Transport::Tcp, Buffering::Off),
        (Transport::Tcp, Buffering::InMemory),
        (Transport::Unix, Buffering::Off),
    ];
    for module in modules {
        for (transport, buffering) in links {
            let title = format!("{module:?} {transport:?} {buffering:?}");
            let seen = |length, way| seen_behind_nginx(module, buffering, transport, (length, way));
            let expected = |length, way| expected_on(transport, module.0, length, way);
            check(&title, &[Length::Declared, Length::Unknown], seen, expected);
        }
    }
}
