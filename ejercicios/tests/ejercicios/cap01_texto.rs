//! Lo que debe responder el ejercicio del capítulo 1. El lado izquierdo es lo esperado.

use ejercicios::cap01_texto::application;
use pasarela::testing;
use pretty_assertions::assert_eq;

use crate::client::fetch;

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
fn anuncia_texto_en_utf8() {
    assert_eq!(
        "text/plain; charset=utf-8",
        fetch(application).content_type,
        "pista: los encabezados son el segundo argumento de `start_response` \
         (capítulo 1, «application y sus dos parámetros»)"
    );
}

#[test]
fn saluda_en_dos_trozos() {
    let body = fetch(application).body;
    let chunks = testing::get("/").call(&application).chunks().len();

    // En pareja, el texto se compara con sus saltos de línea a la vista.
    assert_eq!(
        (2, "Hola, me llamo Ada\ny programo en español"),
        (chunks, body.as_str()),
        "pista: son dos trozos, y el servidor los envía seguidos, sin añadir nada entre ellos \
         (capítulo 1, «Por qué una lista»)"
    );
}
