//! Lo que responde un ejercicio sin servidor de por medio: lo que dijo y los trozos que dio, tal cual.
//!
//! Nada de aquí espera para siempre. De un cuerpo se piden unos cuantos trozos, y a quien no contesta se le
//! deja de esperar: quien se equivoca recibe un mensaje, y no una computadora sin memoria.

use std::panic::resume_unwind;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use pasarela::testing::Request;
use pasarela::{Application, Body, Environ, Result, StartResponse};

/// La firma de `application`. Cada archivo la exige en una línea y usa después esa constante: así, quien la
/// escribe de otra manera lee un solo error.
pub(crate) type Function = fn(&mut Environ, StartResponse) -> Result<Body>;

/// Más trozos de los que da cualquier respuesta correcta a estas pruebas.
const MAX_CHUNKS: usize = 200;

/// Sobra para lo que se pide aquí.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Lo que un ejercicio pasó a `start_response`, y los trozos de su cuerpo.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) status: String,
    pub(crate) chunks: Vec<String>,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// El valor de un encabezado, o `(falta)`.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("(falta)", |(_, value)| value)
    }
}

/// Llama a la aplicación con esa petición.
#[track_caller]
pub(crate) fn call(application: impl Application, request: &Request) -> Answer {
    let mut environ = request.environ();
    let (sender, declared) = mpsc::channel();
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let make = move || {
        let body = application.call(&mut environ, &mut |status, headers| {
            let headers: Vec<(String, String)> = headers.iter().map(owned).collect();
            // Si la prueba ya no espera, no hay a quién decírselo.
            let _ = sender.send((status.to_owned(), headers));
            Ok(())
        });
        body.unwrap_or_else(|error| panic!("`application` devolvió un error: {error}"))
    };
    let chunks = chunks_of(make, "pista: ¿hay un bucle que no termina?");
    let (status, headers) = declared.try_recv().unwrap_or_default();
    Answer { status, chunks, headers }
}

/// Los trozos del cuerpo que da `make`, como textos. Uno que no termina es un fallo, con esa pista.
#[track_caller]
pub(crate) fn chunks_of(make: impl FnOnce() -> Body + Send + 'static, advice: &str) -> Vec<String> {
    let Some(chunks) = first_chunks(make, MAX_CHUNKS + 1) else {
        panic!("no llegó el siguiente trozo en {} segundos\n{advice}", TIMEOUT.as_secs());
    };
    assert!(
        chunks.len() <= MAX_CHUNKS,
        "el cuerpo no termina: van {MAX_CHUNKS} trozos, y el último es {:?}\n{advice}",
        chunks[MAX_CHUNKS]
    );
    chunks
}

/// Los primeros trozos del cuerpo que da `make`, hasta `count`; nada, si alguno no llega a tiempo.
pub(crate) fn first_chunks(
    make: impl FnOnce() -> Body + Send + 'static,
    count: usize,
) -> Option<Vec<String>> {
    let (sender, received) = mpsc::channel();
    // Si se queda pensando, nadie lo espera: la prueba termina de todos modos.
    let worker = thread::spawn(move || {
        for chunk in make().take(count) {
            let chunk = chunk.unwrap_or_else(|error| panic!("el cuerpo dio un error: {error}"));
            if sender.send(String::from_utf8_lossy(chunk.as_bytes()).into_owned()).is_err() {
                return;
            }
        }
    });
    let mut chunks = Vec::new();
    loop {
        match received.recv_timeout(TIMEOUT) {
            Ok(chunk) => chunks.push(chunk),
            Err(mpsc::RecvTimeoutError::Timeout) => return None,
            Err(mpsc::RecvTimeoutError::Disconnected) => {
                return worker
                    .join()
                    .map(|()| Some(chunks))
                    .unwrap_or_else(|panic| resume_unwind(panic));
            }
        }
    }
}
