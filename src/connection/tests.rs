//! La máquina entera: la tabla de las etapas, los plazos, y los motivos de los cierres.

use std::collections::BTreeSet;
use std::time::Duration;

use pretty_assertions::assert_eq;

use super::memory::Ending;
use super::stand::{
    ABORT, END, STDIN, STDOUT, Stand, echo, fastcgi, fastcgi_head, flood, get, ignore, last_ok, ok,
    post, record, request, scgi, uwsgi,
};
use super::{CloseReason, Config, Event, Outcome, Protocol, StageKind};
use crate::application::StartResponse;
use crate::body::{Body, Chunk};
use crate::environ::Environ;
use crate::error::Result;

const SECOND: Duration = Duration::from_secs(1);
const INSTANT: Duration = Duration::from_millis(1);

/// Lo que dice la documentación: cada etapa, y las que la siguen.
fn documented() -> BTreeSet<(String, String)> {
    let rows = include_str!("mod.rs").lines().filter_map(|line| line.strip_prefix("//! | `"));
    rows.flat_map(|row| {
        let (from, rest) = row.split_once("` |").expect("una columna con su nombre");
        let (_, next) = rest.trim_end_matches(" |").rsplit_once("| ").expect("una última columna");
        next.split(' ').map(|name| (from.to_owned(), name.trim_matches('`').to_owned()))
    })
    .collect()
}

#[test]
fn la_tabla_de_las_etapas_dice_la_verdad() {
    let mut allowed = BTreeSet::new();
    for from in StageKind::ALL {
        for next in StageKind::ALL.into_iter().filter(|next| *next != from) {
            if from.may_become(next) {
                allowed.insert((format!("{from:?}"), format!("{next:?}")));
            }
        }
    }
    assert_eq!(documented(), allowed);
}

/// Con plazos que no se confunden.
fn timed() -> Config {
    Config {
        head_timeout: SECOND * 2,
        body_timeout: SECOND * 3,
        idle_timeout: SECOND * 5,
        write_timeout: SECOND * 7,
        linger_timeout: SECOND * 11,
        last_call: SECOND * 13,
        ..Config::default()
    }
}

/// En qué etapa está, y cuánto le queda.
#[track_caller]
fn check(stand: &Stand, stage: StageKind, left: Duration) {
    assert_eq!((stand.stage(), stand.left()), (stage, Some(left)));
}

#[test]
fn la_primera_peticion_se_espera_menos_que_las_siguientes() {
    let mut stand = Stand::http(ignore).with(timed());
    check(&stand, StageKind::Idle, SECOND * 2);
    stand.later(SECOND).say(get("/")).later(SECOND);
    check(&stand, StageKind::Idle, SECOND * 4);
    stand.later(SECOND * 4);
    assert_eq!((stand.reason(), stand.ending()), (Some(CloseReason::Deadline), Ending::Finished));
    assert_eq!(stand.seen(), ok("hecho"), "en silencio");
}

#[test]
fn quien_no_toma_lo_que_se_le_debe_no_esta_ocioso() {
    let mut stand = Stand::http(ignore).with(timed()).slow(10);
    stand.say(get("/"));
    check(&stand, StageKind::Idle, SECOND * 7);
    stand.later(SECOND * 6).take(1);
    check(&stand, StageKind::Idle, SECOND * 7);
    stand.later(SECOND * 7);
    assert_eq!(stand.reason(), Some(CloseReason::Deadline));
}

#[test]
fn al_detenerse_se_espera_la_ultima_peticion_y_se_responde() {
    let mut stand = Stand::http(ignore).with(timed());
    stand.say(get("/")).later(SECOND).stop();
    check(&stand, StageKind::Idle, SECOND * 13);
    stand.later(SECOND * 12).say(get("/"));
    assert_eq!(stand.seen(), [ok("hecho"), last_ok("hecho")].concat());

    let mut quiet = Stand::http(ignore).with(timed());
    quiet.stop().later(SECOND * 13);
    assert_eq!((quiet.reason(), quiet.seen()), (Some(CloseReason::Stopping), String::new()));
}

