//! Los cerrojos y los números atómicos con que se ponen de acuerdo los hilos: los de `std`, o los de
//! `loom`, que prueban todos los órdenes en que pueden alternarse (`.ci/relevo-exhaustivo`).

#[cfg(not(all(test, loom)))]
pub(super) use std::sync::{Condvar, Mutex, MutexGuard, atomic};

#[cfg(all(test, loom))]
pub(super) use loom::sync::{Condvar, Mutex, MutexGuard, atomic};
