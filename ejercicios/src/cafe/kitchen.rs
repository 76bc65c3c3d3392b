//! Los pedidos: quien pide los anota y la cocina los va viendo.
//!
//! Una cocina se puede copiar con `clone`: todas las copias son la misma. Por dentro es un candado con la
//! lista, como en el capítulo 6, y un timbre que despierta a quien espera.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Cuántos pedidos se recuerdan. Sin un límite, la lista crecería para siempre.
const MAX_ORDERS: usize = 100;

/// Cuánto espera la cocina del café antes de contestar que no hay novedades.
const PATIENCE: Duration = Duration::from_secs(1);

/// La cocina del Café Ada.
pub fn kitchen() -> Kitchen {
    static ADA: LazyLock<Kitchen> = LazyLock::new(|| Kitchen::new(PATIENCE));
    ADA.clone()
}

/// Una cocina, con los pedidos que ha recibido.
#[derive(Debug, Clone)]
pub struct Kitchen {
    patience: Duration,
    shared: Arc<Shared>,
}

/// Un pedido.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// El lugar que ocupa entre todos: el primero es el 1.
    pub number: u32,
    /// Quién lo pidió, como lo escribió.
    pub who: String,
    /// Qué pidió.
    pub what: String,
}

/// Lo que contesta la cocina a quien pregunta qué sigue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// Este pedido.
    Order(Order),
    /// Por ahora, nada: vuelve a preguntar.
    Quiet,
    /// Nada más: la cocina cerró.
    Closed,
}

#[derive(Debug, Default)]
struct Shared {
    book: Mutex<OrderBook>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct OrderBook {
    orders: VecDeque<Order>,
    last: u32,
    closed: bool,
}

impl Kitchen {
    /// Una cocina sin pedidos. A quien pregunta y no hay nada, lo hace esperar `patience`.
    pub fn new(patience: Duration) -> Self {
        Self { patience, shared: Arc::default() }
    }

    /// Anota un pedido y avisa a quien espera.
    pub fn add(&self, who: &str, what: &str) {
        let mut book = self.book();
        book.last += 1;
        let number = book.last;
        book.orders.push_back(Order { number, who: who.to_owned(), what: what.to_owned() });
        if book.orders.len() > MAX_ORDERS {
            book.orders.pop_front();
        }
        drop(book);
        self.shared.changed.notify_all();
    }

    /// Lo que sigue al pedido `number`; para el primero, se pregunta por el 0. Si todavía no hay nada,
    /// espera un poco.
    pub fn after(&self, number: u32) -> News {
        let book = self.book();
        let (book, _) = self
            .shared
            .changed
            .wait_timeout_while(book, self.patience, |book| !book.closed && book.last <= number)
            .unwrap_or_else(PoisonError::into_inner);
        match book.orders.iter().find(|order| order.number > number) {
            Some(order) => News::Order(order.clone()),
            None if book.closed => News::Closed,
            None => News::Quiet,
        }
    }

    /// Los pedidos que se recuerdan, del más viejo al más nuevo.
    pub fn orders(&self) -> Vec<Order> {
        self.book().orders.iter().cloned().collect()
    }

    /// Cierra: a quien ya vio todos los pedidos se le contesta [`News::Closed`].
    pub fn close(&self) {
        self.book().closed = true;
        self.shared.changed.notify_all();
    }

    fn book(&self) -> MutexGuard<'_, OrderBook> {
        // Quien falle con los pedidos en la mano no los deja a medias.
        self.shared.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
