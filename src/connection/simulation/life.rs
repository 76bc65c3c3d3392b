//! La vida de un mundo: lo que pasa en él, en desorden, hasta que no puede pasar nada más.

use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use super::bodies::Sand;
use super::plan::Planned;
use super::talk::Place;
use super::verdict;
use super::world::World;
use crate::connection::{CloseReason, Connection, Readiness};

/// Más que cualquier plazo.
const A_LONG_TIME: Duration = Duration::from_secs(900);

/// Cuántas veces puede vencer el plazo de quien ya no hace nada.
const MAX_EXPIRIES: usize = 12;

/// Cuántos pasos seguidos puede dar una conexión sin que pase nada.
const MAX_TURNS: usize = 400_000;

impl World {
    /// Vive hasta el final.
    pub(super) fn run(mut self) -> Result<(), String> {
        self.live()?;
        for at in 0..self.talks.len() {
            if self.manners.is_calm && self.random.one_in(3) {
                self.compare_with_whole(at).map_err(|reason| format!("{at}: {reason}"))?;
            }
        }
        Ok(())
    }

    fn live(&mut self) -> Result<(), String> {
        while self.talks.iter().any(|talk| !talk.network.is_quiet() && !talk.is_gone()) {
            self.step()?;
        }
        // Algunos clientes dejan también de leer.
        if self.manners.is_calm || self.random.one_in(2) {
            self.settle()?;
        } else {
            self.sip()?;
        }
        self.wear_out()?;
        self.end()
    }

    /// Pasa algo.
    fn step(&mut self) -> Result<(), String> {
        let at = self.random.below(self.talks.len());
        match self.random.below(20) {
            0..9 => self.attend(at)?,
            9..13 => {
                let happened = self.talks[at].network.happen();
                self.tell(|| format!("{at}: {}", if happened { "pasa algo" } else { "calla" }));
            }
            13..16 => self.take(at),
            16 => self.pass_time(at),
            17 => self.meddle(),
            18 => self.stumble(at)?,
            _ => self.check(at)?,
        }
        self.hear()
    }

    fn take(&mut self, at: usize) {
        let count = self.random.pick(&[1, 10, 100, 5_000, usize::MAX]);
        self.tell(|| format!("{at}: toma hasta {count}"));
        self.talks[at].network.take(count);
    }

    fn pass_time(&mut self, at: usize) {
        let time = match (self.manners.is_calm, self.random.below(4)) {
            (true, _) | (_, 0) => Duration::from_millis(1),
            (_, 1) => Duration::from_millis(300),
            (_, 2) => Duration::from_secs(3),
            (_, _) => {
                let until = self.talks[at].deadline.min(A_LONG_TIME);
                until.saturating_sub(self.clock.now())
            }
        };
        self.tell(|| format!("pasa {time:?}"));
        self.clock.pass(time);
    }

    /// Algo que ninguna conexión espera: otro hilo lee, un archivo se acorta, un aviso de más.
    fn meddle(&mut self) {
        match self.random.below(3) {
            0 => self.read_kept(),
            1 => {
                let shrinking = self.play.notebook.shrinking.lock().expect("entero").pop();
                if let Some((file, length)) = shrinking {
                    self.tell(|| format!("un archivo se queda en {length}"));
                    file.set_len(length).expect("se puede acortar");
                }
            }
            // Un aviso de más taparía uno de menos.
            _ if self.manners.is_calm => {}
            _ => {
                let at = self.random.below(self.talks.len());
                self.talks[at].held.add(Readiness {
                    readable: true,
                    writable: true,
                    read_closed: false,
                });
            }
        }
    }

    /// Otro hilo lee un poco de un cuerpo con que se quedó.
    fn read_kept(&mut self) {
        let kept = self.play.notebook.kept.lock().expect("entero").pop();
        let Some(mut kept) = kept else { return };
        self.tell(|| format!("{}: otro hilo lee", kept.conversation()));
        let mut room = vec![0; self.random.between(1, 2_000)];
        let read = kept.read(&mut room);
        self.tell(|| format!("leyó {read:?}"));
        if matches!(read, Ok(1..)) {
            self.play.notebook.kept.lock().expect("entero").push(kept);
        }
    }

