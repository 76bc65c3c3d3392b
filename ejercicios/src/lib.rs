//! Los ejercicios de `pasarela`, uno por capítulo y en el orden del libro.
//!
//! Resuelve los archivos de `src/pendientes`. El archivo `README.md` cuenta cómo se trabaja. Lo que
//! usarás sin escribirlo está en `form`, en `cafe` y en `server`.

#![allow(clippy::missing_errors_doc, reason = "un ejercicio trae solo lo que su capítulo enseña")]

#[cfg_attr(feature = "soluciones", path = "soluciones/cap01_texto.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap01_texto.rs")]
pub mod cap01_texto;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap02_html.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap02_html.rs")]
pub mod cap02_html;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap03_environ.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap03_environ.rs")]
pub mod cap03_environ;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap04_rutas.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap04_rutas.rs")]
pub mod cap04_rutas;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap05_consulta.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap05_consulta.rs")]
pub mod cap05_consulta;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap06_formularios.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap06_formularios.rs")]
pub mod cap06_formularios;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap07_trozos.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap07_trozos.rs")]
pub mod cap07_trozos;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap08_intermediarios.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap08_intermediarios.rs")]
pub mod cap08_intermediarios;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap09_validador.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap09_validador.rs")]
pub mod cap09_validador;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap10_archivos.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap10_archivos.rs")]
pub mod cap10_archivos;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap11_servidor.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap11_servidor.rs")]
pub mod cap11_servidor;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap12_hilos.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap12_hilos.rs")]
pub mod cap12_hilos;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap13_relevo.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap13_relevo.rs")]
pub mod cap13_relevo;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap14_cgi.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap14_cgi.rs")]
pub mod cap14_cgi;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap15_apache_nginx.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap15_apache_nginx.rs")]
pub mod cap15_apache_nginx;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap16_muchas_maquinas.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap16_muchas_maquinas.rs")]
pub mod cap16_muchas_maquinas;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap18_python.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap18_python.rs")]
pub mod cap18_python;

pub mod form;

pub mod server;

pub mod cafe;
