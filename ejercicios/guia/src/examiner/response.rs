//! Leer una respuesta, con el rigor de un cliente que no perdona (RFC 9112). Solo funciones puras: de los
//! bytes que han llegado a lo que dicen, o a por qué no se entienden.

/// La cabeza de una respuesta.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) status: u16,
    /// La segunda cifra de la versión: el 1 de `HTTP/1.1`.
    pub(super) minor: u8,
    fields: Vec<(String, String)>,
}

/// Dónde termina el cuerpo (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Framing {
    Empty,
    Length(usize),
    Chunked,
    UntilClose,
}

impl Head {
    /// Los valores de un encabezado.
    pub(super) fn values<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'h str> {
        let own = self.fields.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        own.map(|(_, value)| value.as_str())
    }

    /// Si un encabezado que es una lista lleva esa palabra.
    pub(super) fn lists(&self, name: &str, word: &str) -> bool {
        let mut words = self.values(name).flat_map(|value| value.split(','));
        words.any(|known| known.trim().eq_ignore_ascii_case(word))
    }

    /// Dónde termina el cuerpo de la respuesta a una petición con ese método.
    pub(super) fn framing(&self, method: &str) -> Result<Framing, String> {
        let lengths: Vec<&str> = self.values("Content-Length").collect();
        let is_coded = self.values("Transfer-Encoding").next().is_some();
        if is_coded && !lengths.is_empty() {
            return Err("la respuesta lleva Content-Length y Transfer-Encoding a la vez".into());
        }
        if method == "HEAD" || self.status < 200 || [204, 304].contains(&self.status) {
            return Ok(Framing::Empty);
        }
        match (is_coded, lengths.as_slice()) {
            (true, _) if self.lists("Transfer-Encoding", "chunked") => Ok(Framing::Chunked),
            (true, _) => Err("la respuesta lleva un Transfer-Encoding que no es chunked".into()),
            (false, []) => Ok(Framing::UntilClose),
            (false, [length]) => length_of(length).map(Framing::Length),
            (false, _) => Err("la respuesta lleva más de un Content-Length".into()),
        }
    }
}

fn length_of(value: &str) -> Result<usize, String> {
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let length = value.parse().ok().filter(|_| is_number);
    length.ok_or_else(|| format!("Content-Length dice «{value}», que no es un número"))
}

/// Lee una línea de estado, sin su final: `HTTP/1.1 200 OK`. Da la versión menor y el estado.
pub(super) fn status_line(line: &[u8]) -> Result<(u8, u16), String> {
    let text = String::from_utf8_lossy(line);
    let wrong = |why: &str| Err(format!("la línea de estado es «{text}», y {why}"));
    let Some(rest) = text.strip_prefix("HTTP/") else { return wrong("no empieza por HTTP/") };
    let Some((version, rest)) = rest.split_once(' ') else {
        return wrong("no hay un espacio detrás de la versión");
    };
    let minor = match version {
        "1.0" => 0,
        "1.1" => 1,
        _ => return wrong("la versión no es 1.0 ni 1.1"),
    };
    // La RFC pide el espacio aunque el motivo esté vacío.
    let Some((status, _)) = rest.split_once(' ') else {
        return wrong("no hay un espacio detrás del estado");
    };
    match status.parse() {
        Ok(status @ 100..=599) if status.to_string().len() == 3 => Ok((minor, status)),
        _ => wrong("el estado no son tres cifras, entre 100 y 599"),
    }
}

/// La cabeza que hay al principio, y cuántos bytes ocupa; nada, si todavía no está entera.
pub(super) fn head(bytes: &[u8]) -> Result<Option<(Head, usize)>, String> {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let Some(first) = lines.next().filter(|line| line.ends_with(b"\n")) else { return Ok(None) };
    let (minor, status) = status_line(without_end(first)?)?;
    let mut length = first.len();
    let mut fields = Vec::new();
    for line in lines {
        if !line.ends_with(b"\n") {
            return Ok(None);
        }
        length += line.len();
        match without_end(line)? {
            [] => return Ok(Some((Head { status, minor, fields }, length))),
            line => fields.push(field(line)?),
        }
    }
    Ok(None)
}

fn without_end(line: &[u8]) -> Result<&[u8], String> {
    line.strip_suffix(b"\r\n").ok_or_else(|| {
        let text = String::from_utf8_lossy(line);
        format!("la línea «{}» termina en ␊, y debe terminar en ␍␊", text.trim_end())
    })
}

