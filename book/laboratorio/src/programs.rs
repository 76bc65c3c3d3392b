//! Los programas de los capítulos, que trae `build.rs`.

use crate::door::{Served, serve};
use crate::variants::{PROGRAMS, Program};

/// Lo que se ejecuta de un programa.
type Main = fn() -> crate::door::Result<()>;

#[allow(dead_code, unreachable_pub, reason = "una variante puede dejar algo sin usar")]
mod all {
    use super::Main;

    include!(concat!(env!("OUT_DIR"), "/programs.rs"));
}

/// Lo que sirve el programa que se llama así: su aplicación y su configuración.
#[must_use]
pub fn served(name: &str) -> Option<Served> {
    serve(main_of(name)?, false)
}

/// Lo mismo, para un servidor de verdad.
#[must_use]
pub fn served_for_real(name: &str) -> Option<Served> {
    serve(main_of(name)?, true)
}

fn main_of(name: &str) -> Option<Main> {
    Some(all::MAINS.iter().find(|(known, _)| *known == name)?.1)
}

/// El texto de un programa, con lo que cambia su variante.
#[cfg(not(target_family = "wasm"))]
#[must_use]
pub fn source(name: &str) -> Option<&'static str> {
    all::SOURCES.iter().find(|(known, _)| *known == name).map(|(_, text)| *text)
}

/// El programa que se llama así.
#[must_use]
pub fn program(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.name == name)
}
