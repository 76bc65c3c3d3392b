//! El cuerpo de una petición, lo lea o no la aplicación: lo que se manda como cuerpo nunca es otra petición.

// <!-- permite: close, connection, continue -->

use super::super::examinee::Examinee;
use super::super::stage::{Need, Outcome, Stage};
use super::super::wire::{End, Problem, Wire};

/// Lo que parecería una petición a quien no supiera dónde termina el cuerpo.
const INTRUDER: &str = "GET /intruso HTTP/1.1\r\nHost: intruso\r\n\r\n";

/// Lo que mide un cuerpo que la aplicación, casi seguro, no va a leer.
const UNREAD_BODY: usize = 1 << 20;

pub(super) const LENGTH: Stage = Stage {
    name: "cuerpo",
    title: "Un cuerpo no es otra petición",
    rule: "El cuerpo de una petición mide lo que dice Content-Length, y lo siguiente es la petición \
           siguiente. Quien no quiera leerlo cierra la conexión.",
    source: "RFC 9112 §6.3, §9.3",
    hint: "Si la aplicación no lo leyó, léelo tú y tíralo, o cierra. Lo que no puede pasar es que se tome por \
           otra petición.",
    chapter: "capítulo 6",
    need: Need::Nothing,
    check: skips_a_body,
};

fn skips_a_body(examinee: &Examinee<'_>) -> Outcome {
    let lines = format!("Content-Length: {}\r\n", INTRUDER.len());
    let request = [examinee.request("POST", &lines), INTRUDER.into()].concat();
    skips(examinee, &request)
}

pub(super) const CHUNKS: Stage = Stage {
    name: "trozos",
    title: "Tampoco si va por trozos",
    rule: "Todo servidor de HTTP/1.1 sabe dónde termina un cuerpo por trozos. Quien no quiera leerlo cierra la \
           conexión.",
    source: "RFC 9112 §7.1",
    hint: "Un tamaño en hexadecimal, ␍␊, esos bytes, ␍␊; y así hasta el tamaño cero.",
    chapter: "capítulo 7",
    need: Need::Nothing,
    check: skips_chunks,
};

fn skips_chunks(examinee: &Examinee<'_>) -> Outcome {
    let head = examinee.request("POST", "Transfer-Encoding: chunked\r\n");
    let body = format!("{:x}\r\n{INTRUDER}\r\n0\r\n\r\n", INTRUDER.len());
    skips(examinee, &[head, body.into()].concat())
}

/// Detrás de esa petición va un GET: hay una respuesta para cada una y ninguna más, o se cierra.
fn skips(examinee: &Examinee<'_>, request: &[u8]) -> Outcome {
    let usual = examinee.usual()?.head.status;
    let mut wire = examinee.open()?;
    wire.send(request);
    let first = wire.response("POST")?.head;
    if [400, 411].contains(&first.status) || (first.status >= 500 && usual < 500) {
        return Err(Problem::wrong(format!("respondió {} a un cuerpo bien escrito", first.status)));
    }
    if first.lists("Connection", "close") || first.minor == 0 {
        return nothing_else(&mut wire);
    }
    wire.send(&examinee.request("GET", "Connection: close\r\n"));
    let second = match wire.response("GET") {
        Ok(response) => response.head.status,
        // Cerrar sin leer el cuerpo está permitido, aunque no lo anunciara.
        Err(_) if wire.rest() == (Vec::new(), End::Closed) => return Ok(()),
        Err(problem) => return Err(problem),
    };
    if second != usual {
        return Err(Problem::wrong(format!(
            "a la petición de detrás le respondió {second}, y sola recibe {usual}: tomó el cuerpo por una \
             petición"
        )));
    }
    nothing_else(&mut wire)
}

fn nothing_else(wire: &mut Wire<'_>) -> Outcome {
    match wire.rest() {
        (extra, _) if !extra.is_empty() => {
            Err(Problem::wrong("hubo una respuesta de más: tomó el cuerpo por otra petición"))
        }
        (_, End::Silence | End::Endless) => {
            Err(Problem::wrong("dijo que cerraba, y la conexión siguió abierta"))
        }
        _ => Ok(()),
    }
}

pub(super) const PERMISSION: Stage = Stage {
    name: "permiso",
    title: "Expect: 100-continue",
    rule: "Un cliente puede pedir permiso antes de enviar el cuerpo: se le responde 100 Continue, o \
           directamente la respuesta final. Callar los deja a los dos esperando.",
    source: "RFC 9110 §10.1.1",
    hint: "Con ese encabezado, antes de leer el cuerpo se escribe HTTP/1.1 100 Continue y una línea vacía.",
    chapter: "capítulo 6",
    need: Need::Nothing,
    check: gives_permission,
};

fn gives_permission(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    let lines = "Content-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n";
    wire.send(&examinee.request("POST", lines));
    let first = wire.head()?;
    if first.status >= 200 {
        wire.body(&first, "POST")?;
        return if first.status == 417 {
            Err(Problem::wrong("respondió 417, y 100-continue es la expectativa que sí se atiende"))
        } else {
            Ok(())
        };
    }
    if first.status != 100 {
        return Err(Problem::wrong(format!("antes del cuerpo respondió {}", first.status)));
    }
    wire.send(b"hola");
    wire.response("POST")?;
    Ok(())
}

pub(super) const UNREAD: Stage = Stage {
    name: "sin-leer",
    title: "Un cuerpo grande que nadie lee",
    rule: "Antes de cerrar con bytes sin leer hay que dejar de enviar y seguir leyendo un rato: el corte de \
           golpe (RST) puede borrar la respuesta antes de que el cliente la lea.",
    source: "RFC 9112 §9.6",
    hint: "Primero `shutdown(Shutdown::Write)`; después, lee y tira hasta el final o hasta un tope; y \
           entonces, cierra.",
    chapter: "capítulo 13",
    need: Need::Nothing,
    check: survives_an_unread_body,
};

fn survives_an_unread_body(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    let lines = format!("Content-Length: {UNREAD_BODY}\r\nConnection: close\r\n");
    wire.send(&[examinee.request("POST", &lines), vec![b'a'; UNREAD_BODY]].concat());
    wire.response("POST")?;
    wire.finish_sending();
    wire.rest();
    if wire.was_cut() {
        return Err(Problem::wrong(
            "la respuesta llegó, pero con un corte de golpe detrás: en otra red se habría perdido",
        ));
    }
    Ok(())
}
