//! Lo que rodea a las conversaciones: los límites del servidor, el sistema que hay en medio, y lo que
//! hará cada cliente por su cuenta.

use super::plan::{MAX_BODY, MAX_HEAD};
use super::random::Random;
use crate::connection::{Config, Event, System};

/// Unos límites pequeños, para alcanzarlos con poco.
pub(super) fn invent_config(random: &mut Random) -> Config {
    Config {
        max_request_line: 256,
        max_head: MAX_HEAD,
        max_fields: 20,
        max_body: MAX_BODY as u64,
        small_body: random.pick(&[1, 20, 64, 500, 4_096, 65_536]),
        write_callable: random.one_in(2),
        ..Config::default()
    }
}

/// Un sistema en el que a veces cabe muy poco.
pub(super) fn invent_system(random: &mut Random) -> System {
    let capacity = match random.below(4) {
        0 => random.between(1, 40),
        1 => random.between(1, 5_000),
        _ => 100_000,
    };
    System { capacity, sends_files: random.one_in(2) }
}

/// Lo que hará el cliente con esos bytes.
pub(super) fn invent_script(random: &mut Random, mut bytes: Vec<u8>, is_calm: bool) -> Vec<Event> {
    let is_cut = !is_calm && random.one_in(5);
    if is_cut {
        bytes.truncate(random.below(bytes.len() + 1));
    }
    let most = random.pick(&[usize::MAX, usize::MAX, 1_000, 100, 20]);
    let mut script = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (piece, after) = rest.split_at(random.between(1, rest.len().min(most)));
        script.push(Event::Send(piece.to_vec()));
        if random.one_in(4) {
            script.push(Event::Take(random.between(1, 500)));
        }
        rest = after;
    }
    match random.below(4) {
        0 if !is_calm => script.push(Event::Reset),
        0 | 1 => script.push(Event::Finish),
        _ => {}
    }
    script
}
