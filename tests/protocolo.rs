//! El servidor con sockets de verdad: lo que HTTP/1.1 pide y lo que los clientes hacen mal.

mod comun;

use std::io::{self, Read};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use comun::Served;
use pasarela::{Body, Chunk, Config, Environ, Error, Result, StartResponse, make_server};
use pretty_assertions::assert_eq;

/// Responde el método, la ruta y el cuerpo que recibió.
fn echo(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    environ.set_errors(pasarela::Errors::writer(io::sink()));
    let mut content = String::new();
    environ.input().read_to_string(&mut content)?;
    start_response("200 OK", &[])?;
    Ok(Body::from(format!("{} {} [{content}]", environ.method(), environ.path_info())))
}

fn ok(body: &str) -> String {
    response("200 OK", &format!("Content-Length: {}\r\n", body.len()), body)
}

fn response(status: &str, fields: &str, body: &str) -> String {
    let common = "Date: Tue, 24 Nov 2026 08:40:00 GMT\r\nServer: pasarela/0.1\r\n";
    format!("HTTP/1.1 {status}\r\n{common}{fields}\r\n{body}")
}

/// La primera línea de cada respuesta que hay en `text`.
fn statuses(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("HTTP/1.1 ")).collect()
}

#[test]
fn una_conexion_atiende_varias_peticiones() {
    let served = Served::start(echo);
    let mut wire = served.open();
    for path in ["/a", "/b", "/c"] {
        wire.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        let answer = wire.until(&format!("GET {path} []"));
        assert_eq!(statuses(&answer), ["HTTP/1.1 200 OK"]);
    }
}

#[test]
fn las_peticiones_en_fila_se_responden_en_orden() {
    let served = Served::start(echo);
    let many = 200;
    let request =
        |n: usize| format!("POST /{n} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab");
    let answer = served.exchange(&(0..many).map(request).collect::<String>());
    let expected: String = (0..many).map(|n| ok(&format!("POST /{n} [ab]"))).collect();
    assert_eq!(answer, expected);
}

#[test]
fn los_bytes_pueden_llegar_partidos_en_cualquier_sitio() {
    let served = Served::start(echo);
    let request = "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n\
                   4\r\nhola\r\n0\r\n\r\nPUT /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nuno";
    let expected = ok("POST /a [hola]") + &ok("PUT /b [uno]");
    for cut in 1..request.len() {
        let mut wire = served.open();
        wire.send(&request.as_bytes()[..cut]);
        // Cede el turno para que lleguen como dos envíos; si llegan juntos, también vale.
        std::thread::yield_now();
        wire.send(&request.as_bytes()[cut..]);
        wire.finish();
        assert_eq!(comun::mask_date(&wire.rest()), expected, "partida en {cut}");
    }
}

#[test]
fn head_y_los_estados_sin_cuerpo_no_llevan_ni_un_byte() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        let status = if environ.path_info() == "/nada" { "204 No Content" } else { "200 OK" };
        start(status, &[])?;
        Ok(Body::from("cuerpo"))
    });
    let requests = "HEAD / HTTP/1.1\r\nHost: x\r\n\r\nGET /nada HTTP/1.1\r\nHost: x\r\n\r\n\
                    GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let expected = response("200 OK", "Content-Length: 6\r\n", "")
        + &response("204 No Content", "", "")
        + &response("200 OK", "Content-Length: 6\r\n", "cuerpo");
    assert_eq!(served.exchange(requests), expected);
}

#[test]
fn el_cierre_se_honra_y_se_anuncia() {
    let served = Served::start(echo);
    let twice =
        "GET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n";
    let closes = "Content-Length: 9\r\nConnection: close\r\n";
    assert_eq!(served.exchange(twice), response("200 OK", closes, "GET /a []"));
    let old = "GET /a HTTP/1.0\r\n\r\n";
    assert_eq!(served.exchange(old), response("200 OK", closes, "GET /a []"));
    let kept = "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    let keeps = "Content-Length: 9\r\nConnection: keep-alive\r\n";
    assert_eq!(served.exchange(kept), response("200 OK", keeps, "GET /a []"));
}

