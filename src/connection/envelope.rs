//! En qué va envuelta una respuesta: cómo se escriben su cabeza, sus trozos y su final en cada
//! protocolo.

use crate::cgi::fastcgi;
use crate::cgi::head::{self, StatusLine};
use crate::gateway::{BodyLength, ResponseHead};
use crate::http::Version;
use crate::http::response::{self, Delivery, Framing};
use crate::input::Carbon;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    Http(Version),
    /// Una cabeza y los bytes del cuerpo, hasta el cierre: SCGI y uwsgi.
    Plain(StatusLine),
    /// Los registros de una petición de FastCGI.
    Records(u16),
}

impl Envelope {
    /// Con qué dice quien pidió que ya no quiere la respuesta, además de irse.
    pub(super) fn farewell(self) -> Option<[u8; 4]> {
        match self {
            Self::Records(id) => Some(fastcgi::abort_start(id)),
            Self::Http(_) | Self::Plain(_) => None,
        }
    }

    /// La forma de un cuerpo, por lo que se sabe de su longitud.
    pub(super) fn frame(self, length: BodyLength) -> Framing {
        match (length, self) {
            (BodyLength::Forbidden, _) => Framing::None,
            (BodyLength::Declared(_), _) => Framing::Declared,
            (BodyLength::Known(length), _) => Framing::Length(length),
            (BodyLength::Unknown, Self::Http(version)) => Framing::for_unknown_length(version),
            (BodyLength::Unknown, Self::Plain(_)) => Framing::UntilClose,
            (BodyLength::Unknown, Self::Records(_)) => Framing::Enveloped,
        }
    }

    /// Escribe la cabeza. `common` son los encabezados que pone un servidor de HTTP; en los demás
    /// protocolos los pone el servidor web.
    #[inline(always)]
    pub(super) fn write_head(
        self,
        out: &mut Vec<u8>,
        head: &ResponseHead,
        common: &[u8],
        delivery: Delivery,
    ) {
        let (status, fields) = (&*head.status_bytes(), head.fields());
        let length = match delivery.framing {
            Framing::Length(length) => Some(length),
            _ => None,
        };
        match self {
            Self::Http(_) => response::write_head(out, status, common, fields, delivery),
            Self::Plain(line) => head::write(out, line, status, fields, length),
            Self::Records(id) => {
                let mut block = Vec::with_capacity(fields.len() + 64);
                head::write(&mut block, StatusLine::Field, status, fields, length);
                fastcgi::write_stdout(out, id, &block);
            }
        }
    }

    /// Escribe lo que la petición dejó anotado, si el protocolo tiene dónde.
    pub(super) fn write_errors(self, out: &mut Vec<u8>, carbon: &Carbon) {
        if let Self::Records(id) = self {
            fastcgi::write_stderr(out, id, &carbon.take());
        }
    }

    /// Si hay dónde escribir lo que deja anotado una petición.
    pub(super) fn carries_errors(self) -> bool {
        matches!(self, Self::Records(_))
    }

    /// Escribe lo que hace notar que la respuesta se corta; `false` si no hay con qué.
    pub(super) fn write_cut(self, out: &mut Vec<u8>) -> bool {
        if let Self::Records(_) = self {
            fastcgi::write_nonsense(out);
        }
        matches!(self, Self::Records(_))
    }

    /// Escribe lo que va detrás del último trozo.
    pub(super) fn write_end(self, out: &mut Vec<u8>, framing: Framing) {
        match self {
            Self::Http(_) => response::write_end(out, framing),
            Self::Plain(_) => {}
            Self::Records(id) => fastcgi::write_end(out, id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Persistence;
    use pretty_assertions::assert_eq;

    const ENVELOPES: [Envelope; 5] = [
        Envelope::Http(Version::Http11),
        Envelope::Http(Version::Http10),
        Envelope::Plain(StatusLine::Field),
        Envelope::Plain(StatusLine::Http),
        Envelope::Records(7),
    ];

    #[test]
    fn la_forma_solo_depende_del_protocolo_si_no_se_sabe_la_longitud() {
        for envelope in ENVELOPES {
            assert_eq!(envelope.frame(BodyLength::Forbidden), Framing::None);
            assert_eq!(envelope.frame(BodyLength::Declared(3)), Framing::Declared);
            assert_eq!(envelope.frame(BodyLength::Known(3)), Framing::Length(3));
        }
        let unknown = ENVELOPES.map(|envelope| envelope.frame(BodyLength::Unknown));
        let plain = Framing::UntilClose;
        assert_eq!(unknown, [Framing::Chunked, plain, plain, plain, Framing::Enveloped]);
    }

    /// Una respuesta entera sin cuerpo, en texto.
    fn written(envelope: Envelope, length: BodyLength) -> String {
        let (mut out, mut head) = (Vec::new(), ResponseHead::default());
        head.start("200 OK", &[("A", "b")]).expect("bien escrita");
        let framing = envelope.frame(length);
        let delivery = Delivery { framing, persistence: Persistence::Close };
        envelope.write_head(&mut out, &head, b"Date: x\r\n", delivery);
        envelope.write_end(&mut out, framing);
        String::from_utf8(out).expect("es texto")
    }

    #[test]
    fn cada_protocolo_escribe_su_cabeza_y_su_final() {
        let [http, _, scgi, uwsgi, fastcgi] =
            ENVELOPES.map(|envelope| written(envelope, BodyLength::Unknown));
        let fields = "Date: x\r\nA: b\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n";
        assert_eq!(http, format!("HTTP/1.1 200 OK\r\n{fields}\r\n0\r\n\r\n"));
        assert_eq!(scgi, "Status: 200 OK\r\nA: b\r\n\r\n");
        assert_eq!(uwsgi, "HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
        assert!(fastcgi.contains("Status: 200 OK\r\nA: b\r\n\r\n"), "{fastcgi:?}");
        assert!(fastcgi.ends_with("\u{1}\u{3}\0\u{7}\0\u{8}\0\0\0\0\0\0\0\0\0\0"), "{fastcgi:?}");
        assert!(!written(ENVELOPES[0], BodyLength::Known(0)).ends_with("0\r\n\r\n"));
    }

    #[test]
    fn solo_en_registros_se_puede_escribir_un_corte() {
        let cuts = ENVELOPES.map(|envelope| {
            let mut out = Vec::new();
            (envelope.write_cut(&mut out), out.len())
        });
        assert_eq!(cuts, [(false, 0), (false, 0), (false, 0), (false, 0), (true, 8)]);
    }
}
