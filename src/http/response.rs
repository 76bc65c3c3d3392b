//! De una respuesta a bytes: la línea de estado, los campos del servidor y la forma del cuerpo
//! (RFC 9112 §4, §6 y §7.1).

use super::{Persistence, Version};

/// Cómo se presenta este programa: en `SERVER_SOFTWARE` y en el encabezado `Server`.
pub(crate) const SOFTWARE: &str =
    concat!("pasarela/", env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

/// Lo que el servidor decide de una respuesta, aparte de lo que la aplicación declaró.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) framing: Framing,
    pub(crate) persistence: Persistence,
}

/// Cómo sabrá el cliente dónde termina el cuerpo (RFC 9112 §6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// El estado o el método dicen que no hay cuerpo.
    None,
    /// La aplicación ya escribió `Content-Length`.
    Declared,
    /// El servidor escribe `Content-Length`.
    Length(u64),
    /// Trozo a trozo (§7.1).
    Chunked,
    /// El cierre de la conexión marca el final.
    UntilClose,
    /// Lo dice el protocolo que lo envuelve.
    Enveloped,
}

impl Framing {
    /// La forma de un cuerpo cuya longitud no se conoce.
    pub(crate) fn for_unknown_length(version: Version) -> Self {
        match version {
            Version::Http11 => Self::Chunked,
            // Un cliente HTTP/1.0 no entiende chunked: el cierre marca el final.
            Version::Http10 => Self::UntilClose,
        }
    }

    /// Si quien recibe tomaría un cierre a medias por el final.
    pub(crate) fn ends_with_any_close(self) -> bool {
        matches!(self, Self::UntilClose | Self::Enveloped)
    }
}

/// Escribe la cabeza: estado, campos comunes (`Date`, `Server`), los de la aplicación y los que
/// deciden la entrega.
#[inline(always)]
pub(crate) fn write_head(
    out: &mut Vec<u8>,
    status: &[u8],
    common: &[u8],
    fields: &[u8],
    delivery: Delivery,
) {
    out.extend_from_slice(b"HTTP/1.1 ");
    out.extend_from_slice(status);
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(common);
    out.extend_from_slice(fields);
    match delivery.framing {
        Framing::Length(length) => write_content_length(out, length),
        Framing::Chunked => out.extend_from_slice(b"Transfer-Encoding: chunked\r\n"),
        Framing::None | Framing::Declared | Framing::UntilClose | Framing::Enveloped => {}
    }
    out.extend_from_slice(match delivery.persistence {
        Persistence::KeepAlive => b"".as_slice(),
        Persistence::KeepAliveAnnounced => b"Connection: keep-alive\r\n",
        Persistence::Close => b"Connection: close\r\n",
    });
    out.extend_from_slice(b"\r\n");
}

fn write_content_length(out: &mut Vec<u8>, length: u64) {
    out.extend_from_slice(b"Content-Length: ");
    write_number::<10>(out, length);
    out.extend_from_slice(b"\r\n");
}

/// Las cifras de `number` en esa base, que es fija para no dividir; `write!` cuesta varias veces más.
fn write_number<const BASE: u64>(out: &mut Vec<u8>, mut number: u64) {
    // Las de `u64::MAX`, que en base 10 son veinte.
    let mut digits = [b'0'; 20];
    let mut from = digits.len();
    loop {
        from -= 1;
        digits[from] = b"0123456789abcdef"[(number % BASE) as usize];
        number /= BASE;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[from..]);
}

/// Lo que va delante de un trozo no vacío del cuerpo.
pub(crate) fn write_chunk_start(out: &mut Vec<u8>, framing: Framing, length: usize) {
    if framing == Framing::Chunked {
        write_number::<16>(out, length as u64);
        out.extend_from_slice(b"\r\n");
    }
}

/// Lo que va detrás de un trozo.
pub(crate) fn write_chunk_end(out: &mut Vec<u8>, framing: Framing) {
    if framing == Framing::Chunked {
        out.extend_from_slice(b"\r\n");
    }
}

/// Lo que va detrás del último trozo.
pub(crate) fn write_end(out: &mut Vec<u8>, framing: Framing) {
    if framing == Framing::Chunked {
        out.extend_from_slice(b"0\r\n\r\n");
    }
}

/// El permiso para enviar el cuerpo (RFC 9110 §15.2.1).
pub(crate) const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(framing: Framing, persistence: Persistence, expected: &str) {
        let mut out = Vec::new();
        let delivery = Delivery { framing, persistence };
        write_head(&mut out, b"200 OK", b"Date: x\r\n", b"A: b\r\n", delivery);
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[test]
    fn la_cabeza_dice_como_termina_el_cuerpo() {
        let start = "HTTP/1.1 200 OK\r\nDate: x\r\nA: b\r\n";
        let keep = Persistence::KeepAlive;
        check(Framing::Declared, keep, &format!("{start}\r\n"));
        check(Framing::Length(29), keep, &format!("{start}Content-Length: 29\r\n\r\n"));
        check(Framing::Chunked, keep, &format!("{start}Transfer-Encoding: chunked\r\n\r\n"));
        let close = Persistence::Close;
        check(Framing::UntilClose, close, &format!("{start}Connection: close\r\n\r\n"));
        let announced = Persistence::KeepAliveAnnounced;
        check(Framing::None, announced, &format!("{start}Connection: keep-alive\r\n\r\n"));
    }

    #[test]
    fn los_numeros_se_escriben_enteros() {
        for number in [0, 9, 10, 15, 16, 255, 4096, 1_000_000, u64::MAX] {
            let (mut decimal, mut hexadecimal) = (Vec::new(), Vec::new());
            write_number::<10>(&mut decimal, number);
            write_number::<16>(&mut hexadecimal, number);
            assert_eq!(String::from_utf8_lossy(&decimal), format!("{number}"));
            assert_eq!(String::from_utf8_lossy(&hexadecimal), format!("{number:x}"));
        }
    }

    #[test]
    fn los_trozos_llevan_su_tamano() {
        let mut out = Vec::new();
        write_chunk_start(&mut out, Framing::Chunked, 26);
        write_chunk_end(&mut out, Framing::Chunked);
        write_end(&mut out, Framing::Chunked);
        write_chunk_start(&mut out, Framing::Length(1), 1);
        write_end(&mut out, Framing::Length(1));
        assert_eq!(String::from_utf8_lossy(&out), "1a\r\n\r\n0\r\n\r\n");
    }
}