#[test]
fn el_plazo_de_una_cabeza_cuenta_desde_su_primer_byte() {
    for protocol in [Protocol::Http, Protocol::FastCgi, Protocol::Scgi, Protocol::Uwsgi] {
        let whole = request(protocol, "GET", "/");
        let mut stand = Stand::new(protocol, ignore).with(timed());
        stand.later(SECOND).say(&whole[..9]);
        check(&stand, StageKind::Head, SECOND * 2);
        stand.later(SECOND).say(&whole[9..10]);
        check(&stand, StageKind::Head, SECOND);
        stand.later(SECOND);
        // En los demás protocolos, la mitad de una cabeza no dice a quién responder.
        let expected = match protocol {
            Protocol::Http => ("HTTP/1.1 408", None),
            _ => ("", Some(CloseReason::Deadline)),
        };
        assert_eq!((&stand.seen()[..expected.0.len()], stand.reason()), expected, "{protocol}");
    }
}

#[test]
fn el_plazo_de_un_cuerpo_cuenta_desde_su_ultimo_byte() {
    let mut stand = Stand::http(echo).with(timed());
    stand.say(post("", 100));
    check(&stand, StageKind::Body, SECOND * 3);
    stand.later(SECOND * 2).say("a");
    // En total, el mismo plazo: un byte no da crédito.
    check(&stand, StageKind::Body, SECOND);
    stand.later(SECOND);
    assert!(stand.seen().starts_with("HTTP/1.1 408 "), "{}", stand.seen());
}

#[test]
fn un_cuerpo_con_cuentagotas_no_retiene_para_siempre_la_conexion() {
    let content = "x".repeat(60_000);
    let (scgi, uwsgi) = (scgi("POST", "/", &content), uwsgi("POST", "/", &content));
    let headless = |block: &[u8]| block[..block.len() - content.len()].to_vec();
    let talks = [
        (Protocol::Http, post("", content.len()).into_bytes(), b"a".to_vec()),
        (Protocol::Scgi, headless(scgi.as_bytes()), b"a".to_vec()),
        (Protocol::Uwsgi, headless(&uwsgi), b"a".to_vec()),
        (Protocol::FastCgi, fastcgi_head("POST", "/", "60000"), record(STDIN, b"a")),
    ];
    for (protocol, head, drop) in talks {
        let mut stand = Stand::new(protocol, echo);
        stand.say(head);
        let mut drops = 0;
        while stand.stage() == StageKind::Body {
            stand.say(&drop).later(SECOND * 29);
            drops += 1;
        }
        assert_eq!(drops, 2, "{protocol}");
        assert!(stand.seen().contains(" 408 ") || stand.seen().contains(": 408 "), "{protocol}");
    }
}

#[test]
fn un_cuerpo_que_avanza_tiene_lo_que_gana() {
    let mut stand = Stand::http(echo).with(timed());
    stand.say(post("", 60_000));
    for _ in 0..29 {
        stand.say("x".repeat(2048)).later(SECOND);
    }
    stand.say("x".repeat(60_000 - 29 * 2048));
    assert!(stand.seen().starts_with("HTTP/1.1 200 "), "{}", stand.seen());
}

#[test]
fn una_llamada_pendiente_no_tiene_plazo() {
    let mut stand = Stand::http(ignore).with(timed());
    stand.world.hands_off = true;
    stand.say(get("/")).later(SECOND * 1000);
    assert_eq!((stand.stage(), stand.outcome()), (StageKind::Calling, Outcome::HandOff));
    assert_eq!(stand.help().seen(), ok("hecho"));
}

#[test]
fn el_plazo_de_una_respuesta_cuenta_desde_el_ultimo_byte_que_toman() {
    let mut stand = Stand::http(flood).with(timed()).slow(1000);
    stand.say(get("/")).later(SECOND);
    check(&stand, StageKind::Responding, SECOND * 6);
    stand.take(1);
    check(&stand, StageKind::Responding, SECOND * 7);
    stand.later(SECOND * 7);
    assert_eq!(stand.reason(), Some(CloseReason::Deadline));
}

