//! Lo que una conexión encuentra al avanzar: la aplicación, la configuración y el sitio de trabajo
//! de quien la atiende.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::config::Config;
use super::host::{Host, Moment};
use super::incoming::Room;
use super::room::Spare;
use crate::application::Application;
use crate::environ::Environ;
use crate::gateway::ResponseHead;
use crate::http::FieldTable;
use crate::http::head::Limits;
use crate::http::response::SOFTWARE;

/// Lo que comparten todas las conexiones de un servidor.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) config: Config,
    pub(crate) limits: Limits,
    /// El nombre con que se creó el servidor: `SERVER_NAME`.
    pub(crate) name: String,
    /// Cuándo se pidió que se detuviera: puede llegar en medio de una llamada.
    pub(crate) stopping: OnceLock<Moment>,
}

impl Service {
    pub(crate) fn new(config: Config, name: String) -> Self {
        let limits = config.limits();
        Self { limits, config, name, stopping: OnceLock::new() }
    }

    /// Si cada respuesta es ya la última de su conexión.
    pub(crate) fn is_stopping(&self) -> bool {
        self.stopping.get().is_some()
    }
}

/// Lo que una conexión necesita de fuera para avanzar.
pub(crate) struct Context<'a, H> {
    pub(crate) service: &'a Service,
    pub(crate) application: &'a dyn Application,
    pub(crate) scratch: &'a mut Scratch,
    pub(crate) host: &'a mut H,
}

impl<H: Host> Context<'_, H> {
    pub(super) fn now(&self) -> Moment {
        self.host.now()
    }
}

/// El sitio de trabajo de un hilo: se presta a la conexión que atiende, para que una conexión
/// ociosa no tenga búferes.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    pub(super) fields: FieldTable,
    pub(super) environ: Spare<Box<Environ>>,
    pub(super) head: Spare<Box<ResponseHead>>,
    pub(super) incoming: Spare<Room>,
    pub(super) outgoing: Spare<Vec<u8>>,
    pub(super) common: CommonFields,
}

/// Los encabezados `Date` y `Server`, escritos una vez por segundo (RFC 9110 §6.6.1 y §10.2.4).
#[derive(Debug, Default)]
pub(super) struct CommonFields {
    /// Cuándo deja de valer la fecha.
    stale_at: Option<Moment>,
    lines: Vec<u8>,
    date_length: usize,
}

impl CommonFields {
    /// Las líneas que la aplicación no puso por su cuenta.
    pub(super) fn missing_from(&mut self, head: &ResponseHead, host: &impl Host) -> &[u8] {
        let now = host.now();
        if self.stale_at.is_none_or(|stale_at| now >= stale_at) {
            self.refresh(now, host.calendar());
        }
        self.without_own(head)
    }

    /// Las de esa hora, sin guardarlas para otra respuesta.
    pub(super) fn at(time: SystemTime) -> Self {
        let mut common = Self::default();
        common.refresh(Moment::ZERO, time);
        common
    }

    /// Las que la aplicación no puso.
    pub(super) fn without_own(&self, head: &ResponseHead) -> &[u8] {
        match (head.has_own_date(), head.has_own_server()) {
            (false, false) => &self.lines,
            (false, true) => &self.lines[..self.date_length],
            (true, false) => &self.lines[self.date_length..],
            (true, true) => &[],
        }
    }

    fn refresh(&mut self, now: Moment, time: SystemTime) {
        let into_second = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.subsec_nanos());
        let rest = Duration::from_secs(1).saturating_sub(Duration::from_nanos(into_second.into()));
        self.stale_at = Some(now.saturating_add(rest));
        let date = format!("Date: {}\r\n", httpdate::fmt_http_date(time));
        self.date_length = date.len();
        self.lines = format!("{date}Server: {SOFTWARE}\r\n").into_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::stand::World;
    use pretty_assertions::assert_eq;

    /// Las líneas que faltan en una respuesta con esos encabezados.
    fn lines(common: &mut CommonFields, fields: &[(&str, &str)], world: &World) -> String {
        let mut head = ResponseHead::default();
        head.start("200 OK", fields).expect("bien escrita");
        String::from_utf8_lossy(common.missing_from(&head, world)).into_owned()
    }

    #[test]
    fn solo_se_pone_lo_que_la_aplicacion_no_puso() {
        let (mut common, world) = (CommonFields::default(), World::default());
        let date = "Date: Tue, 24 Nov 2026 08:40:00 GMT\r\n";
        let server = format!("Server: {SOFTWARE}\r\n");
        let mut check = |fields: &[(&str, &str)], expected: String| {
            assert_eq!(lines(&mut common, fields, &world), expected);
        };
        check(&[], format!("{date}{server}"));
        check(&[("Server", "otro")], date.to_owned());
        check(&[("date", "ayer")], server);
        check(&[("Date", "ayer"), ("Server", "otro")], String::new());
    }

    #[test]
    fn la_fecha_se_escribe_una_vez_por_segundo() {
        let (mut common, mut world) = (CommonFields::default(), World::default());
        let first = lines(&mut common, &[], &world);
        world.passed = Duration::from_secs(1);
        world.now = Duration::from_millis(999);
        assert_eq!(lines(&mut common, &[], &world), first, "todavía vale");
        world.now = Duration::from_secs(1);
        assert_eq!(lines(&mut common, &[], &world), first.replace(":40:00 ", ":40:01 "));
    }

    #[test]
    fn al_detenerse_se_sabe_desde_cuando() {
        let service = Service::new(Config::default(), "localhost".to_owned());
        assert!(!service.is_stopping());
        service.stopping.set(Duration::from_secs(3)).expect("es la primera vez");
        assert!(service.is_stopping());
    }
}
