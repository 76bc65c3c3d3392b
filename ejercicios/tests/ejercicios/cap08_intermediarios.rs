//! Lo que debe responder el ejercicio del capítulo 8. El lado izquierdo es lo esperado.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use ejercicios::cap08_intermediarios::limited;
use pasarela::{Application, Body, Environ, Result, StartResponse, testing};
use pretty_assertions::assert_eq;

fn greet(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
    Ok(Body::from("Hola"))
}

/// El estado de una respuesta y cuántas peticiones dice que quedan.
fn ask(application: &dyn Application) -> (u16, String) {
    let response = testing::get("/").call(application);
    (response.code(), response.header("X-Quedan").unwrap_or("(falta)").to_owned())
}

#[test]
fn dice_cuantas_quedan() {
    let application = limited(greet, 2);

    assert_eq!(
        [(200, "1".to_owned()), (200, "0".to_owned())],
        [ask(&application), ask(&application)],
        "pista: descuenta la petición y dale a `inner` tu propio `start_response`, que añada el \
         encabezado y llame al verdadero (capítulo 8, «Una start_response propia»)"
    );
}

#[test]
fn al_acabarse_responde_429() {
    let application = limited(greet, 1);
    let answers = [ask(&application), ask(&application), ask(&application)];

    assert_eq!(
        [200, 429, 429],
        answers.map(|(status, _)| status),
        "pista: la cuenta es una sola para todas las peticiones; cuando llega a cero, responde sin \
         llamar a `inner` \
         (capítulo 8, «Terminar antes»)"
    );
}

#[test]
fn sin_cuota_no_molesta_a_la_aplicacion() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let application = limited(
        move |environ: &mut Environ, start_response: StartResponse| {
            counted.fetch_add(1, Ordering::Relaxed);
            greet(environ, start_response)
        },
        2,
    );
    for _ in 0..5 {
        ask(&application);
    }

    assert_eq!(
        2,
        calls.load(Ordering::Relaxed),
        "pista: ¿cuántas veces se llama a `inner` si la cuota es 2 y preguntan cinco veces? \
         (capítulo 8, «Terminar antes»)"
    );
}

fn lost(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("404 Not Found", &[("Content-type", "text/html"), ("X-Propio", "sí")])?;
    Ok(Body::from("<p>No está</p>"))
}

#[test]
fn lo_demas_pasa_como_venia() {
    let response = testing::get("/").call(&limited(lost, 8));

    assert_eq!(
        ("404 Not Found", Some("text/html"), Some("sí"), Some("7"), "<p>No está</p>".to_owned()),
        (
            response.status(),
            response.header("Content-type"),
            response.header("X-Propio"),
            response.header("X-Quedan"),
            response.text()
        ),
        "pista: copia los encabezados que recibes antes de añadir el tuyo, y pasa el estado como \
         vino (capítulo 8, «Una start_response propia»)"
    );
}

#[test]
fn varios_hilos_no_se_pasan_de_la_cuota() {
    let application = limited(greet, 100);
    let ask_many = || (0..25).map(|_| ask(&application)).collect::<Vec<_>>();
    let answers: Vec<(u16, String)> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask_many)).collect();
        threads.into_iter().flat_map(|thread| thread.join().expect("pregunta")).collect()
    });
    let served = answers.into_iter().filter(|(status, _)| *status == 200);
    let left: Vec<u32> = served.map(|(_, left)| left.parse().unwrap_or(u32::MAX)).collect();
    let distinct: BTreeSet<&u32> = left.iter().collect();

    assert_eq!(
        [("atendidas", 100), ("cuentas distintas", 100), ("la menor", 0), ("la mayor", 99)],
        [
            ("atendidas", left.len()),
            ("cuentas distintas", distinct.len()),
            ("la menor", distinct.first().map_or(0, |least| **least as usize)),
            ("la mayor", distinct.last().map_or(0, |most| **most as usize)),
        ],
        "pista: mira la cuenta y réstale uno con un solo `lock` \
         (capítulo 8, «Una función que envuelve»)"
    );
}
