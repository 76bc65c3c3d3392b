//! Lo que falla por culpa del cliente mientras la aplicación lee: lo sabe el cliente, lo dice el registro
//! de accesos, y no es un fallo de la aplicación. Por cada protocolo, y envuelta como esté.

mod comun;

use std::error::Error as StdError;
use std::fmt;
use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex, Once, PoisonError};
use std::time::Duration;

use comun::records::{ABORT, STDIN, begin, params, record, scgi_block, usual, uwsgi_block};
use comun::{Served, post_chunked};
use log::{Level, LevelFilter, Log, Metadata};
use pasarela::Protocol::{FastCgi, Http, Scgi, Uwsgi};
use pasarela::access_log::{LogFormat, access_log};
use pasarela::handlers::cgi;
use pasarela::{
    Application, Body, Config, Environ, Error, ErrorStream, Protocol, Result, StartResponse,
    make_server_with,
};
use pretty_assertions::assert_eq;

/// Lo que se escribe, para leerlo después.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn take(&self) -> String {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(bytes).expect("es texto")
    }
}

impl Write for Paper {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Un registro que no admite quejas.
struct Strict;

impl Log for Strict {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("pasarela")
    }

    fn log(&self, record: &log::Record<'_>) {
        let text = format!("{} {}\n", record.level(), record.args());
        if record.level() <= Level::Warn {
            io::stderr().write_all(text.as_bytes()).expect("se escribe");
            std::process::abort();
        }
    }

    fn flush(&self) {}
}

fn forbid_complaints() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        log::set_logger(&Strict).expect("es el primero");
        log::set_max_level(LevelFilter::Debug);
    });
}

/// Un error de quien escribió la aplicación, con su causa.
#[derive(Debug)]
struct Form(Box<dyn StdError + Send + Sync>);

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no se pudo leer el formulario")
    }
}

impl StdError for Form {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

/// Cómo devuelve la aplicación el error de lectura.
const WAYS: [fn(io::Error) -> Error; 5] = [
    |error| error.into(),
    |error| Form(error.into()).into(),
    |error| Form(Form(error.into()).into()).into(),
    |error| io::Error::other(Form(error.into())).into(),
    |error| Form(Box::new(Arc::new(error))).into(),
];

/// Lee el cuerpo entero.
fn reads(way: fn(io::Error) -> Error, complaints: Paper) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        environ.set_errors(ErrorStream::writer(complaints.clone()));
        let mut content = Vec::new();
        environ.input().read_to_end(&mut content).map_err(way)?;
        start_response("200 OK", &[])?;
        Ok(Body::from("hecho"))
    }
}

/// El cuerpo lo lee la aplicación, y espera poco.
fn config() -> Config {
    let body_timeout = Duration::from_millis(100);
    Config { small_body: 4, max_body: 1000, body_timeout, ..Config::default() }
}

fn serve(protocol: Protocol, application: impl Application) -> Served {
    let config = Config { protocol, ..config() };
    let server = make_server_with("127.0.0.1", 0, application, config);
    Served::run(server.expect("hay un puerto libre"))
}

/// Una petición con veinte bytes anunciados, y diez enviados.
fn half(protocol: Protocol) -> Vec<u8> {
    let variables = usual("PUT", "/", "20");
    let head = match protocol {
        FastCgi => {
            let sent = record(STDIN, 1, b"0123456789");
            return [begin(1, false), params(1, &variables), sent].concat();
        }
        Scgi => scgi_block(&variables),
        Uwsgi => uwsgi_block(&variables),
        _ => b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 20\r\n\r\n".to_vec(),
    };
    [&head, &b"0123456789"[..]].concat()
}

/// Qué hace mal el cliente.
#[derive(Debug, Clone)]
enum Fault {
    /// Manda eso y cierra su lado.
    Says(Vec<u8>),
    /// Manda eso y calla.
    Hushes(Vec<u8>),
}

