//! Los ejercicios de `pasarela`, uno por capítulo y en el orden del libro.
//!
//! Resuelve los archivos de `src/pendientes`. El archivo `README.md` cuenta cómo se trabaja.

#![allow(clippy::missing_errors_doc, reason = "un ejercicio trae solo lo que su capítulo enseña")]

#[cfg_attr(feature = "soluciones", path = "soluciones/cap01_texto.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap01_texto.rs")]
pub mod cap01_texto;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap02_html.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap02_html.rs")]
pub mod cap02_html;
