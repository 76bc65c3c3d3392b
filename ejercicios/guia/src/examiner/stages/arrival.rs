//! Cómo llegan las peticiones de verdad: de otra versión, partidas, con métodos raros.

// <!-- permite: close, connection -->

use std::time::Duration;

use super::super::examinee::Examinee;
use super::super::stage::{Need, Outcome, Stage};
use super::super::wire::{End, Problem};

/// Lo que separa en la red lo que se manda por partes.
const PAUSE: Duration = Duration::from_millis(60);
const SHORT_PAUSE: Duration = Duration::from_millis(2);

pub(super) const CLOSE: Stage = Stage {
    name: "cierra",
    title: "Cierra si se lo piden",
    rule: "Quien recibe Connection: close responde y cierra.",
    source: "RFC 9112 §9.6",
    hint: "El valor es una lista, y da igual escribir Close que close.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: closes,
};

fn closes(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    wire.send(&examinee.request("GET", "Connection: Close\r\n"));
    wire.response("GET")?;
    match wire.rest().1 {
        End::Closed => Ok(()),
        End::Reset => {
            Err(Problem::wrong("respondió, pero en lugar de cerrar cortó la conexión de golpe"))
        }
        End::Silence | End::Endless => {
            Err(Problem::wrong("respondió, pero la conexión siguió abierta"))
        }
    }
}

pub(super) const HTTP_10: Stage = Stage {
    name: "uno-punto-cero",
    title: "Entiende HTTP/1.0",
    rule: "Un cliente de HTTP/1.0 no conoce los trozos ni las conexiones que siguen: se le responde sin \
           Transfer-Encoding, y se cierra. Tampoco tiene que mandar Host.",
    source: "RFC 9112 §6.1, §9.3",
    hint: "Mira la versión que trae la línea de petición antes de decidir cómo se envía el cuerpo.",
    chapter: "capítulo 7",
    need: Need::Nothing,
    check: speaks_http_10,
};

fn speaks_http_10(examinee: &Examinee<'_>) -> Outcome {
    let usual = examinee.usual()?.head.status;
    let mut wire = examinee.open()?;
    wire.send(b"GET / HTTP/1.0\r\n\r\n");
    let response = wire.response("GET")?;
    if response.head.values("Transfer-Encoding").next().is_some() {
        return Err(Problem::wrong("la respuesta lleva Transfer-Encoding, que HTTP/1.0 no conoce"));
    }
    expect_usual(usual, response.head.status)?;
    match wire.rest().1 {
        End::Closed => Ok(()),
        End::Reset => {
            Err(Problem::wrong("respondió, pero en lugar de cerrar cortó la conexión de golpe"))
        }
        End::Silence | End::Endless => {
            Err(Problem::wrong("la conexión siguió abierta, y nadie pidió conservarla"))
        }
    }
}

pub(super) const SPLIT: Stage = Stage {
    name: "partida",
    title: "Una petición partida",
    rule: "Por la red viajan bytes, no mensajes: una petición puede llegar en varios trozos, cortada en \
           cualquier sitio.",
    source: "RFC 9112 §2.2",
    hint: "Una lectura no es una petición. Junta lo que llega y sigue leyendo hasta ver la línea vacía.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: joins_the_parts,
};

fn joins_the_parts(examinee: &Examinee<'_>) -> Outcome {
    let usual = examinee.usual()?.head.status;
    let request = examinee.request("GET", "Connection: close\r\n");
    let (last, start) = request.split_last().expect("una petición tiene bytes");
    let (first, second) = start.split_at(b"GET / HTTP/1.1\r\nHo".len());
    let mut wire = examinee.open()?;
    wire.send_slowly([first, second, &[*last]], PAUSE);
    expect_usual(usual, wire.response("GET")?.head.status)
}

pub(super) const BYTE_BY_BYTE: Stage = Stage {
    name: "byte-a-byte",
    title: "Byte a byte",
    rule: "Tampoco hay un mínimo: cada lectura puede traer un solo byte.",
    source: "RFC 9112 §2.2",
    hint: "El final de la cabeza son cuatro bytes seguidos: búscalo en todo lo juntado y no solo en lo último \
           que llegó.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: joins_the_bytes,
};

fn joins_the_bytes(examinee: &Examinee<'_>) -> Outcome {
    let usual = examinee.usual()?.head.status;
    let request = examinee.request("GET", "Connection: close\r\n");
    let mut wire = examinee.open()?;
    wire.send_slowly(request.chunks(1), SHORT_PAUSE);
    expect_usual(usual, wire.response("GET")?.head.status)
}

pub(super) const METHOD: Stage = Stage {
    name: "metodo",
    title: "Un método desconocido",
    rule: "Un método que nadie conoce también recibe respuesta: la de la aplicación, o 501 si el servidor no \
           la consulta.",
    source: "RFC 9110 §9.1",
    hint: "El servidor no elige qué métodos hay: pásalo en REQUEST_METHOD y que responda la aplicación.",
    chapter: "capítulo 4",
    need: Need::Nothing,
    check: answers_any_method,
};

fn answers_any_method(examinee: &Examinee<'_>) -> Outcome {
    let request = examinee.request("INFUSIONA", "Connection: close\r\n");
    let status = examinee.ask("INFUSIONA", &request)?.head.status;
    if status >= 500 && status != 501 {
        return Err(Problem::wrong(format!(
            "respondió {status}: una avería, por un método que no conoce"
        )));
    }
    Ok(())
}

/// La respuesta a una petición bien hecha es la de siempre.
fn expect_usual(usual: u16, status: u16) -> Outcome {
    if status == usual {
        return Ok(());
    }
    Err(Problem::wrong(format!("respondió {status}, y a la misma petición de una vez, {usual}")))
}
