//! La cabeza de una respuesta para un servidor web: él pone lo que falte (`Date`, `Server`) y decide
//! cómo viaja el cuerpo.

/// Cómo se dice el estado.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StatusLine {
    /// `Status: 200 OK`, en CGI, FastCGI y SCGI (RFC 3875 §6.3.3).
    Field,
    /// `HTTP/1.1 200 OK`: en uwsgi, Apache no entiende otra.
    Http,
}

/// Escribe la cabeza, con su línea vacía. `length` es la del cuerpo, si la aplicación no la declaró
/// y se sabe.
pub(crate) fn write(
    out: &mut Vec<u8>,
    line: StatusLine,
    status: &[u8],
    fields: &[u8],
    length: Option<u64>,
) {
    let prefix = match line {
        StatusLine::Field => "Status: ",
        StatusLine::Http => "HTTP/1.1 ",
    };
    for part in [prefix.as_bytes(), status, b"\r\n", fields] {
        out.extend_from_slice(part);
    }
    if let Some(length) = length {
        out.extend_from_slice(format!("Content-Length: {length}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(line: StatusLine, length: Option<u64>, expected: &str) {
        let mut out = Vec::new();
        write(&mut out, line, b"404 Not Found", b"A: b\r\n", length);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn el_estado_va_como_lo_entiende_cada_servidor() {
        check(StatusLine::Field, None, "Status: 404 Not Found\r\nA: b\r\n\r\n");
        check(StatusLine::Http, None, "HTTP/1.1 404 Not Found\r\nA: b\r\n\r\n");
    }

    #[test]
    fn la_longitud_se_dice_si_se_sabe() {
        let expected = "Status: 404 Not Found\r\nA: b\r\nContent-Length: 12\r\n\r\n";
        check(StatusLine::Field, Some(12), expected);
    }
}
