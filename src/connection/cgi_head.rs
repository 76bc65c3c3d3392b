//! Leer una petición que entrega un servidor web, con sus variables ya leídas: FastCGI, SCGI o uwsgi.

use super::body::{Accepted, begin};
use super::close;
use super::decoder::Decoder;
use super::envelope::Envelope;
use super::host::Host;
use super::incoming::Received;
use super::link::Link;
use super::protocol::Protocol;
use super::send::{Asked, reject};
use super::service::Context;
use super::stage::{Arrival, CloseReason, Reading, Stage, Stepped, Terms};
use super::wire::Wire;
use crate::cgi::fastcgi::{Phase, Receiver, ReceiverLimits};
use crate::cgi::head::StatusLine;
use crate::cgi::variables::{self, Process, Variable};
use crate::cgi::{scgi, uwsgi};
use crate::environ::Environ;
use crate::http::Patience;
use crate::http::{BodyDecoder, Persistence, Rejection, RequestBody, Target};
use crate::proxies;

/// Lo que hay además de los textos de una petición: los de la pasarela.
const OTHER_TEXT: usize = 256;

/// Un rechazo, y si lo que se rechaza es `HEAD`.
struct Refusal {
    rejection: Rejection,
    is_head: bool,
}

impl From<Rejection> for Refusal {
    /// Lo que no se llegó a entender no es `HEAD`.
    fn from(rejection: Rejection) -> Self {
        Self { rejection, is_head: false }
    }
}

/// Lee la siguiente petición de SCGI o de uwsgi, que llega en un solo bloque.
pub(super) fn read_block<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
) -> Stepped<W> {
    match accept_block(link, context) {
        Ok(Some(accepted)) => begin(link, context, accepted),
        Ok(None) => receive(link, context, Reading::Whole(Patience::default())),
        Err(refusal) => {
            let envelope = Envelope::Plain(status_line(context.service.config.protocol));
            refuse(link, context, envelope, refusal)
        }
    }
}

fn status_line(protocol: Protocol) -> StatusLine {
    match protocol {
        Protocol::Uwsgi => StatusLine::Http,
        _ => StatusLine::Field,
    }
}

fn accept_block<W: Wire, H: Host>(
    link: &Link<W>,
    context: &mut Context<'_, H>,
) -> Result<Option<Accepted>, Refusal> {
    let (pending, max) = (link.incoming.pending(), context.service.config.max_head);
    let line = status_line(context.service.config.protocol);
    let ((environ, body), head_length) = match context.service.config.protocol {
        Protocol::Uwsgi => {
            let Some(block) = uwsgi::parse(pending, max)? else { return Ok(None) };
            (fill(context, block.variables(), block.length)?, block.length)
        }
        _ => {
            let Some(block) = scgi::parse(pending, max)? else { return Ok(None) };
            let (environ, body) = fill(context, block.variables(), block.length)?;
            if environ.get("SCGI") != Some("1") {
                return Err(Rejection::Record.into());
            }
            ((environ, body), block.length)
        }
    };
    let body = match body {
        RequestBody::None => None,
        RequestBody::Length(_) => Some(Decoder::Plain(BodyDecoder::new(body, 0))),
        // Aquí el final de un cuerpo solo lo dice su longitud.
        RequestBody::Chunked => {
            let is_head = environ.method() == "HEAD";
            context.scratch.environ.take_back(environ);
            return Err(Refusal { rejection: Rejection::LengthRequired, is_head });
        }
    };
    let terms = terms_of(&environ, &*context.host, Persistence::Close, Envelope::Plain(line));
    Ok(Some(Accepted { environ, head_length, terms, body, arrival: Arrival::Gathered }))
}

fn terms_of(
    environ: &Environ,
    host: &impl Host,
    persistence: Persistence,
    envelope: Envelope,
) -> Terms {
    Terms {
        class: host.classify(environ.method(), environ.script_name(), environ.path_info()),
        persistence,
        envelope,
        is_head: environ.method() == "HEAD",
        reason: CloseReason::OneResponse,
    }
}

/// Sigue leyendo una petición de FastCGI, cuyas variables llegan en registros.
pub(super) fn read_records<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    reading: Reading,
) -> Stepped<W> {
    let mut receiver = match reading {
        Reading::Records(receiver) => receiver,
        Reading::Whole(_) => Box::new(Receiver::new(receiver_limits(context))),
    };
    match receiver.decode(link.incoming.pending(), &mut Vec::new(), 0) {
        Ok(consumed) => link.incoming.consume(consumed),
        Err(rejection) => {
            return refuse(link, context, Envelope::Records(receiver.id()), rejection.into());
        }
    }
    link.outgoing.tail().extend(receiver.take_replies());
    match receiver.phase() {
        Phase::Waiting if receiver.is_idle() => Ok(Stage::Idle.go()),
        Phase::Waiting | Phase::Params => receive(link, context, Reading::Records(receiver)),
        Phase::Content => accept_records(link, context, receiver),
        Phase::Refused => Ok(Stage::Closing(CloseReason::Rejected).go()),
        Phase::Aborted => {
            Ok(close::abandon(link, context, receiver.id(), receiver.keeps_connection()))
        }
        Phase::Done => unreachable!("antes de las variables no hay cuerpo"),
    }
}

