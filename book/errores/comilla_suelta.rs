//! cargo run --example cap02_html
use pasarela::{Body, Environ, Result, StartResponse, make_server};

const HTML: &str = "\
<!DOCTYPE html>
<html lang="es">
  <head>
    <title>Título</title>
  </head>
  <body>
    <h1>Hola gente de códigofacilito</h1>
  </body>
</html>
";

fn application(
    _environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    let headers = [("Content-type", "text/html; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::from([HTML]))
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
