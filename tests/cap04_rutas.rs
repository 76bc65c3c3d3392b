//! El capítulo de las rutas: qué se responde según la ruta y el método.

mod comun;

use comun::{Answer, Program, check_fault};
use pasarela::{Body, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");
const HOME: &str = "Café Ada. Lo que hay para hoy está en /menu\n";
const MENU: &str = "Café de olla, pan dulce y fruta\n";

/// Una respuesta del programa: además del tipo y la longitud, quizá un encabezado más.
fn text(status: u16, extra: Option<(&str, &str)>, body: &str) -> Answer {
    let length = body.len().to_string();
    let mut headers = vec![TEXT, ("Content-Length", &length)];
    headers.extend(extra);
    Answer::expected(status, &headers, body)
}

/// Lo que se sabe de una mesa, en JSON.
fn table(number: u8) -> Answer {
    let body = format!("{{\"mesa\": {number}, \"libre\": true}}\n");
    let length = body.len().to_string();
    let headers = [("Content-type", "application/json"), ("Content-Length", &*length)];
    Answer::expected(200, &headers, &body)
}

fn not_found(path: &str) -> Answer {
    text(404, None, &format!("No hay nada en {path}\n"))
}

fn not_allowed() -> Answer {
    text(405, Some(("Allow", "GET, HEAD")), "Aquí solo se puede leer\n")
}

#[test]
fn cada_ruta_tiene_su_respuesta() {
    let program = Program::start("cap04_rutas");
    for (path, expected) in [
        ("/", text(200, None, HOME)),
        ("/menu", text(200, None, MENU)),
        ("/menu?mesa=4", text(200, None, MENU)),
        ("/carta", text(301, Some(("Location", "/menu")), "Ahora está en /menu\n")),
        ("/postres", not_found("/postres")),
    ] {
        assert_eq!(program.get(path), expected, "{path}");
    }
}

#[test]
fn una_ruta_se_compara_letra_por_letra() {
    let program = Program::start("cap04_rutas");
    for path in ["/menu/", "/Menu", "//menu", "/menu/postres"] {
        assert_eq!(program.get(path), not_found(path), "{path}");
    }
    let climbing = program.exchange(&only("GET /x/../menu"));
    assert!(climbing.starts_with("HTTP/1.1 404 Not Found\r\n"), "{climbing}");
    assert_eq!(program.get("/%6Denu"), text(200, None, MENU), "dice lo mismo de otra manera");
    assert_eq!(program.get("/caf%C3%A9"), not_found("/café"));
}

#[test]
fn una_parte_de_la_ruta_puede_cambiar() {
    let program = Program::start("cap04_rutas");
    for (path, number) in [("/mesas/4", 4), ("/mesas/12", 12), ("/mesas/04", 4), ("/mesas/%34", 4)]
    {
        assert_eq!(program.get(path), table(number), "{path}");
    }
    for path in ["/mesas/0", "/mesas/13", "/mesas/300", "/mesas/-1", "/mesas/ocho", "/mesas/4/"] {
        assert_eq!(program.get(path), not_found(path), "{path}");
    }
    for path in ["/mesas/", "/mesas", "/otras/mesas/4"] {
        assert_eq!(program.get(path), not_found(path), "{path}");
    }
    assert_eq!(program.send("DELETE", "/mesas/4", &[], ""), not_allowed());
    assert_eq!(program.send("DELETE", "/mesas/13", &[], ""), not_found("/mesas/13"));
}

#[test]
fn lo_que_pide_el_cliente_no_se_convierte_en_encabezados() {
    let program = Program::start("cap04_rutas");
    let path = "/carta%0D%0ALocation:%20http:%2F%2Fotro";
    assert_eq!(program.get(path), not_found("/carta\r\nLocation: http://otro"));
}

#[test]
fn con_otro_metodo_se_dice_cuales_hay() {
    let program = Program::start("cap04_rutas");
    for (method, path) in
        [("POST", "/"), ("DELETE", "/menu"), ("PUT", "/carta"), ("get", "/menu"), ("X", "/")]
    {
        assert_eq!(program.send(method, path, &[], ""), not_allowed(), "{method} {path}");
    }
    assert_eq!(program.send("POST", "/menu", &[], "mesa=4"), not_allowed());
}

#[test]
fn donde_no_hay_nada_da_igual_el_metodo() {
    let program = Program::start("cap04_rutas");
    for method in ["POST", "DELETE", "OPTIONS"] {
        assert_eq!(program.send(method, "/postres", &[], ""), not_found("/postres"), "{method}");
    }
}

#[test]
fn head_es_como_get_y_sin_cuerpo() {
    let program = Program::start("cap04_rutas");
    for path in ["/", "/menu", "/carta", "/mesas/4", "/postres"] {
        let get = program.exchange(&only(&format!("GET {path}")));
        let (head, body) = get.split_once("\r\n\r\n").expect("una línea vacía tras la cabeza");
        assert!(!body.is_empty(), "{path}");
        let seen = program.exchange(&only(&format!("HEAD {path}")));
        assert_eq!(seen, format!("{head}\r\n\r\n"), "{path}");
    }
}

/// Una petición que no lleva más que su primera línea y `Host`.
fn only(start: &str) -> String {
    format!("{start} HTTP/1.1\r\nHost: localhost:8000\r\n\r\n")
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    Program::start("cap04_rutas").replays(&[
        "cap04_no_existe",
        "cap04_otro_metodo",
        "cap04_head",
        "cap04_mesa",
        "cap04_bytes_carta",
        "cap04_bytes_menu",
    ]);
}

#[expect(unused_must_use, reason = "es el error que se explica")]
fn two_answers(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let path = environ.path_info();
    if path != "/menu" {
        missing(start_response, path)?;
    }
    menu(start_response)
}

fn missing(start_response: StartResponse, path: &str) -> Result<Body> {
    start_response("404 Not Found", &[TEXT])?;
    Ok(Body::from(format!("No hay nada en {path}\n")))
}

fn menu(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from(MENU))
}

#[test]
fn los_errores_tipicos_se_explican() {
    check_fault("cap04_dos_respuestas", two_answers);
}
