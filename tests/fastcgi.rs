//! FastCGI, byte a byte: lo que manda un servidor web y lo que recibe.

mod comun;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use comun::records::{
    ABORT, BEGIN, END, GET_VALUES, GET_VALUES_RESULT, PARAMS, Record, STDERR, STDIN, UNKNOWN_TYPE,
    begin, fastcgi, params, record, status_ok, stdin, usual,
};
use comun::{Served, Wire, echo, ignore, measure};
use pasarela::access_log::access_log;
use pasarela::handlers::mount;
use pasarela::util::request_uri;
use pasarela::{
    Application, Body, Chunk, Config, Environ, ErrorStream, Protocol, Result, StartResponse,
};
use pretty_assertions::assert_eq;

#[track_caller]
fn start(application: impl Application) -> Served {
    start_with(application, Config::default())
}

#[track_caller]
fn start_with(application: impl Application, config: Config) -> Served {
    Served::start_with(application, Config { protocol: Protocol::FastCgi, ..config })
}

#[test]
fn una_conexion_atiende_varias_peticiones() {
    let served = start(echo);
    let mut wire = served.open();
    for (id, method, path, content) in
        [(1, "GET", "/a", ""), (1, "POST", "/b", "hola"), (300, "GET", "/c", "")]
    {
        wire.send(&fastcgi(id, method, path, content));
        assert_eq!(wire.answer(id), status_ok(&format!("{method} {path} [{content}]")));
    }
    wire.send(&[fastcgi(1, "GET", "/uno", ""), fastcgi(2, "GET", "/dos", "")].concat());
    assert_eq!(wire.answer(1), status_ok("GET /uno []"));
    assert_eq!(wire.answer(2), status_ok("GET /dos []"));
    wire.finish();
    assert_eq!(wire.rest(), "");
}

#[test]
fn sin_permiso_para_seguir_la_conexion_se_cierra() {
    let served = start(echo);
    let mut wire = served.open();
    let request = [begin(1, false), params(1, &usual("GET", "/a", "")), stdin(1, b"")];
    wire.send(&request.concat());
    assert_eq!(wire.answer(1), status_ok("GET /a []"));
    assert_eq!(wire.rest(), "");
}

#[test]
fn los_bytes_pueden_llegar_partidos_en_cualquier_sitio() {
    let served = start(echo);
    let request = fastcgi(1, "POST", "/a", "hola");
    let mut wire = served.open();
    for cut in 1..request.len() {
        wire.send(&request[..cut]);
        wire.send(&request[cut..]);
        assert_eq!(wire.answer(1), status_ok("POST /a [hola]"), "partida en {cut}");
    }
    for byte in &request {
        wire.send(&[*byte]);
    }
    assert_eq!(wire.answer(1), status_ok("POST /a [hola]"));
}

#[test]
fn los_estados_sin_cuerpo_no_estorban_a_la_peticion_siguiente() {
    let answer = |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        let status = environ.path_info()[1..].replace('_', " ");
        start_response(&status, &[])?;
        Ok(Body::from("cuerpo"))
    };
    let served = start(answer);
    let mut wire = served.open();
    for (method, path, expected) in [
        ("GET", "/200_OK", "Status: 200 OK\r\nContent-Length: 6\r\n\r\ncuerpo"),
        ("GET", "/204_No_Content", "Status: 204 No Content\r\n\r\n"),
        ("GET", "/304_Not_Modified", "Status: 304 Not Modified\r\n\r\n"),
        ("HEAD", "/200_OK", "Status: 200 OK\r\nContent-Length: 6\r\n\r\n"),
        ("GET", "/200_OK", "Status: 200 OK\r\nContent-Length: 6\r\n\r\ncuerpo"),
    ] {
        wire.send(&fastcgi(1, method, path, ""));
        assert_eq!(wire.answer(1), expected);
    }
}

