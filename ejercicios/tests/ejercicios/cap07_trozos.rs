//! Lo que debe responder el ejercicio del capítulo 7. El lado izquierdo es lo esperado.

use std::time::Duration;

use ejercicios::cafe::Kitchen;
use pasarela::Body;
use pretty_assertions::assert_eq;

use crate::direct::{chunks_of, first_chunks};

const SCREEN: fn(Kitchen) -> Body = ejercicios::cap07_trozos::screen;

/// Una cocina con esos pedidos, que no hace esperar.
fn kitchen(orders: &[(&str, &str)]) -> Kitchen {
    let kitchen = Kitchen::new(Duration::from_millis(1));
    orders.iter().for_each(|(who, what)| kitchen.add(who, what));
    kitchen
}

/// Los trozos con que una pantalla muestra esa cocina, que ya cerró.
#[track_caller]
fn shown(orders: &[(&str, &str)]) -> Vec<String> {
    let kitchen = kitchen(orders);
    kitchen.close();
    let advice = "pista: la cocina ya cerró; recuerda el número del pedido que mostraste para preguntar por el \
                  siguiente, y termina con `None` (capítulo 7, «Un iterador propio»)";
    chunks_of(move || SCREEN(kitchen), advice)
}

#[test]
fn cada_pedido_es_un_trozo() {
    let orders = [("Ada", "Pan dulce"), ("Grace", "Café de olla"), ("Ada", "Pan dulce")];

    assert_eq!(
        [
            "<li>Ada: Pan dulce</li>\n",
            "<li>Grace: Café de olla</li>\n",
            "<li>Ada: Pan dulce</li>\n"
        ]
        .as_slice(),
        shown(&orders),
        "pista: cada llamada a `next` da un solo pedido, con su salto de línea al final, y recuerda su \
         número para preguntar por el siguiente (capítulo 7, «Un iterador propio»)"
    );
}

#[test]
fn al_cerrar_la_cocina_se_acaba() {
    assert_eq!(
        Vec::<String>::new(),
        shown(&[]),
        "pista: cuando no habrá nada más, `next` contesta `None` \
         (capítulo 7, «Un iterador propio»)"
    );
}

#[test]
fn los_pedidos_van_escapados() {
    assert_eq!(
        ["<li>&lt;b&gt;Ada&lt;/b&gt;: Pan &amp; café</li>"].as_slice(),
        trimmed(&shown(&[("<b>Ada</b>", "Pan & café")])),
        "pista: el nombre y el producto los escribió otra persona \
         (capítulo 5, «Escapar»)"
    );
}

#[test]
fn el_primero_sale_sin_esperar_al_ultimo() {
    let open = kitchen(&[("Ada", "Té de manzanilla")]);
    let chunks = waited(&open, 1);

    assert_eq!(
        ["<li>Ada: Té de manzanilla</li>"].as_slice(),
        trimmed(&chunks),
        "pista: la cocina sigue abierta, y aun así el pedido que ya está debe salir; si reúnes los \
         trozos en una lista, nadie los ve (capítulo 7, «Pedir un trozo, enviar un trozo»)"
    );
}

#[test]
fn si_no_hay_nada_da_algo_que_no_se_ve() {
    let open = kitchen(&[]);
    let chunks = waited(&open, 3);

    assert_eq!(
        ["<!-- -->"; 3].as_slice(),
        trimmed(&chunks),
        "pista: con `None` la pantalla se acabaría, y si `next` se quedara esperando, el servidor no \
         sabría que ya no hay nadie mirando (capítulo 7, «Si el visitante se va»)"
    );
}

/// Los primeros trozos de la pantalla de una cocina abierta, que se cierra para que nadie siga esperando.
#[track_caller]
fn waited(open: &Kitchen, count: usize) -> Vec<String> {
    let kitchen = open.clone();
    let chunks = first_chunks(move || SCREEN(kitchen), count);
    open.close();
    let advice = "pista: da cada trozo en cuanto la cocina contesta, sin reunirlos ni esperar a que cierre \
                  (capítulo 7, «Pedir un trozo, enviar un trozo»)";
    chunks.unwrap_or_else(|| panic!("la cocina sigue abierta, y el trozo no llega\n{advice}"))
}

/// Los trozos, sin el salto de línea del final.
fn trimmed(chunks: &[String]) -> Vec<&str> {
    chunks.iter().map(|chunk| chunk.trim_end()).collect()
}
