//! La subida, contra una red de la que se dice qué llega y cuándo.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::{SystemTime, UNIX_EPOCH};

use pretty_assertions::assert_eq;

use super::*;
use crate::http::{BodyDecoder, RequestBody, RequestError};

const SECOND: Duration = Duration::from_secs(1);

/// Lo que hace la red.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    /// Calla este tiempo.
    Silence(Duration),
    Bytes(Vec<u8>),
    End,
    Reset,
}

/// La red, y lo que se envió por ella.
#[derive(Debug, Clone)]
struct Network(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    steps: VecDeque<Step>,
    sent: Vec<u8>,
    /// Cuántos bytes caben todavía en camino.
    room: usize,
    waited: Duration,
}

impl Network {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        let (steps, sent) = (steps.into_iter().collect(), Vec::new());
        Self(Arc::new(Mutex::new(State { steps, sent, room: 1000, waited: Duration::ZERO })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("nadie entró en pánico con ella")
    }
}

impl Source for Network {
    fn receive(&self, room: &mut [u8]) -> io::Result<usize> {
        let mut state = self.state();
        match state.steps.front_mut() {
            Some(Step::Bytes(bytes)) => {
                let length = bytes.len().min(room.len());
                room[..length].copy_from_slice(&bytes[..length]);
                bytes.drain(..length);
                if bytes.is_empty() {
                    state.steps.pop_front();
                }
                Ok(length)
            }
            Some(Step::End) => Ok(0),
            Some(Step::Reset) => Err(io::ErrorKind::ConnectionReset.into()),
            Some(Step::Silence(_)) | None => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    fn send(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.iter()).copied().collect();
        let mut state = self.state();
        let length = bytes.len().min(state.room);
        if length == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        state.room -= length;
        state.sent.extend_from_slice(&bytes[..length]);
        Ok(length)
    }

    fn abort_when_closed(&self, _aborts: bool) -> io::Result<()> {
        Ok(())
    }

    fn wait(&self, _awaited: Awaited, timeout: Duration) -> io::Result<Duration> {
        let mut state = self.state();
        let waited = match state.steps.front_mut() {
            Some(Step::Silence(left)) if *left > timeout => {
                *left -= timeout;
                timeout
            }
            Some(Step::Silence(left)) => {
                let waited = *left;
                state.steps.pop_front();
                waited
            }
            _ => timeout,
        };
        state.waited += waited;
        Ok(waited)
    }

    fn calendar(&self) -> SystemTime {
        UNIX_EPOCH
    }
}

/// Un permiso que a otro le falta o no, y que dice si se soltó.
#[derive(Debug)]
struct Seat {
    is_wanted: bool,
    is_free: Arc<AtomicBool>,
}

impl Seat {
    fn new(is_wanted: bool) -> Self {
        Self { is_wanted, is_free: Arc::default() }
    }
}

impl Permit for Seat {
    fn is_wanted(&self) -> bool {
        self.is_wanted
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.is_free.store(true, SeqCst);
    }
}

const LIMITS: UploadLimits = UploadLimits { max_body: 1 << 20, timeout: Duration::from_secs(30) };

const WAITING: Permission = Permission::Awaited { sent: 0 };

fn upload(network: &Network, body: RequestBody, permission: Permission) -> Upload<Network> {
    let decoder = Decoder::Plain(BodyDecoder::new(body, 1000));
    Upload::new(network.clone(), Incoming::default(), decoder, Vec::new(), LIMITS, permission)
}

fn sized(network: &Network, length: u64) -> Upload<Network> {
    upload(network, RequestBody::Length(length), Permission::NotNeeded)
}

fn text(upload: &mut Upload<Network>) -> io::Result<String> {
    io::read_to_string(upload)
}

#[track_caller]
fn rejection(error: &io::Error) -> Rejection {
    RequestError::find(error).expect("es un rechazo").0
}

#[test]
fn se_lee_lo_que_llega_cuando_llega_y_ni_un_byte_mas() {
    let steps = [
        Step::Bytes(b"ho".to_vec()),
        Step::Silence(SECOND),
        Step::Bytes(b"la, y otra cosa".to_vec()),
    ];
    let network = Network::new(steps);
    let mut body = sized(&network, 4);
    assert_eq!(text(&mut body).expect("llega"), "hola");
    let rest = network.state().steps.pop_front();
    assert_eq!(rest, Some(Step::Bytes(b", y otra cosa".to_vec())));

    let chunked = Network::new([Step::Bytes(b"4\r\nhola\r\n0\r\n\r\nGET /".to_vec())]);
    let mut body = upload(&chunked, RequestBody::Chunked, Permission::NotNeeded);
    assert_eq!(text(&mut body).expect("llega"), "hola");
    let Settled { rest, .. } = body.settle();
    assert_eq!(rest.expect("llegó entero").0.pending(), b"GET /");
}

#[test]
fn el_permiso_de_enviar_se_da_al_esperar_y_no_antes() {
    let quick = Network::new([Step::Bytes(b"hola".to_vec())]);
    let mut body = upload(&quick, RequestBody::Length(4), WAITING);
    assert_eq!((text(&mut body).ok().as_deref(), quick.state().sent.len()), (Some("hola"), 0));

    let slow = Network::new([Step::Silence(SECOND), Step::Bytes(b"hola".to_vec())]);
    let mut body = upload(&slow, RequestBody::Length(4), WAITING);
    assert_eq!(text(&mut body).ok().as_deref(), Some("hola"));
    assert_eq!(slow.state().sent, CONTINUE);
}

#[test]
fn el_permiso_de_enviar_no_queda_a_medias_aunque_no_quepa() {
    for room in 0..=CONTINUE.len() {
        let network = Network::new([Step::Silence(SECOND), Step::Bytes(b"hola".to_vec())]);
        network.state().room = room;
        let mut body = upload(&network, RequestBody::Length(4), WAITING);
        assert_eq!(text(&mut body).ok().as_deref(), Some("hola"));
        let Settled { interim, .. } = body.settle();
        let all = [&network.state().sent[..], interim].concat();
        let expected = if room == 0 { &b""[..] } else { CONTINUE };
        assert_eq!(all, expected, "cabían {room}");
    }
}

#[test]
fn el_permiso_de_enviar_es_ahora_o_nunca_si_el_cuerpo_se_lee_despues() {
    let network = Network::new([]);
    let kept = upload(&network, RequestBody::Length(4), WAITING);
    let body = kept.clone();
    assert_eq!(body.settle().interim, CONTINUE);
    drop(kept);
    let alone = upload(&network, RequestBody::Length(4), WAITING);
    assert_eq!(alone.settle().interim, b"", "nadie lo leerá");
}

#[test]
fn quien_calla_pierde_la_espera_y_quien_se_va_tambien() {
    let silent = Network::new([Step::Silence(SECOND * 100)]);
    let error = text(&mut sized(&silent, 4)).expect_err("no llega");
    assert_eq!((error.kind(), rejection(&error)), (io::ErrorKind::TimedOut, Rejection::Timeout));
    assert_eq!(silent.state().waited, LIMITS.timeout);
    for gone in [Step::End, Step::Reset] {
        let network = Network::new([Step::Bytes(b"ho".to_vec()), gone]);
        let error = text(&mut sized(&network, 4)).expect_err("no llega entero");
        assert_eq!(rejection(&error), Rejection::BodyCut);
    }
}

#[test]
fn lo_que_no_cabe_se_rechaza_al_pasarse() {
    let chunk = [&b"90000\r\n"[..], &[b'x'; 0x9_0000], b"\r\n"].concat();
    let network = Network::new([Step::Bytes(chunk.clone()), Step::Bytes(chunk)]);
    let mut body = upload(&network, RequestBody::Chunked, Permission::NotNeeded);
    let error = io::copy(&mut body, &mut io::sink()).expect_err("no cabe");
    assert_eq!(rejection(&error), Rejection::BodyTooLarge);
}

/// Una ráfaga, y después cien bytes por segundo.
fn burst_and_drip() -> Network {
    let drip = (0..200).flat_map(|_| [Step::Silence(SECOND), Step::Bytes(vec![b'x'; 100])]);
    Network::new([Step::Bytes(vec![b'x'; 500_000])].into_iter().chain(drip))
}

#[test]
fn una_rafaga_no_da_credito_a_quien_despues_gotea() {
    let network = burst_and_drip();
    let mut body = sized(&network, 520_000);
    body.grant(Box::new(Seat::new(true)));
    let error = io::copy(&mut body, &mut io::sink()).expect_err("otro quiere su permiso");
    assert_eq!(rejection(&error), Rejection::Timeout);
    assert_eq!(network.state().waited, WINDOW * 2, "el rato de la ráfaga, y otro");
}

#[test]
fn si_nadie_quiere_su_permiso_se_espera_a_quien_gotea() {
    let network = burst_and_drip();
    let mut body = sized(&network, 520_000);
    body.grant(Box::new(Seat::new(false)));
    assert_eq!(io::copy(&mut body, &mut io::sink()).ok(), Some(520_000));
}

#[test]
fn el_permiso_se_suelta_al_llegar_el_cuerpo_entero() {
    let network = Network::new([Step::Bytes(b"hola".to_vec())]);
    let (mut body, seat) = (sized(&network, 4), Seat::new(false));
    let is_free = seat.is_free.clone();
    body.grant(Box::new(seat));
    body.read_exact(&mut [0; 3]).expect("llegan");
    assert!(!is_free.load(SeqCst));
    body.read_exact(&mut [0; 1]).expect("llega");
    assert!(is_free.load(SeqCst), "aunque la aplicación tarde");
}

#[test]
fn lo_que_no_llego_entero_no_deja_nada_para_la_siguiente() {
    let network = Network::new([Step::Bytes(b"ho".to_vec())]);
    let mut body = sized(&network, 4);
    body.read_exact(&mut [0; 2]).expect("llegan");
    assert!(body.settle().rest.is_none());
}
