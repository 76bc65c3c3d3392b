//! Una aplicación que da a cada quien lo suyo, de todas las maneras en que se puede dar.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use pasarela::static_files::StaticFiles;
use pasarela::{Application, Body, Chunk, Environ, ErrorStream, Result, StartResponse};

use crate::comun::Content;

/// De qué clase es el cuerpo de una respuesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Whole,
    List,
    Stream,
    Reader,
    File,
    Range,
    /// Varios tramos de un archivo, como los manda `static_files`.
    Ranges,
    /// Lo que se envió, cuando ya llegó entero.
    Echo,
    /// Lo que se envió, según llega.
    LiveEcho,
}

use Kind::{Echo, List, LiveEcho, Range, Ranges, Reader, Stream, Whole};

pub const DOWNLOADS: [Kind; 7] = [Whole, List, Stream, Reader, Kind::File, Range, Ranges];

/// Lo que un cliente pide. Va en la ruta, que es igual en todos los protocolos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    pub kind: Kind,
    /// Si la aplicación dice la longitud.
    pub is_declared: bool,
    /// Cuánto tarda la aplicación en cada parte, en milisegundos.
    pub pause: u64,
    pub size: usize,
    pub content: Content,
}

impl Order {
    pub fn path(&self) -> String {
        let Self { kind, is_declared, pause, size, content } = self;
        format!("/{kind:?}/{is_declared}/{pause}/{size}/{}/{}", content.owner, content.turn)
    }

    fn parse(path: &str) -> Option<Self> {
        let mut parts = path.split('/').skip(1);
        let name = parts.next()?;
        let mut kinds = DOWNLOADS.into_iter().chain([Echo, LiveEcho]);
        Some(Self {
            kind: kinds.find(|kind| format!("{kind:?}") == name)?,
            is_declared: parts.next()?.parse().ok()?,
            pause: parts.next()?.parse().ok()?,
            size: parts.next()?.parse().ok()?,
            content: Content::new(parts.next()?.parse().ok()?, parts.next()?.parse().ok()?),
        })
    }

    /// Los dos tramos que se piden de un archivo, cada uno con su principio y su longitud.
    pub fn ranges(&self) -> [(usize, usize); 2] {
        let half = self.size / 2;
        [(1000, half - 1000), (half + 100_000, self.size - half - 100_000)]
    }

    /// Los bytes, de a `step`, con sus pausas.
    fn parts(self, step: usize) -> impl Iterator<Item = Vec<u8>> + Send + 'static {
        (0..self.size).step_by(step).enumerate().map(move |(number, from)| {
            if number % 8 == 7 {
                self.rest();
            }
            self.content.bytes(from, step.min(self.size - from))
        })
    }

    fn rest(&self) {
        if self.pause > 0 {
            thread::sleep(Duration::from_millis(self.pause));
        }
    }
}

/// La aplicación. Los archivos que manda los escribe en `folder`.
pub fn application(folder: PathBuf) -> impl Application {
    move |environ: &mut Environ, start: StartResponse<'_>| {
        environ.set_errors(ErrorStream::writer(io::sink()));
        let order = Order::parse(environ.path_info())
            .ok_or_else(|| io::Error::other("la ruta no dice qué se pide"))?;
        let seen = seen(environ);
        // Si queda algo de la petición anterior, se ve.
        environ.insert_extension(order);
        order.rest();
        if order.kind == Ranges {
            return send_ranges(order, &folder, environ, start);
        }
        let body = body(order, &folder, environ)?;
        let length = order.size.to_string();
        let declared = order.is_declared.then_some(("Content-Length", &*length));
        let headers: Vec<_> = [("X-Vio", &*seen)].into_iter().chain(declared).collect();
        start("200 OK", &headers)?;
        Ok(body)
    }
}

/// Lo que la aplicación ve de la petición y podría ser de otra.
fn seen(environ: &Environ) -> String {
    let [client, cookie, only] =
        ["X-Cliente", "Cookie", "X-Solo"].map(|name| environ.header(name).unwrap_or("-"));
    let left = environ.extension::<Order>();
    format!("{} {client} {cookie} {only} {left:?}", environ.path_info())
}

fn body(order: Order, folder: &Path, environ: &mut Environ) -> Result<Body> {
    let Order { kind, size, content, .. } = order;
    Ok(match kind {
        Whole => Body::from(content.bytes(0, size)),
        List => Body::from(order.parts(100_000).collect::<Vec<_>>()),
        Stream => Body::stream(order.parts(32 * 1024).map(|part| Ok(Chunk::from(part)))),
        Reader => Body::reader(Parts { parts: Box::new(order.parts(40_000)), part: Vec::new() }),
        Kind::File => Body::file(file(order, folder, 0)?),
        Range | Ranges => Body::file_range(file(order, folder, 5000)?, size as u64),
        Echo => {
            let mut bytes = Vec::new();
            environ.input().read_to_end(&mut bytes)?;
            Body::from(bytes)
        }
        LiveEcho => Body::reader(environ.take_input()),
    })
}

/// Un lector de lo que dan unas partes.
struct Parts {
    parts: Box<dyn Iterator<Item = Vec<u8>> + Send>,
    part: Vec<u8>,
}

impl Read for Parts {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.part.is_empty() {
            self.part = self.parts.next().unwrap_or_default();
        }
        let length = (&*self.part).read(buf)?;
        self.part.drain(..length);
        Ok(length)
    }
}

/// Un archivo con lo de `order` entre `around` bytes que no son de nadie, abierto donde empieza.
fn file(order: Order, folder: &Path, around: usize) -> io::Result<File> {
    let path = write_file(order, folder, around)?;
    let mut file = File::open(&path)?;
    file.seek(SeekFrom::Start(around as u64))?;
    // Donde no se puede borrar lo abierto, se borra con su carpeta.
    let _ = fs::remove_file(&path);
    Ok(file)
}

fn write_file(order: Order, folder: &Path, around: usize) -> io::Result<PathBuf> {
    let path = folder.join(format!("{}-{}", order.content.owner, order.content.turn));
    let mut file = File::create(&path)?;
    let margin = vec![b'#'; around];
    file.write_all(&[&margin, &*order.content.bytes(0, order.size), &margin].concat())?;
    Ok(path)
}

fn send_ranges(
    order: Order,
    folder: &Path,
    environ: &mut Environ,
    start: StartResponse<'_>,
) -> Result<Body> {
    let path = write_file(order, folder, 0)?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    environ.insert("PATH_INFO", format!("/{name}"));
    let body = StaticFiles::new(folder).call(environ, start);
    let _ = fs::remove_file(&path);
    body
}
