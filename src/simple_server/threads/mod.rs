//! Los hilos: quién sondea, quién atiende y quién espera.
//!
//! | archivo | qué hace |
//! |---|---|
//! | `engine` | empieza los hilos, hace de reloj y se detiene |
//! | `roster` | la lista de los hilos que viven |
//! | `worker` | lo que hace un hilo: liderar un bucle, o una conexión que puede hacerle esperar |
//! | `reception` | quién entra en un bucle y quién deja su sitio |
//! | `host` | un hilo, como lo ve la máquina de una conexión |
//! | `sync` | los cerrojos, y `exhaustive`, que prueba todos los órdenes |
//! | `runtime` | lo que comparten todos los hilos |
//! | `event_loop` | un bucle: sus conexiones, sus avisos y quién lo lidera |
//! | `poller` | espera los avisos del sistema y los reparte |
//! | `ready` | cuáles conexiones esperan y cuáles tienen algo que hacer |
//! | `placement` | qué bucle atiende una conexión nueva |
//! | `capacity` | cuántas conexiones caben |
//! | `pool` | los hilos, y cómo llega a ellos el trabajo |
//! | `workload` | el trabajo que espera a un hilo, y cuánto se puede hacer a la vez |
//! | `fair_queue` | el turno entre las clases de trabajo que esperan |
//! | `permit` | con qué puede un hilo esperar a la red |
//! | `relay` | cómo pasa el liderazgo cuando la aplicación se detiene |
//! | `clock` | quien vigila las llamadas |
//! | `pace`, `class` | cuáles clases de peticiones suelen tardar |
//!
//! Qué se hace con una conexión no se sabe aquí: cada hilo la saca de su bucle, le pide que avance y
//! hace lo que diga su resultado.

mod engine;
mod roster;
mod worker;
mod reception;
mod host;
mod sync;
#[cfg(all(test, loom))]
mod exhaustive;
mod runtime;
mod event_loop;
mod poller;
mod ready;
mod placement;
mod capacity;
mod pool;
mod workload;
mod fair_queue;
mod permit;
mod relay;
mod clock;
mod pace;
mod class;

pub(super) use engine::Engine;
pub use runtime::Handle;
pub(super) use runtime::Runtime;
