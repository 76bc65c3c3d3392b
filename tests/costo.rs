//! Lo que cuesta probar una aplicación sin sockets y vigilarla, en la computadora de quien mide:
//!
//! ```console
//! cargo test --release --test costo -- --ignored --nocapture
//! ```

use std::hint::black_box;
use std::time::{Duration, Instant};

use pasarela::validate::validator;
use pasarela::{Application, Body, Environ, Result, StartResponse, testing};

/// Lo que se admite por llamada en una compilación optimizada.
const MAX_CALL: Duration = Duration::from_micros(2);
const MAX_VALIDATOR: Duration = Duration::from_micros(1);

const ROUNDS: u32 = 30;
const CALLS: u32 = 1_000;

/// La aplicación del capítulo 1.
fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::from(["Hola gente de códigofacilito"]))
}

/// Lo que tarda una llamada en la mejor de las rondas: las demás miden a otros programas.
fn time_of(application: &dyn Application) -> Duration {
    let round = |_| {
        let start = Instant::now();
        for _ in 0..CALLS {
            let response = testing::get("/").call(application);
            assert_eq!(black_box(response).code(), 200);
        }
        start.elapsed() / CALLS
    };
    (0..ROUNDS).map(round).min().expect("hay rondas")
}

#[test]
#[ignore = "necesita --release para que sus números valgan"]
fn probar_y_vigilar_cuesta_poco() {
    let plain = time_of(&application);
    let watched = time_of(&validator(application));
    println!("una llamada: {plain:?}; vigilada: {watched:?}");
    if !cfg!(debug_assertions) {
        assert!(plain <= MAX_CALL, "{plain:?}");
        assert!(watched.saturating_sub(plain) <= MAX_VALIDATOR, "{watched:?} - {plain:?}");
    }
}