#[test]
fn cada_trozo_sale_antes_de_pedir_el_siguiente() {
    let (permit, permits) = mpsc::channel::<&'static str>();
    let permits = Mutex::new(Some(permits));
    let served = start(move |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", &[])?;
        let permits = permits.lock().expect("sin pánico").take().expect("una sola petición");
        Ok(Body::stream(permits.into_iter().map(|text| Ok(Chunk::from(text)))))
    });
    let mut wire = served.open();
    wire.send(&fastcgi(1, "GET", "/", ""));
    permit.send("uno").expect("espera");
    let head = wire.record().content;
    assert_eq!(String::from_utf8_lossy(&head), "Status: 200 OK\r\n\r\n");
    assert_eq!(wire.record().content, b"uno");
    permit.send("dos").expect("espera");
    assert_eq!(wire.record().content, b"dos");
    drop(permit);
    assert_eq!(wire.answer(1), "");
}

#[test]
fn un_trozo_enorme_llega_entero_a_un_cliente_lento() {
    let content: String = (0..600_000).map(|number| format!("{number:08}\n")).collect();
    let sent = content.clone();
    let served = start(move |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", &[])?;
        Ok(Body::from([sent.clone(), "fin".to_owned()]))
    });
    let mut wire = served.open();
    for _ in 0..2 {
        wire.send(&fastcgi(1, "GET", "/", ""));
        assert!(wire.answer(1) == status_ok(&format!("{content}fin")));
    }
}

#[test]
fn un_cuerpo_grande_lo_lee_la_aplicacion() {
    let served = start(measure);
    let content = "x".repeat(3_000_000);
    for length in [content.len().to_string(), String::new()] {
        let mut wire = served.open();
        for _ in 0..2 {
            let head = [begin(1, true), params(1, &usual("PUT", "/", &length))].concat();
            wire.send(&head);
            wire.send(&stdin(1, content.as_bytes()));
            assert_eq!(wire.answer(1), status_ok("3000000"));
        }
    }
}

#[test]
fn un_cuerpo_que_no_mide_lo_que_se_anuncia_se_rechaza() {
    let served = start_with(measure, Config { small_body: 10, ..Config::default() });
    for content in ["cort", "más largo de lo que se dijo, y grande"] {
        let mut wire = served.open();
        let head = [begin(1, true), params(1, &usual("PUT", "/", "20"))].concat();
        wire.send(&[head, stdin(1, content.as_bytes())].concat());
        assert!(wire.answer(1).starts_with("Status: 400 Bad Request\r\n"), "{content}");
        assert_eq!(wire.rest(), "");
    }
}

#[test]
fn un_cuerpo_demasiado_grande_recibe_un_413() {
    let served = start_with(measure, Config { max_body: 100, small_body: 10, ..Config::default() });
    for length in ["101", ""] {
        let mut wire = served.open();
        let head = [begin(1, true), params(1, &usual("PUT", "/", length))].concat();
        wire.send(&[head, stdin(1, &[b'x'; 101])].concat());
        assert!(wire.answer(1).starts_with("Status: 413 Content Too Large\r\n"), "{length}");
    }
    let mut wire = served.open();
    wire.send(&[begin(1, true), params(1, &usual("PUT", "/", "100"))].concat());
    wire.send(&stdin(1, &[b'x'; 100]));
    assert_eq!(wire.answer(1), status_ok("100"));
}

#[test]
fn una_peticion_que_no_se_entiende_recibe_su_estado() {
    let served = start_with(echo, Config { max_head: 2000, ..Config::default() });
    let large = "x".repeat(3000);
    let many: Vec<String> = (0..400).map(|number| format!("A{number}")).collect();
    let cases: [(Vec<(&str, &str)>, &str); 4] = [
        (vec![("PATH_INFO", "/")], "400 Bad Request"),
        (usual("PUT", "/", "mucho"), "400 Bad Request"),
        (
            vec![("REQUEST_METHOD", "GET"), ("HTTP_X", &large)],
            "431 Request Header Fields Too Large",
        ),
        (many.iter().map(|name| (&**name, "")).collect(), "431 Request Header Fields Too Large"),
    ];
    for (variables, status) in cases {
        let mut wire = served.open();
        wire.send(&[begin(1, true), params(1, &variables), stdin(1, b"")].concat());
        let answer = wire.answer(1);
        assert!(answer.starts_with(&format!("Status: {status}\r\n")), "{answer}");
        assert_eq!(wire.rest(), "");
    }
}

