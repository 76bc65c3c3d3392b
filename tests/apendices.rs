//! Los apéndices del libro dicen la verdad: lo que sus tablas cuentan es lo que hay.

#[path = "apendices/environ.rs"]
mod environ;
#[path = "apendices/table.rs"]
mod table;
