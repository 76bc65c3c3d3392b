//! Las tablas: cada celda lleva el nombre de su columna, para cuando se apilan en una pantalla estrecha.

use super::html;

/// El contenido con sus tablas listas para apilarse.
pub(super) fn with_labels(content: &str) -> String {
    let mut out = String::new();
    let mut rest = content;
    while let Some((before, table, after)) = html::between(rest, "<table>", "</table>") {
        out.push_str(before);
        out.push_str(&format!("<table class=\"tabla\">{}</table>", labelled(table)));
        rest = after;
    }
    // Lo que se desplaza se alcanza también con el teclado; eso lo decide la página, que sabe si desborda.
    out + rest
}

fn labelled(table: &str) -> String {
    let Some((head, body)) = table.split_once("</thead>") else { return table.to_owned() };
    let columns: Vec<String> = head
        .split("<th")
        .skip(1)
        .filter(|cell| !cell.starts_with("ead"))
        .map(|cell| {
            html::plain(cell.split_once('>').map_or("", |(_, text)| text)).trim().to_owned()
        })
        .collect();
    let rows: Vec<String> = body.split("<tr>").map(|row| row_with(row, &columns)).collect();
    format!("{}</thead>{}", head.replace("<th></th>", "<td></td>"), rows.join("<tr>"))
}

fn row_with(row: &str, columns: &[String]) -> String {
    let mut cells = row.split("<td");
    let mut out = cells.next().unwrap_or_default().to_owned();
    for (at, cell) in cells.enumerate() {
        let label = columns.get(at).map_or("", String::as_str);
        let label = match label.is_empty() {
            true => String::new(),
            false => format!(" data-l=\"{}\"", html::escape(label)),
        };
        out.push_str(&format!("<td{label}{cell}"));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_celda_sabe_de_que_columna_es() {
        let table = "<table><thead><tr><th></th><th>Valor</th></tr></thead><tbody>\n<tr><td>a</td><td>b</td></tr></tbody></table>";
        assert_eq!(
            with_labels(table),
            "<table class=\"tabla\"><thead><tr><td></td><th>Valor</th></tr></thead><tbody>\n\
             <tr><td>a</td><td data-l=\"Valor\">b</td></tr></tbody></table>"
        );
    }
}