fn faults() -> Vec<(Protocol, Fault, u16)> {
    let mut faults = Vec::new();
    for protocol in [Http, FastCgi, Scgi, Uwsgi] {
        faults.push((protocol, Fault::Hushes(half(protocol)), 408));
        // En FastCGI, quien cierra sin terminar los registros es el servidor web.
        faults.push((protocol, Fault::Says(half(protocol)), 400));
    }
    let mut chunked = |chunks: &str, status| {
        let chunks = format!("a\r\n0123456789\r\n{chunks}");
        let asked = post_chunked("/", &chunks).into_bytes();
        faults.push((Http, Fault::Says(asked), status));
    };
    chunked(&format!("3e8\r\n{}\r\n0\r\n\r\n", "x".repeat(1000)), 413);
    chunked("malo\r\n", 400);
    chunked("1;\r\nx\r\n", 400);
    let mut records = |length: &str, rest: Vec<u8>, status| {
        let head = [begin(1, false), params(1, &usual("PUT", "/", length))].concat();
        let asked = [head, record(STDIN, 1, b"0123456789"), rest].concat();
        faults.push((FastCgi, Fault::Says(asked), status));
    };
    records("", record(STDIN, 1, &[b'x'; 1000]), 413);
    records("20", record(STDIN, 1, &[b'x'; 11]), 400);
    records("20", record(STDIN, 1, b""), 400);
    records("20", record(ABORT, 1, b""), 400);
    faults
}

/// El estado y los bytes que recibe el cliente.
#[track_caller]
fn receive(served: &Served, protocol: Protocol, fault: &Fault) -> (String, usize) {
    let mut wire = served.open();
    match fault {
        Fault::Hushes(bytes) => wire.send(bytes),
        Fault::Says(bytes) => {
            wire.send(bytes);
            wire.finish();
        }
    }
    let answer = match protocol {
        FastCgi => wire.answer(1),
        _ => wire.rest(),
    };
    seen(&answer)
}

#[track_caller]
fn seen(answer: &str) -> (String, usize) {
    let (head, body) = answer.split_once("\r\n\r\n").expect("una cabeza");
    let status = head.split_once(' ').expect("un estado").1;
    (status[..3].to_owned(), body.len())
}

/// El estado y los bytes de una línea del registro de accesos.
#[track_caller]
fn noted(line: &str) -> (String, usize) {
    let mut words = line.rsplit(' ').skip(1);
    let bytes = words.next().and_then(|bytes| bytes.parse().ok()).unwrap_or(0);
    (words.next().expect("tiene estado").to_owned(), bytes)
}

#[test]
fn la_culpa_del_cliente_es_del_cliente_en_cada_protocolo() {
    forbid_complaints();
    for way in WAYS {
        let (complaints, accesses) = (Paper::default(), Paper::default());
        let application = || {
            let application = reads(way, complaints.clone());
            access_log(application, accesses.clone()).format(LogFormat::Common)
        };
        for (protocol, fault, status) in faults() {
            let served = serve(protocol, application());
            let received = receive(&served, protocol, &fault);
            assert_eq!(received.0, status.to_string(), "{protocol:?} {fault:?}");
            assert_eq!(served.stop(), Ok(()));
            assert_eq!(noted(&accesses.take()), received, "{protocol:?} {fault:?}");
            assert_eq!(complaints.take(), "", "{protocol:?} {fault:?}");
        }
    }
}

#[test]
fn tambien_en_cgi() {
    forbid_complaints();
    for way in WAYS {
        let (complaints, accesses) = (Paper::default(), Paper::default());
        let application = reads(way, complaints.clone());
        let application = access_log(application, accesses.clone()).format(LogFormat::Common);
        let variables = usual("PUT", "/", "20").into_iter();
        let variables = variables.map(|(name, value)| (name.into(), value.into()));
        let (input, mut output) = (Cursor::new("0123456789"), Vec::new());
        let ran = cgi::run_with(application, variables, input, &mut output, complaints.clone());
        assert!(ran.is_ok(), "{ran:?}");
        let received = seen(&String::from_utf8_lossy(&output));
        assert_eq!((&*received.0, noted(&accesses.take())), ("400", received.clone()));
        assert_eq!(complaints.take(), "");
    }
}
