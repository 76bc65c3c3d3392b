//! Lo que debe responder el ejercicio del capítulo 8. El lado izquierdo es lo esperado.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ejercicios::cafe::basic;
use ejercicios::cap08_intermediarios::guarded;
use pasarela::{Application, Body, Environ, Result, StartResponse, testing};
use pretty_assertions::assert_eq;

/// La única que nombra `guarded`: quien le cambie la firma lee un solo error.
fn door(inner: impl Application, password: &str) -> Box<dyn Application> {
    let inner: Box<dyn Application> = Box::new(inner);
    Box::new(guarded(inner, basic("cocina", password)))
}

/// Dice quién entró, y trae sus propios encabezados.
fn screen(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let who = environ.get("REMOTE_USER").unwrap_or("nadie").to_owned();
    start_response("202 Accepted", &[("Content-type", "text/html"), ("X-Propio", "sí")])?;
    Ok(Body::from(format!("<p>{who}</p>")))
}

#[test]
fn sin_la_llave_responde_401() {
    for (path, sent) in [
        ("/cocina", None),
        ("/cocina/hoy", Some(basic("cocina", "otra"))),
        ("/%63ocina", Some("sesamo".to_owned())),
    ] {
        let asked = testing::get(path);
        let asked = match &sent {
            Some(sent) => asked.header("Authorization", sent),
            None => asked,
        };
        let response = asked.call(&door(screen, "sesamo"));

        assert_eq!(
            ("401 Unauthorized", Some("Basic realm=\"cocina\"")),
            (response.status(), response.header("WWW-Authenticate")),
            "{path}, con {}\n{}\
             pista: responde por tu cuenta y termina ahí; las comillas de `realm` también viajan \
             (capítulo 8, «Terminar antes»)",
            sent.as_deref().unwrap_or("ninguna llave"),
            response.errors()
        );
    }
}

#[test]
fn sin_la_llave_no_molesta_a_la_aplicacion() {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let inner = move |environ: &mut Environ, start_response: StartResponse| {
        counted.fetch_add(1, Ordering::Relaxed);
        screen(environ, start_response)
    };
    let application = door(inner, "canela");
    let right = basic("cocina", "canela");
    for sent in ["", "Basic", right.as_str(), "canela"] {
        testing::get("/cocina").header("Authorization", sent).call(&application);
    }

    assert_eq!(
        1,
        calls.load(Ordering::Relaxed),
        "pista: ¿cuántas veces se llama a `inner` si preguntan cuatro y solo uno trae la llave? \
         (capítulo 8, «Terminar antes»)"
    );
}

#[test]
fn con_la_llave_la_aplicacion_sabe_quien_entro() {
    for password in ["sesamo", "piloncillo"] {
        let asked = testing::get("/cocina").header("Authorization", &basic("cocina", password));

        assert_eq!(
            "<p>cocina</p>",
            asked.call(&door(screen, password)).text(),
            "con la clave «{password}»\n\
             pista: la llave es la que recibe `guarded`; quien la trae queda anotado en `environ` con \
             `insert` (capítulo 8, «Terminar antes»)"
        );
    }
}

#[test]
fn lo_privado_no_se_guarda_y_lo_demas_llega_igual() {
    let asked = testing::get("/cocina").header("Authorization", &basic("cocina", "sesamo"));
    let response = asked.call(&door(screen, "sesamo"));

    assert_eq!(
        ("202 Accepted", Some("text/html"), Some("sí"), Some("no-store")),
        (
            response.status(),
            response.header("Content-type"),
            response.header("X-Propio"),
            response.header("Cache-Control")
        ),
        "pista: copia los encabezados que recibes antes de añadir el tuyo, y pasa el estado como \
         vino (capítulo 8, «Una start_response propia»)"
    );
}

#[test]
fn lo_que_no_es_de_la_cocina_pasa_como_venia() {
    for path in ["/", "/menu", "/la/cocina"] {
        let response = testing::get(path).call(&door(screen, "sesamo"));

        assert_eq!(
            ("202 Accepted", "<p>nadie</p>".to_owned(), None),
            (response.status(), response.text(), response.header("Cache-Control")),
            "{path}\n\
             pista: si la ruta no empieza por `/cocina`, pasa la llamada con la misma \
             `start_response` (capítulo 8, «El orden importa»)"
        );
    }
}
