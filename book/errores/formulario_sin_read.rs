use pasarela::{Environ, Result};

pub fn body(environ: &mut Environ) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    environ.input().read_to_end(&mut body)?;
    Ok(body)
}
