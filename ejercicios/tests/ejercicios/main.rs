//! Las pruebas de todos los ejercicios, en un solo programa.
//!
//! Así `cargo test -p ejercicios cap01` elige por nombre las pruebas de un capítulo.

#[allow(dead_code, reason = "cada capítulo usa una parte")]
mod client;

#[allow(dead_code, reason = "cada capítulo usa una parte")]
mod direct;

mod exam;

mod cap01_texto;
mod cap02_html;
mod cap03_environ;
mod cap04_rutas;
mod cap05_consulta;
mod cap06_formularios;
mod cap07_trozos;
mod cap08_intermediarios;
mod cap09_validador;
mod cap10_archivos;
mod cap11_servidor;
mod cap12_hilos;
mod cap13_relevo;
mod cap14_cgi;
mod cap15_apache_nginx;
mod cap16_muchas_maquinas;
mod cap18_python;