#[test]
fn lo_que_no_es_fastcgi_se_cierra_sin_perder_lo_anterior() {
    let served = start(echo);
    for bad in [
        &b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..],
        &record(BEGIN, 1, b"corto"),
        &[begin(1, true), record(STDIN, 1, b"antes")].concat(),
        &[begin(1, true), record(PARAMS, 1, b"\x05A"), record(PARAMS, 1, b"")].concat(),
    ] {
        let mut wire = served.open();
        wire.send(&[&fastcgi(1, "GET", "/a", "")[..], bad].concat());
        assert_eq!(wire.answer(1), status_ok("GET /a []"));
        assert_eq!(wire.rest(), "", "{bad:?}");
    }
    let mut wire = served.open();
    wire.send(&fastcgi(1, "GET", "/b", ""));
    assert_eq!(wire.answer(1), status_ok("GET /b []"));
}

#[test]
fn se_contesta_a_quien_pregunta_por_el_servidor() {
    let served = start_with(echo, Config { max_connections: 50, ..Config::default() });
    let mut wire = served.open();
    wire.send(&record(
        GET_VALUES,
        0,
        b"\x0e\0FCGI_MAX_CONNS\x0d\0FCGI_MAX_REQS\x0f\0FCGI_MPXS_CONNS",
    ));
    let values = b"\x0e\x02FCGI_MAX_CONNS50\x0d\x02FCGI_MAX_REQS50\x0f\x01FCGI_MPXS_CONNS0";
    let expected = Record { kind: GET_VALUES_RESULT, id: 0, content: values.to_vec() };
    assert_eq!(wire.record(), expected);
    wire.send(&record(99, 0, b""));
    let expected = Record { kind: UNKNOWN_TYPE, id: 0, content: vec![99, 0, 0, 0, 0, 0, 0, 0] };
    assert_eq!(wire.record(), expected);
    wire.send(&fastcgi(1, "GET", "/a", ""));
    assert_eq!(wire.answer(1), status_ok("GET /a []"));
}

#[test]
fn una_segunda_peticion_a_la_vez_y_otros_papeles_no_se_atienden() {
    let served = start(echo);
    let mut wire = served.open();
    wire.send(&begin(1, true));
    wire.send(&fastcgi(2, "GET", "/dos", ""));
    let cannot = Record { kind: END, id: 2, content: vec![0, 0, 0, 0, 1, 0, 0, 0] };
    assert_eq!(wire.record(), cannot);
    wire.send(&[params(1, &usual("GET", "/uno", "")), stdin(1, b"")].concat());
    assert_eq!(wire.answer(1), status_ok("GET /uno []"));
    let filter = |keeps| record(BEGIN, 3, &[0, 3, keeps, 0, 0, 0, 0, 0]);
    let unknown = Record { kind: END, id: 3, content: vec![0, 0, 0, 0, 3, 0, 0, 0] };
    wire.send(&filter(1));
    assert_eq!(wire.record(), unknown);
    wire.send(&fastcgi(1, "GET", "/tres", ""));
    assert_eq!(wire.answer(1), status_ok("GET /tres []"));
    wire.send(&filter(0));
    assert_eq!(wire.record(), unknown);
    assert_eq!(wire.rest(), "");
}

