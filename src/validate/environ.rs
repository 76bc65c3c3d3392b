//! Las reglas de `environ`, que debe cumplir el servidor.

use super::finding::Report;
use super::rule::Rule;
use crate::environ::Environ;
use crate::http::is_token;

/// La variable por la que un `environ` incumple una regla.
type Check = fn(&Environ) -> Option<&str>;

const CHECKS: [(Rule, Check); 14] = [
    (Rule::RequestMethod, |environ| wrong("REQUEST_METHOD", is_token(environ.method().as_bytes()))),
    (Rule::ScriptName, |environ| wrong("SCRIPT_NAME", is_path(environ.script_name()))),
    (Rule::ScriptNameNotRoot, |environ| wrong("SCRIPT_NAME", environ.script_name() != "/")),
    (Rule::PathInfo, |environ| wrong("PATH_INFO", is_path(environ.path_info()))),
    (Rule::PathPresent, |environ| wrong("PATH_INFO", has_path(environ))),
    (Rule::ServerName, |environ| wrong("SERVER_NAME", !environ.server_name().is_empty())),
    (Rule::ServerPort, |environ| {
        wrong("SERVER_PORT", environ.get("SERVER_PORT").is_some_and(is_number::<u16>))
    }),
    (Rule::ServerProtocol, |environ| {
        wrong("SERVER_PROTOCOL", is_protocol(environ.server_protocol()))
    }),
    (Rule::ContentLengthVariable, |environ| {
        let length = environ.get("CONTENT_LENGTH").unwrap_or_default();
        wrong("CONTENT_LENGTH", length.is_empty() || is_number::<u64>(length))
    }),
    (Rule::NoTwins, |environ| {
        first_key(environ, |key| matches!(key, "HTTP_CONTENT_TYPE" | "HTTP_CONTENT_LENGTH"))
    }),
    (Rule::HeaderVariables, |environ| first_key(environ, is_misspelt_header)),
    (Rule::WsgiVersion, |environ| {
        wrong("wsgi.version", environ.get("wsgi.version") == Some("1.0"))
    }),
    (Rule::UrlScheme, |environ| {
        wrong("wsgi.url_scheme", matches!(environ.url_scheme(), "http" | "https"))
    }),
    (Rule::ProcessModel, |environ| {
        let keys = ["wsgi.multithread", "wsgi.multiprocess", "wsgi.run_once"];
        keys.into_iter().find(|key| !matches!(environ.get(key), Some("true" | "false")))
    }),
];

pub(super) fn check(environ: &Environ, report: &Report) {
    for (rule, check) in CHECKS {
        if let Some(key) = check(environ) {
            report.broken(rule, shown(environ, key));
        }
    }
}

fn shown(environ: &Environ, key: &str) -> String {
    match environ.get(key) {
        Some(value) => format!("{key} = {value:?}"),
        None => format!("falta {key}"),
    }
}

fn wrong(key: &'static str, is_right: bool) -> Option<&'static str> {
    (!is_right).then_some(key)
}

fn is_path(path: &str) -> bool {
    path.is_empty() || path.starts_with('/')
}

/// La petición `OPTIONS *` pregunta por el servidor entero: no tiene ruta (RFC 9110 §9.3.7).
fn has_path(environ: &Environ) -> bool {
    let is_empty = environ.script_name().is_empty() && environ.path_info().is_empty();
    !is_empty || environ.method() == "OPTIONS"
}

/// Solo cifras: `parse` a solas aceptaría `+1`.
fn is_number<N: std::str::FromStr>(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<N>().is_ok()
}

fn is_protocol(text: &str) -> bool {
    let Some((name, version)) = text.split_once('/') else { return false };
    is_token(name.as_bytes()) && version.starts_with(|first: char| first.is_ascii_digit())
}

fn first_key(environ: &Environ, is_wrong: impl Fn(&str) -> bool) -> Option<&str> {
    environ.iter().map(|(key, _)| key).find(|key| is_wrong(key))
}

fn is_misspelt_header(key: &str) -> bool {
    let Some(name) = key.strip_prefix("HTTP_") else { return false };
    name.is_empty() || name.bytes().any(|byte| byte == b'-' || byte.is_ascii_lowercase())
}
