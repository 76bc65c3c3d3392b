//! La interfaz de mdBook, en español.
//!
//! mdBook tiene sus textos escritos dentro de sus plantillas y guiones, y `language = "es"` no cambia ninguno. En vez
//! de copiar esos archivos enteros, que habría que rehacer con cada versión, se construye con los suyos y después se
//! cambia cada frase por la nuestra. Una prueba falla si alguna frase inglesa de estas tablas deja de aparecer: es la
//! señal de que mdBook cambió y de que la tabla debe cambiar con él.
//!
//! Los capítulos no se tocan: en una página, [`INTERFACE`] solo se aplica fuera de `<main>` y [`CONTENT`], dentro.

use crate::folders::files_under;
use std::fs;
use std::io;
use std::path::Path;

/// Una frase de mdBook y la que la sustituye.
pub type Phrase = (&'static str, &'static str);

/// Lo que rodea al capítulo en cada página.
pub const INTERFACE: &[Phrase] = &[
    ("<title>Page not found - ", "<title>Página no encontrada - "),
    (">Keyboard shortcuts</h2>", ">Atajos de teclado</h2>"),
    (
        "Press <kbd>←</kbd> or <kbd>→</kbd> to navigate between chapters",
        "<kbd>←</kbd> y <kbd>→</kbd> cambian de capítulo",
    ),
    (
        "Press <kbd>S</kbd> or <kbd>/</kbd> to search in the book",
        "<kbd>S</kbd> o <kbd>/</kbd> buscan en el libro",
    ),
    ("Press <kbd>?</kbd> to show this help", "<kbd>?</kbd> muestra esta ayuda"),
    ("Press <kbd>Esc</kbd> to hide this help", "<kbd>Esc</kbd> la cierra"),
    ("aria-label=\"Table of contents\"", "aria-label=\"Índice\""),
    (
        "title=\"Toggle Table of Contents\" aria-label=\"Toggle Table of Contents\"",
        "title=\"Mostrar u ocultar el índice\" aria-label=\"Mostrar u ocultar el índice\"",
    ),
    (
        "title=\"Change theme\" aria-label=\"Change theme\"",
        "title=\"Cambiar el tema\" aria-label=\"Cambiar el tema\"",
    ),
    ("aria-label=\"Themes\"", "aria-label=\"Temas\""),
    (">Auto</button>", ">Automático</button>"),
    (">Light</button>", ">Claro</button>"),
    (">Coal</button>", ">Oscuro</button>"),
    // Tres temas bastan, y los tres están diseñados y medidos.
    (
        "<li role=\"none\"><button role=\"menuitem\" class=\"theme\" id=\"mdbook-theme-rust\">Rust</button></li>",
        "",
    ),
    (
        "<li role=\"none\"><button role=\"menuitem\" class=\"theme\" id=\"mdbook-theme-navy\">Navy</button></li>",
        "",
    ),
    (
        "<li role=\"none\"><button role=\"menuitem\" class=\"theme\" id=\"mdbook-theme-ayu\">Ayu</button></li>",
        "",
    ),
    (
        "title=\"Search (`/`)\" aria-label=\"Toggle Searchbar\"",
        "title=\"Buscar (`/`)\" aria-label=\"Mostrar u ocultar el buscador\"",
    ),
    (
        "placeholder=\"Search this book ...\"",
        "placeholder=\"Buscar en el libro…\" aria-label=\"Buscar en el libro\"",
    ),
    (
        "title=\"Print this book\" aria-label=\"Print this book\"",
        "title=\"Imprimir el libro\" aria-label=\"Imprimir el libro\"",
    ),
    ("aria-label=\"Page navigation\"", "aria-label=\"Capítulo anterior y siguiente\""),
    (
        "title=\"Previous chapter\" aria-label=\"Previous chapter\"",
        "title=\"Capítulo anterior\" aria-label=\"Capítulo anterior\"",
    ),
    (
        "title=\"Next chapter\" aria-label=\"Next chapter\"",
        "title=\"Capítulo siguiente\" aria-label=\"Capítulo siguiente\"",
    ),
];

