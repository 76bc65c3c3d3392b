//! Lo que dice el compilador: las dos líneas que importan, y el mensaje entero plegado.

use super::html;

/// Si es un mensaje de `rustc`.
pub(super) fn is_message(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    ["error: ", "error[", "warning: "].iter().any(|start| first.starts_with(start))
}

/// El mensaje en HTML, con el nombre del archivo que tiene delante quien lee.
pub(super) fn written(text: &str, page: &str) -> String {
    let text = with_own_file(text.trim_end(), page);
    let title = text.lines().next().unwrap_or_default();
    let whole = html::escape(&text);
    let head = format!(
        "<div class=\"bloque compilador\"><div class=\"pie\"><span>Compilador</span>\
         <span lang=\"en\">{}</span></div>",
        html::escape(title)
    );
    match Point::find(&text) {
        Some(point) => format!(
            "{head}<pre lang=\"en\"><code>{}</code></pre><details><summary>Ver el mensaje entero</summary>\
             <pre lang=\"en\"><code>{whole}</code></pre></details></div>",
            point.written()
        ),
        None => format!("{head}<pre lang=\"en\"><code>{whole}</code></pre></div>"),
    }
}

/// Los errores se graban de programas pequeños; a quien lee le pasan en el archivo de su capítulo, y a quien lee un
/// apéndice, en un programa suyo.
fn with_own_file(text: &str, page: &str) -> String {
    let named = text.split_whitespace().find_map(|word| {
        let (file, _) = word.split_once(".rs:")?;
        file.strip_prefix("examples/").map(|stem| format!("{stem}.rs"))
    });
    let Some(named) = named else { return text.to_owned() };
    let chapter = page.strip_suffix(".html").filter(|stem| stem.starts_with("cap"));
    let (folder, own) = match chapter {
        Some(chapter) => ("examples/", format!("{chapter}.rs")),
        None => ("src/", "main.rs".to_owned()),
    };
    // Dentro de un tipo, el compilador escribe el nombre sin su carpeta.
    text.replace(&format!("examples/{named}"), &format!("{folder}{named}")).replace(&named, &own)
}

/// Dónde señala el mensaje: la línea, lo que subraya y lo que dice de ello.
#[derive(Debug, PartialEq, Eq)]
struct Point<'t> {
    number: &'t str,
    before: &'t str,
    marked: &'t str,
    after: &'t str,
    label: String,
}

impl<'t> Point<'t> {
    fn find(text: &'t str) -> Option<Self> {
        let place = text.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
        let number = place.rsplit(':').nth(1)?;
        let lines: Vec<&str> = text.lines().collect();
        let at = lines.iter().position(|line| {
            line.trim_start().strip_prefix(number).is_some_and(|rest| rest.starts_with(" |"))
        })?;
        let (_, code) = lines[at].split_once(" | ")?;
        let (_, marks) = lines.get(at + 1)?.split_once("| ")?;
        let start = marks.find('^')?;
        let length = marks[start..].find(|mark| mark != '^').unwrap_or(marks.len() - start);
        let label = marks[start + length..].trim().trim_start_matches(['-', ' ']).to_owned();
        let index =
            |column: usize| code.char_indices().nth(column).map_or(code.len(), |(at, _)| at);
        let (from, to) = (index(start), index(start + length));
        Some(Self {
            number,
            before: &code[..from],
            marked: &code[from..to],
            after: &code[to..],
            label: if label.is_empty() { below(&lines[at + 2..]) } else { label },
        })
    }

    fn written(&self) -> String {
        let Self { number, before, marked, after, label } = self;
        let code = [before, marked, after].map(|part| html::escape(part));
        let [before, marked, after] = code;
        let before = before.trim_start();
        let said = match label.is_empty() {
            true => String::new(),
            false => format!(
                "\n<span class=\"ren\"><span class=\"nl\"></span><span class=\"e\">{}</span></span>",
                html::escape(label)
            ),
        };
        format!(
            "<span class=\"ren\"><span class=\"nl\">{number}</span>{before}<u>{marked}</u>{after}</span>{said}"
        )
    }
}

/// Lo que dice debajo, cuando no cabe al lado de la marca.
fn below(lines: &[&str]) -> String {
    lines
        .iter()
        .map_while(|line| line.trim_start().strip_prefix('|'))
        .map(|line| line.trim().trim_start_matches(['|', ' ', '_']).trim_start_matches("help: "))
        .find(|line| !line.is_empty() && !line.starts_with(['^', '-', '=']))
        .unwrap_or_default()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const MESSAGE: &str = "error[E0308]: mismatched types\n  --> examples/sin_ok.rs:12:5\n   |\n\
        12 |     Body::from([\"ó\"])\n   |     ^^^^^^^^^^^^^^^^^ expected `Result`, found `Body`\n";

    #[test]
    fn se_muestra_la_linea_lo_que_subraya_y_lo_que_dice() {
        let point = Point::find(MESSAGE).expect("señala algo");
        assert_eq!(
            point.written(),
            "<span class=\"ren\"><span class=\"nl\">12</span><u>Body::from([&quot;ó&quot;])</u></span>\n\
             <span class=\"ren\"><span class=\"nl\"></span><span class=\"e\">expected `Result`, found `Body`</span></span>"
        );
    }

    #[test]
    fn el_archivo_es_el_del_capitulo() {
        let written = written(MESSAGE, "cap01_texto.html");
        assert!(written.contains("--&gt; examples/cap01_texto.rs:12:5"), "{written}");
        assert!(!written.contains("sin_ok"), "{written}");
        let appendix = super::written(MESSAGE, "de_python_a_rust.html");
        assert!(appendix.contains("--&gt; src/main.rs:12:5"), "{appendix}");
    }

    #[test]
    fn tambien_dentro_de_un_tipo() {
        let message =
            "error[E0271]: expected `{closure@trozo.rs:5:33}`\n --> examples/trozo.rs:5:42\n";
        assert_eq!(
            with_own_file(message, "cap07_trozos.html"),
            "error[E0271]: expected `{closure@cap07_trozos.rs:5:33}`\n --> examples/cap07_trozos.rs:5:42\n"
        );
    }

    #[test]
    fn lo_que_dice_al_final_de_una_raya_se_lee_sin_ella() {
        assert_eq!(
            below(&["  |               |", "  |  ______________help: add `;` here"]),
            "add `;` here"
        );
    }
}
