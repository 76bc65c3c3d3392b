use pasarela::{Environ, Result, StartResponse, make_server};

fn application(_environ: &mut Environ, _start_response: StartResponse) -> String {
    String::from("Hola")
}

fn main() -> Result<()> {
    make_server("localhost", 8000, application)?.serve_forever()?;
    Ok(())
}
