//! La aplicación del capítulo 2, letra por letra: `mide --autoprueba` la compara con la del libro.

use pasarela::{Body, Environ, Result, StartResponse};

const HTML: &str = "\
<!DOCTYPE html>
<html lang=\"es\">
  <head>
    <title>Título</title>
  </head>
  <body>
    <h1>Hola gente de códigofacilito</h1>
  </body>
</html>
";

pub(crate) fn application(
    _environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/html; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::from([HTML]))
}
