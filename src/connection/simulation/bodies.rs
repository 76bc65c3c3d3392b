//! Los cuerpos de la aplicación de un mundo: lo que dan, cómo se rompen, y cuándo se sueltan.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::panic::resume_unwind;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::vec;

use super::plan::End;
use crate::body::Chunk;

/// Cuántas cosas de una conversación están por soltar.
#[derive(Debug, Clone, Default)]
pub(super) struct Sand(Arc<AtomicUsize>);

impl Sand {
    /// Una cosa más, que al soltarse quizá entre en pánico.
    pub(super) fn grain(&self, is_bomb: bool) -> Grain {
        self.0.fetch_add(1, SeqCst);
        Grain { sand: self.clone(), is_bomb }
    }

    pub(super) fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

/// Algo que se suelta una vez.
#[derive(Debug)]
pub(super) struct Grain {
    sand: Sand,
    is_bomb: bool,
}

impl Grain {
    /// Solo para que viaje con quien la nombra.
    pub(super) fn is_here(&self) {}
}

impl Drop for Grain {
    fn drop(&mut self) {
        self.sand.0.fetch_sub(1, SeqCst);
        if self.is_bomb && !std::thread::panicking() {
            resume_unwind(Box::new("adrede, al soltarse"));
        }
    }
}

/// Un cuerpo que se produce sobre la marcha, y quizá lee entre tanto el de la petición.
pub(super) struct Chunks<R, F> {
    chunks: vec::IntoIter<Vec<u8>>,
    end: End,
    meanwhile: Option<R>,
    /// Se le avisa si le preguntan cuando ya terminó.
    on_excess: F,
    is_over: bool,
    _grain: Grain,
}

impl<R, F> Chunks<R, F> {
    pub(super) fn new(
        chunks: Vec<Vec<u8>>,
        end: End,
        meanwhile: Option<R>,
        grain: Grain,
        on_excess: F,
    ) -> Self {
        let chunks = chunks.into_iter();
        Self { chunks, end, meanwhile, on_excess, is_over: false, _grain: grain }
    }
}

impl<R: Read, F: Fn()> Iterator for Chunks<R, F> {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.is_over {
            (self.on_excess)();
        }
        read_a_little(&mut self.meanwhile);
        if let Some(chunk) = self.chunks.next() {
            return Some(Ok(Chunk::from(chunk)));
        }
        self.is_over = true;
        match self.end {
            End::Whole | End::Bomb => None,
            End::Error => Some(Err(io::Error::other("adrede"))),
            End::Panic => resume_unwind(Box::new("adrede")),
        }
    }
}

fn read_a_little(input: &mut Option<impl Read>) {
    if let Some(input) = input {
        // Si no se puede, se responde igual.
        let _ = input.read(&mut [0; 100]);
    }
}

/// Un lector que da cada vez unos pocos bytes.
pub(super) struct Slow<R> {
    rest: io::Cursor<Vec<u8>>,
    end: End,
    meanwhile: Option<R>,
    _grain: Grain,
}

impl<R> Slow<R> {
    pub(super) fn new(bytes: Vec<u8>, end: End, meanwhile: Option<R>, grain: Grain) -> Self {
        Self { rest: io::Cursor::new(bytes), end, meanwhile, _grain: grain }
    }
}

impl<R: Read> Read for Slow<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        read_a_little(&mut self.meanwhile);
        let step = self.rest.get_ref().len() / 3 + 1;
        let length = buf.len().min(step);
        match self.rest.read(&mut buf[..length])? {
            0 => match self.end {
                End::Whole | End::Bomb => Ok(0),
                End::Error => Err(io::Error::other("adrede")),
                End::Panic => resume_unwind(Box::new("adrede")),
            },
            length => Ok(length),
        }
    }
}

/// Un archivo con esos bytes, para escribir y para leer, que ya no está en ninguna carpeta.
pub(super) fn file(bytes: &[u8]) -> (File, File) {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, SeqCst);
    let name = format!("pasarela-simulacion-{}-{count}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let mut written = File::create(&path).expect("la carpeta temporal se escribe");
    written.write_all(bytes).expect("cabe");
    let read = File::open(&path).expect("se acaba de crear");
    fs::remove_file(&path).expect("se acaba de crear");
    (written, read)
}
