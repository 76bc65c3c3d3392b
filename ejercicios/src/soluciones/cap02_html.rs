//! Solución del capítulo 2.

use pasarela::{Body, Environ, Result, StartResponse};

const HTML: &str = "\
<!DOCTYPE html>
<html lang=\"es\">
  <head>
    <meta charset=\"iso-8859-1\">
    <title>Café Ada</title>
  </head>
  <body>
    <h1>El café de tu niñez</h1>
    <p>Abrimos en 1998, y el pan se sigue haciendo a mano: mañana tras mañana.</p>
  </body>
</html>
";

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    // Los bytes son UTF-8. La página dice otra cosa, pero gana el encabezado.
    let headers = [("Content-type", "text/html; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::from([HTML]))
}
