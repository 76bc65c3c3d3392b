//! Lo que dice una prueba que falla, dicho para quien estudia.

// <!-- permite: internal, entered, unreachable, code -->

use crate::console::without_colour;

const PANIC: &str = "pánico en ";
const TODO: &str = "falta escribir esta parte";

/// Cómo empiezan los pánicos de Rust que más se ven al empezar, y cómo se dicen.
const PANICS: [(&str, &str); 8] = [
    ("not yet implemented", TODO),
    (
        "called `Option::unwrap()` on a `None` value",
        "`unwrap()` de un `None`: ahí no había ningún valor",
    ),
    ("called `Result::unwrap()` on an `Err` value", "`unwrap()` de un `Err`, un error"),
    ("attempt to add with overflow", "la suma no cabe en su tipo"),
    ("attempt to subtract with overflow", "la resta no cabe en su tipo"),
    ("attempt to multiply with overflow", "el producto no cabe en su tipo"),
    ("attempt to divide by zero", "división entre cero"),
    ("internal error: entered unreachable code", "se llegó a un `unreachable!()`"),
];

/// Las líneas que se muestran de lo que escribió el programa. Lo último es lo que más cerca está del fallo.
const MAX_PRINTED: usize = 12;

/// Deja lo que sirve a quien estudia y lo dice en español; los valores quedan como están.
///
/// De un `todo!()` basta con él: lo demás que falle es por eso. Una línea que se repite se dice una vez, con
/// su cuenta, igual que un pánico que se repite en cada petición. Y si el programa escribe mucho, va primero
/// por qué falló la prueba.
pub(crate) fn tidy(message: &str) -> String {
    let lines: Vec<&str> = message.lines().collect();
    let at = lines.iter().rposition(|line| is_of_test(line)).unwrap_or(0);
    let (printed, reason) = lines.split_at(at);
    // De una comparación no se quita nada: ahí las líneas iguales son lo que se compara.
    let printed = counted(printed);
    let count = printed.len();
    if count <= MAX_PRINTED {
        let whole: Vec<&str> = printed.iter().map(String::as_str).chain(reason.to_vec()).collect();
        return tidy_sections(&whole);
    }
    let last: Vec<&str> = printed[count - MAX_PRINTED..].iter().map(String::as_str).collect();
    format!(
        "{}\n\nAntes tu programa escribió {count} líneas; las últimas:\n{}",
        tidy_sections(reason),
        tidy_sections(&last)
    )
}

/// Las líneas, con las iguales que van seguidas en una sola.
fn counted(lines: &[&str]) -> Vec<String> {
    let mut groups: Vec<(&str, usize)> = Vec::new();
    for line in lines {
        match groups.last_mut() {
            Some((known, times)) if known == line && !line.is_empty() => *times += 1,
            _ => groups.push((line, 1)),
        }
    }
    let shown = groups.iter().flat_map(|(line, times)| match times {
        0..=2 => vec![(*line).to_owned(); *times],
        times => vec![(*line).to_owned(), format!("({times} veces)")],
    });
    shown.collect()
}

/// Si es el comienzo del pánico de una prueba.
fn is_of_test(line: &str) -> bool {
    line.starts_with("thread '") && line.contains(" panicked at ") && {
        line.replace('\\', "/").contains("/tests/")
    }
}

fn tidy_sections(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().filter_map(|line| tidy_line(line)).collect();
    let text = lines.join("\n");
    let mut sections: Vec<(&str, usize)> = Vec::new();
    for section in text.split("\n\n").map(trimmed).filter(|section| !section.is_empty()) {
        let known = sections.iter_mut().find(|(other, _)| *other == section && is_panic(other));
        match known {
            Some((_, times)) => *times += 1,
            None => sections.push((section, 1)),
        }
    }
    if let Some((todo, _)) = sections.iter().find(|(section, _)| is_todo(section)) {
        return (*todo).to_owned();
    }
    let shown = sections.iter().map(|(section, times)| match times {
        1 => (*section).to_owned(),
        times => format!("{section}\n({times} veces)"),
    });
    shown.collect::<Vec<_>>().join("\n\n")
}

/// Sin líneas vacías alrededor. Los espacios se quedan: son parte de una comparación.
fn trimmed(section: &str) -> &str {
    section.trim_matches('\n')
}

fn is_panic(section: &str) -> bool {
    section.starts_with(PANIC)
}

fn is_todo(section: &str) -> bool {
    is_panic(section) && section.lines().nth(1).is_some_and(|line| line.starts_with(TODO))
}

