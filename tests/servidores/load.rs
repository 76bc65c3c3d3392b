//! Una carga acotada, que cuenta lo que pidió y lo que se perdió.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

const CLIENTS: usize = 6;
/// Cuántas peticiones hace cada cliente, una detrás de otra.
const EACH: usize = 250;
pub const TOTAL: usize = CLIENTS * EACH;

/// Lo que tarda como mucho una respuesta, con sus reintentos.
const PATIENCE: Duration = Duration::from_secs(20);

/// Las cuentas de una carga.
#[derive(Default)]
pub struct Tally {
    done: AtomicUsize,
    lost: Mutex<Vec<String>>,
}

impl Tally {
    /// Vuelve cuando se hizo esa parte, en centésimas.
    pub fn wait_for(&self, percent: usize) {
        while self.done.load(Ordering::Acquire) < TOTAL * percent / 100 {
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Lo que se perdió hasta ahora: por qué, de cada una.
    pub fn lost(&self) -> Vec<String> {
        self.lost.lock().expect("nadie entra en pánico con esto").clone()
    }

    fn count(&self, outcome: Result<(), String>) {
        if let Err(reason) = outcome {
            self.lost.lock().expect("nadie entra en pánico con esto").push(reason);
        }
        self.done.fetch_add(1, Ordering::AcqRel);
    }
}

/// Una carga en marcha.
pub struct Load {
    pub tally: Arc<Tally>,
    clients: Vec<JoinHandle<()>>,
}

impl Load {
    pub fn start(address: &str) -> Self {
        let tally = Arc::<Tally>::default();
        let clients = (0..CLIENTS).map(|_| {
            let (address, tally) = (address.to_owned(), Arc::clone(&tally));
            thread::spawn(move || ask_many(&address, &tally))
        });
        Self { clients: clients.collect(), tally }
    }

    /// Espera a que termine: lo que se perdió.
    pub fn finish(self) -> Vec<String> {
        for client in self.clients {
            client.join().expect("un cliente no entra en pánico");
        }
        self.tally.lost()
    }
}

fn ask_many(address: &str, tally: &Tally) {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).proxy(None).build();
    let agent = ureq::Agent::from(config);
    for number in 0..EACH {
        // Una de cada cinco tarda: esas son las que se perderían al detenerse sin orden.
        let path = if number % 5 == 0 { "/lenta" } else { "/" };
        tally.count(ask(&agent, &format!("http://{address}{path}")));
    }
}

/// Una respuesta 200 con el cuerpo entero, o por qué no.
fn ask(agent: &ureq::Agent, url: &str) -> Result<(), String> {
    let mut response = agent.get(url).call().map_err(|error| error.to_string())?;
    let body = response.body_mut().read_to_string().map_err(|error| error.to_string())?;
    match body.starts_with("Hola desde el proceso ") {
        true => Ok(()),
        false => Err(format!("respondió otra cosa: {body}")),
    }
}
