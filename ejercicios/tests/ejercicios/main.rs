//! Las pruebas de todos los ejercicios, en un solo programa.
//!
//! Así `cargo test -p ejercicios cap01` elige por nombre las pruebas de un capítulo.

#[allow(dead_code, reason = "cada capítulo usa una parte")]
mod client;

mod cap01_texto;
mod cap02_html;
mod cap09_validador;
mod cap10_archivos;
