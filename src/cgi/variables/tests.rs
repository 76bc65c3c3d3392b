//! Lo que mandan nginx y Apache, y lo que podría mandar cualquiera.

use super::*;
use pretty_assertions::assert_eq;

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn filled(variables: Pairs<'_>) -> Result<Environ, Rejection> {
    let mut environ = Environ::new();
    let pairs = variables.iter().map(|(name, value)| Ok((name.as_bytes(), value.as_bytes())));
    fill(&mut environ, pairs, Process::Serving, "predeterminado", 100)?;
    Ok(environ)
}

/// Las variables `keys` de una petición `GET` que además trae `variables`.
#[track_caller]
fn check(variables: Pairs<'_>, expected: &[(&str, Option<&str>)]) {
    let environ = filled(&[&[("REQUEST_METHOD", "GET")], variables].concat()).expect("válida");
    for (key, value) in expected {
        assert_eq!(environ.get(key), *value, "{key} con {variables:?}");
    }
}

#[test]
fn lo_peligroso_no_entra() {
    let banned = [
        ("HTTP_PROXY", "http://malo"),
        ("HTTP_CONTENT_TYPE", "malo"),
        ("HTTP_CONTENT_LENGTH", "9"),
        ("UWSGI_FILE", "malo.py"),
        ("UWSGI_SCRIPT", "malo"),
        ("wsgi.url_scheme", "malo"),
        ("wsgi.input", "malo"),
        ("pasarela.host", "malo"),
        ("HTTP_X-UNO", "malo"),
        ("HTTP_x", "malo"),
        ("A=B", "malo"),
        ("A B", "malo"),
        ("", "malo"),
    ];
    let environ = filled(&[&[("REQUEST_METHOD", "GET")], &banned[..]].concat()).expect("válida");
    assert!(environ.iter().all(|(_, value)| !value.contains("malo")), "{environ:?}");
    assert_eq!(environ.get("CONTENT_LENGTH"), None);
}

#[test]
fn una_peticion_sin_nada_queda_completa() {
    let environ = filled(&[("REQUEST_METHOD", "GET")]).expect("válida");
    let expected = [
        ("REQUEST_METHOD", "GET"),
        ("SCRIPT_NAME", ""),
        ("PATH_INFO", "/"),
        ("QUERY_STRING", ""),
        ("wsgi.url_scheme", "http"),
        ("SERVER_NAME", "predeterminado"),
        ("SERVER_PORT", "80"),
        ("SERVER_PROTOCOL", "HTTP/1.0"),
        ("REMOTE_ADDR", ""),
        ("SERVER_SOFTWARE", SOFTWARE),
        ("GATEWAY_INTERFACE", "CGI/1.1"),
        ("REQUEST_URI", "/"),
        ("wsgi.version", "1.0"),
        ("wsgi.multithread", "true"),
        ("wsgi.multiprocess", "false"),
        ("wsgi.run_once", "false"),
        ("wsgi.input_terminated", "true"),
    ];
    assert_eq!(environ.iter().collect::<Vec<_>>(), expected);
    assert_eq!(environ.remote_addr(), None);
}

#[test]
fn lo_que_ya_esta_no_se_cambia() {
    let told = [
        ("SCRIPT_NAME", "/app"),
        ("PATH_INFO", "/a b"),
        ("QUERY_STRING", "c=d"),
        ("SERVER_NAME", "ejemplo.mx"),
        ("SERVER_PORT", "8080"),
        ("SERVER_PROTOCOL", "HTTP/2.0"),
        ("REMOTE_ADDR", "192.0.2.1"),
        ("REMOTE_PORT", "50000"),
        ("SERVER_SOFTWARE", "nginx/1.22.1"),
        ("REQUEST_URI", "/app/a%20b?c=d"),
    ];
    check(&told, &told.map(|(key, value)| (key, Some(value))));
}

#[test]
fn hay_tres_maneras_de_decir_que_no_hay_cuerpo() {
    check(&[], &[("CONTENT_LENGTH", None), ("CONTENT_TYPE", None)]);
    let empty = [("CONTENT_LENGTH", ""), ("CONTENT_TYPE", "")];
    check(&empty, &[("CONTENT_LENGTH", None), ("CONTENT_TYPE", None)]);
    check(&[("CONTENT_LENGTH", "0")], &[("CONTENT_LENGTH", Some("0"))]);
    check(&[("CONTENT_LENGTH", "012")], &[("CONTENT_LENGTH", Some("12"))]);
}

#[test]
fn lo_repetido_se_une_y_la_longitud_no_admite_dudas() {
    let repeated = [
        ("HTTP_ACCEPT", "a"),
        ("HTTP_COOKIE", "a=1"),
        ("HTTP_ACCEPT", "b"),
        ("HTTP_COOKIE", "b=2"),
        ("CONTENT_LENGTH", "3"),
        ("CONTENT_LENGTH", "3"),
        ("SCRIPT_NAME", "/uno"),
        ("SCRIPT_NAME", "/dos"),
    ];
    let expected = [
        ("HTTP_ACCEPT", Some("a, b")),
        ("HTTP_COOKIE", Some("a=1; b=2")),
        ("CONTENT_LENGTH", Some("3")),
        ("SCRIPT_NAME", Some("/dos")),
    ];
    check(&repeated, &expected);
}