#[test]
fn una_peticion_abandonada_termina_y_la_conexion_sigue() {
    let served = start(echo);
    let mut wire = served.open();
    let ended = Record { kind: END, id: 1, content: vec![0; 8] };
    wire.send(&[begin(1, true), record(ABORT, 1, b"")].concat());
    assert_eq!(wire.record(), ended);
    let head = [begin(1, true), params(1, &usual("PUT", "/", "9"))].concat();
    wire.send(&[head, record(STDIN, 1, b"hol"), record(ABORT, 1, b"")].concat());
    assert_eq!(wire.record(), ended);
    wire.send(&fastcgi(1, "GET", "/a", ""));
    assert_eq!(wire.answer(1), status_ok("GET /a []"));
    wire.send(&[begin(1, false), record(ABORT, 1, b"")].concat());
    assert_eq!(wire.record(), ended);
    assert_eq!(wire.rest(), "");
}

/// Un cuerpo sin final, que avisa cuando se suelta.
struct Endless(mpsc::Sender<()>);

impl Iterator for Endless {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        Some(Ok(Chunk::from("x".repeat(1000))))
    }
}

impl Drop for Endless {
    fn drop(&mut self) {
        // Puede que ya nadie escuche.
        let _ = self.0.send(());
    }
}

#[test]
fn una_respuesta_abandonada_termina_lea_el_servidor_web_o_no() {
    let (sender, drops) = mpsc::channel();
    let served = start(move |environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", &[])?;
        Ok(match environ.path_info() {
            "/sin-final" => Body::stream(Endless(sender.clone())),
            _ => Body::from("hecho"),
        })
    });
    for keeps in [true, false] {
        for reads in [true, false] {
            let mut wire = served.open();
            let head = [begin(1, keeps), params(1, &usual("GET", "/sin-final", ""))].concat();
            wire.send(&[head, stdin(1, b"")].concat());
            while reads && wire.record().content.len() < 1000 {}
            wire.send(&record(ABORT, 1, b""));
            drops.recv_timeout(Duration::from_secs(20)).expect("se suelta");
            while wire.record() != (Record { kind: END, id: 1, content: vec![0; 8] }) {}
            assert!(drops.try_recv().is_err(), "una sola vez");
            if keeps {
                wire.send(&fastcgi(1, "GET", "/", ""));
                assert_eq!(wire.answer(1), status_ok("hecho"));
                wire.finish();
            }
            assert_eq!(wire.rest(), "");
        }
    }
}

#[test]
fn lo_que_falla_va_al_registro_de_errores_del_servidor_web() {
    let served = start(|environ: &mut Environ, _: StartResponse<'_>| -> Result<Body> {
        writeln!(environ.errors(), "un aviso")?;
        Err(pasarela::Error::new("adrede"))
    });
    let mut wire = served.open();
    wire.send(&fastcgi(1, "GET", "/a", ""));
    let text = "un aviso\npasarela: \"GET /a\": la aplicación devolvió un error: adrede\n";
    assert_eq!(wire.record(), Record { kind: STDERR, id: 1, content: text.into() });
    assert!(wire.answer(1).starts_with("Status: 500 Internal Server Error\r\n"));
}

#[test]
fn lo_que_se_pregunta_en_medio_de_un_cuerpo_grande_se_contesta_antes_de_la_respuesta() {
    let served = start_with(measure, Config { small_body: 10, ..Config::default() });
    let mut wire = served.open();
    for _ in 0..2 {
        let head = [begin(1, true), params(1, &usual("PUT", "/", "90"))].concat();
        wire.send(&[head, record(STDIN, 1, &[b'x'; 50]), record(99, 0, b"")].concat());
        wire.send(&[begin(2, true), stdin(1, &[b'x'; 40])].concat());
        assert_eq!(wire.record().kind, UNKNOWN_TYPE);
        let cannot = Record { kind: END, id: 2, content: vec![0, 0, 0, 0, 1, 0, 0, 0] };
        assert_eq!(wire.record(), cannot);
        assert_eq!(wire.answer(1), status_ok("90"));
    }
}

