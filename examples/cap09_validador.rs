//! cargo run --example cap09_validador
use pasarela::validate::validator;
use pasarela::{Body, Environ, Result, StartResponse, make_server};

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    match environ.path_info() {
        "/" => home(start_response),
        "/adios" => goodbye(start_response),
        _ => not_found(start_response),
    }
}

fn home(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from("Hola gente de códigofacilito"))
}

fn goodbye(start_response: StartResponse) -> Result<Body> {
    let text = "¡Hasta mañana!";
    let length = text.chars().count().to_string();
    start_response("200 OK", &[TEXT, ("Content-Length", &length)])?;
    Ok(Body::from(text))
}

fn not_found(start_response: StartResponse) -> Result<Body> {
    start_response("404 Not Found", &[])?;
    Ok(Body::from("Aquí no hay nada"))
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, validator(application))?;
    server.serve_forever()?;
    Ok(())
}

#[test]
fn la_portada_cumple_las_reglas() {
    let response =
        pasarela::testing::get("/").call(&validator(application));

    assert_eq!(response.errors(), "");
    assert_eq!(response.status(), "200 OK");
    assert_eq!(response.text(), "Hola gente de códigofacilito");
}
