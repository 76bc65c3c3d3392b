use pasarela::{Body, Environ, Result, StartResponse, make_server};
use std::sync::atomic::{AtomicU64, Ordering};

fn main() -> Result<()> {
    let visits = AtomicU64::new(0);
    let application = move |_environ: &mut Environ, start_response: StartResponse| {
        let visit = visits.fetch_add(1, Ordering::Relaxed) + 1;
        start_response("200 OK", &[("Content-type", "text/plain")])?;
        Ok(Body::from(format!("Visita {visit}")))
    };
    make_server("localhost", 8000, application)?.serve_forever()?;
    Ok(())
}
