//! Lo que debe responder el ejercicio del capítulo 9, y el validador callado. El lado izquierdo es
//! lo esperado.

use ejercicios::cap09_validador::application;
use pasarela::testing::{self, Response};
use pasarela::validate::{Findings, Validator};
use pretty_assertions::assert_eq;

#[test]
fn la_portada_mide_lo_que_dice() {
    let (findings, response) = call("/");
    assert_eq!(
        "", findings,
        "pista: la longitud se cuenta en bytes, con sus saltos de línea, o se deja al servidor \
         (capítulo 9, «El código»)"
    );
    assert_eq!("200 OK: Regar el jazmín\nLeer el capítulo 10\n", seen(&response), "{UNCHANGED}");
}

#[test]
fn lo_borrado_no_lleva_cuerpo_ni_tipo() {
    let (findings, response) = call("/borrar");
    assert_eq!(
        "", findings,
        "pista: 204 significa que no hay nada que enviar (capítulo 9, «Predice»)"
    );
    assert_eq!("204 No Content: ", seen(&response), "{UNCHANGED}");
}

#[test]
fn la_direccion_vieja_manda_a_la_portada() {
    let (findings, response) = call("/tareas");
    assert_eq!(
        "", findings,
        "pista: lee quién incumple la regla y qué encabezado nombra \
         (capítulo 9, «Cómo leer un hallazgo»)"
    );
    assert_eq!(
        "301 Moved Permanently: Las tareas están en la portada\n",
        seen(&response),
        "{UNCHANGED}"
    );
    assert_eq!(Some("/"), response.header("Location"), "{UNCHANGED}");
}

#[test]
fn lo_que_no_esta_es_un_404() {
    let (findings, response) = call("/nada");
    assert_eq!(
        "", findings,
        "pista: la respuesta tiene un solo estado (capítulo 9, «Cómo leer un hallazgo»)"
    );
    assert_eq!("404 Not Found: Aquí no hay ninguna tarea\n", seen(&response), "{UNCHANGED}");
}

const UNCHANGED: &str = "pista: la falta ya no está, pero la respuesta tampoco es la misma; compara \
                         con lo que pide el ejercicio (capítulo 9, «Ejercicio»)";

/// Los hallazgos, uno por línea, y la respuesta.
fn call(path: &str) -> (String, Response) {
    let findings = Findings::default();
    let response = testing::get(path).call(&Validator::collecting(application, findings.clone()));
    let found: Vec<String> = findings.finish().iter().map(ToString::to_string).collect();
    (found.join("\n"), response)
}

/// El estado y el cuerpo.
fn seen(response: &Response) -> String {
    format!("{}: {}", response.status(), response.text())
}
