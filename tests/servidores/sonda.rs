//! La aplicación con que se prueba cada servidor: cuenta lo que le llega y responde de todas las
//! maneras.
//!
//! ```text
//! sonda http 127.0.0.1:8000 [prefijo]
//! sonda http /srv/pasarela/principal.sock [prefijo [claras]]
//! ```
//!
//! Con `claras` rechaza las rutas dudosas. Con el nombre `aplicacion.cgi` es un programa CGI.

use std::io::{self, Read};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use pasarela::handlers::{self, mount};
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{AmbiguousPaths, Body, Config, Environ, Error, Protocol, Result};
use pasarela::{StartResponse, util};

const TEXT: (&str, &str) = ("Content-Type", "text/plain; charset=utf-8");

/// Cuánto espera un trozo a que le den paso.
const PATIENCE: Duration = Duration::from_secs(20);

fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let path = environ.path_info().to_owned();
    match path.split('/').nth(1).unwrap_or_default() {
        "todo" => everything(environ, start_response),
        "sube" => upload(environ, start_response),
        "goteo" => drip(environ, start_response),
        "sin-contenido" => {
            start_response("204 No Content", &[])?;
            Ok(Body::from("esto no debe salir"))
        }
        "sin-cambios" => {
            start_response("304 Not Modified", &[("ETag", "\"1\"")])?;
            Ok(Body::from("esto tampoco"))
        }
        "redirige" => {
            let target = format!("{}/eco?de=redirige", environ.script_name());
            start_response("303 See Other", &[("Location", &target), TEXT])?;
            Ok(Body::from("sigue el enlace"))
        }
        "repetidos" => {
            let cookies = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2; Path=/")];
            let fields = [TEXT, cookies[0], cookies[1], ("X-Doble", "uno"), ("X-Doble", "dos")];
            start_response("200 OK", &fields)?;
            Ok(Body::from("dos de cada"))
        }
        "falla" => Err(Error::new("la sonda falla a propósito")),
        _ => echo(environ, start_response),
    }
}

/// Lo que dice la petición, una cosa por línea.
fn echo(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let mut content = String::new();
    environ.input().read_to_string(&mut content)?;
    let uri = util::request_uri(environ, true);
    let known = [
        ("método", environ.method()),
        ("montada", environ.script_name()),
        ("ruta", environ.path_info()),
        ("consulta", environ.query_string()),
        ("dirección", &uri),
        ("tal cual", environ.get("REQUEST_URI").unwrap_or("-")),
        ("tipo", environ.content_type().unwrap_or("-")),
        ("longitud", environ.get("CONTENT_LENGTH").unwrap_or("-")),
        ("cuerpo", &content),
        ("cliente", environ.remote_addr().unwrap_or("-")),
        ("doble", environ.header("x-doble").unwrap_or("-")),
        ("galletas", environ.header("cookie").unwrap_or("-")),
        ("permiso", environ.header("authorization").unwrap_or("-")),
        ("proxy", environ.get("HTTP_PROXY").unwrap_or("-")),
        ("gemelos", environ.get("HTTP_CONTENT_TYPE").unwrap_or("-")),
        ("una vez", environ.get("wsgi.run_once").unwrap_or("-")),
    ];
    let text: String = known.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from(text))
}

/// Todas las variables, por orden alfabético, y la dirección que se compone con ellas.
fn everything(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let mut lines: Vec<String> =
        environ.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
    lines.push(format!("dirección: {}\n", util::request_uri(environ, true)));
    lines.sort();
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from(lines.concat()))
}

/// Cuántos bytes llegaron, y su suma.
fn upload(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let (mut length, mut sum) = (0_u64, 0_u64);
    let mut room = [0; 16 * 1024];
    loop {
        let count = environ.input().read(&mut room)?;
        if count == 0 {
            break;
        }
        length += count as u64;
        sum = room[..count].iter().fold(sum, |sum, byte| sum.wrapping_mul(31) + u64::from(*byte));
    }
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from(format!("{length} {sum}")))
}

/// Tres trozos; cada uno espera a que exista un archivo con el nombre de la consulta y su número.
fn drip(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let folder = std::env::current_exe()?.parent().map(PathBuf::from).unwrap_or_default();
    let name = environ.query_string().to_owned();
    start_response("200 OK", &[TEXT])?;
    Ok(Body::stream((1..=3).map(move |number| {
        wait_for(&folder.join(format!("{name}-{number}")))?;
        Ok(format!("trozo {number}\n"))
    })))
}

fn wait_for(path: &std::path::Path) -> io::Result<()> {
    let give_up = Instant::now() + PATIENCE;
    while !path.exists() {
        if Instant::now() > give_up {
            return Err(io::ErrorKind::TimedOut.into());
        }
        thread::sleep(Duration::from_millis(2));
    }
    Ok(())
}

fn main() -> Result<()> {
    let mut arguments = std::env::args();
    let is_cgi = arguments.next().is_some_and(|name| name.ends_with("aplicacion.cgi"));
    if is_cgi {
        // Una consulta sin «=» llega también como argumentos (RFC 3875 §4.4): no son para nosotros.
        return Ok(handlers::cgi::run(application)?);
    }
    let [protocol, place, prefix, paths] = [(); 4].map(|()| arguments.next().unwrap_or_default());
    let prefix = if prefix.is_empty() { "/" } else { &prefix };
    let config = config(&protocol, &paths)?;
    make_server_on(listeners(&place)?, mount(prefix, application), config)?.serve_forever()?;
    Ok(())
}

fn config(protocol: &str, paths: &str) -> Result<Config> {
    let protocol = match protocol {
        "http" => Protocol::Http,
        "fastcgi" => Protocol::FastCgi,
        "scgi" => Protocol::Scgi,
        "uwsgi" => Protocol::Uwsgi,
        _ => return Err(Error::new(format!("no existe el protocolo «{protocol}»"))),
    };
    Ok(Config {
        protocol,
        trusted_proxies: vec!["127.0.0.1".parse()?, "unix:".parse()?],
        ambiguous_paths: match paths {
            "claras" => AmbiguousPaths::Refused,
            _ => AmbiguousPaths::Kept,
        },
        // nginx y Apache quizá son otros usuarios.
        unix_mode: Some(0o666),
        ..Config::default()
    })
}

fn listeners(place: &str) -> Result<Listeners> {
    match place.rsplit_once(':') {
        Some((host, port)) => Ok(Listeners::tcp(host, port.parse()?)),
        #[cfg(unix)]
        None => Ok(Listeners::unix(place)),
        #[cfg(not(unix))]
        None => {
            Err(Error::new(format!("aquí no hay sockets de Unix, y {place} no dice su puerto")))
        }
    }
}
