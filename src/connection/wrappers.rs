//! Lo que rodea la vida de cada hilo, y cada tanda de llamadas a la aplicación.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
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
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThreadWrapper(Option<Wrap<WrapThread>>);

type WrapThread = dyn Fn(&mut (dyn FnMut() + Send)) + Send + Sync;

impl ThreadWrapper {
    /// `wrap` se ejecuta en cada hilo, y recibe lo que el hilo hace: debe llamarlo. Si vuelve sin haberlo
    /// llamado, o entra en pánico antes, el hilo hace lo suyo sin nada alrededor; llamarlo otra vez no hace
    /// nada.
    pub fn new(wrap: impl Fn(&mut (dyn FnMut() + Send)) + Send + Sync + 'static) -> Self {
        Self(Some(Wrap(Arc::new(wrap))))
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
        if let Some(Wrap(wrap)) = &self.0 {
            // Un pánico suyo no deja sin hilo a quien lo espera.
            let _ = catch(|| wrap(&mut live));
        }
        live();
    }
}

/// Qué se hace alrededor de cada tanda de llamadas a la aplicación. De entrada, nada.
///
/// Sirve para lo que se comparte con otros y no conviene pedir en cada llamada, como el turno de un intérprete.
/// Una tanda son las peticiones rápidas que llegan juntas y un hilo atiende seguidas; nunca espera a la red, y se
/// acaba enseguida, para que otro tenga el turno. De las que se sabe que tardan, es cada llamada.
///
/// # Examples
///
/// ```
/// use pasarela::simple_server::{BatchWrapper, demo_app};
/// use pasarela::{Config, make_server_with};
/// use std::sync::Mutex;
///
/// static TURN: Mutex<()> = Mutex::new(());
///
/// // De todos los servidores del programa, uno cada vez.
/// let batch_wrapper = BatchWrapper::new(|serve| {
///     let _turn = TURN.lock();
///     serve();
/// });
/// let config = Config { batch_wrapper, ..Config::default() };
/// let server = make_server_with("localhost", 0, demo_app, config)?;
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchWrapper(Option<Wrap<WrapBatch>>);

type WrapBatch = dyn Fn(&mut dyn FnMut()) + Send + Sync;

impl BatchWrapper {
    /// `wrap` recibe la tanda: debe llamarla. Si vuelve sin haberlo hecho, o entra en pánico antes, se hace
    /// sin nada alrededor; llamarla otra vez no hace nada.
    pub fn new(wrap: impl Fn(&mut dyn FnMut()) + Send + Sync + 'static) -> Self {
        Self(Some(Wrap(Arc::new(wrap))))
    }

    /// Si hay algo que hacer alrededor.
    #[cfg_attr(
        any(not(feature = "server"), target_family = "wasm"),
        allow(dead_code, reason = "las tandas son del servidor")
    )]
    pub(crate) fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// Hace `batch` con lo que haya que hacer alrededor. Un pánico suyo sigue su camino.
    #[cfg_attr(
        any(not(feature = "server"), target_family = "wasm"),
        allow(dead_code, reason = "las tandas son del servidor")
    )]
    pub(crate) fn run<T>(&self, batch: impl FnOnce() -> T) -> T {
        let Some(Wrap(wrap)) = &self.0 else { return batch() };
        let (mut batch, mut done) = (Some(batch), None);
        let mut serve = || {
            if let Some(batch) = batch.take() {
                done = Some(catch_unwind(AssertUnwindSafe(batch)));
            }
        };
        let _ = catch(|| wrap(&mut serve));
        serve();
        done.expect("se hizo, aquí o dentro").unwrap_or_else(|panic| resume_unwind(panic))
    }
}

/// Algo que rodea, y que es igual a sus clones y a nadie más.
struct Wrap<F: ?Sized>(Arc<F>);

impl<F: ?Sized> Clone for Wrap<F> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<F: ?Sized> PartialEq for Wrap<F> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<F: ?Sized> Eq for Wrap<F> {}

impl<F: ?Sized> fmt::Debug for Wrap<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Wrap")
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
        let broken = ThreadWrapper::new(|_| resume_unwind(Box::new("adrede")));
        let wrappers = [ThreadWrapper::default(), ThreadWrapper::new(|_| {}), twice, broken];
        assert_eq!(wrappers.each_ref().map(lives), [1, 1, 1, 1]);
    }

    #[test]
    fn una_tanda_se_hace_una_vez_la_llamen_las_veces_que_la_llamen() {
        let twice = BatchWrapper::new(|serve| {
            serve();
            serve();
        });
        let broken = BatchWrapper::new(|_| resume_unwind(Box::new("adrede")));
        let wrappers = [BatchWrapper::default(), BatchWrapper::new(|_| {}), twice, broken];
        let mut count = 0;
        let mut serve = |wrapper: &BatchWrapper| {
            wrapper.run(|| {
                count += 1;
                count
            })
        };
        assert_eq!(wrappers.each_ref().map(&mut serve), [1, 2, 3, 4]);
    }

    #[test]
    fn el_panico_de_una_tanda_sigue_su_camino() {
        let wrapper = BatchWrapper::new(|serve| serve());
        let panic = catch(|| wrapper.run(|| panic!("de la tanda"))).map(|()| "ninguno");
        assert_eq!(panic.map_err(|panic| panic.to_string()), Err("de la tanda".to_owned()));
    }

    #[test]
    fn es_igual_a_sus_clones_y_a_nadie_mas() {
        let wrapper = ThreadWrapper::new(|live| live());
        assert_eq!(wrapper, wrapper.clone());
        assert_ne!(wrapper, ThreadWrapper::new(|live| live()));
        assert_ne!(wrapper, ThreadWrapper::default());
        let wrapper = BatchWrapper::new(|serve| serve());
        assert_eq!(wrapper, wrapper.clone());
        assert_ne!(wrapper, BatchWrapper::new(|serve| serve()));
    }
}
