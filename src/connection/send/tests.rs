//! Lo que se envía, y cuándo.

use super::*;
use crate::application::StartResponse;
use crate::body::{Body, BodyEvent};
use crate::connection::stand::{END, STDERR, Stand, fastcgi, flood, get, ignore, ok, request};
use crate::connection::{Outcome, Protocol, StageKind};
use crate::environ::Environ;
use crate::error::{Error, Result};
use pretty_assertions::assert_eq;
use std::fs::File;
use std::io::Write;

const MANIFEST: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");

fn file(_: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[])?;
    Ok(Body::file(File::open(MANIFEST)?))
}

#[test]
fn un_archivo_llega_igual_se_lea_o_no_y_lo_tomen_como_lo_tomen() {
    let expected = ok(&std::fs::read_to_string(MANIFEST).expect("se lee"));
    for sends_files in [false, true] {
        for capacity in [usize::MAX, 100] {
            let mut stand = Stand::http(file).on(capacity, sends_files);
            stand.say(get("/"));
            while !stand.connection().is_idle() {
                stand.take(70);
            }
            stand.take(usize::MAX);
            assert_eq!(stand.seen(), expected, "{capacity} {sends_files}");
        }
    }
}

#[test]
fn de_una_respuesta_solo_se_produce_lo_que_cabe() {
    let mut stand = Stand::http(flood).slow(1000);
    stand.say(get("/"));
    let calls = stand.world.calls;
    assert_eq!((stand.stage(), stand.outcome()), (StageKind::Responding, Outcome::Park));
    stand.take(1);
    assert_eq!(stand.world.calls, calls, "el anterior no ha salido");
    while stand.stage() == StageKind::Responding {
        stand.take(500);
    }
    stand.take(usize::MAX);
    let body = stand.seen().split_once("\r\n\r\n").expect("una cabeza").1.to_owned();
    assert_eq!(body.matches('x').count(), 1_000_000);
    assert!(body.ends_with("\r\n0\r\n\r\n"), "{}", body.len());
}

#[test]
fn una_respuesta_larga_cede_el_sitio_a_otras() {
    let application = |_: &mut Environ, start_response: StartResponse<'_>| {
        start_response("200 OK", &[])?;
        Ok(Body::stream((0..3).map(|_| Ok(Chunk::from("x".repeat(1 << 20))))))
    };
    let mut stand = Stand::http(application).slow(usize::MAX);
    stand.client.does(crate::connection::Event::Send(get("/").into_bytes()));
    stand.step();
    assert_eq!((stand.stage(), stand.outcome()), (StageKind::Responding, Outcome::Yield));
}

#[test]
fn el_trozo_que_tarda_es_de_otro_hilo() {
    let mut stand = Stand::http(flood).slow(2000);
    stand.say(get("/"));
    stand.world.hands_off = true;
    while stand.outcome() == Outcome::Park {
        stand.take(1000);
    }
    let calls = stand.world.calls;
    assert_eq!((stand.stage(), stand.outcome()), (StageKind::Responding, Outcome::HandOff));
    stand.help();
    assert!(stand.world.calls > calls, "lo produjo el otro");
}

#[test]
fn un_cuerpo_se_suelta_una_vez_y_vigilado_aunque_el_cliente_se_vaya() {
    struct Counted(std::sync::mpsc::Sender<()>);
    impl Iterator for Counted {
        type Item = io::Result<Chunk>;
        fn next(&mut self) -> Option<Self::Item> {
            Some(Ok(Chunk::from("x".repeat(1000))))
        }
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.send(()).expect("alguien escucha");
        }
    }
    let (sender, dropped) = std::sync::mpsc::channel();
    let application = move |_: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        start_response("200 OK", &[])?;
        Ok(Body::stream(Counted(sender.clone())))
    };
    let mut stand = Stand::http(application).slow(100);
    stand.say(get("/"));
    let calls = stand.world.calls;
    stand.reset();
    assert_eq!((stand.reason(), dropped.try_iter().count()), (Some(CloseReason::ClientGone), 1));
    assert!(stand.world.calls > calls, "soltarlo también puede tardar");
}

#[test]
fn un_cuerpo_sin_longitud_en_uno_punto_cero_termina_la_conexion() {
    let mut stand = Stand::http(flood);
    stand.say("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    let seen = stand.seen();
    assert!(seen.contains("\r\nConnection: close\r\n\r\nxxx") && seen.ends_with("xxx"));
    assert_eq!(stand.reason(), Some(CloseReason::OneResponse));
}

#[test]
fn un_trozo_enorme_en_registros_se_copia_por_partes() {
    let application = |_: &mut Environ, start_response: StartResponse<'_>| {
        start_response("200 OK", &[])?;
        Ok(Body::from("x".repeat(300_000)))
    };
    let mut stand = Stand::new(Protocol::FastCgi, application).slow(10);
    stand.say(crate::connection::stand::fastcgi("GET", "/", ""));
    assert_eq!(stand.stage(), StageKind::Responding);
    while stand.stage() == StageKind::Responding {
        stand.take(10);
    }
    assert!(stand.seen().matches('x').count() > 300_000 - 2 * fastcgi::MAX_CONTENT);
}

