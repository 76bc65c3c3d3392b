//! El socket de una conexión: de red, o de Unix.

use std::io::{self, IoSlice, Read, Write};
#[cfg(unix)]
use std::mem::MaybeUninit;
use std::net::Shutdown;
use std::time::Duration;

use mio::net::TcpStream;
#[cfg(unix)]
use mio::net::UnixStream;
use socket2::SockRef;

#[derive(Debug)]
pub(crate) enum Socket {
    Tcp(TcpStream),
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Socket {
    /// Deja de recibir: quien espere bytes despierta.
    pub(crate) fn stop_receiving(&self) -> io::Result<()> {
        SockRef::from(self).shutdown(Shutdown::Read)
    }

    /// Que cerrarlo mande un corte (RST) y no un final; o que vuelva a ser como siempre. Un socket de
    /// Unix no tiene cortes.
    pub(crate) fn abort_when_closed(&self, aborts: bool) -> io::Result<()> {
        SockRef::from(self).set_linger(aborts.then_some(Duration::ZERO))
    }

    /// Si lo que tomó el sistema ya salió hacia el otro extremo; donde no se sabe, se supone. Si no,
    /// el sistema avisará cuando salga lo último, y no antes.
    pub(crate) fn has_sent_all(&self) -> io::Result<bool> {
        has_sent_all(self)
    }

    /// Mira lo que hay por leer, sin llevárselo ni esperar. De uno de Unix solo se sabe si hay algo.
    pub(crate) fn peek(&self, room: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => stream.peek(room),
            #[cfg(unix)]
            Self::Unix(_) => SockRef::from(self).peek(&mut [MaybeUninit::uninit()]),
        }
    }

    /// Avisa al otro extremo de que no se enviará nada más.
    pub(crate) fn finish(&self) -> io::Result<()> {
        match self {
            Self::Tcp(stream) => stream.shutdown(Shutdown::Write),
            #[cfg(unix)]
            Self::Unix(stream) => stream.shutdown(Shutdown::Write),
        }
    }
}

#[cfg(target_os = "linux")]
fn has_sent_all(socket: &Socket) -> io::Result<bool> {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    use std::os::fd::AsFd;
    if let Socket::Unix(_) = socket {
        // Lo enviado ya está en el otro extremo.
        return Ok(true);
    }
    // Se puede escribir cuando queda por salir menos que esto: cuando no queda nada.
    SockRef::from(socket).set_tcp_notsent_lowat(1)?;
    let mut asked = [PollFd::new(socket.as_fd(), PollFlags::POLLOUT)];
    Ok(poll(&mut asked, PollTimeout::ZERO)? > 0)
}

#[cfg(not(target_os = "linux"))]
fn has_sent_all(_socket: &Socket) -> io::Result<bool> {
    Ok(true)
}

impl Read for &Socket {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => (&*stream).read(buf),
            #[cfg(unix)]
            Socket::Unix(stream) => (&*stream).read(buf),
        }
    }
}

impl Write for &Socket {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => (&*stream).write(buf),
            #[cfg(unix)]
            Socket::Unix(stream) => (&*stream).write(buf),
        }
    }

    fn write_vectored(&mut self, bufs: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Socket::Tcp(stream) => (&*stream).write_vectored(bufs),
            #[cfg(unix)]
            Socket::Unix(stream) => (&*stream).write_vectored(bufs),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(unix)]
mod descriptor {
    use super::Socket;
    use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

    impl AsFd for Socket {
        fn as_fd(&self) -> BorrowedFd<'_> {
            match self {
                Self::Tcp(stream) => stream.as_fd(),
                Self::Unix(stream) => stream.as_fd(),
            }
        }
    }

    impl AsRawFd for Socket {
        fn as_raw_fd(&self) -> RawFd {
            self.as_fd().as_raw_fd()
        }
    }
}

#[cfg(windows)]
mod descriptor {
    use super::Socket;
    use std::os::windows::io::{AsSocket, BorrowedSocket};

    impl AsSocket for Socket {
        fn as_socket(&self) -> BorrowedSocket<'_> {
            let Self::Tcp(stream) = self;
            stream.as_socket()
        }
    }
}
