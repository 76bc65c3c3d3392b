//! Los programas de los capítulos, que trae `build.rs`.

use crate::door::{Served, serve};
use crate::variants::{PROGRAMS, Program};

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// Lo que sirve el programa que se llama así.
pub(crate) fn served(name: &str) -> Option<Served> {
    serve(MAINS.iter().find(|(known, _)| *known == name)?.1)
}

/// El programa que se llama así.
#[must_use]
pub fn program(name: &str) -> Option<&'static Program> {
    PROGRAMS.iter().find(|program| program.name == name)
}
