//! Que a nadie le llegue lo de otro: muchos clientes a la vez, cada uno con contenidos propios, que
//! leen despacio y en piezas desiguales y comparan cada byte. Protege lo más grave que puede hacer un
//! servidor, que es dar a uno lo que era de otro.
//!
//! Las respuestas son grandes a propósito: las que caben en los búferes del sistema no prueban nada,
//! porque nunca queda nada por enviar. Dura unos segundos; se puede pedir que se descargue más:
//!
//! ```console
//! PASARELA_MEZCLA=10000 cargo test --release --test mezcla -- --nocapture
//! ```

mod comun;
#[path = "mezcla/application.rs"]
mod application;
#[path = "mezcla/visits.rs"]
mod visits;

use std::sync::atomic::{AtomicU16, Ordering::SeqCst};
use std::thread;

use application::{DOWNLOADS, Kind, Order, application};
use comun::{Content, Folder, Served, narrow_listener};
use pasarela::simple_server::{Listeners, make_server_on};
use pasarela::{Config, Protocol, ServerError};
use pretty_assertions::assert_eq;
use visits::Speech::{FastCgi, Http10, Http11, Kept10, Pipelined, Scgi, Uwsgi};
use visits::{Outcomes, Speech, Upload, visit};

/// Cuántas descargas en total, entre todas las pruebas. Sin decirlo, una ronda de cada una.
const DOWNLOADS_WANTED: &str = "PASARELA_MEZCLA";

/// Lo que mide cada descarga: mucho más de lo que cabe en los búferes del sistema, que aquí se hacen
/// pequeños.
const SIZE: usize = 1024 * 1024 + 12_345;

/// Cuántas respuestas equivocadas se cuentan con detalle.
const SHOWN: usize = 10;

/// Quién es cada cliente. Ninguno de los que están a la vez se llama como otro.
static NEXT_OWNER: AtomicU16 = AtomicU16::new(1);

/// Por dónde se escucha.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Tcp,
    #[cfg(unix)]
    Unix,
}

/// Protege lo pendiente de enviar a quien habla HTTP: con longitud, por trozos y hasta el cierre.
#[test]
fn ninguna_respuesta_por_http_lleva_bytes_de_otra() {
    check_downloads(Place::Tcp, &[Http10, Kept10, Http11, Pipelined]);
}

/// Lo mismo en un socket de Unix, con el sitio que el sistema le da.
#[cfg(unix)]
#[test]
fn ninguna_respuesta_por_un_socket_de_unix_lleva_bytes_de_otra() {
    check_downloads(Place::Unix, &[Http10, Pipelined]);
}

/// Protege lo que va en registros, que se copia por partes.
#[test]
fn ninguna_respuesta_por_fastcgi_lleva_bytes_de_otra() {
    check_downloads(Place::Tcp, &[FastCgi]);
}

/// Protege lo que termina con la conexión y no lleva nada alrededor.
#[test]
fn ninguna_respuesta_por_scgi_lleva_bytes_de_otra() {
    check_downloads(Place::Tcp, &[Scgi]);
}

/// Como en SCGI, con la otra cabeza.
#[test]
fn ninguna_respuesta_por_uwsgi_lleva_bytes_de_otra() {
    check_downloads(Place::Tcp, &[Uwsgi]);
}

/// Cuántas pruebas descargan: entre ellas se reparte lo que se pide.
const TESTS: usize = 5;

/// Con pocos hilos y con muchos: los que empiezan no tienen todavía búferes que prestar.
fn configs() -> [Config; 2] {
    let few = Config { max_threads: 2, event_loops: 1, ..Config::default() };
    [few, Config { event_loops: 2, max_threads: 64, ..Config::default() }]
}

#[track_caller]
fn check_downloads(place: Place, speeches: &[Speech]) {
    let wanted = std::env::var(DOWNLOADS_WANTED).map_or(0, |n| n.parse::<usize>().expect("número"));
    let mut outcomes = Vec::new();
    while outcomes.is_empty() || outcomes.len() < wanted / TESTS {
        for config in configs() {
            let visits: Vec<Visit> =
                speeches.iter().flat_map(|speech| downloads(*speech)).collect();
            outcomes.extend(all_at_once(place, config, &visits));
        }
    }
    check(&format!("{place:?} {speeches:?}"), &outcomes);
}

/// Ninguna respuesta está mal.
#[track_caller]
fn check(title: &str, outcomes: &Outcomes) {
    let wrong: Vec<&String> =
        outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    println!("{title}: {} respuestas, {} equivocadas", outcomes.len(), wrong.len());
    let none: [&String; 0] = [];
    let shown = &wrong[..wrong.len().min(SHOWN)];
    assert_eq!(shown, none, "{} equivocadas de {}", wrong.len(), outcomes.len());
}

