//! Lo que debe responder el ejercicio del capítulo 15. El lado izquierdo es lo esperado.

use ejercicios::cap15_apache_nginx::config;
use pretty_assertions::assert_eq;

use crate::client::{Request, get};
use crate::direct::Function;

const APPLICATION: Function = ejercicios::cap15_apache_nginx::application;

/// La petición que reenvía un servidor frontal, o que inventa un extraño: por fuera es la misma.
fn forwarded() -> Request {
    get("/men%C3%BA?mesa=4&postre=s%C3%AD")
        .header("Host", "cafe.example")
        .header("X-Forwarded-For", "203.0.113.9")
        .header("X-Forwarded-Proto", "https")
}

/// Lo que responde si se le cree a `proxy`. Las pruebas llegan desde 127.0.0.1.
#[track_caller]
fn seen(proxy: &str, request: Request) -> String {
    let config = config(proxy).expect("es una dirección");
    request.send_with(APPLICATION, config).body
}

#[test]
fn al_servidor_frontal_se_le_cree() {
    assert_eq!(
        "Comparte: https://cafe.example/men%C3%BA?mesa=4&postre=s%C3%AD\nTe vemos en 203.0.113.9\n",
        seen("127.0.0.1", forwarded()),
        "pista: el esquema y la consulta también son parte de la dirección \
         (capítulo 15, «A quién se le cree»)"
    );
}

#[test]
fn a_un_extrano_no() {
    assert_eq!(
        "Comparte: http://cafe.example/men%C3%BA?mesa=4&postre=s%C3%AD\nTe vemos en 127.0.0.1\n",
        seen("10.9.8.7", forwarded()),
        "pista: quien escribe no es el servidor frontal; lo que cuenta es un encabezado como otro \
         (capítulo 15, «A quién se le cree»)"
    );
}

#[test]
fn sin_proxy_la_direccion_es_la_que_se_pidio() {
    let request = get("/?mesa=4").header("Host", "localhost:8000");
    assert_eq!(
        "Comparte: http://localhost:8000/?mesa=4\nTe vemos en 127.0.0.1\n",
        seen("127.0.0.1", request),
        "pista: la dirección es todo lo que se escribió, con su consulta \
         (capítulo 15, «Primero la aplicación»)"
    );
}
