//! El cuerpo de una petición: quién lo lee, cuándo se pide y qué pasa si sobra o falta.

mod comun;

use std::io::{self, Read};
use std::sync::Mutex;
use std::sync::mpsc;
use std::time::Duration;

use comun::{
    Served, echo, get, ignore, last_ok, measure, ok, post, post_chunked, response, statuses,
};
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{Application, Body, Chunk, Config, Environ, ErrorStream, Result, StartResponse};
use pretty_assertions::assert_eq;

const CONTINUE: &str = "HTTP/1.1 100 Continue\r\n\r\n";

const EXPECTS: &str = "Expect: 100-continue\r\n";

/// Una petición que promete un cuerpo de 4 bytes y espera permiso para enviarlo.
fn promise(version: &str) -> String {
    format!("POST / HTTP/{version}\r\nHost: x\r\nContent-Length: 4\r\n{EXPECTS}\r\n")
}

#[test]
fn un_cuerpo_grande_lo_lee_la_aplicacion() {
    const SIZE: usize = 3 * 1024 * 1024;
    let served = Served::start(measure);
    let content = "x".repeat(SIZE);
    let chunked = post_chunked("/", &format!("{SIZE:x}\r\n{content}\r\n0\r\n\r\n"));
    // Uno tras otro en la misma conexión: lo que sigue a un cuerpo grande no se pierde.
    let answer = served.exchange(&(post("/", "", &content) + &chunked + &get("/")));
    assert_eq!(answer, ok("3145728") + &ok("3145728") + &ok("0"));
}

#[test]
fn un_cuerpo_por_trozos_termina_donde_termina() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        let terminated = environ.get("wsgi.input_terminated") == Some("true");
        let mut content = String::new();
        environ.input().read_to_string(&mut content)?;
        let trailers = environ.iter().filter(|(key, _)| key.contains("FINAL")).count();
        start("200 OK", &[])?;
        Ok(Body::from(format!("{terminated} {content} {trailers} {:?}", environ.content_length())))
    });
    let chunks = "2;a=\"b\"\r\nho\r\n2\r\nla\r\n0\r\nX-Final: 1\r\nFinal: 2\r\n\r\n";
    let mut wire = served.open();
    // La conexión sigue abierta: leer hasta el final no espera nada más.
    wire.send(post_chunked("/", chunks).as_bytes());
    assert_eq!(comun::mask_date(&wire.until("None")), ok("true hola 0 None"));
}

#[test]
fn los_trozos_mal_escritos_reciben_un_400() {
    let served = Served::start_with(echo, Config { small_body: 100, ..Config::default() });
    // Reunido por el servidor, y leído por la aplicación.
    for start in [String::new(), format!("3e8\r\n{}\r\n", "a".repeat(1000))] {
        for bad in [
            "xyz\r\n",
            "+1\r\n",
            "0x1\r\n",
            "1 \r\n",
            "1\nx",
            "1\r\nxy\r\n",
            "0\r\nA b: c\r\n",
            "1;\r\nx\r\n0\r\n",
            "1;=;;\"\r\nx\r\n0\r\n",
            "1;\u{ff}\r\nx\r\n0\r\n",
        ] {
            let answer = served.exchange(&post_chunked("/", &(start.clone() + bad + "\r\n\r\n")));
            assert_eq!(statuses(&answer), ["400 Bad Request"], "{bad:?}");
            assert!(answer.contains("Connection: close\r\n"), "{answer}");
        }
    }
}

#[test]
fn el_permiso_para_enviar_se_da_al_leer_y_no_antes() {
    let (started, starts) = mpsc::channel();
    let (permit, permits) = mpsc::channel::<()>();
    let permits = Mutex::new(permits);
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        started.send(()).map_err(io::Error::other)?;
        permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
        measure(environ, start)
    });
    let mut wire = served.open();
    wire.send(promise("1.1").as_bytes());
    starts.recv().expect("la aplicación empezó");
    assert!(wire.is_silent());
    permit.send(()).expect("la aplicación espera");
    assert_eq!(wire.until("\r\n\r\n"), CONTINUE);
    wire.send(b"hola");
    assert_eq!(comun::mask_date(&wire.until("\r\n\r\n4")), ok("4"));
    // Y la conexión sirve para otra.
    permit.send(()).expect("la aplicación espera");
    wire.send(get("/").as_bytes());
    assert_eq!(comun::mask_date(&wire.until("\r\n\r\n0")), ok("0"));
}

