//! cargo run --example cap06_formularios
use pasarela::{
    Body, Config, Environ, Result, StartResponse, make_server_with,
};
use std::{io::Read, sync::Mutex};

mod form;

const ALLOW: (&str, &str) = ("Allow", "GET, HEAD, POST");
const HTML: (&str, &str) = ("Content-type", "text/html; charset=utf-8");
const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");
const PAGE: &str = "\
<!DOCTYPE html>
<html lang=\"es\">
<title>Notas</title>
<form method=\"post\">
  <label>Nota <input name=\"nota\" required></label> <button>Anotar</button>
</form>
";
static NOTES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    match environ.method() {
        "GET" | "HEAD" => show(environ, start_response),
        "POST" => add(environ, start_response),
        _ => {
            start_response("405 Method Not Allowed", &[ALLOW])?;
            Ok(Body::empty())
        }
    }
}

fn show(environ: &Environ, start_response: StartResponse) -> Result<Body> {
    let count = written(environ);
    let mut page = format!("{PAGE}<p>Notas que anotaste: {count}</p>\n");
    for note in NOTES.lock().expect("nadie falla con la lista").iter() {
        page += &format!("<p>{}</p>\n", form::escape(note));
    }
    start_response("200 OK", &[HTML])?;
    Ok(Body::from(page))
}

fn add(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let mut body = Vec::new();
    environ.input().read_to_end(&mut body)?;
    let body = String::from_utf8_lossy(&body);
    let note = form::value(&body, "nota").unwrap_or_default();
    if note.is_empty() {
        start_response("400 Bad Request", &[TEXT])?;
        return Ok(Body::from("Falta la nota"));
    }

    let mut notes = NOTES.lock().expect("nadie falla con la lista");
    notes.insert(0, note);
    notes.truncate(20);
    let count = written(environ).saturating_add(1);
    let cookie = format!("anotadas={count}; HttpOnly; SameSite=Lax");
    let headers = [("Location", "/"), ("Set-Cookie", &cookie)];
    start_response("303 See Other", &headers)?;
    Ok(Body::empty())
}

fn written(environ: &Environ) -> u32 {
    let cookies = environ.header("Cookie").unwrap_or_default();
    let count = form::cookie(cookies, "anotadas").unwrap_or_default();
    count.parse().unwrap_or_default()
}

fn main() -> Result<()> {
    let config = Config { max_body: 4096, ..Config::default() };
    let server = make_server_with("localhost", 8000, application, config)?;
    server.serve_forever()?;
    Ok(())
}
