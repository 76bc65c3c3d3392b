//! Una salida de texto por la que escriben muchos hilos, y en la que no esperan unos por otros.
//!
//! Escribe quien la encuentra libre. Los que llegan mientras tanto dejan lo suyo en una cola y siguen;
//! él lo escribe después. Si la salida se detiene, como una tubería que nadie lee, con ella se detiene
//! uno solo. La cola tiene un límite: de lo que no cabe se lleva la cuenta, que se dice en la misma
//! salida en cuanto avanza.

use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Cuánto espera como mucho en la cola, en bytes: miles de líneas, y poco para tenerlo en memoria.
const MAX_QUEUE: usize = 1024 * 1024;

/// La salida de errores del proceso.
pub(crate) static STDERR: Outlet<StandardError> = Outlet::new(StandardError, |lost| {
    format!("pasarela: se perdieron {lost} avisos: quien los lee se detuvo\n")
});

/// Hasta cuánto se lee de un texto ajeno en una línea, en bytes.
const MAX_LINE: usize = 8 * 1024;

/// El texto en una sola línea, y no demasiado larga: puede traer lo que eligió un cliente, y que no
/// escriba líneas de otro.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        if line.len() >= MAX_LINE {
            line.push('…');
            break;
        }
        match is_disruptive(character) {
            true => line.extend(character.escape_default()),
            false => line.push(character),
        }
    }
    line
}

/// Si en una terminal o en un visor empieza otra línea, o cambia el orden en que se lee esta.
fn is_disruptive(character: char) -> bool {
    let reorders = matches!(character,
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}') || reorders
}

/// Una salida compartida.
pub(crate) struct Outlet<W> {
    queue: Mutex<Queue>,
    writer: Mutex<W>,
    /// Cómo se dice cuántos textos se perdieron.
    notice: fn(u64) -> String,
}

struct Queue {
    text: Vec<u8>,
    lost: u64,
    turn: Turn,
}

/// Si hay quien escriba.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    Free,
    Taken,
}

impl<W> Outlet<W> {
    pub(crate) const fn new(writer: W, notice: fn(u64) -> String) -> Self {
        let queue = Queue { text: Vec::new(), lost: 0, turn: Turn::Free };
        Self { queue: Mutex::new(queue), writer: Mutex::new(writer), notice }
    }

    /// Con este cerrojo no se escribe ni se ejecuta código ajeno.
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> Outlet<W> {
    /// Escribe `text` entero y seguido, o lo deja para quien está escribiendo. Se pierde si no cabe.
    ///
    /// # Errors
    ///
    /// Los de la salida, a quien le toca escribir. Lo que escribía se pierde.
    ///
    /// # Panics
    ///
    /// Si la salida entra en pánico. La siguiente vez se vuelve a probar.
    pub(crate) fn write(&self, text: &[u8]) -> io::Result<()> {
        let mut queue = self.queue();
        queue.add(text);
        if queue.turn == Turn::Taken {
            return Ok(());
        }
        queue.turn = Turn::Taken;
        drop(queue);
        let ending = Ending(&self.queue);
        let outcome = self.drain();
        // Ya quedó libre, y puede ser de otro.
        std::mem::forget(ending);
        outcome
    }

    /// Escribe lo que haya, y lo que llegue mientras tanto.
    fn drain(&self) -> io::Result<()> {
        // Nadie más lo toma: el turno es de uno.
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let mut outcome = Ok(());
        loop {
            // En su propia línea: el cerrojo de la cola no se retiene mientras se escribe.
            let batch = self.queue().take(self.notice);
            let Some(batch) = batch else { return outcome };
            if let Err(error) = writer.write_all(&batch) {
                outcome = Err(error);
            }
        }
    }
}

impl Queue {
    fn add(&mut self, text: &[u8]) {
        // Uno más largo que la cola entera también se escribe si la encuentra vacía.
        let fits = self.text.is_empty() || self.text.len() + text.len() <= MAX_QUEUE;
        match fits && self.lost == 0 {
            true => self.text.extend_from_slice(text),
            false => self.lost += 1,
        }
    }

