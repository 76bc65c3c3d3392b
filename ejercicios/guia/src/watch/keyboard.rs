//! Lo que se escribe mientras se vigila: líneas, que lee un hilo aparte.

use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::console;

/// Lo que pide quien escribe.
pub(super) enum Key {
    Line(String),
    /// Salir: lo escribió, o cerró la entrada (Ctrl-D).
    Leave,
}

pub(super) struct Keyboard {
    lines: Receiver<String>,
    leaves: Arc<AtomicBool>,
}

impl Keyboard {
    /// Sin nadie al otro lado (`</dev/null`, o detrás de otro programa) se vigila igual.
    pub(super) fn listen() -> Self {
        let (sender, lines) = mpsc::channel();
        let leaves = Arc::new(AtomicBool::new(false));
        if console::may_read() {
            let leave = Arc::clone(&leaves);
            thread::spawn(move || read(&sender, &leave));
        }
        Self { lines, leaves }
    }

    /// Si alguien pidió salir.
    pub(super) fn leaves(&self) -> bool {
        self.leaves.load(Ordering::Relaxed)
    }

    /// Lo mismo, para quien mira desde otro hilo.
    pub(super) fn leaving(&self) -> &AtomicBool {
        &self.leaves
    }

    /// Lo que alguien escriba antes de ese tiempo.
    pub(super) fn wait(&self, time: Duration) -> Option<Key> {
        if self.leaves() {
            return Some(Key::Leave);
        }
        match self.lines.recv_timeout(time) {
            Ok(_) if self.leaves() => Some(Key::Leave),
            Ok(line) => Some(Key::Line(line)),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                thread::sleep(time);
                None
            }
        }
    }
}

fn read(lines: &Sender<String>, leaves: &AtomicBool) {
    for line in std::io::stdin().lines() {
        let Ok(line) = line else { break };
        let line = line.trim().to_lowercase();
        if line == "s" {
            leaves.store(true, Ordering::Relaxed);
        }
        // Quien prueba mira solo si hay que salir; la línea despierta a quien espera.
        if lines.send(line).is_err() {
            return;
        }
    }
    if std::io::stdin().is_terminal() {
        leaves.store(true, Ordering::Relaxed);
    }
}
