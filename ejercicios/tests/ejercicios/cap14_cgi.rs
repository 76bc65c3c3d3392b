//! Lo que debe responder el ejercicio del capítulo 14. El lado izquierdo es lo esperado.

use std::io::{self, Read};

use ejercicios::cap14_cgi::respond;
use pretty_assertions::assert_eq;

/// Una entrada que llega de a un byte y que nunca se cierra: seguir leyendo es esperar para siempre.
struct Open<'a>(&'a [u8]);

impl Read for Open<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        assert!(
            !self.0.is_empty() || room.is_empty(),
            "se leyó más allá de lo anunciado, y la entrada sigue abierta: aquí se esperaría para siempre\n\
             pista: deja de leer en cuanto tengas los bytes de `CONTENT_LENGTH` \
             (capítulo 14, «El trato más viejo de la web»)"
        );
        let count = room.len().min(1);
        room[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

/// Lo que escribe el programa con esas variables y esa entrada.
#[track_caller]
fn written(variables: &[(&str, &str)], mut input: impl Read) -> String {
    let mut output = Vec::new();
    respond(variables, &mut input, &mut output).expect("escribir en la memoria no falla");
    String::from_utf8(output).expect("lo escrito es UTF-8")
}

fn expected(status: &str, headers: &str, body: &str, length: usize) -> String {
    format!(
        "Status: {status}\r\nContent-Type: text/plain; charset=utf-8\r\n\
         {headers}Content-Length: {length}\r\n\r\n{body}"
    )
}

/// Lo que se espera, con los encabezados en el orden en que se escribieron.
#[track_caller]
fn check(expected: &str, found: &str, advice: &str) {
    let in_order = |text: &str| {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, "(no hay línea vacía)"));
        let mut lines: Vec<String> = head.split("\r\n").map(str::to_owned).collect();
        lines.sort_by_key(|line| line.to_lowercase());
        (lines, body.to_owned())
    };
    assert_eq!(in_order(expected), in_order(found), "{advice}");
}

#[test]
fn a_get_le_da_la_invitacion() {
    check(
        &expected("200 OK", "", "Escribe tu sugerencia\n", 22),
        &written(&[("PATH_INFO", "/"), ("REQUEST_METHOD", "GET")], io::empty()),
        "pista: la respuesta es la cabeza, una línea vacía y el cuerpo, con `\\r\\n` en la cabeza \
         (capítulo 14, «El trato más viejo de la web»)",
    );
}

#[test]
fn a_head_solo_los_encabezados() {
    check(
        &expected("200 OK", "", "", 22),
        &written(&[("REQUEST_METHOD", "HEAD")], io::empty()),
        "pista: la longitud es la que tendría el cuerpo, y el cuerpo no va (capítulo 14, «Predice»)",
    );
}

#[test]
fn anota_lo_que_llega_y_nada_mas() {
    let text = "Más café, por favor ☕";
    let length = text.len().to_string();
    let variables = [("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", &length)];
    let body = format!("Anotado: {text}\n");
    check(
        &expected("200 OK", "", &body, body.len()),
        &written(&variables, Open(text.as_bytes())),
        "pista: `Content-Length` cuenta bytes, no letras (capítulo 1, «Por qué bytes»)",
    );
}

#[test]
fn lo_que_no_es_utf8_no_hace_fallar() {
    let variables = [("REQUEST_METHOD", "POST"), ("CONTENT_LENGTH", "3")];
    check(
        &expected("200 OK", "", "Anotado: a\u{FFFD}b\n", 15),
        &written(&variables, Open(b"a\xFFb")),
        "pista: `String::from_utf8_lossy` (capítulo 6, «Ejercicio»)",
    );
}

#[test]
fn un_cuerpo_mal_anunciado_se_rechaza() {
    for (length, body) in [
        (None, "hola"),
        (Some("muchos"), "hola"),
        (Some("-1"), "hola"),
        // Llegaron menos de los que se anunciaron.
        (Some("9"), "hola"),
        (Some("99999999999999"), "hola"),
    ] {
        let mut variables = vec![("REQUEST_METHOD", "POST")];
        variables.extend(length.map(|length| ("CONTENT_LENGTH", length)));
        check(
            &expected("400 Bad Request", "", "No se entiende\n", 15),
            &written(&variables, body.as_bytes()),
            &format!(
                "con CONTENT_LENGTH {length:?} y el cuerpo {body:?}\n\
                 pista: si no se sabe cuánto mide, o no llega entero, no hay nada que anotar \
                 (capítulo 14, «Ejercicio»)"
            ),
        );
    }
}

#[test]
fn los_demas_metodos_se_rechazan() {
    for method in ["PUT", "DELETE", "get"] {
        check(
            &expected("405 Method Not Allowed", "Allow: GET, HEAD, POST\r\n", "Aquí no\n", 9),
            &written(&[("REQUEST_METHOD", method)], io::empty()),
            "pista: `Allow` dice cuáles sí, y las mayúsculas cuentan (capítulo 14, «Ejercicio»)",
        );
    }
}
