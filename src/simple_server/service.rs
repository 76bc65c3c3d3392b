//! Lo que una conexión encuentra al ser atendida: la aplicación, la configuración y el sitio de
//! trabajo del hilo.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::config::Config;
use super::incoming::Incoming;
use super::outgoing::Outgoing;
use super::protocol::Protocol;
use super::threads::{Leader, Paces, Permits};
use crate::application::Application;
use crate::environ::Environ;
use crate::gateway::ResponseHead;
use crate::http::FieldTable;
use crate::http::head::Limits;
use crate::http::response::SOFTWARE;

/// Lo que comparten todas las conexiones de un servidor.
pub(super) struct Service {
    pub(super) protocol: Protocol,
    pub(super) application: Box<dyn Application>,
    pub(super) config: Config,
    pub(super) limits: Limits,
    /// El nombre con que se creó el servidor: `SERVER_NAME`.
    pub(super) name: String,
    pub(super) paces: Paces,
    /// Con qué pueden esperar a la red quienes leen cuerpos grandes.
    pub(super) permits: Arc<dyn Permits>,
    /// Cuándo se pidió que se detuviera: puede llegar en medio de una llamada.
    pub(super) stopping: OnceLock<Instant>,
}

impl Service {
    pub(super) fn new(
        protocol: Protocol,
        application: Box<dyn Application>,
        config: Config,
        name: String,
        permits: Arc<dyn Permits>,
    ) -> Self {
        Self {
            protocol,
            application,
            limits: config.limits(),
            config,
            name,
            permits,
            paces: Paces::default(),
            stopping: OnceLock::new(),
        }
    }

    /// Si cada respuesta es ya la última de su conexión.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.get().is_some()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Lo que una conexión necesita de fuera para avanzar.
#[derive(Debug)]
pub(super) struct Context<'a, 'l> {
    pub(super) service: &'a Service,
    pub(super) scratch: &'a mut Scratch,
    pub(super) leader: &'a mut Leader<'l>,
    pub(super) now: Instant,
}

impl Context<'_, '_> {
    /// Pone la hora al día si la última llamada pudo durar; dice si fue así.
    pub(super) fn keep_up(&mut self) -> bool {
        if self.leader.took_long() {
            self.now = Instant::now();
        }
        self.leader.took_long()
    }
}

/// El sitio de trabajo de un hilo: se presta a la conexión que atiende, para que una conexión
/// ociosa no tenga búferes.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    pub(super) fields: FieldTable,
    pub(super) environ: Environ,
    pub(super) head: ResponseHead,
    pub(super) incoming: Incoming,
    pub(super) outgoing: Outgoing,
    pub(super) common: CommonFields,
}

/// Los encabezados `Date` y `Server`, escritos una vez por segundo (RFC 9110 §6.6.1 y §10.2.4).
#[derive(Debug, Default)]
pub(super) struct CommonFields {
    /// Cuándo deja de valer la fecha.
    stale_at: Option<Instant>,
    lines: Vec<u8>,
    date_length: usize,
}

impl CommonFields {
    /// Las líneas que la aplicación no puso por su cuenta.
    pub(super) fn missing_from(&mut self, head: &ResponseHead, now: Instant) -> &[u8] {
        if self.stale_at.is_none_or(|stale_at| now >= stale_at) {
            self.refresh(now);
        }
        match (head.has_own_date(), head.has_own_server()) {
            (false, false) => &self.lines,
            (false, true) => &self.lines[..self.date_length],
            (true, false) => &self.lines[self.date_length..],
            (true, true) => &[],
        }
    }

    fn refresh(&mut self, now: Instant) {
        let time = SystemTime::now();
        let into_second = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let rest = Duration::from_secs(1).saturating_sub(Duration::from_nanos(into_second.into()));
        self.stale_at = Some(now + rest);
        let date = format!("Date: {}\r\n", httpdate::fmt_http_date(time));
        self.date_length = date.len();
        self.lines = format!("{date}Server: {SOFTWARE}\r\n").into_bytes();
    }
}
