//! Lo que se escribe durante la llamada, y lo que el cliente tiene cuando se termina de escribir.

use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use pretty_assertions::assert_eq;

use crate::application::{Application, StartResponse, StartResponseError};
use crate::body::{Body, Chunk};
use crate::connection::memory::Ending;
use crate::connection::stand::{
    END, STDOUT, Stand, echo, fastcgi, get, last_ok, ok, post, record, request, response, scgi,
};
use crate::connection::{Client, CloseReason, Config, Event, Protocol, StageKind};
use crate::environ::Environ;
use crate::error::{Error, Result};
use crate::gateway::Writer;

/// Lo que vio el cliente al volver de cada escritura, o por qué no se pudo.
type Seen = Vec<std::result::Result<String, ErrorKind>>;

/// Una aplicación que escribe, y quien la vigila.
#[derive(Clone, Copy)]
struct Script {
    start: (&'static str, &'static [(&'static str, &'static str)]),
    parts: &'static [&'static str],
    rest: fn() -> Result<Body>,
}

const GREETS: Script =
    Script { start: ("200 OK", &[]), parts: &["uno"], rest: || Ok("dos".into()) };

#[derive(Clone, Default)]
struct Watch {
    client: Arc<OnceLock<Client>>,
    seen: Arc<Mutex<Seen>>,
}

impl Watch {
    /// Todo lo que el cliente puede tomar ya.
    fn look(&self) -> String {
        let client = self.client.get().expect("hay un cliente");
        client.does(Event::Take(usize::MAX));
        String::from_utf8_lossy(&client.seen().0).into_owned()
    }

    fn application(&self, script: Script) -> impl Application {
        let watch = self.clone();
        move |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
            let writer = environ.extension::<Writer>().expect("se presta").clone();
            let (status, headers) = script.start;
            writer.start(status, headers)?;
            for part in script.parts {
                let written = writer.write(part.as_bytes());
                let seen = written.map(|()| watch.look()).map_err(|error| error.kind());
                watch.seen.lock().expect("sin pánico").push(seen);
            }
            start_response(status, headers)?;
            (script.rest)()
        }
    }

    /// Un banco con esa aplicación.
    fn stand(&self, protocol: Protocol, script: Script) -> Stand {
        let stand = Stand::new(protocol, self.application(script)).with(lending());
        self.client.set(stand.client.clone()).expect("es el primero");
        stand
    }

    fn seen(&self) -> Seen {
        std::mem::take(&mut self.seen.lock().expect("sin pánico"))
    }
}

fn lending() -> Config {
    Config { write_callable: true, ..Config::default() }
}

/// Lo que se ve de un guion: en cada escritura, al final, y por qué se cerró la conexión.
#[track_caller]
fn play(protocol: Protocol, asked: &[u8], script: Script) -> (Seen, String, Option<CloseReason>) {
    let watch = Watch::default();
    let mut stand = watch.stand(protocol, script);
    stand.say(asked);
    (watch.seen(), stand.seen(), stand.reason())
}

#[track_caller]
fn over_http(script: Script) -> (Seen, String, Option<CloseReason>) {
    play(Protocol::Http, get("/").as_bytes(), script)
}

fn head(fields: &str) -> String {
    response("200 OK", fields, "")
}

#[test]
fn lo_escrito_sale_antes_de_volver_y_despues_sigue_el_cuerpo() {
    let chunked = head("Transfer-Encoding: chunked\r\n");
    let first = format!("{chunked}3\r\nuno\r\n");
    let script = Script { parts: &["uno", "", "y"], ..GREETS };
    let seen = vec![Ok(first.clone()), Ok(first.clone()), Ok(format!("{first}1\r\ny\r\n"))];
    let whole = format!("{first}1\r\ny\r\n3\r\ndos\r\n0\r\n\r\n");
    assert_eq!(over_http(script), (seen, whole, None));
}

