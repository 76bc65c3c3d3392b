//! Una conexión entera, en memoria: lo que se le manda de una vez y lo que se le manda a pedazos recibe
//! la misma respuesta, y ninguna se queda sin final.
#![no_main]

use std::io::Read;
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use pasarela::fuzzing::{Ending, converse};
use pasarela::{Application, Body, Chunk, Config, Environ, Result, StartResponse};
use pasarela_fuzz::Split;

static CONFIG: LazyLock<Config> = LazyLock::new(config);

fuzz_target!(|input: &[u8]| {
    let Some(split) = Split::new(input) else { return };
    match split.options % 3 {
        // Que calle: la conexión termina cuando vencen los plazos.
        0 => drop(exchange(&read_all, &split.pieces(), Ending::Silence)),
        1 => {
            let whole = exchange(&read_all, &[split.bytes], Ending::Finish);
            let parted = exchange(&read_all, &split.pieces(), Ending::Finish);
            assert_eq!(comparable(&parted), comparable(&whole));
        }
        _ => {
            let whole = exchange(&read_nothing, &[split.bytes], Ending::Finish);
            let parted = exchange(&read_nothing, &split.pieces(), Ending::Finish);
            // Si un cuerpo no leído ya había llegado, la conexión sigue; si no, se cierra. Lo que no
            // puede pasar es que la aplicación vea otra petición.
            let (whole, parted) = (requests_seen(&whole), requests_seen(&parted));
            assert!(
                whole.starts_with(&parted) || parted.starts_with(&whole),
                "{whole:?} {parted:?}"
            );
        }
    }
});

/// Manda las piezas por separado y devuelve todo lo que responden.
fn exchange(application: &dyn Application, pieces: &[&[u8]], ending: Ending) -> String {
    String::from_utf8_lossy(&converse(application, &CONFIG, pieces, ending)).into_owned()
}

/// La respuesta sin lo que puede cambiar con el momento: el permiso para enviar un cuerpo, que no se da
/// si el cuerpo ya llegó.
fn comparable(answer: &str) -> String {
    answer.replace("HTTP/1.1 100 Continue\r\n\r\n", "")
}

/// Las peticiones que vio la aplicación, en orden.
fn requests_seen(answer: &str) -> Vec<&str> {
    answer.lines().filter_map(|line| line.strip_prefix("X-Vista: ")).collect()
}

fn read_all(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let mut content = Vec::new();
    // Con `?`, a un cuerpo mal escrito se le responde lo mismo lo lea quien lo lea.
    environ.input().read_to_end(&mut content)?;
    match environ.path_info() {
        "/n" => respond(environ, start_response, "204 No Content", Body::empty()),
        "/t" => {
            let chunks: Vec<_> = content.chunks(9).map(|c| Ok(Chunk::from(c.to_vec()))).collect();
            respond(environ, start_response, "200 OK", Body::stream(chunks))
        }
        _ => respond(environ, start_response, "200 OK", Body::from(content)),
    }
}

fn read_nothing(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    respond(environ, start_response, "200 OK", Body::from("no leí"))
}

fn respond(
    environ: &mut Environ,
    start_response: StartResponse<'_>,
    status: &str,
    body: Body,
) -> Result<Body> {
    let uri = environ.get("REQUEST_URI").unwrap_or_default();
    let seen = format!("{} {uri}", environ.method());
    start_response(status, &[("X-Vista", &seen)])?;
    Ok(body)
}

/// Límites bajos, para que una entrada corta los alcance.
fn config() -> Config {
    Config {
        max_request_line: 128,
        max_head: 512,
        max_fields: 26,
        max_body: 1024,
        small_body: 32,
        ..Config::default()
    }
}
