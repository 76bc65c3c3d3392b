//! De una petición HTTP a su `environ` (RFC 3875 §4.1, PEP 3333).

use std::fmt::{self, Write};
use std::net::SocketAddr;

use crate::cgi::address::server_name;
use crate::cgi::variables::complete_address;
use crate::environ::{Adopted, Environ, Joining, Value};
use crate::http::response::SOFTWARE;
use crate::http::{Field, KnownSet, Request, RequestBody, Role, Target};

/// Los dos extremos de una conexión: lo que no cambia de una petición a otra, ya escrito.
#[derive(Debug, Clone)]
pub(crate) struct Peers {
    /// Nombre y puerto del servidor, y dirección y puerto del cliente, seguidos. Lo que no se sabe
    /// está vacío.
    text: Box<str>,
    /// Dónde termina cada uno.
    ends: [u16; 4],
}

impl Peers {
    /// `remote` es desde dónde llegó, si llegó por la red.
    pub(crate) fn new(name: &str, local_port: u16, remote: Option<SocketAddr>) -> Self {
        let Some(remote) = remote else { return Self { text: "".into(), ends: [0; 4] } };
        let mut text = String::with_capacity(name.len() + 32);
        // Un socket que atiende IPv6 e IPv4 ve las segundas como si fueran de las primeras.
        let (name, address) = (server_name(name), remote.ip().to_canonical());
        let parts: [&dyn fmt::Display; 4] = [&name, &local_port, &address, &remote.port()];
        let ends = parts.map(|part| {
            write!(text, "{part}").expect("escribir en memoria no falla");
            u16::try_from(text.len()).expect("el nombre de un servidor es corto")
        });
        Self { text: text.into(), ends }
    }

    /// Si son dos procesos de la misma computadora, que no hablan por la red.
    fn is_local(&self) -> bool {
        self.text.is_empty()
    }
}

impl fmt::Display for Peers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, from, to, _] = self.ends.map(usize::from);
        match &self.text[from..to] {
            "" => f.write_str("un socket de Unix"),
            address => f.write_str(address),
        }
    }
}

/// Sitio para lo que no está en la cabeza: los nombres de los encabezados poco comunes.
const OTHER_TEXT: usize = 512;

/// Lo que es igual en todas las peticiones.
const CONSTANTS: [(&str, &str); 8] = [
    ("SERVER_SOFTWARE", SOFTWARE),
    ("GATEWAY_INTERFACE", "CGI/1.1"),
    ("wsgi.version", "1.0"),
    ("wsgi.url_scheme", "http"),
    ("wsgi.multithread", "true"),
    ("wsgi.multiprocess", "false"),
    ("wsgi.run_once", "false"),
    ("wsgi.input_terminated", "true"),
];

/// Las variables de [`Peers`], en su orden.
const PEER_KEYS: [&str; 4] = ["SERVER_NAME", "SERVER_PORT", "REMOTE_ADDR", "REMOTE_PORT"];

/// Llena `environ`, que llega vacío.
pub(crate) fn fill(environ: &mut Environ, request: &Request<'_>, peers: &Peers) {
    let target = request.target.path_and_query();
    let text = request.head.text.unwrap_or("");
    environ.reserve(text.len() + peers.text.len() + OTHER_TEXT);
    let head = environ.adopt(text);
    environ.push("REQUEST_METHOD", head.part(request.head.method));
    environ.push("SCRIPT_NAME", Value::Fixed(""));
    if target.path_is_plain() {
        environ.push("PATH_INFO", head.part(target.path));
    } else {
        environ.push("PATH_INFO", Value::Bytes(&target.decoded_path()));
    }
    environ.push("QUERY_STRING", head.part(target.query));
    environ.push("REQUEST_URI", head.part(request.head.target));
    environ.push("SERVER_PROTOCOL", Value::Fixed(request.head.version.as_str()));
    push_peers(environ, peers);
    environ.push_fixed(&CONSTANTS);
    push_fields(environ, request, head);
    if peers.is_local() {
        // Un socket de Unix no tiene nombre ni puerto: son los que pidió el cliente.
        complete_address(environ, "localhost");
    }
}

