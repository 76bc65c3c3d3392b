//! Los apéndices del libro dicen la verdad: lo que sus tablas cuentan es lo que hay.

#[path = "apendices/counterparts.rs"]
mod counterparts;
#[path = "apendices/environ.rs"]
mod environ;
#[path = "apendices/lines.rs"]
mod lines;
#[path = "apendices/relay_line.rs"]
mod relay_line;
#[path = "apendices/request_path.rs"]
mod request_path;
#[path = "apendices/table.rs"]
mod table;
#[path = "apendices/wsgiref.rs"]
mod wsgiref;
