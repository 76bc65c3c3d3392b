//! La regla de bytes: un cuerpo letra por letra, con sus bytes debajo. La escala de arriba cuenta letras y la de abajo,
//! bytes: van juntas hasta la primera letra que ocupa más de uno.

use super::html;

/// Hasta cuántos bytes se mide un cuerpo entero.
const WHOLE: usize = 36;

/// Cuántos se miden de uno más largo.
const MOST: usize = 30;

/// Cuántos bytes quedan, como mucho, delante de la letra por la que se mide un tramo.
const BEFORE: usize = 12;

/// Cuántos bytes caben en un renglón de un teléfono.
const ROW: usize = 15;

/// De cuántas letras distintas se dice cuánto ocupan.
const TOLD: usize = 3;

/// La regla de un cuerpo y sus cuentas. No hay nada que medir si cada letra ocupa un byte.
pub(super) fn written(body: &str) -> Option<String> {
    let cells = cells(body);
    let shown = stretch(&cells)?;
    let groups: String = rows(shown).iter().map(|row| group(row)).collect();
    let is_part = shown.len() < cells.len();
    let gap = |is_cut: bool| if is_cut { "<span class=\"sigue\">…</span>" } else { "" };
    let before = gap(shown.first() != cells.first());
    let after = gap(shown.last() != cells.last());
    let class = if is_part { "regla parte" } else { "regla" };
    let width: usize = shown.iter().map(Cell::size).sum();
    Some(format!(
        "<div class=\"{class}\" style=\"--n:{width}\" role=\"img\" aria-label=\"{}\">{before}{groups}{after}</div>\
         <p class=\"cuentas\">{}</p>",
        html::escape(&spoken(body, is_part)),
        counts(body)
    ))
}

/// Una letra del cuerpo y su lugar en las dos escalas, contado desde 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    letter: char,
    number: usize,
    byte: usize,
}

impl Cell {
    fn size(&self) -> usize {
        self.letter.len_utf8()
    }

    fn is_wide(&self) -> bool {
        self.size() > 1
    }

    /// La letra; los espacios y los saltos, con su signo.
    fn shown(&self) -> String {
        match self.letter {
            ' ' => "␣".to_owned(),
            '\n' => "␊".to_owned(),
            '\r' => "␍".to_owned(),
            letter => html::escape(&letter.to_string()),
        }
    }

    fn written(&self, is_edge: bool) -> String {
        let is_told = |at: usize| is_edge || self.is_wide() || at.is_multiple_of(5);
        let letters = if is_told(self.number) { self.number.to_string() } else { String::new() };
        let places = self.byte..self.byte + self.size();
        let places: Vec<String> =
            places.filter(|at| is_told(*at)).map(|at| at.to_string()).collect();
        let class = match self.size() {
            1 => "lt\"".to_owned(),
            size => format!("lt doble\" style=\"--b:{size}\""),
        };
        let bytes: String =
            hexadecimal(self.letter).iter().map(|b| format!("<i>{b}</i>")).collect();
        format!(
            "<span class=\"{class}><small>{letters}</small><b>{}</b><span>{bytes}</span><small>{}</small></span>",
            self.shown(),
            places.join(" ")
        )
    }
}

fn cells(body: &str) -> Vec<Cell> {
    let places = body.char_indices().enumerate();
    places.map(|(at, (byte, letter))| Cell { letter, number: at + 1, byte: byte + 1 }).collect()
}

/// Lo que se mide: todo, si cabe; si no, desde poco antes de la primera letra que ocupa más de un byte.
fn stretch(cells: &[Cell]) -> Option<&[Cell]> {
    let wide = cells.iter().position(Cell::is_wide)?;
    let total: usize = cells.iter().map(Cell::size).sum();
    if total <= WHOLE {
        return Some(cells);
    }
    let farthest = wide.saturating_sub(BEFORE);
    let is_after = |at: usize, ends: fn(char) -> bool| at == 0 || ends(cells[at - 1].letter);
    let words = |at: &usize| is_after(*at, char::is_whitespace) && cells[*at].letter != ' ';
    let parts = |at: &usize| is_after(*at, |letter| !letter.is_alphanumeric());
    let mut places = farthest..=wide;
    let start = places.clone().find(words).or_else(|| places.find(parts)).unwrap_or(farthest);
    let mut end = start;
    let mut taken = 0;
    while let Some(cell) = cells.get(end).filter(|cell| taken + cell.size() <= MOST) {
        taken += cell.size();
        end += 1;
    }
    Some(&cells[start..end])
}

/// El tramo en renglones, partidos entre palabras mientras se pueda.
fn rows(cells: &[Cell]) -> Vec<Vec<Cell>> {
    let size = |cells: &[Cell]| cells.iter().map(Cell::size).sum::<usize>();
    let mut rows: Vec<Vec<Cell>> = vec![Vec::new()];
    for word in cells.split_inclusive(|cell| !cell.letter.is_alphanumeric()) {
        for cell in word {
            let row = rows.last().map_or(0, |row| size(row));
            let needed =
                if *cell == word[0] && size(word) <= ROW { size(word) } else { cell.size() };
            if row > 0 && row + needed > ROW {
                rows.push(Vec::new());
            }
            if let Some(row) = rows.last_mut() {
                row.push(*cell);
            }
        }
    }
    rows
}

