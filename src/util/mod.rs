//! Pequeñas preguntas sobre una petición o un encabezado, con los nombres de `wsgiref.util`.
//!
//! | pregunta | función |
//! |---|---|
//! | ¿con qué dirección pidieron esto? | [`request_uri`], [`application_uri`] |
//! | ¿qué tramo de la ruta sigue? | [`shift_path_info`] |
//! | ¿es `http` o `https`? | [`guess_scheme`] |
//! | ¿puedo poner este encabezado? | [`is_hop_by_hop`] |
//! | ¿cómo mando un archivo? | [`FileWrapper`] |
//! | ¿cómo lleno un `environ` de prueba? | [`setup_testing_defaults`] |
//!
//! Aquí nada abre sockets ni llama a la aplicación.

mod uri;
mod path;
mod file_wrapper;

pub use file_wrapper::FileWrapper;
pub use path::shift_path_info;
#[cfg(feature = "static-files")]
pub(crate) use uri::ESCAPED_IN_PATH;
pub(crate) use uri::{TOLD_HOST, request_target};
pub use uri::{application_uri, request_uri};

use crate::environ::Environ;

/// Los encabezados que valen solo hasta el siguiente servidor (RFC 9110 §7.6.1): una aplicación no
/// los puede poner (PEP 3333, «Other HTTP Features»).
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Si un encabezado vale solo entre dos servidores vecinos, sin distinguir mayúsculas
/// (RFC 9110 §7.6.1).
///
/// # Examples
///
/// ```
/// use pasarela::util::is_hop_by_hop;
///
/// assert!(is_hop_by_hop("Connection"));
/// assert!(!is_hop_by_hop("Content-Type"));
/// ```
pub fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// El valor que conviene a `wsgi.url_scheme` (PEP 3333, «URL Reconstruction»): `https` si la
/// variable `HTTPS`, que ponen los servidores con CGI, es `on`, `yes` o `1`.
///
/// # Examples
///
/// ```
/// use pasarela::{Environ, util::guess_scheme};
///
/// let mut environ = Environ::new();
/// assert_eq!(guess_scheme(&environ), "http");
///
/// environ.insert("HTTPS", "on");
/// assert_eq!(guess_scheme(&environ), "https");
/// ```
pub fn guess_scheme(environ: &Environ) -> &'static str {
    match environ.get("HTTPS") {
        Some("on" | "yes" | "1") => "https",
        _ => "http",
    }
}

/// Pone en un `environ` lo que PEP 3333 exige y todavía no tiene, con valores inventados.
///
/// Es para pruebas. No cambia lo que ya está. El cuerpo sigue siendo el que hubiera: el de un
/// `environ` nuevo está vacío. Para una petición entera es más cómodo el módulo `testing`.
///
/// # Examples
///
/// ```
/// use pasarela::{Environ, util::setup_testing_defaults};
///
/// let mut environ = Environ::new();
/// environ.insert("PATH_INFO", "/saludo");
/// setup_testing_defaults(&mut environ);
///
/// assert_eq!(environ.method(), "GET");
/// assert_eq!(environ.path_info(), "/saludo");
/// assert_eq!(environ.server_port(), Some(80));
/// ```
pub fn setup_testing_defaults(environ: &mut Environ) {
    let scheme = environ.get("wsgi.url_scheme").unwrap_or(guess_scheme(environ)).to_owned();
    let server_name = environ.get("SERVER_NAME").unwrap_or("127.0.0.1").to_owned();
    if environ.get("SCRIPT_NAME").is_none() && environ.get("PATH_INFO").is_none() {
        environ.insert("SCRIPT_NAME", "");
        environ.insert("PATH_INFO", "/");
    }
    let defaults = [
        ("REQUEST_METHOD", "GET"),
        ("SERVER_NAME", &server_name),
        ("SERVER_PORT", if scheme == "https" { "443" } else { "80" }),
        ("SERVER_PROTOCOL", "HTTP/1.0"),
        ("HTTP_HOST", &server_name),
        ("wsgi.version", "1.0"),
        ("wsgi.url_scheme", &scheme),
        ("wsgi.multithread", "false"),
        ("wsgi.multiprocess", "false"),
        ("wsgi.run_once", "false"),
        ("wsgi.input_terminated", "true"),
    ];
    for (key, value) in defaults {
        if environ.get(key).is_none() {
            environ.insert(key, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn solo_tres_valores_de_https_cuentan() {
        for (value, scheme) in
            [("on", "https"), ("yes", "https"), ("1", "https"), ("off", "http"), ("ON", "http")]
        {
            let mut environ = Environ::new();
            environ.insert("HTTPS", value);
            assert_eq!(guess_scheme(&environ), scheme, "{value}");
        }
    }

    #[track_caller]
    fn check_defaults(given: &[(&str, &str)], key: &str, expected: Option<&str>) {
        let mut environ: Environ = given.iter().copied().collect();
        setup_testing_defaults(&mut environ);
        assert_eq!(environ.get(key), expected);
    }

    #[test]
    fn los_valores_de_prueba_completan_sin_cambiar() {
        check_defaults(&[], "SCRIPT_NAME", Some(""));
        check_defaults(&[], "PATH_INFO", Some("/"));
        check_defaults(&[("SCRIPT_NAME", "/a")], "PATH_INFO", None);
        check_defaults(&[("PATH_INFO", "/a")], "SCRIPT_NAME", None);
        check_defaults(&[("HTTPS", "1")], "SERVER_PORT", Some("443"));
        check_defaults(&[("wsgi.url_scheme", "https")], "SERVER_PORT", Some("443"));
        check_defaults(&[("SERVER_NAME", "x")], "HTTP_HOST", Some("x"));
        check_defaults(&[("SERVER_PORT", "8000")], "SERVER_PORT", Some("8000"));
        check_defaults(&[("REQUEST_METHOD", "PUT")], "REQUEST_METHOD", Some("PUT"));
    }
}
