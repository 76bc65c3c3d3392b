//! Solución del capítulo 8.

use pasarela::{Application, Body, Environ, Result, StartResponse};

pub fn guarded(inner: impl Application, key: String) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| {
        if !environ.path_info().starts_with("/cocina") {
            return inner.call(environ, start_response);
        }
        if environ.header("Authorization") != Some(&key) {
            return refuse(start_response);
        }

        environ.insert("REMOTE_USER", "cocina");
        inner.call(environ, &mut |status, headers| {
            let mut headers = headers.to_vec();
            headers.push(("Cache-Control", "no-store"));
            start_response(status, &headers)
        })
    }
}

fn refuse(start_response: StartResponse) -> Result<Body> {
    let headers = [
        ("Content-type", "text/plain; charset=utf-8"),
        ("WWW-Authenticate", "Basic realm=\"cocina\""),
    ];

    start_response("401 Unauthorized", &headers)?;

    Ok(Body::from("Esta puerta tiene llave.\n"))
}
