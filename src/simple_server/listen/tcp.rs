//! De un nombre y un puerto a los sockets que escuchan en ellos.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use mio::net::TcpListener;
use socket2::{Domain, Protocol, Socket, Type};

use crate::simple_server::ServerError;

/// Con el puerto 0, cuántas veces se prueba a conseguir el mismo puerto en todas las direcciones.
const PORT_ATTEMPTS: usize = 16;

/// Escucha en todas las direcciones que tiene `host`: `localhost` suele tener dos, `127.0.0.1` y
/// `::1`, y un navegador puede elegir cualquiera.
pub(super) fn listen(host: &str, port: u16, backlog: u32) -> Result<Vec<TcpListener>, ServerError> {
    let addresses = resolve(host, port)?;
    let mut attempts = if port == 0 { PORT_ATTEMPTS } else { 1 };
    loop {
        attempts -= 1;
        match listen_on_all(&addresses, backlog) {
            Ok(listeners) => return Ok(listeners),
            Err(error) if attempts > 0 && error.kind() == io::ErrorKind::AddrInUse => {}
            Err(error) => return Err(ServerError::from_bind(host, port, error)),
        }
    }
}

fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, ServerError> {
    if host.is_empty() {
        // Como en Python, sin nombre se escucha en todas las direcciones de la computadora.
        return Ok(vec![
            (Ipv6Addr::UNSPECIFIED, port).into(),
            (Ipv4Addr::UNSPECIFIED, port).into(),
        ]);
    }
    let unknown = || ServerError::unknown_host(host);
    let found = (host, port).to_socket_addrs().map_err(|_| unknown())?;
    // Un sistema puede dar la misma dirección varias veces; las de IPv4 van primero.
    let addresses: BTreeSet<SocketAddr> = found.collect();
    if addresses.is_empty() { Err(unknown()) } else { Ok(addresses.into_iter().collect()) }
}

fn listen_on_all(addresses: &[SocketAddr], backlog: u32) -> io::Result<Vec<TcpListener>> {
    let mut listeners: Vec<TcpListener> = Vec::new();
    let mut unavailable = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        let mut address = *address;
        if let Some(first) = listeners.first() {
            address.set_port(first.local_addr()?.port());
        }
        match listen_on(address, backlog) {
            Ok(listener) => listeners.push(listener),
            // Un nombre puede tener una dirección de una familia que esta computadora no usa.
            Err(error) if is_missing_family(&error) => unavailable = error,
            Err(error) => return Err(error),
        }
    }
    if listeners.is_empty() { Err(unavailable) } else { Ok(listeners) }
}

fn is_missing_family(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::AddrNotAvailable | io::ErrorKind::Unsupported)
        || error.to_string().contains("Address family not supported")
}

fn listen_on(address: SocketAddr, backlog: u32) -> io::Result<TcpListener> {
    listen_sharing(address, backlog, per_core::share)
}

fn listen_sharing(
    address: SocketAddr,
    backlog: u32,
    share: impl FnOnce(&Socket) -> io::Result<()>,
) -> io::Result<TcpListener> {
    let socket = stream_socket(address)?;
    socket.bind(&address.into())?;
    // Después de `bind`: antes, otro programa que también comparta podría tener ya el puerto.
    if let Err(error) = share(&socket) {
        // Solo es por rapidez, y no todos los núcleos de Linux saben (WSL 1).
        log::debug!("{address} no se reparte entre los núcleos: {error}");
    }
    start(socket, backlog)
}

/// Vuelve a escuchar en unas direcciones que ya son de este programa, para otro núcleo.
///
/// # Errors
///
/// Donde el sistema no reparte las conexiones entre varios sockets, o no deja abrir otro.
pub(crate) fn listen_again(
    addresses: &[SocketAddr],
    backlog: u32,
    core: usize,
) -> io::Result<Vec<TcpListener>> {
    let listen = |address: &SocketAddr| {
        let socket = stream_socket(*address)?;
        per_core::require(&socket, core)?;
        socket.bind(&(*address).into())?;
        start(socket, backlog)
    };
    addresses.iter().map(listen).collect()
}

