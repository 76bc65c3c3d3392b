//! Lo que el apéndice «Detrás de Apache y de nginx» cambia en el programa.

mod comun;

use comun::Served;
use pasarela::util::request_uri;
use pasarela::{AmbiguousPaths, Body, Config, Environ, ProxyHeader, Result, StartResponse};
use pretty_assertions::assert_eq;

fn trusting() -> Result<Config> {
    let trusted_proxies = vec!["127.0.0.1".parse()?];
    Ok(Config { trusted_proxies, ..Config::default() })
}

fn with_prefix() -> Result<Config> {
    Ok(Config {
        proxy_headers: vec![
            ProxyHeader::XForwardedFor,
            ProxyHeader::XForwardedProto,
            ProxyHeader::XForwardedPrefix,
        ],
        ..trusting()?
    })
}

fn without_dots() -> Config {
    let ambiguous_paths = AmbiguousPaths::Refused;
    Config { ambiguous_paths, ..Config::default() }
}

/// Responde quién pregunta y por qué dirección.
fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
    let client = environ.remote_addr().unwrap_or_default();
    Ok(Body::from(format!("{client} {}", request_uri(environ, true))))
}

/// El estado y el cuerpo de la respuesta a esa petición, con esa configuración.
fn ask(config: Config, target: &str) -> (String, String) {
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: ejemplo.mx\r\nX-Forwarded-For: 203.0.113.7\r\n\
         X-Forwarded-Proto: https\r\nX-Forwarded-Prefix: /tienda\r\nConnection: close\r\n\r\n"
    );
    let answer = Served::start_with(application, config).exchange(&request);
    let (head, body) = answer.split_once("\r\n\r\n").expect("una cabeza");
    (head.split(' ').nth(1).unwrap_or_default().to_owned(), body.to_owned())
}

#[test]
fn lo_que_cuenta_el_de_delante_llega_si_se_le_cree() -> Result<()> {
    let body = |config| ask(config, "/libros").1;
    assert_eq!(body(Config::default()), "127.0.0.1 http://ejemplo.mx/libros");
    assert_eq!(body(trusting()?), "203.0.113.7 https://ejemplo.mx/libros");
    assert_eq!(body(with_prefix()?), "203.0.113.7 https://ejemplo.mx/tienda/libros");
    Ok(())
}

#[test]
fn las_rutas_dudosas_se_pueden_rechazar() {
    for target in ["/privado/../publico", "/privado/%2e%2e/publico", "//privado", "/./privado"] {
        assert_eq!(ask(Config::default(), target).0, "200", "{target}");
        assert_eq!(ask(without_dots(), target).0, "400", "{target}");
    }
}

#[cfg(unix)]
mod unix {
    use std::fs;
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};

    use pasarela::simple_server::{Listeners, Server, make_server_on};
    use pasarela::{Config, Protocol, Result};
    use pretty_assertions::assert_eq;

    use super::application;
    use super::comun::Folder;

    fn on_a_socket(path: &str) -> Result<Server> {
        let config =
            Config { protocol: Protocol::FastCgi, unix_mode: Some(0o660), ..Config::default() };
        let listeners = Listeners::unix(path);
        Ok(make_server_on(listeners, application, config)?)
    }

    #[test]
    fn el_socket_es_un_archivo_con_los_permisos_que_se_piden() -> Result<()> {
        let folder = Folder::new("apache_y_nginx");
        let path = folder.join("principal.sock");
        let _server = on_a_socket(path.to_str().expect("es texto"))?;
        let about = fs::metadata(&path)?;
        assert!(about.file_type().is_socket());
        assert_eq!(about.permissions().mode() & 0o777, 0o660);
        Ok(())
    }
}
