//! Los sockets que abrió quien empezó este programa.

use std::io;
use std::net::TcpListener;
#[cfg(unix)]
use std::os::unix::net::UnixListener;

/// Uno de ellos.
#[derive(Debug)]
#[cfg_attr(not(unix), allow(dead_code, reason = "solo en Unix existe esa costumbre"))]
pub(super) enum Inherited {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// Los que haya; donde no existe esa costumbre, ninguno.
#[cfg(not(unix))]
pub(super) fn take() -> io::Result<Vec<Inherited>> {
    Ok(Vec::new())
}

/// Los que haya.
#[cfg(unix)]
pub(super) fn take() -> io::Result<Vec<Inherited>> {
    let mut inherited = listenfd::ListenFd::from_env();
    (0..inherited.len()).map(|index| take_one(&mut inherited, index)).collect()
}

#[cfg(unix)]
fn take_one(inherited: &mut listenfd::ListenFd, index: usize) -> io::Result<Inherited> {
    if let Ok(Some(listener)) = inherited.take_tcp_listener(index) {
        return Ok(Inherited::Tcp(listener));
    }
    match inherited.take_unix_listener(index)? {
        Some(listener) => Ok(Inherited::Unix(listener)),
        None => unreachable!("cada uno se toma una sola vez"),
    }
}
