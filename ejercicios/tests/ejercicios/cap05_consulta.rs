//! Lo que debe responder el ejercicio del capítulo 5. El lado izquierdo es lo esperado.

use ejercicios::cafe::SEARCH_BOX;
use pretty_assertions::assert_eq;

use crate::client::get;
use crate::direct::Function;

const APPLICATION: Function = ejercicios::cap05_consulta::application;

#[test]
fn responde_una_pagina() {
    let response = get("/buscar?antojo=pan").send(APPLICATION);

    assert_eq!(
        (200, "text/html; charset=utf-8"),
        (response.status, response.content_type.as_str()),
        "pista: el estado y el encabezado son los del programa del capítulo \
         (capítulo 5, «Ausente, vacío y repetido»)"
    );
}

#[test]
fn muestra_lo_que_encuentra() {
    for (target, expected) in [
        ("/buscar?antojo=pan", vec!["Pan dulce", "Pan de elote"]),
        ("/buscar?antojo=CAF%C3%89", vec!["Café de olla", "Café con leche"]),
        ("/buscar?antojo=fruta&antojo=olla", vec!["Fruta de temporada", "Café de olla"]),
        ("/buscar?antojo=sopa", vec![]),
    ] {
        assert_eq!(
            expected,
            all(&get(target).send(APPLICATION).body, "li"),
            "{target}\n\
             pista: por cada antojo, un `<li>` por cada producto que dé `search` \
             (capítulo 5, «Ausente, vacío y repetido»)"
        );
    }
}

#[test]
fn cuenta_todos_los_antojos_en_orden() {
    let target = "/buscar?antojo=pan&mesa=2&antojo=sopa&antojo=&antojo=caf";

    assert_eq!(
        vec!["pan", "sopa", "caf"],
        all(&get(target).send(APPLICATION).body, "h2"),
        "pista: no te detengas en el primero, y salta los vacíos y los de otro nombre \
         (capítulo 5, «Ausente, vacío y repetido»)"
    );
}

#[test]
fn decodifica_cada_antojo() {
    let target = "/buscar?antojo=t%C3%A9+verde&antojo=C%2B%2B&antojo=a%26antojo%3Db";

    assert_eq!(
        vec!["té verde", "C++", "a&amp;antojo=b"],
        all(&get(target).send(APPLICATION).body, "h2"),
        "pista: decodifica cada valor cuando ya está separado, y escápalo al mostrarlo \
         (capítulo 5, «Primero separar, después decodificar»)"
    );
}

#[test]
fn escapa_cada_antojo() {
    let target = "/buscar?antojo=%3Cb%3Epan%3C/b%3E&antojo=R%26B";

    assert_eq!(
        vec!["&lt;b&gt;pan&lt;/b&gt;", "R&amp;B"],
        all(&get(target).send(APPLICATION).body, "h2"),
        "pista: lo que escribió otra persona se escapa al ponerlo en la página \
         (capítulo 5, «Escapar»)"
    );
}

#[test]
fn sin_antojos_va_la_caja_para_buscar() {
    for (target, status) in [
        ("/buscar", 200),
        ("/buscar?otro=1", 400),
        ("/buscar?antojo=", 400),
        ("/buscar?antojo=&antojo", 400),
    ] {
        let response = get(target).send(APPLICATION);
        let found = if response.body.contains(SEARCH_BOX) { SEARCH_BOX } else { "(falta)" };

        assert_eq!(
            (status, SEARCH_BOX),
            (response.status, found),
            "{target}\n\
             pista: mira si la lista está vacía antes de llamar a `start_response`; y quien llega sin \
             consulta todavía no pidió nada mal (capítulo 5, «Ausente, vacío y repetido»)"
        );
    }
}

/// Lo que hay dentro de cada etiqueta de esas.
fn all<'a>(page: &'a str, tag: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    let inside = page.split(open.as_str()).skip(1);
    inside.filter_map(|rest| rest.split(close.as_str()).next()).map(str::trim).collect()
}
