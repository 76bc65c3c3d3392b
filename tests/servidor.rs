//! El servidor: cuántos hilos y conexiones usa, y cómo se detiene.

mod comun;

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use comun::{Served, Wire, echo, get, ignore, last_ok, ok, post};
use pasarela::{Body, Config, Environ, Error, Handle, Result, StartResponse, make_server};
use pasarela::{ServerErrorKind, ThreadWrapper, make_server_with};
use pretty_assertions::assert_eq;

#[test]
fn una_aplicacion_detenida_no_detiene_a_las_demas() {
    let (permit, permits) = mpsc::channel::<()>();
    let permits = Mutex::new(permits);
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        if environ.path_info() == "/lenta" {
            permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
        }
        start("200 OK", &[])?;
        Ok(Body::from("hecho"))
    });
    // Ocho detenidas a la vez (todas menos una, esperando el cerrojo).
    let mut slow: Vec<_> = (0..8).map(|_| served.open()).collect();
    for wire in &mut slow {
        wire.send(b"GET /lenta HTTP/1.1\r\nHost: x\r\n\r\n");
    }
    for _ in 0..100 {
        assert_eq!(served.get("/rapida").body, "hecho");
    }
    for wire in &mut slow {
        permit.send(()).expect("la aplicación espera");
        wire.finish();
    }
    for mut wire in slow {
        assert!(wire.rest().ends_with("hecho"));
    }
}

#[test]
fn con_todos_los_hilos_ocupados_se_espera_sin_perder_nada() {
    for max_threads in [1, 2, 3] {
        let config = Config { max_threads, ..Config::default() };
        let served = Served::start_with(
            |_: &mut Environ, start: StartResponse<'_>| {
                std::thread::sleep(Duration::from_millis(5));
                start("200 OK", &[])?;
                Ok(Body::from("hecho"))
            },
            config,
        );
        let mut wires: Vec<_> = (0..20).map(|_| served.open()).collect();
        for wire in &mut wires {
            wire.send(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }
        for mut wire in wires {
            assert!(wire.rest().ends_with("hecho"), "con {max_threads} hilos");
        }
    }
}

#[test]
fn handle_request_atiende_una_y_vuelve() {
    let server = make_server("127.0.0.1", 0, echo).expect("hay un puerto libre");
    let address = server.local_addrs()[0].to_string();
    let mut wire = Wire::open(&address);
    for path in ["/a", "/b"] {
        wire.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        assert_eq!(server.handle_request(), Ok(()));
        wire.until(&format!("GET {path} []"));
    }
}

#[test]
fn handle_request_no_espera_mas_de_lo_que_se_le_dice() {
    let server = make_server("127.0.0.1", 0, echo).expect("hay un puerto libre");
    let brief = Duration::from_millis(1);
    assert_eq!(server.handle_request_within(Duration::ZERO), Ok(false));
    let mut wire = Wire::open(&server.local_addrs()[0].to_string());
    wire.send(b"GET /a HTTP/1.1\r\nHo");
    assert_eq!(server.handle_request_within(brief), Ok(false));
    wire.send(b"st: x\r\n\r\n");
    assert_eq!(server.handle_request_within(Duration::MAX), Ok(true));
    wire.until("GET /a []");
    assert_eq!(server.handle_request_within(brief), Ok(false));
}

#[test]
fn un_servidor_que_se_suelta_deja_de_escuchar() {
    let server = make_server("127.0.0.1", 0, echo).expect("hay un puerto libre");
    let address = server.local_addrs()[0];
    let handle = server.handle();
    drop(server);
    handle.shutdown();
    let refused = std::net::TcpStream::connect(address).map(drop).map_err(|error| error.kind());
    assert_eq!(refused, Err(io::ErrorKind::ConnectionRefused));
}

#[test]
fn detenerse_no_espera_para_siempre() {
    let config = Config { shutdown_timeout: Duration::from_millis(100), ..Config::default() };
    let (started, starts) = mpsc::channel();
    let (_permit, permits) = mpsc::channel::<()>();
    let permits = Mutex::new(permits);
    let served = Served::start_with(
        move |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> {
            started.send(()).map_err(io::Error::other)?;
            permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
            Err(Error::new("nadie debía dar permiso"))
        },
        config,
    );
    let mut wire = served.open();
    wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    starts.recv().expect("la aplicación empezó");
    assert_eq!(served.stop(), Ok(()));
}