/// Lo que hace un cliente.
struct Visit {
    speech: Speech,
    upload: Upload,
    orders: Vec<Order>,
}

/// Todos los clientes a la vez.
fn all_at_once<'a>(place: Place, config: Config, visits: &'a [Visit]) -> Outcomes {
    let folder = Folder::new(&format!("mezcla{}", NEXT_OWNER.fetch_add(1, SeqCst)));
    let speech = visits.first().map_or(Http11, |visit| visit.speech);
    let served = serve(place, speech, config, &folder).expect("hay sitio");
    thread::scope(|scope| {
        let served = &served;
        let start = |Visit { speech, upload, orders }: &'a Visit| {
            scope.spawn(move || visit(served, *speech, *upload, orders))
        };
        let clients: Vec<_> = visits.iter().map(start).collect();
        clients.into_iter().flat_map(|client| client.join().expect("sin pánico")).collect()
    })
}

fn serve(
    place: Place,
    speech: Speech,
    config: Config,
    folder: &Folder,
) -> Result<Served, ServerError> {
    let application = application(folder.path().to_owned());
    let listeners = match place {
        Place::Tcp => Listeners::from(narrow_listener()),
        #[cfg(unix)]
        Place::Unix => Listeners::unix(folder.join("socket")),
    };
    let protocol = match speech {
        FastCgi => Protocol::FastCgi,
        Scgi => Protocol::Scgi,
        Uwsgi => Protocol::Uwsgi,
        _ => Protocol::Http,
    };
    make_server_on(listeners, application, Config { protocol, ..config }).map(Served::run)
}

/// Los clientes que descargan así: entre todos, cada clase de cuerpo con su longitud dicha y sin
/// decir, y con una aplicación que no tarda y con otra que sí.
fn downloads(speech: Speech) -> Vec<Visit> {
    let all = DOWNLOADS.into_iter().flat_map(|kind| {
        [(true, 0), (false, 1), (true, 2)].map(|(is_declared, pause)| (kind, is_declared, pause))
    });
    let fits = |(kind, is_declared, pause): &(Kind, bool, u64)| match speech {
        // El cierre marca el final de lo que no tiene longitud: no se puede seguir.
        Kept10 => *pause != 2 && (*is_declared || !matches!(kind, Kind::Stream | Kind::Reader)),
        // A quien entrega variables ya le parte los archivos él.
        FastCgi | Scgi | Uwsgi => *kind != Kind::Ranges && *pause != 2,
        Http10 => *pause != 1 || !matches!(kind, Kind::File | Kind::Range),
        _ => *pause != 1 || *kind != Kind::Ranges,
    };
    let all: Vec<_> = all.filter(fits).collect();
    let per_client = match speech {
        Http10 | Scgi | Uwsgi => 1,
        Kept10 | Http11 | Pipelined | FastCgi => 4,
    };
    all.chunks(per_client).map(|orders| visit_of(speech, Upload::Declared, orders)).collect()
}

fn visit_of(speech: Speech, upload: Upload, orders: &[(Kind, bool, u64)]) -> Visit {
    let owner = NEXT_OWNER.fetch_add(1, SeqCst);
    let orders = (0..).zip(orders).map(|(turn, &(kind, is_declared, pause))| Order {
        kind,
        is_declared,
        pause,
        size: SIZE,
        content: Content::new(owner, turn),
    });
    Visit { speech, upload, orders: orders.collect() }
}

/// Protege lo recibido: el cuerpo que se devuelve y lo que la aplicación ve en el `environ` son de
/// quien los envió.
#[test]
fn ninguna_peticion_por_http_lleva_bytes_de_otra() {
    check_uploads(Place::Tcp, &[Http10, Kept10, Http11, Pipelined]);
}

/// Lo mismo en un socket de Unix.
#[cfg(unix)]
#[test]
fn ninguna_peticion_por_un_socket_de_unix_lleva_bytes_de_otra() {
    check_uploads(Place::Unix, &[Http10, Http11, Pipelined]);
}

/// Lo mismo con las variables y los cuerpos que entrega un servidor web.
#[test]
fn ninguna_peticion_por_los_demas_protocolos_lleva_bytes_de_otra() {
    for speech in [FastCgi, Scgi, Uwsgi] {
        check_uploads(Place::Tcp, &[speech]);
    }
}

