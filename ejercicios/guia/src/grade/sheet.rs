//! La tabla de las notas: en la terminal, y en un CSV que abre cualquier hoja de cálculo.

use std::fs;
use std::io::Write;
use std::path::Path;

use crate::compile::Blame;
use crate::console::{Paint, width};
use crate::error::GuideError;
use crate::exercises::Exercise;
use crate::path_error::PathError;
use crate::progress::{Progress, Score, State};
use crate::prose;

/// Con esto empieza una tabla nuestra. La marca del principio dice que es UTF-8: hay hojas de cálculo
/// que si no leerían mal los acentos.
const START: &str = "\u{feff}entrega,resueltos,de,";

/// Lo que ocupa cada capítulo en la terminal, y el total.
const COLUMN: usize = 4;
const TOTAL: usize = 9;

/// Lo menos que ocupa el nombre de quien entrega.
const NAME: usize = 10;

/// Las notas de todas las entregas.
pub(super) struct Sheet<'a> {
    exercises: &'a [Exercise],
    rows: Vec<Row>,
}

/// Las de una.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) progress: Progress,
    pub(super) remarks: Vec<String>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(exercises: &'a [Exercise]) -> Self {
        Self { exercises, rows: Vec::new() }
    }

    pub(super) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// La tabla para la terminal, y debajo lo que conviene mirar de cada entrega.
    pub(super) fn table(&self, paint: Paint) -> String {
        let columns = COLUMN * self.exercises.len() + TOTAL;
        let name = width().saturating_sub(columns).max(NAME);
        let numbers: String = self
            .exercises
            .iter()
            .map(|exercise| format!("{:>COLUMN$}", exercise.number()))
            .collect();
        let mut text = paint.strong(&format!("{}{numbers}{:>TOTAL$}", cut("", name), "total"));
        for row in &self.rows {
            let cells: String = row
                .progress
                .entries()
                .iter()
                .map(|(_, state)| format!("{:>COLUMN$}", mark(state)))
                .collect();
            let total = format!("{} de {}", row.progress.solved(), self.exercises.len());
            text.push_str(&format!("\n{}{cells}{total:>TOTAL$}", cut(&row.name, name)));
        }
        let legend = "✓ resuelto; 2/5, pasan dos de cinco pruebas; ✗ no compila; – no entregado";
        text.push_str(&format!("\n\n{}", paint.faint(&prose::fill(legend, ""))));
        for row in self.rows.iter().filter(|row| !row.remarks.is_empty()) {
            text.push_str(&format!("\n\n{}", paint.strong(&row.name)));
            for remark in &row.remarks {
                text.push_str(&format!("\n{}", prose::fill(&format!("  {remark}"), "    ")));
            }
        }
        text
    }

    /// La tabla como CSV: una fila por entrega y una columna por capítulo.
    pub(super) fn csv(&self) -> String {
        let chapters: Vec<&str> = self.exercises.iter().map(Exercise::chapter).collect();
        let mut text = format!("{START}{},observaciones\r\n", chapters.join(","));
        for row in &self.rows {
            let mut cells = vec![
                row.name.clone(),
                row.progress.solved().to_string(),
                self.exercises.len().to_string(),
            ];
            cells.extend(row.progress.entries().iter().map(|(_, state)| words(state)));
            cells.push(row.remarks.join(" | "));
            let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
            text.push_str(&cells.join(","));
            text.push_str("\r\n");
        }
        text
    }
}

fn mark(state: &State) -> String {
    match state {
        State::Tested(score) if score.is_solved() => "✓".into(),
        State::Tested(Score { passed, total }) => format!("{passed}/{total}"),
        State::Aside(Blame::Missing) => "–".into(),
        State::Aside(Blame::Code | Blame::Encoding | Blame::Interface) => "✗".into(),
    }
}

/// Con palabras: una hoja de cálculo leería `2/5` como una fecha.
fn words(state: &State) -> String {
    match state {
        State::Tested(score) if score.is_solved() => "resuelto".into(),
        State::Tested(Score { passed, total }) => format!("{passed} de {total}"),
        State::Aside(Blame::Missing) => "no entregado".into(),
        State::Aside(Blame::Code | Blame::Encoding) => "no compila".into(),
        State::Aside(Blame::Interface) => "no compila con las pruebas".into(),
    }
}

/// El texto en esas columnas; de uno largo queda el final, que es lo que distingue.
fn cut(text: &str, columns: usize) -> String {
    let count = text.chars().count();
    if count < columns {
        return format!("{text:<columns$}");
    }
    let end: String = text.chars().skip(count + 2 - columns).collect();
    format!("…{end} ")
}

/// Una celda de CSV. Lo que una hoja de cálculo tomaría por una fórmula lleva delante un apóstrofo.
fn escaped(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    let cell = format!("{guard}{cell}");
    match cell.contains([',', '"', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell,
    }
}

/// Comprueba, antes de empezar, que la tabla podrá guardarse ahí.
pub(super) fn check_place(place: &Path, replace: bool) -> Result<(), GuideError> {
    let folder = place.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    fs::read_dir(folder).map_err(GuideError::io("leer", folder))?;
    match fs::symlink_metadata(place) {
        Err(_) => Ok(()),
        Ok(_) if replace && is_ours(place) => Ok(()),
        Ok(_) if replace => Err(PathError::NotOurTable(place.to_owned()).into()),
        Ok(_) => Err(PathError::Exists(place.to_owned()).into()),
    }
}

/// Solo se reemplaza una tabla como las que se escriben aquí: quien se equivoca de nombre no pierde nada.
fn is_ours(place: &Path) -> bool {
    let is_file = fs::symlink_metadata(place).is_ok_and(|data| data.is_file());
    is_file && fs::read(place).is_ok_and(|known| known.starts_with(START.as_bytes()))
}

/// Guarda la tabla. Una que ya estaba se queda hasta que la nueva está entera.
pub(super) fn save(place: &Path, csv: &str, replace: bool) -> Result<(), GuideError> {
    check_place(place, replace)?;
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let fresh = place.with_file_name(format!(".{name}.{}.nuevo", std::process::id()));
    let written = fs::File::create_new(&fresh)
        .and_then(|mut file| file.write_all(csv.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&fresh, place));
    written.map_err(|error| {
        let _ = fs::remove_file(&fresh);
        GuideError::io("escribir", place)(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn una_celda_no_se_toma_por_una_formula_ni_se_parte() {
        assert_eq!(escaped("ana"), "ana");
        assert_eq!(escaped("=1+1"), "'=1+1");
        assert_eq!(escaped("-2"), "'-2");
        assert_eq!(escaped("a,\"b\""), "\"a,\"\"b\"\"\"");
    }

    #[test]
    fn un_nombre_largo_se_corta_por_delante() {
        assert_eq!(cut("ana", 6), "ana   ");
        assert_eq!(cut("entregas/ana", 6), "…/ana ");
        assert_eq!(cut("abcdef", 6).chars().count(), 6);
    }
}
