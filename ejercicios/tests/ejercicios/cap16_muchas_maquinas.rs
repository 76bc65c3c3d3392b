//! Lo que debe responder el ejercicio del capítulo 16. El lado izquierdo es lo esperado.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ejercicios::cap16_muchas_maquinas::instance;
use pasarela::Application;
use pasarela::testing;
use pretty_assertions::assert_eq;

/// Estado, texto y si alguien puede guardar la respuesta.
fn ask(application: &impl Application, path: &str) -> (u16, String, String) {
    let response = testing::get(path).call(application);
    let cache = response.header("cache-control").unwrap_or("(falta)").to_owned();
    (response.code(), response.text(), cache)
}

fn answer(status: u16, text: &str, cache: &str) -> (u16, String, String) {
    (status, text.to_owned(), cache.to_owned())
}

#[test]
fn mientras_se_queda_esta_bien() {
    let application = instance(Arc::default());
    assert_eq!(
        answer(200, "bien\n", "no-store"),
        ask(&application, "/salud"),
        "pista: la salud de ayer no sirve: nadie debe guardarla (capítulo 16, «¿Estás bien?»)"
    );
}

#[test]
fn en_cuanto_se_le_avisa_lo_dice() {
    let is_leaving = Arc::new(AtomicBool::new(false));
    let application = instance(Arc::clone(&is_leaving));
    let before = ask(&application, "/salud");
    is_leaving.store(true, Ordering::Relaxed);
    assert_eq!(
        (answer(200, "bien\n", "no-store"), answer(503, "me voy\n", "no-store")),
        (before, ask(&application, "/salud")),
        "pista: el aviso llega cuando el programa ya está en marcha; mira el valor en cada visita \
         (capítulo 16, «Ejercicio»)"
    );
}

#[test]
fn a_quien_ya_venia_se_le_atiende() {
    let is_leaving = Arc::new(AtomicBool::new(false));
    let application = instance(Arc::clone(&is_leaving));
    for leaves in [false, true] {
        is_leaving.store(leaves, Ordering::Relaxed);
        for path in ["/", "/menu", "/salud/"] {
            assert_eq!(
                answer(200, "Café Ada\n", "(falta)"),
                ask(&application, path),
                "{path}, y se va: {leaves}\n\
                 pista: solo la ruta de salud cambia (capítulo 16, «Detenerse con orden»)"
            );
        }
    }
}
