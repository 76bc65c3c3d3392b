//! cargo run --example cap12_hilos
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::{self, Builder};

use pasarela::{Body, Environ, Result, StartResponse};

mod gateway;

const CREW: usize = 4;

fn application(
    _environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let thread = thread::current();
    let name = thread.name().unwrap_or("un hilo sin nombre");

    start_response("200 OK", &[("Content-type", "text/plain")])?;
    Ok(Body::from(format!("Hola desde {name}\n")))
}

/// Un hilo nuevo por conexión: tantos como clientes quieran venir.
fn one_each(listener: &TcpListener) -> Result<()> {
    for number in 1.. {
        let (stream, _) = listener.accept()?;
        let thread = Builder::new().name(format!("el hilo {number}"));
        thread.spawn(move || serve(stream))?;
    }
    Ok(())
}

/// Siempre los mismos hilos. Quien no encuentra uno libre hace cola.
fn crew(listener: &TcpListener) -> Result<()> {
    thread::scope(|scope| {
        for number in 1..=CREW {
            let thread = Builder::new().name(format!("el hilo {number}"));
            thread.spawn_scoped(scope, || {
                while let Ok((stream, _)) = listener.accept() {
                    // Un pánico dejaría la cuadrilla con uno menos.
                    let _ =
                        catch_unwind(AssertUnwindSafe(|| serve(stream)));
                }
            })?;
        }
        Ok(())
    })
}

/// La del capítulo 11: quien calla ocupa su hilo hasta que se vaya.
fn serve(mut stream: TcpStream) -> Result<()> {
    let mut received = Vec::new();
    let mut bytes = [0; 1024];
    loop {
        match stream.read(&mut bytes)? {
            0 => return Ok(()),
            count => received.extend_from_slice(&bytes[..count]),
        }
        let Some(request) = gateway::take(&mut received).transpose() else {
            continue;
        };
        return match request {
            Err(status) => Ok(gateway::refuse(status, &mut stream)?),
            Ok(mut environ) => {
                let (app, environ) = (&application, &mut environ);
                gateway::respond(app, environ, false, &mut stream).map(drop)
            }
        };
    }
}

fn main() -> Result<()> {
    let listener = TcpListener::bind(("localhost", 8000))?;
    match std::env::args().nth(1).as_deref() {
        Some("cuadrilla") => crew(&listener),
        _ => one_each(&listener),
    }
}
