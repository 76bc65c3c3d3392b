//! De un `environ` a la dirección que se pidió (PEP 3333, «URL Reconstruction»).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, PercentEncode, percent_encode};

use crate::environ::Environ;
use crate::util::guess_scheme;

/// Lo que se escapa en una ruta: todo menos lo no reservado (RFC 3986 §2.3) y la barra.
pub(crate) const ESCAPED_IN_PATH: AsciiSet =
    NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// En `PATH_INFO` se conserva además lo que separa parámetros dentro de un tramo
/// (RFC 3986 §3.3).
const ESCAPED_IN_PATH_INFO: AsciiSet = ESCAPED_IN_PATH.remove(b';').remove(b'=').remove(b',');

/// El servidor y el puerto que pidió el navegador, si los cuenta un proxy al que se cree: `HTTP_HOST`
/// puede ser el de dentro.
pub(crate) const TOLD_HOST: &str = "pasarela.host";

/// La dirección de la aplicación: sin `PATH_INFO` ni la consulta.
///
/// El servidor es el que cuenta un proxy en el que se confía (`pasarela.host`); sin él, el que dice
/// `HTTP_HOST`, o si no `SERVER_NAME` y `SERVER_PORT`, que se calla si es el habitual del esquema.
/// `HTTP_HOST` lo escribe el cliente: no tomes por buena una dirección hecha con él sin compararlo con
/// los tuyos.
///
/// # Examples
///
/// ```
/// use pasarela::{Environ, util::application_uri};
///
/// let mut environ = Environ::new();
/// environ.insert("wsgi.url_scheme", "https");
/// environ.insert("SERVER_NAME", "ejemplo.mx");
/// environ.insert("SERVER_PORT", "443");
/// environ.insert("SCRIPT_NAME", "/tienda nueva");
///
/// assert_eq!(application_uri(&environ), "https://ejemplo.mx/tienda%20nueva");
/// ```
pub fn application_uri(environ: &Environ) -> String {
    let scheme = match environ.url_scheme() {
        "" => guess_scheme(environ),
        scheme => scheme,
    };
    let script_name = match environ.script_name() {
        "" => "/".to_owned(),
        _ => quote(environ, "SCRIPT_NAME", &ESCAPED_IN_PATH).to_string(),
    };
    format!("{scheme}://{}{script_name}", authority(environ, scheme))
}

/// La dirección entera que se pidió, con la consulta si `include_query`.
///
/// La ruta se vuelve a escapar, así que puede no ser igual a la que viajó: esa es `REQUEST_URI`.
///
/// # Examples
///
/// ```
/// use pasarela::{Environ, util::request_uri};
///
/// let mut environ = Environ::new();
/// environ.insert("wsgi.url_scheme", "http");
/// environ.insert("HTTP_HOST", "localhost:8000");
/// environ.insert("PATH_INFO", "/año");
/// environ.insert("QUERY_STRING", "mes=5");
///
/// assert_eq!(request_uri(&environ, true), "http://localhost:8000/a%C3%B1o?mes=5");
/// assert_eq!(request_uri(&environ, false), "http://localhost:8000/a%C3%B1o");
/// ```
pub fn request_uri(environ: &Environ, include_query: bool) -> String {
    let mut uri = application_uri(environ);
    let path = quote(environ, "PATH_INFO", &ESCAPED_IN_PATH_INFO).to_string();
    // Sin SCRIPT_NAME, la dirección de la aplicación ya termina en barra.
    match environ.script_name() {
        "" => uri.push_str(path.strip_prefix('/').unwrap_or(&path)),
        _ => uri.push_str(&path),
    }
    if include_query && !environ.query_string().is_empty() {
        uri.push('?');
        uri.push_str(environ.query_string());
    }
    uri
}

/// Lo que habría en `REQUEST_URI` si nadie lo dice: la ruta, vuelta a escapar, y la consulta.
pub(crate) fn request_target(environ: &Environ) -> String {
    let (script, path) = (
        quote(environ, "SCRIPT_NAME", &ESCAPED_IN_PATH),
        quote(environ, "PATH_INFO", &ESCAPED_IN_PATH_INFO),
    );
    match environ.query_string() {
        "" => format!("{script}{path}"),
        query => format!("{script}{path}?{query}"),
    }
}

