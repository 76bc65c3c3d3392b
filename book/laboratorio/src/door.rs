//! Las puertas de los programas: lo que para ellos es `pasarela`, la salida de errores y el reloj. `make_server` no abre
//! ningún puerto: se queda con la aplicación y su configuración, y las da a quien mira ([`serve`]).

use std::cell::RefCell;
use std::convert::Infallible;

pub(crate) use pasarela::{Application, Body, Config, Environ, Result, StartResponse};

pub(crate) use crate::trace::{seen, stderr};

/// Lo que un programa sirve.
pub(crate) type Served = (Box<dyn Application>, Config);

thread_local! {
    static SERVED: RefCell<Option<Served>> = const { RefCell::new(None) };
}

/// Ejecuta un programa hasta que sirve; `None` si termina antes.
pub(crate) fn serve(main: fn() -> Result<()>) -> Option<Served> {
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
    use pasarela::validate::{Findings, Validator};

    use super::{Application, Environ, Result, StartResponse};
    use crate::trace;
    use pasarela::Error;

    /// El validador, con los hallazgos reunidos. El de verdad entra en pánico con el primero, y en WebAssembly un
    /// pánico es el final; aquí es un error, y lo que le sigue no cuenta. Lo que ve el cliente es lo mismo, y una
    /// prueba lo exige. Falta lo que solo se descubre al pedir los trozos de un cuerpo que no se sabe cuánto mide.
    pub(crate) fn validator(application: impl Application) -> impl Application {
        let findings = Findings::default();
        let checked = Validator::collecting(application, findings.clone());
        move |environ: &mut Environ, start_response: StartResponse| -> Result<_> {
            let known = findings.all().len();
            let body =
                checked.call(environ, &mut |status, headers| match first(&findings, known) {
                    Some(_) => Ok(()),
                    None => start_response(status, headers),
                });
            match first(&findings, known) {
                Some(_) => Err(Error::new(trace::PANIC.to_owned() + &trace::halted())),
                None => body,
            }
        }
    }

    /// El primer hallazgo de esta llamada. Cuando aparece, se acaba lo que hay que contar.
    fn first(findings: &Findings, known: usize) -> Option<()> {
        let finding = findings.all().into_iter().nth(known)?;
        trace::halt(finding.to_string());
        Some(())
    }
}
