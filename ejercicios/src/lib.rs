//! Los ejercicios de `pasarela`, uno por capítulo y en el orden del libro.
//!
//! Resuelve los archivos de `src/pendientes`. Con `--features soluciones` se prueban, en su
//! lugar, los de `src/soluciones`. El archivo `README.md` cuenta cómo se trabaja.

#![allow(clippy::missing_errors_doc, reason = "un ejercicio trae solo lo que su capítulo enseña")]

#[cfg_attr(feature = "soluciones", path = "soluciones/cap01_texto.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap01_texto.rs")]
pub mod cap01_texto;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap02_html.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap02_html.rs")]
pub mod cap02_html;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap09_validador.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap09_validador.rs")]
pub mod cap09_validador;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap10_archivos.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap10_archivos.rs")]
pub mod cap10_archivos;
