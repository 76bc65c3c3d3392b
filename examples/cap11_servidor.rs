//! cargo run --example cap11_servidor
use std::io::Read;
use std::net::{TcpListener, TcpStream};

use pasarela::{Application, Body, Environ, Result, StartResponse};

mod gateway;

fn application(
    _environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::from(["Hola gente de códigofacilito"]))
}

struct Server<A> {
    listener: TcpListener,
    application: A,
}

fn make_server<A: Application>(
    host: &str,
    port: u16,
    application: A,
) -> Result<Server<A>> {
    let listener = TcpListener::bind((host, port))?;
    Ok(Server { listener, application })
}

impl<A: Application> Server<A> {
    fn serve_forever(&self) -> Result<()> {
        loop {
            let (stream, _) = self.listener.accept()?;
            // Mientras este no termina, los demás esperan. Y lo que falle
            // con él no detiene al servidor, salvo un pánico.
            if let Err(error) = self.serve(stream) {
                eprintln!("{error}");
            }
        }
    }

    /// Una petición y su respuesta; al salir, la conexión se cierra.
    fn serve(&self, mut stream: TcpStream) -> Result<()> {
        let mut received = Vec::new();
        let mut bytes = [0; 1024];
        loop {
            // Una lectura no es una petición: llega como quiere la red.
            match stream.read(&mut bytes)? {
                0 => return Ok(()),
                count => received.extend_from_slice(&bytes[..count]),
            }
            match gateway::take(&mut received) {
                Ok(None) => {}
                Ok(Some(mut environ)) => {
                    let app = &self.application;
                    gateway::respond(
                        app,
                        &mut environ,
                        false,
                        &mut stream,
                    )?;
                    return Ok(());
                }
                Err(status) => {
                    return Ok(gateway::refuse(status, &mut stream)?);
                }
            }
        }
    }
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
