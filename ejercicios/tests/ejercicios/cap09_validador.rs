//! Lo que debe responder el ejercicio del capítulo 9, y el validador callado. El lado izquierdo es
//! lo esperado.

use pasarela::testing::{self, Response};
use pasarela::validate::{Findings, Validator};
use pretty_assertions::assert_eq;

use crate::direct::Function;

const APPLICATION: Function = ejercicios::cap09_validador::application;

#[test]
fn la_lista_mide_lo_que_dice() {
    let (findings, response) = call("/avisos");
    assert_eq!(
        "", findings,
        "pista: la longitud se cuenta en bytes, con sus saltos de línea, o se deja al servidor \
         (capítulo 9, «Predice»)"
    );
    assert_eq!(
        "200 OK: Mañana abrimos a las nueve\nSe busca quien sepa hacer café de olla\n",
        seen(&response),
        "{UNCHANGED}"
    );
}

#[test]
fn lo_borrado_no_lleva_cuerpo_ni_tipo() {
    let (findings, response) = call("/avisos/borrar");
    assert_eq!(
        "", findings,
        "pista: 204 significa que no hay nada que enviar (capítulo 9, «Predice»)"
    );
    assert_eq!("204 No Content: ", seen(&response), "{UNCHANGED}");
}

#[test]
fn la_direccion_vieja_manda_a_la_lista() {
    let (findings, response) = call("/avisos/hoy");
    assert_eq!(
        "", findings,
        "pista: lee quién incumple la regla y qué encabezado nombra \
         (capítulo 9, «Cómo leer un hallazgo»)"
    );
    assert_eq!(
        "301 Moved Permanently: Los de hoy están con los demás\n",
        seen(&response),
        "{UNCHANGED}"
    );
    assert_eq!(Some("/avisos"), response.header("Location"), "{UNCHANGED}");
}

#[test]
fn lo_que_no_esta_es_un_404() {
    for path in ["/avisos/ayer", "/avisos/"] {
        let (findings, response) = call(path);
        assert_eq!(
            "", findings,
            "pista: la respuesta tiene un solo estado (capítulo 9, «Cómo leer un hallazgo»)"
        );
        assert_eq!("404 Not Found: Aquí no hay ningún aviso\n", seen(&response), "{UNCHANGED}");
    }
}

const UNCHANGED: &str = "pista: la falta ya no está, pero la respuesta tampoco es la misma; compara \
                         con lo que pide el ejercicio (capítulo 9, «Ejercicio»)";

/// Los hallazgos, uno por línea, y la respuesta.
fn call(path: &str) -> (String, Response) {
    let findings = Findings::default();
    let response = testing::get(path).call(&Validator::collecting(APPLICATION, findings.clone()));
    let found: Vec<String> = findings.finish().iter().map(ToString::to_string).collect();
    (found.join("\n"), response)
}

/// El estado y el cuerpo.
fn seen(response: &Response) -> String {
    format!("{}: {}", response.status(), response.text())
}