    /// Una desgracia: el servidor se detiene, o se acaba de golpe.
    fn stumble(&mut self, at: usize) -> Result<(), String> {
        if self.manners.is_calm || !self.random.one_in(12) {
            return Ok(());
        }
        if self.random.one_in(2) {
            self.tell(|| "el servidor se detiene".to_owned());
            let _ = self.service.stopping.set(self.clock.now());
            for talk in &mut self.talks {
                talk.held.add(Readiness { readable: true, ..Readiness::default() });
            }
            return Ok(());
        }
        self.tell(|| format!("{at}: se suelta"));
        self.dismiss(at, CloseReason::Stopping)
    }

    /// Un hilo atiende una conexión, si le toca.
    fn attend(&mut self, at: usize) -> Result<(), String> {
        let is_due = self.clock.now() >= self.talks[at].deadline;
        match self.talks[at].place {
            Place::Parked if is_due => {
                self.talks[at].is_calm = false;
                self.serve(at, true)
            }
            Place::Parked | Place::Gone(_) => Ok(()),
            Place::Ready | Place::Pool => self.serve(at, false),
        }
    }

    /// Deja que pase todo lo que puede pasar sin que venza ningún plazo.
    fn settle(&mut self) -> Result<(), String> {
        for at in 0..self.talks.len() {
            self.exhaust(at, true)?;
        }
        for at in 0..self.talks.len() {
            self.check(at)?;
            let talk = &self.talks[at];
            talk.check_settled(&self.play, self.around(at)).map_err(|e| format!("{at}: {e}"))?;
        }
        Ok(())
    }

    /// Atiende una conexión hasta que no puede seguir.
    fn exhaust(&mut self, at: usize, takes: bool) -> Result<(), String> {
        for _ in 0..MAX_TURNS {
            if takes {
                self.talks[at].network.take(usize::MAX);
            }
            self.hear()?;
            match self.talks[at].place {
                Place::Ready | Place::Pool => self.serve(at, false)?,
                Place::Parked if self.talks[at].network.is_all_taken() || !takes => return Ok(()),
                Place::Parked => {}
                Place::Gone(_) => return Ok(()),
            }
        }
        Err(format!("{at}: no deja de dar vueltas"))
    }

    /// Los clientes toman un poco, de byte en byte, y lo dejan donde sea.
    fn sip(&mut self) -> Result<(), String> {
        for at in 0..self.talks.len() {
            for _ in 0..self.random.below(200) {
                self.talks[at].network.take(1);
                self.exhaust(at, false)?;
            }
        }
        Ok(())
    }

    /// Los clientes ya no hacen nada: cada conexión se acaba en unos pocos plazos.
    fn wear_out(&mut self) -> Result<(), String> {
        for at in 0..self.talks.len() {
            self.exhaust(at, false)?;
            for _ in 0..MAX_EXPIRIES {
                if self.talks[at].is_gone() {
                    break;
                }
                self.clock.reach(self.talks[at].deadline);
                self.talks[at].is_calm = false;
                self.serve(at, true)?;
                self.exhaust(at, false)?;
            }
            if !self.talks[at].is_gone() {
                let stage = self.talks[at].connection.as_ref().map(Connection::stage);
                return Err(format!("{at}: no se acaba nunca: {stage:?}"));
            }
        }
        Ok(())
    }

    /// Lo que tiene que valer cuando ya no queda nadie.
    fn end(&mut self) -> Result<(), String> {
        self.play.notebook.kept.lock().expect("entero").clear();
        for at in 0..self.talks.len() {
            self.talks[at].network.take(usize::MAX);
            self.check(at)?;
        }
        self.hear()?;
        match self.play.sand.iter().map(Sand::count).sum() {
            0 => Ok(()),
            left => Err(format!("al final quedan {left} cosas sin soltar")),
        }
    }

    /// La misma conversación, enviada de una vez, recibe lo mismo, si no depende de cuándo llegó cada
    /// cosa.
    fn compare_with_whole(&self, at: usize) -> Result<(), String> {
        let around = self.around(at);
        let depends =
            |one: &Arc<Planned>| one.may_be_cut() || verdict::may_stay_unread(one, around);
        if self.talks[at].is_raced || self.talks[at].planned.iter().any(depends) {
            return Ok(());
        }
        let mut again = self.again(at);
        again.live()?;
        let parted = self.talks[at].permitted(around)?;
        let whole = again.talks[0].permitted(around)?;
        match parted == whole {
            true => Ok(()),
            false => Err(format!("partida no recibe lo mismo que entera: {parted:?} {whole:?}")),
        }
    }
}
