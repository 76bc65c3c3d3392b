//! Lo que pide algo más que `GET /`: una aplicación que lea el cuerpo, o alguien que detenga el servidor.

// <!-- permite: close, connection, host -->

use std::thread;
use std::time::{Duration, Instant};

use super::super::examinee::{Examinee, connect};
use super::super::stage::{Need, Outcome, Stage};
use super::super::wire::{End, Problem};

/// Lo que se manda para que vuelva: ni todo es texto, ni todo cabe en una línea.
const SENT: &[u8] = b"caf\xc3\xa9\r\n\r\n\x00\xff fin";

/// Cuánto se espera a que alguien detenga el servidor, y cada cuánto se mira.
const TIME_TO_STOP: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

pub(super) const ECHO: Stage = Stage {
    name: "eco",
    title: "El cuerpo llega a la aplicación",
    rule: "La aplicación lee, en wsgi.input o como se llame, los bytes exactos que mandó el cliente, y al \
           terminarlos lee el final.",
    source: "PEP 3333, «Input and Error Streams»",
    hint: "No le des el socket: dale un lector que termine donde termina el cuerpo.",
    chapter: "capítulo 6",
    need: Need::Echo,
    check: echoes,
};

fn echoes(examinee: &Examinee<'_>) -> Outcome {
    let lines = format!("Content-Length: {}", SENT.len());
    comes_back(examinee, &lines, SENT)
}

pub(super) const ECHO_CHUNKS: Stage = Stage {
    name: "eco-trozos",
    title: "También por trozos",
    rule: "Los tamaños y los finales de los trozos son del servidor: a la aplicación le llega lo de dentro.",
    source: "RFC 9112 §7.1",
    hint: "El tamaño cero es el final: ahí la aplicación lee cero bytes.",
    chapter: "capítulo 7",
    need: Need::Echo,
    check: echoes_chunks,
};

fn echoes_chunks(examinee: &Examinee<'_>) -> Outcome {
    let (first, second) = SENT.split_at(5);
    let chunk =
        |bytes: &[u8]| [format!("{:X}\r\n", bytes.len()).as_bytes(), bytes, b"\r\n"].concat();
    let body = [chunk(first), chunk(second), b"0\r\n\r\n".to_vec()].concat();
    comes_back(examinee, "Transfer-Encoding: chunked", &body)
}

fn comes_back(examinee: &Examinee<'_>, line: &str, body: &[u8]) -> Outcome {
    let path = examinee.settings().echo.unwrap_or("/");
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Content-Type: application/octet-stream\r\n{line}\r\n\r\n",
        examinee.host()
    );
    let response = examinee.ask("POST", &[head.as_bytes(), body].concat())?;
    if response.body == SENT {
        return Ok(());
    }
    Err(Problem::wrong(format!(
        "se mandaron {} bytes y volvieron {} que no son los mismos (estado {})",
        SENT.len(),
        response.body.len(),
        response.head.status
    )))
}

pub(super) const STOP: Stage = Stage {
    name: "detente",
    title: "Se detiene con orden",
    rule: "Al detenerse, un servidor deja de aceptar conexiones y termina lo que empezó.",
    source: "RFC 9112 §9.6",
    hint: "La señal no debe cortar a nadie: solo dice que no se acepte a más.",
    chapter: "capítulo 13",
    need: Need::Someone,
    check: stops_cleanly,
};

fn stops_cleanly(examinee: &Examinee<'_>) -> Outcome {
    let request = examinee.request("GET", "Connection: close\r\n");
    let (start, end) = request.split_at(request.len() - 2);
    let mut wire = examinee.open()?;
    wire.send(start);
    // Si a quien llegó después ya le contestó, es que a este lo aceptó. Si no contesta, es de uno en uno.
    let _ = examinee.usual();
    if let Some(stop) = examinee.settings().stop {
        stop();
    }
    examinee.evidence().note("se pidió que se detuviera");
    wait_until_closed(examinee)?;
    examinee.evidence().note("ya no acepta conexiones");
    wire.send(end);
    wire.response("GET").map_err(|problem| {
        Problem::wrong(format!("lo que había empezado no se terminó: {problem}"))
    })?;
    match wire.rest().1 {
        End::Closed => Ok(()),
        End::Reset | End::Silence | End::Endless => {
            Err(Problem::wrong("terminó lo empezado, pero no cerró la conexión"))
        }
    }
}

fn wait_until_closed(examinee: &Examinee<'_>) -> Outcome {
    let deadline = Instant::now() + TIME_TO_STOP;
    while connect(examinee.place(), examinee.settings().patience).is_ok() {
        if Instant::now() > deadline {
            return Err(Problem::wrong("pasó un minuto y seguía aceptando conexiones"));
        }
        thread::sleep(LOOK);
    }
    Ok(())
}
