//! Un hilo de un mundo: la hora que hay, y lo que pasa mientras la aplicación trabaja.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::network::{Clock, Network};
use super::random::Random;
use crate::connection::{Class, Host, Moment, Permit};
use crate::environ::Environ;
use crate::gateway::{ResponseBody, ResponseHead};
use crate::input::ErrorStream;

/// Cuándo pasa todo, en segundos desde 1970: así la fecha es siempre la misma.
const TODAY: u64 = 1_795_509_600;

#[derive(Debug)]
pub(super) struct Thread<'a> {
    now: Moment,
    clock: &'a Clock,
    networks: &'a [Arc<Network>],
    random: RefCell<Random>,
    /// Si ya es un hilo que puede detenerse.
    helps: bool,
    took_long: bool,
    turn: usize,
    /// Si pasó algo en un momento tan corto que nadie lo pudo notar.
    pub(super) is_blind: bool,
}

impl<'a> Thread<'a> {
    pub(super) fn new(
        clock: &'a Clock,
        networks: &'a [Arc<Network>],
        mut random: Random,
        helps: bool,
    ) -> Self {
        let turn = random.pick(&[1, 1_000, 1_000_000]);
        let random = RefCell::new(random);
        Self {
            now: clock.now(),
            clock,
            networks,
            random,
            helps,
            took_long: false,
            turn,
            is_blind: false,
        }
    }

    fn one_in(&self, many: usize) -> bool {
        self.random.borrow_mut().one_in(many)
    }
}

impl Host for Thread<'_> {
    fn now(&self) -> Moment {
        self.now
    }

    fn calendar(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(TODAY)
    }

    fn classify(&self, _method: &str, _script: &str, _path: &str) -> Class {
        Class(0)
    }

    fn hands_off(&self, _class: Class) -> bool {
        !self.helps && self.one_in(4)
    }

    fn permits_uploads(&self) -> bool {
        self.one_in(2)
    }

    fn has_upload_room(&self) -> bool {
        !self.one_in(3)
    }

    /// Entre tanto puede pasar algo en cualquier conversación.
    fn during<T>(&mut self, _class: Class, call: impl FnOnce() -> T) -> T {
        let result = call();
        let happens = self.one_in(3);
        if happens {
            let one = self.random.borrow_mut().below(self.networks.len());
            self.networks[one].happen();
        }
        self.took_long = self.helps || self.clock.now() > self.now || self.one_in(4);
        if self.took_long {
            self.now = self.clock.now();
        } else {
            self.is_blind |= happens;
        }
        result
    }

    fn took_long(&self) -> bool {
        self.took_long
    }

    fn turn(&self) -> usize {
        self.turn
    }

    fn amends(&mut self, environ: &mut Environ) {
        environ.set_errors(ErrorStream::writer(io::sink()));
    }

    fn begins(&mut self, _head: &ResponseHead, body: &mut ResponseBody) {
        body.set_errors(ErrorStream::writer(io::sink()));
    }
}

/// Un permiso que quizá quiera otro.
#[derive(Debug)]
pub(super) struct Wanted(pub(super) bool);

impl Permit for Wanted {
    fn is_wanted(&self) -> bool {
        self.0
    }
}