#[test]
fn al_volver_no_queda_ningun_hilo() {
    let alive = Arc::new(AtomicUsize::new(0));
    let started = Arc::new(AtomicUsize::new(0));
    let (living, begun) = (alive.clone(), started.clone());
    let thread_wrapper = ThreadWrapper::new(move |live| {
        living.fetch_add(1, SeqCst);
        begun.fetch_add(1, SeqCst);
        live();
        // Quien deshace algo al irse tarda más que quien solo se va.
        thread::sleep(Duration::from_millis(50));
        living.fetch_sub(1, SeqCst);
    });
    let served = Served::start_with(ignore, Config { thread_wrapper, ..Config::default() });
    assert_eq!(served.get("/").body, "hecho");
    assert_eq!(served.stop(), Ok(()));
    assert!(started.load(SeqCst) > 0, "rodea a los hilos que atienden");
    assert_eq!(alive.load(SeqCst), 0);
}

#[test]
fn con_la_casa_llena_se_espera_en_la_cola() {
    let served = Served::start_with(ignore, Config { max_connections: 2, ..Config::default() });
    let mut inside: Vec<_> = (0..2).map(|_| served.open()).collect();
    let (begun, rest) = ("GET / HTTP/1.1\r\nHo", "st: x\r\n\r\n");
    for wire in &mut inside {
        // Con otra petición a medias: no están ociosas.
        wire.send(format!("{}{begun}", get("/")).as_bytes());
        wire.until("hecho");
    }
    let mut outside: Vec<_> = (0..5).map(|_| served.open()).collect();
    for wire in &mut outside {
        wire.send(get("/").as_bytes());
    }
    // Los de dentro siguen atendidos, y al irse dejan su sitio.
    for mut wire in inside {
        wire.send(rest.as_bytes());
        assert_eq!(comun::mask_date(&wire.until("hecho")), ok("hecho"));
    }
    for mut wire in outside {
        wire.finish();
        assert_eq!(comun::mask_date(&wire.rest()), ok("hecho"));
    }
}

#[test]
fn una_rafaga_de_conexiones_se_responde_entera() {
    let served = Served::start(ignore);
    let mut wires: Vec<_> = (0..300).map(|_| served.open()).collect();
    for wire in &mut wires {
        wire.send(get("/").as_bytes());
        wire.finish();
    }
    for mut wire in wires {
        assert_eq!(comun::mask_date(&wire.rest()), ok("hecho"));
    }
}

#[test]
fn al_detenerse_termina_lo_empezado() {
    let (started, starts) = mpsc::channel();
    let (permit, permits) = mpsc::channel::<()>();
    let permits = Mutex::new(permits);
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        started.send(()).map_err(io::Error::other)?;
        permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
        echo(environ, start)
    });
    let mut busy = served.open();
    busy.send(get("/a").as_bytes());
    starts.recv().expect("la aplicación empezó");
    let (mut idle, mut half) = (served.open(), served.open());
    half.send(b"POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nho");
    served.handle().shutdown();
    assert_eq!(idle.rest(), "", "una conexión ociosa se cierra");
    permit.send(()).expect("la aplicación espera");
    assert_eq!(comun::mask_date(&busy.rest()), last_ok("GET /a []"));
    // Una petición a medias es algo empezado.
    half.send(b"la");
    permit.send(()).expect("la aplicación espera");
    assert_eq!(comun::mask_date(&half.rest()), last_ok("POST /b [hola]"));
    assert_eq!(served.stop(), Ok(()));
}

#[test]
fn al_detenerse_se_responde_lo_que_ya_habia_llegado() {
    let server = make_server("127.0.0.1", 0, ignore).expect("hay un puerto libre");
    let address = server.local_addrs()[0].to_string();
    let mut wires: Vec<_> = (0..300).map(|_| Wire::open(&address)).collect();
    for wire in &mut wires {
        wire.send(get("/").as_bytes());
    }
    // Esperan en la cola del sistema: cuentan como recibidas.
    server.handle().shutdown();
    assert_eq!(server.serve_forever(), Ok(()));
    for mut wire in wires {
        assert_eq!(comun::mask_date(&wire.rest()), last_ok("hecho"));
    }
}

/// Pide sin parar por conexiones que se conservan, hasta que el servidor no admite más, y cuenta
/// las respuestas enteras.
fn keep_asking(address: &str, answered: &AtomicUsize) {
    while let Ok(mut stream) = TcpStream::connect(address) {
        let mut last = false;
        while !last {
            let Some(answer) = ask(&mut stream) else { break };
            answered.fetch_add(1, SeqCst);
            last = answer.contains("Connection: close");
        }
    }
}

