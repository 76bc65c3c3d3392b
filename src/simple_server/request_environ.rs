//! De una petición HTTP a su `environ` (RFC 3875 §4.1, PEP 3333).

use std::net::{IpAddr, SocketAddr};

use crate::environ::Environ;
use crate::http::{Request, RequestBody, Target};

/// Cómo se presenta este programa: en `SERVER_SOFTWARE` y en el encabezado `Server`.
pub(super) const SOFTWARE: &str =
    concat!("pasarela/", env!("CARGO_PKG_VERSION_MAJOR"), ".", env!("CARGO_PKG_VERSION_MINOR"));

/// Los dos extremos de una conexión.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peers {
    pub(super) remote: SocketAddr,
    pub(super) local_port: u16,
}

/// Llena `environ`, que llega vacío.
pub(super) fn fill(environ: &mut Environ, request: &Request<'_>, server_name: &str, peers: Peers) {
    let target = request.target.path_and_query();
    environ.push("REQUEST_METHOD", request.head.method);
    environ.push_fixed("SCRIPT_NAME", "");
    if target.path_is_plain() {
        environ.push("PATH_INFO", target.path);
    } else {
        environ.push_bytes("PATH_INFO", &target.decoded_path());
    }
    environ.push("QUERY_STRING", target.query);
    environ.push("REQUEST_URI", request.head.target);
    environ.push_fixed("SERVER_PROTOCOL", request.head.version.as_str());
    environ.push("SERVER_NAME", server_name);
    environ.push_numbers("SERVER_PORT", &[peers.local_port.into()]);
    match peers.remote.ip() {
        IpAddr::V4(address) => {
            environ.push_numbers("REMOTE_ADDR", &address.octets().map(u64::from));
        }
        IpAddr::V6(address) => environ.push_display("REMOTE_ADDR", address),
    }
    environ.push_numbers("REMOTE_PORT", &[peers.remote.port().into()]);
    environ.push_fixed("SERVER_SOFTWARE", SOFTWARE);
    environ.push_fixed("GATEWAY_INTERFACE", "CGI/1.1");
    push_wsgi(environ);
    push_fields(environ, request);
}

fn push_wsgi(environ: &mut Environ) {
    environ.push_fixed("wsgi.version", "1.0");
    environ.push_fixed("wsgi.url_scheme", "http");
    environ.push_fixed("wsgi.multithread", "true");
    environ.push_fixed("wsgi.multiprocess", "false");
    environ.push_fixed("wsgi.run_once", "false");
    environ.push_fixed("wsgi.input_terminated", "true");
}

fn push_fields(environ: &mut Environ, request: &Request<'_>) {
    let mut host = match request.target {
        Target::Absolute { authority, .. } => Some(authority.as_bytes()),
        _ => None,
    };
    for (name, value) in request.head.fields.iter() {
        let is = |known: &str| name.eq_ignore_ascii_case(known.as_bytes());
        match name.len() {
            // La dirección absoluta manda sobre `Host` (RFC 9112 §3.2.2).
            4 if is("host") => environ.push_header(name, host.take().unwrap_or(value), ", "),
            12 if is("content-type") => environ.push_bytes("CONTENT_TYPE", value),
            14 if is("content-length") => push_content_length(environ, request.body),
            6 if is("cookie") => environ.push_header(name, value, "; "),
            _ if is_dangerous(name) => {}
            _ => environ.push_header(name, value, ", "),
        }
    }
    // HTTP/1.0 no obliga a enviar `Host`.
    if let Some(host) = host {
        environ.push_header(b"host", host, ", ");
    }
}

/// En su forma normal: el cliente pudo escribir `007`.
fn push_content_length(environ: &mut Environ, body: RequestBody) {
    match body {
        RequestBody::Length(length) => environ.push_numbers("CONTENT_LENGTH", &[length]),
        RequestBody::None | RequestBody::Chunked => environ.push_fixed("CONTENT_LENGTH", "0"),
    }
}

