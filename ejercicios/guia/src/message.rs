//! Lo que dice una prueba que falla, dicho para quien estudia.

use crate::console::without_colour;

const PANIC: &str = "pánico en ";

/// Deja lo que sirve a quien estudia y lo dice en español; los valores quedan como están.
///
/// De un `todo!()` basta con él: lo demás que falle es por eso. Y un pánico que se repite en cada
/// petición se dice una vez, con su cuenta.
pub(crate) fn tidy(message: &str) -> String {
    let lines: Vec<String> = message.lines().filter_map(tidy_line).collect();
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
    is_panic(section)
        && section.lines().nth(1).is_some_and(|line| line.starts_with("not yet implemented"))
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
    let values = [("  left: ", "  esperado: "), (" right: ", "  obtenido: ")];
    let renamed =
        values.iter().find_map(|(from, to)| Some(format!("{to}{}", line.strip_prefix(from)?)));
    Some(renamed.unwrap_or_else(|| line.to_owned()))
}

/// Lo que escribió por su cuenta y el motivo no repite. El servidor anota los pánicos de la aplicación.
pub(crate) fn unsaid(stderr: &str, reason: &str) -> String {
    let repeated =
        |line: &&str| reason.lines().any(|said| !said.is_empty() && line.ends_with(said));
    let lines: Vec<&str> = stderr.trim().lines().filter(|line| !repeated(line)).collect();
    lines.join("\n")
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
        let message =
            format!("{stub}\n{todo}\n\n{test}\nel servidor respondió 500\npista: quizá\n");
        assert_eq!(
            tidy(&message),
            format!("pánico en ejercicios/src/pendientes/cap01_texto.rs:18:5:\n{todo}")
        );
        let noted = format!("pasarela: «/»: entró en pánico: {todo}\notra cosa\n");
        assert_eq!(unsaid(&noted, &tidy(&message)), "otra cosa");
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
