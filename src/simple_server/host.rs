//! Un hilo del servidor, como lo ve la máquina de una conexión: la hora, y cómo se llama a la
//! aplicación.

use std::time::SystemTime;

use super::berths::Berth;
use super::pace::Slot;
use super::relay::Leader;
use super::shared::Shared;
use crate::connection::{Class, Host, Moment, Permit};

/// Un hilo que atiende conexiones.
#[derive(Debug)]
pub(super) struct Thread<'a, 'l> {
    shared: &'a Shared,
    leader: &'a mut Leader<'l>,
    now: Moment,
}

impl<'a, 'l> Thread<'a, 'l> {
    pub(super) fn new(shared: &'a Shared, leader: &'a mut Leader<'l>, now: Moment) -> Self {
        Self { shared, leader, now }
    }
}

impl Host for Thread<'_, '_> {
    fn now(&self) -> Moment {
        self.now
    }

    fn calendar(&self) -> SystemTime {
        SystemTime::now()
    }

    fn classify(&self, method: &str, path: &str) -> Class {
        Slot::of(method, path).class()
    }

    fn hands_off(&self, class: Class) -> bool {
        self.shared.paces.is_slow(Slot::from(class)) && self.leader.should_hand_off()
    }

    fn permits_uploads(&self) -> bool {
        self.leader.has_company()
    }

    fn has_upload_room(&self) -> bool {
        self.shared.berths.has_room()
    }

    fn during<T>(&mut self, class: Class, call: impl FnOnce() -> T) -> T {
        let result = self.leader.during(&self.shared.paces, Slot::from(class), call);
        if self.leader.took_long() {
            self.now = self.shared.now();
        }
        result
    }

    fn took_long(&self) -> bool {
        self.leader.took_long()
    }
}

impl Permit for Berth {
    fn is_wanted(&self) -> bool {
        Self::is_wanted(self)
    }
}
