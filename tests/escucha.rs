//! Dónde escucha un servidor, además de un puerto: sockets de Unix, y sockets que abrió otro.

#![cfg(unix)]

mod comun;

use std::fs::File;
use std::io::Write;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::{UnixDatagram, UnixListener, UnixStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::thread::JoinHandle;

use comun::{Folder, Process, Served, Wire, echo, get, ignore, last_ok, measure, ok, post};
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::util::request_uri;
use pasarela::{Application, Body, Config, Environ, Result, ServerErrorKind, StartResponse};
use pretty_assertions::assert_eq;

/// Una aplicación servida en un socket de Unix.
struct Local {
    served: Served,
    folder: Folder,
}

impl Local {
    #[track_caller]
    fn start(name: &str, application: impl Application, config: Config) -> Self {
        let folder = Folder::new(name);
        let listeners = Listeners::unix(folder.path().join("s"));
        let server = make_server_on(listeners, application, config);
        Self { served: Served::run(server.expect("el socket se crea")), folder }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("s")
    }
}

#[test]
fn un_socket_de_unix_atiende_como_un_puerto() {
    let local = Local::start("atiende", echo, Config::default());
    let requests = [get("/a"), post("/b", "", "hola"), get("/c")].concat();
    let expected = [ok("GET /a []"), ok("POST /b [hola]"), ok("GET /c []")].concat();
    assert_eq!(local.served.exchange(&requests), expected);
}

#[test]
fn un_cuerpo_grande_llega_por_un_socket_de_unix() {
    let local = Local::start("cuerpo", measure, Config::default());
    let mut wire = local.served.open();
    let length = 3_000_000;
    wire.send(format!("PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n").as_bytes());
    let part = vec![b'x'; 100_000];
    for _ in 0..length / part.len() {
        wire.send(&part);
    }
    wire.until("\r\n\r\n");
    assert_eq!(wire.take(7), length.to_string());
}

#[test]
fn un_archivo_sale_entero_por_un_socket_de_unix() {
    let folder = Folder::new("archivo");
    let path = folder.path().join("grande");
    let content: Vec<u8> = (0..2_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    File::create(&path).and_then(|mut file| file.write_all(&content)).expect("se escribe");
    let send = move |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        let file = File::open(&path)?;
        start("200 OK", &[])?;
        Ok(Body::file(file))
    };
    let local = Local::start("envia", send, Config::default());
    let mut wire = local.served.open();
    wire.send(get("/").as_bytes());
    wire.until("\r\n\r\n");
    assert!(wire.take_bytes(content.len()) == content);
}

#[test]
fn al_detenerse_se_responde_lo_recibido_y_el_archivo_desaparece() {
    let local = Local::start("detiene", ignore, Config::default());
    let mut wire = local.served.open();
    wire.send(get("/").as_bytes());
    local.served.handle().shutdown();
    let answer = comun::mask_date(&wire.rest());
    assert!([ok("hecho"), last_ok("hecho")].contains(&answer), "{answer}");
    assert_eq!(local.served.stop(), Ok(()));
    assert!(!local.folder.path().join("s").exists());
}

#[test]
fn el_socket_de_otro_servidor_no_se_toca() {
    let local = Local::start("ocupado", ignore, Config::default());
    let second = make_server_on(Listeners::unix(local.path()), ignore, Config::default());
    let kind = second.map(drop).map_err(|error| error.kind());
    assert_eq!(kind, Err(ServerErrorKind::SocketInUse));
    assert_eq!(local.served.exchange(&get("/")), ok("hecho"));
}

/// Responde quién pregunta y por qué dirección.
fn who(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[])?;
    let client = environ.remote_addr().unwrap_or("nadie");
    Ok(Body::from(format!("{client} {}", request_uri(environ, true))))
}

#[test]
fn a_quien_llega_por_un_socket_de_unix_se_le_cree_solo_si_se_dice() {
    let request = "GET /a HTTP/1.1\r\nHost: interno\r\nX-Forwarded-For: 192.0.2.7\r\n\
                   X-Forwarded-Proto: https\r\n\r\n";
    for (name, trusted, expected) in [
        ("cree", "unix:", "192.0.2.7 https://interno/a"),
        ("duda", "127.0.0.1", "nadie http://interno/a"),
    ] {
        let trusted_proxies = vec![trusted.parse().expect("es una red")];
        let local = Local::start(name, who, Config { trusted_proxies, ..Config::default() });
        assert_eq!(local.served.exchange(request), ok(expected));
    }
}