fn push_peers(environ: &mut Environ, peers: &Peers) {
    if peers.is_local() {
        return environ.push("REMOTE_ADDR", Value::Fixed(""));
    }
    let text = environ.adopt(&peers.text);
    let mut start = 0;
    for (key, end) in PEER_KEYS.into_iter().zip(peers.ends.map(usize::from)) {
        environ.push(key, text.span((start, end)));
        start = end;
    }
}

fn push_fields(environ: &mut Environ, request: &Request<'_>, head: Adopted<'_>) {
    let mut fields = Joining::new(environ);
    let is_absolute = match request.target {
        // La dirección absoluta manda sobre `Host` (RFC 9112 §3.2.2), que en HTTP/1.0 puede faltar.
        Target::Absolute { authority, .. } => {
            fields.push("HTTP_HOST", head.part(authority));
            true
        }
        _ => false,
    };
    let is_text = request.head.text.is_some();
    let mut seen = KnownSet::default();
    for Field { name, known, value: bytes, span } in request.head.fields.iter() {
        let value = if is_text { head.span(span) } else { Value::Bytes(bytes) };
        let Some(known) = known else {
            // Un nombre con guion bajo suplantaría al que lleva guion.
            if !name.contains(&b'_') {
                fields.join_header(name, value, bytes);
            }
            continue;
        };
        let is_repeated = !seen.insert(known);
        match known.role() {
            // `HTTP_PROXY` la obedecen muchas bibliotecas (httpoxy).
            Role::Proxy => {}
            Role::Host if is_absolute => {}
            Role::ContentLength => fields.push("CONTENT_LENGTH", length(request.body)),
            _ if is_repeated => fields.join(known.variable(), bytes),
            _ => fields.push(known.variable(), value),
        }
    }
    fields.finish();
}

