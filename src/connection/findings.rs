//! Lo que encontró la simulación, en las pocas líneas que hacen falta para verlo.

use std::io::{self, Read};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pretty_assertions::assert_eq;

use super::memory::Ending;
use super::{
    Class, Client, Config, Connection, Context, Event, Host, MemoryWire, Moment, Outcome, Protocol,
    Scratch, Service, StageKind, System,
};
use crate::application::{Application, StartResponse};
use crate::body::{Body, Chunk};
use crate::environ::Environ;
use crate::error::Result;
use crate::gateway::{Peers, ResponseBody, ResponseHead};
use crate::input::{ErrorStream, InputStream};

/// Un hilo solo. En la llamada número `long_call`, desde cero, se tarda: el cliente envía algo, y solo
/// se entera quien mire.
struct Alone {
    client: Client,
    calls: usize,
    long_call: usize,
}

/// Ninguna llamada tarda.
const NEVER: usize = usize::MAX;

impl Host for Alone {
    fn now(&self) -> Moment {
        Duration::ZERO
    }

    fn calendar(&self) -> SystemTime {
        UNIX_EPOCH
    }

    fn classify(&self, _method: &str, _script: &str, _path: &str) -> Class {
        Class(0)
    }

    fn hands_off(&self, _class: Class) -> bool {
        false
    }

    fn permits_uploads(&self) -> bool {
        false
    }

    fn has_upload_room(&self) -> bool {
        true
    }

    fn during<T>(&mut self, _class: Class, call: impl FnOnce() -> T) -> T {
        if self.calls == self.long_call {
            self.client.does(Event::Send(b"algo".to_vec()));
        }
        self.calls += 1;
        call()
    }

    fn begins(&mut self, _head: &ResponseHead, body: &mut ResponseBody) {
        body.set_errors(ErrorStream::writer(io::sink()));
    }

    fn took_long(&self) -> bool {
        self.calls.checked_sub(1) == Some(self.long_call)
    }
}

/// Una conexión a la que llegó `request`, y su cliente.
fn connect(request: impl Into<Vec<u8>>, capacity: usize) -> (Connection<MemoryWire>, Client) {
    let system = System { capacity, sends_files: false };
    // Lo segundo solo pasa si alguien espera.
    let script = [Event::Send(request.into()), Event::Send(b"dos tres y otro".to_vec())];
    let (wire, client) = MemoryWire::new(script, system);
    client.next();
    (Connection::new(wire, Peers::new("localhost", 8000, None), Duration::ZERO), client)
}

fn serve(
    connection: &mut Connection<MemoryWire>,
    client: &Client,
    protocol: Protocol,
    long_call: usize,
    application: &dyn Application,
) -> Outcome {
    let config = Config { protocol, small_body: 1, ..Config::default() };
    let service = Service::new(config, "localhost".to_owned());
    let mut host = Alone { client: client.clone(), calls: 0, long_call };
    let scratch = &mut Scratch::default();
    connection.serve(&mut Context { service: &service, application, scratch, host: &mut host })
}

fn stream(chunks: Vec<io::Result<Chunk>>, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[])?;
    Ok(Body::stream(chunks))
}

#[test]
fn un_corte_escrito_que_no_llego_a_salir_se_ve_igual() {
    let broken = |_: &mut Environ, start_response: StartResponse<'_>| {
        stream(vec![Ok("mitad".into()), Err(io::Error::other("adrede"))], start_response)
    };
    let begin = b"\x01\x01\0\x01\0\x08\0\0\0\x01\0\0\0\0\0\0";
    let params = b"\x01\x04\0\x01\0\x13\0\0\x0E\x03REQUEST_METHODGET\x01\x04\0\x01\0\0\0\0";
    let stdin = b"\x01\x05\0\x01\0\0\0\0";
    let (mut connection, client) = connect([&begin[..], params, stdin].concat(), 10);
    while connection.stage() != StageKind::Closing {
        let outcome = serve(&mut connection, &client, Protocol::FastCgi, NEVER, &broken);
        assert_eq!(outcome, Outcome::Park);
        connection.notice(client.does(Event::Take(1)));
    }
    drop(connection);
    assert_eq!(client.seen().1, Ending::Aborted);
}

#[test]
fn quien_se_queda_con_un_cuerpo_no_lo_lee_con_huecos() {
    let kept = Arc::new(Mutex::new(InputStream::empty()));
    let keeper = {
        let kept = kept.clone();
        move |environ: &mut Environ, start_response: StartResponse<'_>| {
            *kept.lock().expect("entero") = environ.take_input();
            stream(Vec::new(), start_response)
        }
    };
    let request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nuno";
    let (mut connection, client) = connect(request, usize::MAX);
    for piece in ["dos", "más"] {
        serve(&mut connection, &client, Protocol::Http, NEVER, &keeper);
        assert_eq!(connection.stage(), StageKind::Lingering);
        connection.notice(client.does(Event::Send(piece.into())));
    }
    let mut text = String::new();
    let read = kept.lock().expect("entero").read_to_string(&mut text);
    assert_eq!(
        (read.map_err(|error| error.kind()), &*text),
        (Err(io::ErrorKind::UnexpectedEof), "uno")
    );
}

#[test]
fn lo_que_llega_mientras_se_produce_un_trozo_no_se_come_la_respuesta() {
    let letter = |_: &mut Environ, start_response: StartResponse<'_>| {
        stream(vec![Ok("hola".into())], start_response)
    };
    let (mut connection, client) = connect("GET / HTTP/1.0\r\n\r\n", usize::MAX);
    // Se llama a la aplicación, se le pide un trozo, y después otro, que no hay.
    serve(&mut connection, &client, Protocol::Http, 2, &letter);
    assert_eq!((connection.stage(), client.seen().1), (StageKind::Lingering, Ending::Finished));
}

#[test]
fn lo_que_llega_detras_de_un_cuerpo_leido_no_se_come_la_respuesta() {
    let reader = |environ: &mut Environ, start_response: StartResponse<'_>| {
        environ.input().read_to_end(&mut Vec::new())?;
        stream(Vec::new(), start_response)
    };
    let request =
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 10\r\n\r\nuno";
    let (mut connection, client) = connect(request, usize::MAX);
    serve(&mut connection, &client, Protocol::Http, NEVER, &reader);
    assert_eq!((connection.stage(), client.seen().1), (StageKind::Lingering, Ending::Finished));
}
