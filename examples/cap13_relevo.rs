//! cargo run --example cap13_relevo
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use event_loop::{Lead, Waiting};
use pasarela::{Body, Environ, Result, StartResponse};

mod connection;
mod event_loop;
mod gateway;

const THREADS: usize = 4;

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    if environ.path_info() == "/lenta" {
        thread::sleep(Duration::from_secs(2));
    }

    start_response("200 OK", &[("Content-type", "text/plain")])?;

    Ok(Body::from("Hola\n"))
}

/// Lo que hace cada hilo: esperar su turno, liderar y atender.
fn follow(lead: &Mutex<Lead>, waiting: &Waiting) -> Result<()> {
    loop {
        // Quien tiene el candado lidera; los demás lo esperan aquí.
        let mut turn = lead.lock().unwrap_or_else(PoisonError::into_inner);
        let mut connection = turn.next(waiting)?;
        drop(turn);
        // Aunque la aplicación se detenga, ya lidera otro: hay relevo. Con
        // todos detenidos, no queda quien lidere.
        let call = AssertUnwindSafe(|| connection.advance(&application));
        // Si no espera nada, o hubo un pánico, al soltarla se cierra.
        if let Ok(Some(what)) = catch_unwind(call) {
            waiting.put(connection, what)?;
        }
    }
}

fn main() -> Result<()> {
    let (lead, waiting) = event_loop::listen(("localhost", 8000))?;
    let lead = Mutex::new(lead);
    thread::scope(|scope| {
        for _ in 1..THREADS {
            scope.spawn(|| follow(&lead, &waiting));
        }
        follow(&lead, &waiting)
    })
}
