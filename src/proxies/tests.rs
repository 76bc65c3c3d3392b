//! Un `environ` con encabezados de proxy entra, y sale otro.

use super::*;
use crate::util::request_uri;
use pretty_assertions::assert_eq;

/// El `environ` que deja un proxy en `peer` con esos encabezados.
fn environ_from(peer: &str, headers: &[(&str, &str)]) -> Environ {
    let mut environ = Environ::new();
    let variables = [
        ("REMOTE_ADDR", peer),
        ("REMOTE_PORT", "50000"),
        ("SERVER_NAME", "localhost"),
        ("SERVER_PORT", "8000"),
        ("wsgi.url_scheme", "http"),
        ("PATH_INFO", "/a"),
        ("HTTP_HOST", "interno:8000"),
    ];
    for (key, value) in variables.iter().chain(headers) {
        environ.insert(key, value);
    }
    environ
}

/// Todos los `X-Forwarded-*`.
const X_FORWARDED: [ProxyHeader; 5] = [
    ProxyHeader::XForwardedFor,
    ProxyHeader::XForwardedProto,
    ProxyHeader::XForwardedHost,
    ProxyHeader::XForwardedPort,
    ProxyHeader::XForwardedPrefix,
];

const FORWARDED: [ProxyHeader; 1] = [ProxyHeader::Forwarded];

fn applied(peer: &str, headers: &[(&str, &str)], believed: &[ProxyHeader]) -> Environ {
    applied_with(Unbelieved::Dropped, peer, headers, believed)
}

fn applied_with(
    unbelieved: Unbelieved,
    peer: &str,
    headers: &[(&str, &str)],
    believed: &[ProxyHeader],
) -> Environ {
    let trusted = ["10.0.0.0/8", "127.0.0.1", "::1"].map(|text| text.parse().expect("una red"));
    let mut environ = environ_from(peer, headers);
    apply(&mut environ, Trust { proxies: &trusted, headers: believed, unbelieved });
    environ
}

/// La dirección del cliente y la que pidió, contadas con `X-Forwarded-*`.
#[track_caller]
fn check(peer: &str, headers: &[(&str, &str)], client: &str, uri: &str) {
    let headers: Vec<(String, &str)> =
        headers.iter().map(|(name, value)| (format!("HTTP_X_FORWARDED_{name}"), *value)).collect();
    let headers: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let environ = applied(peer, &headers, &X_FORWARDED);
    let seen = (environ.remote_addr(), request_uri(&environ, true));
    assert_eq!(seen, (Some(client), uri.to_owned()), "{headers:?}");
}

/// Lo mismo con `Forwarded`.
#[track_caller]
fn check_forwarded(value: &str, client: &str, uri: &str) {
    let environ = applied("127.0.0.1", &[("HTTP_FORWARDED", value)], &FORWARDED);
    let seen = (environ.remote_addr(), request_uri(&environ, true));
    assert_eq!(seen, (Some(client), uri.to_owned()), "{value}");
}

const INNER: &str = "http://interno:8000/a";

#[test]
fn solo_se_cree_a_los_proxies_de_confianza() {
    let headers = [("FOR", "1.2.3.4"), ("PROTO", "https"), ("HOST", "x"), ("PORT", "1")];
    check("8.8.8.8", &headers, "8.8.8.8", INNER);
    check("no es una dirección", &headers, "no es una dirección", INNER);
    let mut nobody = environ_from("127.0.0.1", &ALL_TOLD);
    let trust = Trust { proxies: &[], headers: &X_FORWARDED, unbelieved: Unbelieved::Dropped };
    apply(&mut nobody, trust);
    assert_eq!(vec_of(&nobody), vec_of(&environ_from("127.0.0.1", &ALL_TOLD)));
}

/// Todo lo que un proxy puede contar, y algo que cuentan algunos.
const ALL_TOLD: [(&str, &str); 7] = [
    ("HTTP_FORWARDED", "for=5.6.7.8;proto=https;host=otro.mx"),
    ("HTTP_X_FORWARDED_FOR", "1.2.3.4"),
    ("HTTP_X_FORWARDED_PROTO", "https"),
    ("HTTP_X_FORWARDED_HOST", "ejemplo.mx"),
    ("HTTP_X_FORWARDED_PORT", "6666"),
    ("HTTP_X_FORWARDED_PREFIX", "/tienda"),
    ("HTTP_X_FORWARDED_USER", "Ada"),
];

