//! Todas las perillas del servidor, cada una con su razón.

use std::time::Duration;

use super::protocol::Protocol;
use super::wrappers::{BatchWrapper, ThreadWrapper};
use crate::gateway::HeaderText;
use crate::http::head::Limits;
use crate::http::target::is_ambiguous;
use crate::proxies::{Network, ProxyHeader, Trust, Unbelieved};

/// Límites, plazos e hilos de un servidor.
///
/// Se escribe lo que cambia, y lo demás con `..Config::default()`: así una versión menor puede añadir
/// campos. Quien los escriba todos tendrá que añadir los nuevos; los que hay no cambian de nombre, de
/// tipo ni de unidad sin una versión mayor, y el valor de entrada de uno, solo si CHANGELOG.md lo dice.
///
/// Se comprueba al crear el servidor: con un valor que no sirve no se crea, y el error dice cuál es y
/// qué se acepta. Dos límites no se contradicen: manda el que se alcance antes.
///
/// # Examples
///
/// ```
/// use pasarela::Config;
///
/// let config = Config { max_body: 10 * 1024 * 1024, ..Config::default() };
/// assert_eq!(config.max_fields, 100);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// En qué protocolo llegan las peticiones: HTTP, o el de un servidor web que va delante.
    pub protocol: Protocol,
    /// Bytes de la línea de petición; si se pasan, 414. RFC 9112 §3 recomienda admitir 8000.
    pub max_request_line: usize,
    /// Bytes de la línea de petición y los encabezados juntos; si se pasan, 431. En FastCGI, SCGI y
    /// uwsgi, los de las variables.
    pub max_head: usize,
    /// Cuántos encabezados; si se pasan, 431.
    pub max_fields: usize,
    /// Bytes del cuerpo de una petición; si se pasan, 413.
    pub max_body: u64,
    /// Bytes que un cuerpo por trozos puede gastar en lo que no es contenido: tamaños, extensiones y
    /// campos finales; si se pasan, 400. Cada trozo da crédito para su tamaño y una firma corta. En
    /// FastCGI, lo que gasta en registros.
    pub max_chunk_overhead: u64,
    /// Hasta cuántos bytes de cuerpo se reúnen antes de llamar a la aplicación. El resto de un
    /// cuerpo mayor lo lee ella a su ritmo, y mientras tanto ocupa un hilo.
    pub small_body: usize,
    /// Cuántas conexiones abiertas a la vez. Cuando no caben más, quien llega ocupa el
    /// sitio de la que lleva más tiempo sin pedir nada; si todas están en algo, espera en la cola del
    /// sistema.
    ///
    /// Cada una es un descriptor del proceso: si el sistema da menos (`ulimit -n`), se aceptan menos,
    /// y se deja alguno para los archivos.
    pub max_connections: usize,
    /// Cuántas conexiones esperan en la cola del sistema a que se las acepte.
    pub backlog: u32,
    /// Cuántos bucles de eventos: uno por núcleo. Cada uno ocupa un hilo.
    pub event_loops: usize,
    /// Cuántos hilos puede llegar a usar el servidor, con los de los bucles: tantas peticiones
    /// pueden estar detenidas en la aplicación a la vez. Las demás que se sabe que tardan esperan
    /// turno; las rápidas se siguen atendiendo mientras un bucle tenga hilo. Ninguna se pierde.
    ///
    /// Las que tardan se turnan por clases: su método, dónde está montada la aplicación y los dos
    /// primeros segmentos de la ruta. Ninguna clase ocupa más de siete de cada ocho hilos; cuando
    /// quedan pocos, una petición de una clase que todavía no se ha visto también espera turno.
    ///
    /// De los que no atienden un bucle, la mitad como mucho esperan cuerpos que no caben en
    /// `small_body`; los demás cuerpos hacen cola sin ocupar un hilo. Si la hay, a quien envía menos de
    /// 1 KiB por segundo durante cinco segundos ya no se le espera.
    pub max_threads: usize,
    /// Plazo para que llegue una cabeza entera, desde su primer byte: así un cliente que envía un
    /// byte por segundo no retiene la conexión (*slowloris*).
    pub head_timeout: Duration,
    /// Cuánto se espera sin que llegue nada del cuerpo de una petición: quien lo deja a medias no
    /// retiene para siempre la conexión, ni el hilo de la aplicación que lo lee.
    ///
    /// Uno que cabe en `small_body` tiene además un plazo en total: este, y un segundo por cada KiB que
    /// ya llegó. Así tampoco lo retiene quien envía un byte de vez en cuando.
    pub body_timeout: Duration,
    /// Cuánto se conserva abierta una conexión sin peticiones. Más que los 60 segundos de los
    /// balanceadores, para que no sea el servidor quien cierre mientras ellos envían.
    pub idle_timeout: Duration,
    /// Cuánto se espera sin que el cliente reciba nada de la respuesta: quien no la lee no retiene
    /// para siempre lo que ocupa.
    pub write_timeout: Duration,
    /// Cuánto se escucha a un cliente tras la última respuesta, si quizá siga enviando: cerrar con
    /// bytes sin leer manda un corte que puede comerse la respuesta (RFC 9112 §9.6).
    pub linger_timeout: Duration,
    /// Cuántos bytes se le escuchan, como mucho, en ese tiempo.
    pub max_linger: usize,
    /// Al detenerse, cuánto se espera una petición que quizá ya venía en camino por una conexión
    /// abierta: así quien no sabía nada recibe su respuesta, con el aviso de que es la última.
    pub last_call: Duration,
    /// Al detenerse, cuánto se espera a que terminen las peticiones empezadas.
    pub shutdown_timeout: Duration,
    /// En qué proxies se confía: los que ponen los encabezados de `proxy_headers`. De entrada, en
    /// ninguno, y entonces esos encabezados son como los demás: cualquiera puede escribirlos.
    ///
    /// `"unix:"` son todos los que llegan por un socket de Unix: quiénes pueden, lo dicen los permisos
    /// de su archivo ([`unix_mode`](Self::unix_mode)).
    ///
    /// Con FastCGI, SCGI y uwsgi, quien llega es el que dice el servidor web en `REMOTE_ADDR`: al
    /// servidor web se le cree siempre.
    ///
    /// ```
    /// use pasarela::Config;
    ///
    /// let trusted_proxies = vec!["127.0.0.1".parse()?, "10.0.0.0/8".parse()?, "unix:".parse()?];
    /// let config = Config { trusted_proxies, ..Config::default() };
    /// # Ok::<(), pasarela::Error>(())
    /// ```
    pub trusted_proxies: Vec<Network>,
    /// Qué encabezados ponen siempre esos proxies para decir quién hizo la petición y a qué dirección.
    /// Solo esos se creen: uno que el proxy deja pasar lo escribió quien pide.
    ///
    /// De entrada, `X-Forwarded-For` y `X-Forwarded-Proto`, que son los que pone cualquier proxy y los
    /// que ponen los archivos del apéndice de Apache y nginx. A qué servidor se pidió lo dice ya `Host`,
    /// si el proxy lo conserva.
    ///
    /// ```
    /// use pasarela::{Config, ProxyHeader};
    ///
    /// let mut config = Config::default();
    /// assert_eq!(
    ///     config.proxy_headers,
    ///     [ProxyHeader::XForwardedFor, ProxyHeader::XForwardedProto]
    /// );
    /// // Un proxy que no conserva `Host`.
    /// config.proxy_headers.push(ProxyHeader::XForwardedHost);
    /// ```
    pub proxy_headers: Vec<ProxyHeader>,
    /// Qué se hace con los demás encabezados de proxy, si en alguien se confía: quitarlos.
    pub unbelieved_headers: Unbelieved,
    /// Qué se hace con una ruta que el servidor de delante puede entender de otro modo, como
    /// `/privado/../publico`. De entrada llega a la aplicación como se pidió.
    pub ambiguous_paths: AmbiguousPaths,
    /// Los permisos del archivo de un socket de Unix, como `Some(0o660)`. Para conectarse hace falta
    /// el de escribir. Sin decirlo son los que deje la máscara del proceso (`umask`), que casi siempre
    /// es decir que solo entra el mismo usuario: si el servidor de delante es otro, responde 502.
    pub unix_mode: Option<u32>,
    /// Si Ctrl-C y las señales SIGTERM y SIGHUP detienen [`serve_forever`](crate::Server::serve_forever).
    /// Un programa que atiende las señales por su cuenta pone `false` y usa un
    /// [`Handle`](crate::Handle).
    ///
    /// En Linux se dejan como están las que el programa ya atiende y las que se le dijo que ignore al
    /// empezarlo (`nohup`, o `&` en un `sh`).
    pub handle_signals: bool,
    /// Qué rodea la vida entera de cada hilo que empieza
    /// [`serve_forever`](crate::Server::serve_forever), que al volver ya los esperó. El hilo que la llama
    /// no es uno de ellos: hace de reloj.
    pub thread_wrapper: ThreadWrapper,
    /// Qué rodea cada tanda de llamadas a la aplicación. Ninguna ocurre fuera de una, y lo que se espera
    /// para empezarla no cuenta como tardanza de la aplicación.
    pub batch_wrapper: BatchWrapper,
    /// Qué bytes se envían por los caracteres de los encabezados que pone la aplicación.
    pub header_text: HeaderText,
    /// Si se presta a la aplicación con qué empezar a responder durante la llamada: un
    /// [`Writer`](crate::Writer), que es el `write()` de PEP 3333. Es para la pasarela de otro lenguaje; de
    /// entrada no, y entonces no cuesta nada.
    pub write_callable: bool,
}

