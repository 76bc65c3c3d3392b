//! Lo que rodea cada tanda de llamadas a la aplicación.

mod comun;

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use comun::{Served, get, ok};
use pasarela::{BatchWrapper, Body, Config, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

thread_local! {
    /// Cuántas tandas tiene este hilo alrededor.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Algo que rodea cada tanda y las cuenta.
fn counted() -> (BatchWrapper, Arc<AtomicUsize>) {
    let count = Arc::<AtomicUsize>::default();
    let batches = count.clone();
    let wrapper = BatchWrapper::new(move |serve| {
        batches.fetch_add(1, SeqCst);
        DEPTH.set(DEPTH.get() + 1);
        serve();
        DEPTH.set(DEPTH.get() - 1);
    });
    (wrapper, count)
}

/// Dice dónde se suelta.
struct Dropped(Arc<Mutex<Vec<usize>>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.lock().expect("sin pánico").push(DEPTH.get());
    }
}

#[test]
fn ninguna_llamada_ocurre_fuera_de_una_tanda() {
    let dropped = Arc::<Mutex<Vec<usize>>>::default();
    let depths = dropped.clone();
    let application = move |environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        if environ.path_info() == "/lenta" {
            // Con esto la atiende otro hilo desde la segunda vez.
            std::thread::sleep(Duration::from_millis(10));
        }
        start("200 OK", &[])?;
        let called = DEPTH.get();
        let dropped = Dropped(depths.clone());
        Ok(Body::stream((0..3).map(move |_| {
            let _ = &dropped;
            Ok(format!("{called}{} ", DEPTH.get()))
        })))
    };
    let (batch_wrapper, _) = counted();
    let served = Served::start_with(application, Config { batch_wrapper, ..Config::default() });
    for path in ["/", "/lenta"].repeat(4) {
        assert_eq!(served.get(path).body, "11 11 11 ");
    }
    assert_eq!(served.stop(), Ok(()));
    assert_eq!(*dropped.lock().expect("sin pánico"), vec![1; 8]);
}

#[test]
fn las_peticiones_que_llegan_juntas_son_una_tanda() {
    let application = |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", &[])?;
        Ok(Body::from("hecho"))
    };
    let (batch_wrapper, count) = counted();
    // Con un hilo solo, ninguna queda para otro aunque la computadora esté ocupada.
    let config = Config { batch_wrapper, max_threads: 1, ..Config::default() };
    let served = Served::start_with(application, config);
    let mut wire = served.open();
    // Con la primera se ve que llegan; desde ahí son tandas.
    let batches = [1, 2, 3].map(|_| {
        let before = count.load(SeqCst);
        wire.send(get("/").repeat(20).as_bytes());
        let answers = (0..20).map(|_| comun::mask_date(&wire.until("hecho")));
        assert_eq!(answers.collect::<Vec<_>>(), vec![ok("hecho"); 20]);
        count.load(SeqCst) - before
    });
    assert!(batches[2] < 10, "veinte peticiones, otra vez y otra, en {batches:?} tandas");
}
