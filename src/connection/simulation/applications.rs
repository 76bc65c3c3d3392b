//! La aplicación de un mundo: con cada petición hace lo que estaba escrito, y anota lo que no debería
//! haber visto.

use std::io::{self, Read};
use std::panic::resume_unwind;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex};

use super::bodies::{Chunks, Sand, Slow, file};
use super::content::{Side, content, mark};
use super::plan::{BodyPlan, Declared, End, Fails, Planned, Reads, Spoil};
use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::{Error, Result};
use crate::gateway::Writer;
use crate::input::InputStream;

/// Lo que comparten la aplicación y quien mira.
#[derive(Debug, Default)]
pub(super) struct Notebook {
    /// Lo que no debería haber pasado.
    pub(super) faults: Mutex<Vec<String>>,
    /// Los cuerpos con que alguien se quedó, y de quién son.
    pub(super) kept: Mutex<Vec<Watched>>,
    /// Archivos que se acortarán, y hasta dónde.
    pub(super) shrinking: Mutex<Vec<(std::fs::File, u64)>>,
}

impl Notebook {
    pub(super) fn fault(&self, text: impl Into<String>) {
        self.faults.lock().expect("nadie entra en pánico al anotar").push(text.into());
    }
}

/// La aplicación.
#[derive(Debug)]
pub(super) struct Play {
    pub(super) planned: Vec<Vec<Arc<Planned>>>,
    /// Cuántas peticiones de cada conversación ha visto.
    pub(super) seen: Vec<AtomicUsize>,
    /// Cuántos cuerpos y extensiones de cada una siguen sin soltar.
    pub(super) sand: Vec<Sand>,
    pub(super) notebook: Arc<Notebook>,
}

impl Application for Play {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        let Some(planned) = self.recognize(environ) else {
            self.notebook.fault(format!("una petición que nadie hizo: {environ:?}"));
            return Err(Error::new("no la hizo nadie"));
        };
        if planned.leaves_extension {
            environ.insert_extension(self.sand[planned.conversation].grain(false));
        }
        let mut input = Watched::new(environ.take_input(), &planned, &self.notebook);
        match planned.fails {
            Fails::Error => return Err(Error::new("adrede")),
            Fails::Panic => resume_unwind(Box::new("adrede")),
            Fails::NotStarted => return Ok(Body::from("sin empezar")),
            _ => {}
        }
        read(&planned, &mut input)?;
        start(&planned, start_response)?;
        let parts = parts(&planned);
        let written = match environ.extension::<Writer>() {
            Some(writer) if planned.writes => write(&planned, writer, &parts)?,
            _ => 0,
        };
        match planned.fails {
            Fails::LateError => return Err(Error::new("adrede")),
            Fails::LatePanic => resume_unwind(Box::new("adrede")),
            _ => {}
        }
        Ok(self.body(planned, input, parts, written))
    }
}

impl Play {
    pub(super) fn new(planned: Vec<Vec<Arc<Planned>>>) -> Self {
        Self {
            seen: planned.iter().map(|_| AtomicUsize::new(0)).collect(),
            sand: planned.iter().map(|_| Sand::default()).collect(),
            planned,
            notebook: Arc::default(),
        }
    }

    /// La petición que es, si le toca y no trae nada de otra.
    fn recognize(&self, environ: &Environ) -> Option<Arc<Planned>> {
        let (conversation, number) = environ.path_info().strip_prefix('/')?.split_once('/')?;
        let conversation: usize = conversation.parse().ok()?;
        let number: usize = number.parse().ok()?;
        let planned = self.planned.get(conversation)?.get(number)?;
        let next = self.seen[conversation].swap(number + 1, SeqCst);
        // Las que abandonó el servidor web no llegan.
        let mut missing = self.planned[conversation].get(next..number)?.iter();
        let is_next = missing.all(|one| one.spoil == Some(Spoil::Abandoned));
        let own = mark(conversation, number);
        let foreign = environ.iter().find(|(name, value)| {
            name.starts_with("HTTP_X_")
                && (*value != own || *name == "HTTP_X_OTRO" && !planned.has_extra)
        });
        let is_as_sent = environ.method() == planned.method
            && environ.get("HTTP_X_MARCA") == Some(&*own)
            && environ.get("HTTP_X_OTRO").is_some() == planned.has_extra
            && foreign.is_none();
        (is_next && is_as_sent).then(|| planned.clone())
    }

