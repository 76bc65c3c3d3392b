//! Los sockets que ya escuchan: los que abrió quien empezó este programa, y los que trae quien lo escribe.

use std::net::TcpListener;
#[cfg(unix)]
use std::os::unix::net::UnixListener;

use socket2::SockRef;

use crate::simple_server::ServerError;

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

    /// El mismo, si escucha; `name` es cómo se le llama si no.
    pub(super) fn listening(self, name: &str) -> Result<Self, ServerError> {
        let socket = match &self {
            Self::Tcp(socket) => SockRef::from(socket),
            #[cfg(unix)]
            Self::Unix(socket) => SockRef::from(socket),
        };
        let reason = if socket.peer_addr().is_ok() {
            "es una conexión ya aceptada; en la unidad .socket de systemd pon `Accept=no`"
        } else if is_listener(&socket) {
            return Ok(self);
        } else {
            "no escucha; quien lo abrió debe llamar antes a listen"
        };
        Err(ServerError::not_listening(format!("el socket {name} {reason}")))
    }
}

#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
fn is_listener(socket: &SockRef<'_>) -> bool {
    socket.is_listener().unwrap_or(false)
}

/// Donde no se puede preguntar al sistema sin `unsafe`, se le cree a quien lo da.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
fn is_listener(_socket: &SockRef<'_>) -> bool {
    true
}

/// Los que haya; donde no existe esa costumbre, ninguno.
#[cfg(not(unix))]
pub(super) fn take() -> Result<Vec<Inherited>, ServerError> {
    Ok(Vec::new())
}

/// Los que haya.
#[cfg(unix)]
pub(super) fn take() -> Result<Vec<Inherited>, ServerError> {
    let mut inherited = listenfd::ListenFd::from_env();
    (0..inherited.len()).map(|index| take_one(&mut inherited, index)).collect()
}

#[cfg(unix)]
fn take_one(inherited: &mut listenfd::ListenFd, index: usize) -> Result<Inherited, ServerError> {
    let name = format!("{} de LISTEN_FDS", FIRST + index);
    let taken = match inherited.take_tcp_listener(index) {
        Ok(listener) => listener.map(Inherited::Tcp),
        Err(_) => inherited.take_unix_listener(index).ok().flatten().map(Inherited::Unix),
    };
    let Some(taken) = taken else {
        return Err(ServerError::not_listening(format!(
            "el descriptor {name} no es un socket por el que lleguen conexiones; en la unidad .socket \
             de systemd usa `ListenStream`"
        )));
    };
    taken.listening(&name)
}

/// El número del primero (`sd_listen_fds(3)`).
#[cfg(unix)]
const FIRST: usize = 3;
