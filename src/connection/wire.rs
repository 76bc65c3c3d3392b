//! El cable: lo que la máquina de una conexión necesita de la red, y nada más.
//!
//! El servidor le da sockets (`simple_server`); las pruebas, memoria ([`memory`](super::memory)). La
//! máquina no los distingue: por eso lo que se demuestra de ella sin red vale con red.

use std::fmt;
use std::fs::File;
use std::io::{self, IoSlice};
use std::sync::Weak;
use std::time::{Duration, SystemTime};

use crate::environ::Presence;

/// Un extremo de una conexión. Nada espera: lo que no se puede hacer ahora da
/// [`WouldBlock`](io::ErrorKind::WouldBlock), y quien avisa dice cuándo volver a probar.
pub(crate) trait Wire: fmt::Debug {
    /// Con qué lee la aplicación un cuerpo grande.
    type Source: Source;

    /// Si recibir menos de lo que cabía demuestra que no queda nada por recibir.
    const SHORT_READ_DRAINS: bool;

    /// Recibe lo que quepa en `room`; 0 es que el cliente no enviará más.
    fn receive(&mut self, room: &mut [u8]) -> io::Result<usize>;

    /// Envía lo que se pueda de unas piezas, en orden.
    fn send(&mut self, pieces: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Envía hasta `length` bytes de `file` desde su posición, sin que pasen por el programa.
    fn send_file(&mut self, file: &File, length: u64) -> io::Result<FileSent>;

    /// Avisa al cliente de que no se enviará nada más.
    fn finish(&mut self) -> io::Result<()>;

    /// Que cerrar sea cortar, y que el cliente lo note; o que vuelva a ser como siempre.
    fn abort_when_closed(&mut self, aborts: bool) -> io::Result<()>;

    /// Si lo enviado ya salió hacia el cliente. Si no, habrá un aviso cuando salga.
    fn has_sent_all(&mut self) -> io::Result<bool>;

    /// El lado de quien lee un cuerpo grande. No mantiene abierta la conexión.
    fn source(&mut self) -> Self::Source;

    /// Lo mismo, para quien escribe durante la llamada: nadie lo usa después de ella.
    fn sender(&mut self) -> Self::Source {
        self.source()
    }

    /// Por dónde mirar si el cliente se fue; `None` si todavía no se puede. Tampoco la mantiene abierta.
    fn presence(&mut self) -> Option<Weak<dyn Presence>>;
}

/// De dónde lee la aplicación un cuerpo grande, y por dónde escribe durante la llamada: aquí sí se espera,
/// porque solo se detiene el hilo que lee o escribe.
pub(crate) trait Source: fmt::Debug + Send + 'static {
    /// Recibe lo que quepa en `room`, como [`Wire::receive`]. Si la conexión ya se cerró, 0.
    fn receive(&self, room: &mut [u8]) -> io::Result<usize>;

    /// Envía lo que se pueda, como [`Wire::send`].
    fn send(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize>;

    /// Como [`Wire::abort_when_closed`].
    fn abort_when_closed(&self, aborts: bool) -> io::Result<()>;

    /// Espera a que pase lo que se espera, hasta `timeout`; devuelve cuánto esperó.
    fn wait(&self, awaited: Awaited, timeout: Duration) -> io::Result<Duration>;

    /// La hora del calendario, para el `Date` de una respuesta que empieza por aquí.
    fn calendar(&self) -> SystemTime;
}

/// Qué espera quien lee un cuerpo, o escribe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Awaited {
    Bytes,
    /// Bytes, o sitio para seguir enviando.
    BytesOrRoom,
    /// Sitio para seguir enviando.
    Room,
}

/// Qué pasó al enviar un archivo sin leerlo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileSent {
    Bytes(u64),
    /// El cliente no toma más por ahora.
    Blocked,
    /// Aquí no se puede, o el archivo se acabó antes de tiempo: hay que leerlo.
    NotThisWay,
}
