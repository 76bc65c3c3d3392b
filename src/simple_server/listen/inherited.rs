//! Los sockets que ya escuchan: los que abrió quien empezó este programa, y los que trae quien lo escribe.

use std::io;
use std::net::TcpListener;
#[cfg(unix)]
use std::os::unix::net::UnixListener;

/// Uno de ellos.
#[derive(Debug)]
pub(super) enum Inherited {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

impl Inherited {
    /// La dirección de red en que escucha, si es una sola.
    pub(super) fn address(&self) -> Option<String> {
        match self {
            Self::Tcp(socket) => {
                let address = socket.local_addr().ok()?.ip();
                (!address.is_unspecified()).then(|| address.to_string())
            }
            #[cfg(unix)]
            Self::Unix(_) => None,
        }
    }
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
