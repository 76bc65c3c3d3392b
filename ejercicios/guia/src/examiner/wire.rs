//! Una conexión con lo que se examina: todo lo que va y viene queda anotado, y nada se espera para siempre.

use std::fmt;
use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use super::evidence::Evidence;
use super::response::{self, Framing, Head};

/// Cuánto se guarda de una respuesta, en bytes. Más no hace falta para examinar a nadie.
const MAX_ANSWER: usize = 4 << 20;

/// Cuántas veces la espera entre dos bytes puede durar una respuesta entera.
const WHOLE: u32 = 5;

/// Cada cuánto deja de intentar enviar quien no puede, para mirar si ya le contestaron.
const PUSH: Duration = Duration::from_millis(100);

/// Lo que se espera a un corte que viene detrás de un cierre.
const AFTERMATH: Duration = Duration::from_millis(100);

/// Lo que no se cumplió.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// No se pudo abrir la conexión.
    Unreachable(String),
    /// Lo que se vio no es lo que manda la regla.
    Wrong(String),
}

/// Cómo termina de llegar lo que llega.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// El servidor cerró.
    Closed,
    /// La conexión se cortó de golpe.
    Reset,
    /// No llega nada, y sigue abierta.
    Silence,
    /// Sigue llegando, y es más de lo que se lee o de lo que se espera.
    Endless,
}

/// Una respuesta entera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Response {
    pub(super) head: Head,
    pub(super) body: Vec<u8>,
}

/// Una conexión.
#[derive(Debug)]
pub(super) struct Wire<'e> {
    stream: TcpStream,
    patience: Duration,
    evidence: &'e Evidence,
    /// Lo que llegó y nadie ha leído.
    pending: Vec<u8>,
    end: Option<End>,
    was_cut: bool,
}

impl Problem {
    pub(super) fn wrong(text: impl Into<String>) -> Self {
        Self::Wrong(text.into())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(text) | Self::Wrong(text) => f.write_str(text),
        }
    }
}

impl From<String> for Problem {
    fn from(text: String) -> Self {
        Self::Wrong(text)
    }
}

impl<'e> Wire<'e> {
    pub(super) fn new(stream: TcpStream, patience: Duration, evidence: &'e Evidence) -> Self {
        // Si el sistema no puede, solo se junta lo que se manda por partes.
        let _ = stream.set_nodelay(true);
        Self { stream, patience, evidence, pending: Vec::new(), end: None, was_cut: false }
    }

    /// Envía lo que se pueda. Que el servidor deje de leer, o corte, no es todavía un problema: quizá ya
    /// contestó, y eso es lo que se mira.
    pub(super) fn send(&mut self, bytes: &[u8]) {
        let mut sent = 0;
        let mut deadline = Instant::now() + self.patience;
        let _ = self.stream.set_write_timeout(Some(PUSH));
        while sent < bytes.len() {
            match self.stream.write(&bytes[sent..]) {
                Ok(count) => {
                    sent += count;
                    deadline = Instant::now() + self.patience;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if !is_timeout(error.kind()) => {
                    self.was_cut = true;
                    break;
                }
                Err(_) if self.has_answer() || Instant::now() > deadline => break,
                Err(_) => {}
            }
        }
        self.evidence.sent(&bytes[..sent]);
        if sent < bytes.len() {
            let left = bytes.len() - sent;
            self.evidence.note(format!("el servidor no tomó los {left} bytes que faltaban"));
        }
    }

    /// De a poco: cada parte en su envío, con una pausa que las separe en la red.
    pub(super) fn send_slowly<'p>(
        &mut self,
        parts: impl IntoIterator<Item = &'p [u8]>,
        pause: Duration,
    ) {
        for part in parts {
            self.send(part);
            std::thread::sleep(pause);
        }
    }

    /// Si la conexión se cortó de golpe en algún momento, también si fue detrás de un cierre en orden.
    pub(super) fn was_cut(&self) -> bool {
        // Lo que va detrás del cierre no lo cuenta ninguna lectura: lo guarda el socket, cuando llega.
        std::thread::sleep(AFTERMATH);
        let late = self.stream.take_error().is_ok_and(|error| error.is_some());
        if late {
            self.evidence.note("y detrás la cortó de golpe (RST)");
        }
        late || self.was_cut || self.end == Some(End::Reset)
    }

    /// Espera lo que sea.
    pub(super) fn anything(&mut self) -> Result<(), Problem> {
        self.need(self.deadline(), "cualquier respuesta")
    }

    /// La primera línea de lo que llegue, sin su ␍␊.
    pub(super) fn line(&mut self) -> Result<Vec<u8>, Problem> {
        let deadline = self.deadline();
        loop {
            if let Some(end) = self.pending.iter().position(|byte| *byte == b'\n') {
                let line = &self.pending[..end];
                return match line.strip_suffix(b"\r") {
                    Some(line) => Ok(line.to_vec()),
                    None => Err(Problem::wrong(
                        "la línea de estado termina en ␊, y debe terminar en ␍␊",
                    )),
                };
            }
            self.need(deadline, "la línea de estado")?;
        }
    }

    /// La cabeza de la respuesta que sigue, sea la última o una provisional (1xx).
    pub(super) fn head(&mut self) -> Result<Head, Problem> {
        let deadline = self.deadline();
        loop {
            if let Some((head, length)) = response::head(&self.pending)? {
                self.pending.drain(..length);
                return Ok(head);
            }
            self.need(deadline, "la cabeza de la respuesta")?;
        }
    }

