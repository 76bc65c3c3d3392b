//! El Café Ada: lo que comparten los ejercicios, del capítulo 4 al 10.
//!
//! Aquí están las cosas del café: lo que vende, la forma de sus páginas, los pedidos de su cocina y la
//! llave de la puerta. Responder a las visitas es lo que escribes tú. El sitio completo, con lo que
//! lleves resuelto, se enciende con `cargo run -p cafe`.

mod menu;
mod page;
mod kitchen;
mod key;

pub use self::key::basic;
pub use self::kitchen::{Kitchen, News, Order, kitchen};
pub use self::menu::{MENU, Product, find, search};
pub use self::page::{SEARCH_BOX, live_page, page};
