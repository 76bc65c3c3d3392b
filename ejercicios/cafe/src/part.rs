//! Una parte del sitio, que quizá todavía tiene `todo!()`.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use ejercicios::cafe;
use pasarela::{Application, Body, Environ, Result, StartResponse};

/// Cómo empieza el mensaje de `todo!()`.
const PENDING: &str = "not yet implemented";

/// La parte que hace un ejercicio.
pub(crate) struct Part<A> {
    slug: &'static str,
    application: A,
}

impl<A> Part<A> {
    pub(crate) const fn new(slug: &'static str, application: A) -> Self {
        Self { slug, application }
    }
}

impl<A: Application> Application for Part<A> {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        match attempt(&self.application, environ, start_response) {
            Some(answer) => answer,
            None => pending(self.slug, start_response),
        }
    }
}

/// Una aplicación, o `otherwise` mientras la primera no está hecha.
pub(crate) fn unless_pending(
    application: impl Application,
    otherwise: impl Application,
) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| match attempt(
        &application,
        environ,
        start_response,
    ) {
        Some(answer) => answer,
        None => otherwise.call(environ, start_response),
    }
}

/// Lo que responde la aplicación; `None` si lo suyo es un `todo!()`. Otro pánico sigue su camino.
fn attempt(
    application: &dyn Application,
    environ: &mut Environ,
    start_response: StartResponse<'_>,
) -> Option<Result<Body>> {
    // Quien solo tiene `todo!()` no dejó nada a medias.
    match catch_unwind(AssertUnwindSafe(|| application.call(environ, start_response))) {
        Ok(answer) => Some(answer),
        Err(panic) if is_pending(&*panic) => None,
        Err(panic) => resume_unwind(panic),
    }
}

fn is_pending(panic: &(dyn Any + Send)) -> bool {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.is_some_and(|text| text.starts_with(PENDING))
}

/// La página de lo que falta: 501, «esto no sé hacerlo todavía».
fn pending(slug: &str, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("501 Not Implemented", &[("Content-type", "text/html; charset=utf-8")])?;
    let content = format!(
        "<p>Es un ejercicio: <code>ejercicios/src/pendientes/{slug}.rs</code>. Cuando lo resuelvas, detén \
         el sitio con Ctrl-C y enciéndelo otra vez.</p>\n"
    );
    Ok(Body::from(cafe::page("Esta parte falta", &content)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pasarela::testing;
    use pretty_assertions::assert_eq;

    fn undone(_: &mut Environ, _: StartResponse) -> Result<Body> {
        todo!("devuelve algo")
    }

    fn done(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
        start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
        Ok(Body::from("hecho"))
    }

    fn broken(_: &mut Environ, _: StartResponse) -> Result<Body> {
        panic!("otra cosa")
    }

    #[test]
    fn lo_que_falta_dice_cual_ejercicio_es() {
        let response = testing::get("/").call(&Part::new("cap05_consulta", undone));
        assert_eq!(response.status(), "501 Not Implemented");
        let text = response.text();
        assert!(text.contains("ejercicios/src/pendientes/cap05_consulta.rs"), "{text}");
    }

    #[test]
    fn lo_hecho_responde_y_otro_panico_no_se_disimula() {
        assert_eq!(testing::get("/").call(&Part::new("x", done)).text(), "hecho");
        assert_eq!(testing::get("/").call(&Part::new("x", broken)).code(), 500);
    }

    #[test]
    fn mientras_la_llave_falta_se_entra_sin_ella() {
        let asked = |guard| testing::get("/").call(&unless_pending(guard, done)).text();
        assert_eq!(asked(undone as fn(&mut Environ, StartResponse) -> Result<Body>), "hecho");
        let refused = |_: &mut Environ, start_response: StartResponse| -> Result<Body> {
            start_response("401 Unauthorized", &[("Content-type", "text/plain")])?;
            Ok(Body::from("no"))
        };
        assert_eq!(testing::get("/").call(&unless_pending(refused, done)).text(), "no");
    }
}
