//! Lo que debe responder el ejercicio del capítulo 3. El lado izquierdo es lo esperado.

use pretty_assertions::assert_eq;

use crate::client::{fetch, get, request};
use crate::direct::Function;

const APPLICATION: Function = ejercicios::cap03_environ::application;

#[test]
fn responde_200_en_texto() {
    let response = fetch(APPLICATION);
    assert_eq!(
        (200, "text/plain; charset=utf-8"),
        (response.status, response.content_type.as_str()),
        "pista: aquí hay textos que escribió otra persona, y van sin formato \
         (capítulo 3, «Armar el texto»)"
    );
}

#[test]
fn la_primera_linea_dice_metodo_y_ruta() {
    for (sent, expected) in [
        (get("/tienda?mesa=4"), Some("GET /tienda")),
        (request("DELETE", "/a/b"), Some("DELETE /a/b")),
    ] {
        assert_eq!(
            expected,
            sent.send(APPLICATION).body.lines().next(),
            "pista: cada uno tiene su función de acceso, y la ruta no incluye lo que sigue a `?` \
             (capítulo 3, «Las funciones de acceso»)"
        );
    }
}

#[test]
fn la_segunda_linea_dice_de_donde_viene() {
    for (page, expected) in [
        ("http://localhost:8000/inicio", "vienes de http://localhost:8000/inicio"),
        ("https://example.com/?a=1", "vienes de https://example.com/?a=1"),
    ] {
        assert_eq!(
            Some(expected),
            get("/").header("Referer", page).send(APPLICATION).body.lines().nth(1),
            "pista: `environ.header` busca un encabezado por su nombre \
             (capítulo 3, «Un dato que puede faltar»)"
        );
    }
}

#[test]
fn sin_referer_no_viene_de_ningun_enlace() {
    assert_eq!(
        Some("vienes de ningún enlace"),
        fetch(APPLICATION).body.lines().nth(1),
        "pista: `unwrap_or` da un valor cuando no hay ninguno \
         (capítulo 3, «Un dato que puede faltar»)"
    );
}

#[test]
fn despues_van_los_encabezados_y_nada_mas() {
    let sent = get("/").header("X-Sabor", "vainilla").header("X-Mesa", "4");
    let body = sent.send(APPLICATION).body;
    let listed: Vec<&str> = body.lines().skip(2).collect();

    assert_eq!(
        ["HTTP_X_SABOR: vainilla", "HTTP_X_MESA: 4"].as_slice(),
        listed.iter().filter(|line| line.starts_with("HTTP_X_")).copied().collect::<Vec<_>>(),
        "pista: `environ.iter()` da las parejas; cada línea lleva un nombre, dos puntos, un \
         espacio, su valor y un salto de línea al final \
         (capítulo 3, «Recorrerlas todas»)"
    );
    assert_eq!(
        Vec::<&str>::new(),
        listed.iter().filter(|line| !line.starts_with("HTTP_")).copied().collect::<Vec<_>>(),
        "pista: las demás variables no empiezan con `HTTP_` \
         (capítulo 3, «Recorrerlas todas»)"
    );
}
