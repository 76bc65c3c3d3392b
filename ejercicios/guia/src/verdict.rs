//! Qué resultó de una prueba, y qué se dice de ella a quien estudia.
//!
//! Una prueba pasa solo si su proceso terminó bien **y** su última línea dice que se ejecutó una y
//! pasó: un ejercicio que termina el proceso por su cuenta no está resuelto.

use std::time::Duration;

use crate::console::without_colour;

/// Qué resultó de una prueba.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Se ejecutó y pasó.
    Passed,
    /// No pasó. Dice por qué, con la pista de la prueba.
    Failed(String),
}

/// El veredicto de una prueba que terminó con ese código y escribió eso.
#[must_use]
pub fn of(test: &str, code: Option<i32>, stdout: &str, stderr: &str) -> Verdict {
    let last = stdout.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let says = |counts: &str| last.starts_with(&format!("test result: ok. {counts}; "));
    if code == Some(0) && says("1 passed; 0 failed; 0 ignored") {
        Verdict::Passed
    } else if code == Some(0) && says("0 passed; 0 failed; 1 ignored") {
        Verdict::Failed("no se ejecutó: lleva la marca #[ignore]; quítasela".into())
    } else {
        let reason = reason(test, stdout).map_or_else(|| cut_short(code), tidy);
        Verdict::Failed(join(&[&unsaid(stderr, &reason), &reason]))
    }
}

/// El de una prueba a la que hubo que terminar.
#[must_use]
pub fn never_finished(limit: Duration) -> Verdict {
    Verdict::Failed(format!(
        "no terminó en {} segundos\npista: ¿hay un bucle que no termina?",
        limit.as_secs()
    ))
}

/// Lo que el programa de pruebas recogió de esta: desde su encabezado hasta la lista final de fallos.
fn reason<'a>(test: &str, stdout: &'a str) -> Option<&'a str> {
    let (_, after) = stdout.split_once(&format!("---- {test} stdout ----\n"))?;
    let end = after.rfind(&format!("\nfailures:\n    {test}\n")).unwrap_or(after.len());
    Some(after[..end].trim())
}

/// Lo que escribió por su cuenta y el motivo no repite. El servidor anota los pánicos de la aplicación.
fn unsaid(stderr: &str, reason: &str) -> String {
    let repeated =
        |line: &&str| reason.lines().any(|said| !said.is_empty() && line.ends_with(said));
    let lines: Vec<&str> = stderr.trim().lines().filter(|line| !repeated(line)).collect();
    lines.join("\n")
}

fn cut_short(code: Option<i32>) -> String {
    let how = code.map_or("de golpe".into(), |code| format!("con código {code}"));
    format!(
        "el programa terminó {how} antes que la prueba\npista: ¿se llama a sí misma una función sin fin, o usas `std::process::exit`?"
    )
}

/// Deja lo que sirve a quien estudia y lo dice en español; los valores quedan como están.
fn tidy(message: &str) -> String {
    let lines: Vec<String> = message.lines().filter_map(tidy_line).collect();
    let mut text = lines.join("\n");
    while text.contains("\n\n\n") {
        text = text.replace("\n\n\n", "\n\n");
    }
    text.trim().to_owned()
}

fn tidy_line(line: &str) -> Option<String> {
    let plain = without_colour(line);
    if let Some((_, place)) = plain.strip_prefix("thread '").and(plain.split_once(" panicked at "))
    {
        // El lugar de la prueba no dice nada; el del programa de quien estudia, sí.
        let inside = place.replace('\\', "/");
        return (!inside.contains("/tests/")).then(|| format!("pánico en {inside}"));
    }
    if plain.starts_with("note: run with `RUST_BACKTRACE=1`") {
        return None;
    }
    if plain.starts_with("Diff < left / right > :") {
        return Some("lo esperado (<) y lo que hubo (>):".into());
    }
    let hint = ["assertion failed: `(left == right)`", "assertion `left == right` failed"]
        .iter()
        .find_map(|start| line.strip_prefix(start));
    if let Some(hint) = hint {
        return Some(hint.trim_start_matches(": ").to_owned());
    }
    let values = [("  left: ", "  esperado: "), (" right: ", "  obtenido: ")];
    let renamed =
        values.iter().find_map(|(from, to)| Some(format!("{to}{}", line.strip_prefix(from)?)));
    Some(renamed.unwrap_or_else(|| line.to_owned()))
}

