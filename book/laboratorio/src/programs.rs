//! Los programas de los capítulos, que trae `build.rs`.

use crate::door::{Served, serve};
use crate::variants::{PROGRAMS, Program};

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

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

fn main_of(name: &str) -> Option<fn() -> crate::door::Result<()>> {
    Some(MAINS.iter().find(|(known, _)| *known == name)?.1)
}

/// El programa que se llama así.
#[must_use]
pub fn program(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.name == name)
}
