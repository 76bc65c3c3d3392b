use pasarela::Application;

pub fn nothing(inner: impl Application) -> impl Application {
    move |environ, start_response| inner.call(environ, start_response)
}
