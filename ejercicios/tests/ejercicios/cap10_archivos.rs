//! Lo que debe responder el ejercicio del capítulo 10. El lado izquierdo es lo esperado.

use std::fs;

use ejercicios::cap10_archivos::{FILE, application};
use pasarela::testing;
use pasarela::validate::{Findings, Validator};
use pretty_assertions::assert_eq;

use crate::client::{Response, get};

#[test]
fn envia_el_archivo() {
    let response = get("/leeme").send(application);
    assert_eq!(200, response.status, "pista: sin condición, va entero (capítulo 10, «El código»)");
    assert_eq!(
        content(),
        response.body,
        "pista: el cuerpo es el archivo, tal cual (capítulo 10, «Un archivo es un cuerpo»)"
    );
}

#[test]
fn dice_su_tipo() {
    assert_eq!(
        "text/markdown; charset=utf-8",
        get("/leeme").send(application).content_type,
        "pista: nadie mira dentro del archivo; el tipo lo dices tú \
         (capítulo 10, «El tipo sale del nombre»)"
    );
}

#[test]
fn la_etiqueta_es_su_longitud() {
    assert_eq!(
        etag(),
        get("/leeme").send(application).header("etag"),
        "pista: la longitud en bytes, entre comillas dobles (capítulo 10, «Ejecútalo»)"
    );
}

#[test]
fn a_quien_ya_lo_tiene_no_se_lo_envia() {
    assert_eq!(
        (304, etag(), "(falta)".to_owned(), String::new()),
        seen(&ask(etag())),
        "pista: estado, etiqueta y nada más, ni siquiera el tipo \
         (capítulo 10, «Los bytes que viajaron»)"
    );
    let findings = Findings::default();
    testing::get("/leeme")
        .header("If-None-Match", &etag())
        .call(&Validator::collecting(application, findings.clone()));
    let found: Vec<String> = findings.finish().iter().map(ToString::to_string).collect();
    assert_eq!(
        "",
        found.join("\n"),
        "pista: el servidor no envía el cuerpo de un 304, pero tampoco hay que dárselo \
         (capítulo 10, «Los bytes que viajaron»)"
    );
}

#[test]
fn a_quien_tiene_otra_version_se_lo_envia() {
    assert_eq!(
        (200, etag(), "text/markdown; charset=utf-8".to_owned(), "(el archivo)".to_owned()),
        seen(&ask("\"1\"".to_owned())),
        "pista: 304 solo si las etiquetas son iguales (capítulo 10, «Los bytes que viajaron»)"
    );
}

#[test]
fn lo_demas_no_esta() {
    for path in ["/", "/README.md", "/leeme/"] {
        assert_eq!(
            404,
            get(path).send(application).status,
            "pista: solo hay un archivo, y no lo elige quien pide; aquí se pidió {path} \
             (capítulo 10, «Nada de fuera»)"
        );
    }
}

fn content() -> String {
    fs::read_to_string(FILE).expect("el archivo está en el repositorio")
}

fn etag() -> String {
    format!("\"{}\"", content().len())
}

/// La respuesta a quien dice tener la versión con esa etiqueta.
fn ask(etag: String) -> Response {
    get("/leeme").header("If-None-Match", etag.leak()).send(application)
}

/// El estado, la etiqueta, el tipo y el cuerpo; el archivo entero no se repite en cada mensaje.
fn seen(response: &Response) -> (u16, String, String, String) {
    let text = |name| response.header(name).to_owned();
    let body = if response.body == content() { "(el archivo)" } else { &response.body };
    (response.status, text("etag"), text("content-type"), body.to_owned())
}
