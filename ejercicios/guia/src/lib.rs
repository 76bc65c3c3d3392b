//! La guía de los ejercicios: qué está resuelto, qué sigue, y por qué falla lo que falla.
//!
//! No usa el código de los ejercicios: lo compila con cargo y ejecuta sus pruebas, como haría quien
//! estudia. Los capítulos se descubren en las carpetas.

#![warn(unreachable_pub)]

mod cli;
mod console;
mod places;
mod path_error;
pub mod examiner;
mod exam_error;
mod error;
mod message;
mod prose;

pub mod exercises;
pub mod hints;

mod interface;
pub mod workshop;
pub mod compile;
pub mod process;
pub mod trial;
pub mod verdict;

pub mod progress;
pub mod report;
mod blocked;

pub mod changes;
pub mod watch;

pub mod compare;
pub mod reset;

mod examine;

pub mod copy;
pub mod grade;

pub use cli::run;
pub use console::complain;
pub use error::GuideError;
pub use exam_error::ExamError;
pub use path_error::PathError;
