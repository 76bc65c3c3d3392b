//! Una aplicación que no está en la raíz de su servidor, sino debajo de un prefijo.

use std::fmt;

use percent_encoding::percent_decode;

use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;
use crate::gateway::error_page;

/// Sirve `application` debajo de `prefix`: deja en `SCRIPT_NAME` el prefijo y en `PATH_INFO` el
/// resto de la ruta, repártalas como las reparta el servidor de delante (PEP 3333, «environ
/// Variables»).
///
/// Hace falta:
///
/// - detrás de un proxy HTTP que no corta el prefijo: manda `/app/saludo` en `PATH_INFO`;
/// - detrás de un `ProxyPass` de Apache para FastCGI o SCGI, que manda la ruta entera en
///   `SCRIPT_NAME` y nada en `PATH_INFO`. También en la raíz: `mount("/", application)`;
/// - detrás del de uwsgi, si importa distinguir `/app` de `/app/`.
///
/// Si el servidor ya las reparte bien, como hace nginx si se le dice, quedan como están. Lo que no
/// está debajo del prefijo recibe una página 404 que lo explica.
///
/// Debajo de otra montada, o de quien reparte con [`shift_path_info`](crate::util::shift_path_info), el
/// prefijo sigue al de fuera: `mount("/app", mount("/admin", application))` atiende `/app/admin`.
///
/// # Panics
///
/// Si `prefix` no es vacío ni empieza por `/`. Vacío y `/` son la raíz.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, handlers::mount, testing, util::request_uri};
///
/// fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
///     let (script, path) = (environ.script_name(), environ.path_info());
///     Ok(Body::from(format!("{script} + {path} = {}", request_uri(environ, true))))
/// }
///
/// let mounted = mount("/app", application);
///
/// let response = testing::get("/app/saludo").call(&mounted);
/// assert_eq!(response.text(), "/app + /saludo = http://localhost:8000/app/saludo");
/// assert_eq!(testing::get("/otra").call(&mounted).status(), "404 Not Found");
/// ```
#[track_caller]
pub fn mount<A: Application>(prefix: &str, application: A) -> Mount<A> {
    let is_path = prefix.is_empty() || prefix.starts_with('/');
    assert!(is_path, "el prefijo {prefix:?} no empieza por una barra");
    Mount { prefix: prefix.trim_end_matches('/').to_owned(), application }
}

/// La aplicación que devuelve [`mount`].
#[must_use = "una aplicación montada que nadie sirve no hace nada"]
pub struct Mount<A> {
    prefix: String,
    application: A,
}

impl<A: Application> Application for Mount<A> {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        let Some((path, at)) = self.split(environ) else {
            return self.not_here(environ).call(environ, start_response);
        };
        let (script, rest) = path.split_at(at);
        environ.route(script, rest);
        self.application.call(environ, start_response)
    }
}

impl<A> Mount<A> {
    /// La ruta entera de lo que está debajo del prefijo, y dónde termina él.
    fn split(&self, environ: &Environ) -> Option<(Vec<u8>, usize)> {
        if !environ.is_routed() {
            let path = requested_path(&self.prefix, environ);
            if is_below(&self.prefix, &path) {
                return Some((path, self.prefix.len()));
            }
        }
        let value = |key| environ.get_bytes(key).unwrap_or_default();
        let (script, path) = (value("SCRIPT_NAME"), value("PATH_INFO"));
        let at = script.len() + self.prefix.len();
        is_below(&self.prefix, path).then(|| ([script, path].concat(), at))
    }

    fn not_here(&self, environ: &Environ) -> impl Application + use<A> {
        let outer = if environ.is_routed() { environ.script_name() } else { "" };
        let prefix = format!("{outer}{}", self.prefix);
        let shown = prefix.replace('&', "&amp;").replace('<', "&lt;");
        let reason =
            format!("Aquí no hay nada: lo que se sirve está debajo de <code>{shown}/</code>.");
        error_page("404 Not Found", reason)
    }
}

/// La ruta entera, como la pidió el navegador. El `ProxyPass` de Apache para uwsgi añade una barra a la
/// que es solo el prefijo: sobra si en `REQUEST_URI` no está.
fn requested_path(prefix: &str, environ: &Environ) -> Vec<u8> {
    let value = |key| environ.get_bytes(key).unwrap_or_default();
    let path = [value("SCRIPT_NAME"), value("PATH_INFO")].concat();
    let asked = value("REQUEST_URI").split(|byte| *byte == b'?').next().unwrap_or_default();
    let asked: Vec<u8> = percent_decode(asked).collect();
    let after = |path: &[u8], start: &str| path.strip_prefix(start.as_bytes()).map(<[u8]>::to_vec);
    match after(&path, &format!("{prefix}/")) {
        Some(rest) if after(&asked, prefix) == Some(rest.clone()) => asked,
        _ => path,
    }
}

