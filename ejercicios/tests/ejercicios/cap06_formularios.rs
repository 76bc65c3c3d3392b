//! Lo que debe responder el ejercicio del capítulo 6. El lado izquierdo es lo esperado.

use ejercicios::cap06_formularios::application;
use pretty_assertions::assert_eq;

use crate::client::{Response, get, request};

#[test]
fn ensena_el_formulario() {
    let response = get("/").send(application);
    let expected = ["<form", "method=\"post\"", "name=\"nombre\"", "name=\"correo\""];
    let found = expected.map(|part| if response.body.contains(part) { part } else { "(falta)" });

    assert_eq!(
        (200, "text/html; charset=utf-8", expected),
        (response.status, response.content_type.as_str(), found),
        "pista: el formulario lleva `method=\"post\"`, y cada campo, su `name`, con comillas dobles \
         (capítulo 6, «El formulario»)"
    );
    assert_eq!(
        "/",
        target(&response.body),
        "pista: sin `action`, el formulario se envía a la página en la que está \
         (capítulo 6, «El formulario»)"
    );
}

#[test]
fn con_los_dos_campos_manda_a_gracias() {
    let response = post("nombre=Ada+Lovelace&correo=ada%40example.com");

    assert_eq!(
        (303, "/gracias"),
        (response.status, response.header("location")),
        "pista: después de aceptar, 303 manda a otra página \
         (capítulo 6, «Responder con otra dirección»)"
    );
}

#[test]
fn la_pagina_de_gracias_existe() {
    assert_eq!(
        [200, 404, 404],
        ["/gracias", "/otra", "/gracias/"].map(|target| get(target).send(application).status),
        "pista: el navegador pide con GET la dirección que le diste \
         (capítulo 6, «Responder con otra dirección»)"
    );
}

#[test]
fn si_falta_un_campo_no_lo_acepta() {
    let forms = ["nombre=Ada", "correo=a%40b", "nombre=Ada&correo=", "nombre=&correo=a", "x=1"];

    assert_eq!(
        [400; 5],
        forms.map(|form| post(form).status),
        "pista: ausente y vacío son casos distintos, y ninguno de los dos sirve \
         (capítulo 6, «Leer el cuerpo»)"
    );
}

#[test]
fn devuelve_lo_que_se_habia_escrito() {
    let body = post("nombre=Jos%C3%A9+P%C3%A9rez&correo=").body;

    assert_eq!(
        vec!["José Pérez", ""],
        values(&body),
        "pista: cada campo lleva en `value` lo que llegó, o nada \
         (capítulo 6, «Leer el cuerpo»)"
    );
}

#[test]
fn lo_que_devuelve_va_escapado() {
    let body = post("nombre=&correo=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body;

    assert_eq!(
        vec!["", "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"],
        values(&body),
        "pista: una comilla sin escapar cierra el `value`, y lo que sigue ya es la página \
         (capítulo 5, «Escapar»)"
    );
}

#[track_caller]
fn post(form: &'static str) -> Response {
    request("POST", "/")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form)
        .send(application)
}

/// A dónde se envía el formulario: a su propia página si no dice otra cosa.
fn target(page: &str) -> &str {
    let action = page.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
    action.filter(|action| !action.is_empty()).unwrap_or("/")
}

/// Lo que hay en cada `value="…"`.
fn values(page: &str) -> Vec<&str> {
    page.split("value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}
