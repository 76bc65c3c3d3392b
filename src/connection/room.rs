//! El sitio que un hilo presta a la conexión que atiende: memoria sin nada dentro.
//!
//! Lo que se debe a un cliente y el sitio de un hilo son cosas distintas, y aquí también son tipos
//! distintos. Un [`Spare`] no tiene más entrada que [`take_back`](Spare::take_back), que borra lo que
//! recibe: así lo que fue de una petición no puede salir en la siguiente, se equivoque quien se
//! equivoque.

use crate::environ::Environ;
use crate::gateway::ResponseHead;

/// Hasta cuántos bytes conserva un hilo de un búfer a otro: lo que una petición enorme le hizo tomar,
/// lo devuelve.
pub(super) const KEPT: usize = 64 * 1024;

/// Algo que se puede usar otra vez.
pub(super) trait Reuse: Default {
    /// Borra todo lo que tuviera, y conserva su memoria si no es mucha.
    fn wipe(&mut self);
}

/// Algo de sobra, siempre vacío.
#[derive(Debug, Default)]
pub(super) struct Spare<T>(Option<T>);

impl<T: Reuse> Spare<T> {
    /// Lo presta. Si ya estaba prestado, hace otro.
    pub(super) fn lend(&mut self) -> T {
        self.0.take().unwrap_or_default()
    }

    /// Lo recupera, vacío.
    pub(super) fn take_back(&mut self, mut used: T) {
        used.wipe();
        self.0 = Some(used);
    }
}

impl Reuse for Vec<u8> {
    fn wipe(&mut self) {
        self.clear();
        self.shrink_to(KEPT);
    }
}

impl Reuse for Box<Environ> {
    fn wipe(&mut self) {
        self.clear();
    }
}

impl Reuse for Box<ResponseHead> {
    fn wipe(&mut self) {
        self.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn lo_que_se_presta_esta_siempre_vacio() {
        let mut bytes = Spare::<Vec<u8>>::default();
        bytes.take_back(b"de otro cliente".to_vec());
        assert_eq!(bytes.lend(), b"");

        let mut environs = Spare::<Box<Environ>>::default();
        let mut environ = Environ::new();
        environ.insert("HTTP_COOKIE", "clave=secreta");
        environ.insert_bytes("PATH_INFO", b"/\xFF");
        environs.take_back(Box::new(environ));
        let lent = environs.lend();
        assert_eq!(lent.iter().next(), None);
        assert_eq!(lent.get_bytes("PATH_INFO"), None);

        let mut heads = Spare::<Box<ResponseHead>>::default();
        let mut head = ResponseHead::default();
        head.start("200 OK", &[("Set-Cookie", "clave=secreta")]).expect("bien escrita");
        heads.take_back(Box::new(head));
        let lent = heads.lend();
        assert_eq!((lent.status(), lent.fields(), lent.is_started()), ("", &b""[..], false));
    }

    #[test]
    fn lo_que_un_hilo_tomo_de_mas_lo_devuelve() {
        let mut bytes = Spare::<Vec<u8>>::default();
        bytes.take_back(Vec::with_capacity(KEPT * 4));
        assert!(bytes.lend().capacity() <= KEPT);
    }
}
