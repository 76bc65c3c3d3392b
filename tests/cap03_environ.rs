//! El capítulo de `environ`: la petición, leída por la aplicación.

mod comun;

use comun::{Program, Wire, check_fault};
use pasarela::{Body, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

/// Lo que la página dice de una petición a `target`, que llega con esos encabezados.
fn page(summary: &str, method: &str, path: &str, target: &str, headers: &[&str]) -> String {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let head = format!(
        "{summary}\n\nREQUEST_METHOD={method}\nSCRIPT_NAME=\nPATH_INFO={path}\n\
         QUERY_STRING={query}\nREQUEST_URI={target}\nSERVER_PROTOCOL=HTTP/1.1\n\
         SERVER_NAME=localhost\nSERVER_PORT=8000\nSERVER_SOFTWARE=pasarela/0.1\n\
         GATEWAY_INTERFACE=CGI/1.1\nwsgi.version=1.0\nwsgi.url_scheme=http\n\
         wsgi.multithread=true\nwsgi.multiprocess=false\nwsgi.run_once=false\n\
         wsgi.input_terminated=true\nHTTP_HOST=localhost:8000\n"
    );
    headers.iter().fold(head, |page, header| format!("{page}{header}\n"))
}

/// La página que responde el programa, sin lo que depende de la conexión.
#[track_caller]
fn seen(program: &Program, request: &str) -> String {
    let answer = program.exchange(request);
    let (_, body) = answer.split_once("\r\n\r\n").expect("una línea vacía tras la cabeza");
    let lines = body.lines().filter(|line| !line.starts_with("REMOTE_"));
    lines.map(|line| format!("{line}\n")).collect()
}

#[track_caller]
fn check(program: &Program, request: &str, expected: &str) {
    assert_eq!(seen(program, request), expected, "{request}");
}

#[test]
fn muestra_la_peticion_entera() {
    let program = Program::start("cap03_environ");
    check(
        &program,
        "GET /caf%C3%A9?n=2 HTTP/1.1\r\nHost: localhost:8000\r\n\r\n",
        &page("Alguien pide /café con GET.", "GET", "/café", "/caf%C3%A9?n=2", &[]),
    );
    check(
        &program,
        "POST / HTTP/1.1\r\nHost: localhost:8000\r\nContent-Type: text/plain\r\n\
         Content-Length: 3\r\n\r\nAda",
        &page(
            "Alguien pide / con POST.",
            "POST",
            "/",
            "/",
            &["CONTENT_TYPE=text/plain", "CONTENT_LENGTH=3"],
        ),
    );
    check(
        &program,
        "GET / HTTP/1.1\r\nHost: localhost:8000\r\nuser-agent: Ada\r\nACCEPT-LANGUAGE: es\r\n\
         X-Color: azul\r\nX_Color: rojo\r\n\r\n",
        &page(
            "Ada pide / con GET.",
            "GET",
            "/",
            "/",
            &["HTTP_USER_AGENT=Ada", "HTTP_ACCEPT_LANGUAGE=es", "HTTP_X_COLOR=azul"],
        ),
    );
}

#[test]
fn un_encabezado_vacio_no_es_un_encabezado_que_falta() {
    let program = Program::start("cap03_environ");
    let request = "GET / HTTP/1.1\r\nHost: localhost:8000\r\nUser-Agent:\r\n\r\n";
    check(&program, request, &page(" pide / con GET.", "GET", "/", "/", &["HTTP_USER_AGENT="]));
}

#[test]
fn lo_que_escribe_el_cliente_se_muestra_como_texto() {
    let program = Program::start("cap03_environ");
    let answer = program.get("/%3Cscript%3Ealert(1)%3C/script%3E");
    assert_eq!((answer.status, answer.header("content-type")), (200, Some(PLAIN)));
    assert!(answer.body.contains("\nPATH_INFO=/<script>alert(1)</script>\n"), "{}", answer.body);
    let strange = seen(&program, "GET /%FF%0A HTTP/1.1\r\nHost: localhost:8000\r\n\r\n");
    assert!(strange.contains("\nPATH_INFO=/\u{FFFD}\n\n"), "{strange}");
}

const PLAIN: &str = "text/plain; charset=utf-8";

#[test]
fn cada_conexion_tiene_su_puerto() {
    let program = Program::start("cap03_environ");
    // A la vez, para que el sistema no pueda dar dos veces el mismo.
    let (mut one, mut other) = (program.open(), program.open());
    assert_ne!(port(&mut one), port(&mut other));
}

#[test]
fn dos_peticiones_de_una_conexion_tienen_el_mismo_puerto() {
    let program = Program::start("cap03_environ");
    let mut wire = program.open();
    assert_eq!(port(&mut wire), port(&mut wire));
}

/// El puerto del cliente, según la página.
#[track_caller]
fn port(wire: &mut Wire) -> u16 {
    wire.send(b"GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n");
    let answer = wire.until("HTTP_HOST=localhost:8000\n");
    let line = answer.lines().find_map(|line| line.strip_prefix("REMOTE_PORT="));
    line.expect("la conexión tiene dos extremos").parse().expect("es un puerto")
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    Program::start("cap03_environ").replays(&["cap03_curl", "cap03_bytes"]);
}

#[allow(clippy::unwrap_used, reason = "es el error que muestra el capítulo")]
fn unwrapped(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let language = environ.header("Accept-Language").unwrap().to_owned();
    start_response("200 OK", &[("Content-type", PLAIN)])?;
    Ok(Body::from(language))
}

#[test]
fn los_errores_tipicos_se_explican() {
    check_fault("cap03_unwrap", unwrapped);
}
