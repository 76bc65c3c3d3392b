//! Las peticiones de prueba llegan como por la red, y sus respuestas también.

use super::*;
use crate::application::StartResponse;
use crate::body::{Body, Chunk};
use crate::environ::Environ;
use crate::error::{Error, Result};
use pretty_assertions::assert_eq;
use std::io::{self, Read, Write};
use std::sync::Arc;

/// Responde con lo que leyó, en dos trozos.
fn echo(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let mut content = String::new();
    environ.input().read_to_string(&mut content)?;
    write!(environ.errors(), "leí {} bytes", content.len())?;
    start_response("201 Created", &[("X-Uno", "a"), ("x-uno", "b: c")])?;
    Ok(Body::from(vec![content, environ.path_info().to_owned()]))
}

#[test]
fn la_respuesta_llega_entera() {
    let response = put("/ruta con ñ").body("hola ").call(&echo);
    assert_eq!((response.status(), response.code()), ("201 Created", 201));
    assert_eq!(response.headers().pairs(), [("X-Uno", "a"), ("x-uno", "b: c")]);
    assert_eq!(response.header("X-UNO"), Some("a"));
    assert_eq!(response.chunks(), [Chunk::from("hola "), Chunk::from("/ruta con ñ")]);
    assert_eq!(response.text(), "hola /ruta con ñ");
    assert_eq!(response.errors(), "leí 5 bytes");
    assert!(response.is_complete());
}

#[test]
fn el_environ_es_el_que_llenaria_el_servidor() {
    let request = get("/a%20b?c=ñ").header("X-Uno", "1").header("x-uno", "2");
    let environ = request.header("X_Uno", "3").variable("wsgi.url_scheme", "https").environ();
    assert_eq!(environ.path_info(), "/a b");
    assert_eq!(environ.query_string(), "c=%C3%B1");
    assert_eq!(environ.get("REQUEST_URI"), Some("/a%20b?c=%C3%B1"));
    assert_eq!(environ.header("host"), Some("localhost:8000"));
    assert_eq!(environ.header("x-uno"), Some("1, 2"));
    assert_eq!(environ.url_scheme(), "https");
    assert_eq!(environ.content_length(), None);
}

#[test]
fn lo_que_se_dice_del_cuerpo_manda() {
    let chunked = post("/").body("abc").header("Transfer-Encoding", "chunked");
    assert_eq!(chunked.environ().content_length(), None);
    assert_eq!(chunked.call(&echo).text(), "abc/");
    let longer = post("/").body("abc").header("Content-Length", "9").environ();
    assert_eq!(longer.content_length(), Some(9));
}

#[test]
fn una_peticion_que_el_servidor_rechaza_recibe_su_estado() {
    let response = get("/%zz").call(&echo);
    assert_eq!(response.status(), "400 Bad Request");
    assert!(response.text().contains("Petición rechazada"));
    assert_eq!(get("/").header("Host", "a/b").call(&echo).code(), 400);
    assert_eq!(head("/%zz").call(&echo).text(), "");
}

#[test]
#[should_panic(expected = "el servidor rechazaría GET sin-barra")]
fn el_environ_de_una_peticion_rechazada_no_existe() {
    let _ = get("sin-barra").environ();
}

#[test]
#[should_panic(expected = "tiene un salto de línea")]
fn un_encabezado_no_esconde_otro() {
    let _ = get("/").header("X", "a\r\nY: b");
}

#[test]
fn un_fallo_es_la_pagina_500_y_su_motivo() {
    let broken =
        |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> { Err(Error::new("falta algo")) };
    let response = delete("/x").call(&broken);
    assert_eq!(response.status(), "500 Internal Server Error");
    assert_eq!(
        response.errors(),
        "pasarela: \"DELETE /x\": la aplicación devolvió un error: falta algo\n"
    );
}

#[test]
fn un_cuerpo_cortado_se_nota() {
    let broken = |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", &[])?;
        Ok(Body::stream([Ok(Chunk::from("a")), Err(io::Error::other("se acabó"))]))
    };
    let response = get("/").call(&broken);
    assert!(!response.is_complete());
    assert_eq!(response.text(), "a");
    assert_eq!(
        response.errors(),
        "pasarela: \"GET /\": el cuerpo de la respuesta dio un error: se acabó\n"
    );
}