fn group(row: &[Cell]) -> String {
    let last = row.len().saturating_sub(1);
    let cells: String =
        row.iter().enumerate().map(|(at, cell)| cell.written(at == 0 || at == last)).collect();
    format!("<span class=\"grupo\">{cells}</span>")
}

/// Las cuentas del cuerpo entero, y cuánto ocupan las primeras letras que no ocupan un byte.
fn counts(body: &str) -> String {
    let told: String = wide_letters(body)
        .iter()
        .map(|letter| {
            format!(
                "<span>La <code class=\"sale\">{letter}</code> ocupa {}, <code class=\"sale\">{}</code>.</span>",
                quantity(letter.len_utf8()),
                hexadecimal(*letter).join(" ")
            )
        })
        .collect();
    format!(
        "<span><b>{}</b> {}</span><span><b>{}</b> bytes</span>{told}",
        body.chars().count(),
        unit(body),
        body.len()
    )
}

fn spoken(body: &str, is_part: bool) -> String {
    let told: Vec<String> = wide_letters(body)
        .iter()
        .map(|letter| {
            let bytes = hexadecimal(*letter).join(" ");
            format!("la {letter} ocupa {}, {bytes}", quantity(letter.len_utf8()))
        })
        .collect();
    format!(
        "{} del cuerpo, letra por letra, con sus bytes debajo. Son en total {} {} y {} bytes: {}.",
        if is_part { "Un tramo" } else { "Cada letra" },
        body.chars().count(),
        unit(body),
        body.len(),
        told.join("; ")
    )
}

/// En un cuerpo de varias líneas también cuentan los saltos, que no son letras.
fn unit(body: &str) -> &'static str {
    if body.contains('\n') { "caracteres" } else { "letras" }
}

fn wide_letters(body: &str) -> Vec<char> {
    let mut letters: Vec<char> = Vec::new();
    for letter in body.chars().filter(|letter| !letter.is_ascii()) {
        if !letters.contains(&letter) && letters.len() < TOLD {
            letters.push(letter);
        }
    }
    letters
}

fn hexadecimal(letter: char) -> Vec<String> {
    letter.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("{byte:02X}")).collect()
}

/// Los bytes de una letra en UTF-8: uno no se dice nunca.
fn quantity(size: usize) -> &'static str {
    match size {
        2 => "dos",
        3 => "tres",
        _ => "cuatro",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn text(cells: &[Cell]) -> String {
        cells.iter().map(|cell| cell.letter).collect()
    }

    #[test]
    fn arriba_se_cuentan_letras_y_abajo_bytes() {
        assert_eq!(
            written("eóa").as_deref(),
            Some(
                "<div class=\"regla\" style=\"--n:4\" role=\"img\" aria-label=\"Cada letra del cuerpo, letra por \
                 letra, con sus bytes debajo. Son en total 3 letras y 4 bytes: la ó ocupa dos, C3 B3.\">\
                 <span class=\"grupo\"><span class=\"lt\"><small>1</small><b>e</b><span><i>65</i></span><small>1</small></span>\
                 <span class=\"lt doble\" style=\"--b:2\"><small>2</small><b>ó</b><span><i>C3</i><i>B3</i></span><small>2 3</small></span>\
                 <span class=\"lt\"><small>3</small><b>a</b><span><i>61</i></span><small>4</small></span></span></div>\
                 <p class=\"cuentas\"><span><b>3</b> letras</span><span><b>4</b> bytes</span>\
                 <span>La <code class=\"sale\">ó</code> ocupa dos, <code class=\"sale\">C3 B3</code>.</span></p>"
            )
        );
    }

    #[test]
    fn de_lo_que_va_de_byte_en_byte_no_hay_regla() {
        assert_eq!(written("Hola"), None);
    }

    #[test]
    fn un_cuerpo_corto_se_mide_entero_y_en_renglones_de_palabras() {
        let cells = cells("Hola gente de códigofacilito");
        let rows: Vec<String> =
            rows(stretch(&cells).expect("hay qué medir")).iter().map(|row| text(row)).collect();
        assert_eq!(rows, ["Hola gente de ", "códigofacilito"]);
    }

    #[test]
    fn de_uno_largo_se_mide_el_primer_tramo_con_una_letra_de_mas_de_un_byte() {
        let cells = cells("<html lang=\"es\">\n  <title>Título</title>\n<p>ñ</p>\n</html>\n");
        let shown = stretch(&cells).expect("hay qué medir");
        assert_eq!(text(shown), "<title>Título</title>\n<p>ñ</");
        assert_eq!((shown[0].number, shown[0].byte), (20, 20));
    }

    #[test]
    fn un_emoji_ocupa_cuatro() {
        let written = written("y 😀").expect("hay qué medir");
        assert!(
            written.contains("ocupa cuatro, <code class=\"sale\">F0 9F 98 80</code>"),
            "{written}"
        );
        assert!(written.contains("<small>3 4 5 6</small>"), "{written}");
    }
}
