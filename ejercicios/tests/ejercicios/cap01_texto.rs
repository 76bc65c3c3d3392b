//! Lo que debe responder el ejercicio del capítulo 1. El lado izquierdo es lo esperado.

use pasarela::testing;
use pretty_assertions::assert_eq;

use crate::direct::{Answer, Function, call};

const APPLICATION: Function = ejercicios::cap01_texto::application;

const TEXT: &str = "Mañana hay café\ny pan 😀";

fn answer() -> Answer {
    call(APPLICATION, &testing::get("/"))
}

#[test]
fn responde_200() {
    assert_eq!(
        "200 OK",
        answer().status,
        "pista: el estado es el primer argumento de `start_response` \
         (capítulo 1, «application y sus dos parámetros»)"
    );
}

#[test]
fn anuncia_texto_en_utf8() {
    assert_eq!(
        "text/plain; charset=utf-8",
        answer().header("Content-type"),
        "pista: los encabezados son el segundo argumento de `start_response` \
         (capítulo 1, «application y sus dos parámetros»)"
    );
}

#[test]
fn avisa_en_dos_trozos() {
    assert_eq!(
        ["Mañana hay café", "\ny pan 😀"].as_slice(),
        answer().chunks,
        "pista: son dos trozos, y el servidor los envía seguidos, sin añadir nada entre ellos \
         (capítulo 1, «Por qué una lista»)"
    );
}

#[test]
fn anuncia_cuantos_bytes_mide() {
    let answer = answer();
    let declared = answer.header("Content-Length");

    assert!(
        declared == TEXT.len().to_string(),
        "`Content-Length` dice {declared}. {}\n{}\n\
         pista: por el cable no viajan letras (capítulo 1, «Por qué bytes»)",
        counted(declared),
        ruler()
    );
}

/// Qué contó quien escribió ese número.
fn counted(declared: &str) -> String {
    let (characters, breaks) = (TEXT.chars().count(), TEXT.matches('\n').count());
    let is = |number: usize| declared == number.to_string();
    match declared {
        "(falta)" => "Son dos encabezados: dos parejas en la misma lista.".to_owned(),
        _ if is(characters) || is(characters - breaks) => {
            "Eso son caracteres; se cuentan los bytes de cada uno:".to_owned()
        }
        _ if is(TEXT.len() - breaks) => {
            "Los bytes de las letras, sí; pero no están todos:".to_owned()
        }
        _ => "Los bytes de cada carácter son estos; súmalos:".to_owned(),
    }
}

/// Cada carácter, con los bytes que ocupa debajo. El emoji es tan ancho como dos.
fn ruler() -> String {
    let shown = |c: char| if c == '\n' { "⏎ ".to_owned() } else { format!("{c} ") };
    let wide = |c: char| if c.len_utf8() == 4 { "  " } else { " " };
    let letters: String = TEXT.chars().map(shown).collect();
    let bytes: String = TEXT.chars().map(|c| format!("{}{}", c.len_utf8(), wide(c))).collect();
    format!("    {}\n    {}", letters.trim_end(), bytes.trim_end())
}
