//! Lo que queda en el registro cuando el programa tiene uno.

mod comun;

use std::io;
use std::sync::{Mutex, Once};

use comun::{Served, get, post};
use log::{Level, LevelFilter, Log, Metadata, Record};
use pasarela::{Body, Chunk, Config, Environ, Error, Errors, StartResponse};
use pretty_assertions::assert_eq;

/// Guarda todo lo que se anota en este proceso.
struct Notebook(Mutex<Vec<String>>);

static NOTEBOOK: Notebook = Notebook(Mutex::new(Vec::new()));

impl Log for Notebook {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("pasarela")
    }

    fn log(&self, record: &Record<'_>) {
        let note = format!("{} {}", record.level(), record.args());
        self.0.lock().expect("sin pánico").push(note);
    }

    fn flush(&self) {}
}

/// Lo que se anotó con `level` y dice `what`.
fn notes(level: Level, what: &str) -> Vec<String> {
    let start = format!("{level} ");
    let all = NOTEBOOK.0.lock().expect("sin pánico");
    all.iter()
        .filter_map(|note| note.strip_prefix(&start))
        .filter(|note| note.contains(what))
        .map(str::to_owned)
        .collect()
}

fn start_notebook() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&NOTEBOOK).expect("es el primero");
        log::set_max_level(LevelFilter::Debug);
    });
}

#[track_caller]
fn serve() -> Served {
    start_notebook();
    let config = Config { max_request_line: 100, max_head: 200, ..Config::default() };
    Served::start_with(fails, config)
}

/// Falla como diga la ruta.
fn fails(environ: &mut Environ, start_response: StartResponse) -> pasarela::Result<Body> {
    // Con registro, aquí no se escribe nada.
    environ.set_errors(Errors::writer(Untouchable));
    let body = match environ.path_info() {
        "/error" => return Err(Error::new("adrede")),
        "/panico" => panic!("adrede"),
        "/largo" => Body::from(["ab", "cd"]),
        "/largo-sobre-la-marcha" => Body::stream([Ok(Chunk::from("abcd"))]),
        _ => Body::from("a"),
    };
    start_response("200 OK", &[("Content-Length", "2")])?;
    Ok(body)
}

struct Untouchable;

impl io::Write for Untouchable {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        panic!("con registro no se usa wsgi.errors")
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn un_fallo_se_anota_con_su_peticion() {
    let served = serve();
    for (path, note) in [
        ("/error", "la aplicación devolvió un error: adrede"),
        ("/panico", "la aplicación entró en pánico: adrede"),
        ("/corto", "al cuerpo de la respuesta le faltan 1 bytes para su Content-Length"),
    ] {
        served.exchange(&get(path));
        let origin = format!("{:?}: ", format!("GET {path}"));
        assert_eq!(notes(Level::Error, &origin), [origin.clone() + note]);
    }
}

#[test]
fn lo_que_sobra_de_un_cuerpo_se_anota() {
    let served = serve();
    for path in ["/largo", "/largo-sobre-la-marcha"] {
        served.exchange(&post(path, "", ""));
        let origin = format!("{:?}: ", format!("POST {path}"));
        let note = "al cuerpo de la respuesta le sobran 2 bytes para su Content-Length; \
                    no se enviaron";
        assert_eq!(notes(Level::Error, &origin), [origin.clone() + note]);
    }
}

#[test]
fn un_rechazo_se_anota() {
    let served = serve();
    let long = "a".repeat(300);
    for (request, note) in [
        (get(&format!("/{long}")), "la línea de petición es demasiado larga"),
        (post("/", &format!("A: {long}\r\n"), ""), "los encabezados ocupan demasiado"),
        ("hola\r\n\r\n".to_owned(), "la línea de petición no tiene la forma"),
    ] {
        served.exchange(&request);
        assert_eq!(notes(Level::Debug, note).len(), 1, "{note}");
    }
}

#[test]
fn empezar_y_detenerse_se_anota() {
    start_notebook();
    let served = Served::start(|_: &mut Environ, start: StartResponse<'_>| {
        start("204 No Content", &[])?;
        Ok(Body::empty())
    });
    let address = served.address();
    assert_eq!(served.get("/").status, 204);
    assert_eq!(served.stop(), Ok(()));
    assert_eq!(notes(Level::Info, &address), [format!("atendiendo en [{address}]")]);
    assert!(!notes(Level::Info, "detenido").is_empty());
}
