//! Las tablas de un capítulo.

use std::fs;

/// Un archivo del repositorio.
#[track_caller]
pub(super) fn read(path: &str) -> String {
    let path = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).unwrap_or_else(|e| panic!("no se pudo leer {path}: {e}"));
    text.replace("\r\n", "\n")
}

/// El texto de un apéndice.
#[track_caller]
pub(super) fn chapter(name: &str) -> String {
    read(&format!("book/capitulos/{name}.md"))
}

/// Las celdas de una línea, si es la fila de una tabla: ni su encabezado ni la raya de debajo.
pub(super) fn cells(line: &str) -> Option<Vec<&str>> {
    let inside = line.strip_prefix("| ")?.strip_suffix(" |")?;
    // Lo que dice cómo se lee la tabla no lleva código.
    let cells: Vec<&str> = inside.split(" | ").collect();
    cells[0].starts_with('`').then_some(cells)
}

/// Los trozos de código de una celda, sin sus comillas.
pub(super) fn codes(cell: &str) -> Vec<&str> {
    cell.split('`').skip(1).step_by(2).collect()
}
