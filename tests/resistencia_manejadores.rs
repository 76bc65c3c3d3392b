//! Como `resistencia.rs`, con los demás protocolos: FastCGI, SCGI, uwsgi, y HTTP por un socket de
//! Unix, los cuatro en el mismo proceso. También aquí se compara cada byte.

#![cfg(target_os = "linux")]

mod comun;

use std::collections::VecDeque;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::thread;
use std::time::{Duration, Instant};

use comun::decoders::{Head, Stdout};
use comun::large::{self, ENDLESS, LARGE};
use comun::records::{
    ABORT, BEGIN, GET_VALUES, PARAMS, STDIN, begin, fastcgi, params, record, scgi, stdin, usual,
    uwsgi,
};
use comun::{Content, Folder, Process, Usage, Wire, get, measure, post};
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{
    Body, Chunk, Config, Environ, ErrorStream, Protocol, Result, Server, StartResponse,
};
use pretty_assertions::assert_eq;

const DURATION: Duration = Duration::from_secs(3);

/// Clientes a la vez, y cuántos turnos tiene cada uno como mucho.
const WORKERS: usize = 8;
const MAX_TURNS: usize = 1500;

/// Cuántas conexiones olvidadas conserva cada uno antes de soltar la más vieja.
const FORGOTTEN: usize = 20;

/// La variable que dice al programa en qué archivo escucha por HTTP.
const SOCKET: &str = "PASARELA_SOCKET";

#[test]
fn el_programa_de_estas_pruebas() {
    if !Process::is_this() {
        return;
    }
    let path = std::env::var(SOCKET).expect("se dice dónde");
    let servers: [Server; 4] = [
        (Protocol::FastCgi, narrow()),
        (Protocol::Scgi, narrow()),
        (Protocol::Uwsgi, narrow()),
        (Protocol::Http, Listeners::unix(&path)),
    ]
    .map(|(protocol, listeners)| {
        let config = Config { protocol, ..config() };
        make_server_on(listeners, application, config).expect("hay sitio")
    });
    let addresses = servers.iter().flat_map(Server::local_addrs).map(|address| address.to_string());
    Process::announce(addresses.chain([path]).collect::<Vec<_>>().join(" "));
    thread::scope(|scope| {
        for server in &servers {
            scope.spawn(|| assert_eq!(server.serve_forever(), Ok(())));
        }
    });
}

/// Dónde escuchan los que escuchan en la red.
fn narrow() -> Listeners {
    Listeners::from(comun::narrow_listener())
}

/// Plazos cortos: en el rato que dura tienen que vencer muchas veces.
fn config() -> Config {
    let timeout = Duration::from_millis(200);
    Config {
        head_timeout: timeout,
        body_timeout: timeout,
        write_timeout: timeout,
        idle_timeout: timeout,
        linger_timeout: timeout,
        max_threads: 24,
        ..Config::default()
    }
}

fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    environ.set_errors(ErrorStream::writer(io::sink()));
    match environ.path_info() {
        path if path.starts_with("/grande/") => large::answer(environ, start_response),
        "/eco" => large::echo(environ, start_response),
        "/lenta" => {
            thread::sleep(Duration::from_millis(10));
            measure(environ, start_response)
        }
        "/ignora" => comun::ignore(environ, start_response),
        "/corta" => {
            start_response("200 OK", &[])?;
            Ok(Body::stream([Ok(Chunk::from("la mitad")), Err(io::Error::other("adrede"))]))
        }
        _ => measure(environ, start_response),
    }
}

