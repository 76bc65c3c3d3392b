//! Lo que debe responder el ejercicio del capítulo 5. El lado izquierdo es lo esperado.

use ejercicios::cap05_consulta::application;
use pretty_assertions::assert_eq;

use crate::client::get;

#[test]
fn responde_una_pagina() {
    let response = get("/?tema=Rust").send(application);

    assert_eq!(
        (200, "text/html; charset=utf-8"),
        (response.status, response.content_type.as_str()),
        "pista: el estado y el encabezado son los del programa del capítulo \
         (capítulo 5, «El código»)"
    );
}

#[test]
fn pone_todos_los_temas_en_orden() {
    let body = get("/?tema=Rust&nivel=2&tema=HTML&tema=&tema=CGI").send(application).body;

    assert_eq!(
        vec!["Rust", "HTML", "CGI"],
        items(&body),
        "pista: no te detengas en el primero, y salta los vacíos y los de otro nombre \
         (capítulo 5, «Ausente, vacío y repetido»)"
    );
}

#[test]
fn decodifica_cada_tema() {
    let body = get("/?tema=t%C3%A9+verde&tema=C%2B%2B&tema=a%20b").send(application).body;

    assert_eq!(
        vec!["té verde", "C++", "a b"],
        items(&body),
        "pista: decodifica cada valor cuando ya está separado: primero el `+`, y después los `%` \
         (capítulo 5, «Primero separar, después decodificar»)"
    );
}

#[test]
fn escapa_cada_tema() {
    let body = get("/?tema=%3Cb%3ERust%3C/b%3E&tema=R%26B").send(application).body;

    assert_eq!(
        vec!["&lt;b&gt;Rust&lt;/b&gt;", "R&amp;B"],
        items(&body),
        "pista: lo que escribió otra persona se escapa al ponerlo en la página, y el `&`, antes \
         que los demás signos \
         (capítulo 5, «Escapar»)"
    );
}

#[test]
fn sin_temas_la_peticion_no_sirve() {
    let statuses = ["/", "/?otro=1", "/?tema=", "/?tema=&tema"]
        .map(|target| get(target).send(application).status);

    assert_eq!(
        [400; 4], statuses,
        "pista: mira si la lista está vacía antes de llamar a `start_response` \
         (capítulo 5, «Ausente, vacío y repetido»)"
    );
}

/// Lo que hay dentro de cada `<li>`.
fn items(page: &str) -> Vec<&str> {
    page.split("<li>")
        .skip(1)
        .filter_map(|rest| rest.split("</li>").next())
        .map(str::trim)
        .collect()
}