fn receiver_limits<H>(context: &Context<'_, H>) -> ReceiverLimits {
    let config = &context.service.config;
    ReceiverLimits {
        head: config.max_head,
        overhead: config.max_chunk_overhead,
        connections: config.max_connections,
    }
}

fn accept_records<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    mut receiver: Box<Receiver>,
) -> Stepped<W> {
    let envelope = Envelope::Records(receiver.id());
    let filled = fill(context, receiver.variables(), receiver.variables_length());
    let environ = match filled {
        // Aquí su final va en un registro, se sepa o no cuánto mide.
        Ok((environ, _)) => environ,
        Err(refusal) => return refuse(link, context, envelope, refusal),
    };
    receiver.expect_content(environ.content_length());
    let persistence = match receiver.keeps_connection() {
        true => Persistence::KeepAlive,
        false => Persistence::Close,
    };
    let terms = terms_of(&environ, &*context.host, persistence, envelope);
    let (body, arrival) = (Some(Decoder::Records(receiver)), Arrival::Gathered);
    begin(link, context, Accepted { environ, head_length: 0, terms, body, arrival })
}

/// Un `environ` con esas variables, y cómo termina el cuerpo que anuncian, si cabe.
fn fill<'v, H>(
    context: &mut Context<'_, H>,
    variables: impl Iterator<Item = Variable<'v>>,
    length: usize,
) -> Result<(Box<Environ>, RequestBody), Refusal> {
    let service = context.service;
    let (config, mut environ) = (&service.config, context.scratch.environ.lend());
    environ.reserve(length + OTHER_TEXT);
    let process = Process::Serving;
    let filled =
        variables::fill(&mut environ, variables, process, &service.name, config.max_fields);
    proxies::apply(&mut environ, config.trust());
    let rejection = match filled {
        Err(rejection) => rejection,
        Ok(_) if config.refuses(|| asked_path(&environ)) => Rejection::AmbiguousPath,
        Ok(RequestBody::Length(length)) if length > config.max_body => Rejection::BodyTooLarge,
        Ok(body) => return Ok((environ, body)),
    };
    let is_head = environ.method() == "HEAD";
    context.scratch.environ.take_back(environ);
    Err(Refusal { rejection, is_head })
}

/// La ruta que pidió el cliente, decodificada. La de `PATH_INFO` ya la resolvió el servidor web.
fn asked_path(environ: &Environ) -> Vec<u8> {
    let asked = environ.get("REQUEST_URI").unwrap_or_default();
    match Target::parse(environ.method(), asked) {
        Ok(target) => target.path_and_query().decoded_path().into_owned(),
        Err(_) => asked.as_bytes().to_vec(),
    }
}

fn receive<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &Context<'_, H>,
    reading: Reading,
) -> Stepped<W> {
    Ok(match link.exchange_bytes(context.now())? {
        Received::Bytes | Received::LastBytes => Stage::Head(reading).go(),
        Received::Nothing => Stage::Head(reading).park(),
        Received::End => Stage::Closed(CloseReason::ClientGone).go(),
    })
}