/// Un nombre con guion bajo suplantaría al que lleva guion, y `Proxy` se convertiría en
/// `HTTP_PROXY`, que muchas bibliotecas obedecen (httpoxy).
fn is_dangerous(name: &[u8]) -> bool {
    name.contains(&b'_') || name.eq_ignore_ascii_case(b"proxy")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::head::Limits;
    use crate::http::request;
    use pretty_assertions::assert_eq;

    const LIMITS: Limits = Limits { request_line: 8192, head: 65_536, fields: 100 };

    fn environ_of(input: &[u8]) -> Environ {
        let request = request::parse(input, &LIMITS).expect("válida").expect("entera");
        let mut environ = Environ::new();
        let remote = "127.0.0.1:50000".parse().expect("una dirección");
        fill(&mut environ, &request, "localhost", Peers { remote, local_port: 8000 });
        environ
    }

    #[test]
    fn estan_todas_las_variables() {
        let environ = environ_of(
            b"POST /a%20%C3%B1?c=d%20 HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n\
              Content-Length: 012\r\nX-Uno: 1\r\n\r\n",
        );
        let expected = [
            ("REQUEST_METHOD", "POST"),
            ("SCRIPT_NAME", ""),
            ("PATH_INFO", "/a ñ"),
            ("QUERY_STRING", "c=d%20"),
            ("REQUEST_URI", "/a%20%C3%B1?c=d%20"),
            ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("SERVER_NAME", "localhost"),
            ("SERVER_PORT", "8000"),
            ("REMOTE_ADDR", "127.0.0.1"),
            ("REMOTE_PORT", "50000"),
            ("SERVER_SOFTWARE", SOFTWARE),
            ("GATEWAY_INTERFACE", "CGI/1.1"),
            ("wsgi.version", "1.0"),
            ("wsgi.url_scheme", "http"),
            ("wsgi.multithread", "true"),
            ("wsgi.multiprocess", "false"),
            ("wsgi.run_once", "false"),
            ("wsgi.input_terminated", "true"),
            ("HTTP_HOST", "x"),
            ("CONTENT_TYPE", "text/plain"),
            ("CONTENT_LENGTH", "12"),
            ("HTTP_X_UNO", "1"),
        ];
        assert_eq!(environ.iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn los_encabezados_peligrosos_no_entran() {
        let environ = environ_of(
            b"GET / HTTP/1.1\r\nHost: x\r\nX_Uno: 1\r\nProxy: http://malo\r\nCookie: a=1\r\n\
              cookie: b=2\r\n\r\n",
        );
        assert_eq!(environ.get("HTTP_X_UNO"), None);
        assert_eq!(environ.get("HTTP_PROXY"), None);
        assert_eq!(environ.header("cookie"), Some("a=1; b=2"));
    }

    #[test]
    fn la_direccion_absoluta_manda_sobre_host() {
        let environ = environ_of(b"GET http://y:81/z HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(environ.header("host"), Some("y:81"));
        assert_eq!(environ.get("REQUEST_URI"), Some("http://y:81/z"));
        assert_eq!(environ.path_info(), "/z");
    }

    #[test]
    fn los_bytes_que_no_son_utf8_no_se_pierden() {
        let environ = environ_of(b"GET /%FF HTTP/1.1\r\nHost: x\r\nX-Uno: \xE9\r\n\r\n");
        assert_eq!(environ.get_bytes("PATH_INFO"), Some(&b"/\xFF"[..]));
        assert_eq!(environ.get_bytes("HTTP_X_UNO"), Some(&b"\xE9"[..]));
    }

    const BROWSER: &[u8] = b"GET /catalogo/libros?pagina=2 HTTP/1.1\r\nHost: localhost:8000\r\n\
        User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0\r\n\
        Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
        Accept-Language: es-MX,es;q=0.8,en-US;q=0.5,en;q=0.3\r\n\
        Accept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive\r\n\
        Cookie: sesion=0123456789abcdef0123456789abcdef; idioma=es\r\n\
        Upgrade-Insecure-Requests: 1\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n\
        Sec-Fetch-Site: none\r\nSec-Fetch-User: ?1\r\nPriority: u=0, i\r\n\r\n";

    /// Para medir: `valgrind --tool=callgrind` con dos valores de `VUELTAS` y la diferencia.
    #[test]
    #[ignore = "necesita valgrind para decir algo"]
    fn cuanto_cuesta_leer_una_peticion() {
        let turns = std::env::var("VUELTAS").map_or(1, |text| text.parse().expect("un número"));
        let input = match std::env::var("NAVEGADOR") {
            Ok(_) => BROWSER,
            Err(_) => b"GET / HTTP/1.1\r\nHost: localhost:8000\r\n\r\n",
        };
        let remote = "127.0.0.1:50000".parse().expect("una dirección");
        let mut environ = Environ::new();
        for _ in 0..turns {
            let request = request::parse(std::hint::black_box(input), &LIMITS);
            let request = request.expect("válida").expect("entera");
            environ.clear();
            fill(&mut environ, &request, "localhost", Peers { remote, local_port: 8000 });
        }
        assert_eq!(environ.header("host"), Some("localhost:8000"));
    }
}
