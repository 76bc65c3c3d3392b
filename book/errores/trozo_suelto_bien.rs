use pasarela::{Body, Environ, Result, StartResponse};

struct Clock {
    second: u32,
}

impl Iterator for Clock {
    type Item = std::io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.second += 1;
        Some(Ok(format!("<p>Segundo {}</p>\n", self.second)))
    }
}

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[("Content-type", "text/html; charset=utf-8")])?;
    Ok(Body::stream(Clock { second: 0 }))
}
