//! De las variables que entrega un servidor web al `environ`: se quita lo peligroso, se unen las
//! repetidas y se completa lo que PEP 3333 exige (RFC 3875 §4.1).
//!
//! Es el único sitio que sabe en qué se diferencian nginx y Apache al contar una petición.

use std::borrow::Cow;

use super::address::{parse_ip, server_name};
use crate::environ::{Environ, Joining};
use crate::http::response::SOFTWARE;
use crate::http::rules::{Account, Line, ReadBy};
use crate::http::target::{is_written, split_port};
use crate::http::{Rejection, RequestBody, Version, is_token};
use crate::util::{guess_scheme, request_target};

/// Cuántas variables hay además de los encabezados: las de CGI, y las que Apache añade de TLS.
const BESIDES_FIELDS: usize = 256;

/// Una variable y su valor, si están bien escritos.
pub(crate) type Variable<'v> = Result<(&'v [u8], &'v [u8]), Rejection>;

/// Cómo se ejecuta la aplicación (PEP 3333, «environ Variables»).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Process {
    /// Un proceso que atiende peticiones a la vez con varios hilos.
    Serving,
    /// Un proceso por petición.
    RunOnce,
}

/// Llena `environ`, que llega vacío, y dice cómo termina el cuerpo. `host` es el nombre del servidor si
/// nadie dice otro, y `max_fields`, cuántos encabezados se admiten.
///
/// # Errors
///
/// Si con esas variables no hay petición que atender.
pub(crate) fn fill<'v>(
    environ: &mut Environ,
    variables: impl IntoIterator<Item = Variable<'v>>,
    process: Process,
    host: &str,
    max_fields: usize,
) -> Result<RequestBody, Rejection> {
    let max = max_fields.saturating_add(BESIDES_FIELDS);
    let (mut joining, mut account) = (Joining::new(environ), Account::default());
    for (count, variable) in variables.into_iter().enumerate() {
        let (name, value) = variable?;
        if count >= max {
            return Err(Rejection::TooManyFields);
        }
        let Some(name) = accepted(name)? else { continue };
        account.note_variable(name, value)?;
        match name.starts_with("HTTP_") {
            // nginx repite el nombre de un encabezado repetido.
            true => joining.join(name, value),
            // De las demás vale la última: es la que alguien escribió para corregir la anterior.
            false => joining.set(name, value),
        }
    }
    joining.finish();
    let body = complete(environ, &account, host)?;
    push_wsgi(environ, process);
    Ok(body)
}

/// El nombre, si puede entrar en `environ`.
///
/// `HTTP_PROXY` la obedecen muchas bibliotecas, y la escribe el cliente con un encabezado `Proxy`
/// (*httpoxy*); con las `UWSGI_*` se carga código en otros servidores; los gemelos del tipo y de la
/// longitud los manda nginx; y las `wsgi.*` y las `pasarela.*` las pone la pasarela.
///
/// # Errors
///
/// Si es de un encabezado que no puede llamarse así.
fn accepted(name: &[u8]) -> Result<Option<&str>, Rejection> {
    if name.strip_prefix(b"HTTP_").is_some_and(|field| !is_token(field)) {
        return Err(Rejection::Field);
    }
    let name = str::from_utf8(name).ok().filter(|name| is_name(name));
    Ok(name.filter(|name| !is_banned(name)))
}

fn is_name(name: &str) -> bool {
    match name.strip_prefix("HTTP_") {
        // Un encabezado ya traducido: lo que se sale de ahí suplantaría a otro.
        Some(field) => field.bytes().all(|b| b != b'-' && !b.is_ascii_lowercase()),
        None => !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic() && b != b'='),
    }
}

fn is_banned(name: &str) -> bool {
    matches!(name, "HTTP_PROXY" | "HTTP_CONTENT_TYPE" | "HTTP_CONTENT_LENGTH")
        || name.starts_with("UWSGI_")
        || name.starts_with("wsgi.")
        || name.starts_with("pasarela.")
}

/// Pone lo que falta, deja lo demás en su forma normal y comprueba que cumpla las reglas de toda petición.
fn complete(
    environ: &mut Environ,
    account: &Account<'_>,
    host: &str,
) -> Result<RequestBody, Rejection> {
    complete_paths(environ);
    complete_content(environ);
    complete_server(environ, host);
    complete_client(environ);
    let defaults =
        [("REMOTE_ADDR", ""), ("SERVER_SOFTWARE", SOFTWARE), ("GATEWAY_INTERFACE", "CGI/1.1")];
    for (key, value) in defaults {
        if environ.get(key).is_none() {
            environ.insert(key, value);
        }
    }
    complete_target(environ);
    let body = judge(environ, account)?;
    check_paths(environ)?;
    Ok(body)
}