/// Qué se hace con una ruta dudosa: la que, decodificada una vez, tiene tramos `.` o `..`
/// (RFC 3986 §5.2.4), o alguno vacío que no es el último, como en `//`.
///
/// nginx y Apache resuelven esas rutas antes de mirar sus reglas de acceso, y por HTTP mandan a la
/// aplicación la que llegó: de `/privado/../publico` ellos ven `/publico`, y una aplicación que reparte
/// por el principio de la ruta, lo privado.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum AmbiguousPaths {
    /// Llega a la aplicación, que decide: `PATH_INFO` no se resuelve.
    #[default]
    Kept,
    /// Se responde 400. Los navegadores no piden rutas así, y `curl` solo si se le dice. En FastCGI,
    /// SCGI y uwsgi se mira la de `REQUEST_URI`, que es la que se pidió.
    Refused,
}

/// Un plazo que no vence: más que esto es para siempre.
pub(super) const FAR_AWAY: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// 1 GiB: un límite para que nadie llene un disco, no una opinión sobre lo que es mucho.
const MAX_BODY: u64 = 1024 * 1024 * 1024;
/// 16 KiB: nadie usa tanto, y sin límite sería una carga que no cuenta como cuerpo.
const MAX_CHUNK_OVERHEAD: u64 = 16 * 1024;
/// 64 KiB: un formulario entero, y poca memoria por conexión.
const SMALL_BODY: usize = 64 * 1024;
/// Por debajo del límite usual de descriptores de un sistema de servidor.
const MAX_CONNECTIONS: usize = 16 * 1024;
/// Una ráfaga de este tamaño espera sin que el sistema la rechace.
const BACKLOG: u32 = 1024;
/// 64 aplicaciones detenidas a la vez en cada uno de dos núcleos, y algo de holgura.
const MAX_THREADS: usize = 160;
/// De sobra para 64 KiB por la peor de las redes.
const HEAD_TIMEOUT: Duration = Duration::from_secs(15);
/// Una red móvil puede callar varios segundos y volver.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Más que los 60 segundos de los balanceadores.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// Lo mismo que al recibir.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Lo que tarda un cliente lejano en enterarse y callar.
const LINGER_TIMEOUT: Duration = Duration::from_secs(2);
/// 16 MiB: lo que puede venir ya en camino en dos segundos.
const MAX_LINGER: usize = 16 * 1024 * 1024;
/// Lo que tarda una petición en cruzar un océano, y poco para quien espera a que termine.
const LAST_CALL: Duration = Duration::from_millis(250);
/// Lo que quien administra procesos suele esperar a uno antes de terminarlo a la fuerza.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);
/// Los que pone cualquier proxy. El servidor lo dice `Host`, y el puerto no lo pone casi ninguno.
const PROXY_HEADERS: [ProxyHeader; 2] = [ProxyHeader::XForwardedFor, ProxyHeader::XForwardedProto];

