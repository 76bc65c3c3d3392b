//! Lo que cuesta el contrato sin red: llamar a una aplicación, vigilarla y construir su petición.
//!
//! cargo bench --manifest-path bench/Cargo.toml
//!
//! Junto a los tiempos van las veces que se pide memoria en cada llamada.

use divan::{AllocProfiler, Bencher, black_box};
use pasarela::validate::validator;
use pasarela::{Body, Environ, Result, StartResponse, testing};

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

/// La aplicación del capítulo 1.
fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let headers = [("Content-type", "text/plain; charset=utf-8")];

    start_response("200 OK", &headers)?;

    Ok(Body::from(["Hola gente de códigofacilito"]))
}

#[divan::bench]
fn llamar_a_una_aplicacion() -> u16 {
    testing::get(black_box("/")).call(&application).code()
}

#[divan::bench]
fn llamarla_vigilada(bencher: Bencher) {
    let watched = validator(application);
    bencher.bench_local(|| testing::get(black_box("/")).call(&watched).code());
}

#[divan::bench]
fn construir_la_peticion_de_un_navegador() -> Environ {
    testing::get(black_box("/ruta?a=b"))
        .header("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0")
        .header("Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
        .header("Accept-Language", "es-MX,es;q=0.8,en-US;q=0.5,en;q=0.3")
        .header("Accept-Encoding", "gzip,deflate,br,zstd")
        .header("Cookie", "sesion=0123456789abcdef; tema=oscuro")
        .environ()
}
