//! Lo que debe responder el ejercicio del capítulo 4. El lado izquierdo es lo esperado.

use ejercicios::cafe::{MENU, Product};
use pretty_assertions::assert_eq;

use crate::client::{get, request};
use crate::direct::Function;

const APPLICATION: Function = ejercicios::cap04_rutas::application;
const LIST: fn(&[Product]) -> String = ejercicios::cap04_rutas::list;

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

#[test]
fn la_portada_y_el_menu_son_paginas() {
    for (method, path) in [("GET", "/"), ("HEAD", "/"), ("GET", "/menu"), ("HEAD", "/menu")] {
        let response = request(method, path).send(APPLICATION);
        // A HEAD no se le envía el cuerpo.
        let linked = method == "HEAD" || response.body.contains("</nav>");
        assert_eq!(
            (200, HTML, "con los enlaces del sitio"),
            (
                response.status,
                response.content_type.as_str(),
                if linked { "con los enlaces del sitio" } else { "sin enlaces" }
            ),
            "{method} {path}\n\
             pista: un mismo brazo puede aceptar dos métodos, y los enlaces los pone `page` \
             (capítulo 4, «Decidir con match»)"
        );
    }
}

#[test]
fn el_menu_tiene_todo_lo_que_se_vende() {
    let expected: Vec<String> =
        MENU.iter().map(|product| format!("{}: ${}", product.name, product.price)).collect();

    assert_eq!(
        expected,
        items(&get("/menu").send(APPLICATION).body),
        "pista: un `<li>` por producto: nombre, dos puntos, un espacio, `$` y su precio \
         (capítulo 3, «Armar el texto»)"
    );
}

#[test]
fn la_lista_sale_de_los_productos() {
    let products = [Product { name: "Atole", price: 22 }, Product { name: "Concha", price: 9 }];

    assert_eq!(
        ["Atole: $22", "Concha: $9"].as_slice(),
        items(&LIST(&products)),
        "pista: mañana el menú será otro; `list` escribe los productos que recibe, y no otros \
         (capítulo 3, «Recorrerlas todas»)"
    );
    assert_eq!(
        Vec::<String>::new(),
        items(&LIST(&[])),
        "pista: si no hay productos, no hay ningún `<li>` (capítulo 3, «Recorrerlas todas»)"
    );
}

#[test]
fn la_carta_se_mudo_al_menu() {
    for method in ["GET", "HEAD"] {
        let response = request(method, "/carta").send(APPLICATION);
        assert_eq!(
            (301, TEXT, "/menu"),
            (response.status, response.content_type.as_str(), response.header("location")),
            "{method} /carta\n\
             pista: `HEAD` se atiende como `GET`, y `Location` dice a dónde ir \
             (capítulo 4, «Una visita en dos viajes»)"
        );
    }
}

#[test]
fn el_timbre_suena_con_post() {
    let response = request("POST", "/timbre").send(APPLICATION);
    assert_eq!(
        (200, TEXT, "¡Ring! Ya vamos."),
        (response.status, response.content_type.as_str(), response.body.trim_end()),
        "pista: un brazo compara el método y la ruta a la vez \
         (capítulo 4, «Decidir con match»)"
    );
}

#[test]
fn cada_mesa_tiene_su_pagina() {
    for (path, title) in [
        ("/mesas/1", "Mesa 1"),
        ("/mesas/8", "Mesa 8"),
        ("/mesas/20", "Mesa 20"),
        ("/mesas/23", "Mesa 23"),
    ] {
        let response = get(path).send(APPLICATION);
        assert_eq!(
            (200, HTML, true),
            (
                response.status,
                response.content_type.as_str(),
                response.body.contains(&format!("<h1>{title}</h1>"))
            ),
            "{path}, con el título «{title}»: {:?}\n\
             pista: separa lo que cambia, léelo como número y dale ese título a `page` \
             (capítulo 4, «Una parte que cambia: /mesas/4»)",
            response.body
        );
    }
}

#[test]
fn una_mesa_que_no_hay_no_existe() {
    for path in ["/mesas/0", "/mesas/9", "/mesas/19", "/mesas/24", "/mesas/ocho", "/mesas/"] {
        assert_eq!(
            404,
            get(path).send(APPLICATION).status,
            "{path}\n\
             pista: un patrón puede aceptar dos grupos de números, separados por `|` \
             (capítulo 4, «Una parte que cambia: /mesas/4»)"
        );
    }
}

#[test]
fn con_otro_metodo_dice_cuales_atiende() {
    for (method, path, allowed) in [
        ("POST", "/", "GET, HEAD"),
        ("PUT", "/menu", "GET, HEAD"),
        ("DELETE", "/carta", "GET, HEAD"),
        ("DELETE", "/mesas/21", "GET, HEAD"),
        ("GET", "/timbre", "POST"),
        ("HEAD", "/timbre", "POST"),
    ] {
        let response = request(method, path).send(APPLICATION);
        assert_eq!(
            (405, TEXT, allowed),
            (response.status, response.content_type.as_str(), response.header("allow")),
            "{method} {path}\n\
             pista: si la ruta existe, es un 405, y `Allow` nombra los métodos de esa ruta \
             (capítulo 4, «404, 405 y HEAD»)"
        );
    }
}

#[test]
fn lo_demas_no_existe() {
    for (sent, path) in [
        (get("/postres"), "/postres"),
        (get("/menu/"), "/menu/"),
        (request("POST", "/jardin"), "/jardin"),
        (request("DELETE", "/mesas/9"), "/mesas/9"),
    ] {
        let response = sent.send(APPLICATION);
        assert_eq!(
            (404, TEXT, true),
            (response.status, response.content_type.as_str(), response.body.contains(path)),
            "{path}, que la respuesta debe nombrar: {:?}\n\
             pista: el último brazo acepta todo y da nombre a la ruta \
             (capítulo 4, «404, 405 y HEAD»)",
            response.body
        );
    }
}

/// Lo que hay dentro de cada `<li>`.
fn items(page: &str) -> Vec<String> {
    let inside = page.split("<li>").skip(1).filter_map(|rest| rest.split("</li>").next());
    inside.map(|text| text.trim().to_owned()).collect()
}