/// Un socket de IPv6 que también atiende IPv4 ve `::ffff:127.0.0.1`.
#[test]
fn la_direccion_de_quien_pide_es_la_misma_por_cualquier_socket() {
    let both = |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        start_response("200 OK", &[])?;
        let client = environ.remote_addr().unwrap_or("nadie");
        Ok(Body::from(format!("{client} {}", environ.server_name())))
    };
    for (place, asked, expected) in [
        ("[::]:0", "127.0.0.1", "127.0.0.1 localhost"),
        ("[::]:0", "[::1]", "::1 localhost"),
        ("[::1]:0", "[::1]", "::1 [::1]"),
    ] {
        // Sin IPv6 no hay nada que comprobar.
        let Ok(listener) = TcpListener::bind(place) else { return };
        let port = listener.local_addr().expect("tiene dirección").port();
        let server = make_server_on(listener, both, Config::default()).expect("lo usa");
        let served = Served::run(server);
        let mut wire = Wire::open(&format!("{asked}:{port}"));
        wire.send(get("/").as_bytes());
        wire.finish();
        assert_eq!(comun::mask_date(&wire.rest()), ok(expected));
        assert_eq!(served.stop(), Ok(()));
    }
}

#[test]
fn se_atiende_en_un_socket_que_abrio_otro() {
    let folder = Folder::new("ajeno");
    let listener = UnixListener::bind(folder.path().join("s")).expect("escucha");
    let server = make_server_on(listener, echo, Config::default()).expect("lo usa");
    assert_eq!(server.local_path(), Some(&*folder.path().join("s")));
    assert_eq!(Served::run(server).exchange(&get("/")), ok("GET / []"));
    assert!(folder.path().join("s").exists(), "no lo borra quien no lo creó");
}

#[test]
fn un_servidor_escucha_en_varios_sitios_a_la_vez() {
    let folder = Folder::new("varios");
    let path = folder.path().join("s");
    let mine = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let address = mine.local_addr().expect("escucha");
    let listeners = Listeners::tcp("127.0.0.1", 0).and(Listeners::unix(&path)).and(mine);
    let server = make_server_on(listeners, echo, Config::default()).expect("escucha en todos");
    let places = server.local_addrs();
    assert_eq!((places.len(), places[1], server.local_path()), (2, address, Some(&*path)));
    let served = Served::run(server);
    let wires = places.iter().map(|place| Wire::open(&place.to_string()));
    for mut wire in wires.chain([Wire::open_unix(&path)]) {
        wire.send(get("/a").as_bytes());
        assert_eq!(comun::mask_date(&wire.until("[]")), ok("GET /a []"));
    }
    assert!(served.stop().is_ok());
    assert!(!path.exists());
}

#[test]
fn si_en_uno_no_se_puede_no_se_escucha_en_ninguno() {
    let folder = Folder::new("ninguno");
    let path = folder.path().join("s");
    let taken = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let port = taken.local_addr().expect("escucha").port();
    let listeners = Listeners::unix(&path).and(Listeners::tcp("127.0.0.1", port));
    assert!(make_server_on(listeners, echo, Config::default()).is_err());
    assert!(!path.exists());
}

/// Alguien que llama sin parar y no acepta quedarse sin respuesta.
struct Caller {
    thread: JoinHandle<usize>,
    is_over: Arc<AtomicBool>,
}

impl Caller {
    fn start(open: impl Fn() -> Wire + Send + 'static) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let asked = is_over.clone();
        let thread = std::thread::spawn(move || {
            let mut calls = 0;
            while !asked.load(SeqCst) || calls == 0 {
                let mut wire = open();
                wire.send(format!("GET /{calls} HTTP/1.0\r\n\r\n").as_bytes());
                assert!(wire.rest().ends_with(&format!("GET /{calls} []")), "la {calls}");
                calls += 1;
            }
            calls
        });
        Self { thread, is_over }
    }

    /// Cuántas veces llamó.
    fn stop(self) -> usize {
        self.is_over.store(true, SeqCst);
        self.thread.join().expect("nadie se quedó sin respuesta")
    }
}

#[test]
fn lo_que_espera_en_una_cola_compartida_lo_atiende_quien_siga() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let address = listener.local_addr().expect("escucha").to_string();
    let caller = Caller::start(move || Wire::open(&address));
    let serve = |listener: TcpListener| {
        let server = make_server_on(Listeners::from(listener), echo, Config::default());
        Served::run(server.expect("lo usa"))
    };
    for _ in 0..20 {
        let served = serve(listener.try_clone().expect("se comparte"));
        assert!(served.get("/").body.starts_with("GET / "));
        assert_eq!(served.stop(), Ok(()));
    }
    // La última llamada quizá esperaba a que alguien siguiera.
    let _last = serve(listener);
    caller.stop();
}

