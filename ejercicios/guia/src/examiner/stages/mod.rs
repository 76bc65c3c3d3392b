//! Las etapas, de lo fácil a lo difícil.

mod shape;
mod arrival;
mod refusals;
mod bodies;
mod connection;
mod crowd;
mod invited;

use super::stage::Stage;

/// Todas, en su orden.
pub const STAGES: [&Stage; 27] = [
    &shape::ANSWERS,
    &shape::STATUS_LINE,
    &shape::FIELDS,
    &shape::LENGTH,
    &shape::HEAD,
    &arrival::CLOSE,
    &arrival::HTTP_10,
    &arrival::SPLIT,
    &arrival::BYTE_BY_BYTE,
    &arrival::METHOD,
    &refusals::GARBAGE,
    &refusals::NO_HOST,
    &refusals::SPACE,
    &refusals::LENGTHS,
    &refusals::TWO_MEASURES,
    &refusals::LONG_TARGET,
    &refusals::LONG_FIELDS,
    &bodies::LENGTH,
    &bodies::CHUNKS,
    &bodies::PERMISSION,
    &bodies::UNREAD,
    &connection::TWO,
    &connection::ROW,
    &crowd::SLOW,
    &invited::ECHO,
    &invited::ECHO_CHUNKS,
    &invited::STOP,
];

/// La etapa con ese nombre o ese número.
#[must_use]
pub fn find(asked: &str) -> Option<&'static Stage> {
    let number = asked.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    let by_number = number.and_then(|index| STAGES.get(index).copied());
    by_number.or_else(|| STAGES.into_iter().find(|stage| stage.name == asked))
}
