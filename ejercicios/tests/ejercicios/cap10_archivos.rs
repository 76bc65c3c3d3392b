//! Lo que debe responder el ejercicio del capítulo 10. El lado izquierdo es lo esperado.

use std::fs;

use ejercicios::cap10_archivos::FOLDER;
use pasarela::testing;
use pasarela::validate::{Findings, Validator};
use pretty_assertions::assert_eq;

use crate::client::{Response, get};
use crate::direct::Function;

const APPLICATION: Function = ejercicios::cap10_archivos::application;

const PHOTOS: [&str; 2] = ["/fotos/cafe-de-olla.svg", "/fotos/pan-dulce.svg"];

#[test]
fn envia_cada_foto() {
    for path in PHOTOS {
        let response = get(path).send(APPLICATION);
        assert_eq!(
            (200, content(path).as_str()),
            (response.status, response.body.as_str()),
            "{path}\n\
             pista: el cuerpo es el archivo, tal cual (capítulo 10, «Un archivo es un cuerpo»)"
        );
    }
}

#[test]
fn dice_su_tipo() {
    assert_eq!(
        ["image/svg+xml"; 2],
        PHOTOS.map(|path| get(path).send(APPLICATION).content_type),
        "pista: nadie mira dentro del archivo; el tipo lo dices tú \
         (capítulo 10, «El tipo sale del nombre»)"
    );
}

#[test]
fn la_etiqueta_es_su_longitud() {
    assert_eq!(
        PHOTOS.map(etag),
        PHOTOS.map(|path| get(path).send(APPLICATION).header("etag").to_owned()),
        "pista: la longitud en bytes, entre comillas dobles (capítulo 10, «Un archivo es un cuerpo»)"
    );
}

#[test]
fn a_quien_ya_la_tiene_no_se_la_envia() {
    for path in PHOTOS {
        assert_eq!(
            (304, etag(path), "(falta)".to_owned(), String::new()),
            seen(path, &ask(path, etag(path))),
            "{path}\n\
             pista: estado, etiqueta y nada más, ni siquiera el tipo \
             (capítulo 10, «La etiqueta viaja y el archivo no»)"
        );
    }
    let findings = Findings::default();
    testing::get(PHOTOS[0])
        .header("If-None-Match", &etag(PHOTOS[0]))
        .call(&Validator::collecting(APPLICATION, findings.clone()));
    let found: Vec<String> = findings.finish().iter().map(ToString::to_string).collect();
    assert_eq!(
        "",
        found.join("\n"),
        "pista: el servidor no envía el cuerpo de un 304, pero tampoco hay que dárselo \
         (capítulo 10, «La etiqueta viaja y el archivo no»)"
    );
}

#[test]
fn a_quien_tiene_otra_version_se_la_envia() {
    let [first, second] = PHOTOS;
    for (path, known) in [(first, "\"1\"".to_owned()), (second, etag(first))] {
        assert_eq!(
            (200, etag(path), "image/svg+xml".to_owned(), "(el archivo)".to_owned()),
            seen(path, &ask(path, known)),
            "{path}\n\
             pista: 304 solo si las etiquetas son iguales (capítulo 10, «La etiqueta viaja y el archivo no»)"
        );
    }
}

#[test]
fn lo_demas_no_esta() {
    for path in ["/", "/fotos", "/fotos/../Cargo.toml", "/fotos/no.svg", "/fotos/pan-dulce.svg/"] {
        assert_eq!(
            404,
            testing::get(path).call(&APPLICATION).code(),
            "pista: hay dos fotos, y el archivo no lo elige quien pide; aquí se pidió {path} \
             (capítulo 10, «Nada de fuera»)"
        );
    }
}

fn content(path: &str) -> String {
    let (_, name) = path.rsplit_once('/').expect("es una ruta");
    fs::read_to_string(format!("{FOLDER}/{name}")).expect("el archivo está en el repositorio")
}

fn etag(path: &str) -> String {
    format!("\"{}\"", content(path).len())
}

/// La respuesta a quien dice tener la versión con esa etiqueta.
fn ask(path: &'static str, etag: String) -> Response {
    get(path).header("If-None-Match", etag.leak()).send(APPLICATION)
}

/// El estado, la etiqueta, el tipo y el cuerpo; el archivo entero no se repite en cada mensaje.
fn seen(path: &str, response: &Response) -> (u16, String, String, String) {
    let text = |name| response.header(name).to_owned();
    let body = if response.body == content(path) { "(el archivo)" } else { &response.body };
    (response.status, text("etag"), text("content-type"), body.to_owned())
}