fn authority(environ: &Environ, scheme: &str) -> String {
    let hosts = [TOLD_HOST, "HTTP_HOST"].map(|key| environ.get(key).unwrap_or_default());
    if let Some(host) = hosts.into_iter().find(|host| !host.is_empty()) {
        return host.to_owned();
    }
    let name = match environ.server_name() {
        // Una dirección IPv6 va entre corchetes (RFC 3986 §3.2.2).
        name if name.contains(':') && !name.starts_with('[') => format!("[{name}]"),
        name => name.to_owned(),
    };
    match (scheme, environ.get("SERVER_PORT").unwrap_or_default()) {
        (_, "") | ("https", "443") => name,
        (scheme, "80") if scheme != "https" => name,
        (_, port) => format!("{name}:{port}"),
    }
}

fn quote<'e>(environ: &'e Environ, key: &str, escaped: &'static AsciiSet) -> PercentEncode<'e> {
    percent_encode(environ.get_bytes(key).unwrap_or_default(), escaped)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::util::setup_testing_defaults;
    use pretty_assertions::assert_eq;

    fn environ_with(variables: &[(&str, &str)]) -> Environ {
        let mut environ: Environ = variables.iter().copied().collect();
        setup_testing_defaults(&mut environ);
        environ
    }

    #[track_caller]
    fn check(variables: &[(&str, &str)], application: &str, request: &str) {
        let environ = environ_with(variables);
        assert_eq!(application_uri(&environ), application);
        assert_eq!(request_uri(&environ, true), request);
    }

    #[test]
    fn la_barra_no_falta_ni_se_repite() {
        check(&[], "http://127.0.0.1/", "http://127.0.0.1/");
        check(&[("SCRIPT_NAME", "/a")], "http://127.0.0.1/a", "http://127.0.0.1/a");
        check(&[("PATH_INFO", "/a")], "http://127.0.0.1/", "http://127.0.0.1/a");
        let both = [("SCRIPT_NAME", "/a"), ("PATH_INFO", "/b/")];
        check(&both, "http://127.0.0.1/a", "http://127.0.0.1/a/b/");
    }

    #[test]
    fn cada_parte_escapa_lo_suyo() {
        let both = [("SCRIPT_NAME", "/a;b=c,d ñ"), ("PATH_INFO", "/a;b=c,d ñ~+%")];
        check(
            &both,
            "http://127.0.0.1/a%3Bb%3Dc%2Cd%20%C3%B1",
            "http://127.0.0.1/a%3Bb%3Dc%2Cd%20%C3%B1/a;b=c,d%20%C3%B1~%2B%25",
        );
        let mut environ = environ_with(&[]);
        environ.insert_bytes("PATH_INFO", b"/\xFF");
        assert_eq!(request_uri(&environ, true), "http://127.0.0.1/%FF");
    }

    #[test]
    fn la_consulta_va_como_llego() {
        let query = [("PATH_INFO", "/a"), ("QUERY_STRING", "b=c d")];
        check(&query, "http://127.0.0.1/", "http://127.0.0.1/a?b=c d");
        assert_eq!(request_uri(&environ_with(&query), false), "http://127.0.0.1/a");
    }

    #[track_caller]
    fn check_authority(variables: &[(&str, &str)], expected: &str) {
        let mut environ = environ_with(variables);
        if !variables.iter().any(|(key, _)| *key == "HTTP_HOST") {
            environ.remove("HTTP_HOST");
        }
        assert_eq!(application_uri(&environ), expected);
    }

    #[test]
    fn el_puerto_habitual_se_calla() {
        check_authority(&[("SERVER_NAME", "x")], "http://x/");
        check_authority(&[("SERVER_PORT", "443")], "http://127.0.0.1:443/");
        check_authority(&[("HTTPS", "on")], "https://127.0.0.1/");
        check_authority(&[("HTTPS", "on"), ("SERVER_PORT", "80")], "https://127.0.0.1:80/");
        check_authority(&[("SERVER_NAME", "::1"), ("SERVER_PORT", "8000")], "http://[::1]:8000/");
        check_authority(&[("HTTP_HOST", "y:80"), ("SERVER_PORT", "8000")], "http://y:80/");
        check_authority(&[("HTTP_HOST", ""), ("SERVER_PORT", "8000")], "http://127.0.0.1:8000/");
    }
}