#[test]
fn lo_que_se_rechaza_se_anuncia_y_se_olvida_lo_demas() {
    let mut stand = Stand::http(ignore);
    stand.say(["GET / HTTP/9.9\r\nHost: x\r\n\r\n", &get("/oculta")].concat());
    let seen = stand.seen();
    assert!(seen.starts_with("HTTP/1.1 505 "), "{seen}");
    assert!(seen.contains("\r\nConnection: close\r\n") && seen.ends_with("</html>\n"));
    assert_eq!(stand.world.calls, 0);
}

#[test]
fn el_panico_de_quien_mira_un_archivo_solo_corta_su_respuesta() {
    let application = |_: &mut Environ, start_response: StartResponse<'_>| {
        start_response("200 OK", &[])?;
        // El primer bloque se lee; lo demás se manda sin leerlo.
        let file = Body::file_range(File::open(std::env::current_exe()?)?, 200_000);
        Ok(file.inspect(|event| assert!(!matches!(event, BodyEvent::FileSent(_)), "adrede")))
    };
    let mut stand = Stand::http(application).on(usize::MAX, true);
    stand.say(get("/")).take(usize::MAX).finish();
    assert_eq!(stand.reason(), Some(CloseReason::BodyIncomplete));
}

/// Los registros de errores y los finales que hay en lo que se recibió por FastCGI, en orden.
fn told(bytes: &[u8]) -> Vec<String> {
    let (mut told, mut rest) = (Vec::new(), bytes);
    while let [1, kind, 0, 1, high, low, 0, 0, after @ ..] = rest {
        let (content, after) = after.split_at(u16::from_be_bytes([*high, *low]).into());
        match *kind {
            STDERR => told.push(String::from_utf8_lossy(content).into_owned()),
            END => told.push("END".to_owned()),
            _ => {}
        }
        rest = after;
    }
    if !rest.is_empty() {
        told.push("corte".to_owned());
    }
    told
}

/// Falla, o avisa, como diga la ruta.
fn complains(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    writeln!(environ.errors(), "antes")?;
    if environ.path_info() == "/mucho" {
        environ.errors().write_all(&[b'x'; 100_000])?;
    }
    start_response("200 OK", &[("Content-Length", "4")])?;
    Ok(match environ.path_info() {
        "/error" => return Err(Error::new("adrede")),
        "/tarde" => {
            let mut errors = std::mem::take(environ.errors());
            Body::stream((0..2).map(move |number| {
                writeln!(errors, "trozo {number}")?;
                Ok(Chunk::from("ab"))
            }))
        }
        "/corto" => Body::stream([Ok(Chunk::from("ab"))]),
        "/aparte" => {
            let mut errors = environ.errors().copy_only().expect("hay dónde");
            Body::stream((0..2).map(move |number| {
                writeln!(errors, "aparte {number}")?;
                Ok(Chunk::from("ab"))
            }))
        }
        _ => Body::from("hola"),
    })
}

#[test]
fn por_fastcgi_lo_que_se_anota_va_tambien_al_servidor_web() {
    let failure = "pasarela: \"GET /error\": la aplicación devolvió un error: adrede\n";
    let short = "pasarela: \"GET /corto\": al cuerpo de la respuesta le faltan 2 bytes para su \
                 Content-Length\n";
    let much = format!("antes\n{}…\n", "x".repeat(8 * 1024 - "antes\n".len()));
    let expected: [(&str, &[&str]); 6] = [
        ("/", &["antes\n", "END"]),
        ("/aparte", &["antes\naparte 0\n", "aparte 1\n", "END"]),
        ("/error", &[&format!("antes\n{failure}"), "END"]),
        ("/tarde", &["antes\ntrozo 0\n", "trozo 1\n", "END"]),
        ("/corto", &["antes\n", short, "corte"]),
        ("/mucho", &[&much, "END"]),
    ];
    for (path, expected) in expected {
        let mut stand = Stand::new(Protocol::FastCgi, complains);
        stand.say(fastcgi("GET", path, ""));
        assert_eq!(told(stand.bytes()), expected, "{path}");
    }
}

#[test]
fn en_los_demas_protocolos_no_hay_donde() {
    for protocol in [Protocol::Http, Protocol::Scgi, Protocol::Uwsgi] {
        let mut stand = Stand::new(protocol, complains);
        stand.say(request(protocol, "GET", "/"));
        assert!(stand.seen().ends_with("\r\n\r\nhola"), "{:?}", stand.seen());
    }
}