#[test]
fn el_permiso_no_se_da_si_no_hace_falta() {
    let served = Served::start(measure);
    assert_eq!(served.exchange(&post("/", EXPECTS, "hola")), ok("4"), "el cuerpo ya está");
    let chunked = "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\
                   Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n";
    assert_eq!(served.exchange(chunked), ok("1"), "el cuerpo por trozos ya está");
    let bodiless = format!("GET / HTTP/1.1\r\nHost: x\r\n{EXPECTS}\r\n");
    assert_eq!(served.exchange(&bodiless), ok("0"), "no hay cuerpo");
    let mut wire = served.open();
    wire.send(promise("1.0").as_bytes());
    wire.send(b"hola");
    assert_eq!(comun::mask_date(&wire.rest()), last_ok("4"), "1.0 no lo conoce");
}

#[test]
fn el_permiso_va_detras_de_las_respuestas_anteriores() {
    let served = Served::start(measure);
    let mut wire = served.open();
    wire.send((get("/") + &promise("1.1")).as_bytes());
    let answer = comun::mask_date(&wire.until(CONTINUE));
    assert_eq!(answer, ok("0") + CONTINUE);
}

#[test]
fn un_rechazo_no_lleva_permiso() {
    let served = Served::start_with(measure, Config { max_body: 3, ..Config::default() });
    let answer = served.exchange(&promise("1.1"));
    assert_eq!(statuses(&answer), ["413 Content Too Large"]);
}

#[test]
fn un_permiso_sin_dar_cierra_despues_de_responder() {
    let served = Served::start(ignore);
    let mut wire = served.open();
    wire.send(promise("1.1").as_bytes());
    assert_eq!(comun::mask_date(&wire.until("hecho")), last_ok("hecho"));
    // Lo que el cliente mande ahora, sea el cuerpo o no, ya no se atiende.
    let _ = wire.try_send(get("/oculta").repeat(2).as_bytes());
    wire.finish();
    assert_eq!(wire.rest(), "");
}

#[test]
fn un_cuerpo_sin_leer_no_se_convierte_en_la_peticion_siguiente() {
    let served = Served::start(ignore);
    let large = get("/oculta").repeat(4000);
    assert_eq!(served.exchange(&(post("/", "", &large) + &get("/"))), last_ok("hecho"));
    // Uno pequeño ya está reunido: se olvida y se sigue.
    let small = post("/", "", &get("/oculta"));
    assert_eq!(served.exchange(&(small + &get("/"))), ok("hecho") + &ok("hecho"));
    let chunked = post_chunked("/", &format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len()));
    assert_eq!(served.exchange(&(chunked + &get("/"))), last_ok("hecho"));
}

#[test]
fn un_cuerpo_leido_a_medias_tampoco() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        environ.input().read_exact(&mut [0; 10])?;
        ignore(environ, start)
    });
    let large = get("/oculta").repeat(4000);
    assert_eq!(served.exchange(&(post("/", "", &large) + &get("/"))), last_ok("hecho"));
    let small = post("/", "", &get("/oculta"));
    assert_eq!(served.exchange(&(small.clone() + &small)), ok("hecho") + &ok("hecho"));
}

#[test]
fn get_y_head_tambien_pueden_llevar_cuerpo() {
    let served = Served::start(ignore);
    let hidden = get("/oculta");
    for (method, body) in [("GET", "hecho"), ("HEAD", "")] {
        let request = post("/", "", &hidden).replacen("POST", method, 1);
        let head = response("200 OK", "Content-Length: 5\r\n", body);
        assert_eq!(served.exchange(&(request + &get("/"))), head + &ok("hecho"));
        let large = post("/", "", &hidden.repeat(4000)).replacen("POST", method, 1);
        let head = response("200 OK", "Content-Length: 5\r\nConnection: close\r\n", body);
        assert_eq!(served.exchange(&(large + &get("/"))), head);
    }
}

#[test]
fn despues_de_un_panico_el_cuerpo_sigue_sin_ser_una_peticion() {
    let served = Served::start(|environ: &mut Environ, _: StartResponse<'_>| -> Result<Body> {
        environ.set_errors(ErrorStream::writer(io::sink()));
        panic!("adrede")
    });
    for request in [post("/", "", &get("/oculta").repeat(4000)), promise("1.1")] {
        let answer = served.exchange(&request);
        assert_eq!(statuses(&answer), ["500 Internal Server Error"]);
        assert!(answer.contains("Connection: close\r\n"), "{answer}");
    }
}

#[test]
fn un_cuerpo_cortado_es_un_error_de_lectura() {
    let (report, reports) = mpsc::channel();
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        let result = io::copy(environ.input(), &mut io::sink()).map_err(|error| error.kind());
        report.send(result).map_err(io::Error::other)?;
        ignore(environ, start)
    });
    let chunked = post_chunked("/", &format!("{:x}\r\n{}", 1_000_000, "x".repeat(100_000)));
    // Lo bastante para que se llame a la aplicación sin esperar más.
    let start = "x".repeat(100_000);
    let fixed = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{start}");
    for request in [fixed, chunked, promise("1.1") + "ho"] {
        let mut wire = served.open();
        wire.send(request.as_bytes());
        wire.finish();
        let report = reports.recv_timeout(Duration::from_secs(20));
        assert_eq!(report, Ok(Err(io::ErrorKind::UnexpectedEof)));
        // El cliente no tiene a quién leer, pero el servidor no lo da por bueno.
        let answer = comun::mask_date(&wire.rest());
        assert!(answer.ends_with(&last_ok("hecho")), "{answer}");
    }
}