fn countdown(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[])?;
    Ok(Body::stream((1..=3).rev().map(|n| Ok(Chunk::from(format!("{n} "))))))
}

#[test]
fn un_cuerpo_sobre_la_marcha_va_por_trozos() {
    let served = Served::start(countdown);
    let chunked = "2\r\n3 \r\n2\r\n2 \r\n2\r\n1 \r\n0\r\n\r\n";
    let expected = response("200 OK", "Transfer-Encoding: chunked\r\n", chunked);
    assert_eq!(served.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), expected);
    let expected = response("200 OK", "Connection: close\r\n", "3 2 1 ");
    assert_eq!(served.exchange("GET / HTTP/1.0\r\n\r\n"), expected);
}

#[test]
fn cada_trozo_sale_antes_de_pedir_el_siguiente() {
    let (permit, permits) = mpsc::channel::<()>();
    let permits = Arc::new(Mutex::new(permits));
    let served = Served::start(move |_: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        let permits = permits.clone();
        Ok(Body::stream((0..3).map(move |n| {
            permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
            Ok(Chunk::from(format!("trozo{n}")))
        })))
    });
    let mut wire = served.open();
    wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    for n in 0..3 {
        permit.send(()).expect("la aplicación espera");
        wire.until(&format!("6\r\ntrozo{n}\r\n"));
    }
    wire.until("0\r\n\r\n");
}

#[test]
fn una_respuesta_grande_llega_entera_a_un_cliente_lento() {
    const SIZE: usize = 10 * 1024 * 1024;
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        let part = vec![b'x'; SIZE / 4];
        Ok(match environ.path_info() {
            "/entera" => Body::from(vec![b'x'; SIZE]),
            "/lista" => Body::from(vec![part.clone(), part.clone(), part.clone(), part]),
            _ => Body::reader(io::repeat(b'x').take(SIZE as u64)),
        })
    });
    for path in ["/entera", "/lista", "/lector"] {
        let mut wire = served.open();
        wire.send(
            format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes(),
        );
        // Mientras este cliente no lee, otro recibe su respuesta.
        let mut other = served.open();
        other.send(b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
        other.until("\r\n\r\n");
        let count = wire.rest().bytes().filter(|&byte| byte == b'x').count();
        assert_eq!(count, SIZE, "{path}");
    }
}

/// Responde cuántos bytes recibió.
fn measure(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let length = io::copy(environ.input(), &mut io::sink())?;
    start_response("200 OK", &[])?;
    Ok(Body::from(length.to_string()))
}