#[test]
fn lo_ultimo_tambien_se_espera_desde_el_ultimo_byte() {
    let mut stand = Stand::http(ignore).with(timed()).slow(10);
    stand.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").later(SECOND).take(1);
    check(&stand, StageKind::Closing, SECOND * 7);
    stand.later(SECOND * 7);
    assert_eq!(stand.reason(), Some(CloseReason::Deadline));
}

#[test]
fn el_corte_espera_desde_el_ultimo_byte_a_que_salga_lo_anterior() {
    let mut stand = Stand::http(fails).with(timed()).slow(usize::MAX);
    stand.say("GET /entera HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET / HTTP/1.0\r\n\r\n");
    stand.later(SECOND).take(1);
    check(&stand, StageKind::Cutting, SECOND * 6);
    stand.later(SECOND * 6);
    assert_eq!((stand.reason(), stand.ending()), (Some(CloseReason::Deadline), Ending::Aborted));
}

#[test]
fn la_cortesia_tiene_su_plazo_entero_y_no_mas() {
    let mut stand = Stand::http(ignore).with(timed());
    stand.say("GET / HTTP/3.0\r\nHost: x\r\n\r\n");
    check(&stand, StageKind::Lingering, SECOND * 11);
    stand.later(SECOND * 10).say("sigue hablando");
    check(&stand, StageKind::Lingering, SECOND);
    stand.later(SECOND - INSTANT);
    assert_eq!(stand.reason(), None);
    stand.later(INSTANT);
    assert_eq!(stand.reason(), Some(CloseReason::Deadline));
}

/// Responde entero en `/entera`; en lo demás, su cuerpo falla detrás de un trozo.
fn fails(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[])?;
    if environ.path_info() == "/entera" {
        return Ok(Body::from("entera"));
    }
    let chunks = [Ok(Chunk::from("mitad")), Err(std::io::ErrorKind::Other.into())];
    Ok(Body::stream(chunks))
}

#[track_caller]
fn reason_of(stand: &mut Stand, request: impl AsRef<[u8]>, reason: CloseReason) {
    stand.say(request).finish();
    assert_eq!(stand.reason(), Some(reason), "{}", stand.seen());
}

#[test]
fn cada_cierre_lleva_su_motivo() {
    let asks = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    reason_of(&mut Stand::http(ignore), asks, CloseReason::ClientAsked);
    reason_of(&mut Stand::http(ignore), "GET / HTTP/1.0\r\n\r\n", CloseReason::OneResponse);
    let keeps = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    reason_of(&mut Stand::http(flood), keeps, CloseReason::OneResponse);
    for protocol in [Protocol::Scgi, Protocol::Uwsgi] {
        let asked = request(protocol, "GET", "/");
        reason_of(&mut Stand::new(protocol, ignore), asked, CloseReason::OneResponse);
    }
    reason_of(&mut Stand::http(ignore), "nada\r\n\r\n", CloseReason::Rejected);
    let large = [post("", 70_000), "x".repeat(70_000)].concat();
    reason_of(&mut Stand::http(ignore), large, CloseReason::BodyUnread);
    reason_of(&mut Stand::http(ignore), "", CloseReason::ClientGone);
    reason_of(&mut Stand::http(ignore), "GET / HT", CloseReason::ClientGone);
    reason_of(&mut Stand::http(ignore), post("", 5) + "hol", CloseReason::ClientGone);
    reason_of(&mut Stand::http(fails), get("/"), CloseReason::BodyIncomplete);
    let mut panics = Stand::http(ignore);
    panics.world.panics = true;
    reason_of(&mut panics, get("/"), CloseReason::Panic);
    let mut stops = Stand::http(ignore);
    stops.say("GET / HT").stop();
    reason_of(&mut stops, "TP/1.1\r\nHost: x\r\n\r\n", CloseReason::Stopping);
}

#[test]
fn una_red_que_falla_es_un_cliente_que_se_fue() {
    let mut stand = Stand::http(ignore);
    stand.say(post("", 5)).reset();
    assert_eq!(stand.reason(), Some(CloseReason::ClientGone));
    let mut writing = Stand::http(flood).slow(100);
    writing.say(get("/")).reset();
    assert_eq!(writing.reason(), Some(CloseReason::ClientGone));
}

