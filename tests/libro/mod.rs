//! Los textos del libro, para las pruebas que los leen.

use std::fs;
use std::path::Path;

const LEFT_OUT: &str = "## Lo que queda fuera";

/// Un capítulo con programa.
pub struct Chapter {
    /// `cap01_texto`.
    pub slug: String,
    pub text: String,
}

impl Chapter {
    /// `cap01`.
    pub fn number(&self) -> &str {
        &self.slug[..5]
    }

    /// Su texto, su programa y su ejercicio. Lo que queda fuera puede nombrar lo que viene después.
    pub fn everything_but_what_is_left_out(&self) -> Vec<(String, String)> {
        let slug = &self.slug;
        let mut all = vec![(format!("{slug}.md"), self.without_what_is_left_out())];
        // Solo lo que pide: debajo escribe quien estudia, y puede saber más que el libro.
        let stub = format!("ejercicios/src/pendientes/{slug}.rs");
        let asked = read(&stub).lines().filter(|line| line.starts_with("//!")).collect();
        all.push((stub, asked));
        for path in [
            self.program(),
            format!("ejercicios/src/soluciones/{slug}.rs"),
            format!("ejercicios/pistas/{slug}.md"),
        ] {
            let text = read(&path);
            all.push((path, text));
        }
        all
    }

    /// El archivo de su programa, que casi siempre es de Rust.
    fn program(&self) -> String {
        let slug = &self.slug;
        let rust = format!("examples/{slug}.rs");
        let is_rust = root().join(&rust).is_file();
        if is_rust { rust } else { format!("book/python/{slug}.py") }
    }

    fn without_what_is_left_out(&self) -> String {
        let Some((before, after)) = self.text.split_once(LEFT_OUT) else {
            return self.text.clone();
        };
        let rest = after.find("\n## ").map_or("", |at| &after[at..]);
        format!("{before}{rest}")
    }

    /// Lo que se lee, sin código ni direcciones, y sin lo que queda fuera ni la lista de palabras.
    pub fn prose(&self) -> String {
        let text = self.without_what_is_left_out();
        let text = text.split("## Palabras nuevas").next().unwrap_or_default();
        visible(text)
    }

    /// Cuántas palabras se leen. Las soluciones, las pistas y los programas no cuentan.
    pub fn prose_words(&self) -> usize {
        let text = self.text.split("## Palabras nuevas").next().unwrap_or_default();
        let has_letters = |word: &&str| word.chars().any(char::is_alphanumeric);
        visible(text).split_whitespace().filter(has_letters).count()
    }

    /// Las palabras que dice que explica.
    pub fn new_words(&self) -> Vec<String> {
        let (_, list) = self.text.split_once("## Palabras nuevas").expect("la lista de palabras");
        let links = list.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
        links.map(|(word, _)| word.trim_matches(['`', '*']).to_owned()).collect()
    }
}

/// Los capítulos, en su orden.
pub fn chapters() -> Vec<Chapter> {
    let pages = pages().into_iter().filter(|(name, _)| name.starts_with("cap"));
    pages
        .map(|(name, text)| Chapter { slug: name.trim_end_matches(".md").to_owned(), text })
        .collect()
}

