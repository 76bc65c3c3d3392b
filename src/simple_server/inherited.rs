//! Los sockets que abrió quien empezó este programa.

use super::error::ServerError;
use super::listeners::Listeners;

/// Los que haya; donde no existe esa costumbre, ninguno.
#[cfg(not(unix))]
pub(super) fn take() -> Result<Option<Listeners>, ServerError> {
    Ok(None)
}

/// Los que haya.
#[cfg(unix)]
pub(super) fn take() -> Result<Option<Listeners>, ServerError> {
    let mut inherited = listenfd::ListenFd::from_env();
    let mut all: Option<Listeners> = None;
    for index in 0..inherited.len() {
        let one = take_one(&mut inherited, index)
            .map_err(|error| ServerError::system("usar un socket heredado", &error))?;
        match &mut all {
            Some(all) => all.sockets.extend(one.sockets),
            None => all = Some(one),
        }
    }
    Ok(all)
}

#[cfg(unix)]
fn take_one(inherited: &mut listenfd::ListenFd, index: usize) -> std::io::Result<Listeners> {
    if let Ok(Some(listener)) = inherited.take_tcp_listener(index) {
        return Ok(Listeners::from(listener));
    }
    match inherited.take_unix_listener(index)? {
        Some(listener) => Ok(Listeners::from(listener)),
        None => unreachable!("cada uno se toma una sola vez"),
    }
}
