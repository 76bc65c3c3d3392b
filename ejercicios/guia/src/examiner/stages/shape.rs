//! La forma de una respuesta: lo primero que necesita cualquier cliente.

// <!-- permite: close, connection -->

use super::super::examinee::Examinee;
use super::super::response::status_line;
use super::super::stage::{Need, Outcome, Stage};
use super::super::wire::{End, Problem};

pub(super) const ANSWERS: Stage = Stage {
    name: "contesta",
    title: "Contesta algo",
    rule: "A cada petición le toca una respuesta.",
    source: "RFC 9110 §3.4",
    hint: "Lee hasta la línea vacía que termina la cabeza, escribe la respuesta y cierra. No esperes a que \
           el cliente cierre: él te espera a ti.",
    chapter: "capítulo 11",
    need: Need::Nothing,
    check: answers,
};

fn answers(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    wire.send(&examinee.request("GET", "Connection: close\r\n"));
    wire.anything()
}

pub(super) const STATUS_LINE: Stage = Stage {
    name: "estado",
    title: "La línea de estado",
    rule: "La respuesta empieza por la versión, un espacio, tres cifras, otro espacio y el motivo, y la \
           línea termina en ␍␊.",
    source: "RFC 9112 §4",
    hint: "El estado que declara la aplicación es «200 OK»: delante le falta HTTP/1.1 y un espacio, y detrás, \
           los dos bytes del final.",
    chapter: "capítulo 1",
    need: Need::Nothing,
    check: has_status_line,
};

fn has_status_line(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    wire.send(&examinee.request("GET", "Connection: close\r\n"));
    status_line(&wire.line()?)?;
    Ok(())
}

pub(super) const FIELDS: Stage = Stage {
    name: "encabezados",
    title: "Los encabezados",
    rule: "Cada encabezado es un nombre, dos puntos y un valor, en su línea terminada en ␍␊. Una línea vacía \
           termina la cabeza.",
    source: "RFC 9112 §5",
    hint: "Entre el nombre y los dos puntos no hay espacios. Y no olvides la línea vacía, también cuando no \
           haya cuerpo.",
    chapter: "capítulo 1",
    need: Need::Nothing,
    check: has_fields,
};

fn has_fields(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    wire.send(&examinee.request("GET", "Connection: close\r\n"));
    wire.head()?;
    Ok(())
}

pub(super) const LENGTH: Stage = Stage {
    name: "longitud",
    title: "El cuerpo mide lo que dice",
    rule: "Content-Length son los bytes del cuerpo, ni uno más ni uno menos. Sin él, el cuerpo va por trozos o \
           lo termina el cierre.",
    source: "RFC 9112 §6.3",
    hint: "Se cuentan bytes y no letras: una «ó» son dos. Lo que sobre sería, para el cliente, el principio de \
           la respuesta siguiente.",
    chapter: "capítulo 1",
    need: Need::Nothing,
    check: has_its_length,
};

fn has_its_length(examinee: &Examinee<'_>) -> Outcome {
    let mut wire = examinee.open()?;
    wire.send(&examinee.request("GET", "Connection: close\r\n"));
    wire.response("GET")?;
    // Si no hace caso a Connection: close, que lo note así. De eso se trata en otra etapa.
    wire.finish_sending();
    match wire.rest() {
        (extra, _) if !extra.is_empty() => Err(Problem::wrong(format!(
            "detrás del cuerpo llegaron {} bytes que no son suyos",
            extra.len()
        ))),
        _ => Ok(()),
    }
}

pub(super) const HEAD: Stage = Stage {
    name: "head",
    title: "HEAD no lleva cuerpo",
    rule: "A HEAD se responde lo mismo que a GET, sin un solo byte de cuerpo. Si dice Content-Length, es el \
           que tendría GET.",
    source: "RFC 9110 §9.3.2",
    hint: "Llama a la aplicación como siempre y envía la cabeza entera. Lo que no se envía es lo de detrás.",
    chapter: "capítulo 4",
    need: Need::Nothing,
    check: head_has_no_body,
};

fn head_has_no_body(examinee: &Examinee<'_>) -> Outcome {
    let usual = examinee.usual()?;
    let mut wire = examinee.open()?;
    wire.send(&examinee.request("HEAD", "Connection: close\r\n"));
    let head = wire.response("HEAD")?.head;
    let length = |head: &super::super::response::Head| {
        head.values("Content-Length").next().map(str::to_owned)
    };
    if let (Some(own), Some(other)) = (length(&head), length(&usual.head))
        && own != other
        && head.status == usual.head.status
    {
        return Err(Problem::wrong(format!("a GET se le anuncian {other} bytes, y a HEAD, {own}")));
    }
    wire.finish_sending();
    match wire.rest() {
        (extra, _) if !extra.is_empty() => {
            Err(Problem::wrong(format!("detrás de la cabeza llegaron {} bytes", extra.len())))
        }
        (_, End::Closed | End::Silence | End::Endless) => Ok(()),
        (_, End::Reset) => Err(Problem::wrong("la conexión se cortó de golpe detrás de la cabeza")),
    }
}
