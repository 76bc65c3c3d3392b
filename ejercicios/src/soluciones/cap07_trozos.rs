//! Solución del capítulo 7.

use std::io;

use pasarela::{Body, Environ, Result, StartResponse};

const HEADERS: [(&str, &str); 1] = [("Content-type", "text/plain; charset=utf-8")];

pub fn application(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let number: u64 = environ.path_info().trim_start_matches('/').parse().unwrap_or(0);

    if number == 0 {
        start_response("400 Bad Request", &HEADERS)?;
        return Ok(Body::from("Pide un número mayor que cero, como /6\n"));
    }
    start_response("200 OK", &HEADERS)?;

    Ok(Body::stream(Hail { upcoming: Some(Ok(number)) }))
}

/// Lo que toca dar; `None` cuando la serie terminó.
struct Hail {
    upcoming: Option<io::Result<u64>>,
}

impl Iterator for Hail {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let current = self.upcoming.take()?;
        if let Ok(number) = &current {
            self.upcoming = after(*number);
        }
        Some(current.map(|number| format!("{number}\n")))
    }
}

fn after(number: u64) -> Option<io::Result<u64>> {
    if number == 1 {
        return None;
    }
    if number.is_multiple_of(2) {
        return Some(Ok(number / 2));
    }
    // `checked_mul` y `checked_add` dan `None` si el resultado no cabe.
    let triple = number.checked_mul(3).and_then(|triple| triple.checked_add(1));
    Some(triple.ok_or_else(|| io::Error::other("el siguiente número no cabe en un u64")))
}
