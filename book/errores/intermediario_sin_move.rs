use pasarela::{Application, Environ, StartResponse};

pub fn nothing(inner: impl Application) -> impl Application {
    |environ: &mut Environ, start_response: StartResponse| inner.call(environ, start_response)
}
