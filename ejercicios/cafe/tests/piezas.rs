//! Lo que los ejercicios reciben hecho, y dicen las páginas que hace.

use std::thread;
use std::time::Duration;

use ejercicios::cafe::{Kitchen, MENU, News, Order, basic, find, page, search};
use ejercicios::form;
use pretty_assertions::assert_eq;

#[test]
fn un_valor_se_encuentra_se_decodifica_y_se_escapa() {
    let fields = "nombre=Ada+Lovelace&mesa=4&mesa=5";
    assert_eq!(form::value(fields, "nombre"), Some("Ada Lovelace".to_owned()));
    assert_eq!(form::value(fields, "mesa"), Some("4".to_owned()));
    assert_eq!(form::value(fields, "hora"), None);
    assert_eq!(form::decode("t%C3%A9"), "té");
    assert_eq!(form::escape("<b>R&B</b>"), "&lt;b&gt;R&amp;B&lt;/b&gt;");
}

#[test]
fn un_producto_se_encuentra_por_su_nombre_y_se_busca_por_una_parte() {
    assert_eq!(find("PAN DULCE").map(|product| product.price), Some(18));
    assert_eq!(find("pan"), None);
    let names = |text| search(text).iter().map(|product| product.name).collect::<Vec<_>>();
    assert_eq!(names("pan"), ["Pan dulce", "Pan de elote"]);
    assert_eq!(names("CAFÉ"), ["Café de olla", "Café con leche"]);
    assert_eq!(search("").len(), MENU.len());
}

#[test]
fn una_pagina_lleva_su_titulo_dos_veces_y_su_contenido() {
    let html = page("Menú", "<p>Hoy hay pan.</p>\n");
    assert!(html.contains("<title>Menú · Café Ada</title>"), "{html}");
    assert!(html.ends_with("<h1>Menú</h1>\n<p>Hoy hay pan.</p>\n"), "{html}");
}

#[test]
fn la_llave_es_la_que_arma_un_navegador() {
    // El ejemplo de la RFC 7617 y los tres largos posibles.
    assert_eq!(basic("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert_eq!(basic("cocina", "sesamo"), "Basic Y29jaW5hOnNlc2Ftbw==");
    assert_eq!(basic("a", "b"), "Basic YTpi");
    assert_eq!(basic("a", "bc"), "Basic YTpiYw==");
    assert_eq!(basic("a", "bcd"), "Basic YTpiY2Q=");
}

fn order(number: u32, who: &str, what: &str) -> Order {
    Order { number, who: who.to_owned(), what: what.to_owned() }
}

#[test]
fn la_cocina_cuenta_que_sigue() {
    let kitchen = Kitchen::new(Duration::from_millis(1));
    assert_eq!(kitchen.after(0), News::Quiet);
    kitchen.add("Ada", "Pan dulce");
    kitchen.clone().add("Grace", "Té de manzanilla");
    assert_eq!(kitchen.after(0), News::Order(order(1, "Ada", "Pan dulce")));
    assert_eq!(kitchen.after(1), News::Order(order(2, "Grace", "Té de manzanilla")));
    kitchen.close();
    assert_eq!(kitchen.after(1), News::Order(order(2, "Grace", "Té de manzanilla")));
    assert_eq!(kitchen.after(2), News::Closed);
}

#[test]
fn un_pedido_despierta_a_quien_espera() {
    let kitchen = Kitchen::new(Duration::from_secs(60));
    let waiting = thread::spawn({
        let kitchen = kitchen.clone();
        move || kitchen.after(0)
    });
    kitchen.add("Ada", "Pan dulce");
    assert_eq!(waiting.join().expect("contesta"), News::Order(order(1, "Ada", "Pan dulce")));
}

#[test]
fn la_cocina_recuerda_los_cien_ultimos() {
    let kitchen = Kitchen::new(Duration::from_millis(1));
    for number in 1..=105 {
        kitchen.add("Ada", &number.to_string());
    }
    assert_eq!(kitchen.orders().len(), 100);
    assert_eq!(kitchen.after(0), News::Order(order(6, "Ada", "6")));
}
