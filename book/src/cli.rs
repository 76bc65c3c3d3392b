//! Las órdenes: cuáles hay y qué hace cada una.

use crate::console::say;
use crate::error::BookError;
use crate::{Folders, builder, editions, server};
use std::env;
use std::path::Path;

/// La variable de entorno que dice el puerto, si no lo dice la orden.
const PORT_VARIABLE: &str = "PUERTO";

const USAGE: &str = "\
Uso: cargo libro [orden] [opciones]

Órdenes:
  servir      construye el libro, lo sirve en http://localhost:3000 y lo reconstruye al guardar; Ctrl-C lo detiene.
              Es la que se cumple si no escribes ninguna
  construir   solo construye el libro en book/salida
  revisar     construye el libro y señala inclusiones rotas, enlaces muertos, capítulos sueltos e imágenes sin texto
  ediciones   escribe el libro en EPUB y en PDF en book/ediciones; con «epub» o «pdf» detrás, solo ese. El PDF lo
              compone un Chromium, Chrome o Edge: si no lo encuentra, la variable de entorno CHROMIUM dice dónde está
  ayuda       muestra esta ayuda

Opciones de servir:
  -p, --puerto N   lo sirve en el puerto N, y en ningún otro; 0 es cualquiera que esté libre. Sin esta opción vale la
                   variable de entorno PUERTO y, sin ella, el 3000 o el primero libre de los siguientes";

/// Cumple la orden que piden los argumentos sobre el libro de la carpeta `root`.
///
/// # Errors
/// La orden no existe o no pudo cumplirse; el mensaje dice qué hacer.
pub fn run(arguments: &[String], root: &Path) -> Result<(), BookError> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let folders = Folders::new(root);
    match Order::read(&words)? {
        Order::Serve { port } => {
            let port = port.map_or_else(port_of_environment, |port| Ok(Some(port)))?;
            server::serve(&folders, port)?;
        }
        Order::Build => {
            builder::build(&folders)?;
            say(&format!("El libro está en {}", folders.output().join("index.html").display()));
        }
        Order::Review => {
            let pages = builder::review(&folders)?;
            say(&format!("El libro está bien: {pages} páginas revisadas, ningún problema."));
        }
        Order::Editions { epub, pdf } => {
            if epub {
                say(&format!("El EPUB está en {}", editions::epub(&folders)?.display()));
            }
            if pdf {
                say("Se compone el PDF; tarda un minuto…");
                say(&format!("El PDF está en {}", editions::pdf(&folders)?.display()));
            }
        }
        Order::Help => say(USAGE),
    }
    Ok(())
}

/// Lo que se puede pedir.
#[derive(Debug, PartialEq, Eq)]
enum Order {
    Serve { port: Option<u16> },
    Build,
    Review,
    Editions { epub: bool, pdf: bool },
    Help,
}

impl Order {
    fn read(words: &[&str]) -> Result<Self, BookError> {
        if words.iter().any(|word| matches!(*word, "--help" | "-h")) {
            return Ok(Self::Help);
        }
        let (order, rest) = match words {
            [order, rest @ ..] if !order.starts_with('-') => (*order, rest),
            options => ("servir", options),
        };
        match (order, rest) {
            ("servir", options) => Ok(Self::Serve { port: port_option(options)? }),
            ("construir", []) => Ok(Self::Build),
            ("revisar", []) => Ok(Self::Review),
            ("ediciones", []) => Ok(Self::Editions { epub: true, pdf: true }),
            ("ediciones", ["epub"]) => Ok(Self::Editions { epub: true, pdf: false }),
            ("ediciones", ["pdf"]) => Ok(Self::Editions { epub: false, pdf: true }),
            ("ayuda", []) => Ok(Self::Help),
            ("construir" | "revisar" | "ediciones" | "ayuda", [.., extra]) => {
                Err(BookError::ExtraArgument((*extra).to_owned()))
            }
            (unknown, _) => Err(BookError::UnknownCommand(unknown.to_owned())),
        }
    }
}

/// El puerto que dicen las opciones, escrito junto a la opción o después.
fn port_option(options: &[&str]) -> Result<Option<u16>, BookError> {
    let (text, rest) = match options {
        [] => return Ok(None),
        ["--puerto" | "-p", text, rest @ ..] => (*text, rest),
        ["--puerto" | "-p"] => return Err(BookError::PortMissing),
        [joined, rest @ ..] => match joined.strip_prefix("--puerto=") {
            Some(text) => (text, rest),
            None => return Err(unknown(joined)),
        },
    };
    let port = port(text)?;
    match rest {
        [] => Ok(Some(port)),
        [extra, ..] => Err(unknown(extra)),
    }
}

fn unknown(word: &str) -> BookError {
    match word.starts_with('-') {
        true => BookError::UnknownOption(word.to_owned()),
        false => BookError::ExtraArgument(word.to_owned()),
    }
}

fn port_of_environment() -> Result<Option<u16>, BookError> {
    match env::var_os(PORT_VARIABLE).filter(|text| !text.is_empty()) {
        Some(text) => port(&text.to_string_lossy()).map(Some),
        None => Ok(None),
    }
}

fn port(text: &str) -> Result<u16, BookError> {
    text.parse().map_err(|_| BookError::BadPort(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn el_puerto_se_escribe_de_varias_maneras() {
        let lines = ["--puerto 3050", "--puerto=3050", "-p 3050", "servir --puerto 3050"];
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            let order = Order::read(&words).expect("está bien");
            assert_eq!(order, Order::Serve { port: Some(3050) }, "{line}");
        }
        for words in [&[][..], &["servir"]] {
            assert_eq!(Order::read(words).expect("está bien"), Order::Serve { port: None });
        }
    }
}
