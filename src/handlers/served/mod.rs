//! Los protocolos en que un servidor web entrega la petición a un proceso que sigue ahí: los atiende el
//! motor de `simple_server`.

pub mod fastcgi;
pub mod scgi;
pub mod uwsgi;
