//! Lo que le pasa a una conexión que espera, sin sockets: aquí es una letra.

use super::*;
use pretty_assertions::assert_eq;
use std::time::Duration;

const READABLE: Readiness = Readiness { readable: true, writable: false, read_closed: false };
const WRITABLE: Readiness = Readiness { readable: false, writable: true, read_closed: false };
const BOTH: Readiness = Readiness { readable: true, writable: true, read_closed: false };

/// Saca la siguiente, de la cola que sea.
fn take(connections: &mut Connections<char>) -> Option<Ready<char>> {
    connections.take(Queue::Fresh).or_else(|| connections.take(Queue::Resumed))
}

#[test]
fn la_que_sigue_con_lo_suyo_no_va_delante_de_la_que_llega() {
    let (mut connections, key) = one_out();
    connections.requeue(key, 'a');
    connections.admit('b').expect("se admite");
    let order = [Queue::Fresh, Queue::Resumed].map(|queue| connections.take(queue));
    assert_eq!(order.map(|ready| ready.map(|ready| ready.connection)), [Some('b'), Some('a')]);
}

#[test]
fn la_que_puede_seguir_enviando_no_va_con_la_que_recibio_algo() {
    let (mut connections, key) = one_out();
    connections.park(key, 'a', soon());
    connections.notice(key, WRITABLE);
    assert_eq!(connections.batches().map(|(_, count)| count), [0, 1]);
}

/// Una conexión que ya se sacó de la cola, y su llave.
fn one_out() -> (Connections<char>, usize) {
    let mut connections = Connections::default();
    connections.admit('a').expect("se admite");
    let key = take(&mut connections).expect("está en la cola").key;
    (connections, key)
}

fn soon() -> Wait {
    wait(Moment::ZERO, false)
}

fn wait(since: Moment, is_idle: bool) -> Wait {
    Wait { since, deadline: since + Duration::from_secs(1), is_idle }
}

#[test]
fn dejan_su_sitio_las_que_llevan_mas_tiempo_sin_hacer_nada() {
    let mut connections = Connections::default();
    let start = Moment::ZERO;
    for (letter, seconds, is_idle) in [('a', 0, false), ('b', 2, true), ('c', 1, true)] {
        connections.admit(letter).expect("se admite");
        let key = take(&mut connections).expect("está en la cola").key;
        connections.park(key, letter, wait(start + Duration::from_secs(seconds), is_idle));
    }
    assert_eq!(connections.idle_since(), Some(start + Duration::from_secs(1)));
    let mut letters = || connections.take_idlest().into_iter().map(|(_, letter)| letter).collect();
    let taken: [Vec<char>; 3] = [letters(), letters(), letters()];
    assert_eq!(taken, [vec!['c'], vec!['b'], vec![]]);
}

#[test]
fn una_nueva_se_atiende_sin_esperar_avisos() {
    let mut connections = Connections::default();
    connections.admit('a').expect("se admite");
    let cause = Cause::News(Readiness::default());
    assert_eq!(take(&mut connections), Some(Ready { key: 0, connection: 'a', cause }));
    assert_eq!(take(&mut connections), None);
}

#[test]
fn los_avisos_que_llegan_mientras_esta_fuera_la_esperan() {
    let (mut connections, key) = one_out();
    connections.notice(key, READABLE);
    connections.notice(key, WRITABLE);
    assert!(connections.park(key, 'a', soon()), "quien lidera tiene que saberlo");
    let cause = Cause::News(BOTH);
    assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
}

#[test]
fn los_que_llegan_mientras_esta_en_la_cola_se_juntan() {
    let (mut connections, key) = one_out();
    assert!(!connections.park(key, 'a', soon()));
    connections.notice(key, READABLE);
    connections.notice(key, WRITABLE);
    let cause = Cause::News(BOTH);
    assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
}

#[test]
fn la_que_tiene_mas_que_hacer_vuelve_con_sus_avisos() {
    let (mut connections, key) = one_out();
    connections.notice(key, WRITABLE);
    connections.requeue(key, 'a');
    let cause = Cause::News(WRITABLE);
    assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
}

#[test]
fn solo_vencen_las_que_esperan() {
    let (mut connections, key) = one_out();
    let now = Moment::from_secs(5);
    connections.park(key, 'a', Wait { deadline: now, ..soon() });
    connections.admit('b').expect("se admite");
    take(&mut connections);
    connections.queue_expired(now);
    let cause = Cause::Deadline(Readiness::default());
    assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
    assert_eq!(take(&mut connections), None);
}

#[test]
fn un_aviso_para_una_cerrada_no_hace_nada() {
    let (mut connections, key) = one_out();
    connections.remove(key);
    connections.notice(key, READABLE);
    assert!(!connections.park(key, 'a', soon()));
    assert_eq!(take(&mut connections), None);
}

#[test]
fn un_aviso_tardio_no_es_de_quien_ocupa_su_sitio() {
    let (mut connections, gone) = one_out();
    connections.remove(gone);
    connections.admit('b').expect("se admite");
    let key = take(&mut connections).expect("está en la cola").key;
    assert_ne!(key, gone);
    assert_eq!(place_of(key), place_of(gone));
    connections.notice(gone, READABLE);
    connections.remove(gone);
    assert!(!connections.park(key, 'b', soon()));
    assert_eq!(take(&mut connections), None);
}

#[test]
fn una_vencida_que_recibe_un_aviso_ya_no_lo_esta() {
    let (mut connections, key) = one_out();
    connections.park(key, 'a', soon());
    connections.queue_expired(soon().deadline);
    connections.notice(key, READABLE);
    let cause = Cause::News(READABLE);
    assert_eq!(take(&mut connections), Some(Ready { key, connection: 'a', cause }));
}

#[test]
fn no_se_cierra_mientras_quede_alguna_fuera() {
    let (mut connections, key) = one_out();
    assert!(!connections.close());
    connections.remove(key);
    assert!(connections.close());
    assert_eq!(connections.admit('b'), Err('b'));
}
