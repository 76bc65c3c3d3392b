//! Las llamadas de una figura: lo que se dice de cada línea, al lado, con su número.

use super::html;

/// Una llamada: cómo empieza la línea a la que se refiere, y qué dice de ella, en HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Callout<'t> {
    start: String,
    text: &'t str,
    /// Qué línea es, contada en toda la figura.
    line: Option<usize>,
}

/// Las llamadas de una lista, cada una en su línea: la primera que empieza como dice, después de la anterior.
pub(super) fn placed<'t>(list: &'t str, lines: &[&str]) -> Vec<Callout<'t>> {
    let mut next = 0;
    list.split("<li>")
        .skip(1)
        .map(|item| {
            let (start, text) = parts(item.split("</li>").next().unwrap_or_default());
            let starts = |line: &&str| !start.is_empty() && line.trim_start().starts_with(&start);
            let found = lines.get(next..).unwrap_or_default().iter().position(starts);
            let line = found.map(|at| next + at);
            next = line.map_or(next, |line| line + 1);
            Callout { start, text, line }
        })
        .collect()
}

/// El principio de una línea, entre marcas de código, y lo demás.
fn parts(item: &str) -> (String, &str) {
    let item = item.trim().trim_start_matches("<p>").trim_end_matches("</p>");
    match item.strip_prefix("<code>").and_then(|item| item.split_once("</code>")) {
        Some((start, text)) => (html::unescape(start), text.trim_start_matches([':', ' '])),
        None => (String::new(), item),
    }
}

/// El número de la llamada que se refiere a esa línea, para ponerlo delante de ella.
pub(super) fn number(callouts: &[Callout<'_>], line: usize) -> String {
    let at = callouts.iter().position(|callout| callout.line == Some(line));
    at.map_or_else(String::new, |at| mark(at + 1))
}

/// La lista de las que se refieren a unas líneas; la última figura de una página puede no tener ninguna.
pub(super) fn written(callouts: &[Callout<'_>], lines: &std::ops::Range<usize>) -> String {
    let belongs = |callout: &Callout<'_>| callout.line.is_some_and(|line| lines.contains(&line));
    let Some(first) = callouts.iter().position(belongs) else { return String::new() };
    let items: String = callouts
        .iter()
        .enumerate()
        .filter(|(_, callout)| belongs(callout))
        .map(|(at, callout)| format!("<li>{}<span>{}</span></li>", mark(at + 1), callout.text))
        .collect();
    format!("<ol class=\"llamadas\" start=\"{}\">{items}</ol>", first + 1)
}

/// Las que no encontraron su línea: cómo debía empezar.
pub(super) fn lost<'c>(callouts: &'c [Callout<'_>]) -> impl Iterator<Item = &'c str> {
    callouts.iter().filter(|callout| callout.line.is_none()).map(|callout| &*callout.start)
}

fn mark(number: usize) -> String {
    format!("<b class=\"num-ll\">{number}</b>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const LINES: [&str; 5] = ["GET / HTTP/1.1", "␍␊", "HTTP/1.1 200 OK", "␍␊", "  <b>"];

    #[test]
    fn cada_llamada_busca_su_linea_despues_de_la_anterior() {
        let list = "<ul>\n<li><code>GET</code> Pide.</li>\n<li><code>HTTP</code>: Sale.</li>\n\
                    <li><code>␍␊</code> Fin.</li>\n<li><code>&lt;b&gt;</code> Va.</li>\n</ul>";
        let seen = placed(list, &LINES);
        let lines: Vec<_> = seen.iter().map(|callout| (callout.text, callout.line)).collect();
        assert_eq!(
            lines,
            [("Pide.", Some(0)), ("Sale.", Some(2)), ("Fin.", Some(3)), ("Va.", Some(4))]
        );
        assert_eq!(number(&seen, 2), "<b class=\"num-ll\">2</b>");
        assert_eq!(number(&seen, 1), "");
        assert_eq!(
            written(&seen, &(2..4)),
            "<ol class=\"llamadas\" start=\"2\"><li><b class=\"num-ll\">2</b><span>Sale.</span></li>\
             <li><b class=\"num-ll\">3</b><span>Fin.</span></li></ol>"
        );
    }

    #[test]
    fn la_que_no_encuentra_su_linea_se_sabe_cual_es() {
        let list = "<li><code>POST</code> No.</li><li>Sin nombre.</li>";
        let seen = placed(list, &LINES);
        assert_eq!(lost(&seen).collect::<Vec<_>>(), ["POST", ""]);
    }
}