/// `SCRIPT_NAME` no es nunca `/`, y alguna de las dos dice algo (PEP 3333, «environ Variables»).
fn complete_paths(environ: &mut Environ) {
    let is_options = environ.method() == "OPTIONS";
    if environ.path_info() == "*" && is_options {
        environ.insert("PATH_INFO", "");
    }
    for key in ["SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"] {
        if environ.get(key).is_none() {
            environ.insert(key, "");
        }
    }
    if environ.script_name() == "/" {
        environ.insert("SCRIPT_NAME", "");
        if !environ.path_info().starts_with('/') {
            let path = [b"/", environ.get_bytes("PATH_INFO").unwrap_or_default()].concat();
            environ.insert_bytes("PATH_INFO", &path);
        }
    }
    let is_empty = environ.script_name().is_empty() && environ.path_info().is_empty();
    if is_empty && !is_options {
        environ.insert("PATH_INFO", "/");
    }
}

/// Una longitud ausente, vacía o de cero son tres maneras de decir que no hay cuerpo; las dos
/// primeras quedan igual.
fn complete_content(environ: &mut Environ) {
    for key in ["CONTENT_TYPE", "CONTENT_LENGTH"] {
        if environ.get(key) == Some("") {
            environ.remove(key);
        }
    }
    if let Some(length) = environ.content_length() {
        // El servidor web pudo escribir `007`.
        environ.insert("CONTENT_LENGTH", length.to_string());
    }
}

/// El esquema y el servidor, de lo que se sepa de ellos.
fn complete_server(environ: &mut Environ, name: &str) {
    let scheme = match environ.get("REQUEST_SCHEME") {
        Some(scheme) if scheme.eq_ignore_ascii_case("https") => "https",
        _ => guess_scheme(environ),
    };
    environ.insert("wsgi.url_scheme", scheme);
    complete_address(environ, name);
    let protocol = environ.server_protocol();
    let is_protocol = protocol
        .split_once('/')
        .is_some_and(|(name, version)| is_token(name.as_bytes()) && is_version(version));
    if !is_protocol {
        environ.insert("SERVER_PROTOCOL", "HTTP/1.0");
    }
}

fn is_version(version: &str) -> bool {
    version.starts_with(|first: char| first.is_ascii_digit())
        && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}

/// El nombre y el puerto del servidor. Si no se saben, los que pidió el cliente, o los que queden.
pub(crate) fn complete_address(environ: &mut Environ, name: &str) {
    let asked = environ.get("HTTP_HOST").unwrap_or_default().to_owned();
    let (host, port) = split_port(&asked);
    let told = [environ.server_name(), host].into_iter().find(|known| !known.is_empty());
    let written = match server_name(told.unwrap_or(name)) {
        Cow::Borrowed(_) if !environ.server_name().is_empty() => None,
        name => Some(name.into_owned()),
    };
    if let Some(name) = written {
        environ.insert("SERVER_NAME", name);
    }
    let is_port = |port: &str| is_version(port) && port.parse::<u16>().is_ok();
    let usual_port = if environ.url_scheme() == "https" { "443" } else { "80" };
    if !environ.get("SERVER_PORT").is_some_and(is_port) {
        environ.insert("SERVER_PORT", port.filter(|port| is_port(port)).unwrap_or(usual_port));
    }
}

/// La dirección de quien pide, escrita como todas. Lo que no lo es se deja: nginx dice `unix:`.
fn complete_client(environ: &mut Environ) {
    let told = environ.get("REMOTE_ADDR").unwrap_or_default();
    // Una de IPv4 ya está bien.
    if let Some(address) = parse_ip(told).filter(|_| told.contains(':')) {
        environ.insert("REMOTE_ADDR", address.to_string());
    }
}

/// La dirección como se pidió, si el servidor web no la cuenta.
fn complete_target(environ: &mut Environ) {
    if environ.get("REQUEST_URI").is_none_or(str::is_empty) {
        let target = Some(request_target(environ)).filter(|target| !target.is_empty());
        environ.insert("REQUEST_URI", target.as_deref().unwrap_or("*"));
    }
}

/// Si cumple las reglas de toda petición, y cómo termina su cuerpo.
fn judge(environ: &Environ, account: &Account<'_>) -> Result<RequestBody, Rejection> {
    let version = match environ.server_protocol() {
        "HTTP/1.0" => Version::Http10,
        _ => Version::Http11,
    };
    let target = environ.get("REQUEST_URI").unwrap_or_default();
    let (method, read_by) = (environ.method(), ReadBy::WebServer);
    Ok(account.judge(Line { method, target, version, read_by })?.body)
}

/// El servidor web cuenta la dirección entera y por partes, y pudo cambiarlas: cada una tiene que ser
/// de las que habría en la entera.
fn check_paths(environ: &Environ) -> Result<(), Rejection> {
    let is_path = |path: &str| path.is_empty() || path.starts_with('/');
    let are_paths = is_path(environ.script_name()) && is_path(environ.path_info());
    if are_paths && is_written(environ.query_string()) { Ok(()) } else { Err(Rejection::Target) }
}

fn push_wsgi(environ: &mut Environ, process: Process) {
    let (many_threads, many_processes, once) = match process {
        Process::Serving => ("true", "false", "false"),
        Process::RunOnce => ("false", "true", "true"),
    };
    environ.push_fixed(&[
        ("wsgi.version", "1.0"),
        ("wsgi.multithread", many_threads),
        ("wsgi.multiprocess", many_processes),
        ("wsgi.run_once", once),
        ("wsgi.input_terminated", "true"),
    ]);
}

#[cfg(test)]
mod tests;