/// Si `path` es el prefijo, o algo que está debajo.
fn is_below(prefix: &str, path: &[u8]) -> bool {
    let rest = path.strip_prefix(prefix.as_bytes());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

impl<A> fmt::Debug for Mount<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mount({:?})", self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;
    use crate::util::{request_uri, shift_path_info};
    use pretty_assertions::assert_eq;

    fn show(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        start_response("200 OK", &[])?;
        let (script, path) = (environ.script_name(), environ.path_info());
        Ok(Body::from(format!("{script} {path} {}", request_uri(environ, false))))
    }

    #[track_caller]
    fn check(prefix: &str, given: (&str, &str), expected: &str) {
        let request = testing::get("/").variable("SCRIPT_NAME", given.0);
        let response = request.variable("PATH_INFO", given.1).call(&mount(prefix, show));
        assert_eq!(response.text(), expected, "{prefix} {given:?}");
    }

    #[test]
    fn da_igual_como_reparta_la_ruta_el_servidor() {
        let expected = "/app /a/b http://localhost:8000/app/a/b";
        for given in [("", "/app/a/b"), ("/app/a/b", ""), ("/app", "/a/b"), ("/app/a", "/b")] {
            check("/app", given, expected);
            check("/app/", given, expected);
        }
        check("/app", ("", "/app"), "/app  http://localhost:8000/app");
        check("/app", ("/app/", ""), "/app / http://localhost:8000/app/");
        check("/a/b", ("/a/b", "//c"), "/a/b //c http://localhost:8000/a/b//c");
    }

    #[test]
    fn la_barra_que_anade_apache_se_quita() {
        for (asked, path, expected) in [
            ("/app", "/", "/app  http://localhost:8000/app"),
            ("/app?x=/", "/", "/app  http://localhost:8000/app"),
            ("/app/", "//", "/app / http://localhost:8000/app/"),
            ("/app//", "//", "/app // http://localhost:8000/app//"),
            ("/%61pp/a", "/a", "/app /a http://localhost:8000/app/a"),
        ] {
            let request = testing::get("/").variable("REQUEST_URI", asked);
            let request = request.variable("SCRIPT_NAME", "/app").variable("PATH_INFO", path);
            assert_eq!(request.call(&mount("/app", show)).text(), expected, "{asked} {path}");
        }
    }

    #[test]
    fn en_la_raiz_todo_va_a_la_ruta() {
        let expected = " /a/b http://localhost:8000/a/b";
        for given in [("/a/b", ""), ("", "/a/b"), ("/a", "/b")] {
            check("/", given, expected);
        }
    }

    #[test]
    fn lo_que_no_esta_debajo_no_llega_a_la_aplicacion() {
        for path in ["/", "/application", "/APP/x", "/otra/app"] {
            let response = testing::get(path).call(&mount("/app", show));
            assert_eq!(response.status(), "404 Not Found", "{path}");
            assert!(response.text().contains("debajo de <code>/app/</code>"), "{path}");
        }
    }

    #[track_caller]
    fn check_nested(application: &dyn Application, path: &str, expected: Option<(&str, &str)>) {
        // Lo mismo si Apache manda la ruta entera en `SCRIPT_NAME`.
        for given in [("", path), (path, "")] {
            let request = testing::get(path).variable("SCRIPT_NAME", given.0);
            let response = request.variable("PATH_INFO", given.1).call(application);
            let shown = expected.map(|(script, rest)| {
                format!("{script} {rest} http://localhost:8000{script}{rest}")
            });
            assert_eq!((response.code() == 200).then(|| response.text()), shown, "{given:?}");
        }
    }

    #[test]
    fn una_dentro_de_otra() {
        let nested = mount("/app", mount("/admin/", show));
        check_nested(&nested, "/app/admin/x", Some(("/app/admin", "/x")));
        check_nested(&nested, "/app/admin/", Some(("/app/admin", "/")));
        check_nested(&nested, "/app/admin", Some(("/app/admin", "")));
        check_nested(&nested, "/app/administra", None);
        check_nested(&nested, "/app", None);
        check_nested(&nested, "/admin/x", None);
        let same = mount("/app", mount("/app", show));
        check_nested(&same, "/app/app/app", Some(("/app/app", "/app")));
        check_nested(&same, "/app/x", None);
        for root in ["", "/"] {
            check_nested(&mount("/app", mount(root, show)), "/app/x", Some(("/app", "/x")));
            check_nested(&mount(root, mount("/app", show)), "/app/x", Some(("/app", "/x")));
            check_nested(&mount(root, mount(root, show)), "/app/x", Some(("", "/app/x")));
        }
        let deep = mount("/a", mount("/a/b", mount("/c", show)));
        check_nested(&deep, "/a/a/b/c//d", Some(("/a/a/b/c", "//d")));
    }

    #[test]
    fn dice_que_hay_debajo_de_las_dos() {
        let response = testing::get("/app/x").call(&mount("/app", mount("/admin", show)));
        assert!(response.text().contains("debajo de <code>/app/admin/</code>"));
    }

    #[test]
    fn debajo_de_quien_reparte_segmento_a_segmento() {
        let inner = mount("/admin", show);
        let router = move |environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
            shift_path_info(environ);
            inner.call(environ, start)
        };
        let expected = "/admin/admin /x http://localhost:8000/admin/admin/x";
        assert_eq!(testing::get("/admin/admin/x").call(&router).text(), expected);
        assert_eq!(testing::get("/admin/x").call(&router).code(), 404);
    }

    #[test]
    fn los_bytes_que_no_son_utf8_no_se_pierden() {
        let keep = |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
            start_response("200 OK", &[])?;
            Ok(Body::from(environ.get_bytes("PATH_INFO").unwrap_or_default().to_vec()))
        };
        let response = testing::get("/app/%FF").call(&mount("/app", keep));
        assert_eq!(response.bytes(), b"/\xFF");
    }

    #[test]
    #[should_panic(expected = "el prefijo \"app\" no empieza por una barra")]
    fn un_prefijo_sin_barra_se_dice_al_montar() {
        let _ = mount("app", show);
    }
}