#[test]
fn en_cada_protocolo_sale_con_su_forma() {
    let closed = head("Connection: close\r\n");
    let asked = b"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";
    let (seen, whole, reason) = play(Protocol::Http, asked, GREETS);
    assert_eq!((seen, whole), (vec![Ok(format!("{closed}uno"))], format!("{closed}unodos")));
    assert_eq!(reason, Some(CloseReason::OneResponse));
    for (protocol, line) in [(Protocol::Scgi, "Status:"), (Protocol::Uwsgi, "HTTP/1.1")] {
        let (seen, whole, _) = play(protocol, &request(protocol, "GET", "/"), GREETS);
        let first = format!("{line} 200 OK\r\n\r\nuno");
        assert_eq!((seen, whole), (vec![Ok(first.clone())], format!("{first}dos")));
    }
    let (seen, whole, _) = play(Protocol::FastCgi, &fastcgi("GET", "/", ""), GREETS);
    let stdout = |text: &[u8]| record(STDOUT, text);
    let begun = [stdout(b"Status: 200 OK\r\n\r\n"), stdout(b"uno")].concat();
    let ended = [stdout(b"dos"), stdout(b""), record(END, &[0; 8])].concat();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("es texto");
    assert_eq!(seen, [Ok(text(begun.clone()))]);
    assert_eq!(whole, text([begun, ended].concat()));
}

#[test]
fn la_longitud_declarada_se_cumple() {
    let declares = Script { start: ("200 OK", &[("Content-Length", "6")]), ..GREETS };
    let (_, whole, reason) = over_http(declares);
    assert_eq!((whole, reason), (format!("{}unodos", head("Content-Length: 6\r\n")), None));

    let excess = Script { parts: &["demasiado", "más"], ..declares };
    let excess = Script { rest: || Ok(Body::empty()), ..excess };
    let (seen, whole, reason) = over_http(excess);
    assert_eq!(seen, [Err(ErrorKind::InvalidInput), Err(ErrorKind::InvalidInput)]);
    assert_eq!((whole, reason), (format!("{}demasi", head("Content-Length: 6\r\n")), None));

    let short = Script { rest: || Ok(Body::stream([Ok(Chunk::from("d"))])), ..declares };
    let watch = Watch::default();
    let mut stand = watch.stand(Protocol::Http, short);
    stand.say(get("/")).finish();
    assert_eq!(stand.seen(), format!("{}unod", head("Content-Length: 6\r\n")));
    assert_eq!(stand.reason(), Some(CloseReason::BodyIncomplete));
}

#[test]
fn sin_cuerpo_sale_solo_la_cabeza() {
    let (seen, whole, reason) = play(Protocol::Http, b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", GREETS);
    assert_eq!((seen, whole, reason), (vec![Ok(head(""))], head(""), None));
    for status in ["204 No Content", "304 Not Modified"] {
        let (seen, whole, _) = over_http(Script { start: (status, &[]), ..GREETS });
        let expected = response(status, "", "");
        assert_eq!((seen, whole), (vec![Ok(expected.clone())], expected));
    }
}

#[test]
fn lo_que_falla_despues_del_primer_byte_se_corta_y_antes_es_un_500() {
    let fails = Script { rest: || Err(Error::new("adrede")), ..GREETS };
    for (protocol, ending) in [
        (Protocol::Http, Ending::Finished),
        (Protocol::Scgi, Ending::Aborted),
        (Protocol::Uwsgi, Ending::Aborted),
        (Protocol::FastCgi, Ending::Finished),
    ] {
        let watch = Watch::default();
        let mut stand = watch.stand(protocol, fails);
        stand.say(request(protocol, "GET", "/")).finish();
        assert_eq!((stand.reason(), stand.ending()), (Some(CloseReason::BodyIncomplete), ending));
        assert!(!stand.seen().ends_with("0\r\n\r\n"), "{}", stand.seen());
    }
    let (_, whole, reason) = over_http(Script { parts: &[""], ..fails });
    assert!(whole.starts_with("HTTP/1.1 500 "), "{whole}");
    assert_eq!(reason, None);
    // De una respuesta que el cliente ya tiene entera no hay nada que cortar.
    let whole = Script { start: ("200 OK", &[("Content-Length", "3")]), ..fails };
    assert_eq!(over_http(whole).1, format!("{}uno", head("Content-Length: 3\r\n")));
}

#[test]
fn la_conexion_sigue_y_lo_que_se_debia_va_delante() {
    let watch = Watch::default();
    let writing = watch.application(GREETS);
    let application =
        move |environ: &mut Environ, start_response: StartResponse<'_>| match environ.path_info() {
            "/escribe" => writing.call(environ, start_response),
            _ => echo(environ, start_response),
        };
    let mut stand = Stand::http(application).with(lending());
    watch.client.set(stand.client.clone()).expect("es el primero");
    stand.say([get("/a"), get("/escribe"), get("/b")].concat());
    let begun =
        [ok("GET /a []"), head("Transfer-Encoding: chunked\r\n"), "3\r\nuno\r\n".to_owned()];
    assert_eq!(watch.seen(), [Ok(begun.concat())]);
    let expected = [begun.concat(), "3\r\ndos\r\n0\r\n\r\n".to_owned(), ok("GET /b []")].concat();
    assert_eq!((stand.seen(), stand.stage()), (expected, StageKind::Idle));
}

