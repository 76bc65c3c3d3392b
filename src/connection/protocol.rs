//! Los protocolos en que llega una petición.

use std::fmt;

/// Cómo llega una petición y cómo se va su respuesta: [`Config::protocol`](crate::Config::protocol).
///
/// A quien habla uno de los tres últimos se le cree todo lo que dice de la petición: escucha donde solo
/// llegue el servidor web.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Protocol {
    /// HTTP/1.1: un navegador, o un servidor web que reenvía.
    #[default]
    Http,
    /// FastCGI, de nginx y Apache: una conexión para muchas peticiones.
    FastCgi,
    /// SCGI, de nginx y Apache: una conexión por petición.
    Scgi,
    /// uwsgi, de nginx y Apache: una conexión por petición, y la ruta siempre bien repartida.
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
