//! El armazón de cada página: el índice, el número del capítulo, sus vecinos y el carril de secciones.

use super::contents::{Chapter, Contents, Place};
use super::html::{self, Heading};

/// Con menos secciones, el carril sobra.
const FEW: usize = 3;

/// Con más, solo muestra las principales.
const MANY: usize = 18;

/// La página con lo que la plantilla dejó marcado ya puesto.
pub(super) fn with_frame(page: &str, name: &str, contents: &Contents) -> String {
    let place = contents.place(name);
    let headings = match (&place, html::main(page)) {
        (Some(_), Some((_, content, _))) => html::headings(content),
        _ => Vec::new(),
    };
    let rail = rail(&headings);
    let page = page
        .replace("<!--capitulos-->", &index(contents, name))
        .replace("<!--cabeza-->", &place.map_or_else(String::new, head))
        .replace("<!--vecinos-->", &place.map_or_else(String::new, neighbours))
        .replace("<!--carril-->", &rail);
    let page = match place {
        Some(place) => page.replace(
            "<main id=\"contenido\">",
            &format!("<main id=\"contenido\" data-cap=\"{}\">", place.chapter.key),
        ),
        None => page,
    };
    if rail.is_empty() {
        page.replace("class=\"cuerpo con-carril\"", "class=\"cuerpo\"")
    } else {
        page
    }
}

fn index(contents: &Contents, current: &str) -> String {
    let mut text = String::new();
    for (group, chapters) in &contents.groups {
        text.push_str(&format!("<p>{}</p>\n<ol>\n", html::escape(group)));
        for Chapter { mark, name, page, key, .. } in chapters {
            let here = if page == current { " aria-current=\"page\"" } else { "" };
            text.push_str(&format!(
                "<li><a href=\"{page}\" data-cap=\"{key}\"{here}><span class=\"num\">{mark}</span>\
                 <span>{name}</span><span class=\"avance\"></span></a></li>\n"
            ));
        }
        text.push_str("</ol>\n");
    }
    text + "<p class=\"clave\"><span class=\"avance\" data-a=\"leido\"></span>leído<br>\
            <span class=\"avance\" data-a=\"resuelto\"></span>ejercicio resuelto</p>"
}

/// El número y el nombre, encima de la pregunta; en los apéndices, la letra.
pub(super) fn head(place: Place<'_>) -> String {
    let Chapter { mark, name, title, .. } = place.chapter;
    if mark.is_empty() {
        return String::new();
    }
    let is_letter = mark.chars().all(char::is_alphabetic);
    let label = match is_letter || name == title {
        true if is_letter => "Apéndice",
        true => place.group,
        false => name,
    };
    format!("<p class=\"seccion\"><span class=\"n\">{mark}</span>{label}</p>")
}

fn neighbours(place: Place<'_>) -> String {
    let link = |class: &str, rel: &str, chapter: &Chapter| {
        let Chapter { mark, name, page, title, .. } = chapter;
        let (small, big) = match (class, mark.is_empty() || name == title) {
            ("ant", _) => ("Anterior".to_owned(), name),
            (_, true) => ("Siguiente".to_owned(), name),
            (_, false) => (format!("{mark} · {name}"), title),
        };
        format!(
            "<a class=\"{class}\" href=\"{page}\" rel=\"{rel}\"><small>{small}</small>{big}</a>"
        )
    };
    let previous = place.previous.map_or_else(String::new, |chapter| link("ant", "prev", chapter));
    let next = place.next.map_or_else(String::new, |chapter| link("sig", "next", chapter));
    format!("<nav class=\"pasar\" aria-label=\"Capítulos vecinos\">{previous}{next}</nav>")
}

fn rail(headings: &[Heading]) -> String {
    let named =
        |top: u8| headings.iter().filter(move |h| (2..=top).contains(&h.level) && !h.id.is_empty());
    let top = if named(3).count() > MANY { 2 } else { 3 };
    if named(top).count() < FEW {
        return String::new();
    }
    let items: String = named(top)
        .map(|Heading { id, inside, .. }| {
            let id = html::escape(&html::unescape(id));
            format!("<li><a href=\"#{id}\">{inside}</a></li>\n")
        })
        .collect();
    format!(
        "<nav class=\"carril\" aria-label=\"En esta página\">\n<p>En esta página</p>\n<ol>\n{items}</ol>\n</nav>"
    )
}