/// Dice que no se puede atender. A quien no habla el protocolo no se le puede decir nada.
fn refuse<W: Wire, H: Host>(
    link: &mut Link<W>,
    context: &mut Context<'_, H>,
    envelope: Envelope,
    Refusal { rejection, is_head }: Refusal,
) -> Stepped<W> {
    if rejection != Rejection::Record {
        return reject(link, context, Asked { is_head, envelope }, rejection);
    }
    log::warn!(
        "{} no habla {}, o lo habla mal; se cierra la conexión",
        link.peers,
        context.service.config.protocol
    );
    link.incoming.clear();
    Ok(Stage::Closing(CloseReason::Rejected).go())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::memory::Ending;
    use crate::connection::stand::{
        END, STDIN, Stand, echo, fastcgi, fastcgi_head, ignore, record, request, scgi, uwsgi,
    };
    use crate::connection::{AmbiguousPaths, Config, StageKind};
    use pretty_assertions::assert_eq;

    const OK: &str = "200 OK\r\nContent-Length: 13\r\n\r\nPOST /a [hola]";

    #[test]
    fn la_misma_peticion_por_cada_protocolo() {
        let expected = OK.replace("13", "14");
        let mut stand = Stand::new(Protocol::Scgi, echo);
        stand.say(scgi("POST", "/a", "hola"));
        assert_eq!(stand.seen(), format!("Status: {expected}"));
        let mut stand = Stand::new(Protocol::Uwsgi, echo);
        stand.say(uwsgi("POST", "/a", "hola"));
        assert_eq!(stand.seen(), format!("HTTP/1.1 {expected}"));
        let mut stand = Stand::new(Protocol::FastCgi, echo);
        stand.say(fastcgi("POST", "/a", "hola"));
        assert!(stand.seen().contains("POST /a [hola]"), "{:?}", stand.seen());
        assert_eq!((stand.stage(), stand.reason()), (StageKind::Idle, None));
    }

    #[test]
    fn un_rechazo_lleva_el_metodo_de_su_peticion_y_no_el_de_otra() {
        // Las dos peticiones, por conexiones distintas, las atiende el mismo hilo.
        let mut stand = Stand::new(Protocol::Scgi, ignore);
        stand.say(scgi("HEAD", "sin-barra", ""));
        let head = stand.seen();
        assert!(head.starts_with("Status: 400 ") && head.ends_with("\r\n\r\n"), "{head:?}");
        stand.reconnect();
        stand.say("999999:");
        let seen = stand.seen();
        assert!(seen.starts_with("Status: 431 ") && seen.ends_with("</html>\n"), "{seen:?}");

        let mut stand = Stand::new(Protocol::FastCgi, ignore);
        stand.say(fastcgi("HEAD", "sin-barra", ""));
        assert!(!stand.seen().contains("<html"), "{:?}", stand.seen());
        stand.service.config.max_head = 100;
        stand.reconnect();
        stand.say(fastcgi_head("GET", &"/largo".repeat(20), ""));
        assert!(stand.seen().contains("431 "), "{:?}", stand.seen());
        assert!(stand.seen().contains("</html>"), "{:?}", stand.seen());
    }

    #[test]
    fn a_quien_no_habla_el_protocolo_no_se_le_dice_nada() {
        for protocol in [Protocol::Scgi, Protocol::Uwsgi, Protocol::FastCgi] {
            let mut stand = Stand::new(protocol, ignore);
            stand.say("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assert_eq!((stand.seen(), stand.stage()), (String::new(), StageKind::Lingering));
            stand.finish();
            assert_eq!(stand.reason(), Some(CloseReason::Rejected), "{protocol}");
        }
    }

    #[test]
    fn a_medias_no_hay_a_quien_responder() {
        for protocol in [Protocol::Scgi, Protocol::Uwsgi, Protocol::FastCgi] {
            let mut stand = Stand::new(protocol, ignore);
            stand.say(&request(protocol, "GET", "/")[..20]).finish();
            let ended = (stand.reason(), stand.ending());
            assert_eq!(ended, (Some(CloseReason::ClientGone), Ending::Finished), "{protocol}");
        }
    }

    #[test]
    fn una_ruta_dudosa_se_rechaza_en_todos_si_se_pide() {
        for protocol in [Protocol::Scgi, Protocol::Uwsgi, Protocol::FastCgi] {
            for (path, status) in [("/a/../b", "400 "), ("/a//b", "400 "), ("/a/", "200 ")] {
                let ambiguous_paths = AmbiguousPaths::Refused;
                let config = Config { ambiguous_paths, ..Config::default() };
                let mut stand = Stand::new(protocol, ignore).with(config);
                stand.say(request(protocol, "GET", path));
                assert!(stand.seen().contains(status), "{protocol} {path}: {:?}", stand.seen());
            }
        }
    }

    #[test]
    fn la_ruta_que_se_mira_es_la_que_se_pidio() {
        for (asked, path) in [
            ("/a/%2e%2E/b?c=/..", "/a/../b"),
            ("http://x/a/../b", "/a/../b"),
            ("/", "/"),
            ("mal escrita//", "mal escrita//"),
        ] {
            let mut environ = Environ::new();
            environ.insert("REQUEST_METHOD", "GET");
            environ.insert("REQUEST_URI", asked);
            environ.insert("PATH_INFO", "/b");
            assert_eq!(asked_path(&environ), path.as_bytes());
        }
    }

    #[test]
    fn entre_peticiones_los_registros_sueltos_no_cambian_de_etapa() {
        let mut stand = Stand::new(Protocol::FastCgi, ignore);
        stand.say(record(STDIN, b""));
        assert_eq!((stand.stage(), stand.seen()), (StageKind::Idle, String::new()));
        stand.say(fastcgi("GET", "/", ""));
        assert_eq!(stand.bytes()[stand.bytes().len() - 16..], record(END, &[0; 8]));
    }
}