#[test]
fn un_cuerpo_grande_lo_lee_la_aplicacion() {
    const SIZE: usize = 3 * 1024 * 1024;
    let served = Served::start(measure);
    let content = "x".repeat(SIZE);
    let fixed = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {SIZE}\r\n\r\n{content}");
    let chunked = format!(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{SIZE:x}\r\n{content}\r\n0\r\n\r\n"
    );
    // Uno tras otro en la misma conexión: lo que sigue a un cuerpo grande no se pierde.
    let answer = served.exchange(&(fixed + &chunked + "GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    assert_eq!(answer, ok("3145728") + &ok("3145728") + &ok("0"));
}

#[test]
fn el_permiso_para_enviar_se_da_al_leer() {
    let served = Served::start(measure);
    let mut wire = served.open();
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
    assert_eq!(wire.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    wire.send(b"hola");
    assert_eq!(statuses(&wire.until("\r\n\r\n4")), ["HTTP/1.1 200 OK"]);
    // Si el cuerpo ya está, no hace falta permiso.
    let all = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\nhola";
    assert_eq!(served.exchange(all), ok("4"));
}

#[test]
fn un_cuerpo_sin_leer_no_se_convierte_en_la_peticion_siguiente() {
    let served = Served::start(|_: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        Ok(Body::from("hecho"))
    });
    let hidden = "GET /oculta HTTP/1.1\r\nHost: x\r\n\r\n".repeat(4000);
    let request =
        format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{hidden}", hidden.len());
    let closes = "Content-Length: 5\r\nConnection: close\r\n";
    assert_eq!(served.exchange(&request), response("200 OK", closes, "hecho"));
    let small = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 18\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    assert_eq!(served.exchange(small), ok("hecho"));
    let expects = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n";
    assert_eq!(served.exchange(expects), response("200 OK", closes, "hecho"));
}

#[test]
fn un_cuerpo_cortado_es_un_error_de_lectura() {
    let (report, reports) = mpsc::channel();
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        let result = io::copy(environ.input(), &mut io::sink()).map_err(|error| error.kind());
        report.send(result).map_err(io::Error::other)?;
        start("200 OK", &[])?;
        Ok(Body::empty())
    });
    let mut wire = served.open();
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nempieza");
    wire.finish();
    assert_eq!(reports.recv(), Ok(Err(io::ErrorKind::UnexpectedEof)));
}

#[test]
fn la_basura_recibe_un_400_y_se_cierra() {
    let served = Served::start(echo);
    for garbage in
        ["hola\r\n\r\n", "\u{16}\u{3}\u{1}", "GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\n\r\n"]
    {
        let answer = served.exchange(garbage);
        assert_eq!(statuses(&answer), ["HTTP/1.1 400 Bad Request"], "{garbage:?}");
        assert!(answer.contains("Connection: close\r\n"));
    }
}

#[test]
fn cada_rechazo_lleva_su_estado() {
    let config = Config { max_body: 100, ..Config::default() };
    let served = Served::start_with(echo, config);
    let long = "a".repeat(9000);
    let cases = [
        (format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"), "414 URI Too Long"),
        (
            format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", format!("A: {long}\r\n").repeat(8)),
            "431 Request Header Fields Too Large",
        ),
        (
            format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(101)),
            "431 Request Header Fields Too Large",
        ),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n".to_owned(),
            "413 Content Too Large",
        ),
        ("GET / HTTP/2.0\r\nHost: x\r\n\r\n".to_owned(), "505 HTTP Version Not Supported"),
        ("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "501 Not Implemented"),
        (
            "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n".to_owned(),
            "501 Not Implemented",
        ),
        ("GET / HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n".to_owned(), "417 Expectation Failed"),
    ];
    for (request, status) in cases {
        let answer = served.exchange(&request);
        assert_eq!(statuses(&answer), [format!("HTTP/1.1 {status}")]);
    }
}

#[test]
fn los_trozos_mal_escritos_reciben_un_400() {
    let served = Served::start(echo);
    let bad = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n";
    assert_eq!(statuses(&served.exchange(bad)), ["HTTP/1.1 400 Bad Request"]);
}

#[test]
fn una_aplicacion_que_falla_no_tumba_al_servidor() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        environ.set_errors(pasarela::Errors::writer(io::sink()));
        match environ.path_info() {
            "/error" => Err(Error::new("adrede")),
            "/panico" => panic!("adrede"),
            _ => start("200 OK", &[]).map(|()| Body::from("bien")).map_err(Error::from),
        }
    });
    assert_eq!(served.get("/error").status, 500);
    assert_eq!(served.get("/panico").status, 500);
    assert_eq!(served.get("/").body, "bien");
}

