//! Lo que debe responder el ejercicio del capítulo 6. El lado izquierdo es lo esperado.

use ejercicios::cafe::kitchen;
use pretty_assertions::assert_eq;

use crate::client::{Response, get, request};
use crate::direct::Function;

const APPLICATION: Function = ejercicios::cap06_formularios::application;

const HTML: &str = "text/html; charset=utf-8";

#[test]
fn muestra_el_formulario() {
    let response = get("/pedido").send(APPLICATION);
    let expected = ["<form", "method=\"post\"", "name=\"nombre\"", "name=\"producto\"", "<button"];
    let found = expected.map(|part| if response.body.contains(part) { part } else { "(falta)" });

    assert_eq!(
        (200, HTML, expected),
        (response.status, response.content_type.as_str(), found),
        "pista: el formulario lleva `method=\"post\"`, y cada campo, su `name`, con comillas dobles \
         (capítulo 6, «El formulario»)"
    );
    assert_eq!(
        "/pedido",
        target(&response.body),
        "pista: sin `action`, el formulario se envía a la página en la que está \
         (capítulo 6, «El formulario»)"
    );
}

#[test]
fn cada_campo_tiene_su_etiqueta() {
    let body = get("/pedido").send(APPLICATION).body;
    let labels: Vec<&str> = body
        .split("<label")
        .skip(1)
        .filter_map(|rest| rest.split("</label>").next())
        .filter_map(|inside| inside.split("name=\"").nth(1)?.split('"').next())
        .collect();

    assert_eq!(
        vec!["nombre", "producto"],
        labels,
        "pista: cada `<input>` va dentro de su `<label>`: así un clic en la palabra lleva al campo, y \
         quien no ve la página oye cómo se llama (capítulo 6, «Ejercicio»)"
    );
}

#[test]
fn un_pedido_completo_se_anota_y_manda_a_gracias() {
    for (form, who, what) in [
        ("nombre=Ada+Lovelace&producto=Pan+dulce", "Ada Lovelace", "Pan dulce"),
        (
            "producto=t%C3%A9+de+manzanilla&nombre=Jos%C3%A9+%3CPepe%3E",
            "José <Pepe>",
            "té de manzanilla",
        ),
    ] {
        let response = post(form);

        assert_eq!(
            (303, "/pedido/gracias"),
            (response.status, response.header("location")),
            "{form}\n\
             pista: después de aceptar, 303 manda a otra página \
             (capítulo 6, «Responder con otra dirección»)"
        );
        assert_eq!(
            Some(what.to_owned()),
            ordered_by(who),
            "lo que pidió {who}, según la cocina\n\
             pista: `kitchen().add` lo anota, tal como lo escribieron; se escapa al mostrarlo \
             (capítulo 6, «Predice»)"
        );
    }
}

#[test]
fn la_pagina_de_gracias_existe() {
    assert_eq!(
        [200, 404, 404],
        ["/pedido/gracias", "/otra", "/pedido/"].map(|path| get(path).send(APPLICATION).status),
        "pista: el navegador pide con GET la dirección que le diste \
         (capítulo 6, «Responder con otra dirección»)"
    );
}

#[test]
fn si_falta_algo_o_no_se_vende_no_se_anota() {
    for form in [
        "nombre=Nadie",
        "producto=Pan+dulce",
        "nombre=Nadie&producto=",
        "nombre=&producto=Pan+dulce",
        "nombre=Nadie&producto=Pan",
        "x=1",
    ] {
        assert_eq!(
            (400, HTML.to_owned(), "no se anotó nada".to_owned()),
            {
                let response = post(form);
                let noted = ordered_by("Nadie").map(|what| format!("se anotó {what}"));
                let noted = noted.unwrap_or_else(|| "no se anotó nada".to_owned());
                (response.status, response.content_type, noted)
            },
            "{form}\n\
             pista: comprueba los dos campos antes de anotar nada; ausente, vacío y desconocido son \
             casos distintos, y ninguno sirve (capítulo 6, «Leer el cuerpo»)"
        );
    }
}

#[test]
fn devuelve_lo_que_se_habia_escrito() {
    for (form, expected) in [
        ("nombre=Jos%C3%A9+P%C3%A9rez&producto=", ["José Pérez", ""]),
        ("nombre=&producto=sopa+de+fideo", ["", "sopa de fideo"]),
    ] {
        assert_eq!(
            expected.as_slice(),
            values(&post(form).body),
            "{form}\n\
             pista: cada campo lleva en `value` lo que llegó, o nada \
             (capítulo 6, «Leer el cuerpo»)"
        );
    }
}

#[test]
fn lo_que_devuelve_va_escapado() {
    let body = post("nombre=&producto=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").body;

    assert_eq!(
        vec!["", "&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"],
        values(&body),
        "pista: una comilla sin escapar cierra el `value`, y lo que sigue ya es la página \
         (capítulo 5, «Escapar»)"
    );
}

#[track_caller]
fn post(form: &'static str) -> Response {
    request("POST", "/pedido")
        .header("Content-Type", "application/x-www-form-urlencoded")
        .body(form)
        .send(APPLICATION)
}

/// Lo último que pidió esa persona.
fn ordered_by(who: &str) -> Option<String> {
    let orders = kitchen().orders().into_iter().rev();
    orders.into_iter().find(|order| order.who == who).map(|order| order.what)
}

/// A dónde se envía el formulario: a su propia página si no dice otra cosa.
fn target(page: &str) -> &str {
    let action = page.split("action=\"").nth(1).and_then(|rest| rest.split('"').next());
    action.filter(|action| !action.is_empty()).unwrap_or("/pedido")
}

/// Lo que hay en cada `value="…"`.
fn values(page: &str) -> Vec<&str> {
    page.split("value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect()
}