fn field(line: &[u8]) -> Result<(String, String), String> {
    let text = String::from_utf8_lossy(line);
    let wrong = |why: &str| Err(format!("el encabezado «{text}» {why}"));
    let Some((name, value)) = text.split_once(':') else { return wrong("no tiene dos puntos") };
    if name.is_empty() || !name.bytes().all(is_token) {
        return wrong("tiene, antes de los dos puntos, algo que no va en un nombre");
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t']).to_owned()))
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// El cuerpo por trozos que hay al principio, y cuántos bytes ocupa; nada, si todavía no está entero.
pub(super) fn chunked(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, String> {
    let mut body = Vec::new();
    let mut at = 0;
    while let Some(line) = line_at(bytes, at) {
        let size = size_of(line)?;
        at += line.len() + 2;
        if size == 0 {
            return Ok(end_of_trailers(bytes, at).map(|end| (body, end)));
        }
        let Some(chunk) = bytes.get(at..at + size + 2) else { return Ok(None) };
        let Some(content) = chunk.strip_suffix(b"\r\n") else {
            return Err(format!("detrás de los {size} bytes de un trozo no hay ␍␊"));
        };
        body.extend_from_slice(content);
        at += size + 2;
    }
    Ok(None)
}

/// La línea que empieza ahí, sin su final, si ya llegó entera.
fn line_at(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let end = rest.windows(2).position(|pair| pair == b"\r\n")?;
    Some(&rest[..end])
}

fn size_of(line: &[u8]) -> Result<usize, String> {
    let text = String::from_utf8_lossy(line);
    let digits = text.split(';').next().unwrap_or_default();
    let is_number =
        (1..=7).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_hexdigit());
    let size = usize::from_str_radix(digits, 16).ok().filter(|_| is_number);
    size.ok_or_else(|| format!("el tamaño de un trozo dice «{text}», que no es hexadecimal"))
}

fn end_of_trailers(bytes: &[u8], mut at: usize) -> Option<usize> {
    while let Some(line) = line_at(bytes, at) {
        at += line.len() + 2;
        if line.is_empty() {
            return Some(at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn la_linea_de_estado_se_lee_o_se_dice_por_que_no() {
        assert_eq!(status_line(b"HTTP/1.1 200 OK"), Ok((1, 200)));
        assert_eq!(status_line(b"HTTP/1.0 404 "), Ok((0, 404)));
        for wrong in [
            "",
            "hola",
            "http/1.1 200 OK",
            "HTTP/1.1",
            "HTTP/1.1 200",
            "HTTP/2 200 OK",
            "HTTP/1.1  200 OK",
            "HTTP/1.1 20 OK",
            "HTTP/1.1 +20 OK",
            "HTTP/1.1 999 OK",
        ] {
            assert!(status_line(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }

    #[test]
    fn la_cabeza_llega_cuando_llega() {
        let whole = b"HTTP/1.1 200 OK\r\nContent-length: 3\r\nX:\ty \r\n\r\nabc";
        for end in 0..whole.len() - 3 {
            assert_eq!(head(&whole[..end]), Ok(None), "{end}");
        }
        let (head, length) = head(whole).expect("está bien escrita").expect("está entera");
        assert_eq!((head.status, head.minor, length), (200, 1, whole.len() - 3));
        assert_eq!(head.values("x").collect::<Vec<_>>(), ["y"]);
        assert_eq!(head.framing("GET"), Ok(Framing::Length(3)));
        assert_eq!(head.framing("HEAD"), Ok(Framing::Empty));
    }

    #[test]
    fn una_cabeza_mal_escrita_se_explica() {
        for (wrong, why) in [
            ("HTTP/1.1 200 OK\n\n", "termina en ␊, y debe terminar en ␍␊"),
            ("HTTP/1.1 200 OK\r\nsin nada\r\n\r\n", "no tiene dos puntos"),
            ("HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "algo que no va en un nombre"),
        ] {
            let error = head(wrong.as_bytes()).expect_err(wrong);
            assert!(error.ends_with(why), "{error}");
        }
    }

    #[test]
    fn el_final_del_cuerpo_no_admite_dudas() {
        let framing = |fields: &str| {
            let text = format!("HTTP/1.1 200 OK\r\n{fields}\r\n");
            head(text.as_bytes()).expect("se lee").expect("está entera").0.framing("GET")
        };
        assert_eq!(framing(""), Ok(Framing::UntilClose));
        assert_eq!(framing("Transfer-Encoding: Chunked\r\n"), Ok(Framing::Chunked));
        for wrong in [
            "Content-Length: +3\r\n",
            "Content-Length: 3\r\nContent-Length: 3\r\n",
            "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: gzip\r\n",
        ] {
            assert!(framing(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn los_trozos_se_juntan_y_lo_de_detras_no_es_suyo() {
        let whole = b"3;a=b\r\nabc\r\n1\r\n\n\r\n0\r\nX: y\r\n\r\nHTTP";
        assert_eq!(chunked(whole), Ok(Some((b"abc\n".to_vec(), whole.len() - 4))));
        for end in 0..whole.len() - 4 {
            assert_eq!(chunked(&whole[..end]), Ok(None), "{end}");
        }
        for wrong in ["x\r\n", "-1\r\n", "3\r\nabcd\r\n", "\r\n", "ffffffff\r\n"] {
            assert!(chunked(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