#[test]
fn quien_no_lee_las_respuestas_no_ocupa_memoria_sin_limite() {
    let served = start_with(measure, Config { small_body: 10, ..Config::default() });
    // Mientras la aplicación lee un cuerpo que no acaba, y cuando no hay petición.
    let head = [begin(1, true), params(1, &usual("PUT", "/", ""))].concat();
    for start in [head, Vec::new()] {
        let mut wire = served.open();
        wire.send(&start);
        let flood = [record(STDIN, 1, b"x"), record(99, 0, b"")].concat().repeat(1000);
        let is_stopped = (0..10_000).any(|_| wire.try_send_now(&flood).is_err());
        assert!(is_stopped, "el servidor deja de recibir");
    }
    let mut wire = served.open();
    wire.send(&fastcgi(1, "GET", "/", ""));
    assert_eq!(wire.answer(1), status_ok("0"));
}

#[test]
fn abandonar_un_cuerpo_grande_es_un_error_de_lectura() {
    let served = start_with(measure, Config { small_body: 10, ..Config::default() });
    let mut wire = served.open();
    let head = [begin(1, true), params(1, &usual("PUT", "/", "90"))].concat();
    wire.send(&[head, record(STDIN, 1, &[b'x'; 50]), record(ABORT, 1, b"")].concat());
    assert!(wire.answer(1).starts_with("Status: 400 Bad Request\r\n"));
    assert_eq!(wire.rest(), "");
}

#[test]
fn un_cuerpo_incompleto_se_corta_para_que_se_note() {
    let served = start(|environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        environ.set_errors(pasarela::ErrorStream::writer(io::sink()));
        start("200 OK", &[])?;
        Ok(Body::stream([Ok(Chunk::from("la mitad")), Err(io::Error::other("se fue la luz"))]))
    });
    let mut wire = served.open();
    wire.send(&fastcgi(1, "GET", "/", ""));
    wire.record();
    assert_eq!(wire.record().content, b"la mitad");
    let text = "pasarela: \"GET /\": el cuerpo de la respuesta dio un error: se fue la luz\n";
    assert_eq!(wire.record(), Record { kind: STDERR, id: 1, content: text.into() });
    // Ni el final de la salida, ni el de la petición: algo que ningún servidor web puede entender.
    assert_eq!(wire.rest(), "\0".repeat(8));
}

#[test]
fn un_cuerpo_sin_leer_no_se_convierte_en_la_peticion_siguiente() {
    let served = start_with(ignore, Config { small_body: 10, ..Config::default() });
    let mut wire = served.open();
    let head = [begin(1, true), params(1, &usual("PUT", "/", "90"))].concat();
    wire.send(&[head, record(STDIN, 1, &[b'x'; 50])].concat());
    assert_eq!(wire.answer(1), status_ok("hecho"));
    assert_eq!(wire.rest(), "");
}

#[test]
fn los_plazos_cuentan_desde_que_empieza_la_peticion() {
    let short = Duration::from_millis(300);
    let config = Config { head_timeout: short, body_timeout: short, ..Config::default() };
    let served = start_with(echo, config);
    let mut wire = served.open();
    wire.send(&begin(1, true));
    // Un registro de vez en cuando no alarga el plazo de las variables.
    let mut records = 0;
    while wire.is_silent() {
        records += usize::from(wire.try_send(&record(PARAMS, 1, b"\x01\0A")).is_ok());
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(records > 0);
    // Un final normal o un corte: lo que no puede es seguir abierta.
    assert!(!wire.try_rest().is_ok_and(|rest| !rest.is_empty()));
    let mut wire = served.open();
    wire.send(&[begin(1, true), params(1, &usual("PUT", "/", "9"))].concat());
    assert!(wire.answer(1).starts_with("Status: 408 Request Timeout\r\n"));
    assert_eq!(wire.rest(), "");
}

#[test]
fn al_detenerse_termina_lo_empezado() {
    let (started, starts) = mpsc::channel();
    let (permit, permits) = mpsc::channel::<()>();
    let permits = Mutex::new(permits);
    let served = start(move |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        started.send(()).map_err(io::Error::other)?;
        permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
        start("200 OK", &[])?;
        Ok(Body::from("hecho"))
    });
    let (mut busy, mut halfway, mut idle) = (served.open(), served.open(), served.open());
    busy.send(&fastcgi(1, "GET", "/", ""));
    starts.recv().expect("empezó");
    idle.send(&record(99, 0, b""));
    idle.record();
    halfway.send(&begin(1, true));
    halfway.send(&record(99, 0, b""));
    halfway.record();
    served.handle().shutdown();
    assert_eq!(idle.rest(), "");
    // La que ya había empezado a llegar también cuenta.
    halfway.send(&[params(1, &usual("GET", "/", "")), stdin(1, b"")].concat());
    for wire in [&mut busy, &mut halfway] {
        permit.send(()).expect("espera");
        assert_eq!(wire.answer(1), status_ok("hecho"));
        assert_eq!(wire.rest(), "");
    }
    assert_eq!(served.stop(), Ok(()));
}