/// Todas las páginas del libro, con su nombre, por orden alfabético.
pub fn pages() -> Vec<(String, String)> {
    let folder = root().join("book/capitulos");
    let entries = fs::read_dir(folder).expect("la carpeta está");
    let mut pages: Vec<(String, String)> = entries
        .map(|entry| entry.expect("la carpeta se lee").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .map(|path| path.file_name().expect("tiene nombre").to_string_lossy().into_owned())
        .map(|name| (name.clone(), read(&format!("book/capitulos/{name}"))))
        .collect();
    pages.sort();
    pages
}

/// El texto de un archivo del repositorio.
pub fn read(path: &str) -> String {
    let text = fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    text.replace("\r\n", "\n")
}

/// El archivo de pruebas de ese nombre; vacío si no está.
pub fn tests_of(name: &str) -> String {
    fs::read_to_string(root().join(format!("tests/{name}.rs"))).unwrap_or_default()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Los términos de una lista de definiciones, en su orden y sin etiquetas.
pub fn terms(text: &str) -> Vec<String> {
    let terms = text.split("<dt").skip(1).filter_map(|rest| rest.split_once("</dt>"));
    terms.map(|(term, _)| without_tags(&format!("<dt{term}"))).collect()
}

/// Lo que se compara de un término para ponerlo en orden: sus letras, sin mayúsculas, tildes ni
/// espacios. La `ñ` va después de la `n`.
pub fn letters(term: &str) -> String {
    let plain = |letter| match letter {
        'á' => "a".to_owned(),
        'é' => "e".to_owned(),
        'í' => "i".to_owned(),
        'ó' => "o".to_owned(),
        'ú' | 'ü' => "u".to_owned(),
        'ñ' => "n{".to_owned(),
        letter => letter.to_string(),
    };
    term.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).map(plain).collect()
}

/// Los bloques de código: su lenguaje y su contenido.
pub fn fences(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in text.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some((language.to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (None, Some((_, content))) => content.push_str(&format!("{line}\n")),
            (None, None) => {}
        }
    }
    found
}

/// Las órdenes que alguien copiaría: las de un bloque `console` que no muestra también su respuesta,
/// y las que están entre comillas invertidas.
pub fn orders(text: &str) -> Vec<String> {
    let is_order = |text: &str| ["cargo ", "python3 "].iter().any(|start| text.starts_with(start));
    let blocks = fences(text).into_iter().filter(|(language, _)| language == "console");
    let in_blocks = blocks.flat_map(|(_, content)| {
        content
            .lines()
            .map(str::to_owned)
            .filter(|line| !line.starts_with("{{#include"))
            .collect::<Vec<_>>()
    });
    let inline = without_fences(text);
    let inline =
        inline.split('`').skip(1).step_by(2).filter(|code| is_order(code)).map(str::to_owned);
    in_blocks.chain(inline.collect::<Vec<_>>()).collect()
}

/// Si `prose` dice esa palabra, en singular o en plural. Las que van en mayúsculas, como `HEAD`, solo
/// así: `<head>` es otra cosa.
pub fn says(prose: &str, word: &str) -> bool {
    if word.chars().any(char::is_lowercase) {
        return says_exactly(&prose.to_lowercase(), &word.to_lowercase());
    }
    says_exactly(prose, word)
}

fn says_exactly(prose: &str, word: &str) -> bool {
    let is_letter = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    prose.match_indices(word).any(|(at, _)| {
        let after = &prose[at + word.len()..];
        let ends = ["", "s", "es"].iter().filter_map(|end| after.strip_prefix(end));
        !prose[..at].ends_with(is_letter)
            && ends.into_iter().any(|rest| !rest.starts_with(is_letter))
    })
}

fn without_fences(text: &str) -> String {
    let mut is_code = false;
    let mut kept = String::new();
    for line in text.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        } else if !is_code {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// Lo que se lee en la página: sin bloques de código, directivas, etiquetas ni direcciones.
fn visible(text: &str) -> String {
    let text = without(&without_fences(text), "{{", "}}");
    let text = without_tags(&text);
    without(&text, "](", ")")
}

/// Quita las etiquetas. Un `<` suelto, o entre comillas invertidas, se lee.
fn without_tags(text: &str) -> String {
    let mut parts = text.split('<');
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_tag = part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        match part.split_once('>') {
            Some((_, after)) if is_tag && !kept.ends_with('`') => kept.push_str(after),
            _ => kept.push_str(part),
        }
    }
    kept
}

/// Quita lo que hay entre `open` y `close`, con ellos.
pub fn without(text: &str, open: &str, close: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(open) {
        kept.push_str(&rest[..start]);
        kept.push(' ');
        rest = rest[start..].find(close).map_or("", |end| &rest[start + end + close.len()..]);
    }
    kept + rest
}