#[test]
fn despues_de_un_rato_con_cada_protocolo_todo_vuelve_a_su_sitio() {
    let folder = Folder::new("resistencia");
    let log = folder.path().join("errores");
    let socket = folder.path().join("s");
    let process = Process::start(&format!(
        "export {SOCKET}='{}'; exec 2>'{}';",
        socket.display(),
        log.display()
    ));
    let server = Servers::of(&process);
    let visit = || server.ask_whole();
    let before = Usage::settled(&process, &visit, |_| true);

    let (peak, turns) = endure(&process, &server);
    let after = Usage::settled(&process, &visit, |now| now.is_back_to(&before));

    println!("{turns} turnos");
    assert!(turns > VISITS.len() * WORKERS, "{turns} turnos");
    Usage::check(&before, &peak, &after);
    process.signal("-TERM");
    assert!(process.ended_well());
    // Lo único que se anota es lo que se cortó adrede.
    let log = std::fs::read_to_string(&log).expect("sus errores se leen");
    let unexpected = |line: &&str| !line.starts_with("pasarela: \"GET /corta\": ");
    assert_eq!(log.lines().find(unexpected), None);
}

/// Dónde escucha cada uno.
struct Servers {
    addresses: Vec<String>,
}

impl Servers {
    fn of(process: &Process) -> Self {
        Self { addresses: process.address().split(' ').map(str::to_owned).collect() }
    }

    fn fastcgi(&self) -> Wire {
        Wire::open(&self.addresses[0])
    }

    /// El servidor de SCGI o el de uwsgi, y una petición para él.
    fn block(&self, turn: usize, method: &str, path: &str, content: &str) -> (Wire, Vec<u8>) {
        if turn.is_multiple_of(2) {
            (Wire::open(&self.addresses[1]), scgi(method, path, content))
        } else {
            (Wire::open(&self.addresses[2]), uwsgi(method, path, content))
        }
    }

    fn http(&self) -> Wire {
        Wire::open_unix(Path::new(&self.addresses[3]))
    }

    /// Pregunta a los cuatro; devuelve una conexión de la que no queda nada por leer.
    #[track_caller]
    fn ask_whole(&self) -> Wire {
        for turn in 0..2 {
            let (mut wire, request) = self.block(turn, "PUT", "/", "hola");
            wire.send(&request);
            assert!(wire.rest().ends_with("\r\n\r\n4"));
        }
        let mut wire = self.http();
        wire.send(get("/").as_bytes());
        wire.until("\r\n\r\n0");
        let mut wire = self.fastcgi();
        wire.send(&fastcgi(1, "PUT", "/", "hola"));
        assert!(wire.answer(1).ends_with("\r\n\r\n4"));
        wire
    }
}

/// Pone a trabajar a los clientes. Devuelve lo más que gastó el servidor en la primera mitad, y
/// cuántos turnos hubo.
#[track_caller]
fn endure(process: &Process, server: &Servers) -> (Usage, usize) {
    let turns = AtomicUsize::new(0);
    let start = Instant::now();
    let peak = thread::scope(|scope| {
        for worker in 0..WORKERS {
            let turns = &turns;
            scope.spawn(move || turns.fetch_add(work(server, worker, start + DURATION), SeqCst));
        }
        let mut peak = Usage::default();
        while start.elapsed() < DURATION / 2 {
            peak = peak.max(Usage::of(process));
            thread::sleep(Duration::from_millis(20));
        }
        peak
    });
    (peak, turns.into_inner())
}

/// Los turnos de un cliente; cada uno es de una clase distinta.
fn work(server: &Servers, worker: usize, end: Instant) -> usize {
    let mut forgotten = VecDeque::new();
    for turn in 0..MAX_TURNS {
        if Instant::now() > end {
            return turn;
        }
        let visit = VISITS[(turn + worker) % VISITS.len()];
        forgotten.extend(visit(server, turn));
        if forgotten.len() > FORGOTTEN {
            forgotten.pop_front();
        }
    }
    MAX_TURNS
}

/// Abre una conexión y la usa. Si la devuelve, se queda abierta sin que nadie la atienda.
type Visit = fn(&Servers, usize) -> Option<Wire>;

