//! La entrega del trabajo y del liderazgo, en todos los órdenes en que pueden alternarse unos hilos.
//!
//! Un aviso que se pierde deja aquí un hilo dormido para siempre, y `loom` lo dice. No hay reloj: quien
//! espera con plazo espera sin él, así que ningún aviso perdido se disimula.

use std::sync::Arc;

use loom::model::Builder;
use loom::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use loom::sync::{Condvar, Mutex};
use loom::thread;

use super::clock::Clock;
use super::pace::Paces;
use super::pool::{Assignment, Pool};
use super::ready::{Cause, Connections, Queue, Wait};
use super::relay::{Company, Leader, Post, Relay};
use super::workload::{PoolSize, Priority};
use crate::connection::{Class, Moment, Readiness};

/// Cuántas veces se interrumpe a un hilo, como mucho, en cada orden. Con más se tarda horas, y los
/// fallos de esta clase se ven con dos.
const PREEMPTIONS: usize = 2;

fn explore(model: impl Fn() + Sync + Send + 'static) {
    let mut builder = Builder::new();
    builder.preemption_bound = Some(PREEMPTIONS);
    builder.check(model);
}

/// Cuenta lo hecho, y espera a que llegue a un número.
#[derive(Default)]
struct Tally {
    done: Mutex<usize>,
    changed: Condvar,
}

impl Tally {
    fn add(&self) {
        *self.done.lock().expect("sin pánico") += 1;
        self.changed.notify_all();
    }

    fn wait(&self, expected: usize) {
        let mut done = self.done.lock().expect("sin pánico");
        while *done < expected {
            done = self.changed.wait(done).expect("sin pánico");
        }
    }
}

/// Un trabajo. Hecho, devuelto o rechazado, al soltarlo se cuenta.
struct Job(Arc<Tally>);

impl Drop for Job {
    fn drop(&mut self) {
        self.0.add();
    }
}

/// Una cuadrilla cuyos hilos sueltan el permiso antes de terminar.
fn hire(size: PoolSize) -> (Arc<Pool<char, Job>>, Arc<Tally>) {
    let (pool, tally) = (Pool::new(size), Arc::new(Tally::default()));
    let hired: Arc<Pool<char, Job>> = pool.clone();
    pool.hire_with(Box::new(move || {
        let pool = hired.clone();
        thread::spawn(move || {
            while let Some(Assignment { permit, seat, work }) = pool.next() {
                let is_upload = permit.is_some();
                drop(permit);
                let tally = work.0.clone();
                drop(work);
                if is_upload {
                    // Sigue en la aplicación: a la otra subida la atiende otro.
                    tally.wait(2);
                }
                pool.finish(seat);
            }
        });
        Ok(())
    }));
    (pool, tally)
}

#[test]
fn exhaustiva_ningun_trabajo_espera_a_quien_duerme() {
    explore(|| {
        let (pool, tally) = hire(PoolSize { threads: 2, busy: 1, share: 1, uploads: 1 });
        pool.offer(Job(tally.clone()), Priority::Of('a')).expect("hay hilos");
        pool.offer(Job(tally.clone()), Priority::First).expect("hay hilos");
        tally.wait(2);
        assert!(pool.dismiss().is_empty());
    });
}

#[test]
fn exhaustiva_un_permiso_que_vuelve_no_deja_a_nadie_esperando() {
    explore(|| {
        let (pool, tally) = hire(PoolSize { threads: 2, busy: 2, share: 1, uploads: 1 });
        pool.offer(Job(tally.clone()), Priority::WithPermit).expect("hay hilos");
        pool.offer(Job(tally.clone()), Priority::WithPermit).expect("hay hilos");
        tally.wait(2);
        assert!(pool.dismiss().is_empty());
    });
}

#[test]
fn exhaustiva_al_detenerse_ningun_trabajo_queda_olvidado() {
    explore(|| {
        let (pool, tally) = hire(PoolSize { threads: 1, busy: 1, share: 1, uploads: 1 });
        let (offering, job) = (pool.clone(), Job(tally.clone()));
        let offers = thread::spawn(move || {
            offering.offer(job, Priority::Of('a')).expect("hay hilos");
        });
        drop(pool.dismiss());
        offers.join().expect("sin pánico");
        tally.wait(1);
    });
}

#[derive(Debug)]
struct Many;

impl Company for Many {
    fn has_spare(&self) -> bool {
        true
    }
}

/// Un bucle, y cuántos lo lideran ahora mismo.
#[derive(Default)]
struct Loop {
    relay: Relay,
    clock: Clock,
    paces: Paces,
    leading: AtomicUsize,
}

impl Loop {
    /// Lidera durante unas llamadas, o hasta que lo releven; `true` si al final lidera.
    fn lead(&self, calls: usize, start: impl FnOnce(Post<'_>) -> Leader<'_>) -> bool {
        let mut leader = start(Post { relay: &self.relay, clock: &self.clock, company: &Many });
        for _ in 0..calls {
            self.act();
            leader.during(&self.paces, Class::UNTAUGHT, || {});
            if !leader.leads() {
                return false;
            }
        }
        self.act();
        true
    }

    /// Lo que solo hace quien lidera, entre llamadas.
    fn act(&self) {
        assert_eq!(self.leading.fetch_add(1, SeqCst), 0, "hay dos líderes");
        self.leading.fetch_sub(1, SeqCst);
    }
}

#[test]
fn exhaustiva_nunca_hay_dos_lideres_ni_ninguno() {
    explore(|| {
        let here = Arc::new(Loop::default());
        let first = here.clone();
        let first =
            thread::spawn(move || first.lead(2, |post| Leader::new(post, post.relay.current())));
        let taken = (0..3).find_map(|_| {
            thread::yield_now();
            let seen = here.relay.current();
            seen.is_in_call().then(|| here.relay.take_over(seen, &here.paces)).flatten()
        });
        let second = taken.is_some_and(|turn| here.lead(1, |post| Leader::new(post, turn)));
        let first = first.join().expect("sin pánico");
        assert!(first != second, "al final lidera uno");
    });
}

#[test]
fn exhaustiva_un_aviso_no_se_pierde_vuelva_cuando_vuelva() {
    explore(|| {
        let connections = Arc::new(Mutex::new(Connections::default()));
        let key = {
            let mut connections = connections.lock().expect("sin pánico");
            connections.admit('a').expect("se admite");
            connections.take(Queue::Fresh).expect("está en la cola").key
        };
        let news = Readiness { readable: true, ..Readiness::default() };
        let noticing = connections.clone();
        let notice = thread::spawn(move || {
            noticing.lock().expect("sin pánico").notice(key, news);
        });
        let now = Moment::ZERO;
        let wait = Wait { since: now, deadline: now, is_idle: false };
        connections.lock().expect("sin pánico").park(key, 'a', wait);
        notice.join().expect("sin pánico");
        let ready = connections.lock().expect("sin pánico").take(Queue::Fresh);
        assert_eq!(ready.map(|ready| ready.cause), Some(Cause::News(news)));
    });
}
