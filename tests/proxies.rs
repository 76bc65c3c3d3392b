//! El servidor detrás de un proxy: `environ` es el del navegador si se confía en quien habla.

mod comun;

use comun::Served;
use pasarela::util::request_uri;
use pasarela::{Body, Config, Environ, ProxyHeaders, Result, StartResponse};
use pretty_assertions::assert_eq;

/// Responde quién pregunta y por qué dirección.
fn application(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    start_response("200 OK", &[("Content-Type", "text/plain")])?;
    let client = environ.remote_addr().unwrap_or_default();
    Ok(Body::from(format!("{client} {}", request_uri(environ, true))))
}

#[track_caller]
fn check(trusted: &str, proxy_headers: ProxyHeaders, expected: &str) {
    let trusted_proxies = vec![trusted.parse().expect("es una red")];
    let config = Config { trusted_proxies, proxy_headers, ..Config::default() };
    let served = Served::start_with(application, config);
    let answer = served.exchange(
        "GET /a?b HTTP/1.1\r\nHost: interno\r\nX-Forwarded-For: 9.9.9.9\r\n\
         X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: ejemplo.mx\r\n\
         Forwarded: for=5.6.7.8;proto=https;host=otro.mx\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(answer.split_once("\r\n\r\n").map(|(_, body)| body), Some(expected));
}

#[test]
fn de_un_proxy_de_confianza_se_cree_lo_que_se_dice_que_pone() {
    check("127.0.0.0/8", ProxyHeaders::XForwarded, "1.2.3.4 https://ejemplo.mx/a?b");
    check("127.0.0.1", ProxyHeaders::Forwarded, "5.6.7.8 https://otro.mx/a?b");
}

#[test]
fn a_los_demas_no_se_les_cree() {
    check("10.0.0.0/8", ProxyHeaders::XForwarded, "127.0.0.1 http://interno/a?b");
}
