//! Una conexión entera con un servidor de verdad: lo que se le manda de una vez y lo que se le
//! manda a pedazos recibe la misma respuesta, y ninguna conexión queda sin final.
#![no_main]

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::LazyLock;
use std::thread;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use pasarela::{
    Application, Body, Chunk, Config, Environ, ErrorStream, Result, StartResponse, make_server_with,
};
use pasarela_fuzz::Split;

/// Cuánto se espera un final antes de decir que no llega; los plazos del servidor son menores.
const PATIENCE: Duration = Duration::from_secs(8);

/// Lo que se espera entre dos piezas, para que el servidor las reciba por separado.
const PAUSE: Duration = Duration::from_micros(150);

/// La aplicación lee cada cuerpo hasta el final.
static READER: LazyLock<SocketAddr> = LazyLock::new(|| serve(read_all, config()));
/// La aplicación no lee ningún cuerpo.
static IGNORER: LazyLock<SocketAddr> = LazyLock::new(|| serve(read_nothing, config()));
/// Con plazos muy cortos, para clientes que no dicen que terminaron.
static HURRIED: LazyLock<SocketAddr> = LazyLock::new(|| serve(read_all, hurried_config()));

fuzz_target!(|input: &[u8]| {
    let Some(split) = Split::new(input) else { return };
    match split.options {
        // Pocas veces: cada una espera a que venzan los plazos.
        u8::MAX => drop(exchange(*HURRIED, &split.pieces(), Ending::Silence)),
        option if option % 2 == 0 => {
            let whole = exchange(*READER, &[split.bytes], Ending::Close);
            let parted = exchange(*READER, &split.pieces(), Ending::Close);
            assert_eq!(comparable(&parted), comparable(&whole));
        }
        _ => {
            let whole = exchange(*IGNORER, &[split.bytes], Ending::Close);
            let parted = exchange(*IGNORER, &split.pieces(), Ending::Close);
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

/// Lo que hace el cliente cuando ya mandó todo.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Close,
    Silence,
}

/// Manda las piezas por separado y devuelve todo lo que responden.
fn exchange(address: SocketAddr, pieces: &[&[u8]], ending: Ending) -> String {
    let mut stream = TcpStream::connect(address).expect("el servidor acepta conexiones");
    stream.set_nodelay(true).expect("se puede enviar sin demora");
    stream.set_read_timeout(Some(PATIENCE)).expect("se puede poner un plazo");
    for (number, piece) in pieces.iter().enumerate() {
        if number > 0 {
            thread::sleep(PAUSE);
        }
        // El servidor puede haber cerrado ya.
        if stream.write_all(piece).is_err() {
            break;
        }
    }
    if ending == Ending::Close {
        let _ = stream.shutdown(Shutdown::Write);
    }
    String::from_utf8_lossy(&read_to_end(&mut stream)).into_owned()
}

fn read_to_end(stream: &mut TcpStream) -> Vec<u8> {
    let mut received = Vec::new();
    match stream.read_to_end(&mut received) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
        Err(error) => panic!("la conexión no termina: {error}"),
    }
    received
}

/// La respuesta sin lo que puede cambiar con el momento: la fecha, y el permiso para enviar un
/// cuerpo, que no se da si el cuerpo ya llegó.
fn comparable(answer: &str) -> String {
    let answer = answer.replace("HTTP/1.1 100 Continue\r\n\r\n", "");
    let is_kept = |line: &&str| !line.starts_with("Date: ");
    answer.split_inclusive("\r\n").filter(is_kept).collect()
}

/// Las peticiones que vio la aplicación, en orden.
fn requests_seen(answer: &str) -> Vec<&str> {
    answer.lines().filter_map(|line| line.strip_prefix("X-Vista: ")).collect()
}

fn read_all(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    environ.set_errors(ErrorStream::writer(io::sink()));
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

fn serve(application: impl Application, config: Config) -> SocketAddr {
    let server = make_server_with("127.0.0.1", 0, application, config).expect("hay un puerto");
    let address = server.local_addrs()[0];
    thread::spawn(move || server.serve_forever().expect("atiende"));
    address
}

/// Límites bajos, para que una entrada corta los alcance.
fn config() -> Config {
    let timeout = Duration::from_secs(3);
    Config {
        max_request_line: 128,
        max_head: 512,
        max_fields: 26,
        max_body: 1024,
        small_body: 32,
        max_threads: 8,
        head_timeout: timeout,
        body_timeout: timeout,
        idle_timeout: timeout,
        write_timeout: timeout,
        handle_signals: false,
        ..Config::default()
    }
}

fn hurried_config() -> Config {
    let timeout = Duration::from_millis(10);
    let (head_timeout, body_timeout, idle_timeout) = (timeout, timeout, timeout);
    Config { head_timeout, body_timeout, idle_timeout, ..config() }
}
