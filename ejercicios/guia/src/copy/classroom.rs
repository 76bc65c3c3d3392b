//! La calificación automática de una copia: un paso con sus puntos por cada ejercicio que hay.
//!
//! La plantilla está en `ejercicios/aula/classroom.yml`. Lo que va entre `# [capítulo]` y
//! `# [/capítulo]` se repite con los datos de cada ejercicio, escritos `@cap@`, `@numero@` y `@titulo@`.

use crate::exercises::Exercise;

/// Dónde lo busca GitHub.
pub(super) const PLACE: &str = ".github/workflows/classroom.yml";

const OPEN: &str = "# [capítulo]";
const CLOSE: &str = "# [/capítulo]";

/// La plantilla, con un bloque por ejercicio en el lugar de cada bloque marcado.
pub(super) fn workflow(template: &str, exercises: &[Exercise]) -> String {
    let mut text = String::new();
    let mut block: Option<String> = None;
    for line in template.split_inclusive('\n') {
        match (line.trim(), &mut block) {
            (OPEN, _) => block = Some(String::new()),
            (CLOSE, Some(repeated)) => {
                text.extend(exercises.iter().map(|exercise| filled(repeated, exercise)));
                block = None;
            }
            (_, Some(repeated)) => repeated.push_str(line),
            (_, None) => text.push_str(line),
        }
    }
    text
}

/// El título va entre comillas simples, en las que YAML solo da un sentido especial a ellas mismas.
fn filled(block: &str, exercise: &Exercise) -> String {
    block
        .replace("@cap@", exercise.chapter())
        .replace("@numero@", exercise.number())
        .replace("@titulo@", &exercise.title().replace('\'', "''"))
}
