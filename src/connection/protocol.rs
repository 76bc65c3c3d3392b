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

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_uno_se_llama_como_se_llama() {
        let all = [Protocol::Http, Protocol::FastCgi, Protocol::Scgi, Protocol::Uwsgi];
        assert_eq!(all.map(|protocol| protocol.to_string()), ["HTTP", "FastCGI", "SCGI", "uwsgi"]);
    }
}
