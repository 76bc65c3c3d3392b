//! Solución del capítulo 2.

use pasarela::{Body, Environ, Result, StartResponse};

const HTML: &str = r#"<!DOCTYPE html>
<html lang="es">
  <head>
    <title>Mis lenguajes</title>
  </head>
  <body>
    <h1>Lenguajes que aprendo este año</h1>
    <ul>
      <li>Rust</li>
      <li>Python</li>
      <li>HTML</li>
    </ul>
  </body>
</html>
"#;

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/html; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::from([HTML]))
}
