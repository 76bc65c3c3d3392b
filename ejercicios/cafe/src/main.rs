//! cargo run -p cafe
use std::time::Duration;

use pasarela::{Config, Result, make_server_with};

fn main() -> Result<()> {
    cafe::open();
    let config = Config {
        // Un pedido es corto.
        max_body: 4096,
        // La pantalla de la cocina no termina nunca: al cerrar, no hay que esperarla mucho.
        shutdown_timeout: Duration::from_secs(1),
        ..Config::default()
    };
    let server = make_server_with("localhost", 8000, cafe::site(), config)?;
    println!("El Café Ada está en http://localhost:8000; Ctrl-C lo cierra.");
    server.serve_forever()?;
    Ok(())
}
