//! cargo run --example cap10_archivos
use std::fs::File;

use pasarela::static_files::StaticFiles;
use pasarela::{
    Application, Body, Environ, Result, StartResponse, make_server,
};

const FOLDER: &str = "examples/cap10_archivos";

fn application(
    environ: &mut Environ,
    start_response: StartResponse,
) -> Result<Body> {
    match environ.path_info() {
        "/descarga" => download(start_response),
        _ => StaticFiles::new(FOLDER).call(environ, start_response),
    }
}

fn download(start_response: StartResponse) -> Result<Body> {
    let file = File::open(format!("{FOLDER}/poema.txt"))?;
    let headers = [
        ("Content-type", "text/plain; charset=utf-8"),
        ("Content-Disposition", "attachment; filename=lluvia.txt"),
    ];

    start_response("200 OK", &headers)?;

    Ok(Body::file(file))
}

fn main() -> Result<()> {
    let server = make_server("localhost", 8000, application)?;
    server.serve_forever()?;
    Ok(())
}
