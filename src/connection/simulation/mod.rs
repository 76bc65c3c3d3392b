//! La máquina en un mundo inventado: de una semilla salen unas conversaciones a la vez, con clientes y
//! aplicaciones de toda clase, y detrás de cada paso se comprueba lo que nunca debe dejar de valer.
//!
//! Un mundo que sale mal se repite, contado paso a paso, con la orden que dice su fallo:
//!
//! ```text
//! PASARELA_SEMILLA=… cargo test --lib simulacion -- --nocapture
//! ```
//!
//! Los módulos van de lo que no sabe nada a lo que lo junta todo: el azar y lo que va en cada cuerpo;
//! qué pasará en cada conversación y cómo se escribe; la aplicación que lo hace; el cable y el hilo; y
//! quien lee las respuestas, que no comparte nada con el servidor.

mod random;
mod content;
mod plan;
mod encode;
mod bodies;
mod applications;
mod network;
mod host;
mod records;
mod reader;
mod verdict;
mod talk;
mod surroundings;
mod world;
mod life;

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering::SeqCst;
use std::{env, thread};

use self::world::World;

/// Cuántas conversaciones, si nadie dice otra cosa.
const USUAL: usize = 5_000;

/// De dónde salen las semillas de un mundo y del siguiente.
const FIRST_SEED: u64 = 1;

thread_local! {
    /// Los pánicos de este hilo que no son de la aplicación: ella lanza los suyos sin avisar.
    static PANICS: RefCell<Option<Vec<String>>> = const { RefCell::new(None) };
}

/// Apunta los pánicos de los hilos de la simulación, en vez de escribirlos.
fn listen_to_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            let is_ours = PANICS.with_borrow_mut(|panics| match panics {
                Some(panics) => {
                    panics.push(info.to_string());
                    true
                }
                None => false,
            });
            if !is_ours {
                before(info);
            }
        }));
    });
}

/// Vive el mundo de esa semilla; dice cuántas conversaciones hubo.
fn live(seed: u64, is_told: bool) -> Result<usize, String> {
    PANICS.set(Some(Vec::new()));
    let lived = catch_unwind(AssertUnwindSafe(|| {
        let world = World::new(seed, is_told);
        let count = world.count();
        world.run().map(|()| count)
    }));
    let panics = PANICS.take().unwrap_or_default();
    match (panics.first(), lived) {
        (Some(panic), _) => Err(format!("un pánico: {panic}")),
        (None, Ok(lived)) => lived,
        (None, Err(_)) => Err("un pánico sin aviso".to_owned()),
    }
}

fn report(seed: u64, reason: &str) -> String {
    format!(
        "la semilla {seed} sale mal: {reason}\n\
         para verla paso a paso: `PASARELA_SEMILLA={seed} cargo test --lib simulacion -- --nocapture`"
    )
}

fn number_from(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} no es un número: {text}")))
}

/// Vive mundos hasta juntar esas conversaciones, con un hilo por núcleo; dice qué salió mal.
fn live_many(conversations: usize) -> Vec<String> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut failure = None;
        while done.load(SeqCst) < conversations && failure.is_none() {
            let seed = FIRST_SEED + next.fetch_add(1, SeqCst) as u64;
            match live(seed, false) {
                Ok(count) => drop(done.fetch_add(count, SeqCst)),
                Err(reason) => {
                    // Que los demás hilos también terminen.
                    done.fetch_add(conversations, SeqCst);
                    failure = Some(report(seed, &reason));
                }
            }
        }
        failure
    };
    thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .filter_map(|thread| thread.join().expect("no entra en pánico"))
            .collect()
    })
}

#[test]
fn la_simulacion_de_muchas_conversaciones_no_encuentra_nada() {
    listen_to_panics();
    if let Some(seed) = number_from("PASARELA_SEMILLA") {
        if let Err(reason) = live(seed, true) {
            panic!("{}", report(seed, &reason));
        }
        return;
    }
    let conversations = number_from("PASARELA_SIMULACION").map_or(USUAL, |count| count as usize);
    assert_eq!(live_many(conversations), Vec::<String>::new());
}

#[test]
fn una_semilla_de_la_simulacion_da_siempre_el_mismo_mundo() {
    listen_to_panics();
    assert_eq!(live(7, false), live(7, false));
}