const VISITS: [Visit; 17] = [
    asks_many_times,
    uploads,
    aborts_and_goes_on,
    asks_about_the_server,
    writes_bad_records,
    sends_half_a_request,
    leaves_in_the_middle,
    reads_a_large_answer_slowly,
    ignores_a_large_answer,
    leaves_with_a_large_answer,
    receives_a_cut,
    sends_blocks,
    sends_half_a_block,
    sends_bad_blocks,
    leaves_a_block_unread,
    speaks_http,
    says_nothing,
];

fn asks_many_times(server: &Servers, _turn: usize) -> Option<Wire> {
    let mut wire = server.fastcgi();
    for path in ["/", "/lenta", "/", "/"] {
        wire.send(&fastcgi(7, "PUT", path, "hola"));
        assert!(wire.answer(7).ends_with("\r\n\r\n4"));
    }
    Some(wire)
}

fn uploads(server: &Servers, turn: usize) -> Option<Wire> {
    let mut wire = server.fastcgi();
    for _ in 0..2 {
        let (content, length) = (Content::fresh(), 200_000);
        let params = params(1, &usual("PUT", "/eco", &length.to_string()));
        wire.send(&[begin(1, true), params, stdin(1, &content.bytes(0, length))].concat());
        let answer = wire.answer_bytes(1);
        let head = format!("Status: 200 OK\r\nContent-Length: {length}\r\n\r\n");
        assert_eq!(String::from_utf8_lossy(&answer[..head.len()]), head);
        assert_eq!(content.check(0, &answer[head.len()..]), Ok(()));
    }
    turn.is_multiple_of(2).then_some(wire)
}

fn aborts_and_goes_on(server: &Servers, _turn: usize) -> Option<Wire> {
    let mut wire = server.fastcgi();
    let head = [begin(1, true), params(1, &usual("PUT", "/", "9"))].concat();
    for start in [begin(1, true), [head, record(STDIN, 1, b"hola")].concat()] {
        wire.send(&[start, record(ABORT, 1, b"")].concat());
        wire.record();
    }
    wire.send(&fastcgi(1, "PUT", "/", "hola"));
    assert!(wire.answer(1).ends_with("\r\n\r\n4"));
    Some(wire)
}

fn asks_about_the_server(server: &Servers, _turn: usize) -> Option<Wire> {
    let mut wire = server.fastcgi();
    let question = record(GET_VALUES, 0, b"\x0e\0FCGI_MAX_CONNS");
    let filter = record(BEGIN, 1, &[0, 3, 1, 0, 0, 0, 0, 0]);
    wire.send(&[question, record(99, 0, b"x"), filter].concat().repeat(20));
    (0..60).for_each(|_| _ = wire.record());
    Some(wire)
}

fn writes_bad_records(server: &Servers, turn: usize) -> Option<Wire> {
    let bad = [
        record(BEGIN, 1, b"corto"),
        [begin(1, true), record(STDIN, 1, b"antes")].concat(),
        [begin(1, true), record(PARAMS, 1, b"\x05A"), record(PARAMS, 1, b"")].concat(),
        get("/").into_bytes(),
    ];
    let mut wire = server.fastcgi();
    wire.send(&bad[turn % bad.len()]);
    assert_eq!(wire.rest(), "");
    None
}

fn sends_half_a_request(server: &Servers, turn: usize) -> Option<Wire> {
    let mut wire = server.fastcgi();
    let request = match turn % 2 {
        0 => fastcgi(1, "PUT", "/", "hola"),
        // Más de lo que se reúne: la aplicación lo espera.
        _ => fastcgi(1, "PUT", "/", &"x".repeat(100_000)),
    };
    wire.send(&request[..request.len() - 1 - turn % 9]);
    Some(wire)
}

fn leaves_in_the_middle(server: &Servers, turn: usize) -> Option<Wire> {
    drop(sends_half_a_request(server, turn));
    None
}

