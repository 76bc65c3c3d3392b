//! Solución del capítulo 8.

use std::sync::Mutex;

use pasarela::{Application, Body, Environ, StartResponse};

pub fn limited(inner: impl Application, quota: u32) -> impl Application {
    let left = Mutex::new(quota);

    move |environ: &mut Environ, start_response: StartResponse| {
        let Some(left) = take_one(&left) else {
            let headers = [("Content-type", "text/plain; charset=utf-8")];
            start_response("429 Too Many Requests", &headers)?;
            return Ok(Body::from("Se acabó la cuota.\n"));
        };

        let left = left.to_string();
        inner.call(environ, &mut |status, headers| {
            let mut headers = headers.to_vec();
            headers.push(("X-Quedan", &left));
            start_response(status, &headers)
        })
    }
}

/// Descuenta una petición y dice cuántas quedan, o `None` si no quedaba ninguna.
///
/// Mira y cambia la cuenta sin soltarla: entre una cosa y la otra no entra otro hilo. Y la suelta
/// antes de llamar a la aplicación, que puede tardar.
fn take_one(left: &Mutex<u32>) -> Option<u32> {
    let mut left = left.lock().expect("ningún hilo falla con la cuenta en la mano");
    *left = left.checked_sub(1)?;
    Some(*left)
}