    /// Lo que queda de los trozos, si `written` ya salieron.
    fn body(
        &self,
        planned: Arc<Planned>,
        input: Watched,
        mut parts: Vec<Vec<u8>>,
        written: usize,
    ) -> Body {
        parts.drain(..written);
        let bytes = parts.concat();
        let meanwhile = match planned.reads {
            Reads::Meanwhile => Some(input),
            Reads::Keeps => {
                self.notebook.kept.lock().expect("nadie entra en pánico al anotar").push(input);
                None
            }
            _ => None,
        };
        let sand = &self.sand[planned.conversation];
        match &planned.body {
            BodyPlan::Empty => Body::empty(),
            BodyPlan::One(_) => Body::from(bytes),
            BodyPlan::List(_) => Body::from(parts),
            BodyPlan::Stream(_, end) => {
                let notebook = self.notebook.clone();
                let excess = move || notebook.fault("a un cuerpo que terminó se le pidió más");
                let grain = sand.grain(*end == End::Bomb);
                Body::stream(Chunks::new(parts, *end, meanwhile, grain, excess))
            }
            BodyPlan::Reader(_, end) => {
                Body::reader(Slow::new(bytes, *end, meanwhile, sand.grain(*end == End::Bomb)))
            }
            BodyPlan::File { length, shrinks, is_watched } => {
                let (kept, file) = file(&bytes);
                if *shrinks {
                    let mut shrinking =
                        self.notebook.shrinking.lock().expect("nadie entra en pánico");
                    shrinking.push((kept, (*length / 2) as u64));
                }
                let body = Body::file_range(file, *length as u64);
                let grain = sand.grain(false);
                match is_watched {
                    true => body.inspect(move |_| grain.is_here()),
                    false => body,
                }
            }
        }
    }
}

/// Los trozos de la respuesta; uno solo, si no son varios.
fn parts(planned: &Planned) -> Vec<Vec<u8>> {
    let length = planned.length();
    let bytes = content(Side::Response, planned.conversation, planned.number, length);
    match &planned.body {
        BodyPlan::List(lengths) | BodyPlan::Stream(lengths, _) => split(&bytes, lengths),
        _ => vec![bytes],
    }
}

/// Escribe el primer trozo, si son varios; dice cuántos salieron.
fn write(planned: &Planned, writer: &Writer, parts: &[Vec<u8>]) -> Result<usize> {
    let (BodyPlan::List(_) | BodyPlan::Stream(..), [first, ..]) = (&planned.body, parts) else {
        return Ok(0);
    };
    start(planned, &mut |status, headers| writer.start(status, headers))?;
    match writer.write(first) {
        // Lo que cabía, salió.
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => Ok(1),
        written => Ok(written.map(|()| 1)?),
    }
}

fn split(bytes: &[u8], lengths: &[usize]) -> Vec<Vec<u8>> {
    let mut rest = bytes;
    let mut take = |length: &usize| {
        let (part, after) = rest.split_at(*length);
        rest = after;
        part.to_vec()
    };
    lengths.iter().map(&mut take).collect()
}

fn read(planned: &Planned, input: &mut Watched) -> io::Result<()> {
    match planned.reads {
        Reads::Everything { propagates } => match input.read_to_end(&mut Vec::new()) {
            Err(error) if propagates => Err(error),
            _ => Ok(()),
        },
        Reads::Some(length) => {
            // A quien solo quiere un poco, el error le da lo mismo.
            let _ = input.by_ref().take(length as u64).read_to_end(&mut Vec::new());
            Ok(())
        }
        Reads::Nothing | Reads::Keeps | Reads::Meanwhile => Ok(()),
    }
}

fn start(planned: &Planned, start_response: StartResponse<'_>) -> Result<()> {
    let mark = mark(planned.conversation, planned.number);
    let length = planned.declared().map(|length| length.to_string());
    let mut headers = vec![("X-Marca", &*mark)];
    // Un cuerpo que se acorta solo se nota si se dijo cuánto medía, o si el final va escrito.
    if let (Some(length), false) = (&length, planned.declared == Declared::No) {
        headers.push(("Content-Length", length));
    }
    Ok(start_response(planned.status, &headers)?)
}

/// El cuerpo de una petición, comparado con lo que se envió.
#[derive(Debug)]
pub(super) struct Watched {
    input: InputStream,
    planned: Arc<Planned>,
    read: usize,
    has_failed: bool,
    notebook: Arc<Notebook>,
}

impl Watched {
    fn new(input: InputStream, planned: &Arc<Planned>, notebook: &Arc<Notebook>) -> Self {
        let (planned, notebook) = (planned.clone(), notebook.clone());
        Self { input, planned, read: 0, has_failed: false, notebook }
    }

    /// De qué conversación es.
    pub(super) fn conversation(&self) -> usize {
        self.planned.conversation
    }
}

impl Read for Watched {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buf).inspect_err(|_| self.has_failed = true)?;
        let (who, rest) = (self.planned.number, &self.planned.content[self.read..]);
        if read > rest.len() || buf[..read] != rest[..read] {
            self.notebook.fault(format!("la petición {who} leyó un cuerpo que no es el suyo"));
            return Err(io::ErrorKind::Other.into());
        }
        if read == 0 && !buf.is_empty() && !rest.is_empty() && !self.has_failed {
            self.notebook.fault(format!("la petición {who} tomó medio cuerpo por uno entero"));
        }
        self.read += read;
        Ok(read)
    }
}
