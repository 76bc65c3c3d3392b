//! En qué va envuelta una respuesta: cómo se escriben su cabeza, sus trozos y su final en cada
//! protocolo.

use crate::cgi::fastcgi;
use crate::cgi::head::{self, StatusLine};
use crate::gateway::{BodyLength, ResponseHead};
use crate::http::Version;
use crate::http::response::{self, Delivery, Framing};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Envelope {
    Http(Version),
    /// Una cabeza y los bytes del cuerpo, hasta el cierre: SCGI y uwsgi.
    Plain(StatusLine),
    /// Los registros de una petición de FastCGI.
    Records(u16),
}

impl Envelope {
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
    pub(super) fn write_head(
        self,
        out: &mut Vec<u8>,
        head: &ResponseHead,
        common: &[u8],
        delivery: Delivery,
    ) {
        let (status, fields) = (head.status(), head.fields());
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
