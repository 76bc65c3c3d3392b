//! Lo que debe responder el ejercicio del capítulo 4. El lado izquierdo es lo esperado.

use ejercicios::cap04_rutas::application;
use pretty_assertions::assert_eq;

use crate::client::{get, request};

const TEXT: &str = "text/plain; charset=utf-8";

#[test]
fn la_raiz_responde_200() {
    for method in ["GET", "HEAD"] {
        let response = request(method, "/").send(application);
        assert_eq!(
            (200, TEXT),
            (response.status, response.content_type.as_str()),
            "{method} /\n\
             pista: un mismo brazo puede aceptar dos métodos \
             (capítulo 4, «Decidir con match»)"
        );
    }
}

#[test]
fn la_puerta_se_mudo_a_la_raiz() {
    for method in ["GET", "HEAD"] {
        let response = request(method, "/puerta").send(application);
        assert_eq!(
            (301, TEXT, "/"),
            (response.status, response.content_type.as_str(), response.header("location")),
            "{method} /puerta\n\
             pista: `HEAD` se atiende como `GET`, y `Location` dice a dónde ir \
             (capítulo 4, «301: está en otro lugar»)"
        );
    }
}

#[test]
fn el_timbre_suena_con_post() {
    let response = request("POST", "/timbre").send(application);
    assert_eq!(
        (200, TEXT, "¡Ring!\n"),
        (response.status, response.content_type.as_str(), response.body.as_str()),
        "pista: un brazo compara el método y la ruta a la vez; el texto termina en `\\n` \
         (capítulo 4, «Decidir con match»)"
    );
}

#[test]
fn con_otro_metodo_dice_cuales_atiende() {
    for (method, path, allowed) in [
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/puerta", "GET, HEAD"),
        ("GET", "/timbre", "POST"),
        ("HEAD", "/timbre", "POST"),
    ] {
        let response = request(method, path).send(application);
        assert_eq!(
            (405, TEXT, allowed),
            (response.status, response.content_type.as_str(), response.header("allow")),
            "{method} {path}\n\
             pista: si la ruta existe, es un 405, y `Allow` nombra los métodos de esa ruta \
             (capítulo 4, «405: así no»)"
        );
    }
}

#[test]
fn lo_demas_no_existe() {
    for (sent, path) in [
        (get("/ventana"), "/ventana"),
        (get("/timbre/"), "/timbre/"),
        (request("POST", "/jardin"), "/jardin"),
    ] {
        let response = sent.send(application);
        assert_eq!(
            (404, TEXT, true),
            (response.status, response.content_type.as_str(), response.body.contains(path)),
            "{path}, que la respuesta debe nombrar: {:?}\n\
             pista: el último brazo acepta todo y da nombre a la ruta \
             (capítulo 4, «404: no hay nada»)",
            response.body
        );
    }
}
