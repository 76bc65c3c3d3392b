//! Dónde está cada cosa que también se nombra en los mensajes.

/// La carpeta de los archivos que resuelve quien estudia, vista desde la raíz.
pub(crate) const STUBS: &str = "ejercicios/src/pendientes";
