//! Que lo que suelta una aplicación no se lleve un hilo.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// Hace algo que puede entrar en pánico; `None` si entró.
pub(super) fn contain<T>(call: impl FnOnce() -> T) -> Option<T> {
    let payload = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(result) => return Some(result),
        Err(payload) => payload,
    };
    // Lo que lleva un pánico también es de la aplicación, y soltarlo puede ser otro. De ese ya no se
    // suelta nada.
    if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(second);
    }
    None
}

/// Suelta, uno por uno, lo que puede entrar en pánico al soltarse.
pub(super) fn drop_each<T>(things: impl IntoIterator<Item = T>) {
    for thing in things {
        if contain(|| drop(thing)).is_none() {
            log::error!("un pánico al soltar algo de la aplicación");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::panic::{panic_any, resume_unwind};

    /// Entra en pánico al soltarse; y lo que lleva ese pánico, también.
    struct Bomb(u32);

    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                resume_unwind(Box::new(Self(self.0 - 1)));
            }
        }
    }

    #[test]
    fn ni_soltar_lo_que_lleva_un_panico_sale_de_aqui() {
        assert_eq!(contain(|| 1), Some(1));
        assert_eq!(contain(|| panic_any("uno")), None::<u32>);
        assert_eq!(contain(|| drop(Bomb(3))), None);
    }

    #[test]
    fn uno_que_entra_en_panico_no_impide_soltar_los_demas() {
        drop_each((0..4).map(Bomb));
    }
}
