//! El laboratorio responde lo mismo que el servidor, byte por byte: cada experimento, por un socket de verdad.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

use laboratorio::experiments::{CHAPTERS, Experiment};
use laboratorio::{Visit, served_for_real};
use pasarela::{Application, Body, Config, Environ, Result, StartResponse, make_server_with};
use pretty_assertions::assert_eq;

/// Cuánto se espera a que llegue algo antes de dar la prueba por fallida.
const PATIENCE: Duration = Duration::from_secs(20);

/// Lo que se espera a quien no termina: aquí nadie tiene quince segundos.
const SHORT: Duration = Duration::from_millis(400);

#[test]
fn cada_experimento_responde_lo_mismo_que_el_servidor() {
    log::set_logger(&LOG).expect("nadie puso otro");
    for chapter in CHAPTERS {
        for experiment in chapter.experiments {
            let title = format!("{}, «{}»", chapter.name, experiment.name);
            // Sin registro, el laboratorio anota en la salida de errores del programa.
            log::set_max_level(log::LevelFilter::Off);
            let visit = experiment.run();
            log::set_max_level(log::LevelFilter::Error);
            let (received, log) = over_a_socket(experiment, &visit);
            assert_eq!(readable(&received), readable(&visit.received), "{title}");
            let own = visit.log.iter().filter_map(|line| line.strip_prefix("pasarela: "));
            assert_eq!(log, own.collect::<Vec<_>>(), "{title}");
        }
    }
}

fn over_a_socket(experiment: &Experiment, visit: &Visit) -> (Vec<u8>, Vec<String>) {
    let (application, config) = served_for_real(experiment.program).expect("existe");
    let waits = visit.moments.iter().any(|moment| !moment.waited.is_zero());
    let timeouts = if waits { SHORT } else { config.head_timeout };
    let config = Config {
        event_loops: 1,
        handle_signals: false,
        head_timeout: timeouts,
        body_timeout: timeouts,
        ..config
    };
    let server =
        make_server_with("127.0.0.1", 0, at_home(application), config).expect("hay puerto");
    let (address, handle) = (server.local_addrs()[0], server.handle());
    let serving = thread::spawn(move || server.serve_forever());
    let received = ask(address, &experiment.bytes(), visit.received.len(), waits);
    handle.shutdown();
    serving.join().expect("no entra en pánico").expect("termina bien");
    (received, std::mem::take(&mut *LOG.0.lock().expect("nadie falla con la lista")))
}

/// La misma, en el puerto y para el cliente que tiene en el laboratorio, que el capítulo 3 muestra.
fn at_home(application: Box<dyn Application>) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| -> Result<Body> {
        environ.insert("SERVER_NAME", "localhost");
        environ.insert("SERVER_PORT", "8000");
        environ.insert("REMOTE_PORT", "50000");
        application.call(environ, start_response)
    }
}

fn ask(address: SocketAddr, bytes: &[u8], expected: usize, waits: bool) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).expect("escucha");
    stream.set_read_timeout(Some(PATIENCE)).expect("se puede");
    stream.write_all(bytes).expect("lee");
    let mut received = Vec::new();
    // Si calla quien envía, el plazo vence; y con lo que se esperaba recibir, ya se puede decir adiós.
    if !waits {
        let mut room = vec![0; expected];
        let mut length = 0;
        while length < expected {
            match stream.read(&mut room[length..]).expect("responde") {
                0 => break,
                count => length += count,
            }
        }
        received.extend(&room[..length]);
        let _ = stream.shutdown(Shutdown::Write);
    }
    stream.read_to_end(&mut received).expect("cierra");
    received
}

/// Con la fecha tapada.
fn readable(bytes: &[u8]) -> String {
    let text = bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
    let hide = |line: &str| match line.starts_with("Date: ") {
        true => "Date: …\r\n".to_owned(),
        false => line.to_owned(),
    };
    text.split_inclusive('\n').map(hide).collect()
}

/// Lo que el servidor anota.
struct Log(Mutex<Vec<String>>);

static LOG: Log = Log(Mutex::new(Vec::new()));

impl log::Log for Log {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() == log::Level::Error
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.lock().expect("nadie falla con la lista").push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}
