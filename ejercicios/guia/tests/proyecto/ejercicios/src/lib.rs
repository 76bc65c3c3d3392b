#[cfg_attr(feature = "soluciones", path = "soluciones/cap01_uno.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap01_uno.rs")]
pub mod cap01_uno;

#[cfg_attr(feature = "soluciones", path = "soluciones/cap02_dos.rs")]
#[cfg_attr(not(feature = "soluciones"), path = "pendientes/cap02_dos.rs")]
pub mod cap02_dos;
