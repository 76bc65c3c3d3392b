//! cargo run --example cap05_consulta
use pasarela::{Body, Environ, Result, StartResponse, make_server};
use percent_encoding::percent_decode_str;

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let query = environ.query_string();
    let name = value(query, "nombre").unwrap_or("gente".to_string());
    let html = page(&name, query);

    start_response(
        "200 OK",
        &[("Content-type", "text/html; charset=utf-8")],
    )?;

    Ok(Body::from(html))
}

fn value(query: &str, wanted: &str) -> Option<String> {
    for pair in query.split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if decode(name) == wanted {
            return Some(decode(value));
        }
    }
    None
}

fn decode(text: &str) -> String {
    let text = text.replace('+', " ");
    percent_decode_str(&text).decode_utf8_lossy().to_string()
}

fn page(name: &str, query: &str) -> String {
    let (name, query) = (escape(name), escape(query));
    format!(
        "\
<!DOCTYPE html>
<html lang=\"es\">
  <head>
    <title>Saludo</title>
  </head>
  <body>
    <h1>Hola, {name}</h1>
    <p>La consulta: {query}</p>
  </body>
</html>
"
    )
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('"', "&quot;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
