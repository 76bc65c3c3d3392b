//! El relevo: quién lidera un bucle de eventos, y cómo pasa a otro hilo cuando la aplicación se
//! detiene.
//!
//! Es el patrón *Leader/Followers*: Schmidt y otros lo describieron en PLoP 2000, y está en el tomo 2 de
//! *Pattern-Oriented Software Architecture*. Allí quien lidera nombra a otro antes de atender cada
//! aviso; aquí sigue, y solo si se detiene lo relevan.
//!
//! Quien lidera llama a la aplicación en línea, sin entregar nada a nadie: así una aplicación
//! rápida no paga por las lentas. El reloj mira cada milisegundo; si encuentra al líder dentro de
//! la misma llamada dos veces seguidas, le quita el liderazgo y lo ofrece a la cuadrilla. El hilo
//! relevado termina su petición y vuelve a la cuadrilla. A las peticiones que ya se sabe que tardan
//! (`pace`) no se las espera: la cuadrilla las atiende desde el principio.
//!
//! Un solo número atómico decide, para que nunca haya dos líderes ni ninguno: par entre llamadas,
//! impar dentro de una. Lo sube el líder al entrar y al salir, o el reloj al relevar; quien llega
//! segundo lo encuentra cambiado y lo sabe.

use std::fmt;
use std::time::{Duration, Instant};

use super::clock::{Clock, TICK};
use super::pace::{Pace, Paces};
use super::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use crate::connection::Class;

/// De las clases de petición que siempre fueron rápidas se mide una de cada tantas: mirar la hora
/// cuesta casi tanto como atenderlas. Si una se vuelve lenta, antes lo nota el reloj.
const SAMPLE: u32 = 16;

/// El número que dice quién lidera un bucle.
#[derive(Debug, Default)]
pub(super) struct Relay {
    turn: AtomicU64,
    /// La clase de la llamada en que está, o de la última.
    class: AtomicU64,
    /// Si una llamada dura y no había a quién pasar el liderazgo.
    is_late: AtomicBool,
}

/// El turno de un bucle, ofrecido a otro hilo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::simple_server) struct Turn(u64);

impl Relay {
    /// El turno de ahora, para quien empieza a liderar sin relevar a nadie.
    pub(super) fn current(&self) -> Turn {
        Turn(self.turn.load(SeqCst))
    }

    /// Releva al líder si sigue en la llamada de `turn`, y la da por lenta; devuelve el turno para el
    /// siguiente.
    pub(super) fn take_over(&self, Turn(turn): Turn, paces: &Paces) -> Option<Turn> {
        self.turn.compare_exchange(turn, turn + 1, SeqCst, SeqCst).ok()?;
        // Hasta que haya otro líder nadie empieza otra llamada: es la clase de esta.
        paces.note_relief(Class(self.class.load(Relaxed)));
        Some(Turn(turn + 1))
    }

    /// Anota que había que relevar al líder y no se pudo.
    pub(super) fn mark_late(&self, paces: &Paces) {
        if !self.is_late.swap(true, SeqCst) {
            paces.note_relief(Class(self.class.load(Relaxed)));
        }
    }

    fn was_late(&self) -> bool {
        self.is_late.load(SeqCst) && self.is_late.swap(false, SeqCst)
    }
}

impl Turn {
    /// Cuántas llamadas hubo desde `before`.
    pub(super) fn calls_since(self, before: Self) -> usize {
        usize::try_from(self.0.saturating_sub(before.0) / 2).unwrap_or(usize::MAX)
    }

    /// Si el líder está dentro de una llamada.
    pub(super) fn is_in_call(self) -> bool {
        self.0 % 2 == 1
    }
}

/// Los demás hilos, vistos por quien lidera.
pub(super) trait Company: fmt::Debug + Sync {
    /// Si queda alguno libre para relevarlo en una llamada que quizá dure.
    fn has_spare(&self) -> bool;
}