#[test]
fn soltar_la_respuesta_suelta_el_cuerpo() {
    let guard = Arc::new(());
    let kept = guard.clone();
    let application = move |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", &[])?;
        let held = kept.clone();
        Ok(Body::stream((0..3).map(move |_| {
            let _ = &held;
            Ok(Chunk::from("x"))
        })))
    };
    let mut stream = get("/").stream(&application);
    assert_eq!(stream.next(), Some(Chunk::from("x")));
    assert_eq!(Arc::strong_count(&guard), 3);
    drop(stream);
    assert_eq!(Arc::strong_count(&guard), 2);
}

#[test]
fn un_formulario_se_escribe_como_en_un_navegador() {
    let form = |text: &str| post("/").form(&[(text, text)]).call(&echo).chunks()[0].clone();
    for byte in (0..0x80).map(char::from).filter(|byte| !matches!(byte, '\r' | '\n')) {
        let expected = match byte {
            ' ' => "+".to_owned(),
            '*' | '-' | '.' | '_' => byte.to_string(),
            byte if byte.is_ascii_alphanumeric() => byte.to_string(),
            byte => format!("%{:02X}", u32::from(byte)),
        };
        let expected = format!("{expected}={expected}");
        assert_eq!(form(&byte.to_string()), Chunk::from(expected), "{byte:?}");
    }
    assert_eq!(form("a %20+ñ"), Chunk::from("a+%2520%2B%C3%B1=a+%2520%2B%C3%B1"));
}

#[test]
fn un_salto_de_linea_de_un_formulario_es_crlf() {
    let response = post("/").form(&[("a", "1\n2\r3\r\n4")]).call(&echo);
    assert_eq!(response.chunks()[0], Chunk::from("a=1%0D%0A2%0D%0A3%0D%0A4"));
}

/// Lo que lee la aplicación, del `environ` y por la red.
#[track_caller]
fn check_read(request: &Request, expected: std::result::Result<&str, ()>) {
    let mut text = String::new();
    let read = request.environ().input().read_to_string(&mut text);
    assert_eq!(read.map(|_| text.as_str()).map_err(|_| ()), expected);
    let response = request.call(&echo);
    match expected {
        Ok(text) => assert_eq!((response.code(), response.text()), (201, format!("{text}/"))),
        Err(()) => assert_eq!(response.code(), 400),
    }
}

#[test]
fn del_cuerpo_llega_lo_que_se_anuncia() {
    let sized = |length| post("/").body("hola").header("Content-Length", length);
    check_read(&sized("4"), Ok("hola"));
    check_read(&sized("2"), Ok("ho"));
    check_read(&sized("0"), Ok(""));
    check_read(&sized("5"), Err(()));
    check_read(&post("/").header("Content-Length", "1"), Err(()));
}

#[test]
fn un_cuerpo_se_corta_donde_se_diga() {
    let chunked = || post("/").body("hola").header("Transfer-Encoding", "chunked");
    for length in 0..4 {
        check_read(&post("/").body("hola").cut_after(length), Err(()));
        check_read(&chunked().cut_after(length), Err(()));
    }
    check_read(&post("/").body("hola").cut_after(4), Ok("hola"));
    check_read(&chunked().cut_after(4), Ok("hola"));
}

fn endless(chunk: &'static str) -> impl crate::application::Application {
    crate::application::application(move |_, start_response| {
        start_response("200 OK", &[])?;
        Ok(Body::stream(std::iter::repeat_with(move || Ok(chunk))))
    })
}

#[test]
#[should_panic(expected = "el cuerpo no termina: ya van 131072 bytes")]
fn un_cuerpo_que_no_termina_hace_fallar_la_prueba() {
    get("/").call(&endless("4\n"));
}

#[test]
#[should_panic(expected = "el cuerpo no termina: ya van 3000 bytes")]
fn tambien_trozo_a_trozo_y_con_otro_limite() {
    get("/").max_response(3999).stream(&endless("x".repeat(1000).leak())).for_each(drop);
}

#[test]
fn lo_que_cabe_justo_no_es_demasiado() {
    let page = "x".repeat(4000);
    let whole = crate::application::application(move |_, start_response| {
        start_response("200 OK", &[])?;
        Ok(Body::from(page.clone()))
    });
    assert_eq!(get("/").max_response(4000).call(&whole).bytes().len(), 4000);
}