/// Los núcleos que caben en un conjunto de Linux: nadie tiene más.
const MAX_EVENT_LOOPS: usize = 1024;
/// Los nueve permisos de un archivo.
const MAX_UNIX_MODE: u32 = 0o777;

impl Default for Config {
    fn default() -> Self {
        let limits = Limits::default();
        Self {
            protocol: Protocol::default(),
            max_request_line: limits.request_line,
            max_head: limits.head,
            max_fields: limits.fields,
            max_body: MAX_BODY,
            max_chunk_overhead: MAX_CHUNK_OVERHEAD,
            small_body: SMALL_BODY,
            max_connections: MAX_CONNECTIONS,
            backlog: BACKLOG,
            event_loops: std::thread::available_parallelism().map_or(1, usize::from),
            max_threads: MAX_THREADS,
            head_timeout: HEAD_TIMEOUT,
            body_timeout: BODY_TIMEOUT,
            idle_timeout: IDLE_TIMEOUT,
            write_timeout: WRITE_TIMEOUT,
            linger_timeout: LINGER_TIMEOUT,
            max_linger: MAX_LINGER,
            last_call: LAST_CALL,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
            trusted_proxies: Vec::new(),
            proxy_headers: PROXY_HEADERS.to_vec(),
            unbelieved_headers: Unbelieved::default(),
            ambiguous_paths: AmbiguousPaths::default(),
            unix_mode: None,
            handle_signals: true,
            thread_wrapper: ThreadWrapper::default(),
            batch_wrapper: BatchWrapper::default(),
            header_text: HeaderText::default(),
            write_callable: false,
        }
    }
}

