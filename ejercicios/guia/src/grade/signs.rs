//! Lo que conviene leer de una entrega: lo que un ejercicio no necesita y sirve para engañar a las pruebas o
//! para hacer otra cosa que responder.

use crate::exercises::Exercise;
use crate::workshop::Answers;

/// Lo que se busca, sin espacios, y por qué se señala.
const SIGNS: [(&str, &str); 9] = [
    ("process::", "termina el programa o ejecuta otros (`std::process`)"),
    ("exit(", "termina el programa (`exit`)"),
    ("stdout()", "escribe en la salida sin pasar por `println!`"),
    ("stderr()", "escribe en la salida de errores sin pasar por `eprintln!`"),
    ("std::env", "mira o cambia el entorno (`std::env`)"),
    ("std::net", "usa la red (`std::net`)"),
    ("include!(", "incluye otro archivo como código (`include!`)"),
    ("#[path", "incluye otro archivo como código (`#[path]`)"),
    ("panic::", "cambia qué pasa con un pánico (`std::panic`)"),
];

/// Las señales de una entrega: el capítulo y lo que hace.
pub(super) fn of(exercises: &[Exercise], answers: &Answers) -> Vec<String> {
    let mut found = Vec::new();
    for exercise in exercises {
        let Some(answer) = answers.get(exercise.slug()) else { continue };
        let code: String = code_of(&String::from_utf8_lossy(answer));
        let seen: Vec<&str> =
            SIGNS.iter().filter(|(sign, _)| code.contains(sign)).map(|(_, why)| *why).collect();
        if !seen.is_empty() {
            found.push(format!("lee {}: {}", exercise.chapter(), seen.join("; ")));
        }
    }
    found
}

/// El código sin comentarios de línea ni espacios.
fn code_of(text: &str) -> String {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with("//"));
    lines.flat_map(|line| line.chars().filter(|letter| !letter.is_whitespace())).collect()
}