#[test]
fn a_un_cliente_lento_se_le_espera_y_llega_todo() {
    let watch = Watch::default();
    let long: &'static str = String::leak("x".repeat(200_000));
    let parts: &'static [&'static str] = Vec::leak(vec![long; 2]);
    for protocol in [Protocol::Http, Protocol::Scgi, Protocol::FastCgi] {
        let application = watch.application(Script { parts, ..GREETS });
        let takes = (0..5000).map(|_| Event::Take(100));
        let mut stand =
            Stand::new(protocol, application).with(lending()).slow(1000).scripted(takes);
        let _ = watch.client.set(stand.client.clone());
        stand.say(request(protocol, "GET", "/"));
        while stand.stage() == StageKind::Responding {
            stand.take(usize::MAX);
        }
        stand.take(usize::MAX);
        assert_eq!(stand.seen().matches('x').count(), 400_000, "{protocol:?}");
    }
}

#[test]
fn a_quien_no_toma_nada_no_se_le_espera_siempre() {
    let watch = Watch::default();
    let script = Script { parts: &["uno", "dos"], ..GREETS };
    let mut stand = Stand::http(watch.application(script)).with(lending()).slow(10);
    watch.client.set(stand.client.clone()).expect("es el primero");
    stand.say(get("/"));
    assert_eq!(watch.seen(), [Err(ErrorKind::TimedOut), Err(ErrorKind::BrokenPipe)]);
    assert_eq!(stand.reason(), Some(CloseReason::Deadline));
}

#[test]
fn a_quien_toma_con_cuentagotas_tampoco() {
    let watch = Watch::default();
    let config = Config { write_timeout: Duration::from_millis(1), ..lending() };
    let script = [Event::Take(1), Event::Take(1)];
    let mut stand = Stand::http(watch.application(GREETS)).with(config).slow(10).scripted(script);
    watch.client.set(stand.client.clone()).expect("es el primero");
    stand.say(get("/"));
    assert_eq!(watch.seen(), [Err(ErrorKind::TimedOut)]);
}

#[test]
fn quien_escribe_sabe_que_el_cliente_se_fue() {
    let watch = Watch::default();
    let script =
        Script { parts: &["uno", "dos"], rest: || Err(Error::new("lo que sea")), ..GREETS };
    let application = watch.application(script);
    let mut stand = Stand::http(application).with(lending()).slow(10).scripted([Event::Reset]);
    watch.client.set(stand.client.clone()).expect("es el primero");
    stand.say(get("/"));
    assert_eq!(watch.seen(), [Err(ErrorKind::BrokenPipe), Err(ErrorKind::BrokenPipe)]);
    assert_eq!(stand.reason(), Some(CloseReason::ClientGone));
}

/// Lee lo que diga la ruta del cuerpo, y escribe.
fn reads_and_writes(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    if environ.path_info() == "/" {
        io::copy(environ.input(), &mut io::sink())?;
    }
    let writer = environ.extension::<Writer>().expect("se presta");
    writer.start("200 OK", &[("Content-Length", "3")])?;
    writer.write(b"uno")?;
    start_response("200 OK", &[("Content-Length", "3")])?;
    Ok(Body::empty())
}

#[test]
fn un_cuerpo_leido_deja_seguir_la_conexion_y_uno_sin_leer_la_cierra() {
    let config = Config { small_body: 2, ..lending() };
    let mut stand = Stand::http(reads_and_writes).with(config.clone());
    stand.say(post("", 4) + "hola" + &post("", 0));
    assert_eq!((stand.seen(), stand.stage()), (ok("uno").repeat(2), StageKind::Idle));

    let mut stand = Stand::http(reads_and_writes).with(config);
    stand.say(post("", 100).replace("POST /", "POST /otra") + &get("/oculta")).finish();
    let expected = head("Content-Length: 3\r\nConnection: close\r\n") + "uno";
    assert_eq!((stand.seen(), stand.reason()), (expected, Some(CloseReason::BodyUnread)));
}

