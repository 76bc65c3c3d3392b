//! Varios tramos de un archivo en un solo cuerpo, `multipart/byteranges` (RFC 9110 §14.6).

use std::collections::hash_map::RandomState;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read, Seek, SeekFrom};
use std::vec;

use super::ranges::ByteRange;
use crate::body::{BLOCK, Chunk, read_block};

/// Un separador que nadie puede adivinar ni, por eso, poner en un archivo.
pub(super) fn boundary() -> String {
    // La semilla de las tablas de la biblioteca estándar es aleatoria.
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

/// Los tramos, cada uno con sus encabezados, y el separador final.
#[derive(Debug)]
pub(super) struct Multipart {
    file: File,
    parts: vec::IntoIter<Part>,
    /// Lo que falta del tramo que se está mandando.
    left: u64,
    /// El final, hasta que se manda.
    end: Option<String>,
}

#[derive(Debug)]
struct Part {
    head: String,
    range: ByteRange,
}

impl Multipart {
    pub(super) fn new(
        file: File,
        size: u64,
        ranges: &[ByteRange],
        content_type: &str,
        boundary: &str,
    ) -> Self {
        let part = |range: &ByteRange| Part {
            head: format!(
                "\r\n--{boundary}\r\nContent-Type: {content_type}\r\nContent-Range: {}\r\n\r\n",
                range.content_range(size)
            ),
            range: *range,
        };
        let parts: Vec<Part> = ranges.iter().map(part).collect();
        let end = Some(format!("\r\n--{boundary}--\r\n"));
        Self { file, parts: parts.into_iter(), left: 0, end }
    }

    /// Cuántos bytes mide entero.
    pub(super) fn length(&self) -> u64 {
        let part = |part: &Part| part.head.len() as u64 + part.range.length;
        let parts: u64 = self.parts.as_slice().iter().map(part).sum();
        parts + self.end.as_ref().map_or(0, |end| end.len() as u64)
    }

    /// Pasa al tramo siguiente.
    fn begin(&mut self, Part { head, range }: Part) -> io::Result<Chunk> {
        self.file.seek(SeekFrom::Start(range.first))?;
        self.left = range.length;
        Ok(Chunk::from(head))
    }

    fn read(&mut self) -> io::Result<Chunk> {
        let size = usize::try_from(self.left).unwrap_or(BLOCK).min(BLOCK);
        // El archivo se acortó: seguir pondría el separador donde no va.
        let shrunk = || Err(io::ErrorKind::UnexpectedEof.into());
        let chunk =
            read_block(&mut self.file.by_ref().take(self.left), size).unwrap_or_else(shrunk)?;
        self.left -= chunk.len() as u64;
        Ok(chunk)
    }
}

impl Iterator for Multipart {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.left > 0 {
            return Some(self.read());
        }
        match self.parts.next() {
            Some(part) => Some(self.begin(part)),
            None => self.end.take().map(|end| Ok(Chunk::from(end))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::{assert_eq, assert_ne};

    fn license() -> File {
        File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE-MIT")).expect("se abre")
    }

    #[test]
    fn cada_tramo_lleva_sus_encabezados() {
        let ranges = [ByteRange { first: 4, length: 7 }, ByteRange { first: 0, length: 3 }];
        let multipart = Multipart::new(license(), 1083, &ranges, "text/plain", "xyz");
        let length = multipart.length();
        let bytes: Vec<u8> =
            multipart.flat_map(|chunk| chunk.expect("legible").as_bytes().to_vec()).collect();
        let expected = "\r\n--xyz\r\nContent-Type: text/plain\r\nContent-Range: bytes 4-10/1083\r\n\
                        \r\nLicense\r\n--xyz\r\nContent-Type: text/plain\r\n\
                        Content-Range: bytes 0-2/1083\r\n\r\nMIT\r\n--xyz--\r\n";
        assert_eq!(String::from_utf8_lossy(&bytes), expected);
        assert_eq!(length, expected.len() as u64);
    }

    #[test]
    fn un_archivo_que_se_acorta_es_un_error() {
        let ranges = [ByteRange { first: 5000, length: 1 }, ByteRange { first: 0, length: 3 }];
        let mut multipart = Multipart::new(license(), 6000, &ranges, "text/plain", "xyz");
        assert!(multipart.next().is_some_and(|head| head.is_ok()));
        let error = multipart.next().expect("algo").expect_err("no hay nada que leer");
        assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn los_separadores_no_se_repiten() {
        assert_ne!(boundary(), boundary());
        assert_eq!(boundary().len(), 32);
    }
}
