//! Las llamadas al sistema, y lo único del proyecto que es `unsafe`.
//!
//! El suelo tiene que costar lo que cuestan estas llamadas y nada más: una biblioteca en medio ya
//! sería otro servidor. Los descriptores son números que devolvió el propio sistema; con uno
//! equivocado una llamada falla, pero no toca memoria ajena.

use std::{io, mem, ptr};

pub(crate) use libc::epoll_event as Event;

pub(crate) const READ: u32 = libc::EPOLLIN as u32;
pub(crate) const WRITE: u32 = libc::EPOLLOUT as u32;

/// Lo que pasó al leer o al escribir.
pub(crate) enum Outcome {
    Done(usize),
    /// El socket no está listo: epoll avisará.
    Later,
    Gone,
}

/// Un socket que escucha en ese puerto, que otros comparten.
pub(crate) fn listen(port: u16) -> i32 {
    let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: no recibe punteros.
    let fd = checked(unsafe { libc::socket(libc::AF_INET, kind, 0) });
    set_option(fd, libc::SOL_SOCKET, libc::SO_REUSEADDR, &1i32);
    set_option(fd, libc::SOL_SOCKET, libc::SO_REUSEPORT, &1i32);
    set_option(fd, libc::IPPROTO_TCP, libc::TCP_NODELAY, &1i32);
    // Una conexión se acepta cuando ya trae algo que leer.
    set_option(fd, libc::IPPROTO_TCP, libc::TCP_DEFER_ACCEPT, &1i32);
    let address = libc::sockaddr_in {
        sin_family: libc::AF_INET as u16,
        sin_port: port.to_be(),
        sin_addr: libc::in_addr { s_addr: u32::from_ne_bytes([127, 0, 0, 1]) },
        sin_zero: [0; 8],
    };
    let size = mem::size_of_val(&address) as u32;
    // SAFETY: `address` vive hasta el final de la llamada y `size` es lo que mide.
    checked(unsafe { libc::bind(fd, (&raw const address).cast(), size) });
    // SAFETY: no recibe punteros.
    checked(unsafe { libc::listen(fd, 4096) });
    fd
}

/// De los sockets que comparten un puerto, el sistema elige el del núcleo que recibe el paquete.
pub(crate) fn steer_by_core(fd: i32) {
    // Un programa de dos instrucciones para el sistema: toma el número del núcleo y devuélvelo.
    let mut program = [
        libc::sock_filter { code: 0x20, jt: 0, jf: 0, k: (-0x1000i32 + 36) as u32 },
        libc::sock_filter { code: 0x16, jt: 0, jf: 0, k: 0 },
    ];
    let filter = libc::sock_fprog { len: 2, filter: program.as_mut_ptr() };
    set_option(fd, libc::SOL_SOCKET, libc::SO_ATTACH_REUSEPORT_CBPF, &filter);
}

fn set_option<T>(fd: i32, level: i32, name: i32, value: &T) {
    let size = mem::size_of::<T>() as u32;
    // SAFETY: `value` es una referencia viva y `size` es lo que mide.
    checked(unsafe { libc::setsockopt(fd, level, name, ptr::from_ref(value).cast(), size) });
}

pub(crate) fn epoll() -> i32 {
    // SAFETY: no recibe punteros.
    checked(unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) })
}

pub(crate) fn watch(epoll: i32, fd: i32, ready: u32) {
    checked(control(epoll, libc::EPOLL_CTL_ADD, fd, ready));
}

/// Cambia lo que se espera de una conexión. La recién aceptada aún no está en epoll: con ella falla,
/// y no importa, porque `watch` la agregará ya con lo que espera.
pub(crate) fn rewatch(epoll: i32, fd: i32, ready: u32) {
    control(epoll, libc::EPOLL_CTL_MOD, fd, ready);
}

fn control(epoll: i32, operation: i32, fd: i32, ready: u32) -> i32 {
    let mut event = Event { events: ready, u64: fd as u64 };
    // SAFETY: el sistema copia `event` antes de volver.
    unsafe { libc::epoll_ctl(epoll, operation, fd, &raw mut event) }
}

/// Los avisos que haya; si no hay ninguno, espera.
pub(crate) fn wait(epoll: i32, events: &mut [Event]) -> &[Event] {
    // SAFETY: `events` es un trozo vivo y se dice cuántos caben.
    let count = unsafe { libc::epoll_wait(epoll, events.as_mut_ptr(), events.len() as i32, -1) };
    // Negativo: lo interrumpió una señal.
    &events[..count.max(0) as usize]
}

pub(crate) fn accept(listener: i32) -> Option<i32> {
    let kind = libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: con los dos punteros nulos, el sistema no escribe la dirección del cliente.
    let fd = unsafe { libc::accept4(listener, ptr::null_mut(), ptr::null_mut(), kind) };
    (fd >= 0).then_some(fd)
}

pub(crate) fn receive(fd: i32, buffer: &mut [u8]) -> Outcome {
    // SAFETY: `buffer` es un trozo vivo y se dice cuánto mide.
    outcome(unsafe { libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), 0) })
}

pub(crate) fn send(fd: i32, bytes: &[u8]) -> Outcome {
    // SAFETY: `bytes` es un trozo vivo y se dice cuánto mide.
    outcome(unsafe { libc::send(fd, bytes.as_ptr().cast(), bytes.len(), libc::MSG_NOSIGNAL) })
}

pub(crate) fn close(fd: i32) {
    // SAFETY: `fd` salió de `accept` y no se vuelve a usar.
    unsafe { libc::close(fd) };
}

fn outcome(result: isize) -> Outcome {
    if result >= 0 {
        return Outcome::Done(result as usize);
    }
    match io::Error::last_os_error().kind() {
        io::ErrorKind::WouldBlock => Outcome::Later,
        _ => Outcome::Gone,
    }
}

fn checked(result: i32) -> i32 {
    assert!(result >= 0, "{}", io::Error::last_os_error());
    result
}
