//! La aplicación del capítulo 1 como programa CGI: `mide --detras` cuenta lo que cuesta arrancarlo.

#[path = "../cap01_texto.rs"]
mod cap01_texto;

use pasarela::Result;
use pasarela::handlers::cgi;

fn main() -> Result<()> {
    cgi::run(cap01_texto::application)?;
    Ok(())
}