fn stream_socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // En Windows esta opción permitiría que dos programas compartieran el puerto.
    if cfg!(unix) {
        socket.set_reuse_address(true)?;
    }
    if address.is_ipv6() {
        socket.set_only_v6(true)?;
    }
    // Sin esto, el sistema retiene hasta 40 ms el final de una respuesta corta. Las conexiones lo
    // heredan de quien escucha.
    socket.set_tcp_nodelay(true)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn start(socket: Socket, backlog: u32) -> io::Result<TcpListener> {
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok(TcpListener::from_std(socket.into()))
}

/// Linux reparte las conexiones de un puerto entre los sockets que lo comparten (SO_REUSEPORT), y
/// prefiere el del núcleo que recibe los paquetes (SO_INCOMING_CPU): así una conexión se queda en
/// un núcleo, y sus datos en la caché de ese núcleo.
#[cfg(target_os = "linux")]
mod per_core {
    use nix::sched::{CpuSet, sched_getaffinity};
    use nix::unistd::Pid;
    use socket2::Socket;
    use std::io;

    pub(super) fn share(socket: &Socket) -> io::Result<()> {
        require(socket, 0)
    }

    pub(super) fn require(socket: &Socket, core: usize) -> io::Result<()> {
        socket.set_reuse_port(true)?;
        socket.set_cpu_affinity(number(core))
    }

    /// El número que el sistema da al núcleo `core` de los que puede usar este programa.
    fn number(core: usize) -> usize {
        let Ok(allowed) = sched_getaffinity(Pid::this()) else { return core };
        let is_allowed = |cpu: &usize| allowed.is_set(*cpu).unwrap_or(false);
        (0..CpuSet::count()).filter(is_allowed).nth(core).unwrap_or(core)
    }
}

/// En otros sistemas no hay reparto, o no se sabe cuál: un socket recibe por todos los bucles.
#[cfg(not(target_os = "linux"))]
mod per_core {
    use socket2::Socket;
    use std::io;

    pub(super) fn share(_socket: &Socket) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn require(_socket: &Socket, _core: usize) -> io::Result<()> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn addresses(listeners: &[TcpListener]) -> Vec<SocketAddr> {
        listeners.iter().map(|listener| listener.local_addr().expect("escucha")).collect()
    }

    #[test]
    fn el_puerto_cero_es_el_mismo_en_todas_las_direcciones() {
        let listeners = listen("localhost", 0, 8).expect("escucha");
        let ports: BTreeSet<u16> = addresses(&listeners).iter().map(SocketAddr::port).collect();
        assert_eq!(ports.len(), 1);
    }

    #[test]
    fn se_escucha_en_todas_las_direcciones_del_nombre() {
        let resolved = resolve("localhost", 0).expect("todo sistema conoce ese nombre");
        // Las de una familia que aquí no se usa no cuentan.
        let usable = resolved.iter().filter(|address| listen_on(**address, 8).is_ok());
        let expected: BTreeSet<_> = usable.map(SocketAddr::ip).collect();
        let listeners = listen("localhost", 0, 8).expect("escucha");
        let found: BTreeSet<_> = addresses(&listeners).iter().map(SocketAddr::ip).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn donde_el_sistema_no_reparte_se_escucha_igual() {
        let localhost = (Ipv4Addr::LOCALHOST, 0).into();
        let refuse = |_: &Socket| Err(io::ErrorKind::Unsupported.into());
        let listener = listen_sharing(localhost, 8, refuse).expect("escucha");
        let address = listener.local_addr().expect("escucha");
        std::net::TcpStream::connect(address).expect("contesta");
    }

    #[test]
    fn un_puerto_ocupado_se_dice() {
        let listeners = listen("127.0.0.1", 0, 8).expect("escucha");
        let port = addresses(&listeners)[0].port();
        let again = listen("127.0.0.1", port, 8).map(|_| ());
        let error = ServerError::from_bind("127.0.0.1", port, io::ErrorKind::AddrInUse.into());
        assert_eq!(again, Err(error));
    }

    #[test]
    fn un_nombre_desconocido_se_dice() {
        let host = "esto-no-existe.invalid";
        assert_eq!(listen(host, 0, 8).map(|_| ()), Err(ServerError::unknown_host(host)));
    }

    #[test]
    fn la_direccion_de_otra_computadora_se_dice() {
        let host = "192.0.2.1";
        let error = ServerError::from_bind(host, 0, io::ErrorKind::AddrNotAvailable.into());
        assert_eq!(listen(host, 0, 8).map(|_| ()), Err(error));
    }
}
