//! Lo que debe responder el ejercicio del capítulo 1. El lado izquierdo es lo esperado.

use ejercicios::cap01_texto::application;
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
    assert_eq!(
        "Hola, me llamo Ada\ny programo en español",
        fetch(application).body,
        "pista: el servidor envía los trozos seguidos, sin añadir nada entre ellos \
         (capítulo 1, «Por qué una lista»)"
    );
}
