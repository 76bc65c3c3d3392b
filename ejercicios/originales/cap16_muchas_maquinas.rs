//! Ejercicio del capítulo 16: la copia que avisa antes de irse.
//!
//! Para reiniciar una copia del café sin que nadie lo note, primero se le avisa: `is_leaving` pasa a ser
//! verdadero, en cualquier momento y desde otro hilo. Desde ahí:
//!
//! - `/salud` responde `503 Service Unavailable`, con el texto `me voy`; antes, `200 OK` y `bien`. Las dos
//!   llevan `Cache-Control: no-store`, y cada texto termina en un salto de línea;
//! - las demás rutas siguen respondiendo `200 OK` y `Café Ada`: quien ya venía en camino no tiene la culpa.
//!
//! Decide en qué momento se mira `is_leaving`.
//!
//! Pruébalo con `cargo test -p ejercicios cap16`.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use pasarela::{Application, Body, Environ, Result, StartResponse};

pub fn instance(is_leaving: Arc<AtomicBool>) -> impl Application {
    // Cambia esta línea y la de abajo.
    let _ = is_leaving;

    |_environ: &mut Environ, _start_response: StartResponse| -> Result<Body> {
        todo!("responde según la ruta y según si se va")
    }
}