#[test]
fn un_cuerpo_pequeno_cortado_no_llega_a_la_aplicacion() {
    let served = Served::start(|_: &mut Environ, _: StartResponse<'_>| -> Result<Body> {
        panic!("no había petición entera")
    });
    let fixed = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhol".to_owned();
    for request in
        [fixed, post_chunked("/", "4\r\nhola\r\n"), post_chunked("/", "4\r\nhola\r\n0\r\n")]
    {
        assert_eq!(served.exchange(&request), "");
    }
}

#[test]
fn el_permiso_no_se_da_en_medio_de_la_respuesta() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        environ.set_errors(ErrorStream::writer(io::sink()));
        let mut input = environ.take_input();
        start("200 OK", &[])?;
        let late = move || input.read(&mut [0; 10]).map(|length| Chunk::from(format!("{length}")));
        Ok(Body::stream(
            [Ok(Chunk::from("empieza "))].into_iter().chain(std::iter::once_with(late)),
        ))
    });
    let mut wire = served.open();
    wire.send(promise("1.1").as_bytes());
    // Quien se queda con el cuerpo lo leerá mientras responde: el permiso, antes que la respuesta.
    assert_eq!(wire.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    assert!(wire.until("empieza \r\n").starts_with("HTTP/1.1 200 OK\r\n"));
    wire.send(b"hola");
    assert_eq!(wire.rest(), "1\r\n4\r\n0\r\n\r\n");
}

/// Una aplicación que responde a un `GET` tantos bytes como dice la ruta, y a lo demás cuántos
/// recibió. Avisa por `report` cuando va a leer.
fn filling(report: mpsc::Sender<()>) -> impl Application {
    move |environ: &mut Environ, start: StartResponse<'_>| {
        if environ.method() != "GET" {
            report.send(()).map_err(io::Error::other)?;
            return measure(environ, start);
        }
        let size = environ.path_info()[1..].parse()?;
        start("200 OK", &[])?;
        Ok(Body::from("x".repeat(size)))
    }
}

/// El permiso va detrás de una respuesta que pudo llenar los búferes del sistema: entonces espera su
/// turno. Ni se corta en la mitad ni se convierte en un fallo de la aplicación.
#[track_caller]
fn check_permission_behind(served: &Served, reports: &mpsc::Receiver<()>, size: usize) {
    let mut wire = served.open();
    // No lee nada hasta que ya envió todo y el servidor tuvo ocasión de dar el permiso.
    wire.send((get(&format!("/{size}")) + &promise("1.1")).as_bytes());
    let is_called = reports.recv_timeout(Duration::from_millis(5)).is_ok();
    std::thread::yield_now();
    let head = comun::mask_date(&wire.until("\r\n\r\n"));
    let answer = head + &wire.take(size);
    assert!(answer == ok(&"x".repeat(size)), "la primera respuesta, de {size} bytes, es otra");
    assert_eq!(wire.until("\r\n\r\n"), CONTINUE, "detrás de {size} bytes");
    wire.send(b"hola");
    assert_eq!(comun::mask_date(&wire.until("\r\n\r\n4")), ok("4"), "detrás de {size} bytes");
    if !is_called {
        reports.recv_timeout(Duration::from_secs(20)).expect("se llamó a la aplicación");
    }
}

/// Protege el permiso que se da cuando el sistema no tiene sitio para él.
#[test]
fn el_permiso_espera_su_sitio_detras_de_una_respuesta_que_llena_la_red() {
    let (report, reports) = mpsc::channel();
    let listeners = Listeners::from(comun::narrow_listener());
    let server = make_server_on(listeners, filling(report), Config::default());
    let served = Served::run(server.expect("hay sitio"));
    for size in (1..300).map(|n| n * 331) {
        check_permission_behind(&served, &reports, size);
    }
}

/// Lo mismo donde el sistema cuenta su sitio de otra manera.
#[cfg(unix)]
#[test]
fn el_permiso_espera_su_sitio_tambien_en_un_socket_de_unix() {
    let (report, reports) = mpsc::channel();
    let folder = comun::Folder::new("permiso");
    let path = folder.join("s");
    let server = make_server_on(Listeners::unix(path), filling(report), Config::default());
    let served = Served::run(server.expect("hay sitio"));
    for size in (1..310).map(|n| n * 1021) {
        check_permission_behind(&served, &reports, size);
    }
}
