//! Lo que se recibió decide cómo va envuelta la respuesta, haga lo que haga la aplicación con su
//! `environ` (RFC 9110 §9.3.2, RFC 9112 §6.3).

use std::io;

use super::Protocol;
use super::stand::{STDERR, Stand, request};
use crate::application::{Application, StartResponse};
use crate::body::{Body, Chunk};
use crate::environ::Environ;
use crate::error::{Error, Result};
use crate::input::ErrorStream;

const PROTOCOLS: [Protocol; 4] =
    [Protocol::Http, Protocol::FastCgi, Protocol::Scgi, Protocol::Uwsgi];

/// Lo que una aplicación hace con su `environ`.
type Change = fn(&mut Environ);

const CHANGES: [Change; 5] = [
    |environ| environ.insert("REQUEST_METHOD", "HEAD"),
    |environ| environ.insert("REQUEST_METHOD", "GET"),
    |environ| environ.insert("REQUEST_METHOD", ""),
    |environ| drop(environ.remove("REQUEST_METHOD")),
    |environ| {
        *environ = Environ::new();
        environ.set_errors(ErrorStream::writer(io::sink()));
    },
];

/// Lo que responde detrás.
type Answer = fn(StartResponse<'_>) -> Result<Body>;

const ANSWERS: [Answer; 6] = [
    |start_response| {
        start_response("200 OK", &[])?;
        Ok(Body::from("hecho"))
    },
    |start_response| {
        start_response("200 OK", &[("Content-Length", "5")])?;
        Ok(Body::from("hecho"))
    },
    |start_response| {
        start_response("200 OK", &[])?;
        Ok(Body::stream([Ok(Chunk::from("he")), Ok(Chunk::from("cho"))]))
    },
    |start_response| {
        start_response("304 Not Modified", &[])?;
        Ok(Body::empty())
    },
    |_| Err(Error::new("adrede")),
    |_| panic!("adrede"),
];

fn answers(change: Option<Change>, answer: Answer) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse<'_>| {
        if let Some(change) = change {
            change(environ);
        }
        answer(start_response)
    }
}

/// Los bytes de dos respuestas seguidas, o de una si el protocolo no lleva más. Lo que se anota para quien
/// administra el servidor web cuenta la petición como quedó, y va aparte.
fn talk(protocol: Protocol, method: &str, application: impl Application) -> Vec<u8> {
    let mut stand = Stand::new(protocol, application);
    let asked = request(protocol, method, "/");
    stand.say(&asked).say(&asked);
    match protocol {
        Protocol::FastCgi => without_errors(stand.bytes()),
        _ => stand.bytes().to_vec(),
    }
}

/// Los registros de FastCGI que no son de errores.
fn without_errors(mut bytes: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    while let [_, kind, _, _, high, low, padding, _, rest @ ..] = bytes {
        let length = usize::from(u16::from_be_bytes([*high, *low])) + usize::from(*padding);
        let (record, after) = bytes.split_at(bytes.len() - rest.len() + length);
        if *kind != STDERR {
            kept.extend_from_slice(record);
        }
        bytes = after;
    }
    kept
}

#[test]
fn lo_que_la_aplicacion_hace_con_el_metodo_no_cambia_un_byte() {
    for protocol in PROTOCOLS {
        for method in ["GET", "HEAD", "OPTIONS"] {
            for answer in ANSWERS {
                let expected = talk(protocol, method, answers(None, answer));
                for change in CHANGES {
                    let seen = talk(protocol, method, answers(Some(change), answer));
                    assert!(
                        seen == expected,
                        "{protocol:?} {method}: {}",
                        String::from_utf8_lossy(&seen)
                    );
                }
            }
        }
    }
}
