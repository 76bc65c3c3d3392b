//! Las señales de terminar: Ctrl-C en cualquier sistema; SIGINT, SIGTERM y SIGHUP en Unix.
//!
//! Un proceso tiene un solo sitio donde recibirlas; aquí se reparten a todos sus servidores.

use std::process;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use super::threads::Handle;

/// El código de un programa que termina por la segunda señal: 128 más el número de SIGINT, como en
/// cualquier terminal.
const INTERRUPTED: i32 = 130;

/// Los servidores que atienden ahora mismo.
static SERVERS: Mutex<Servers> = Mutex::new(Servers { next_id: 0, running: Vec::new() });

struct Servers {
    next_id: u64,
    running: Vec<Running>,
}

struct Running {
    id: u64,
    handle: Handle,
    is_told: bool,
}

/// Mientras existe, una señal detiene a su servidor.
pub(super) struct Registration(u64);

/// Hace que la próxima señal detenga este servidor.
pub(super) fn stop_on_signal(handle: Handle) -> Registration {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    INSTALLED.get_or_init(|| {
        // Si el programa ya las atiende por su cuenta, manda él.
        if let Err(error) = ctrlc::set_handler(on_signal) {
            log::debug!("las señales de terminar las atiende otro: {error}");
        }
    });
    let mut servers = servers();
    let id = servers.next_id;
    servers.next_id += 1;
    servers.running.push(Running { id, handle, is_told: false });
    Registration(id)
}

impl Drop for Registration {
    fn drop(&mut self) {
        servers().running.retain(|running| running.id != self.0);
    }
}

/// La primera detiene a todos; si alguno ya lo sabía, o no hay ninguno, se termina en el acto.
fn on_signal() {
    let mut servers = servers();
    if servers.running.iter().all(|running| running.is_told) {
        process::exit(INTERRUPTED);
    }
    for running in &mut servers.running {
        running.is_told = true;
        running.handle.shutdown();
    }
}

fn servers() -> MutexGuard<'static, Servers> {
    SERVERS.lock().unwrap_or_else(PoisonError::into_inner)
}
