//! Ejercicio del capítulo 7: la pantalla de la cocina.
//!
//! En `/cocina` hay una página que nunca se recarga: cada pedido aparece en cuanto alguien lo hace.
//! `application` ya está escrita; falta `screen`, que devuelve un cuerpo con la historia de una cocina.
//!
//! Cuando el servidor pide un trozo, tu iterador le pregunta a la cocina qué sigue al último pedido que
//! mostró: `self.kitchen.after(self.last)`, donde `last` es el número de ese pedido, o 0 si todavía no
//! hay ninguno. La cocina espera un momento y contesta una de tres cosas, que se separan con `match`,
//! como las de una caja:
//!
//! | contesta | el iterador |
//! |---|---|
//! | `News::Order(order)` | recuerda `order.number` y da `<li>Ada: Pan dulce</li>`, con un salto de línea: `order.who` y `order.what`, escapados |
//! | `News::Quiet`, por ahora nada | da un trozo que no se vea, `<!-- -->` y un salto de línea, para que el servidor note si ya no hay nadie mirando |
//! | `News::Closed`, ya no habrá más | termina |
//!
//! Pruébalo con `cargo test -p ejercicios cap07`, y míralo con `cargo run -p cafe`: abre la cocina en
//! una ventana y haz pedidos en otra.

use pasarela::{Body, Environ, Result, StartResponse};

use crate::cafe::{Kitchen, kitchen, live_page};

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let body = live_page("Cocina", screen(kitchen()));

    start_response("200 OK", &[("Content-type", "text/html; charset=utf-8")])?;

    Ok(body)
}

pub fn screen(kitchen: Kitchen) -> Body {
    // Cambia esta línea: define un `struct`, haz que sea un iterador y dáselo a `Body::stream`.
    let _ = kitchen;

    todo!("devuelve un cuerpo que le pregunte a la cocina cuando el servidor lo pida")
}
