//! La portada: la primera página, que no es un capítulo.

use std::fs;
use std::io;

use super::contents::Contents;
use super::html;
use super::message::messages;
use crate::folders::Folders;

/// Lo que dice, vista desde la carpeta de los capítulos.
pub(super) const SOURCE: &str = "../theme/portada.html";

/// La transcripción que muestra.
const EXCHANGE: &str = "transcripciones/cap01_bytes.txt";

/// La página, con la barra de las demás.
pub(super) fn page(folders: &Folders, contents: &Contents) -> io::Result<String> {
    let inside = fs::read_to_string(folders.chapters().join(SOURCE))?;
    let exchange = fs::read_to_string(folders.root().join(EXCHANGE))?;
    let first = contents.chapters().next().map_or("404.html", |chapter| &chapter.page);
    let frame = fs::read_to_string(folders.staging().join(first))?;
    let (top, _) = frame.split_once("<div class=\"cuerpo").unwrap_or((&frame, ""));
    let title =
        html::between(&inside, "<p class=\"obra\">", "</p>").map_or("", |(_, title, _)| title);
    let top = match html::between(top, "<title>", "</title>") {
        Some((before, _, after)) => format!("{before}<title>{title}</title>{after}"),
        None => top.to_owned(),
    };
    let top = top.replace("<body ", "<body class=\"portada\" ");
    let inside = inside
        .replace("<!--ida-->", &size(&exchange, true))
        .replace("<!--vuelta-->", &size(&exchange, false))
        .replace("<!--petición-->", &lines(&exchange, '>'))
        .replace("<!--respuesta-->", &lines(&exchange, '<'));
    Ok(format!("{top}{inside}</body>\n</html>\n"))
}

/// Cuántos bytes viajaron en un sentido.
fn size(exchange: &str, is_request: bool) -> String {
    let messages = messages(exchange);
    let sizes = messages.iter().filter(|message| message.is_request == is_request);
    sizes.filter_map(|message| message.size()).sum::<usize>().to_string()
}

/// Las líneas de un lado, con el final de cada una a la vista. El cuerpo no lo lleva.
fn lines(exchange: &str, side: char) -> String {
    let lines: Vec<&str> = exchange
        .lines()
        .filter_map(|line| line.strip_prefix(side))
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let head = lines.iter().position(|line| line.is_empty()).unwrap_or(lines.len());
    let mut text = String::new();
    for (at, line) in lines.iter().enumerate() {
        let line = html::escape(line);
        text.push_str(&match at > head {
            true => format!("<span class=\"cuerpo-p\">{line}</span>"),
            false => format!("{line}<i class=\"fin\" aria-hidden=\"true\">␍␊</i>\n"),
        });
    }
    text.trim_end().to_owned()
}
