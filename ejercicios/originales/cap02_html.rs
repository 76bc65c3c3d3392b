//! Ejercicio del capítulo 2: una página con las letras rotas.
//!
//! Quien la hizo guardó su archivo en UTF-8, como casi todo hoy; pero el principio de la página se
//! copió de otra muy vieja, y al encabezado le falta algo. El navegador muestra esto:
//!
//! ```text
//! El cafÃ© de tu niÃ±ez
//! Abrimos en 1998, y el pan se sigue haciendo a mano: maÃ±ana tras maÃ±ana.
//! ```
//!
//! Repárala sin tocar `HTML`: solo puedes cambiar el encabezado. Debe verse como una página, con todas
//! sus letras.
//!
//! Pruébalo con `cargo test -p ejercicios cap02`.

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
    let headers = [("Content-type", "text/html")];

    start_response("200 OK", &headers)?;

    Ok(Body::from([HTML]))
}