fn join(parts: &[&str]) -> String {
    let full: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    full.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const TEST: &str = "cap01_texto::responde_200";
    const GOOD: &str = "test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 6 filtered out; \
                        finished in 0.01s\n\n";

    fn failed(stdout: &str) -> String {
        match of(TEST, Some(101), stdout, "") {
            Verdict::Failed(message) => message,
            Verdict::Passed => panic!("no debía pasar"),
        }
    }

    #[test]
    fn pasa_si_se_ejecuto_y_termino_bien() {
        let stdout = format!("\nrunning 1 test\ntest {TEST} ... ok\n\n{GOOD}");
        assert_eq!(of(TEST, Some(0), &stdout, "un aviso"), Verdict::Passed);
        for code in [Some(101), Some(1), None] {
            assert!(matches!(of(TEST, code, &stdout, ""), Verdict::Failed(_)));
        }
    }

    #[test]
    fn una_linea_que_imita_el_resultado_no_basta() {
        let imitation = format!("\nrunning 1 test\ntest {TEST} ... ok\n{GOOD}");
        let stdout = format!("{imitation}y el proceso terminó ahí");
        assert!(matches!(of(TEST, Some(0), &stdout, ""), Verdict::Failed(_)));
        let none = GOOD.replace("1 passed", "0 passed");
        assert!(matches!(of(TEST, Some(0), &none, ""), Verdict::Failed(_)));
        let ended = of(TEST, Some(0), "", "");
        let Verdict::Failed(message) = ended else { panic!("no se ejecutó ninguna") };
        assert!(message.starts_with("el programa terminó con código 0 antes que la prueba\n"));
    }

    #[test]
    fn una_prueba_apartada_no_cuenta() {
        let stdout = GOOD.replace("1 passed; 0 failed; 0 ignored", "0 passed; 0 failed; 1 ignored");
        let message = "no se ejecutó: lleva la marca #[ignore]; quítasela";
        assert_eq!(of(TEST, Some(0), &stdout, ""), Verdict::Failed(message.into()));
    }

    #[test]
    fn de_un_fallo_quedan_la_pista_y_los_valores() {
        let stdout = format!(
            "\nrunning 1 test\ntest {TEST} ... FAILED\n\nfailures:\n\n---- {TEST} stdout ----\n\n\
             thread '{TEST}' (51) panicked at ejercicios/tests/ejercicios/cap01_texto.rs:10:5:\n\
             assertion failed: `(left == right)`: pista: mira el estado\n\n\
             \x1b[1mDiff\x1b[0m \x1b[31m< left\x1b[0m / \x1b[32mright >\x1b[0m :\n\
             \x1b[31m<200\x1b[0m\n\x1b[32m>404\x1b[0m\n\n\n\
             note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n\n\n\
             failures:\n    {TEST}\n\ntest result: FAILED. 0 passed; 1 failed\n"
        );
        assert_eq!(
            without_colour(&failed(&stdout)),
            "pista: mira el estado\n\nlo esperado (<) y lo que hubo (>):\n<200\n>404"
        );
    }

    #[test]
    fn de_un_panico_queda_donde_fue() {
        let stdout = format!(
            "---- {TEST} stdout ----\n\n\
             thread 'pasarela' (7) panicked at ejercicios\\src\\pendientes\\cap01_texto.rs:18:5:\n\
             not yet implemented: falta el cuerpo\n\n\
             thread '{TEST}' (6) panicked at ejercicios/tests/ejercicios/cap01_texto.rs:12:9:\n\
             el servidor respondió 500\npista: quizá\n\n\nfailures:\n    {TEST}\n"
        );
        assert_eq!(
            failed(&stdout),
            "pánico en ejercicios/src/pendientes/cap01_texto.rs:18:5:\n\
             not yet implemented: falta el cuerpo\n\nel servidor respondió 500\npista: quizá"
        );
        let noted = "pasarela: «/»: entró en pánico: not yet implemented: falta el cuerpo\n";
        assert_eq!(of(TEST, Some(101), &stdout, noted), of(TEST, Some(101), &stdout, ""));
        let Verdict::Failed(message) = of(TEST, Some(101), &stdout, "otra cosa\n") else {
            panic!("no debía pasar")
        };
        assert!(message.starts_with("otra cosa\npánico en "));
    }

    #[test]
    fn las_comparaciones_de_rust_tambien_se_entienden() {
        let stdout = format!(
            "---- {TEST} stdout ----\nassertion `left == right` failed: pista: cuenta\n  \
             left: 1\n right: 2\nnote: run with `RUST_BACKTRACE=1`\n\nfailures:\n    {TEST}\n"
        );
        assert_eq!(failed(&stdout), "pista: cuenta\n  esperado: 1\n  obtenido: 2");
    }
}
