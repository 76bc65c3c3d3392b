//! FastCGI: la petición y la respuesta, en registros con su dueño y su tamaño
//! (<https://fastcgi-archives.github.io/FastCGI_Specification.html>).
//!
//! ```text
//! servidor web                                     aplicación
//!   BEGIN_REQUEST(1) PARAMS(1)… PARAMS(1, vacío) ──▶
//!   STDIN(1)… STDIN(1, vacío)                    ──▶
//!                ◀── STDOUT(1)… STDERR(1)… STDOUT(1, vacío) END_REQUEST(1)
//! ```
//!
//! Una conexión lleva una petición a la vez: ni nginx ni Apache mandan más. A la segunda se le
//! responde que no cabe, como prevé la especificación.
//!
//! | estación | qué hace |
//! |---|---|
//! | [`record`] | un registro, por fuera |
//! | [`pairs`] | nombres y valores |
//! | [`receiver`] | de los registros que llegan a las variables y el cuerpo |

mod record;
mod pairs;
mod receiver;

pub(crate) use receiver::{Phase, Receiver, ReceiverLimits};
pub(crate) use record::{
    MAX_CONTENT, abort_start, is_aborted, write_aborted, write_end, write_nonsense, write_stderr,
    write_stdout,
};

#[cfg(test)]
mod tests;
