//! Lo que debe responder el ejercicio del capítulo 2. El lado izquierdo es lo esperado.

use ejercicios::cap02_html::application;
use pretty_assertions::assert_eq;

use crate::client::fetch;

/// Las etiquetas que se piden, en el orden en que se abren. Otras pueden acompañarlas.
const OUTLINE: [&str; 9] = ["html", "head", "title", "body", "h1", "ul", "li", "li", "li"];

#[test]
fn responde_200() {
    assert_eq!(
        200,
        fetch(application).status,
        "pista: el estado es el primer argumento de `start_response` \
         (capítulo 1, «application y sus dos parámetros»)"
    );
}

#[test]
fn anuncia_html_en_utf8() {
    assert_eq!(
        "text/html; charset=utf-8",
        fetch(application).content_type,
        "pista: con `text/plain` el navegador enseña las etiquetas \
         (capítulo 2, «Solo cambia un encabezado»)"
    );
}

#[test]
fn abre_las_etiquetas_en_orden() {
    let body = fetch(application).body.to_ascii_lowercase();
    let opened: Vec<&str> = tags(&body).filter(|name| OUTLINE.contains(name)).collect();

    assert_eq!(
        OUTLINE.as_slice(),
        opened,
        "pista: las del programa del capítulo, y la lista después de `<h1>` \
         (capítulo 2, «La página es una cadena»)"
    );
}

#[test]
fn cierra_las_etiquetas_en_orden() {
    let body = fetch(application).body.to_ascii_lowercase();
    let closed: Vec<&str> = tags(&body)
        .filter_map(|name| name.strip_prefix('/'))
        .filter(|name| OUTLINE.contains(name))
        .collect();

    assert_eq!(
        ["title", "head", "h1", "li", "li", "li", "ul", "body", "html"].as_slice(),
        closed,
        "pista: la última etiqueta que se abre es la primera que se cierra \
         (capítulo 2, «La página es una cadena»)"
    );
}

/// Los nombres de las etiquetas de una página: `<ul class="x">` da `ul`; `</ul>` da `/ul`.
fn tags(page: &str) -> impl Iterator<Item = &str> {
    page.split('<').skip(1).filter_map(|rest| rest.split([' ', '\n', '>']).next())
}