    /// Lo que hay que escribir; si no hay nada, el turno queda libre.
    fn take(&mut self, notice: fn(u64) -> String) -> Option<Vec<u8>> {
        if self.text.is_empty() {
            self.turn = Turn::Free;
            return None;
        }
        let mut batch = std::mem::take(&mut self.text);
        match std::mem::take(&mut self.lost) {
            0 => {}
            lost => batch.extend_from_slice(notice(lost).as_bytes()),
        }
        Some(batch)
    }
}

/// El final de un turno en que la salida entró en pánico.
struct Ending<'a>(&'a Mutex<Queue>);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).turn = Turn::Free;
    }
}

/// La salida de errores, la de verdad.
pub(crate) struct StandardError;

impl Write for StandardError {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        io::stderr().write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Una salida que dice cada vez que le escriben, y espera permiso.
    struct Gate {
        written: Sender<String>,
        permits: Receiver<()>,
    }

    impl Write for Gate {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.written
                .send(String::from_utf8_lossy(buf).into_owned())
                .map_err(io::Error::other)?;
            self.permits.recv().map_err(io::Error::other)?;
            Ok(buf.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn gate() -> (Outlet<Gate>, Receiver<String>, Sender<()>) {
        let ((written, seen), (permit, permits)) = (channel(), channel());
        let outlet = Outlet::new(Gate { written, permits }, |lost| format!("{lost} perdidos\n"));
        (outlet, seen, permit)
    }

    #[test]
    fn mientras_uno_espera_los_demas_siguen() {
        let (outlet, seen, permit) = gate();
        std::thread::scope(|scope| {
            let stuck = scope.spawn(|| outlet.write(b"uno\n").map_err(|error| error.kind()));
            assert_eq!(seen.recv().as_deref(), Ok("uno\n"));
            for text in ["dos\n", "tres\n"] {
                assert!(outlet.write(text.as_bytes()).is_ok());
            }
            assert!(!stuck.is_finished() && seen.try_recv().is_err());
            permit.send(()).expect("alguien espera");
            assert_eq!(seen.recv().as_deref(), Ok("dos\ntres\n"));
            permit.send(()).expect("alguien espera");
            assert_eq!(stuck.join().expect("sin pánico"), Ok(()));
        });
        permit.send(()).expect("la salida sigue ahí");
        assert!(outlet.write(b"cuatro\n").is_ok());
        assert_eq!(seen.recv().as_deref(), Ok("cuatro\n"));
    }

    #[test]
    fn lo_que_no_cabe_se_pierde_y_se_dice() {
        let (outlet, seen, permit) = gate();
        let half = "x".repeat(MAX_QUEUE / 2);
        std::thread::scope(|scope| {
            let stuck = scope.spawn(|| outlet.write(b"uno\n").map_err(|error| error.kind()));
            assert_eq!(seen.recv().as_deref(), Ok("uno\n"));
            for text in [&half, &half, "no cabe\n", "ya no\n"] {
                assert!(outlet.write(text.as_bytes()).is_ok());
            }
            for _ in 0..2 {
                permit.send(()).expect("alguien espera");
            }
            assert_eq!(seen.recv(), Ok(format!("{half}{half}2 perdidos\n")));
            assert_eq!(stuck.join().expect("sin pánico"), Ok(()));
        });
    }

    #[test]
    fn un_panico_o_un_error_no_dejan_el_turno_tomado() {
        struct Fails(u8);
        impl Write for Fails {
            fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
                self.0 += 1;
                match self.0 {
                    1 => panic!("adrede"),
                    2 => Err(io::ErrorKind::StorageFull.into()),
                    _ => Ok(buf.len()),
                }
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let outlet = Outlet::new(Fails(0), |_| String::new());
        let write = || outlet.write(b"x").map_err(|error| error.kind());
        assert!(catch_unwind(AssertUnwindSafe(write)).is_err());
        assert_eq!(write(), Err(io::ErrorKind::StorageFull));
        assert_eq!(write(), Ok(()));
    }

    #[test]
    fn un_texto_ajeno_cabe_en_su_linea() {
        assert_eq!(one_line("«Ñandú» \"x\"\r\n\u{1b}[31m"), "«Ñandú» \"x\"\\r\\n\\u{1b}[31m");
        assert_eq!(one_line("a\u{2028}b\u{85}c\u{202e}d"), r"a\u{2028}b\u{85}c\u{202e}d");
        assert_eq!(one_line(&"ñ".repeat(MAX_LINE)), "ñ".repeat(MAX_LINE / 2) + "…");
    }
}