#[test]
fn la_aplicacion_ve_lo_mismo_la_reparta_como_la_reparta_el_servidor() {
    let show = |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        start_response("200 OK", &[])?;
        let (script, path) = (environ.script_name(), environ.path_info());
        Ok(Body::from(format!("{script} + {path} = {}", request_uri(environ, true))))
    };
    let served = start(mount("/app", show));
    let mut wire = served.open();
    let nginx = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/app"), ("PATH_INFO", "/a")];
    let apache = [("REQUEST_METHOD", "GET"), ("SCRIPT_NAME", "/app/a")];
    let host = [("HTTP_HOST", "ejemplo.mx"), ("HTTPS", "on")];
    for variables in [[&nginx[..], &host].concat(), [&apache[..], &host].concat()] {
        wire.send(&[begin(1, true), params(1, &variables), stdin(1, b"")].concat());
        assert_eq!(wire.answer(1), status_ok("/app + /a = https://ejemplo.mx/app/a"));
    }
}

#[test]
fn muchas_conexiones_a_la_vez_se_atienden() {
    let served = start(|environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        std::thread::sleep(Duration::from_millis(2));
        echo(environ, start)
    });
    let mut wires: Vec<Wire> = (0..100).map(|_| served.open()).collect();
    for round in 0..3 {
        for wire in &mut wires {
            wire.send(&fastcgi(1, "POST", &format!("/{round}"), "hola"));
        }
        for wire in &mut wires {
            assert_eq!(wire.answer(1), status_ok(&format!("POST /{round} [hola]")));
        }
    }
}

#[test]
fn quien_cierra_su_lado_recibe_su_respuesta() {
    let served = start(|environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        std::thread::sleep(Duration::from_millis(20));
        echo(environ, start)
    });
    let mut wire = served.open();
    wire.send(&[fastcgi(1, "PUT", "/a", "hola"), fastcgi(2, "GET", "/b", "")].concat());
    wire.finish();
    assert_eq!(wire.answer(1), status_ok("PUT /a [hola]"));
    assert_eq!(wire.answer(2), status_ok("GET /b []"));
    assert_eq!(wire.rest(), "");
}

#[test]
fn lo_que_llega_despues_del_final_no_es_de_la_siguiente() {
    let served = start(echo);
    let mut wire = served.open();
    let late = [record(STDIN, 1, b"tarde"), record(PARAMS, 1, b"\x01\0A"), record(ABORT, 1, b"")];
    let first = fastcgi(1, "PUT", "/a", "hola");
    wire.send(&[first, late.concat(), fastcgi(1, "PUT", "/b", "nueva")].concat());
    assert_eq!(wire.answer(1), status_ok("PUT /a [hola]"));
    assert_eq!(wire.answer(1), status_ok("PUT /b [nueva]"));
}

