//! Un navegador de prueba: recuerda *cookies* y sigue redirecciones.

use std::fmt;

use super::cookies::Jar;
use super::location::Address;
use super::request::Request;
use super::response::Response;
use crate::application::Application;

/// Hasta cuántas redirecciones se siguen, como los navegadores
/// (<https://fetch.spec.whatwg.org/#http-redirect-fetch>).
const MAX_REDIRECTS: usize = 20;

/// Quien visita una aplicación varias veces: devuelve las *cookies* que le dieron, y sigue las
/// redirecciones si se le pide.
///
/// El tiempo no pasa: una *cookie* con un plazo dura, y una que ya venció se olvida.
///
/// # Examples
///
/// ```
/// use pasarela::testing::{self, Browser};
/// use pasarela::{Body, Environ, Result, StartResponse};
///
/// fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     if environ.path_info() == "/entrar" {
///         start_response("303 See Other", &[("Location", "/"), ("Set-Cookie", "nombre=Ada")])?;
///         return Ok(Body::empty());
///     }
///     start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
///     let cookie = environ.header("Cookie").unwrap_or("nada");
///     Ok(Body::from(format!("{} con {cookie}", environ.method())))
/// }
///
/// let mut browser = Browser::new(application);
/// assert_eq!(browser.send(&testing::get("/")).text(), "GET con nada");
/// assert_eq!(browser.follow(&testing::post("/entrar")).text(), "GET con nombre=Ada");
/// assert_eq!(browser.cookie("nombre"), Some("Ada"));
/// ```
pub struct Browser<A> {
    application: A,
    jar: Jar,
}

impl<A: Application> Browser<A> {
    /// Un navegador sin *cookies*, que solo visita `application`.
    pub fn new(application: A) -> Self {
        Self { application, jar: Jar::default() }
    }

    /// Manda una petición con las *cookies* que le tocan (RFC 6265 §5.4), y guarda las de su respuesta.
    /// No sigue redirecciones.
    ///
    /// # Panics
    ///
    /// Como [`Request::call`].
    #[track_caller]
    pub fn send(&mut self, request: &Request) -> Response {
        let address = request.address();
        let response = match self.jar.header_for(&address) {
            Some(cookies) => request.clone().header("Cookie", &cookies).call(&self.application),
            None => request.call(&self.application),
        };
        self.jar.keep(response.headers().get_all("Set-Cookie"), &address);
        response
    }

    /// Como [`send`](Self::send), y va adonde digan las redirecciones (RFC 9110 §15.4): a 303 con `GET`; a
    /// 301 y 302 también, si se había preguntado con `POST`; y a lo demás, con el mismo método y el mismo
    /// cuerpo. La que lleva a otro servidor queda sin seguir.
    ///
    /// # Panics
    ///
    /// Como [`Request::call`], y si las redirecciones no terminan.
    #[track_caller]
    pub fn follow(&mut self, request: &Request) -> Response {
        let mut request = request.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&request);
            match request.redirected(response.code(), response.header("Location")) {
                Some(next) => request = next,
                None => return response,
            }
        }
        let Address { path, .. } = request.address();
        panic!("las redirecciones no terminan: ya van {MAX_REDIRECTS}, y la última lleva a {path}")
    }

    /// El valor de la *cookie* que se llama así.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.jar.get(name)
    }
}

impl<A> fmt::Debug for Browser<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Browser({:?})", self.jar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;
    use crate::environ::Environ;
    use crate::error::Result;
    use crate::testing::{get, head, post, put};
    use pretty_assertions::assert_eq;
    use std::io::Read;

    /// Responde `/303?destino` con ese estado y ese destino, y a lo demás, con lo que le preguntaron.
    fn redirecting(
        environ: &mut Environ,
        start: crate::application::StartResponse<'_>,
    ) -> Result<Body> {
        let mut content = String::new();
        environ.input().read_to_string(&mut content)?;
        let (path, query) = (environ.path_info(), environ.query_string());
        if let Some(code) = path.strip_prefix("/a/").filter(|_| !query.is_empty()) {
            start(&format!("{code} Vete"), &[("Location", query)])?;
            return Ok(Body::empty());
        }
        let kind = environ.content_type().unwrap_or("-");
        let scheme = environ.url_scheme();
        start("200 OK", &[("X-Llega", &format!("{} {scheme} {path}", environ.method()))])?;
        Ok(Body::from(format!("{kind} [{content}]")))
    }

    #[track_caller]
    fn check(request: &Request, arrives: &str, body: &str) {
        let response = Browser::new(redirecting).follow(request);
        assert_eq!((response.header("X-Llega"), response.text().as_str()), (Some(arrives), body));
    }

    #[test]
    fn cada_estado_sigue_con_su_metodo() {
        let form = [("a", "b")];
        let kind = "application/x-www-form-urlencoded";
        for code in [301, 302, 303] {
            check(&post(&format!("/a/{code}?/b")).form(&form), "GET http /b", "- []");
        }
        for code in [307, 308] {
            let sent = format!("{kind} [a=b]");
            check(&post(&format!("/a/{code}?/b")).form(&form), "POST http /b", &sent);
        }
        check(&put("/a/301?/b").body("x"), "PUT http /b", "- [x]");
        check(&put("/a/303?/b").body("x"), "GET http /b", "- []");
        check(&head("/a/303?/b"), "HEAD http /b", "");
        check(&get("/a/302?/a/307?/b"), "GET http /b", "- []");
    }

    #[test]
    fn el_destino_se_entiende_desde_donde_esta() {
        for (location, path) in [
            ("b", "/a/b"),
            ("../b", "/b"),
            ("./../../b/.", "/b/"),
            ("/b/../c", "/c"),
            ("//localhost:8000/b", "/b"),
            ("http://localhost:8000", "/"),
            ("http://LOCALHOST:8000/b", "/b"),
        ] {
            check(&get(&format!("/a/302?{location}")), &format!("GET http {path}"), "- []");
        }
        check(&get("/a/302?https://localhost:8000/b"), "GET https /b", "- []");
    }

    #[test]
    fn a_otro_servidor_no_se_va() {
        for request in ["/a/302?http://otro/", "/a/302?//otro/", "/a/302?mailto:a@b", "/a/304?/b"] {
            let response = Browser::new(redirecting).follow(&get(request));
            assert_ne!(response.code(), 200, "{request}");
        }
    }

    #[test]
    #[should_panic(
        expected = "las redirecciones no terminan: ya van 20, y la última lleva a /a/302"
    )]
    fn un_circulo_de_redirecciones_hace_fallar_la_prueba() {
        let circle = crate::application::application(|_, start_response| {
            start_response("302 Found", &[("Location", "/a/302?x")])?;
            Ok(Body::empty())
        });
        Browser::new(circle).follow(&get("/"));
    }
}
