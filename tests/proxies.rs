//! El servidor detrás de un proxy: `environ` es el del navegador si se confía en quien habla.

mod comun;

use comun::Served;
use pasarela::handlers::mount;
use pasarela::util::request_uri;
use pasarela::{
    AmbiguousPaths, Application, Body, Config, Environ, ProxyHeader, Result, StartResponse,
};
use pretty_assertions::assert_eq;

/// Responde quién pregunta y por qué dirección.
fn application(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[("Content-Type", "text/plain")])?;
    let client = environ.remote_addr().unwrap_or_default();
    Ok(Body::from(format!("{client} {}", request_uri(environ, true))))
}

/// Lo que responde `application` a quien llega de 127.0.0.1, si se confía en `trusted`.
#[track_caller]
fn ask(
    application: impl Application,
    trusted: &str,
    proxy_headers: &[ProxyHeader],
    fields: &str,
) -> String {
    let trusted_proxies = vec![trusted.parse().expect("es una red")];
    let proxy_headers = proxy_headers.to_vec();
    let config = Config { trusted_proxies, proxy_headers, ..Config::default() };
    let served = Served::start_with(application, config);
    let answer =
        served.exchange(&format!("GET /a?b HTTP/1.1\r\n{fields}Connection: close\r\n\r\n"));
    answer.split_once("\r\n\r\n").expect("una cabeza").1.to_owned()
}

/// Lo que mandaría un proxy que pone todo lo que se puede poner, detrás de quien también lo hizo.
const TOLD: &str = "Host: interno\r\nX-Forwarded-For: 9.9.9.9\r\nX-Forwarded-For: 1.2.3.4\r\n\
                    X-Forwarded-Proto: https\r\nX-Forwarded-Host: ejemplo.mx\r\n\
                    X-Forwarded-Port: 6666\r\nX-Forwarded-Prefix: /tienda\r\n\
                    Forwarded: for=5.6.7.8;proto=https;host=otro.mx\r\n";

#[track_caller]
fn check(trusted: &str, proxy_headers: &[ProxyHeader], expected: &str) {
    assert_eq!(ask(application, trusted, proxy_headers, TOLD), expected);
}

#[test]
fn de_un_proxy_de_confianza_se_cree_lo_que_se_dice_que_pone() {
    use ProxyHeader::*;
    let usual = Config::default().proxy_headers;
    check("127.0.0.0/8", &usual, "1.2.3.4 https://interno/a?b");
    check("127.0.0.0/8", &[XForwardedFor, XForwardedHost], "1.2.3.4 http://ejemplo.mx/a?b");
    check("127.0.0.1", &[Forwarded], "5.6.7.8 https://otro.mx/a?b");
}

#[test]
fn a_los_demas_no_se_les_cree() {
    check("10.0.0.0/8", &Config::default().proxy_headers, "127.0.0.1 http://interno/a?b");
}

#[test]
fn el_prefijo_que_quito_el_proxy_es_parte_de_la_direccion() {
    let ask = |application: Box<dyn Application>| {
        ask(application, "127.0.0.1", &[ProxyHeader::XForwardedPrefix], TOLD)
    };
    let whole = "127.0.0.1 http://interno/tienda/a?b";
    assert_eq!(ask(Box::new(application)), whole);
    // El prefijo de `mount` es el que ve el navegador.
    assert_eq!(ask(Box::new(mount("/tienda", application))), whole);
    assert_eq!(ask(Box::new(mount("/tienda/a", application))), whole);
    // Y también vale el de lo que queda detrás de él, como debajo de otra montada.
    assert_eq!(ask(Box::new(mount("/a", application))), whole);
    assert!(ask(Box::new(mount("/b", application))).contains("debajo de <code>/b/</code>"));
}

#[test]
fn una_ruta_que_otro_servidor_resolveria_se_rechaza_si_se_pide() {
    let status = |ambiguous_paths, target: &str| {
        let served =
            Served::start_with(application, Config { ambiguous_paths, ..Config::default() });
        let answer = served.exchange(&format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n"));
        answer["HTTP/1.1 ".len()..][..3].to_owned()
    };
    for target in [
        "/app/../admin",
        "/app/%2e%2e/admin",
        "/app%2F..%2Fadmin",
        "//admin",
        "/a/./b",
        "/a//b",
        "http://x/app/..",
    ] {
        assert_eq!(status(AmbiguousPaths::Refused, target), "400", "{target}");
        assert_eq!(status(AmbiguousPaths::Kept, target), "200", "{target}");
    }
    for target in ["/", "/a/", "/...", "/a%2Fb", "/a?b=/../c//d", "http://x", "/%252e%252e/"] {
        assert_eq!(status(AmbiguousPaths::Refused, target), "200", "{target}");
    }
}