fn reads_a_large_answer_slowly(server: &Servers, turn: usize) -> Option<Wire> {
    let content = Content::fresh();
    let path = large::path(content, LARGE);
    match turn % 4 {
        0 => {
            let mut wire = server.http();
            wire.send(get(&path).as_bytes());
            large::check_http(wire, content);
        }
        1 => {
            let mut wire = server.fastcgi();
            wire.send(&fastcgi(1, "GET", &path, ""));
            let mut output = BufReader::new(Stdout::new(wire.into_socket()));
            let head = Head::cgi(&mut output).expect("una cabeza");
            large::check_plain(output, &head, content);
        }
        block => {
            let (mut wire, request) = server.block(block, "GET", &path, "");
            wire.send(&request);
            let mut reader = BufReader::new(wire.into_socket());
            let head = if block == 2 { Head::cgi(&mut reader) } else { Head::http(&mut reader) };
            large::check_plain(reader, &head.expect("una cabeza"), content);
        }
    }
    None
}

fn ignores_a_large_answer(server: &Servers, _turn: usize) -> Option<Wire> {
    let mut wire = server.fastcgi();
    wire.send(&fastcgi(1, "GET", &large::path(Content::fresh(), ENDLESS), ""));
    Some(wire)
}

/// Con bytes sin leer, el cierre es un RST.
fn leaves_with_a_large_answer(server: &Servers, turn: usize) -> Option<Wire> {
    let path = large::path(Content::fresh(), ENDLESS);
    let (mut wire, request) = server.block(turn, "GET", &path, "");
    wire.send(&request);
    wire.until("\r\n\r\n");
    None
}

fn receives_a_cut(server: &Servers, _turn: usize) -> Option<Wire> {
    let mut wire = server.fastcgi();
    wire.send(&fastcgi(1, "GET", "/corta", ""));
    assert!(wire.rest().ends_with(&"\0".repeat(8)));
    None
}

fn sends_blocks(server: &Servers, turn: usize) -> Option<Wire> {
    for length in [0, 4, 100_000] {
        let (mut wire, request) = server.block(turn / 3, "PUT", "/", &"x".repeat(length));
        wire.send(&request);
        assert!(wire.rest().ends_with(&format!("\r\n\r\n{length}")));
    }
    None
}

fn sends_half_a_block(server: &Servers, turn: usize) -> Option<Wire> {
    let length = if turn.is_multiple_of(3) { 4 } else { 100_000 };
    let (mut wire, request) = server.block(turn / 3, "PUT", "/lenta", &"x".repeat(length));
    wire.send(&request[..request.len() - 1]);
    turn.is_multiple_of(5).then_some(wire)
}

fn sends_bad_blocks(server: &Servers, turn: usize) -> Option<Wire> {
    let (mut wire, _) = server.block(turn, "GET", "/", "");
    wire.send(b"GET / HTTP/1.1\r\n\r\n");
    assert_eq!(wire.rest(), "");
    None
}

fn leaves_a_block_unread(server: &Servers, turn: usize) -> Option<Wire> {
    let (mut wire, request) = server.block(turn, "PUT", "/ignora", &"x".repeat(1 << 20));
    // El servidor puede cortar antes de que termine.
    let _ = wire.try_send(&request);
    turn.is_multiple_of(3).then_some(wire)
}

fn speaks_http(server: &Servers, turn: usize) -> Option<Wire> {
    let mut wire = server.http();
    wire.send(post("/lenta", "", "hola").repeat(3).as_bytes());
    (0..3).for_each(|_| _ = wire.until("\r\n\r\n4"));
    match turn % 3 {
        0 => wire.send(get(&large::path(Content::fresh(), ENDLESS)).as_bytes()),
        1 => wire.send(b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\nhola"),
        _ => wire.send(b"\0\r\n\r\n"),
    }
    turn.is_multiple_of(2).then_some(wire)
}

fn says_nothing(server: &Servers, turn: usize) -> Option<Wire> {
    Some(match turn % 3 {
        0 => server.http(),
        1 => server.fastcgi(),
        _ => server.block(turn, "GET", "/", "").0,
    })
}