#[test]
fn un_cuerpo_incompleto_se_corta_para_que_se_note() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        let chunks = [Ok(Chunk::from("medio")), Err(io::Error::other("adrede"))];
        let version = environ.server_protocol().to_owned();
        assert!(version.starts_with("HTTP/1."));
        Ok(Body::stream(chunks))
    });
    let answer = served.exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert!(answer.ends_with("5\r\nmedio\r\n"), "sin trozo final: {answer:?}");
    let mut wire = served.open();
    wire.send(b"GET / HTTP/1.0\r\n\r\n");
    let cut = wire.try_rest().map_err(|error| error.kind());
    assert_eq!(cut, Err(io::ErrorKind::ConnectionReset));
}

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
fn los_clientes_que_se_van_sueltan_el_cuerpo() {
    struct Witness(Arc<AtomicUsize>, mpsc::Sender<usize>);
    impl Drop for Witness {
        fn drop(&mut self) {
            // Si la prueba ya terminó, nadie escucha.
            let _ = self.1.send(self.0.fetch_add(1, SeqCst) + 1);
        }
    }
    let drops = Arc::new(AtomicUsize::new(0));
    let (report, reports) = mpsc::channel();
    let served = Served::start(move |_: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        let witness = Witness(drops.clone(), report.clone());
        Ok(Body::stream(std::iter::repeat_with(move || {
            let _alive = &witness;
            Ok(Chunk::from(vec![b'x'; 64 * 1024]))
        })))
    });
    for n in 1..=3 {
        let mut wire = served.open();
        wire.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        wire.until("xxxx");
        wire.vanish();
        assert_eq!(reports.recv_timeout(Duration::from_secs(20)), Ok(n));
    }
}

#[test]
fn los_plazos_se_cumplen() {
    let config = Config {
        head_timeout: Duration::from_millis(50),
        idle_timeout: Duration::from_millis(50),
        body_timeout: Duration::from_millis(50),
        ..Config::default()
    };
    let served = Served::start_with(echo, config);
    let mut half = served.open();
    half.send(b"GET / HT");
    assert_eq!(statuses(&half.rest()), ["HTTP/1.1 408 Request Timeout"]);
    let mut body = served.open();
    body.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nho");
    assert_eq!(statuses(&body.rest()), ["HTTP/1.1 408 Request Timeout"]);
    let mut idle = served.open();
    idle.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    assert_eq!(statuses(&idle.rest()), ["HTTP/1.1 200 OK"]);
    assert_eq!(served.open().rest(), "");
}

#[test]
fn las_conexiones_ociosas_no_estorban() {
    let served = Served::start(echo);
    let idle: Vec<_> = (0..500).map(|_| served.open()).collect();
    let half: Vec<_> = (0..50)
        .map(|_| {
            let mut wire = served.open();
            wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nho");
            wire
        })
        .collect();
    assert_eq!(served.get("/a").body, "GET /a []");
    drop((idle, half));
}

#[test]
fn al_detenerse_termina_lo_empezado() {
    let (started, starts) = mpsc::channel();
    let (permit, permits) = mpsc::channel::<()>();
    let permits = Mutex::new(permits);
    let served = Served::start(move |_: &mut Environ, start: StartResponse<'_>| {
        started.send(()).map_err(io::Error::other)?;
        permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
        start("200 OK", &[])?;
        Ok(Body::from("hecho"))
    });
    let mut busy = served.open();
    busy.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    starts.recv().expect("la aplicación empezó");
    let mut idle = served.open();
    served.handle().shutdown();
    assert_eq!(idle.rest(), "", "una conexión ociosa se cierra");
    permit.send(()).expect("la aplicación espera");
    let closes = "Content-Length: 5\r\nConnection: close\r\n";
    assert_eq!(comun::mask_date(&busy.rest()), response("200 OK", closes, "hecho"));
    assert_eq!(served.stop(), Ok(()));
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
fn handle_request_atiende_una_y_vuelve() {
    let server = make_server("127.0.0.1", 0, echo).expect("hay un puerto libre");
    let address = server.local_addrs()[0].to_string();
    let mut wire = comun::Wire::open(&address);
    for path in ["/a", "/b"] {
        wire.send(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        assert_eq!(server.handle_request(), Ok(()));
        wire.until(&format!("GET {path} []"));
    }
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