#[test]
fn el_permiso_de_enviar_va_delante_de_lo_escrito() {
    let asked = post("Expect: 100-continue\r\n", 4);
    let mut reads =
        Stand::http(reads_and_writes).with(lending()).scripted([Event::Send(b"hola".to_vec())]);
    reads.say(&asked);
    let permission = "HTTP/1.1 100 Continue\r\n\r\n";
    assert_eq!(reads.seen(), permission.to_owned() + &ok("uno"));
    let mut ignores = Stand::http(reads_and_writes).with(lending());
    ignores.say(asked.replace("POST /", "POST /otra"));
    // Todavía podría leer: es ahora o nunca.
    assert_eq!(
        ignores.seen(),
        permission.to_owned() + &head("Content-Length: 3\r\nConnection: close\r\n") + "uno"
    );
}

#[test]
fn al_detenerse_termina_lo_empezado_y_dice_que_es_lo_ultimo() {
    let mut stand = Stand::http(reads_and_writes).with(lending());
    stand.stop().say(get("/"));
    let expected = head("Content-Length: 3\r\nConnection: close\r\n") + "uno";
    assert_eq!((stand.seen(), stand.reason()), (expected, Some(CloseReason::Stopping)));

    // En medio del cuerpo, el final del plazo es un corte.
    let endless =
        Script { rest: || Ok(Body::stream((0..).map(|_| Ok(Chunk::from("x"))))), ..GREETS };
    let watch = Watch::default();
    let mut stand =
        Stand::new(Protocol::Scgi, watch.application(endless)).with(lending()).slow(100);
    watch.client.set(stand.client.clone()).expect("es el primero");
    stand.say(scgi("GET", "/", ""));
    assert_eq!(stand.stage(), StageKind::Responding);
    stand.stop().drop_connection();
    assert_eq!(stand.ending(), Ending::Aborted);
}

#[test]
fn la_cabeza_se_comprueba_y_hasta_el_primer_byte_se_puede_cambiar() {
    let application = |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        let writer = environ.extension::<Writer>().expect("se presta");
        assert_eq!(
            writer.write(b"pronto").map_err(|error| error.kind()),
            Err(ErrorKind::InvalidInput)
        );
        let refused = StartResponseError::InvalidStatus { status: "200".to_owned() };
        assert_eq!(writer.start("200", &[]), Err(refused));
        writer.start("404 Nada", &[("X-Uno", "1")])?;
        writer.start("200 OK", &[("Content-Length", "3")])?;
        writer.write(b"uno")?;
        assert_eq!(writer.start("500 Tarde", &[]), Err(StartResponseError::CalledTwice));
        start_response("200 OK", &[])?;
        Ok(Body::empty())
    };
    let mut stand = Stand::http(application).with(lending());
    stand.say(get("/"));
    assert_eq!(stand.seen(), ok("uno"));
}

#[test]
fn no_sirve_de_una_llamada_para_otra_ni_se_presta_a_quien_no_lo_pide() {
    let kept = Arc::new(Mutex::new(None));
    let keeps = kept.clone();
    let application = move |environ: &mut Environ, start_response: StartResponse<'_>| {
        let given = environ.remove_extension::<Writer>();
        *keeps.lock().expect("sin pánico") = given;
        echo(environ, start_response)
    };
    let mut stand = Stand::http(application).with(lending());
    stand.say(get("/"));
    assert_eq!(stand.seen(), ok("GET / []"));
    let writer = kept.lock().expect("sin pánico").take().expect("se presta");
    writer.start("200 OK", &[]).expect_err("ya volvió");
    writer.write(b"tarde").expect_err("ya volvió");
    assert_eq!(stand.say(get("/")).seen(), ok("GET / []").repeat(2));

    let asks = |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        start_response("200 OK", &[])?;
        Ok(Body::from(format!("{:?}", environ.extension::<Writer>())))
    };
    let mut stand = Stand::http(asks);
    stand.say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    assert_eq!(stand.seen(), last_ok("None"));
}
