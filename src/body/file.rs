//! Un tramo de un archivo como cuerpo: con longitud, y a la vista de quien pueda mandarlo sin leerlo.

use std::fs::File;
use std::io::{self, Seek};

use super::block::{BLOCK, read_block};
use super::chunk::Chunk;

/// Lo que falta por enviar de un archivo, desde su posición actual.
#[derive(Debug)]
pub(crate) struct FilePart {
    file: File,
    left: u64,
}

impl FilePart {
    pub(crate) fn new(file: File, length: u64) -> Self {
        Self { file, left: length }
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    pub(super) fn left(&self) -> u64 {
        self.left
    }

    /// Descuenta lo que se envió por otro camino.
    pub(super) fn advance(&mut self, count: u64) {
        self.left = self.left.saturating_sub(count);
    }
}

/// Los bloques del tramo. Si el archivo se acortó se acaban antes, y la pasarela lo nota.
impl Iterator for FilePart {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let size = usize::try_from(self.left).unwrap_or(BLOCK).min(BLOCK);
        if size == 0 {
            return None;
        }
        let next = read_block(&mut self.file, size);
        if let Some(Ok(chunk)) = &next {
            self.advance(chunk.len() as u64);
        }
        next
    }
}

/// Cuántos bytes le quedan a un archivo corriente.
pub(super) fn remaining_in(file: &mut File) -> io::Result<u64> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    Ok(metadata.len().saturating_sub(file.stream_position()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;
    use pretty_assertions::assert_eq;
    use std::io::SeekFrom;

    /// Este mismo archivo, y su contenido.
    fn this_file() -> (File, Vec<u8>) {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/body/file.rs");
        (File::open(path).expect("se abre"), std::fs::read(path).expect("se lee"))
    }

    fn bytes_of(body: Body) -> Vec<u8> {
        body.flat_map(|chunk| chunk.expect("legible").as_bytes().to_vec()).collect()
    }

    #[test]
    fn un_archivo_declara_lo_que_le_queda() {
        let (mut file, content) = this_file();
        file.seek(SeekFrom::Start(10)).expect("se puede");
        let mut body = Body::file(file);
        let left = content.len() as u64 - 10;
        assert_eq!((body.content_length(), body.is_lazy()), (Some(left), true));
        let first = body.next().expect("un trozo").expect("legible");
        assert_eq!(body.content_length(), Some(left - first.len() as u64));
        assert_eq!(first.as_bytes(), &content[10..]);
    }

    #[test]
    fn un_tramo_no_se_pasa_de_su_longitud() {
        let (file, content) = this_file();
        assert_eq!(bytes_of(Body::file_range(file, 5)), &content[..5]);
        let (file, _) = this_file();
        assert_eq!(bytes_of(Body::file_range(file, 0)), b"");
    }

    #[test]
    fn un_archivo_que_se_acorto_da_lo_que_tiene() {
        let (file, content) = this_file();
        let body = Body::file_range(file, content.len() as u64 + 1);
        assert_eq!(bytes_of(body), content);
    }

    #[test]
    fn lo_enviado_por_otro_camino_se_descuenta() {
        let (file, content) = this_file();
        let mut body = Body::file_range(file, 20).inspect(|_| {});
        let (mut file, left) = body.as_file().expect("es un archivo");
        assert_eq!(left, 20);
        file.seek(SeekFrom::Start(15)).expect("se puede");
        body.advance_file(15);
        assert_eq!(body.content_length(), Some(5));
        assert_eq!(bytes_of(body), &content[15..20]);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn de_un_dispositivo_no_se_sabe_la_longitud() {
        let body = Body::file(File::open("/dev/null").expect("se abre"));
        assert_eq!(body.content_length(), None);
        assert_eq!(bytes_of(body), b"");
    }
}
