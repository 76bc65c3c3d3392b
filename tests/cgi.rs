//! La aplicación como programa CGI, en otro proceso: este mismo archivo, ejecutado con otro papel.

use std::io::{self, Read, Write};
use std::process::{Command, Output, Stdio};

use pasarela::handlers::cgi;
use pasarela::{Body, Chunk, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

/// La variable que convierte la prueba en el programa.
const ROLE: &str = "PASARELA_ES_CGI";

#[test]
fn el_programa_de_estas_pruebas() -> Result<()> {
    if std::env::var_os(ROLE).is_some() {
        cgi::run(application)?;
    }
    Ok(())
}

fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let mut content = String::new();
    environ.input().read_to_string(&mut content)?;
    start_response("200 OK", &[("X-Ruta", environ.path_info())])?;
    Ok(match environ.path_info() {
        "/cortado" => {
            Body::stream([Ok(Chunk::from("la mitad")), Err(io::Error::other("se fue la luz"))])
        }
        _ => Body::from(format!("[{content}]")),
    })
}

/// Ejecuta el programa como lo haría un servidor web.
fn run(variables: &[(&str, &str)], input: &str) -> Output {
    let mut child = Command::new(std::env::current_exe().expect("esta prueba es un programa"))
        .args(["--exact", "el_programa_de_estas_pruebas", "--nocapture"])
        .env_clear()
        .env(ROLE, "1")
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("el programa se ejecuta");
    let mut stdin = child.stdin.take().expect("tiene entrada");
    stdin.write_all(input.as_bytes()).expect("la entrada se escribe");
    drop(stdin);
    child.wait_with_output().expect("termina")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn la_peticion_llega_por_el_proceso_y_la_respuesta_sale_por_el() {
    let variables = [("REQUEST_METHOD", "POST"), ("PATH_INFO", "/a"), ("CONTENT_LENGTH", "4")];
    let output = run(&variables, "hola y más");
    let expected = "Status: 200 OK\r\nX-Ruta: /a\r\nContent-Length: 6\r\n\r\n[hola]";
    assert!(text(&output.stdout).contains(expected), "{}", text(&output.stdout));
    assert!(output.status.success());
    let chunked = [variables[0], variables[1], ("HTTP_TRANSFER_ENCODING", "chunked")];
    let output = run(&chunked, "hasta el final");
    assert!(text(&output.stdout).contains("\r\n\r\n[hasta el final]"));
}

#[test]
fn una_respuesta_cortada_es_un_fallo_del_programa() {
    let output = run(&[("REQUEST_METHOD", "GET"), ("PATH_INFO", "/cortado")], "");
    assert!(text(&output.stdout).contains("\r\n\r\nla mitad"), "{}", text(&output.stdout));
    assert!(text(&output.stderr).contains("se fue la luz"), "{}", text(&output.stderr));
    assert!(!output.status.success());
}

#[test]
fn ejecutado_a_mano_dice_que_es() {
    let output = run(&[], "");
    let expected = "esto es un programa CGI y lo ejecuta un servidor web";
    assert!(text(&output.stderr).contains(expected), "{}", text(&output.stderr));
    assert_eq!(output.status.code(), Some(101), "{}", text(&output.stdout));
}
