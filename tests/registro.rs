//! Lo que queda en el registro cuando el programa tiene uno.

mod comun;

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, Once};

use comun::{Served, get, post};
use log::{Level, LevelFilter, Log, Metadata, Record};
use pasarela::access_log::access_log;
use pasarela::{Body, Chunk, Config, Environ, Error, ErrorStream, StartResponse};
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
    environ.set_errors(ErrorStream::writer(Untouchable));
    let body = match environ.path_info() {
        "/error" => return Err(Error::new("adrede")),
        "/panico" => panic!("adrede"),
        path if path.starts_with("/ajeno") => {
            start_response("200 OK", &[("X-Largo", &"x".repeat(5000))])?;
            return Err(Error::new(format!("no existe {path}")));
        }
        path if path.starts_with("/mucho") => {
            start_response("200 OK", &[("X-Largo", &"x".repeat(5000))])?;
            return Ok(Body::empty());
        }
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
    assert_eq!(notes(Level::Info, &address), [format!("atendiendo en {address}")]);
    assert!(!notes(Level::Info, "detenido").is_empty());
}

#[test]
fn lo_que_elige_un_cliente_no_escribe_lineas_de_otro() {
    let served = serve();
    served.exchange(&get("/ajeno%0AERROR%20falso"));
    let origin = "GET /ajeno\nERROR falso";
    let reason = r"la aplicación devolvió un error: no existe /ajeno\nERROR falso";
    let expected = format!("{origin:?}: {reason}");
    assert_eq!(notes(Level::Error, "/ajeno"), [expected]);
    served.exchange(&get("/mucho%0AWARN%C3%B1"));
    let seen = notes(Level::Warn, "/mucho");
    assert!(seen[0].contains(r#"a "GET /mucho\nWARNñ" miden 5011 bytes"#), "{seen:?}");
}

/// Una salida que se detiene en la primera línea hasta que alguien la reciba; después ya no.
struct Stuck {
    lines: SyncSender<Vec<u8>>,
    entered: SyncSender<()>,
}

impl io::Write for Stuck {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        // Quien ya no escucha sabe lo que quería.
        let _ = self.entered.try_send(());
        self.lines.send(buf.to_vec()).map_err(io::Error::other)?;
        Ok(buf.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn un_registro_que_se_detiene_no_detiene_a_los_demas() {
    const REQUESTS: usize = 2_000;
    let (lines, seen) = sync_channel(0);
    let (entered, has_entered): (_, Receiver<()>) = sync_channel(1);
    let hello = |_: &mut Environ, start_response: StartResponse<'_>| {
        start_response("200 OK", &[("Content-Type", "text/plain")])?;
        Ok(Body::from("hola"))
    };
    let application = access_log(hello, Stuck { lines, entered });
    // Uno lidera y dos ayudan: uno de ellos se queda con el registro.
    let config = Config { event_loops: 1, max_threads: 3, ..Config::default() };
    let served = Served::start_with(application, config);
    let mut first = served.open();
    first.send(get("/").as_bytes());
    assert_eq!(has_entered.recv(), Ok(()));
    let target = format!("/{}", "a".repeat(1000));
    let mut others = served.open();
    for _ in 0..REQUESTS {
        others.send(get(&target).as_bytes());
        others.until("\r\n\r\nhola");
    }
    // Ya hay quien lea: sale lo que esperaba, y cuánto se perdió.
    let (mut kept, mut lost) = (0, 0);
    while kept + lost < REQUESTS + 1 {
        let batch = String::from_utf8(seen.recv().expect("sale")).expect("es texto");
        for line in batch.lines() {
            match line.strip_prefix("# se perdieron ").and_then(|rest| rest.split(' ').next()) {
                Some(count) => lost += count.parse::<usize>().expect("una cifra"),
                None => kept += 1,
            }
        }
    }
    assert_eq!(kept + lost, REQUESTS + 1);
    assert!(kept > 1 && lost > 0, "{kept} y {lost}");
    first.until("\r\n\r\nhola");
}