#[test]
fn lo_que_no_termina_se_corta_sin_esperar_su_final() {
    let served = start(measure);
    let content = [begin(1, true), params(1, &usual("PUT", "/", "9"))].concat();
    let pair = [b"\x01\x80\0\x7d\0A".to_vec(), vec![b'x'; 32_000]].concat();
    let padded = |kind| [&[1, kind, 0, 1, 0, 0, 255, 0][..], &[b'?'; 255]].concat();
    let other = record(8, 1, b"");
    for (start, endless) in [
        (begin(1, true), record(PARAMS, 1, &pair)),
        (begin(1, true), record(PARAMS, 1, &[0; 2000])),
        (begin(1, true), other.repeat(1000)),
        (begin(1, true), padded(8).repeat(100)),
        (content.clone(), other.repeat(1000)),
        (content.clone(), padded(8).repeat(100)),
        (content, [record(STDIN, 1, b"x"), other.repeat(999)].concat()),
    ] {
        let mut wire = served.open();
        wire.send(&start);
        while wire.is_silent() && wire.try_send(&endless).is_ok() {}
        let answer = wire.try_rest().unwrap_or_default();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let is_refused = answer.is_empty() || answer.contains("Status: 4");
        assert!(is_refused && !answer.contains("200 OK"), "{answer}");
    }
    let mut wire = served.open();
    wire.send(&fastcgi(1, "PUT", "/", "hola"));
    assert_eq!(wire.answer(1), status_ok("4"));
}

#[test]
fn una_conexion_ociosa_se_cierra_en_silencio() {
    let short = Duration::from_millis(200);
    let config = Config { idle_timeout: short, head_timeout: short, ..Config::default() };
    let served = start_with(echo, config);
    let mut wire = served.open();
    wire.send(&fastcgi(1, "GET", "/a", ""));
    assert_eq!(wire.answer(1), status_ok("GET /a []"));
    assert_eq!(wire.rest(), "");
    assert_eq!(served.open().rest(), "", "nunca pidió nada");
}

/// Lo que se escribe, para leerlo después.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u8>>>);

impl io::Write for Notes {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("sin pánico").write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn las_variables_no_escriben_lineas_en_el_registro_ni_en_la_respuesta() {
    let notes = Notes::default();
    let reflect = |environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        environ.set_errors(ErrorStream::writer(io::sink()));
        let user = environ.get("REMOTE_USER").unwrap_or_default().to_owned();
        start("200 OK", &[("X-User", &user)])?;
        Ok(Body::from("hecho"))
    };
    let served = start(access_log(reflect, notes.clone()));
    let evil = "x\r\nSet-Cookie: a=b\r\n\r\n\n\" 200 1";
    let mut variables = usual("GET", "/", "");
    for name in ["REMOTE_ADDR", "SERVER_PROTOCOL", "REMOTE_USER"] {
        variables.retain(|(known, _)| *known != name);
        variables.push((name, evil));
    }
    let protocol = format!("HTTP/1.1{evil}");
    variables.push(("SERVER_PROTOCOL", &protocol));
    for name in ["HTTP_USER_AGENT", "HTTP_REFERER"] {
        variables.push((name, "\" 200 1 \\"));
    }
    let mut wire = served.open();
    wire.send(&[begin(1, true), params(1, &variables), stdin(1, b"")].concat());
    let answer = wire.answer(1);
    assert!(answer.starts_with("Status: 500 Internal Server Error\r\n"), "{answer}");
    assert!(!answer.contains("Set-Cookie"), "{answer}");
    assert_eq!(served.stop(), Ok(()));
    let notes = String::from_utf8(notes.0.lock().expect("sin pánico").clone()).expect("texto");
    for escaped in ["x\\x0D\\x0ASet-Cookie:\\x20a=b", "\"\\x22 200 1 \\x5C\" "] {
        assert!(notes.contains(escaped), "{notes}");
    }
    assert_eq!(notes.lines().count(), 1, "{notes}");
    assert!(!notes.contains("HTTP/1.1"), "esa versión no es ninguna: {notes}");
}
