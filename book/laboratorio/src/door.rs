//! Las puertas de los programas: lo que para ellos es `pasarela`, la salida de errores y el reloj. `make_server` no abre
//! ningún puerto: se queda con la aplicación y su configuración, y las da a quien mira ([`serve`]).

use std::cell::{Cell, RefCell};
use std::convert::Infallible;

pub(crate) use pasarela::{Application, Body, Config, Environ, Result, StartResponse};

pub(crate) use crate::trace::{seen, stderr};

/// Lo que un programa sirve: su aplicación y su configuración.
pub type Served = (Box<dyn Application>, Config);

thread_local! {
    static SERVED: RefCell<Option<Served>> = const { RefCell::new(None) };
    /// Si el validador es el de verdad.
    static FOR_REAL: Cell<bool> = const { Cell::new(false) };
}

/// Ejecuta un programa hasta que sirve; `None` si termina antes. Con quien atrapa los pánicos, `for_real`, el validador
/// puede ser el de verdad.
pub(crate) fn serve(main: fn() -> Result<()>, for_real: bool) -> Option<Served> {
    FOR_REAL.set(for_real);
    main().ok()?;
    SERVED.take()
}

/// Un servidor que todavía no atiende.
pub(crate) struct Server(Served);

impl Server {
    #[allow(clippy::unnecessary_wraps, reason = "los programas ponen `?` detrás")]
    pub(crate) fn serve_forever(self) -> std::result::Result<(), Infallible> {
        SERVED.set(Some(self.0));
        Ok(())
    }
}

pub(crate) fn make_server(
    host: &str,
    port: u16,
    application: impl Application,
) -> std::result::Result<Server, Infallible> {
    make_server_with(host, port, application, Config::default())
}

#[allow(clippy::unnecessary_wraps, reason = "los programas ponen `?` detrás")]
pub(crate) fn make_server_with(
    _host: &str,
    _port: u16,
    application: impl Application,
    config: Config,
) -> std::result::Result<Server, Infallible> {
    Ok(Server((Box::new(application), config)))
}

/// El reloj es el del laboratorio: dormir es adelantarlo.
pub(crate) mod thread {
    pub(crate) use crate::trace::sleep;
}

pub(crate) mod validate {
    use pasarela::Error;
    use pasarela::validate::{self, Findings, Validator};

    use super::{Application, Environ, FOR_REAL, Result, StartResponse};
    use crate::trace;

    /// El validador, con los hallazgos reunidos. El de verdad entra en pánico con el primero, y en WebAssembly un
    /// pánico es el final; aquí es un error, y lo que le sigue no cuenta. Lo que ve el cliente es lo mismo, y una
    /// prueba lo exige. Falta lo que solo se descubre al pedir los trozos de un cuerpo que no se sabe cuánto mide.
    pub(crate) fn validator(application: impl Application) -> Box<dyn Application> {
        if FOR_REAL.get() {
            return Box::new(validate::validator(application));
        }
        let findings = Findings::default();
        let checked = Validator::collecting(application, findings.clone());
        Box::new(move |environ: &mut Environ, start_response: StartResponse| -> Result<_> {
            let known = findings.all().len();
            let body =
                checked.call(environ, &mut |status, headers| match found(&findings, known) {
                    true => Ok(()),
                    false => start_response(status, headers),
                });
            match found(&findings, known) {
                true => Err(Error::new(trace::PANIC.to_owned() + &trace::halted())),
                false => body,
            }
        })
    }

    /// Si hay un hallazgo en esta llamada. Cuando aparece, se acaba lo que hay que contar.
    fn found(findings: &Findings, known: usize) -> bool {
        let finding = findings.all().into_iter().nth(known);
        if let Some(finding) = &finding {
            trace::halt(finding.to_string());
        }
        finding.is_some()
    }
}
