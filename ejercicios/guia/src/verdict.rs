//! Qué resultó de una prueba, y qué se dice de ella a quien estudia.
//!
//! Una prueba pasa solo si su proceso terminó bien **y** lo que escribió empieza y acaba como lo que escribe
//! el programa de pruebas cuando se ejecuta una y pasa: un ejercicio que termina el proceso por su cuenta no
//! está resuelto. No es una cerradura: el código de quien estudia corre en el mismo proceso, y quien se lo
//! proponga puede escribir esas líneas. Para eso `califica` señala el código que convendría leer.

use crate::message::{tidy, unsaid};
use crate::process::{Ended, Limits, Ran};

/// Qué resultó de una prueba.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Se ejecutó y pasó.
    Passed,
    /// No pasó. Dice por qué, con la pista de la prueba.
    Failed(String),
}

/// El veredicto de una prueba que se ejecutó con esos límites.
#[must_use]
pub(crate) fn of(test: &str, ran: &Ran, limits: Limits) -> Verdict {
    match ran.ended {
        Ended::Alone(code) => of_finished(test, code, &ran.stdout, &ran.stderr),
        Ended::OutOfTime => Verdict::Failed(format!(
            "no terminó en {} segundos\npista: ¿hay un bucle que no termina?",
            limits.time.as_secs()
        )),
        Ended::OutOfMemory => Verdict::Failed(format!(
            "tomó más de {} MB de memoria, y se detuvo\n\
             pista: ¿hay un bucle que escribe sin parar, o un cuerpo o una lista que crece sin fin?",
            limits.memory >> 20
        )),
        Ended::Unwanted => unwanted(),
    }
}

/// El de una prueba que no se hizo, o se dejó a medias, porque ya no hacía falta.
pub(crate) fn unwanted() -> Verdict {
    Verdict::Failed("no se terminó de probar: se acabó el tiempo para probarlo todo".into())
}

fn of_finished(test: &str, code: Option<i32>, stdout: &str, stderr: &str) -> Verdict {
    let last = stdout.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default();
    let whole = stdout.trim_start().starts_with("running 1 test\n");
    let says = |counts: &str| whole && last.starts_with(&format!("test result: ok. {counts}; "));
    if code == Some(0) && says("1 passed; 0 failed; 0 ignored") {
        Verdict::Passed
    } else if code == Some(0) && says("0 passed; 0 failed; 1 ignored") {
        Verdict::Failed("no se ejecutó: lleva la marca #[ignore]; quítasela".into())
    } else {
        let reason = reason(test, stdout).map_or_else(|| cut_short(code), tidy);
        Verdict::Failed(join(&[&unsaid(stderr, &reason), &reason]))
    }
}

/// Lo que el programa de pruebas recogió de esta: desde su encabezado hasta la lista final de fallos.
fn reason<'a>(test: &str, stdout: &'a str) -> Option<&'a str> {
    let (_, after) = stdout.split_once(&format!("---- {test} stdout ----\n"))?;
    let end = after.rfind(&format!("\nfailures:\n    {test}\n")).unwrap_or(after.len());
    Some(after[..end].trim())
}

fn cut_short(code: Option<i32>) -> String {
    let how = code.map_or("de golpe".into(), |code| format!("con código {code}"));
    format!(
        "el programa terminó {how} antes que la prueba\npista: ¿se llama a sí misma una función sin fin, o usas `std::process::exit`?"
    )
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

    #[test]
    fn pasa_si_se_ejecuto_y_termino_bien() {
        let stdout = format!("\nrunning 1 test\ntest {TEST} ... ok\n\n{GOOD}");
        assert_eq!(of_finished(TEST, Some(0), &stdout, "un aviso"), Verdict::Passed);
        for code in [Some(101), Some(1), None] {
            assert!(matches!(of_finished(TEST, code, &stdout, ""), Verdict::Failed(_)));
        }
    }

    #[test]
    fn una_linea_que_imita_el_resultado_no_basta() {
        let imitation = format!("\nrunning 1 test\ntest {TEST} ... ok\n{GOOD}");
        let stdout = format!("{imitation}y el proceso terminó ahí");
        assert!(matches!(of_finished(TEST, Some(0), &stdout, ""), Verdict::Failed(_)));
        let none = GOOD.replace("1 passed", "0 passed");
        assert!(matches!(of_finished(TEST, Some(0), &none, ""), Verdict::Failed(_)));
        for stdout in [GOOD, "", &format!("de mentira\n{GOOD}")] {
            assert!(matches!(of_finished(TEST, Some(0), stdout, ""), Verdict::Failed(_)));
        }
        let ended = of_finished(TEST, Some(0), "", "");
        let Verdict::Failed(message) = ended else { panic!("no se ejecutó ninguna") };
        assert!(message.starts_with("el programa terminó con código 0 antes que la prueba\n"));
    }

    #[test]
    fn una_prueba_apartada_no_cuenta() {
        let good = format!("\nrunning 1 test\n{GOOD}");
        let stdout = good.replace("1 passed; 0 failed; 0 ignored", "0 passed; 0 failed; 1 ignored");
        let message = "no se ejecutó: lleva la marca #[ignore]; quítasela";
        assert_eq!(of_finished(TEST, Some(0), &stdout, ""), Verdict::Failed(message.into()));
    }

    #[test]
    fn el_motivo_es_lo_que_recogio_el_programa_de_pruebas() {
        let stdout = format!(
            "\nrunning 1 test\ntest {TEST} ... FAILED\n\nfailures:\n\n---- {TEST} stdout ----\n\
             failures:\n    de mentira\n\nfailures:\n    {TEST}\n\ntest result: FAILED. 0 passed\n"
        );
        let Verdict::Failed(message) = of_finished(TEST, Some(101), &stdout, "un aviso\n") else {
            panic!("no debía pasar")
        };
        assert_eq!(message, "un aviso\nfailures:\n    de mentira");
    }
}
