//! Las señales de terminar: Ctrl-C en cualquier sistema; SIGINT, SIGTERM y SIGHUP en Unix.
//!
//! Un proceso tiene un solo sitio donde recibirlas; aquí se reparten a todos sus servidores.

mod insistence;
#[cfg(unix)]
mod unix;
#[cfg(not(unix))]
mod windows;

use std::process;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use self::insistence::{Insistence, Verdict};
#[cfg(unix)]
use self::unix::receive;
#[cfg(not(unix))]
use self::windows::receive;
use super::threads::Handle;

/// A un programa que termina por una señal, la terminal le pone este código más el número de ella.
const BY_SIGNAL: i32 = 128;

/// Los servidores que atienden ahora mismo.
static SERVERS: Mutex<Servers> =
    Mutex::new(Servers { next_id: 0, running: Vec::new(), insistence: Insistence::NONE });

struct Servers {
    next_id: u64,
    running: Vec<Running>,
    insistence: Insistence,
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
        if let Err(error) = receive(on_signal) {
            log::debug!("las señales de terminar no se pueden recibir: {error}");
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

/// La primera detiene a todos. Si ya lo sabían, o no hay ninguno, quien insiste termina el programa.
fn on_signal(signal: i32) {
    let mut servers = servers();
    let is_news = servers.running.iter().any(|running| !running.is_told);
    match servers.insistence.judge(signal, Instant::now(), is_news) {
        Verdict::Stop => {
            for running in &mut servers.running {
                running.is_told = true;
                running.handle.shutdown();
            }
        }
        Verdict::Echo => log::debug!("la señal {signal} es la misma orden de detenerse"),
        Verdict::End => process::exit(BY_SIGNAL + signal),
    }
}

fn servers() -> MutexGuard<'static, Servers> {
    SERVERS.lock().unwrap_or_else(PoisonError::into_inner)
}
