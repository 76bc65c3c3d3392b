use pasarela::{Body, Environ, Result, StartResponse};

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let path = environ.path_info();
    let text = format!("Pides {path}.\n");
    for (name, value) in environ.iter() {
        text += &format!("{name}={value}\n");
    }
    start_response("200 OK", &[("Content-type", "text/plain")])?;
    Ok(Body::from(text))
}