#[test]
fn lo_que_espera_en_una_cola_que_es_solo_suya_se_atiende_al_detenerse() {
    let folder = Folder::new("cola");
    let unix = UnixListener::bind(folder.path().join("s")).expect("escucha");
    let tcp = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let address = tcp.local_addr().expect("escucha").to_string();
    let kept = (tcp.try_clone().expect("se comparte"), unix.try_clone().expect("se comparte"));
    let call = |wire: Wire| {
        let mut wire = wire;
        wire.send(b"GET /cola HTTP/1.0\r\n\r\n");
        wire
    };
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.push(call(Wire::open(&address)));
        waiting.push(call(Wire::open_unix(&folder.path().join("s"))));
    }
    let listeners = Listeners::from(tcp).and(unix).draining();
    let server = make_server_on(listeners, echo, Config::default()).expect("los usa");
    server.handle().shutdown();
    server.serve_forever().expect("vuelve");
    for mut wire in waiting {
        assert!(wire.rest().ends_with("GET /cola []"));
    }
    drop(kept);
}

#[test]
fn el_programa_de_estas_pruebas() {
    if !Process::is_this() {
        return;
    }
    let listeners = match Listeners::from_env() {
        Ok(listeners) => listeners.expect("hay alguno"),
        Err(error) => return Process::announce(error),
    };
    assert_eq!(Listeners::from_env().map(|again| again.is_some()), Ok(false));
    let server = make_server_on(listeners, echo, Config::default()).expect("se usan");
    Process::announce_once_it_can_stop(std::process::id());
    server.serve_forever().expect("atiende");
}

/// Empieza un programa que hereda el socket, como lo haría systemd.
fn heir(listener: &impl AsFd) -> Process {
    heir_of(listener, 1)
}

/// Lo mismo, con ese socket y otros que no están.
fn heir_of(socket: &impl AsFd, count: usize) -> Process {
    let socket: OwnedFd = socket.as_fd().try_clone_to_owned().expect("se comparte");
    let setup = format!("exec 3<&0 </dev/null; export LISTEN_FDS={count} LISTEN_PID=$$;");
    Process::start_with(&setup, socket)
}

#[test]
fn lo_heredado_que_no_escucha_se_rechaza_por_su_numero() {
    let check = |process: Process, expected: &str| assert_eq!(process.address(), expected);
    let listener = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let caller = TcpStream::connect(listener.local_addr().expect("escucha")).expect("contesta");
    let connection = "el socket 3 de LISTEN_FDS es una conexión ya aceptada; en la unidad .socket de \
                      systemd pon `Accept=no`";
    check(heir(&caller), connection);
    check(heir(&UnixStream::pair().expect("hay sitio").0), connection);
    let no_stream = |number| {
        format!(
            "el descriptor {number} de LISTEN_FDS no es un socket por el que lleguen conexiones; en la \
             unidad .socket de systemd usa `ListenStream`"
        )
    };
    check(heir(&UdpSocket::bind("127.0.0.1:0").expect("hay un puerto libre")), &no_stream(3));
    check(heir(&UnixDatagram::unbound().expect("hay sitio")), &no_stream(3));
    check(heir(&File::open("/dev/null").expect("está")), &no_stream(3));
    check(heir_of(&listener, 2), &no_stream(4));
}

#[cfg(target_os = "linux")]
#[test]
fn un_socket_que_no_escucha_no_se_usa() {
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None);
    let deaf = TcpListener::from(socket.expect("hay sitio"));
    let error = make_server_on(deaf, echo, Config::default()).expect_err("no escucha");
    assert_eq!(error.kind(), ServerErrorKind::NotListening);
    let text =
        "el socket que ya estaba abierto no escucha; quien lo abrió debe llamar antes a listen";
    assert_eq!(error.to_string(), text);
}

/// Los programas van y vienen, y a quien llama siempre le contesta alguno.
#[track_caller]
fn check_restarts(listener: &impl AsFd, callers: [Caller; 3]) {
    let mut current = heir(listener);
    for _ in 0..5 {
        let next = heir(listener);
        current.signal("-TERM");
        assert!(current.ended_well());
        current = next;
    }
    // También si entre uno y otro no hay ninguno.
    current.signal("-TERM");
    assert!(current.ended_well());
    let _last = heir(listener);
    for caller in callers {
        assert!(caller.stop() > 5);
    }
}

#[test]
fn un_reinicio_no_deja_a_nadie_sin_respuesta() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let address = listener.local_addr().expect("escucha").to_string();
    let callers = [(); 3].map(|()| {
        let address = address.clone();
        Caller::start(move || Wire::open(&address))
    });
    check_restarts(&listener, callers);
}

#[test]
fn un_reinicio_por_un_socket_de_unix_tampoco() {
    let folder = Folder::new("reinicio");
    let path = folder.path().join("s");
    let listener = UnixListener::bind(&path).expect("escucha");
    let callers = [(); 3].map(|()| {
        let path = path.clone();
        Caller::start(move || Wire::open_unix(&path))
    });
    check_restarts(&listener, callers);
}
