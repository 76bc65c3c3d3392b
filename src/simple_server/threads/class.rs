//! Las clases de peticiones: las que se espera que tarden lo mismo.
//!
//! Una clase es un método, el sitio en que está montada la aplicación y los dos primeros segmentos de la
//! ruta. Los métodos que no conoce la RFC 9110 son todos uno: cualquiera los inventa.

use std::hash::{BuildHasher, RandomState};

use crate::connection::Class;

/// Cuántos bytes de la ruta cuentan.
const PREFIX: usize = 64;

/// Lo que la distingue de las demás de su grupo de casillas. Solo es cero en la que no enseña nada.
pub(super) fn tag(Class(bits): Class) -> u32 {
    (bits >> 32) as u32
}

/// El secreto con que se reparten las clases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seed {
    start: u64,
    key: u64,
}

impl Seed {
    pub(super) fn random() -> Self {
        let random = RandomState::new();
        // Impar: que al multiplicar no se pierda nada.
        Self { start: random.hash_one(0), key: random.hash_one(1) | 1 }
    }

    #[inline]
    pub(super) fn class(self, method: &str, script: &str, path: &str) -> Class {
        let mut hash = self.mix(self.start, method_number(method));
        if !script.is_empty() {
            hash = self.absorb(hash, script.as_bytes());
        }
        // Un bit siempre puesto: ninguna es la que no enseña nada.
        Class(self.absorb(hash, prefix(path.as_bytes())) | 1 << 32)
    }

    /// Multiplica y junta las dos mitades: de lo más corto que mezcla bien 64 bits con un secreto.
    fn mix(self, hash: u64, word: u64) -> u64 {
        let product = u128::from(hash ^ word) * u128::from(self.key);
        product as u64 ^ (product >> 64) as u64
    }

    fn absorb(self, mut hash: u64, bytes: &[u8]) -> u64 {
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let word = chunk.try_into().map_or(0, u64::from_le_bytes);
            hash = self.mix(hash, word).wrapping_add(self.start);
        }
        let rest = chunks.remainder().iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
        self.mix(hash ^ bytes.len() as u64, rest).wrapping_add(self.start)
    }
}

/// El número de un método. Los que no están en la RFC 9110 ni en la 5789 son el mismo.
fn method_number(method: &str) -> u64 {
    match method {
        "GET" => 1,
        "HEAD" => 2,
        "POST" => 3,
        "PUT" => 4,
        "DELETE" => 5,
        "OPTIONS" => 6,
        "PATCH" => 7,
        "TRACE" => 8,
        _ => 0,
    }
}

/// Los dos primeros segmentos de una ruta.
fn prefix(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b"/";
    }
    let path = &path[..path.len().min(PREFIX)];
    let mut slashes = path.iter().enumerate().filter(|(_, byte)| **byte == b'/');
    &path[..slashes.nth(2).map_or(path.len(), |(index, _)| index)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::collections::BTreeSet;

    #[test]
    fn una_clase_es_un_metodo_y_dos_segmentos() {
        let seed = Seed::random();
        let of = |method, path| seed.class(method, "", path);
        assert_eq!(of("GET", "/api/lento/1"), of("GET", "/api/lento/2"));
        assert_ne!(of("GET", "/api/lento"), of("GET", "/api/rapido"));
        assert_ne!(of("GET", "/lento"), of("GET", "/"));
        assert_ne!(of("GET", "/lento"), of("POST", "/lento"));
        assert_eq!(of("GET", ""), of("GET", "/"));
    }

    #[test]
    fn donde_esta_montada_la_aplicacion_tambien_cuenta() {
        let seed = Seed::random();
        assert_ne!(seed.class("GET", "/a/b/c", "/x/y"), seed.class("GET", "/a/b/d", "/x/y"));
        assert_ne!(seed.class("GET", "/a/b/c", "/x/y"), seed.class("GET", "/a/b/c", "/x/z"));
    }

    #[test]
    fn los_metodos_inventados_son_uno() {
        let seed = Seed::random();
        let of = |method| seed.class(method, "", "/lento");
        assert_eq!(of("X1"), of("X2"));
        assert_ne!(of("X1"), of("GET"));
    }

    #[test]
    fn cada_proceso_reparte_las_clases_a_su_manera() {
        let one_class = |_| Seed::random().class("GET", "", "/lento").0;
        let classes: BTreeSet<u64> = (0..16).map(one_class).collect();
        assert_eq!(classes.len(), 16);
    }
}
