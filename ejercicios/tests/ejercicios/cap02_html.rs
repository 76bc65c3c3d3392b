//! Lo que debe responder el ejercicio del capítulo 2. El lado izquierdo es lo esperado.

use pretty_assertions::assert_eq;

use crate::client::{Response, fetch};
use crate::direct::Function;

const APPLICATION: Function = ejercicios::cap02_html::application;

const TITLE: &str = "El café de tu niñez";
const TEXT: &str = "Abrimos en 1998, y el pan se sigue haciendo a mano: mañana tras mañana.";

#[test]
fn anuncia_el_tipo_y_la_tabla() {
    let response = fetch(APPLICATION);
    let (kind, charset) = parts(&response.content_type);

    assert_eq!(
        (200, "text/html", "utf-8"),
        (response.status, kind.as_str(), charset.as_str()),
        "pista: un tipo de contenido y, tras un punto y coma, `charset=` con la tabla \
         (capítulo 2, «Solo cambia un encabezado»)"
    );
}

#[test]
fn el_navegador_muestra_las_letras() {
    assert_eq!(
        vec![TITLE, TEXT],
        seen(&fetch(APPLICATION)),
        "pista: eso es lo que se ve con la tabla que dice tu respuesta; los bytes son UTF-8 \
         (capítulo 2, «Solo cambia un encabezado»)"
    );
}

#[test]
fn la_pagina_sigue_como_estaba() {
    let response = fetch(APPLICATION);
    let untouched = response.body.contains("<meta charset=\"iso-8859-1\">\n");

    assert_eq!(
        ("igual que antes", vec![TITLE.to_owned(), TEXT.to_owned()]),
        (if untouched { "igual que antes" } else { "cambiada" }, seen(&response)),
        "pista: la página no se toca, y se ve bien aunque diga otra cosa: gana el encabezado \
         (capítulo 2, «Predice: ¿a quién le cree?»)"
    );
}

/// El tipo y la tabla de un `Content-type`, en minúsculas.
fn parts(value: &str) -> (String, String) {
    let (kind, parameters) = value.split_once(';').unwrap_or((value, ""));
    let charset = parameters.trim().strip_prefix("charset=").unwrap_or("(falta)");
    (kind.trim().to_lowercase(), charset.trim_matches('"').to_lowercase())
}

/// Lo que se ve: el título y el párrafo de una página, o el texto completo si no lo es.
fn seen(response: &Response) -> Vec<String> {
    let text = decoded(response);
    let inside = |open, close| between(&text, open, close).unwrap_or("(falta)").to_owned();
    match parts(&response.content_type).0.as_str() {
        "text/html" => vec![inside("<h1>", "</h1>"), inside("<p>", "</p>")],
        _ => vec![text],
    }
}

/// El cuerpo, leído como lo lee un navegador: con la tabla del encabezado; si no la dice, con la de la
/// página.
fn decoded(response: &Response) -> String {
    let (_, declared) = parts(&response.content_type);
    let own = between(&response.body, "<meta charset=\"", "\"").unwrap_or("windows-1252");
    let charset = if declared == "(falta)" { own } else { declared.as_str() };
    match charset {
        "utf-8" | "utf8" => response.body.clone(),
        // En las demás que alguien escribiría aquí, cada byte es una letra.
        _ => response.body.bytes().map(char::from).collect(),
    }
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    text.split_once(open)?.1.split_once(close).map(|(inside, _)| inside)
}