#[track_caller]
fn check_uploads(place: Place, speeches: &[Speech]) {
    let mut outcomes = Vec::new();
    for config in configs() {
        let visits: Vec<Visit> = speeches.iter().flat_map(|speech| uploads(*speech)).collect();
        outcomes.extend(all_at_once(place, config, &visits));
    }
    check(&format!("{place:?} {speeches:?}"), &outcomes);
}

/// Los clientes que envían así: entre todos, cuerpos que el servidor reúne y cuerpos que la
/// aplicación lee, devueltos cuando llegaron y según llegan, enviados de cada manera.
fn uploads(speech: Speech) -> Vec<Visit> {
    let manners: &[Upload] = match speech {
        Http10 | Kept10 | FastCgi | Scgi | Uwsgi => &[Upload::Declared],
        Pipelined => &[Upload::Declared, Upload::Chunked],
        Http11 => &[Upload::Declared, Upload::Chunked, Upload::Asked],
    };
    let visit = |(number, upload): (usize, &Upload)| {
        // A quien espera permiso no se le puede responder antes de que envíe; tras el cierre que
        // marca el final no hay otra petición.
        let has_live = !matches!(upload, Upload::Asked) && speech != Kept10;
        let live = if has_live { Kind::LiveEcho } else { Kind::Echo };
        let pause = number as u64 % 2;
        let sizes = [(Kind::Echo, 1000), (Kind::Echo, 300_000), (live, 40_000), (live, 300_000)];
        let owner = NEXT_OWNER.fetch_add(1, SeqCst);
        let orders = (0..).zip(sizes).map(|(turn, (kind, size))| {
            let content = Content::new(owner, turn);
            Order { kind, is_declared: false, pause, size, content }
        });
        let orders: Vec<Order> = orders.collect();
        let per_client = if matches!(speech, Http10 | Scgi | Uwsgi) { 1 } else { orders.len() };
        let visit = |orders: &[Order]| Visit { speech, upload: *upload, orders: orders.to_vec() };
        orders.chunks(per_client).map(visit).collect::<Vec<_>>()
    };
    // Cada manera, dos veces: con una aplicación que no tarda y con otra que sí.
    manners.iter().chain(manners).enumerate().flat_map(visit).collect()
}

/// Quien pide permiso para enviar puede no esperarlo (RFC 9110 §10.1.1). Si la aplicación responde
/// mientras lee, el permiso que no se dio antes de responder ya no se da, pero lo que sigue llegando
/// se lee igual.
#[test]
fn a_quien_envia_sin_esperar_permiso_se_le_lee_tambien_mientras_se_responde() {
    let visits: Vec<Visit> = [100_000, 300_000, 1_000_000].map(unasked).into();
    for config in configs() {
        check("sin esperar permiso", &all_at_once(Place::Tcp, config, &visits));
    }
}

/// Un cliente que envía dos cuerpos sin esperar el permiso que pide: uno que se lee antes de
/// responder, y otro mientras.
fn unasked(size: usize) -> Visit {
    let owner = NEXT_OWNER.fetch_add(1, SeqCst);
    let orders = (0..).zip([Kind::Echo, Kind::LiveEcho]).map(|(turn, kind)| {
        let content = Content::new(owner, turn);
        Order { kind, is_declared: false, pause: 0, size, content }
    });
    Visit { speech: Http11, upload: Upload::Unasked, orders: orders.collect() }
}

/// Lo demás de este archivo vale lo que valga la comparación.
#[test]
fn de_un_byte_ajeno_se_dice_de_quien_es_y_de_donde() {
    let (own, other) = (Content::new(7, 1), Content::new(8, 2));
    for (from, length) in [(0, 5000), (3, 1), (4093, 64), (1 << 20, 0)] {
        assert_eq!(own.check(from, &own.bytes(from, length)), Ok(()), "{from} {length}");
    }
    let mixed = [own.bytes(5, 100), other.bytes(1003, 100)].concat();
    let error = "en el byte 105 de lo del cliente 7 en su turno 1 hay lo del cliente 8 en su turno 2, \
                 desde su byte 1003";
    assert_eq!(own.check(5, &mixed), Err(error.to_owned()));
    let lost = [own.bytes(0, 50), own.bytes(90, 50)].concat();
    let error = "en el byte 50 de lo del cliente 7 en su turno 1 hay lo del cliente 7 en su turno 1, \
                 desde su byte 90";
    assert_eq!(own.check(0, &lost), Err(error.to_owned()));
    let error =
        "en el byte 0 de lo del cliente 7 en su turno 1 hay bytes que no son de nadie: \"hola\"";
    assert_eq!(own.check(0, b"hola"), Err(error.to_owned()));
}