/// Una petición y su respuesta entera; `None` si la conexión ya no servía.
fn ask(stream: &mut TcpStream) -> Option<String> {
    stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
    stream.write_all(get("/").as_bytes()).ok()?;
    let (mut answer, mut part) = (Vec::new(), [0; 1024]);
    while !answer.ends_with(b"hecho") {
        match stream.read(&mut part) {
            Ok(length @ 1..) => answer.extend_from_slice(&part[..length]),
            _ => {
                assert_eq!(String::from_utf8_lossy(&answer), "", "una respuesta a medias");
                return None;
            }
        }
    }
    Some(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn al_detenerse_en_plena_carga_no_se_pierde_nada() {
    let attended = Arc::new(AtomicUsize::new(0));
    let count = attended.clone();
    let served = Served::start(move |_: &mut Environ, start: StartResponse<'_>| {
        // Unas rápidas y otras lentas: las que toca un hilo y las que pasan a otro.
        if count.fetch_add(1, SeqCst).is_multiple_of(64) {
            std::thread::sleep(Duration::from_millis(3));
        }
        start("200 OK", &[])?;
        Ok(Body::from("hecho"))
    });
    let (address, answered) = (served.address(), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| keep_asking(&address, &answered));
        }
        while answered.load(SeqCst) < 2000 {
            thread::yield_now();
        }
        assert_eq!(served.stop(), Ok(()));
    });
    // Lo que llegó a la aplicación, llegó a quien lo pidió.
    assert_eq!(answered.load(SeqCst), attended.load(SeqCst));
}

#[test]
fn un_panico_al_soltar_lo_de_la_aplicacion_no_deja_a_nadie_sin_atender() {
    struct Guard;
    impl Drop for Guard {
        fn drop(&mut self) {
            panic!("adrede");
        }
    }
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        if environ.path_info() == "/malo" {
            environ.insert_extension(Guard);
        }
        start("200 OK", &[])?;
        Ok(Body::from("hecho"))
    });
    // Más veces que hilos puede haber: si cada una se llevara uno, no quedaría ninguno.
    for _ in 0..200 {
        // La respuesta ya estaba entera, y lo que se suelta se suelta aparte.
        assert_eq!(served.exchange(&get("/malo")), ok("hecho"));
    }
    assert_eq!(served.get("/").body, "hecho");
    assert_eq!(served.stop(), Ok(()));
}

#[test]
fn una_llamada_larga_sabe_que_el_servidor_se_detiene() {
    let (send, receive) = mpsc::channel();
    let (started, starts) = mpsc::channel();
    let handle = Mutex::new(receive);
    let served = Served::start(move |_: &mut Environ, start: StartResponse<'_>| {
        let handle: Handle = handle.lock().expect("sin pánico").recv()?;
        let before = handle.is_stopping();
        started.send(())?;
        while !handle.is_stopping() {
            thread::yield_now();
        }
        start("200 OK", &[])?;
        Ok(Body::from(format!("antes {before}")))
    });
    let handle = served.handle();
    send.send(handle.clone()).expect("la aplicación la espera");
    let mut wire = served.open();
    wire.send(get("/").as_bytes());
    starts.recv().expect("empieza");
    handle.shutdown();
    assert_eq!(comun::mask_date(&wire.rest()), last_ok("antes false"));
    assert_eq!(served.stop(), Ok(()));
    assert!(handle.is_stopping(), "el que ya no existe tampoco atiende a nadie");
}

#[test]
fn con_una_configuracion_que_no_sirve_no_se_crea() {
    let config = Config { max_connections: 0, ..Config::default() };
    let error = make_server_with("127.0.0.1", 0, echo, config).expect_err("no cabe nadie");
    assert_eq!(error.kind(), ServerErrorKind::InvalidConfig);
    let text = "la configuración tiene max_connections = 0, y se acepta de 1 en adelante";
    assert_eq!(error.to_string(), text);
}

#[test]
fn los_limites_pueden_ser_los_mayores() {
    let config = Config {
        max_request_line: usize::MAX,
        max_head: usize::MAX,
        max_fields: usize::MAX,
        max_body: u64::MAX,
        max_chunk_overhead: u64::MAX,
        small_body: usize::MAX,
        max_connections: usize::MAX,
        backlog: u32::MAX,
        event_loops: 2,
        max_threads: usize::MAX,
        max_linger: usize::MAX,
        ..Config::default()
    };
    let served = Served::start_with(echo, config);
    let mut wire = served.open();
    for (part, answer) in [
        ("GET / HTTP/1.1\r\nHos", ""),
        ("t: x\r\n\r\n", "GET / []"),
        ("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nho", ""),
        ("la.\r\n0\r\n\r\n", "POST / [hola.]"),
        ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nho", ""),
        ("la", "POST / [hola]"),
    ] {
        wire.send(part.as_bytes());
        wire.until(answer);
    }
}

#[test]
fn los_plazos_pueden_no_vencer_nunca() {
    let forever = Duration::MAX;
    let config = Config {
        head_timeout: forever,
        body_timeout: forever,
        idle_timeout: forever,
        write_timeout: forever,
        linger_timeout: forever,
        ..Config::default()
    };
    let served = Served::start_with(echo, config);
    assert_eq!(served.exchange(&get("/")), ok("GET / []"));
    let large = "x".repeat(200_000);
    assert_eq!(served.exchange(&post("/", "", &large)), ok(&format!("POST / [{large}]")));
}