/// Dónde está un hilo: su bucle, el reloj que lo vigila y quién podría relevarlo.
#[derive(Debug, Clone, Copy)]
pub(super) struct Post<'a> {
    pub(super) relay: &'a Relay,
    pub(super) clock: &'a Clock,
    pub(super) company: &'a dyn Company,
}

/// Lo que un hilo sabe de su liderazgo.
#[derive(Debug)]
pub(crate) struct Leader<'a> {
    post: Post<'a>,
    turn: u64,
    role: Role,
    calls: u32,
    took_long: bool,
}

/// Qué hace un hilo por un bucle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Leads,
    /// Lidera, y no hay más hilos que él.
    Alone,
    /// Atiende una sola conexión.
    Helps,
}

impl<'a> Leader<'a> {
    /// El liderazgo que empieza en `turn`.
    pub(super) fn new(post: Post<'a>, Turn(turn): Turn) -> Self {
        Self { post, turn, role: Role::Leads, calls: 0, took_long: false }
    }

    /// El de un hilo sin compañía.
    pub(super) fn alone(post: Post<'a>) -> Self {
        Self { role: Role::Alone, ..Self::new(post, post.relay.current()) }
    }

    /// Un hilo que no lidera.
    pub(super) fn helper(post: Post<'a>) -> Self {
        Self { role: Role::Helps, ..Self::new(post, Turn(0)) }
    }

    /// Si lidera.
    pub(super) fn leads(&self) -> bool {
        self.role != Role::Helps
    }

    /// Si hay más hilos que este.
    pub(crate) fn has_company(&self) -> bool {
        self.role != Role::Alone
    }

    /// Cuántas llamadas lleva, hasta que el número da la vuelta.
    pub(super) fn calls(&self) -> u32 {
        self.calls
    }

    /// Si una llamada de esta clase debe quedar para otro hilo: porque suele tardar, o porque no se
    /// sabe y no habría quien relevara a este.
    pub(crate) fn should_hand_off(&self, paces: &Paces, class: Class) -> bool {
        self.role == Role::Leads
            && match paces.expect(class) {
                Pace::Quick => false,
                Pace::Slow => true,
                Pace::Unknown => !self.post.company.has_spare(),
            }
    }

    /// Si la última llamada pudo durar: la hora de antes ya no vale.
    pub(crate) fn took_long(&self) -> bool {
        self.took_long
    }

    /// Ejecuta código de la aplicación, que puede detenerse: entre tanto puede perder el liderazgo.
    /// Toma nota de cuánto tarda.
    pub(crate) fn during<T>(&mut self, paces: &Paces, class: Class, call: impl FnOnce() -> T) -> T {
        self.calls = self.calls.wrapping_add(1);
        let is_measured = self.calls.is_multiple_of(SAMPLE) || !paces.is_steady(class);
        let start = is_measured.then(Instant::now);
        let result = self.inside(class, call);
        let elapsed = start.map_or(Duration::ZERO, |start| start.elapsed());
        if is_measured {
            paces.note(class, elapsed);
        }
        self.took_long = self.role != Role::Leads || elapsed >= TICK || self.post.relay.was_late();
        result
    }

    fn inside<T>(&mut self, class: Class, call: impl FnOnce() -> T) -> T {
        if self.role != Role::Leads {
            return call();
        }
        self.turn += 1;
        self.post.relay.class.store(class.0, Relaxed);
        self.post.relay.turn.store(self.turn, SeqCst);
        self.post.clock.rouse();
        let _ending = Ending(self);
        call()
    }
}

/// El final de una llamada. También si entra en pánico hay que decir que terminó: un bucle no puede
/// quedar sin líder.
struct Ending<'l, 'a>(&'l mut Leader<'a>);

