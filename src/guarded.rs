//! Un límite para los pánicos de la aplicación, que puede entrar en pánico donde sea: al llamarla, al
//! pedirle un trozo, al soltar algo suyo y hasta al soltar lo que lanzó.
//!
//! Un pánico que se encuentra con otro termina el proceso. Por eso cada cosa de la aplicación se
//! suelta en un sitio propio, del que el suyo no sale. Dos dentro de un mismo valor de la aplicación
//! se encuentran antes de llegar aquí, y eso no tiene remedio.

use std::any::Any;
use std::fmt;
use std::io::{self, Write};
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::outlet::{STDERR, one_line};

/// Ejecuta código de la aplicación. De aquí no sale ningún pánico: se devuelve lo que decía.
pub(crate) fn catch<T>(call: impl FnOnce() -> T) -> Result<T, Panic> {
    catch_unwind(AssertUnwindSafe(call)).map_err(Panic::of)
}

/// Lo que decía un pánico.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Panic(String);

impl Panic {
    fn of(payload: Box<dyn Any + Send>) -> Self {
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        // Soltarlo también es código de quien lo lanzó.
        if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            // Este podría traer otro, y otro: que se pierda su memoria.
            std::mem::forget(another);
        }
        Self(text.unwrap_or_else(|| "sin mensaje".to_owned()))
    }
}

impl fmt::Display for Panic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Algo de la aplicación. Si al soltarlo entra en pánico, se anota y no sale de aquí.
pub(crate) struct Guarded<T>(Option<T>);

impl<T> Guarded<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }

    /// Lo que había dentro, sin guardar ya.
    pub(crate) fn into_inner(mut self) -> T {
        self.0.take().expect(PRESENT)
    }

    /// Lo suelta, para quien quiera anotar su pánico de otro modo.
    pub(crate) fn release(mut self) -> Result<(), Panic> {
        let value = self.0.take();
        catch(|| drop(value))
    }
}

/// Solo falta en un valor que ya se consumió.
const PRESENT: &str = "está dentro hasta que se suelta";

impl<T> Deref for Guarded<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect(PRESENT)
    }
}

impl<T> DerefMut for Guarded<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(PRESENT)
    }
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        (**self).write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        (**self).flush()
    }
}

impl<T> Drop for Guarded<T> {
    fn drop(&mut self) {
        let Some(value) = self.0.take() else { return };
        if let Err(panic) = catch(|| drop(value)) {
            // También el registro del programa es código ajeno.
            let _ = catch(|| note(&panic));
        }
    }
}

/// Al registro, si el programa tiene uno; si no, a la salida de errores.
fn note(panic: &Panic) {
    let text = one_line(&panic.to_string());
    let text = format!("la aplicación entró en pánico al soltar algo suyo: {text}");
    if log::log_enabled!(log::Level::Error) {
        log::error!("{text}");
    } else {
        // Si tampoco se puede escribir ahí, no queda a quién decírselo.
        let _ = STDERR.write(format!("pasarela: {text}\n").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::panic::panic_any;

    /// Entra en pánico al soltarse, con otra igual hasta que se acaban.
    struct Bomb(u8);

    impl Drop for Bomb {
        fn drop(&mut self) {
            match self.0 {
                0 => panic!("adrede"),
                left => panic_any(Bomb(left - 1)),
            }
        }
    }

    #[test]
    fn un_panico_se_queda_en_lo_que_decia() {
        assert_eq!(catch(|| 1), Ok(1));
        assert_eq!(catch(|| panic!("uno")), Err::<(), _>(Panic("uno".to_owned())));
        assert_eq!(catch(|| panic!("{}", 2)), Err::<(), _>(Panic("2".to_owned())));
    }

    #[test]
    fn lo_lanzado_puede_entrar_en_panico_al_soltarse() {
        for bombs in 0..3 {
            let thrown = catch(|| panic_any(Bomb(bombs)));
            assert_eq!(thrown, Err::<(), _>(Panic("sin mensaje".to_owned())));
        }
    }

    #[test]
    fn cada_cosa_se_suelta_en_su_sitio() {
        drop([Guarded::new(Bomb(0)), Guarded::new(Bomb(1)), Guarded::new(Bomb(2))]);
        assert_eq!(Guarded::new(Bomb(0)).release(), Err(Panic("adrede".to_owned())));
        let caught = catch(|| {
            let _kept = Guarded::new(Bomb(0));
            panic!("con otra cosa que también lo hará");
        });
        assert_eq!(caught, Err::<(), _>(Panic("con otra cosa que también lo hará".to_owned())));
    }
}
