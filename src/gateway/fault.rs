//! Qué puede salir mal en una aplicación, y cómo se cuenta a quien administra el servidor.

use std::any::Any;
use std::fmt;
use std::io::{self, Write};

use crate::application::StartResponseError;
use crate::environ::Environ;
use crate::error::Error;
use crate::http::Rejection;
use crate::input::Errors;

/// Un fallo de la aplicación (PEP 3333, «Error Handling»).
#[derive(Debug)]
pub(crate) enum Fault {
    /// Devolvió un cuerpo sin que `start_response` aceptara un estado.
    NotStarted(Option<StartResponseError>),
    /// Devolvió un error.
    Application(Error),
    /// Entró en pánico.
    Panic(String),
    /// Su cuerpo dio un error a medio camino.
    Body(io::Error),
    /// Su cuerpo fue más corto que el `Content-Length` declarado.
    ShortBody { missing: u64 },
    /// Su cuerpo fue más largo que el `Content-Length` declarado.
    LongBody { excess: u64 },
}

/// Qué petición se estaba atendiendo: `GET /ruta`. Viaja con cada cuerpo, y un `Box` ocupa menos.
#[derive(Debug, Default)]
pub(crate) struct Origin(Box<str>);

impl Origin {
    pub(crate) fn of(environ: &Environ) -> Self {
        let (method, path) = (environ.method(), environ.path_info());
        Self(format!("{method} {}{path}", environ.script_name()).into())
    }
}

impl Fault {
    /// El fallo que corresponde a lo que lanzó `panic!`.
    pub(crate) fn from_panic(panic: &(dyn Any + Send)) -> Self {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
        Self::Panic(text.unwrap_or_else(|| "sin mensaje".to_owned()))
    }

    /// El rechazo con que terminó la lectura de `wsgi.input`, si es eso lo que falló: la culpa es
    /// de quien envió la petición.
    pub(super) fn rejection(&self) -> Option<Rejection> {
        let error = match self {
            Self::Application(error) => error.downcast_ref::<io::Error>()?,
            Self::Body(error) => error,
            _ => return None,
        };
        error.get_ref()?.downcast_ref().copied()
    }

    /// Lo anota con la petición que lo causó.
    pub(crate) fn report(&self, environ: &mut Environ) {
        let origin = Origin::of(environ);
        self.report_from(&origin, environ.errors());
    }

    /// Como [`report`](Self::report), cuando `environ` ya no está: al registro si el programa tiene
    /// uno; si no, a `errors`, que nunca se pierda.
    pub(crate) fn report_from(&self, Origin(origin): &Origin, errors: &mut Errors) {
        if log::log_enabled!(log::Level::Error) {
            log::error!("{origin:?}: {self}");
        } else {
            // De una vez: escrita por partes, se mezclaría con las de otros hilos.
            let line = format!("pasarela: {origin:?}: {self}\n");
            // Si tampoco se puede escribir ahí, no queda a quién decírselo.
            let _ = errors.write_all(line.as_bytes());
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStarted(None) => f.write_str(
                "la aplicación devolvió un cuerpo sin llamar a start_response; \
                 llámala antes de devolverlo",
            ),
            Self::NotStarted(Some(refusal)) => write!(f, "{refusal}"),
            Self::Application(error) => write!(f, "la aplicación devolvió un error: {error}"),
            Self::Panic(text) => write!(f, "la aplicación entró en pánico: {text}"),
            Self::Body(error) => write!(f, "el cuerpo de la respuesta dio un error: {error}"),
            Self::ShortBody { missing } => write!(
                f,
                "al cuerpo de la respuesta le faltan {missing} bytes para su Content-Length"
            ),
            Self::LongBody { excess } => write!(
                f,
                "al cuerpo de la respuesta le sobran {excess} bytes para su Content-Length; \
                 no se enviaron"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::sync::mpsc::{Sender, channel};

    /// Manda lo que se escribe de cada vez.
    struct Writes(Sender<Vec<u8>>);

    impl Write for Writes {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.0.send(buf.to_owned()).map_err(io::Error::other)?;
            Ok(buf.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn cada_fallo_se_anota_de_una_vez() {
        let (sender, writes) = channel();
        let (fault, origin) = (Fault::Panic("adrede".to_owned()), Origin("GET /\n".into()));
        fault.report_from(&origin, &mut Errors::writer(Writes(sender)));
        let writes: Vec<_> = writes.iter().collect();
        assert_eq!(
            writes,
            [b"pasarela: \"GET /\\n\": la aplicaci\xC3\xB3n entr\xC3\xB3 en p\xC3\xA1nico: adrede\n"]
        );
    }
}
