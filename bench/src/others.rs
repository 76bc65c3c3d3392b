//! Lo que el libro no tiene y hace falta medir: tardar, enviar mucho y recibir mucho.

use std::io::BufRead;
use std::sync::LazyLock;
use std::thread::sleep;
use std::time::Duration;

use pasarela::static_files::StaticFiles;
use pasarela::{Application, Body, Environ, Result, StartResponse};

use crate::cap01_texto;

const TEXT: [(&str, &str); 1] = [("Content-type", "text/plain; charset=utf-8")];
const BINARY: [(&str, &str); 1] = [("Content-type", "application/octet-stream")];

/// Lo que tarda una consulta a una base de datos.
const DELAY: Duration = Duration::from_millis(10);

/// 10 MiB en una estática: los demás servidores de Rust tampoco los copian.
static LARGE: [u8; 10 << 20] = [b'x'; 10 << 20];

pub(crate) fn slow(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    sleep(DELAY);
    cap01_texto::application(environ, start_response)
}

/// Tarda los milisegundos con que termina la ruta, que son pocos segundos.
pub(crate) fn wait(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let (_, time) = environ.path_info().rsplit_once('/').unwrap_or_default();
    sleep(Duration::from_millis(time.parse::<u64>()?.min(10_000)));
    cap01_texto::application(environ, start_response)
}

pub(crate) fn large(start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &BINARY)?;
    Ok(Body::from([&LARGE[..]]))
}

pub(crate) fn upload(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let (input, mut length) = (environ.input(), 0);
    loop {
        let received = input.fill_buf()?.len();
        if received == 0 {
            break;
        }
        input.consume(received);
        length += received;
    }
    start_response("200 OK", &TEXT)?;
    Ok(Body::from([length.to_string()]))
}

/// Un archivo de la carpeta en que se arrancó el programa.
pub(crate) fn file(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    static FILES: LazyLock<StaticFiles> = LazyLock::new(|| StaticFiles::new("."));
    FILES.call(environ, start_response)
}

pub(crate) fn not_found(start_response: StartResponse) -> Result<Body> {
    start_response("404 Not Found", &TEXT)?;
    Ok(Body::empty())
}
