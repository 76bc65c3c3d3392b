//! El laboratorio del libro: los programas de sus capítulos, la conexión que los atiende y todo lo que ocurre en una
//! visita. Sin sockets y sin hilos: aquí, en la memoria; y en una página, compilado para WebAssembly.
//!
//! 1. [`variants`] dice qué programas hay; `build.rs` los trae de `examples/` tal como están y les cambia solo las
//!    puertas al mundo, que son las de `door`;
//! 2. [`visit`](visit()) manda unos bytes a uno, por la máquina de conexiones de `pasarela`, y `trace` anota lo que
//!    ocurre, en orden;
//! 3. [`sent`] dice de qué bytes de la petición salió cada variable, y [`answers`], quién escribió cada línea de la
//!    respuesta;
//! 4. `words` dice cada paso con palabras, [`report`] lo escribe como JSON, que es lo que lee la página, y `page` es la puerta de WebAssembly;
//! 5. [`experiments`] son las visitas preparadas de cada capítulo, y sus preguntas.

#![warn(missing_docs)]

pub mod variants;
mod trace;
mod door;
mod programs;
pub mod sent;
pub mod answers;
mod visit;
mod words;
pub mod report;
#[cfg(target_family = "wasm")]
mod page;
#[cfg(not(target_family = "wasm"))]
pub mod experiments;

pub use door::Served;
#[cfg(not(target_family = "wasm"))]
pub use programs::source;
pub use programs::{program, served, served_for_real};
pub use trace::{Step, Variables, What};
pub use visit::{Moment, Visit, overheard, visit};
pub use words::words;
