//! Lo que debe responder el ejercicio del capítulo 7. El lado izquierdo es lo esperado.

use ejercicios::cap07_trozos::application;
use pasarela::testing;
use pretty_assertions::assert_eq;

use crate::client::get;

#[test]
fn responde_la_serie_de_quien_la_pide() {
    for (path, series) in
        [("/6", "6\n3\n10\n5\n16\n8\n4\n2\n1\n"), ("/8", "8\n4\n2\n1\n"), ("/1", "1\n")]
    {
        let response = get(path).send(application);

        assert_eq!(
            (200, "text/plain; charset=utf-8", series),
            (response.status, response.content_type.as_str(), response.body.as_str()),
            "pista: `next` da un número cada vez, y el 1 es el último \
             (capítulo 7, «Un iterador propio»)"
        );
    }
}

#[test]
fn no_anuncia_cuanto_mide() {
    let response = get("/6").send(application);

    assert_eq!(
        ("chunked", "(falta)"),
        (response.header("transfer-encoding"), response.header("content-length")),
        "pista: `Body::from` necesita la lista entera; `Body::stream` pide los trozos uno por uno \
         (capítulo 7, «Un iterador propio»)"
    );
}

#[test]
fn cada_numero_es_un_trozo() {
    let response = testing::get("/8").call(&application);
    let chunks = response.chunks().iter().map(|chunk| String::from_utf8_lossy(chunk.as_bytes()));

    assert_eq!(
        vec!["8\n", "4\n", "2\n", "1\n"],
        chunks.collect::<Vec<_>>(),
        "pista: cada llamada a `next` devuelve un solo número con su salto de línea \
         (capítulo 7, «Un iterador propio»)"
    );
}

#[test]
fn un_numero_que_no_cabe_corta_la_respuesta() {
    let response = testing::get("/18446744073709551615").call(&application);

    assert_eq!(
        ("18446744073709551615\n", false),
        (response.text().as_str(), response.is_complete()),
        "pista: `next` puede devolver `Some(Err(io::Error::other(\"…\")))` \
         (capítulo 7, «Un error a la mitad»)"
    );
}

#[test]
fn rechaza_lo_que_no_es_un_numero_mayor_que_cero() {
    for path in ["/", "/0", "/seis", "/-6", "/18446744073709551616"] {
        assert_eq!(
            (path, 400),
            (path, get(path).send(application).status),
            "pista: el estado se decide antes de empezar el cuerpo \
             (capítulo 7, «Un error a la mitad»)"
        );
    }
}