impl Config {
    /// Comprueba que con estos valores se puede servir.
    ///
    /// # Errors
    ///
    /// Si no se puede: el campo, su valor y lo que se acepta.
    pub(crate) fn check(&self) -> Result<(), String> {
        let counts = [
            ("max_request_line", self.max_request_line),
            ("max_head", self.max_head),
            ("max_fields", self.max_fields),
            ("max_connections", self.max_connections),
            ("event_loops", self.event_loops),
            ("max_threads", self.max_threads),
        ];
        if let Some((field, _)) = counts.iter().find(|(_, count)| *count == 0) {
            return Err(refuse(field, "0", "de 1 en adelante"));
        }
        if self.event_loops > MAX_EVENT_LOOPS {
            let accepted = format!("hasta {MAX_EVENT_LOOPS}");
            return Err(refuse("event_loops", &self.event_loops.to_string(), &accepted));
        }
        let timeouts = [
            ("head_timeout", self.head_timeout),
            ("body_timeout", self.body_timeout),
            ("idle_timeout", self.idle_timeout),
            ("write_timeout", self.write_timeout),
        ];
        if let Some((field, timeout)) = timeouts.iter().find(|(_, timeout)| timeout.is_zero()) {
            let accepted = "cualquier plazo mayor (`Duration::MAX` no vence nunca)";
            return Err(refuse(field, &format!("{timeout:?}"), accepted));
        }
        match self.unix_mode {
            Some(mode) if mode > MAX_UNIX_MODE => {
                let accepted = format!("hasta {MAX_UNIX_MODE:#o}, con su 0o delante, como 0o660");
                Err(refuse("unix_mode", &format!("Some({mode:#o})"), &accepted))
            }
            _ => Ok(()),
        }
    }

    /// Cuántos bucles. Siempre queda un hilo que no lidera, salvo que solo haya uno: alguien debe
    /// atender lo lento.
    pub(crate) fn loops(&self) -> usize {
        self.event_loops.clamp(1, self.max_threads.saturating_sub(1).max(1))
    }

    pub(super) fn trust(&self) -> Trust<'_> {
        Trust {
            proxies: &self.trusted_proxies,
            headers: &self.proxy_headers,
            unbelieved: self.unbelieved_headers,
        }
    }

    /// Si esa ruta, decodificada, no se atiende.
    pub(super) fn refuses<P: AsRef<[u8]>>(&self, path: impl FnOnce() -> P) -> bool {
        self.ambiguous_paths == AmbiguousPaths::Refused && is_ambiguous(path().as_ref())
    }

    pub(super) fn limits(&self) -> Limits {
        Limits { request_line: self.max_request_line, head: self.max_head, fields: self.max_fields }
    }
}

fn refuse(field: &str, value: &str, accepted: &str) -> String {
    format!("la configuración tiene {field} = {value}, y se acepta {accepted}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// Con tantos bucles y tantos hilos, los bucles que hay.
    fn loops(event_loops: usize, max_threads: usize) -> usize {
        Config { event_loops, max_threads, ..Config::default() }.loops()
    }

    #[test]
    fn siempre_queda_un_hilo_para_lo_lento() {
        assert_eq!([loops(2, 160), loops(8, 4), loops(1, 10)], [2, 3, 1]);
        assert_eq!([loops(4, 1), loops(4, 2)], [1, 1]);
    }

    #[track_caller]
    fn check(config: Config, expected: &str) {
        assert_eq!(config.check(), Err(format!("la configuración tiene {expected}")));
    }

    #[test]
    fn con_un_valor_que_no_sirve_se_dice_cual_y_que_se_acepta() {
        let base = Config::default;
        check(
            Config { max_connections: 0, ..base() },
            "max_connections = 0, y se acepta de 1 en adelante",
        );
        check(Config { max_threads: 0, ..base() }, "max_threads = 0, y se acepta de 1 en adelante");
        check(Config { event_loops: 5000, ..base() }, "event_loops = 5000, y se acepta hasta 1024");
        check(
            Config { idle_timeout: Duration::ZERO, ..base() },
            "idle_timeout = 0ns, y se acepta cualquier plazo mayor (`Duration::MAX` no vence nunca)",
        );
        // Es lo que sale de escribir 660 sin su 0o.
        check(
            Config { unix_mode: Some(660), ..base() },
            "unix_mode = Some(0o1224), y se acepta hasta 0o777, con su 0o delante, como 0o660",
        );
    }

    #[test]
    fn lo_que_hay_de_entrada_sirve() {
        assert_eq!(Config::default().check(), Ok(()));
    }

    #[test]
    fn los_limites_de_una_cabeza_son_los_de_la_configuracion() {
        let config =
            Config { max_request_line: 1, max_head: 2, max_fields: 3, ..Config::default() };
        let Limits { request_line, head, fields, .. } = config.limits();
        assert_eq!((request_line, head, fields), (1, 2, 3));
    }
}
