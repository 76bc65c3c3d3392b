//! La familia de CGI como funciones puras: lo que tienen en común los protocolos en que un servidor
//! web entrega la petición ya leída, como una lista de variables (RFC 3875 §4).
//!
//! Como en `http`, aquí no hay sockets, ni reloj, ni hilos: cada lector se prueba partiendo la
//! entrada en cada byte.
//!
//! | estación | qué hace |
//! |---|---|
//! | [`fastcgi`], [`scgi`], [`uwsgi`] | de los bytes a las variables, y al cuerpo |
//! | [`variables`] | de las variables al `environ`, limpias y completas |
//! | [`address`] | cómo se escriben las direcciones |
//! | [`head`] | la cabeza de una respuesta |

pub(crate) mod fastcgi;
pub(crate) mod scgi;
pub(crate) mod uwsgi;
pub(crate) mod variables;
pub(crate) mod address;
pub(crate) mod head;
