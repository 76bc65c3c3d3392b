//! Qué puede salir mal en una aplicación, y cómo se cuenta a quien administra el servidor.

use std::fmt;
use std::io::{self, Write};

use crate::application::StartResponseError;
use crate::environ::Environ;
use crate::error::Error;
use crate::guarded::{Guarded, Panic, catch};
use crate::http::{Rejection, RequestError};
use crate::input::ErrorStream;
use crate::outlet::one_line;

/// Un fallo al responder (PEP 3333, «Error Handling»). No guarda nada de la aplicación: leer sus
/// errores y soltarlos es ejecutar su código, y se hace una vez, al construirlo.
#[derive(Debug)]
pub(crate) enum Fault {
    /// La aplicación devolvió un cuerpo sin que `start_response` aceptara un estado.
    NotStarted(Option<StartResponseError>),
    /// Devolvió un error.
    Application(String),
    /// Entró en pánico.
    Panic(Panic),
    /// Su cuerpo dio un error a medio camino.
    Body(String),
    /// No falló ella: `wsgi.input` no se pudo leer, por culpa de quien envió la petición.
    Client(Rejection),
    /// Su cuerpo fue más corto que el `Content-Length` declarado.
    ShortBody { missing: u64 },
    /// Su cuerpo fue más largo que el `Content-Length` declarado.
    LongBody { excess: u64 },
}

/// Cuánto se anota de una petición, en bytes.
const MAX_ORIGIN: usize = 1024;

/// Qué petición se estaba atendiendo: `GET /ruta`. Viaja con cada cuerpo, y un `Box` ocupa menos.
#[derive(Debug, Default)]
pub(crate) struct Origin(Box<str>);

impl Origin {
    pub(crate) fn of(environ: &Environ) -> Self {
        let (method, path) = (environ.method(), environ.path_info());
        let mut origin = format!("{method} {}{path}", environ.script_name());
        if let Some(end) = (0..=MAX_ORIGIN).rev().find(|end| origin.is_char_boundary(*end))
            && end < origin.len()
        {
            origin.truncate(end);
            origin.push('…');
        }
        Self(origin.into())
    }
}

/// Entre comillas y sin caracteres de control: lo eligió el cliente.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl Fault {
    /// El fallo que corresponde al error que devolvió la aplicación.
    pub(super) fn of_application(error: Error) -> Self {
        let error = Guarded::new(error);
        let told = catch(|| match RequestError::find(error.as_ref()) {
            Some(found) => Self::Client(found.0),
            None => Self::Application(error.to_string()),
        });
        told.unwrap_or_else(Self::Panic)
    }

    /// El que corresponde al error que dio su cuerpo.
    pub(super) fn of_body(error: io::Error) -> Self {
        let error = Guarded::new(error);
        let told = catch(|| match RequestError::find(&*error) {
            Some(found) => Self::Client(found.0),
            None => Self::Body(error.to_string()),
        });
        told.unwrap_or_else(Self::Panic)
    }

    /// El motivo, si la culpa es de quien envió la petición.
    pub(super) fn rejection(&self) -> Option<Rejection> {
        match self {
            Self::Client(rejection) => Some(*rejection),
            _ => None,
        }
    }

    /// Lo anota con la petición que lo causó.
    pub(crate) fn report(&self, environ: &mut Environ) {
        let origin = Origin::of(environ);
        self.report_from(&origin, environ.errors());
    }

    /// Como [`report`](Self::report), cuando `environ` ya no está.
    pub(crate) fn report_from(&self, origin: &Origin, errors: &mut ErrorStream) {
        // El registro del programa y `errors` también son código ajeno.
        let _ = catch(|| self.write(origin, errors));
    }

    /// Lo que falló, al registro si el programa tiene uno; si no, a `errors`, que nunca se pierda. Lo que
    /// causó el cliente no es un fallo de nadie a quien avisar.
    fn write(&self, origin: &Origin, errors: &mut ErrorStream) {
        if let Self::Client(rejection) = self {
            return log::debug!("{origin}: no se pudo leer la petición: {rejection}");
        }
        let text = one_line(&self.to_string());
        // De una vez: escrita por partes, se mezclaría con las de otros hilos.
        let line = format!("pasarela: {origin}: {text}\n");
        if log::log_enabled!(log::Level::Error) {
            errors.copy(line.as_bytes());
            log::error!("{origin}: {text}");
        } else {
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
            Self::Client(rejection) => write!(f, "{rejection}"),
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
        let (fault, origin) = (Fault::Application("adrede".to_owned()), Origin("GET /\n".into()));
        fault.report_from(&origin, &mut ErrorStream::writer(Writes(sender)));
        let writes: Vec<_> = writes.iter().collect();
        assert_eq!(
            writes,
            [format!("pasarela: {:?}: la aplicación devolvió un error: adrede\n", "GET /\n")
                .as_bytes()]
        );
    }
}