/// En su forma normal: el cliente pudo escribir `007`.
fn length(body: RequestBody) -> Value<'static> {
    match body {
        RequestBody::Length(length) => Value::Number(length),
        RequestBody::None | RequestBody::Chunked => Value::Fixed("0"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::head::Limits;
    use crate::http::{FieldTable, Rejection, request};
    use pretty_assertions::assert_eq;

    const LIMITS: Limits = Limits { request_line: 8192, head: 65_536, fields: 100 };

    fn environ_of(input: &[u8]) -> Environ {
        let table = &mut FieldTable::default();
        let request = request::parse(input, &LIMITS, table).expect("válida").expect("entera");
        let mut environ = Environ::new();
        let remote = "127.0.0.1:50000".parse().expect("una dirección");
        fill(&mut environ, &request, &Peers::new("localhost", 8000, Some(remote)));
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
    fn lo_que_falta_en_la_peticion_no_esta_o_es_vacio() {
        let environ = environ_of(b"GET / HTTP/1.0\r\n\r\n");
        assert_eq!(environ.get("QUERY_STRING"), Some(""));
        assert_eq!(environ.get("SCRIPT_NAME"), Some(""));
        for absent in ["CONTENT_TYPE", "CONTENT_LENGTH", "HTTP_HOST"] {
            assert_eq!(environ.get(absent), None, "{absent}");
        }
    }

    #[test]
    fn el_tipo_y_la_longitud_no_tienen_gemelos() {
        let environ =
            environ_of(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Type:\r\nContent-Length: 0\r\n\r\n");
        assert_eq!(environ.get("CONTENT_TYPE"), Some(""));
        assert_eq!(environ.get("CONTENT_LENGTH"), Some("0"));
        assert!(environ.iter().all(|(key, _)| !key.starts_with("HTTP_CONTENT")));
    }

    #[test]
    fn los_encabezados_peligrosos_no_entran() {
        let environ = environ_of(
            b"GET / HTTP/1.1\r\nHost: x\r\nX-Uno: bueno\r\nX_Uno: malo\r\nProxy: http://malo\r\n\
              Content_Length: 9\r\nContent_Type: malo\r\nHo_st: malo\r\n\r\n",
        );
        let headers = environ.iter().filter(|(key, _)| key.starts_with("HTTP_"));
        assert_eq!(headers.collect::<Vec<_>>(), [("HTTP_HOST", "x"), ("HTTP_X_UNO", "bueno")]);
        assert_eq!(environ.get("CONTENT_LENGTH"), None);
        assert_eq!(environ.get("CONTENT_TYPE"), None);
    }

    #[test]
    fn los_encabezados_repetidos_se_unen_en_orden() {
        let environ = environ_of(
            b"GET / HTTP/1.1\r\nAccept: a\r\nHost: x\r\nCookie: a=1\r\nACCEPT: b\r\ncookie: b=2\r\n\
              accept:\r\n\r\n",
        );
        let headers = environ.iter().filter(|(key, _)| key.starts_with("HTTP_"));
        let expected = [("HTTP_ACCEPT", "a, b, "), ("HTTP_HOST", "x"), ("HTTP_COOKIE", "a=1; b=2")];
        assert_eq!(headers.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn lo_que_dice_un_proxy_cualquiera_es_un_encabezado_mas() {
        let environ = environ_of(
            b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-Proto: https\r\n\
              Forwarded: for=9.9.9.9;proto=https\r\n\r\n",
        );
        assert_eq!(environ.remote_addr(), Some("127.0.0.1"));
        assert_eq!(environ.url_scheme(), "http");
        assert_eq!(environ.header("x-forwarded-for"), Some("9.9.9.9"));
        assert_eq!(environ.header("forwarded"), Some("for=9.9.9.9;proto=https"));
    }

    #[test]
    fn por_un_socket_de_unix_el_servidor_es_el_que_pidio_el_cliente() {
        let cases: [(&[u8], (&str, u16)); 3] = [
            (b"GET / HTTP/1.1\r\nHost: ejemplo.mx\r\n\r\n", ("ejemplo.mx", 80)),
            (b"GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n", ("[::1]", 8080)),
            (b"GET / HTTP/1.0\r\n\r\n", ("localhost", 80)),
        ];
        for (input, (name, port)) in cases {
            let table = &mut FieldTable::default();
            let request = request::parse(input, &LIMITS, table).expect("válida").expect("entera");
            let mut environ = Environ::new();
            fill(&mut environ, &request, &Peers::new("x", 0, None));
            assert_eq!((environ.server_name(), environ.server_port()), (name, Some(port)));
            assert_eq!((environ.get("REMOTE_ADDR"), environ.remote_addr()), (Some(""), None));
            assert_eq!(environ.get("REMOTE_PORT"), None);
        }
    }

    #[test]
    fn la_direccion_absoluta_manda_sobre_host() {
        let environ = environ_of(b"GET http://y:81/z HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(environ.header("host"), Some("y:81"));
        assert_eq!(environ.get("REQUEST_URI"), Some("http://y:81/z"));
        assert_eq!(environ.path_info(), "/z");
        let old = environ_of(b"GET http://y HTTP/1.0\r\n\r\n");
        assert_eq!((old.header("host"), old.path_info()), (Some("y"), "/"));
        // Aun así, en 1.1 `Host` tiene que estar.
        let table = &mut FieldTable::default();
        let parsed = request::parse(b"GET http://y/z HTTP/1.1\r\n\r\n", &LIMITS, table).map(|_| ());
        assert_eq!(parsed, Err(Rejection::Host));
    }

    #[test]
    fn la_ruta_se_decodifica_y_la_direccion_queda_como_llego() {
        let environ = environ_of(b"GET /a%2Fb//%2e%2E/%2525?q=%41 HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(environ.path_info(), "/a/b//../%25");
        assert_eq!(environ.query_string(), "q=%41");
        assert_eq!(environ.get("REQUEST_URI"), Some("/a%2Fb//%2e%2E/%2525?q=%41"));
    }

    #[test]
    fn las_direcciones_y_los_puertos_se_escriben_enteros() {
        let table = &mut FieldTable::default();
        let request = request::parse(b"OPTIONS * HTTP/1.0\r\n\r\n", &LIMITS, table);
        let request = request.expect("válida").expect("entera");
        for (remote, address, port) in [
            ("255.10.0.255:1", "255.10.0.255", "1"),
            ("[2001:db8::1]:65535", "2001:db8::1", "65535"),
            // Como las ve un socket que atiende IPv6 e IPv4, y como las ve uno de un solo cable.
            ("[::ffff:192.0.2.7]:1", "192.0.2.7", "1"),
            ("[fe80::1%7]:1", "fe80::1", "1"),
        ] {
            let mut environ = Environ::new();
            let remote = remote.parse().expect("una dirección");
            fill(&mut environ, &request, &Peers::new("localhost", 80, Some(remote)));
            assert_eq!(environ.remote_addr(), Some(address));
            assert_eq!(environ.get("REMOTE_PORT"), Some(port));
            assert_eq!((environ.server_port(), environ.path_info()), (Some(80), ""));
        }
    }

    #[test]
    fn el_nombre_de_un_servidor_ipv6_va_entre_corchetes() {
        let remote = "127.0.0.1:50000".parse().ok();
        let table = &mut FieldTable::default();
        let request = request::parse(b"GET / HTTP/1.0\r\n\r\n", &LIMITS, table);
        let request = request.expect("válida").expect("entera");
        for (name, expected) in [("::1", "[::1]"), ("fe80::1%eth0", "[fe80::1]"), ("a.mx", "a.mx")]
        {
            let mut environ = Environ::new();
            fill(&mut environ, &request, &Peers::new(name, 80, remote));
            assert_eq!(environ.server_name(), expected);
        }
    }

    #[test]
    fn ningun_byte_cambiado_causa_un_panico() {
        let input = b"GET http://[::1]:8/a%20b?c HTTP/1.1\r\nHost: [::1]:8\r\nCookie: a=b\r\n\
                      Content-Length: 12\r\nExpect: 100-continue\r\nA:b\r\nA: c\r\n\r\n";
        let remote = "127.0.0.1:50000".parse().expect("una dirección");
        let peers = Peers::new("x", 80, Some(remote));
        let (mut environ, mut table) = (Environ::new(), FieldTable::default());
        for (at, byte) in (0..input.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut changed = *input;
            changed[at] = byte;
            if let Ok(Some(request)) = request::parse(&changed, &LIMITS, &mut table) {
                environ.clear();
                fill(&mut environ, &request, &peers);
                assert!(environ.get("PATH_INFO").is_some());
            }
        }
    }

    #[test]
    fn la_peticion_de_un_navegador_pide_memoria_dos_veces() {
        let table = &mut FieldTable::default();
        let request = request::parse(BROWSER, &LIMITS, table).expect("válida").expect("entera");
        let remote = "127.0.0.1:50000".parse().expect("una dirección");
        let peers = Peers::new("localhost", 8000, Some(remote));
        let mut environ = Environ::new();
        environ.reserve(BROWSER.len() + peers.text.len() + OTHER_TEXT);
        let reserved = environ.capacity();
        fill(&mut environ, &request, &peers);
        // Ni el texto ni la lista de variables tuvieron que crecer.
        assert_eq!(environ.capacity(), reserved);
        assert!(environ.iter().count() > 25);
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
        Sec-Fetch-Site: none\r\nSec-Fetch-User: ?1\r\nIf-None-Match: \"abc\"\r\nDNT: 1\r\nPriority: u=0, i\r\n\r\n";
}