#[test]
fn el_esquema_y_el_servidor_son_los_que_pidio_el_cliente() {
    check(&[("HTTPS", "on")], &[("wsgi.url_scheme", Some("https")), ("SERVER_PORT", Some("443"))]);
    check(&[("HTTPS", "")], &[("wsgi.url_scheme", Some("http"))]);
    check(&[("REQUEST_SCHEME", "https")], &[("wsgi.url_scheme", Some("https"))]);
    check(&[("REQUEST_SCHEME", "malo")], &[("wsgi.url_scheme", Some("http"))]);
    let host = [("HTTP_HOST", "[::1]:8080")];
    check(&host, &[("SERVER_NAME", Some("[::1]")), ("SERVER_PORT", Some("8080"))]);
    let strange = [("HTTP_HOST", "x"), ("SERVER_PORT", "malo")];
    check(&strange, &[("SERVER_NAME", Some("x")), ("SERVER_PORT", Some("80"))]);
}

#[test]
fn las_direcciones_se_escriben_de_una_sola_manera() {
    let mapped = [("REMOTE_ADDR", "::ffff:192.0.2.7"), ("SERVER_NAME", "::1")];
    check(&mapped, &[("REMOTE_ADDR", Some("192.0.2.7")), ("SERVER_NAME", Some("[::1]"))]);
    let zoned = [("REMOTE_ADDR", "fe80::1%eth0"), ("SERVER_NAME", "fe80::2%eth0")];
    check(&zoned, &[("REMOTE_ADDR", Some("fe80::1")), ("SERVER_NAME", Some("[fe80::2]"))]);
    check(&[("REMOTE_ADDR", "unix:")], &[("REMOTE_ADDR", Some("unix:"))]);
}

#[test]
fn la_raiz_se_dice_de_una_sola_manera() {
    check(&[("SCRIPT_NAME", "/")], &[("SCRIPT_NAME", Some("")), ("PATH_INFO", Some("/"))]);
    let both = [("SCRIPT_NAME", "/"), ("PATH_INFO", "/x")];
    check(&both, &[("SCRIPT_NAME", Some("")), ("PATH_INFO", Some("/x"))]);
    check(&[("SCRIPT_NAME", "/x")], &[("SCRIPT_NAME", Some("/x")), ("PATH_INFO", Some(""))]);
    let asterisk = filled(&[("REQUEST_METHOD", "OPTIONS"), ("PATH_INFO", "*")]).expect("válida");
    assert_eq!((asterisk.script_name(), asterisk.path_info()), ("", ""));
}

#[test]
fn la_direccion_pedida_se_compone_si_falta() {
    let parts = [("SCRIPT_NAME", "/a b"), ("PATH_INFO", "/ñ"), ("QUERY_STRING", "c=%20")];
    check(&parts, &[("REQUEST_URI", Some("/a%20b/%C3%B1?c=%20"))]);
}

#[test]
fn sin_una_peticion_entera_hay_rechazo() {
    let cases: [(Pairs<'_>, Rejection); 6] = [
        (&[], Rejection::RequestLine),
        (&[("REQUEST_METHOD", "G T")], Rejection::RequestLine),
        (&[("REQUEST_METHOD", "GET"), ("PATH_INFO", "x")], Rejection::Target),
        (&[("REQUEST_METHOD", "GET"), ("CONTENT_LENGTH", "+1")], Rejection::ContentLength),
        (&[("REQUEST_METHOD", "GET"), ("CONTENT_LENGTH", "1 ")], Rejection::ContentLength),
        (
            &[("REQUEST_METHOD", "GET"), ("CONTENT_LENGTH", "1"), ("CONTENT_LENGTH", "2")],
            Rejection::ContentLength,
        ),
    ];
    for (variables, expected) in cases {
        assert_eq!(filled(variables).map(|_| ()), Err(expected), "{variables:?}");
    }
}

#[test]
fn las_variables_no_son_infinitas() {
    let names: Vec<String> = (0..1000).map(|number| format!("X{number}")).collect();
    let many: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!(filled(&many).map(|_| ()), Err(Rejection::TooManyFields));
}

#[test]
fn los_bytes_que_no_son_utf8_no_se_pierden() {
    let mut environ = Environ::new();
    let variables: [(&[u8], &[u8]); 4] = [
        (b"REQUEST_METHOD", b"GET"),
        (b"PATH_INFO", b"/\xFF"),
        (b"HTTP_X", b"\xE9"),
        (b"HTTP_X", b"\xE8"),
    ];
    fill(&mut environ, variables.map(Ok), Process::RunOnce, "x", 100).expect("válida");
    assert_eq!(environ.get_bytes("PATH_INFO"), Some(&b"/\xFF"[..]));
    assert_eq!(environ.get_bytes("HTTP_X"), Some(&b"\xE9, \xE8"[..]));
    assert_eq!(environ.get("REQUEST_URI"), Some("/%FF"));
    let process = ["wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once"];
    assert_eq!(process.map(|key| environ.get(key)), [Some("false"), Some("true"), Some("true")]);
}