impl Drop for Ending<'_, '_> {
    fn drop(&mut self) {
        let Self(leader) = self;
        let next = leader.turn + 1;
        let ended = leader.post.relay.turn.compare_exchange(leader.turn, next, SeqCst, SeqCst);
        if ended.is_err() {
            leader.role = Role::Helps;
        }
        leader.turn = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    /// Siempre hay quien releve.
    #[derive(Debug)]
    struct Many;

    impl Company for Many {
        fn has_spare(&self) -> bool {
            true
        }
    }

    /// No queda nadie.
    #[derive(Debug)]
    struct Nobody;

    impl Company for Nobody {
        fn has_spare(&self) -> bool {
            false
        }
    }

    #[derive(Default)]
    struct Place {
        relay: Relay,
        clock: Clock,
        paces: Paces,
    }

    impl Place {
        fn post(&self) -> Post<'_> {
            Post { relay: &self.relay, clock: &self.clock, company: &Many }
        }

        fn leader(&self) -> Leader<'_> {
            Leader::new(self.post(), self.relay.current())
        }

        fn during<T>(&self, leader: &mut Leader<'_>, call: impl FnOnce() -> T) -> T {
            leader.during(&self.paces, self.class("/"), call)
        }

        fn class(&self, path: &str) -> Class {
            self.paces.class("GET", "", path)
        }
    }

    #[test]
    fn una_llamada_rapida_conserva_el_liderazgo() {
        let place = Place::default();
        let mut leader = place.leader();
        assert_eq!(place.during(&mut leader, || place.relay.current()), Turn(1));
        assert!(leader.leads());
        assert_eq!(place.relay.current(), Turn(2));
    }

    #[test]
    fn una_llamada_relevada_lo_pierde_y_otro_lo_gana() {
        let place = Place::default();
        let mut leader = place.leader();
        let take_over = || place.relay.take_over(place.relay.current(), &place.paces);
        let next = place.during(&mut leader, take_over);
        assert!(!leader.leads());
        let mut second = Leader::new(place.post(), next.expect("estaba en una llamada"));
        place.during(&mut leader, || {});
        place.during(&mut second, || {});
        assert!(second.leads());
    }

    #[test]
    fn entre_llamadas_no_se_releva() {
        let place = Place::default();
        let mut leader = place.leader();
        let seen = place.during(&mut leader, || place.relay.current());
        assert_eq!(place.relay.take_over(seen, &place.paces), None);
        place.during(&mut leader, || {});
        assert!(leader.leads());
    }

    #[test]
    fn un_relevo_ensena_en_el_acto_que_la_llamada_es_lenta() {
        let place = Place::default();
        let [slow, other] = ["/lento", "/otro"].map(|path| place.class(path));
        let mut leader = place.leader();
        leader.during(&place.paces, other, || {});
        leader.during(&place.paces, slow, || {
            place.relay.take_over(place.relay.current(), &place.paces);
            let expected = [slow, other].map(|class| place.paces.expect(class));
            assert_eq!(expected, [Pace::Slow, Pace::Quick], "sin esperar a que termine");
        });
    }

    #[test]
    fn lo_desconocido_no_entra_donde_no_hay_quien_releve() {
        let place = Place::default();
        let last = Leader::new(Post { company: &Nobody, ..place.post() }, place.relay.current());
        let class = place.class("/nuevo");
        let hands_off = |leader: &Leader<'_>| leader.should_hand_off(&place.paces, class);
        assert_eq!([hands_off(&last), hands_off(&place.leader())], [true, false]);
        place.paces.note(class, Duration::ZERO);
        assert!(!hands_off(&last), "ya se conoce");
    }

    #[test]
    fn un_panico_en_la_llamada_no_deja_al_bucle_sin_lider() {
        let place = Place::default();
        let mut leader = place.leader();
        let called = catch_unwind(AssertUnwindSafe(|| {
            place.during(&mut leader, || resume_unwind(Box::new(())));
        }));
        assert!(called.is_err());
        assert!(leader.leads() && !place.relay.current().is_in_call());
    }

    #[test]
    fn quien_esta_solo_no_entrega_nada() {
        let place = Place::default();
        let mut leader = Leader::alone(place.post());
        assert_eq!(place.during(&mut leader, || place.relay.current()), Turn(0));
        place.paces.note_relief(place.class("/"));
        assert!(leader.leads() && !leader.should_hand_off(&place.paces, place.class("/")));
    }
}
