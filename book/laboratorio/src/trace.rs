//! Lo que ocurre en una visita, en orden: quién llama a quién, con qué, y qué se anota.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use pasarela::{Application, Body, BodyEvent, Environ, ErrorStream, Result, StartResponse};

/// Lo que lleva delante el error que aquí hace de pánico.
pub(crate) const PANIC: &str = "«pánico» ";

/// Algo que ocurrió.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Cuántas capas hay por fuera.
    pub depth: usize,
    /// En qué capa.
    pub layer: &'static str,
    /// Cuándo, desde que empezó la visita.
    pub at: Duration,
    /// Qué.
    pub what: What,
}

/// Qué puede ocurrir.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Se llama a la capa.
    Called,
    /// Llama a `start_response`, que acepta o dice por qué no.
    Started {
        /// El estado.
        status: String,
        /// Los encabezados.
        headers: Vec<(String, String)>,
        /// El motivo del rechazo.
        refusal: Option<String>,
    },
    /// Devuelve un cuerpo; se dice cuánto mide, si se sabe.
    Returned(Option<u64>),
    /// Devuelve un error.
    Failed(String),
    /// El validador encuentra que alguien incumple una regla.
    Found(String),
    /// El servidor toma un trozo.
    Chunk(Vec<u8>),
    /// Pide otro, y no hay más.
    Ended,
    /// Pide otro, y es un error.
    Broken(String),
}

#[derive(Default)]
struct Trace {
    depth: usize,
    steps: Vec<Step>,
    environs: Vec<Variables>,
    notes: Vec<u8>,
    halted: Option<String>,
}

/// Las variables de un `environ`.
pub type Variables = Vec<(String, Vec<u8>)>;

thread_local! {
    static TRACE: RefCell<Trace> = RefCell::default();
    static CLOCK: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

impl Trace {
    /// A ese `start_response` se le dijo que no.
    fn refuse(&mut self, at: usize, error: String) {
        if let Some(Step { what: What::Started { refusal, .. }, .. }) = self.steps.get_mut(at) {
            *refusal = Some(error);
        }
    }
}

fn with<T>(act: impl FnOnce(&mut Trace) -> T) -> T {
    TRACE.with_borrow_mut(act)
}

/// Empieza otra visita.
pub(crate) fn begin() {
    TRACE.set(Trace::default());
    CLOCK.set(Duration::ZERO);
}

/// Cuánto ha pasado.
pub(crate) fn now() -> Duration {
    CLOCK.get()
}

/// Deja pasar el tiempo.
pub(crate) fn sleep(time: Duration) {
    CLOCK.set(now() + time);
}

/// Los pasos, el `environ` de cada llamada y lo que se anotó.
pub(crate) fn finish() -> (Vec<Step>, Vec<Variables>, Vec<u8>) {
    let trace = TRACE.take();
    (trace.steps, trace.environs, trace.notes)
}

/// El validador encontró algo: lo demás de esta llamada no ocurriría.
pub(crate) fn halt(finding: String) {
    if with(|trace| trace.halted.is_some()) {
        return;
    }
    tell("validator", What::Found(finding.clone()));
    with(|trace| trace.halted = Some(finding));
}

/// Lo que encontró. Vuelve a contar lo que pase.
pub(crate) fn halted() -> String {
    with(|trace| trace.halted.take()).unwrap_or_default()
}

fn tell(layer: &'static str, what: What) {
    let at = now();
    with(|trace| {
        let depth = trace.depth.saturating_sub(1);
        if trace.halted.is_none() {
            trace.steps.push(Step { depth, layer, at, what });
        }
    });
}

/// Lo que ve el servidor: el `environ` con que llama, y los trozos que toma.
pub(crate) fn watched(application: impl Application) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| -> Result<Body> {
        let variables = environ.iter().map(|(key, _)| key.to_owned());
        let variables =
            variables.map(|key| (environ.get_bytes(&key).unwrap_or_default().to_vec(), key));
        let variables = variables.map(|(value, key)| (key, value)).collect();
        with(|trace| {
            trace.environs.push(variables);
            trace.depth = 0;
        });
        let body = application.call(environ, start_response)?;
        Ok(body.inspect(|event| match event {
            BodyEvent::Chunk(chunk) => tell("", What::Chunk(chunk.as_bytes().to_vec())),
            BodyEvent::Failed(error) => tell("", What::Broken(error.to_string())),
            BodyEvent::Ended => tell("", What::Ended),
            _ => {}
        }))
    }
}

/// La misma capa, con quien mira lo que hace.
pub(crate) fn seen(layer: &'static str, application: impl Application) -> Seen {
    Seen { layer, application: Box::new(application) }
}

/// Una capa y quien la mira: de un solo tipo, sea la que sea, para que en la página ocupe una vez.
pub(crate) struct Seen {
    layer: &'static str,
    application: Box<dyn Application>,
}

impl Application for Seen {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        let Self { layer, application } = self;
        with(|trace| trace.depth += 1);
        tell(layer, What::Called);
        let answer = application.call(environ, &mut |status, headers| {
            // Lo que dice la capa se cuenta antes que lo que hacen con ello las de fuera.
            let at = with(|trace| trace.steps.len());
            tell(layer, started(status, headers));
            let depth = with(|trace| {
                let outer = trace.depth.saturating_sub(1);
                std::mem::replace(&mut trace.depth, outer)
            });
            let result = start_response(status, headers);
            with(|trace| trace.depth = depth);
            if let Err(error) = &result {
                with(|trace| trace.refuse(at, error.to_string()));
            }
            result
        });
        let what = match &answer {
            Ok(body) => What::Returned(body.content_length()),
            Err(error) => What::Failed(error.to_string().replace(PANIC, "")),
        };
        tell(layer, what);
        with(|trace| trace.depth -= 1);
        answer
    }
}

fn started(status: &str, headers: &[(&str, &str)]) -> What {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    What::Started { status: status.to_owned(), headers: headers.collect(), refusal: None }
}

/// La salida de errores de los programas, y la del servidor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notes;

impl Notes {
    /// Para `writeln!`, sin que un programa tenga que importar nada.
    pub(crate) fn write_fmt(self, text: fmt::Arguments<'_>) -> fmt::Result {
        with(|trace| trace.notes.extend(text.to_string().bytes()));
        Ok(())
    }
}

impl Write for Notes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        with(|trace| trace.notes.extend(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(crate) fn stderr() -> Notes {
    Notes
}

pub(crate) fn errors() -> ErrorStream {
    ErrorStream::writer(Notes)
}