    /// La respuesta que sigue, entera, a una petición con ese método.
    pub(super) fn response(&mut self, method: &str) -> Result<Response, Problem> {
        loop {
            let head = self.head()?;
            if head.status >= 200 {
                let body = self.body(&head, method)?;
                return Ok(Response { head, body });
            }
        }
    }

    pub(super) fn body(&mut self, head: &Head, method: &str) -> Result<Vec<u8>, Problem> {
        let deadline = self.deadline();
        match head.framing(method)? {
            Framing::Empty => Ok(Vec::new()),
            Framing::Length(length) => {
                while self.pending.len() < length {
                    let arrived = self.pending.len();
                    let what =
                        format!("el cuerpo, que anuncia {length} bytes (llegaron {arrived})");
                    self.need(deadline, &what)?;
                }
                Ok(self.pending.drain(..length).collect())
            }
            Framing::Chunked => loop {
                if let Some((body, length)) = response::chunked(&self.pending)? {
                    self.pending.drain(..length);
                    return Ok(body);
                }
                self.need(deadline, "el cuerpo por trozos")?;
            },
            Framing::UntilClose => match self.drain(deadline) {
                End::Closed => Ok(std::mem::take(&mut self.pending)),
                End::Reset => {
                    Err(Problem::wrong("la conexión se cortó de golpe a mitad del cuerpo"))
                }
                End::Endless => Err(Problem::wrong("el cuerpo de la respuesta no termina")),
                End::Silence => Err(Problem::wrong(
                    "la respuesta no dice cuánto mide su cuerpo, y el servidor tampoco cierra: \
                     quien espera no sabe que terminó",
                )),
            },
        }
    }

    /// Lo que quede hasta el cierre, y cómo terminó.
    pub(super) fn rest(&mut self) -> (Vec<u8>, End) {
        let end = self.drain(self.deadline());
        (std::mem::take(&mut self.pending), end)
    }

    /// Dice que no enviará más. Puede seguir recibiendo.
    pub(super) fn finish_sending(&mut self) {
        // Si ya está cerrada, es lo mismo.
        let _ = self.stream.shutdown(Shutdown::Write);
    }

    fn deadline(&self) -> Instant {
        Instant::now() + self.patience * WHOLE
    }

    fn drain(&mut self, deadline: Instant) -> End {
        loop {
            if let Some(end) = self.fill(deadline) {
                return end;
            }
        }
    }

    /// Espera algo más; si no llega, dice qué faltaba.
    fn need(&mut self, deadline: Instant, what: &str) -> Result<(), Problem> {
        let Some(end) = self.fill(deadline) else { return Ok(()) };
        let seen = match end {
            End::Closed => "el servidor cerró la conexión".to_owned(),
            End::Reset => "la conexión se cortó de golpe".to_owned(),
            End::Silence => format!("no llegó nada más en {}", shown(self.patience)),
            End::Endless => "la respuesta no termina".to_owned(),
        };
        Err(Problem::Wrong(format!("{seen}, y faltaba {what}")))
    }

    /// Recibe algo, o dice por qué ya no.
    fn fill(&mut self, deadline: Instant) -> Option<End> {
        if self.end.is_some() {
            return self.end;
        }
        let end = match self.receive(deadline) {
            Ok(()) => return None,
            Err(end) => end,
        };
        match end {
            End::Closed => self.evidence.note("el servidor cerró la conexión"),
            End::Reset => self.evidence.note("la conexión se cortó de golpe (RST)"),
            End::Silence => {
                self.evidence.note(format!("no llegó nada más en {}", shown(self.patience)));
                return Some(End::Silence);
            }
            End::Endless => {
                self.evidence.note("sigue llegando, y aquí se dejó de leer");
                return Some(End::Endless);
            }
        }
        self.end = Some(end);
        self.end
    }

    fn receive(&mut self, deadline: Instant) -> Result<(), End> {
        let left = deadline.saturating_duration_since(Instant::now()).min(self.patience);
        if left.is_zero() || self.pending.len() > MAX_ANSWER {
            return Err(End::Endless);
        }
        let _ = self.stream.set_read_timeout(Some(left));
        let mut bytes = [0; 8192];
        match self.stream.read(&mut bytes) {
            Ok(0) => Err(End::Closed),
            Ok(count) => {
                self.evidence.received(&bytes[..count]);
                self.pending.extend_from_slice(&bytes[..count]);
                Ok(())
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(()),
            Err(error) if is_timeout(error.kind()) => Err(End::Silence),
            Err(_) => Err(End::Reset),
        }
    }

    /// Si hay algo que leer, sin esperar.
    fn has_answer(&self) -> bool {
        let is_blocking = self.stream.set_nonblocking(true).is_err();
        let seen = !is_blocking && self.stream.peek(&mut [0]).is_ok();
        let _ = self.stream.set_nonblocking(false);
        seen
    }
}

/// Un plazo vencido se llama de una manera en Unix y de otra en Windows.
fn is_timeout(kind: ErrorKind) -> bool {
    [ErrorKind::WouldBlock, ErrorKind::TimedOut].contains(&kind)
}

/// Un plazo, como se dice.
fn shown(time: Duration) -> String {
    match time.as_secs() {
        0 => format!("{} ms", time.as_millis()),
        1 => "un segundo".to_owned(),
        seconds => format!("{seconds} segundos"),
    }
}
