//! Una cola por clase, y un turno entre las clases: la que manda mucho no hace esperar a las demás.
//!
//! Ninguna clase ocupa más que su parte de los hilos, ni aunque nadie más espere: un hilo dentro de la
//! aplicación no se puede retirar cuando llega otro.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

pub(super) struct FairQueue<K, W> {
    lanes: HashMap<K, Lane<W>>,
    /// Las clases que pueden empezar algo, por turno. Cada una está una vez.
    turns: VecDeque<K>,
    /// Cuántos hilos puede ocupar una.
    share: usize,
    /// Cuánto podría empezar ahora mismo entre todas.
    doable: usize,
}

struct Lane<W> {
    waiting: VecDeque<W>,
    running: usize,
}

impl<W> Lane<W> {
    fn doable(&self, share: usize) -> usize {
        self.waiting.len().min(share.saturating_sub(self.running))
    }
}

impl<K: Copy + Eq + Hash, W> FairQueue<K, W> {
    pub(super) fn new(share: usize) -> Self {
        Self { lanes: HashMap::new(), turns: VecDeque::new(), share: share.max(1), doable: 0 }
    }

    pub(super) fn doable(&self) -> usize {
        self.doable
    }

    /// Lo que saldría ahora.
    pub(super) fn peek(&self) -> Option<&W> {
        self.lanes.get(self.turns.front()?)?.waiting.front()
    }

    pub(super) fn push(&mut self, class: K, work: W) {
        self.change(class, |lane| lane.waiting.push_back(work));
    }

    /// Lo primero de la clase a la que le toca. Al terminarlo hay que decirlo con [`Self::finish`].
    pub(super) fn pop(&mut self) -> Option<(K, W)> {
        let class = self.turns.pop_front()?;
        let lane = self.lanes.get_mut(&class)?;
        self.doable -= lane.doable(self.share);
        let work = lane.waiting.pop_front();
        lane.running += 1;
        let doable = lane.doable(self.share);
        self.doable += doable;
        if doable > 0 {
            self.turns.push_back(class);
        }
        work.map(|work| (class, work))
    }

    /// Terminó algo de esa clase.
    pub(super) fn finish(&mut self, class: K) {
        self.change(class, |lane| lane.running -= 1);
    }

    /// Se queda sin nada que empezar; lo que esperaba, se devuelve.
    pub(super) fn drain(&mut self) -> Vec<W> {
        let left = self.lanes.values_mut().flat_map(|lane| lane.waiting.drain(..)).collect();
        self.lanes.retain(|_, lane| lane.running > 0);
        self.turns.clear();
        self.doable = 0;
        left
    }

    fn change(&mut self, class: K, change: impl FnOnce(&mut Lane<W>)) {
        let new = || Lane { waiting: VecDeque::new(), running: 0 };
        let lane = self.lanes.entry(class).or_insert_with(new);
        let before = lane.doable(self.share);
        change(lane);
        let after = lane.doable(self.share);
        self.doable = self.doable - before + after;
        if lane.waiting.is_empty() && lane.running == 0 {
            self.lanes.remove(&class);
        } else if before == 0 && after > 0 {
            self.turns.push_back(class);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn queue(share: usize, works: &[(char, u32)]) -> FairQueue<char, u32> {
        let mut queue = FairQueue::new(share);
        for (class, work) in works {
            queue.push(*class, *work);
        }
        queue
    }

    #[test]
    fn las_clases_se_turnan() {
        let mut queue = queue(9, &[('a', 1), ('a', 2), ('a', 3), ('b', 4), ('c', 5)]);
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).collect();
        assert_eq!(order, [('a', 1), ('b', 4), ('c', 5), ('a', 2), ('a', 3)]);
    }

    #[test]
    fn una_clase_no_ocupa_mas_que_su_parte() {
        let mut queue = queue(2, &[('a', 1), ('a', 2), ('a', 3)]);
        assert_eq!(queue.doable(), 2);
        assert_eq!([queue.pop(), queue.pop(), queue.pop()], [Some(('a', 1)), Some(('a', 2)), None]);
        queue.push('b', 4);
        assert_eq!(queue.pop(), Some(('b', 4)));
        queue.finish('a');
        assert_eq!((queue.doable(), queue.peek()), (1, Some(&3)));
        assert_eq!(queue.pop(), Some(('a', 3)));
    }

    #[test]
    fn vaciada_todavia_sabe_lo_que_se_esta_haciendo() {
        let mut queue = queue(1, &[('a', 1), ('a', 2), ('b', 3)]);
        queue.pop();
        let mut left = queue.drain();
        left.sort_unstable();
        assert_eq!((left, queue.pop(), queue.doable()), (vec![2, 3], None, 0));
        queue.finish('a');
        assert!(queue.lanes.is_empty());
    }

    #[test]
    fn de_una_clase_que_termino_no_queda_nada() {
        let mut queue = queue(2, &[('a', 1)]);
        queue.pop();
        queue.finish('a');
        assert!(queue.lanes.is_empty() && queue.turns.is_empty() && queue.doable() == 0);
    }
}