fn vec_of(environ: &Environ) -> Vec<(String, String)> {
    environ.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// Quién pidió, qué, y las variables que cuentan lo que cuentan los proxies.
#[track_caller]
fn check_each(believed: &[ProxyHeader], client: &str, uri: &str, kept: &[&str]) {
    let environ = applied("127.0.0.1", &ALL_TOLD, believed);
    let seen = (environ.remote_addr(), request_uri(&environ, true));
    assert_eq!(seen, (Some(client), uri.to_owned()), "{believed:?}");
    assert_eq!(environ.header("host"), Some("interno:8000"), "{believed:?}");
    assert_eq!(told(&environ), kept, "{believed:?}");
}

fn told(environ: &Environ) -> Vec<&str> {
    environ.iter().filter_map(|(key, _)| is_told(key).then_some(key)).collect()
}

#[test]
fn cada_encabezado_se_cree_solo_si_se_dice() {
    use ProxyHeader::*;
    let [forwarded, of, proto, host, port, prefix, user] = ALL_TOLD.map(|(key, _)| key);
    check_each(&[], "127.0.0.1", INNER, &[user]);
    check_each(&[XForwardedFor], "1.2.3.4", INNER, &[of, user]);
    check_each(&[XForwardedProto], "127.0.0.1", "https://interno:8000/a", &[proto, user]);
    check_each(&[XForwardedHost], "127.0.0.1", "http://ejemplo.mx/a", &[host, user]);
    check_each(&[XForwardedPort], "127.0.0.1", "http://interno:6666/a", &[port, user]);
    let prefixed = "http://interno:8000/tienda/a";
    check_each(&[XForwardedPrefix], "127.0.0.1", prefixed, &[prefix, user]);
    check_each(&[Forwarded], "5.6.7.8", "https://otro.mx/a", &[forwarded, user]);
    let both = [Forwarded, XForwardedFor, XForwardedPrefix];
    let uri = "https://otro.mx/tienda/a";
    check_each(&both, "5.6.7.8", uri, &[forwarded, of, prefix, user]);
    let all = "https://ejemplo.mx:6666/tienda/a";
    check_each(&X_FORWARDED, "1.2.3.4", all, &[of, proto, host, port, prefix, user]);
}

#[test]
fn lo_que_no_se_cree_no_llega_o_llega_como_cualquiera() {
    for peer in ["8.8.8.8", "no es una dirección"] {
        let dropped = applied(peer, &ALL_TOLD, &X_FORWARDED);
        assert_eq!(vec_of(&dropped), vec_of(&environ_from(peer, &[])));
        let kept = applied_with(Unbelieved::Kept, peer, &ALL_TOLD, &X_FORWARDED);
        assert_eq!(vec_of(&kept), vec_of(&environ_from(peer, &ALL_TOLD)));
    }
    let kept = applied_with(Unbelieved::Kept, "127.0.0.1", &ALL_TOLD, &[]);
    assert_eq!(vec_of(&kept), vec_of(&environ_from("127.0.0.1", &ALL_TOLD)));
}

#[test]
fn un_prefijo_va_delante_de_lo_que_habia() {
    let script_name = |before: &str, value: &str| {
        let headers = [("SCRIPT_NAME", before), ("HTTP_X_FORWARDED_PREFIX", value)];
        let environ = applied("127.0.0.1", &headers, &X_FORWARDED);
        assert_eq!(environ.path_info(), "/a");
        environ.script_name().to_owned()
    };
    assert_eq!(script_name("", "/tienda"), "/tienda");
    assert_eq!(script_name("", "/tienda/"), "/tienda");
    assert_eq!(script_name("/app", "/a/b%20%C3%B1"), "/a/b ñ/app");
    for wrong in [
        "",
        "/",
        "tienda",
        "//malo.test",
        "/a//b",
        "/a/../b",
        "/%2e%2e",
        "/a%2f%2fb",
        "/a?b",
        "/a#b",
        "/a b",
        "/ñ",
        "/%zz",
        "/\\malo.test",
        "/%5cmalo.test",
        "/a%0d%0ab",
        "http://malo.test/a",
        "*",
        "/a//",
        "/a, /b",
    ] {
        assert_eq!(script_name("/app", wrong), "/app", "{wrong}");
    }
}

#[test]
fn el_cliente_es_la_primera_direccion_desconocida_desde_la_derecha() {
    check("127.0.0.1", &[("FOR", "1.2.3.4")], "1.2.3.4", INNER);
    check("127.0.0.1", &[("FOR", "9.9.9.9, 1.2.3.4, 10.0.0.1")], "1.2.3.4", INNER);
    check("127.0.0.1", &[("FOR", "10.0.0.2,10.0.0.1")], "10.0.0.2", INNER);
    check("::1", &[("FOR", "2001:db8::1")], "2001:db8::1", INNER);
    check("::ffff:127.0.0.1", &[("FOR", "::ffff:1.2.3.4")], "1.2.3.4", INNER);
    check("127.0.0.1", &[("FOR", "9.9.9.9, basura, 10.0.0.1")], "10.0.0.1", INNER);
    check("127.0.0.1", &[("FOR", "9.9.9.9, unknown")], "127.0.0.1", INNER);
    check("127.0.0.1", &[("FOR", "")], "127.0.0.1", INNER);
    check("127.0.0.1", &[("FOR", "1.2.3.4,")], "127.0.0.1", INNER);
    check("127.0.0.1", &[("FOR", "fe80::1%eth0")], "fe80::1", INNER);
}

#[test]
fn el_puerto_del_cliente_no_es_el_del_proxy() {
    let port = |value| {
        let environ = applied("127.0.0.1", &[("HTTP_X_FORWARDED_FOR", value)], &X_FORWARDED);
        (environ.remote_addr().map(str::to_owned), environ.get("REMOTE_PORT").map(str::to_owned))
    };
    let pair = |address: &str, port: &str| (Some(address.to_owned()), Some(port.to_owned()));
    assert_eq!(port("1.2.3.4"), (Some("1.2.3.4".to_owned()), None));
    assert_eq!(port("1.2.3.4:5"), pair("1.2.3.4", "5"));
    assert_eq!(port("[2001:db8::1]:5"), pair("2001:db8::1", "5"));
    assert_eq!(port("basura"), pair("127.0.0.1", "50000"));
}

#[test]
fn la_direccion_es_la_que_pidio_el_navegador() {
    let check = |headers: &[(&str, &str)], uri| check("127.0.0.1", headers, "127.0.0.1", uri);
    check(&[("PROTO", "https")], "https://interno:8000/a");
    check(&[("PROTO", "HTTPS"), ("HOST", "ejemplo.mx")], "https://ejemplo.mx/a");
    check(&[("HOST", "ejemplo.mx:8443"), ("PROTO", "https")], "https://ejemplo.mx:8443/a");
    check(&[("HOST", "ejemplo.mx"), ("PORT", "8080")], "http://ejemplo.mx:8080/a");
    check(&[("HOST", "ejemplo.mx"), ("PORT", "443"), ("PROTO", "https")], "https://ejemplo.mx/a");
    check(&[("HOST", "ejemplo.mx:1"), ("PORT", "2")], "http://ejemplo.mx:1/a");
    check(&[("HOST", "[2001:db8::1]"), ("PORT", "2")], "http://[2001:db8::1]:2/a");
}

#[test]
fn lo_mal_escrito_no_cuenta() {
    let check = |headers: &[(&str, &str)]| check("127.0.0.1", headers, "127.0.0.1", INNER);
    for scheme in ["", "ftp", "javascript", "https:", "https x"] {
        check(&[("PROTO", scheme)]);
    }
    for host in ["", ":80", "a/b", "u@x", "a b", "x:99999", "a\"b", "[::1"] {
        check(&[("HOST", host)]);
    }
    for port in ["", "0", "-1", "99999", "x"] {
        check(&[("PORT", port)]);
    }
}

#[test]
fn cada_dato_es_del_proxy_al_que_llego_el_navegador() {
    let chain = ("FOR", "9.9.9.9, 1.2.3.4, 10.0.0.1");
    let schemes = ("PROTO", "http,https,http");
    check("127.0.0.1", &[chain, schemes], "1.2.3.4", "https://interno:8000/a");
    check("127.0.0.1", &[chain, ("PROTO", "https")], "1.2.3.4", "https://interno:8000/a");
    let spoofed = [("FOR", "9.9.9.9, 1.2.3.4"), ("PROTO", "https, http")];
    check("127.0.0.1", &spoofed, "1.2.3.4", INNER);
}

#[test]
fn server_name_y_server_port_acompanan_y_host_no_cambia() {
    let check = |headers: &[(&str, &str)], name: &str, port: u16, told: Option<&str>| {
        let environ = applied("127.0.0.1", headers, &X_FORWARDED);
        assert_eq!((environ.server_name(), environ.server_port()), (name, Some(port)));
        assert_eq!(environ.header("host"), Some("interno:8000"));
        assert_eq!(environ.get("pasarela.host"), told);
    };
    let (https, host) = (("HTTP_X_FORWARDED_PROTO", "https"), "HTTP_X_FORWARDED_HOST");
    let port = ("HTTP_X_FORWARDED_PORT", "8443");
    check(&[], "localhost", 8000, None);
    check(&[https], "localhost", 8000, None);
    check(&[https, port], "localhost", 8443, Some("interno:8443"));
    check(&[https, (host, "ejemplo.mx")], "ejemplo.mx", 443, Some("ejemplo.mx"));
    check(&[https, (host, "ejemplo.mx"), port], "ejemplo.mx", 8443, Some("ejemplo.mx:8443"));
    check(&[(host, "[2001:db8::1]:81")], "[2001:db8::1]", 81, Some("[2001:db8::1]:81"));
}

#[test]
fn forwarded_se_lee_como_dice_su_rfc() {
    check_forwarded("for=1.2.3.4", "1.2.3.4", INNER);
    check_forwarded("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17", INNER);
    let whole = "for=1.2.3.4;proto=https;by=10.0.0.1;host=ejemplo.mx";
    check_forwarded(whole, "1.2.3.4", "https://ejemplo.mx/a");
    check_forwarded("for=1.2.3.4; proto=https", "1.2.3.4", "https://interno:8000/a");
    check_forwarded("host=\"ejemplo.mx:81\"", "127.0.0.1", "http://ejemplo.mx:81/a");
    check_forwarded(
        "for=9.9.9.9, for=1.2.3.4;host=x, for=10.0.0.1;host=y",
        "1.2.3.4",
        "http://x/a",
    );
    check_forwarded("for=\"1.2.3.4:_abc\"", "1.2.3.4", INNER);
    check_forwarded("for=9.9.9.9, for=_oculto;proto=https", "127.0.0.1", "https://interno:8000/a");
    check_forwarded("for=unknown", "127.0.0.1", INNER);
    check_forwarded("for=\"1.2.3.\\4\"", "1.2.3.4", INNER);
    check_forwarded(", ,for=1.2.3.4,", "1.2.3.4", INNER);
}

#[test]
fn un_forwarded_mal_escrito_no_tapa_al_del_proxy() {
    for garbage in ["for=\"", "for=9.9.9.9;host=\"a, b", "\"", "\\", "for=\\\"", "=,;"] {
        check_forwarded(&format!("{garbage}, for=1.2.3.4"), "1.2.3.4", INNER);
        let quoted = format!("{garbage}, for=\"[2001:db8::1]\"");
        check_forwarded(&quoted, "2001:db8::1", INNER);
    }
}

#[test]
fn un_elemento_mal_escrito_no_dice_nada() {
    let wrong = [
        "for",
        "for=",
        "for 1.2.3.4",
        "for=1.2.3.4;for=1.2.3.4",
        "for=[::1]",
        "for=\"1.2.3.4\"x",
        "for=1.2.3.4 proto=https",
        "=1.2.3.4",
        "for=1.2.3.4;;proto=https",
    ];
    for element in wrong {
        check_forwarded(element, "127.0.0.1", INNER);
    }
    let many: String = (0..20).map(|n| format!(";a{n}=b")).collect();
    check_forwarded(&format!("for=1.2.3.4{many}"), "127.0.0.1", INNER);
}

#[test]
fn un_nodo_con_muchos_puertos_inventados_no_es_ninguno() {
    let node = format!("1.2.3.4{}", ":_".repeat(200_000));
    check("127.0.0.1", &[("FOR", &node)], "127.0.0.1", INNER);
    check_forwarded(&format!("for=\"{node}\""), "127.0.0.1", INNER);
}

#[test]
fn los_saltos_se_leen_sin_copiarlos() {
    let (nodes, host) = ("10.0.0.1,".repeat(1000) + "1.2.3.4", "x".repeat(1000));
    let headers = [("HTTP_X_FORWARDED_FOR", &*nodes), ("HTTP_X_FORWARDED_HOST", &host)];
    let environ = environ_from("127.0.0.1", &headers);
    let kept = environ.get("HTTP_X_FORWARDED_HOST").expect("está");
    let told = |header: ProxyHeader| environ.get(header.variable()).unwrap_or_default();
    for hop in fields::x_forwarded(told) {
        assert_eq!(hop.host().map(str::as_ptr), Some(kept.as_ptr()));
    }
    assert_eq!(fields::x_forwarded(told).count(), 1001);
}

#[test]
fn cada_elemento_de_forwarded_se_lee_una_vez() {
    let value = ["for=10.0.0.1;host=interno"; 1000].join(", ");
    let hops: Vec<_> = fields::forwarded(&value).collect();
    assert_eq!(hops.len(), 1000);
    let inside = value.as_bytes().as_ptr_range();
    let is_borrowed = |host: &str| inside.contains(&host.as_ptr());
    assert!(hops.iter().all(|hop| hop.host().is_some_and(is_borrowed)));
}