#[test]
fn un_panico_fuera_de_sitio_envia_lo_que_se_debia_y_corta() {
    let mut stand = Stand::http(ignore);
    stand.world.panics = true;
    stand.say(get("/"));
    let head = ok("hecho").replace("hecho", "");
    assert_eq!((stand.seen(), stand.stage()), (head, StageKind::Lingering));
}

#[test]
fn una_peticion_abandonada_termina_y_la_conexion_sigue() {
    let mut stand = Stand::new(Protocol::FastCgi, echo);
    let asked = [fastcgi_head("POST", "/", "10"), record(ABORT, b"")].concat();
    stand.say(asked).say(fastcgi("GET", "/", ""));
    let seen = stand.bytes();
    assert_eq!(seen[..16], record(END, &[0; 8]));
    assert_eq!(seen[16..][..2], record(STDOUT, b"")[..2], "y después, la siguiente");
}

/// Lo que ve el cliente si su petición llega entera, y partida en cada byte.
#[track_caller]
fn check_split(protocol: Protocol, asked: &[u8]) {
    let mut whole = Stand::new(protocol, echo);
    whole.say(asked);
    assert!(whole.seen().contains("[hola]"), "{}", whole.seen());
    for at in 1..asked.len() {
        let mut split = Stand::new(protocol, echo);
        split.say(&asked[..at]).say(&asked[at..]);
        assert_eq!((split.seen(), split.reason()), (whole.seen(), whole.reason()), "en {at}");
    }
    let mut drip = Stand::new(protocol, echo);
    for byte in asked {
        drip.say([*byte]);
    }
    assert_eq!((drip.seen(), drip.reason()), (whole.seen(), whole.reason()), "byte a byte");
}

#[test]
fn una_peticion_partida_en_cualquier_sitio_tiene_la_misma_respuesta() {
    let asked = [post("", 4), "hola".to_owned(), get("/otra")].concat();
    check_split(Protocol::Http, asked.as_bytes());
    let chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunked = format!("{chunked}2;a=b\r\nho\r\n2\r\nla\r\n0\r\nA: b\r\n\r\n{}", get("/otra"));
    check_split(Protocol::Http, chunked.as_bytes());
    check_split(Protocol::Scgi, scgi("POST", "/", "hola").as_bytes());
    check_split(Protocol::Uwsgi, &uwsgi("POST", "/", "hola"));
    check_split(Protocol::FastCgi, &fastcgi("POST", "/", "hola"));
}

#[test]
fn muchas_peticiones_en_fila_ceden_el_sitio_y_se_responden_en_orden() {
    let paths: Vec<String> = (0..200).map(|number| format!("/{number}")).collect();
    let mut stand = Stand::http(echo);
    stand.say(paths.iter().map(|path| get(path)).collect::<String>());
    let expected: String = paths.iter().map(|path| ok(&format!("GET {path} []"))).collect();
    assert_eq!(stand.seen(), expected);
    assert_eq!((stand.connection().answered(), stand.connection().delivered()), (200, 200));
    assert!(stand.connection().is_idle());
}

#[test]
fn lo_que_no_ha_tomado_el_sistema_no_esta_entregado() {
    let mut stand = Stand::http(ignore).slow(10);
    stand.say(get("/"));
    assert_eq!((stand.connection().answered(), stand.connection().delivered()), (1, 0));
    assert!(!stand.connection().is_idle());
    while stand.connection().delivered() == 0 {
        stand.take(10);
    }
    assert!(stand.connection().is_idle());
}

#[test]
fn lo_que_dice_el_cliente_al_irse_no_cambia_su_motivo() {
    let mut stand = Stand::http(ignore);
    stand.client.does(Event::Send(get("/").into_bytes()));
    stand.finish();
    assert_eq!((stand.reason(), stand.seen()), (Some(CloseReason::ClientGone), ok("hecho")));
}
