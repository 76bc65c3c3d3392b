//! Lo que comparten las pruebas: el programa de un capítulo en marcha, un servidor en un puerto
//! libre, y clientes que hablan con ellos.

#![allow(dead_code, unused_imports, reason = "cada archivo de pruebas usa una parte")]

mod client;
pub mod content;
mod curl;
pub mod decoders;
mod folder;
pub mod large;
mod process;
mod program;
mod protocol;
mod python;
pub mod records;
mod served;
mod terminal;
mod transcript;
#[cfg(target_os = "linux")]
mod usage;

pub use client::{Answer, Wire, mask_date, send};
pub use content::Content;
pub use folder::Folder;
pub use process::Process;
pub use program::{Program, bridge, executable, tests_inside};
pub use protocol::{
    echo, get, ignore, last_ok, measure, ok, post, post_chunked, response, statuses,
};
pub use python::python;
pub use served::{Served, narrow_listener};
pub use terminal::{Typed, commands, quiet};
pub use transcript::{check_fault, transcript, typed, typed_alone};
#[cfg(target_os = "linux")]
pub use usage::Usage;