/// Lo que mdBook escribe dentro del capítulo: los títulos de los avisos, el lector de imágenes y la página 404.
pub const CONTENT: &[Phrase] = &[
    ("</svg>Note</p>", "</svg>Nota</p>"),
    ("</svg>Tip</p>", "</svg>Consejo</p>"),
    ("</svg>Important</p>", "</svg>Importante</p>"),
    ("</svg>Warning</p>", "</svg>Advertencia</p>"),
    ("</svg>Caution</p>", "</svg>Cuidado</p>"),
    (
        "<input class=\"checkbox-img\" type=\"checkbox\">",
        "<input class=\"checkbox-img\" type=\"checkbox\" aria-label=\"Ampliar la imagen\">",
    ),
    (
        "<h1 id=\"document-not-found-404\"><a class=\"header\" href=\"#document-not-found-404\">\
         Document not found (404)</a></h1>",
        "<h1>Esta página no existe (404)</h1>",
    ),
    (
        "This URL is invalid, sorry. Please use the navigation bar or search to continue.",
        "Ningún capítulo tiene esta dirección. Busca en el índice o en el buscador lo que querías leer.",
    ),
];

/// Los botones de los bloques de código, en `book.js`.
pub const BOOK_JS: &[Phrase] = &[
    ("Show hidden lines", "Mostrar las líneas ocultas"),
    ("Hide lines", "Ocultar las líneas"),
    ("Copy to clipboard", "Copiar"),
    ("Copied!", "¡Copiado!"),
    ("Clipboard error!", "No se pudo copiar"),
    ("Run this code", "Ejecutar este código"),
    ("Undo changes", "Deshacer los cambios"),
    ("Running...", "Ejecutando…"),
    ("No output", "Sin salida"),
    ("Playground Communication: ", "No se pudo ejecutar: "),
];

/// Los mensajes del buscador, en `searcher.js`.
pub const SEARCHER_JS: &[Phrase] = &[
    (r"' search result for \'' + searchterm + '\':'", "' resultado para «' + searchterm + '»:'"),
    (
        r"'No search results for \'' + searchterm + '\'.'",
        "'Ningún resultado para «' + searchterm + '».'",
    ),
    (r"' search results for \'' + searchterm + '\':'", "' resultados para «' + searchterm + '»:'"),
    ("aria-label=\"Search Result Teaser\"", "aria-label=\"Fragmento del resultado\""),
];

/// El dibujo del botón de copiar, en `css/chrome.css`.
pub const CHROME_CSS: &[Phrase] = &[("aria-label=\"Copy to clipboard\"", "aria-label=\"Copiar\"")];

/// Traduce todo lo que mdBook escribió en `folder`. Devuelve las frases inglesas que no aparecieron en ningún archivo.
///
/// # Errors
/// No se puede leer o escribir alguna página.
pub fn translate(folder: &Path) -> io::Result<Vec<&'static str>> {
    let mut unused: Vec<&'static str> = [INTERFACE, CONTENT, BOOK_JS, SEARCHER_JS, CHROME_CSS]
        .iter()
        .flat_map(|table| table.iter().map(|(english, _)| *english))
        .collect();
    for path in files_under(folder) {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let spanish: fn(&str, &mut Vec<&'static str>) -> String = match name.as_str() {
            "book.js" => |text, unused| replace(text, BOOK_JS, unused),
            "searcher.js" => |text, unused| replace(text, SEARCHER_JS, unused),
            "chrome.css" => |text, unused| replace(text, CHROME_CSS, unused),
            page if page.ends_with(".html") => translate_page,
            _ => continue,
        };
        let text = fs::read_to_string(&path)?;
        fs::write(&path, spanish(&text, &mut unused))?;
    }
    Ok(unused)
}

/// Traduce una página: la interfaz fuera de `<main>` y lo que mdBook añade dentro.
fn translate_page(page: &str, unused: &mut Vec<&'static str>) -> String {
    let parts = page
        .split_once("<main>")
        .and_then(|(before, rest)| Some((before, rest.rsplit_once("</main>")?)));
    let Some((before, (content, after))) = parts else { return replace(page, INTERFACE, unused) };
    let before = replace(before, INTERFACE, unused);
    let content = replace(content, CONTENT, unused);
    let after = replace(after, INTERFACE, unused);
    format!("{before}<main>{content}</main>{after}")
}

fn replace(text: &str, table: &[Phrase], unused: &mut Vec<&'static str>) -> String {
    let mut text = text.to_owned();
    for (english, spanish) in table {
        if text.contains(english) {
            text = text.replace(english, spanish);
            unused.retain(|phrase| phrase != english);
        }
    }
    text
}