fn tidy_line(line: &str) -> Option<String> {
    let plain = without_colour(line);
    if let Some((_, place)) = plain.strip_prefix("thread '").and(plain.split_once(" panicked at "))
    {
        // El lugar de la prueba no dice nada; el del programa de quien estudia, sí.
        let inside = place.replace('\\', "/");
        return (!inside.contains("/tests/")).then(|| format!("{PANIC}{inside}"));
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
    if let Some((start, said)) = PANICS.iter().find(|(start, _)| line.starts_with(start)) {
        return Some(format!("{said}{}", &line[start.len()..]));
    }
    if let Some(sizes) = line.strip_prefix("index out of bounds: the len is ")
        && let Some((length, index)) = sizes.split_once(" but the index is ")
    {
        return Some(format!("el índice {index} no existe: el largo es {length}"));
    }
    let values = [("  left: ", "  esperado: "), (" right: ", "  obtenido: ")];
    let renamed =
        values.iter().find_map(|(from, to)| Some(format!("{to}{}", line.strip_prefix(from)?)));
    Some(renamed.unwrap_or_else(|| line.to_owned()))
}

/// Lo que escribió por su cuenta y el motivo no repite. El servidor anota los pánicos de la aplicación.
pub(crate) fn unsaid(stderr: &str, reason: &str) -> String {
    let repeated = |line: &&str| {
        let translated = PANICS.iter().find_map(|(start, said)| {
            Some(line.replacen(start, said, 1)).filter(|new| new != line)
        });
        let line = translated.as_deref().unwrap_or(line);
        reason.lines().any(|said| !said.is_empty() && line.ends_with(said))
    };
    let lines: Vec<&str> = stderr.trim().lines().filter(|line| !repeated(line)).collect();
    let lines = counted(&lines);
    lines[lines.len().saturating_sub(MAX_PRINTED)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn panicked(place: &str) -> String {
        format!("thread 'pasarela' (7) panicked at {place}:")
    }

    fn in_test() -> String {
        panicked("ejercicios/tests/ejercicios/cap01_texto.rs:12:9")
    }

    fn in_stub() -> String {
        panicked("ejercicios\\src\\pendientes\\cap01_texto.rs:18:5")
    }

    #[test]
    fn de_un_fallo_quedan_la_pista_y_los_valores() {
        let test = in_test();
        let message = format!(
            "{test}\nassertion failed: `(left == right)`: pista: mira el estado\n\n\
             \x1b[1mDiff\x1b[0m \x1b[31m< left\x1b[0m / \x1b[32mright >\x1b[0m :\n\
             \x1b[31m<200\x1b[0m\n\x1b[32m>404\x1b[0m\n\n\n\
             note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n"
        );
        assert_eq!(
            tidy(&message),
            "pista: mira el estado\n\nlo esperado (<) y lo que hubo (>):\n\
             \x1b[31m<200\x1b[0m\n\x1b[32m>404\x1b[0m"
        );
    }

    #[test]
    fn de_un_panico_queda_donde_fue_y_cuantas_veces() {
        let (test, stub) = (in_test(), in_stub());
        let message = format!(
            "{stub}\nindex out of bounds\n\n{stub}\nindex out of bounds\n\n\
             {test}\nel servidor respondió 500\npista: quizá\n"
        );
        assert_eq!(
            tidy(&message),
            "pánico en ejercicios/src/pendientes/cap01_texto.rs:18:5:\nindex out of bounds\n(2 veces)\n\n\
             el servidor respondió 500\npista: quizá"
        );
    }

    #[test]
    fn de_lo_que_falta_por_escribir_no_hace_falta_mas() {
        let (test, stub) = (in_test(), in_stub());
        let todo = "not yet implemented: falta el cuerpo";
        let said = "falta escribir esta parte: falta el cuerpo";
        let message =
            format!("{stub}\n{todo}\n\n{test}\nel servidor respondió 500\npista: quizá\n");
        assert_eq!(
            tidy(&message),
            format!("pánico en ejercicios/src/pendientes/cap01_texto.rs:18:5:\n{said}")
        );
        let noted = format!("pasarela: «/»: entró en pánico: {todo}\notra cosa\n");
        assert_eq!(unsaid(&noted, &tidy(&message)), "otra cosa");
        let plain =
            "attempt to divide by zero\nindex out of bounds: the len is 3 but the index is 7";
        assert_eq!(tidy(plain), "división entre cero\nel índice 7 no existe: el largo es 3");
    }

    #[test]
    fn si_el_programa_escribe_sin_parar_va_primero_por_que_fallo() {
        let test = in_test();
        let endless = "hola\n".repeat(209_689);
        let reason = "el servidor no respondió en 5 segundos\npista: ¿un bucle?";
        assert_eq!(
            tidy(&format!("{endless}\n{test}\n{reason}\n")),
            format!("hola\n(209689 veces)\n\n{reason}")
        );
        let counting: String = (1..=500).map(|number| format!("van {number}\n")).collect();
        let last: Vec<String> = (489..=500).map(|number| format!("van {number}")).collect();
        assert_eq!(
            tidy(&format!("{counting}{test}\n{reason}\n")),
            format!(
                "{reason}\n\nAntes tu programa escribió 500 líneas; las últimas:\n{}",
                last.join("\n")
            )
        );
    }

    #[test]
    fn las_comparaciones_de_rust_tambien_se_entienden() {
        let test = in_test();
        let message = format!(
            "{test}\nassertion `left == right` failed: pista: cuenta\n  left: 1\n right: 2\nnote: run with `RUST_BACKTRACE=1` for it\n"
        );
        assert_eq!(tidy(&message), "pista: cuenta\n  esperado: 1\n  obtenido: 2");
    }
}
