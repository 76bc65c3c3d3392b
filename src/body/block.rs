//! Leer por bloques lo que se lee.

use std::io::{self, Read};

use super::chunk::Chunk;

/// Cuánto se lee de una vez de un archivo o de un lector, en bytes: suficiente para que el costo
/// de la llamada al sistema no se note, y poco para tenerlo por cada conexión.
pub(crate) const BLOCK: usize = 64 * 1024;

/// El siguiente bloque de `reader`, de `size` bytes como mucho; `None` al final.
pub(crate) fn read_block(reader: &mut dyn Read, size: usize) -> Option<io::Result<Chunk>> {
    let mut block = vec![0; size];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return None,
            Ok(length) => {
                block.truncate(length);
                return Some(Ok(Chunk::from(block)));
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Some(Err(error)),
        }
    }
}
