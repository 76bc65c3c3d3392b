//! Un hilo del servidor, como lo ve la máquina de una conexión: la hora, y cómo se llama a la
//! aplicación.

use std::time::SystemTime;

use super::permit::{self, Permits};
use super::relay::Leader;
use super::runtime::Runtime;
use crate::connection::{Class, Host, Moment, Permit};

/// Un hilo que atiende conexiones.
#[derive(Debug)]
pub(super) struct Thread<'a, 'l> {
    runtime: &'a Runtime,
    leader: &'a mut Leader<'l>,
    now: Moment,
}

impl<'a, 'l> Thread<'a, 'l> {
    pub(super) fn new(runtime: &'a Runtime, leader: &'a mut Leader<'l>, now: Moment) -> Self {
        Self { runtime, leader, now }
    }
}

impl Host for Thread<'_, '_> {
    fn now(&self) -> Moment {
        self.now
    }

    fn calendar(&self) -> SystemTime {
        SystemTime::now()
    }

    fn classify(&self, method: &str, script: &str, path: &str) -> Class {
        self.runtime.paces.class(method, script, path)
    }

    fn hands_off(&self, class: Class) -> bool {
        self.leader.should_hand_off(&self.runtime.paces, class)
    }

    fn permits_uploads(&self) -> bool {
        self.leader.has_company()
    }

    fn has_upload_room(&self) -> bool {
        self.runtime.pool.is_any_free()
    }

    fn during<T>(&mut self, class: Class, call: impl FnOnce() -> T) -> T {
        let result = self.leader.during(&self.runtime.paces, class, call);
        if self.leader.took_long() {
            self.now = self.runtime.now();
        }
        result
    }

    fn took_long(&self) -> bool {
        self.leader.took_long()
    }
}

impl Permit for permit::Permit {
    fn is_wanted(&self) -> bool {
        Self::is_wanted(self)
    }
}
