//! Un tramo de un archivo como cuerpo: con longitud, y a la vista de quien pueda mandarlo sin leerlo.

use std::fs::{File, Metadata};
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

/// Cuántos bytes le quedan a un archivo, si se puede saber sin leerlo.
pub(super) fn remaining_in(file: &mut File) -> io::Result<Option<u64>> {
    let metadata = file.metadata()?;
    let Some(length) = known_length(file, &metadata) else { return Ok(None) };
    Ok(Some(length.saturating_sub(file.stream_position()?)))
}

/// Cuántos bytes tiene un archivo corriente, si lo que dice el sistema es verdad.
///
/// Lo que hay en `/proc` y en `/sys` son archivos corrientes que el sistema escribe al leerlos: dicen
/// que miden 0 o una página, y solo se sabe cuánto al terminar.
pub(crate) fn known_length(file: &File, metadata: &Metadata) -> Option<u64> {
    let is_known = metadata.is_file() && (has_blocks(metadata) || ends_there(file, metadata.len()));
    is_known.then_some(metadata.len())
}

/// Si ocupa sitio en un disco: lo usual, y entonces mide lo que dice.
#[cfg(unix)]
fn has_blocks(metadata: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.blocks() > 0
}

/// En los demás sistemas no hay archivos que se escriban al leerlos.
#[cfg(not(unix))]
fn has_blocks(_metadata: &Metadata) -> bool {
    true
}

/// Si el archivo termina donde dice. Sin sitio en el disco puede estar vacío, ser un hueco o caber
/// entero junto a su nombre.
#[cfg(unix)]
fn ends_there(file: &File, length: u64) -> bool {
    use std::os::unix::fs::FileExt;
    let mut byte = [0];
    match length.checked_sub(1) {
        Some(last) => file.read_at(&mut byte, last).is_ok_and(|count| count == 1),
        None => file.read_at(&mut byte, 0).is_ok_and(|count| count == 0),
    }
}

#[cfg(not(unix))]
fn ends_there(_file: &File, _length: u64) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Body;
    use pretty_assertions::assert_eq;
    use std::io::SeekFrom;
    #[cfg(target_os = "linux")]
    use std::path::Path;

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
    fn lo_que_el_sistema_escribe_al_leerlo_va_entero_y_sin_longitud() {
        let paths = [
            "/proc/version",
            "/proc/self/environ",
            "/proc/self/maps",
            "/sys/kernel/mm/transparent_hugepage/enabled",
            "/dev/null",
        ];
        for path in paths.map(Path::new).into_iter().filter(|path| path.exists()) {
            let body = Body::file(File::open(path).expect("se abre"));
            assert_eq!(body.content_length(), None, "{path:?}");
            // Lo que ocupa la memoria de este proceso cambia mientras se lee.
            if !path.ends_with("maps") {
                assert_eq!(bytes_of(body), std::fs::read(path).expect("se lee"), "{path:?}");
            }
        }
    }

    #[cfg(unix)]
    #[test]
    fn un_archivo_vacio_o_con_huecos_mide_lo_que_dice() {
        let path = std::env::temp_dir().join(format!("huecos-{}", std::process::id()));
        let file = File::create(&path).expect("se crea");
        let body = || Body::file(File::open(&path).expect("se abre"));
        assert_eq!(body().content_length(), Some(0));
        file.set_len(100_000).expect("se alarga");
        assert_eq!((body().content_length(), bytes_of(body())), (Some(100_000), vec![0; 100_000]));
        std::fs::remove_file(&path).expect("se borra");
    }

    #[cfg(unix)]
    #[test]
    fn una_tuberia_se_lee_hasta_que_se_cierra() {
        use std::io::Write;
        let (reader, mut writer) = io::pipe().expect("hay tuberías");
        writer.write_all(b"agua").expect("cabe");
        drop(writer);
        let body = Body::file(File::from(std::os::fd::OwnedFd::from(reader)));
        assert_eq!((body.content_length(), bytes_of(body)), (None, b"agua".to_vec()));
    }

    #[cfg(unix)]
    #[test]
    fn una_carpeta_es_un_error_y_no_un_cuerpo_vacio() {
        let mut body = Body::file(File::open("/").expect("se abre"));
        let error = body.next().expect("algo").expect_err("no se lee");
        assert_eq!(error.kind(), io::ErrorKind::IsADirectory);
    }

    #[test]
    fn un_archivo_que_crece_termina_donde_terminaba() {
        use std::io::Write;
        let path = std::env::temp_dir().join(format!("crece-{}", std::process::id()));
        std::fs::write(&path, "antes").expect("se escribe");
        let body = Body::file(File::open(&path).expect("se abre"));
        let mut file = File::options().append(true).open(&path).expect("se abre");
        file.write_all(b" y despues").expect("se escribe");
        assert_eq!((body.content_length(), bytes_of(body)), (Some(5), b"antes".to_vec()));
        std::fs::remove_file(&path).expect("se borra");
    }
}
