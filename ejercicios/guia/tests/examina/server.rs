//! Un servidor pequeño que pasa el examen entero, y que se puede estropear de una manera a la vez.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Cuánto se lee de una cabeza, de un cuerpo, y de lo que sobra antes de cerrar.
const MAX_HEAD: usize = 64 << 10;
const MAX_BODY: usize = 2 << 20;
const MAX_LINGER: usize = 8 << 20;

const PAGE: &str = "Hola, ñandú\n";

/// Lo que se estropea.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    Mute,
    NoVersion,
    BareLf,
    CountsLetters,
    Endless,
    HeadWithBody,
    IgnoresClose,
    ChunksForAll,
    OneRead,
    FewReads,
    BreaksOnMethods,
    HangsUpOnGarbage,
    IgnoresHost,
    TrimsNames,
    TakesFirstLength,
    StaysAfterTwoMeasures,
    EndlessTarget,
    EndlessFields,
    BodyIsNext,
    NoChunks,
    NoPermission,
    NoLinger,
    OneRequest,
    DropsLeftovers,
    OneThread,
    EchoCut,
    EchoRaw,
    CutsOnStop,
}

/// El servidor, en marcha mientras viva.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    fault: Fault,
    stopped: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Server {
    pub fn start(fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
        let address = listener.local_addr().expect("tiene dirección");
        let shared =
            Arc::new(Shared { fault, stopped: AtomicBool::new(false), open: Mutex::default() });
        let own = Arc::clone(&shared);
        thread::spawn(move || accept(listener, &own));
        Self { address, shared }
    }

    pub fn name(&self) -> String {
        self.address.to_string()
    }

    pub fn stop(&self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        if self.shared.fault == Fault::CutsOnStop {
            for stream in self.shared.open.lock().expect("nadie falla con él").iter() {
                // Si ya se cerró, no hay nada que cortar.
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
        // Despierta a quien acepta. Si ya no escucha, mejor.
        let _ = TcpStream::connect(self.address);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn accept(listener: TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming().flatten() {
        if shared.stopped.load(Ordering::SeqCst) {
            return;
        }
        // Con otra copia abierta, cerrar esta no cerraría la conexión.
        if shared.fault == Fault::CutsOnStop
            && let Ok(twin) = stream.try_clone()
        {
            shared.open.lock().expect("nadie falla con él").push(twin);
        }
        let mut connection = Connection { stream, fault: shared.fault, buffer: Vec::new() };
        let serve = move || {
            // Que el cliente se vaya no es asunto de nadie más.
            let _ = connection.serve();
        };
        if shared.fault == Fault::OneThread {
            let mut serve = serve;
            serve();
        } else {
            thread::spawn(serve);
        }
    }
}

struct Connection {
    stream: TcpStream,
    fault: Fault,
    buffer: Vec<u8>,
}

struct Request {
    method: String,
    target: String,
    minor: u8,
    fields: Vec<(String, String)>,
    closes: bool,
}

impl Request {
    fn values<'r>(&'r self, name: &'r str) -> impl Iterator<Item = &'r str> {
        let own = self.fields.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name));
        own.map(|(_, value)| value.as_str())
    }

    fn says(&self, name: &str, word: &str) -> bool {
        self.values(name).any(|value| value.eq_ignore_ascii_case(word))
    }
}

/// Lo que no se atiende, con su estado.
enum Refused {
    Status(u16),
    Io,
}

impl From<io::Error> for Refused {
    fn from(_: io::Error) -> Self {
        Self::Io
    }
}

impl Connection {
    fn is(&self, fault: Fault) -> bool {
        self.fault == fault
    }

    fn serve(&mut self) -> io::Result<()> {
        loop {
            match self.exchange() {
                Ok(true) if !self.is(Fault::OneRequest) => {}
                Ok(_) => return self.linger(),
                Err(Refused::Io) => return Ok(()),
                Err(Refused::Status(400)) if self.is(Fault::HangsUpOnGarbage) => return Ok(()),
                Err(Refused::Status(status)) => {
                    self.answer(status, b"no", false, true, 1)?;
                    return self.linger();
                }
            }
        }
    }

    /// Una petición y su respuesta. Dice si la conexión sigue.
    fn exchange(&mut self) -> Result<bool, Refused> {
        let text = self.head()?;
        let mut request = parse(&text, self.fault)?;
        if self.is(Fault::Mute) {
            loop {
                self.more()?;
            }
        }
        if self.is(Fault::DropsLeftovers) && request.method == "GET" {
            self.buffer.clear();
        }
        if self.is(Fault::BreaksOnMethods) && !["GET", "HEAD", "POST"].contains(&&*request.method) {
            return Err(Refused::Status(500));
        }
        let body = self.body(&mut request)?;
        let closes = request.closes && !self.is(Fault::IgnoresClose);
        let is_head = request.method == "HEAD";
        let page = if request.target == "/eco" { body } else { PAGE.as_bytes().to_vec() };
        self.answer(200, &page, is_head, closes, request.minor)?;
        Ok(!closes)
    }

    fn more(&mut self) -> Result<(), Refused> {
        let mut bytes = [0; 8192];
        match self.stream.read(&mut bytes)? {
            0 => Err(Refused::Io),
            count => {
                self.buffer.extend_from_slice(&bytes[..count]);
                Ok(())
            }
        }
    }

    fn head(&mut self) -> Result<String, Refused> {
        let (mut reads, mut looked) = (0, 0);
        loop {
            let found = self.buffer[looked..].windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = found.map(|end| looked + end) {
                let rest = self.buffer.split_off(end + 4);
                let head = std::mem::replace(&mut self.buffer, rest);
                return String::from_utf8(head).map_err(|_| Refused::Status(400));
            }
            let is_fields = self.buffer.iter().take(MAX_HEAD).any(|byte| *byte == b'\n');
            let endless = if is_fields { Fault::EndlessFields } else { Fault::EndlessTarget };
            if self.buffer.len() > MAX_HEAD && !self.is(endless) {
                return Err(Refused::Status(if is_fields { 431 } else { 414 }));
            }
            let few =
                self.is(Fault::OneRead) && reads == 1 || self.is(Fault::FewReads) && reads == 9;
            if few {
                return Err(Refused::Status(400));
            }
            reads += 1;
            looked = self.buffer.len().saturating_sub(3);
            self.more()?;
        }
    }

    fn body(&mut self, request: &mut Request) -> Result<Vec<u8>, Refused> {
        let is_chunked = request.values("Transfer-Encoding").next().is_some();
        let lengths: Vec<&str> = request.values("Content-Length").collect();
        let length =
            lengths.first().map_or(0, |length| length.trim_start_matches('+').parse().unwrap_or(0));
        let is_clear =
            lengths.len() < 2 && lengths.iter().all(|l| l.bytes().all(|b| b.is_ascii_digit()));
        if !is_clear && !self.is(Fault::TakesFirstLength) {
            return Err(Refused::Status(400));
        }
        if is_chunked && length > 0 && !self.is(Fault::StaysAfterTwoMeasures) {
            return Err(Refused::Status(400));
        }
        if self.is(Fault::BodyIsNext) {
            return Ok(Vec::new());
        }
        if request.says("Expect", "100-continue") && !self.is(Fault::NoPermission) {
            self.stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        match is_chunked {
            true if self.is(Fault::NoChunks) => Err(Refused::Status(501)),
            true => self.chunks(),
            false if length > MAX_HEAD && self.is(Fault::NoLinger) => {
                request.closes = true;
                Ok(Vec::new())
            }
            false if length > MAX_BODY => Err(Refused::Status(413)),
            false => self.take(length),
        }
    }

    fn take(&mut self, length: usize) -> Result<Vec<u8>, Refused> {
        while self.buffer.len() < length {
            self.more()?;
        }
        let rest = self.buffer.split_off(length);
        let mut taken = std::mem::replace(&mut self.buffer, rest);
        if self.is(Fault::EchoCut) {
            taken.pop();
        }
        Ok(taken)
    }

    fn chunks(&mut self) -> Result<Vec<u8>, Refused> {
        let (mut body, mut raw) = (Vec::new(), Vec::new());
        loop {
            let end = loop {
                match self.buffer.windows(2).position(|pair| pair == b"\r\n") {
                    Some(end) => break end,
                    None => self.more()?,
                }
            };
            let line = self.take(end + 2)?;
            let digits = String::from_utf8_lossy(&line[..end]).into_owned();
            let size = usize::from_str_radix(&digits, 16).map_err(|_| Refused::Status(400))?;
            if size + body.len() > MAX_BODY {
                return Err(Refused::Status(413));
            }
            let chunk = self.take(size + 2)?;
            raw.extend_from_slice(&[line.as_slice(), &chunk].concat());
            if size == 0 {
                return Ok(if self.is(Fault::EchoRaw) { raw } else { body });
            }
            body.extend_from_slice(&chunk[..size]);
        }
    }

    fn answer(
        &mut self,
        status: u16,
        page: &[u8],
        is_head: bool,
        closes: bool,
        minor: u8,
    ) -> io::Result<()> {
        let version = if self.is(Fault::NoVersion) { "" } else { "HTTP/1.1 " };
        let end = if self.is(Fault::BareLf) { "\n" } else { "\r\n" };
        let letters = String::from_utf8_lossy(page).chars().count();
        let length = if self.is(Fault::CountsLetters) { letters } else { page.len() };
        let is_chunked = self.is(Fault::ChunksForAll) || (minor == 1 && status == 299);
        while self.is(Fault::Endless) && page.len() > 2 {
            self.stream
                .write_all(&[b"HTTP/1.1 200 Lo que sea\r\n\r\n".as_slice(), page].concat())?;
        }
        let how = match is_chunked {
            true => "Transfer-Encoding: chunked".to_owned(),
            false => format!("Content-Length: {length}"),
        };
        let close = if closes { format!("Connection: close{end}") } else { String::new() };
        let head = format!("{version}{status} Lo que sea\r\n{how}{end}{close}{end}");
        let page = match is_chunked {
            true => [format!("{:x}\r\n", page.len()).as_bytes(), page, b"\r\n0\r\n\r\n"].concat(),
            false => page.to_vec(),
        };
        let page = if is_head && !self.is(Fault::HeadWithBody) { Vec::new() } else { page };
        self.stream.write_all(&[head.as_bytes(), &page].concat())
    }

    /// Deja de enviar y lee lo que quede, para que nada se pierda en un corte.
    fn linger(&mut self) -> io::Result<()> {
        if self.is(Fault::NoLinger) {
            return Ok(());
        }
        self.stream.shutdown(Shutdown::Write)?;
        let mut left = (&mut self.stream).take(MAX_LINGER as u64);
        io::copy(&mut left, &mut io::sink()).map(|_| ())
    }
}

fn parse(text: &str, fault: Fault) -> Result<Request, Refused> {
    let bad = || Refused::Status(400);
    let mut lines = text.trim_end_matches("\r\n").split("\r\n");
    let words: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let [method, target, version] = words[..] else { return Err(bad()) };
    let minor = match version {
        "HTTP/1.1" => 1,
        "HTTP/1.0" => 0,
        _ => return Err(bad()),
    };
    let mut fields = Vec::new();
    for line in lines {
        let (name, value) = line.split_once(':').ok_or_else(bad)?;
        if name.ends_with(' ') && fault != Fault::TrimsNames {
            return Err(bad());
        }
        fields.push((name.trim().to_owned(), value.trim().to_owned()));
    }
    let mut request =
        Request { method: method.into(), target: target.into(), minor, fields, closes: minor == 0 };
    request.closes |= request.says("Connection", "close");
    let hosts = request.values("Host").count();
    if hosts != 1 && minor == 1 && fault != Fault::IgnoresHost {
        return Err(bad());
    }
    Ok(request)
}
