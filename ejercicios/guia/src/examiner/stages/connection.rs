//! Varias peticiones en una conexión.

// <!-- permite: close, connection -->

use super::super::examinee::Examinee;
use super::super::stage::{Need, Outcome, Stage};
use super::super::wire::{Problem, Response};

pub(super) const TWO: Stage = Stage {
    name: "dos",
    title: "Dos peticiones en una conexión",
    rule: "En HTTP/1.1 la conexión sigue abierta mientras nadie diga lo contrario.",
    source: "RFC 9112 §9.3",
    hint: "Al terminar una respuesta, vuelve a leer de la misma conexión. Para eso el cliente tiene que saber \
           dónde termina cada cuerpo.",
    chapter: "capítulo 12",
    need: Need::Nothing,
    check: keeps_the_connection,
};

fn keeps_the_connection(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    wire.send(&examinee.request("GET", ""));
    let first = wire.response("GET")?;
    if first.head.lists("Connection", "close") {
        return Err(Problem::wrong("respondió Connection: close, y nadie se lo pidió"));
    }
    wire.send(&examinee.request("GET", "Connection: close\r\n"));
    let second = wire.response("GET").map_err(|problem| {
        Problem::wrong(format!("a la primera respondió, y a la segunda no: {problem}"))
    })?;
    same(&first, &second)
}

pub(super) const ROW: Stage = Stage {
    name: "fila",
    title: "Dos peticiones en fila",
    rule: "Un cliente puede mandar la segunda sin esperar la primera respuesta. Se responden en su orden.",
    source: "RFC 9112 §9.3.2",
    hint: "Lo que leíste de más, detrás de la línea vacía, es de la petición siguiente: guárdalo para ella.",
    chapter: "capítulo 12",
    need: Need::Nothing,
    check: answers_in_a_row,
};

fn answers_in_a_row(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    let (first, second) =
        (examinee.request("GET", ""), examinee.request("HEAD", "Connection: close\r\n"));
    wire.send(&[first, second].concat());
    let first = wire.response("GET")?;
    let second = wire.response("HEAD").map_err(|problem| {
        Problem::wrong(format!("a la primera respondió, y a la segunda no: {problem}"))
    })?;
    match wire.rest().0.len() {
        0 if first.head.status == second.head.status => Ok(()),
        0 => Err(Problem::wrong(format!(
            "a GET le respondió {} y a HEAD, {}",
            first.head.status, second.head.status
        ))),
        extra => Err(Problem::wrong(format!(
            "detrás de las dos respuestas llegaron {extra} bytes: ¿no eran en ese orden?"
        ))),
    }
}

fn same(first: &Response, second: &Response) -> Outcome {
    if first.head.status == second.head.status {
        return Ok(());
    }
    Err(Problem::wrong(format!(
        "a la primera respondió {}, y a la segunda, igual, {}",
        first.head.status, second.head.status
    )))
}
