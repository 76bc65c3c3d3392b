//! Lo que rodea la vida de cada hilo.

use std::fmt;
use std::sync::Arc;

use crate::guarded::catch;

/// Qué se hace alrededor de la vida entera de cada hilo que el servidor empieza. De entrada, nada.
///
/// Sirve para lo que se prepara una vez por hilo y no en cada petición: adoptarlo en el intérprete de otro
/// lenguaje, darle prioridad o dejarle algo preparado.
///
/// # Examples
///
/// ```
/// use pasarela::simple_server::{ThreadWrapper, demo_app};
/// use pasarela::{Config, make_server_with};
/// use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
///
/// static ALIVE: AtomicU32 = AtomicU32::new(0);
///
/// let thread_wrapper = ThreadWrapper::new(|live| {
///     ALIVE.fetch_add(1, SeqCst);
///     live();
///     ALIVE.fetch_sub(1, SeqCst);
/// });
/// let config = Config { thread_wrapper, ..Config::default() };
/// let server = make_server_with("localhost", 0, demo_app, config)?;
/// server.handle().shutdown();
/// server.serve_forever()?;
/// assert_eq!(ALIVE.load(SeqCst), 0, "al volver no queda ningún hilo");
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct ThreadWrapper(Option<Arc<Wrap>>);

type Wrap = dyn Fn(&mut (dyn FnMut() + Send)) + Send + Sync;

impl ThreadWrapper {
    /// `wrap` se ejecuta en cada hilo, y recibe lo que el hilo hace: debe llamarlo. Si vuelve sin haberlo
    /// llamado, o entra en pánico antes, el hilo hace lo suyo sin nada alrededor; llamarlo otra vez no hace
    /// nada.
    pub fn new(wrap: impl Fn(&mut (dyn FnMut() + Send)) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(wrap)))
    }

    /// Hace `life`, una vez, con lo que haya que hacer alrededor.
    #[cfg_attr(
        any(not(feature = "server"), target_family = "wasm"),
        allow(dead_code, reason = "los hilos son del servidor")
    )]
    pub(crate) fn run(&self, life: impl FnOnce() + Send) {
        let mut life = Some(life);
        let mut live = || {
            if let Some(life) = life.take() {
                life();
            }
        };
        if let Some(wrap) = &self.0 {
            // Un pánico suyo no deja sin hilo a quien lo espera.
            let _ = catch(|| wrap(&mut live));
        }
        live();
    }
}

/// Dos son iguales si son el mismo.
impl PartialEq for ThreadWrapper {
    fn eq(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Some(wrap), Some(another)) => Arc::ptr_eq(wrap, another),
            (None, None) => true,
            _ => false,
        }
    }
}

impl Eq for ThreadWrapper {}

impl fmt::Debug for ThreadWrapper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "ThreadWrapper(algo)" } else { "ThreadWrapper(nada)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// Cuántas veces vive un hilo con `wrapper` alrededor.
    fn lives(wrapper: &ThreadWrapper) -> u32 {
        let mut lives = 0;
        wrapper.run(|| lives += 1);
        lives
    }

    #[test]
    fn un_hilo_vive_una_vez_lo_llamen_las_veces_que_lo_llamen() {
        let twice = ThreadWrapper::new(|live| {
            live();
            live();
        });
        let broken = ThreadWrapper::new(|_| std::panic::resume_unwind(Box::new("adrede")));
        let wrappers = [ThreadWrapper::default(), ThreadWrapper::new(|_| {}), twice, broken];
        assert_eq!(wrappers.each_ref().map(lives), [1, 1, 1, 1]);
    }

    #[test]
    fn es_igual_a_sus_clones_y_a_nadie_mas() {
        let wrapper = ThreadWrapper::new(|live| live());
        assert_eq!(wrapper, wrapper.clone());
        assert_ne!(wrapper, ThreadWrapper::new(|live| live()));
        assert_ne!(wrapper, ThreadWrapper::default());
    }
}
