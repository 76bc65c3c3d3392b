//! La lista de los hilos que viven, para esperar a que terminen.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Quien espera a los hilos que empezó su [`Roster`].
#[derive(Debug)]
pub(super) struct Gathering {
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
    /// No llega nada por aquí: se cierra cuando nadie puede empezar otro hilo y todos salieron.
    all_left: Receiver<()>,
}

/// Quien empieza los hilos y los apunta.
#[derive(Debug)]
pub(super) struct Roster {
    threads: Arc<Mutex<Vec<JoinHandle<()>>>>,
    alive: Sender<()>,
}

/// Una lista vacía.
pub(super) fn roster() -> (Roster, Gathering) {
    let (alive, all_left) = channel();
    let threads = Arc::<Mutex<Vec<_>>>::default();
    (Roster { threads: threads.clone(), alive }, Gathering { threads, all_left })
}

impl Roster {
    /// Empieza un hilo que hace `life`.
    pub(super) fn start(&self, life: impl FnOnce() + Send + 'static) -> io::Result<()> {
        let alive = self.alive.clone();
        let thread = thread::Builder::new().name("pasarela".to_owned()).spawn(move || {
            let _alive = alive;
            life();
        })?;
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        // Los que sobraron ya se fueron.
        threads.retain(|thread| !thread.is_finished());
        threads.push(thread);
        Ok(())
    }
}

impl Gathering {
    /// Espera a que terminen, mientras dure `patience`; `true` si no queda ninguno.
    pub(super) fn wait(self, patience: Duration) -> bool {
        let are_all_gone =
            self.all_left.recv_timeout(patience) == Err(RecvTimeoutError::Disconnected);
        let threads =
            std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        // Quien ya salió solo tiene que recoger lo suyo; a los demás no se les espera.
        let left = threads.into_iter().filter(|thread| are_all_gone || thread.is_finished());
        left.for_each(|thread| drop(thread.join()));
        are_all_gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::sync::Barrier;
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

    #[test]
    fn espera_a_todos() {
        let (roster, gathering) = roster();
        let ended = Arc::new(AtomicUsize::new(0));
        let gate = Arc::new(Barrier::new(3));
        for _ in 0..3 {
            let (ended, gate) = (ended.clone(), gate.clone());
            let life = move || {
                gate.wait();
                ended.fetch_add(1, SeqCst);
            };
            roster.start(life).expect("hay hilos");
        }
        drop(roster);
        assert!(gathering.wait(Duration::MAX));
        assert_eq!(ended.load(SeqCst), 3);
    }

    #[test]
    fn no_espera_a_quien_no_termina_ni_le_importa_un_panico() {
        let (roster, gathering) = roster();
        let gate = Arc::new(Barrier::new(2));
        let stuck = gate.clone();
        let life = move || {
            stuck.wait();
        };
        roster.start(life).expect("hay hilos");
        roster.start(|| std::panic::resume_unwind(Box::new("adrede"))).expect("hay hilos");
        drop(roster);
        assert!(!gathering.wait(Duration::from_millis(1)));
        gate.wait();
    }
}
