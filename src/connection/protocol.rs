//! Los protocolos que atiende el motor.

use std::fmt;

/// Cómo llega una petición y cómo se va su respuesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http,
    FastCgi,
    Scgi,
    Uwsgi,
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Http => "HTTP",
            Self::FastCgi => "FastCGI",
            Self::Scgi => "SCGI",
            Self::Uwsgi => "uwsgi",
        })
    }
}
