//! Lo que no se atiende: mal escrito, contradictorio o sin fin. Se dice con su estado, y no callando.

// <!-- permite: close, connection, host, token -->

use super::super::examinee::Examinee;
use super::super::stage::{Need, Outcome, Stage};
use super::super::wire::{End, Problem};

/// Más de lo que cualquier servidor acepta en una cabeza, y lo más que se le manda.
const TOO_LONG: usize = 2 << 20;

pub(super) const GARBAGE: Stage = Stage {
    name: "basura",
    title: "Lo que no es HTTP",
    rule: "A una línea de petición que no se entiende se responde 400.",
    source: "RFC 9112 §3",
    hint: "Lo que manda un cliente puede ser cualquier cosa: un error al leerlo es una respuesta, y nunca un \
           pánico.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: refuses_garbage,
};

fn refuses_garbage(examinee: &Examinee<'_>) -> Outcome {
    refuses(examinee, b"hola, servidor\r\n\r\n", &[400])?;
    // Así empieza un saludo de TLS: alguien escribió `https://`.
    refuses(examinee, b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n", &[400])
}

pub(super) const NO_HOST: Stage = Stage {
    name: "sin-host",
    title: "Sin Host, 400",
    rule: "A una petición de HTTP/1.1 sin Host, o con dos, se responde 400.",
    source: "RFC 9112 §3.2",
    hint: "Cuenta cuántos Host llegaron antes de llamar a la aplicación. A HTTP/1.0 no se le exige.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: demands_host,
};

fn demands_host(examinee: &Examinee<'_>) -> Outcome {
    refuses(examinee, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", &[400])?;
    refuses(examinee, &examinee.request("GET", "Host: otro\r\nConnection: close\r\n"), &[400])
}

pub(super) const SPACE: Stage = Stage {
    name: "espacio",
    title: "Un espacio antes de los dos puntos",
    rule: "Entre el nombre de un encabezado y los dos puntos no hay nada: si lo hay, 400. Unos servidores lo \
           quitan y otros no, y por ahí se cuelan peticiones.",
    source: "RFC 9112 §5.1",
    hint: "No recortes el nombre: compruébalo. Sus letras son las de un *token*.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: refuses_a_space,
};

fn refuses_a_space(examinee: &Examinee<'_>) -> Outcome {
    refuses(examinee, &examinee.request("GET", "X-Prueba : 1\r\nConnection: close\r\n"), &[400])
}

pub(super) const LENGTHS: Stage = Stage {
    name: "longitudes",
    title: "Dos longitudes distintas",
    rule: "Con dos Content-Length distintos, o uno que no es un número, no se sabe dónde termina el cuerpo: \
           400, y se cierra.",
    source: "RFC 9112 §6.3",
    hint: "Solo cifras: ni signo, ni espacios, ni coma. Quien acepta «+5» no lee lo mismo que el de delante.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: refuses_two_lengths,
};

fn refuses_two_lengths(examinee: &Examinee<'_>) -> Outcome {
    for lines in ["Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: +5\r\n"] {
        let mut request = examinee.request("POST", &format!("Connection: close\r\n{lines}"));
        request.extend_from_slice(b"hola!");
        refuses(examinee, &request, &[400])?;
    }
    Ok(())
}

pub(super) const TWO_MEASURES: Stage = Stage {
    name: "dos-medidas",
    title: "Longitud y trozos a la vez",
    rule: "Una petición con Content-Length y Transfer-Encoding se rechaza, o se lee por trozos; y después la \
           conexión se cierra siempre.",
    source: "RFC 9112 §6.1",
    hint: "Es el truco con que se le cuela una petición al servidor de atrás. Lo seguro es el 400.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: closes_after_two_measures,
};

fn closes_after_two_measures(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    let lines = "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n";
    wire.send(&[examinee.request("POST", lines).as_slice(), b"0\r\n\r\n"].concat());
    wire.send(&examinee.request("GET", ""));
    let status = wire.response("POST")?.head.status;
    match wire.rest() {
        (extra, _) if !extra.is_empty() => Err(Problem::wrong(format!(
            "respondió {status} y siguió atendiendo lo que venía detrás, que pudo escribirlo otro"
        ))),
        (_, End::Silence | End::Endless) => {
            Err(Problem::wrong(format!("respondió {status} y dejó la conexión abierta")))
        }
        _ => Ok(()),
    }
}

pub(super) const LONG_TARGET: Stage = Stage {
    name: "direccion-larga",
    title: "Una dirección sin fin",
    rule: "A una dirección más larga de lo que se quiere leer se responde 414. Sin un límite, quien quiera \
           llena la memoria.",
    source: "RFC 9112 §3",
    hint: "Pon un tope a lo que juntas antes de la línea vacía. Y al rechazar, sigue leyendo un poco antes de \
           cerrar: si no, el corte se lleva tu respuesta.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: refuses_a_long_target,
};

fn refuses_a_long_target(examinee: &Examinee<'_>) -> Outcome {
    let target = "a".repeat(TOO_LONG);
    let request = format!("GET /{target} HTTP/1.1\r\nHost: {}\r\n\r\n", examinee.host());
    refuses(examinee, request.as_bytes(), &[414, 431])
}

pub(super) const LONG_FIELDS: Stage = Stage {
    name: "encabezados-largos",
    title: "Encabezados sin fin",
    rule: "A unos encabezados más largos de lo que se quiere leer se responde con un estado 4xx: el suyo es \
           431.",
    source: "RFC 9110 §5.4, RFC 6585 §5",
    hint: "El tope es de la cabeza entera: muchos encabezados pequeños también pesan.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: refuses_long_fields,
};

fn refuses_long_fields(examinee: &Examinee<'_>) -> Outcome {
    let line = format!("X-Relleno: {}\r\n", "a".repeat(4096));
    let request = examinee.request("GET", &line.repeat(TOO_LONG / line.len()));
    refuses(examinee, &request, &[400, 413, 414, 431])
}

/// A esos bytes se responde con uno de esos estados; y quien pregunta a continuación recibe lo de siempre.
fn refuses(examinee: &Examinee<'_>, bytes: &[u8], wanted: &[u16]) -> Outcome {
    // Al soltarla se cierra: quien atiende de uno en uno queda libre para el siguiente.
    let status = examinee.ask("GET", bytes)?.head.status;
    if !wanted.contains(&status) {
        return Err(Problem::wrong(format!("respondió {status}, y se esperaba {}", wanted[0])));
    }
    match examinee.usual() {
        Ok(_) => Ok(()),
        Err(problem) => Err(Problem::wrong(format!(
            "lo rechazó bien, pero a quien preguntó después no le respondió: {problem}"
        ))),
    }
}
