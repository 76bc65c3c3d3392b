//! El programa que construye, revisa y sirve el libro de `pasarela`.
//!
//! mdBook convierte los capítulos en páginas, pero calla tres cosas: si una inclusión no encuentra su archivo, deja
//! la directiva a la vista; si no encuentra su ancla, deja un bloque vacío; y nunca mira si un enlace lleva a algún
//! sitio. En los tres casos termina con éxito. Además, toda su interfaz está en inglés. Este programa lo envuelve:
//!
//! 1. [`sources`] lee `SUMMARY.md` y los capítulos, y [`includes`] comprueba cada inclusión;
//! 2. [`builder`] llama a mdBook sobre una carpeta provisional, con los trozos de programa que encuentra [`pieces`],
//!    los pies que pone [`captions`], las tablas que escribe [`rules`] y las gráficas que dibuja [`plots`];
//! 3. [`translation`] cambia por la española cada frase inglesa de las que escribe mdBook;
//! 4. [`face`] da forma a las páginas: el armazón, los bloques, los paneles y la portada; y [`search`] hace el índice
//!    del buscador;
//! 5. [`laboratory`] pone en las páginas los experimentos de cada capítulo, ya hechos, y [`questions`], las preguntas que
//!    piden un porqué;
//! 6. [`links`] recorre las páginas que leyó [`page`] y busca los enlaces muertos;
//! 7. [`compress`] deja al lado de cada página la misma, comprimida, y [`publish`] las pasa a `salida/`;
//! 8. [`editions`] hace de ellas un EPUB y un PDF;
//! 9. [`server`] las sirve con [`site`], una aplicación de `pasarela`; [`carrier`] lleva a tu programa lo que se escribe
//!    en el laboratorio, y [`watch`] avisa de cada cambio.
//!
//! Lo que no hace: pedir por la red los enlaces externos, ni corregir la ortografía.

#![warn(missing_docs)]

mod cli;
mod console;

pub mod folders;
pub mod sources;
pub mod directives;
pub mod includes;
pub mod pieces;
pub mod captions;
pub mod rules;
pub mod plots;
mod measurements;
pub mod laboratory;
pub mod questions;
pub mod builder;
pub mod face;
pub mod search;
pub mod translation;
pub mod page;
pub mod links;
pub mod compress;
pub mod publish;
pub mod editions;
pub mod watch;
pub mod carrier;
pub mod site;
pub mod server;
pub mod problem;
pub mod error;

pub use cli::run;
pub use console::complain;
pub use error::BookError;
pub use folders::Folders;
