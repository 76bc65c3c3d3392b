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
    is_in_batch: bool,
    /// Si la última llamada tuvo que esperar para empezar.
    waited: bool,
    now: Moment,
}

impl<'a, 'l> Thread<'a, 'l> {
    /// `is_in_batch`: si lo que rodea cada tanda de llamadas está ya alrededor.
    pub(super) fn new(
        runtime: &'a Runtime,
        leader: &'a mut Leader<'l>,
        is_in_batch: bool,
        now: Moment,
    ) -> Self {
        Self { runtime, leader, is_in_batch, waited: false, now }
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
        let Self { runtime, leader, .. } = self;
        let wrapper = &runtime.service.config.batch_wrapper;
        self.waited = !self.is_in_batch && wrapper.is_set();
        let call = || leader.during(&runtime.paces, class, call);
        // Lo que se espera para empezar no es de la aplicación: queda fuera de la cuenta.
        let result = if self.waited { wrapper.run(call) } else { call() };
        if self.took_long() {
            self.now = self.runtime.now();
        }
        result
    }

    fn took_long(&self) -> bool {
        self.waited || self.leader.took_long()
    }
}

impl Permit for permit::Permit {
    fn is_wanted(&self) -> bool {
        Self::is_wanted(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{BatchWrapper, Config, Service};
    use crate::simple_server::demo_app;
    use crate::simple_server::threads::relay::Post;
    use pretty_assertions::assert_eq;
    use std::sync::{Mutex, OnceLock};

    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    static SEEN: Mutex<Vec<(&str, bool)>> = Mutex::new(Vec::new());

    /// Anota si el reloj vería a quien lidera dentro de una llamada.
    fn see(what: &'static str) {
        let turn = RUNTIME.get().expect("está hecho").loops[0].relay.current();
        SEEN.lock().expect("sin pánico").push((what, turn.is_in_call()));
    }

    #[test]
    fn lo_que_se_espera_para_empezar_una_tanda_no_se_le_cuenta_a_la_llamada() {
        let batch_wrapper = BatchWrapper::new(|serve| {
            see("espera");
            serve();
            see("suelta");
        });
        let config = Config { batch_wrapper, ..Config::default() };
        let service = Service::new(config, "localhost".to_owned());
        let runtime = Runtime::new(service, Box::new(demo_app), Vec::new()).expect("hay avisos");
        let runtime = RUNTIME.get_or_init(|| runtime);
        let Runtime { loops, clock, pool, .. } = runtime;
        let post = Post { relay: &loops[0].relay, clock, company: &**pool };
        let mut leader = Leader::new(post, loops[0].relay.current());
        let class = runtime.paces.class("GET", "", "/");
        for is_in_batch in [false, true] {
            let mut thread = Thread::new(runtime, &mut leader, is_in_batch, runtime.now());
            thread.during(class, || see("llama"));
        }
        let expected = [("espera", false), ("llama", true), ("suelta", false), ("llama", true)];
        assert_eq!(*SEEN.lock().expect("sin pánico"), expected);
    }
}
