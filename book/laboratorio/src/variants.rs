//! Los programas del laboratorio: los de los capítulos, y los mismos con una línea cambiada.

/// Un programa: su nombre, el archivo del que sale y lo que cambia en él.
#[derive(Debug)]
pub struct Program {
    /// Cómo se pide.
    pub name: &'static str,
    /// El programa de `examples/` del que sale.
    pub file: &'static str,
    /// Lo que el laboratorio necesita y no se ve: quien mira en cada capa, y empezar de nuevo.
    pub wraps: &'static [Change],
    /// Lo que la variante cambia, y se ve en la página.
    pub changes: &'static [Change],
}

/// Un texto que está una sola vez, y el que queda en su lugar.
pub type Change = (&'static str, &'static str);

const CAP01: &str = "cap01_texto";
const CAP02: &str = "cap02_html";
const CAP05: &str = "cap05_consulta";
const CAP06: &str = "cap06_formularios";
const CAP08: &str = "cap08_intermediarios";
const CAP09: &str = "cap09_validador";

const HTML: &str = "\"text/html; charset=utf-8\"";

const fn own(name: &'static str, file: &'static str) -> Program {
    Program { name, file, wraps: &[], changes: &[] }
}

const fn variant(name: &'static str, file: &'static str, changes: &'static [Change]) -> Program {
    Program { name, file, wraps: &[], changes }
}

/// El capítulo 8 con sus capas en un orden; `built` es lo mismo, con quien mira en cada una.
const fn layers(
    name: &'static str,
    wraps: &'static [Change],
    changes: &'static [Change],
) -> Program {
    Program { name, file: CAP08, wraps, changes }
}

/// Cada vez que se ejecuta, como un proceso nuevo, empieza sin notas.
const NEW_NOTES: &[Change] = &[(
    "    let config = ",
    "    NOTES.lock().expect(\"nadie falla\").clear();\n    let config = ",
)];

const LAYERS: &str = "let application = logged(nosniff(guarded(application)));";
const OTHER_LAYERS: &str = "let application = guarded(nosniff(logged(application)));";
const SERVED: Change = ("8000, application)", "8000, built)");

/// Todos.
pub const PROGRAMS: [Program; 17] = [
    own("cap01", CAP01),
    variant("cap01_estado", CAP01, &[("\"200 OK\"", "\"200\"")]),
    own("cap02", CAP02),
    variant("cap02_texto", CAP02, &[(HTML, "\"text/plain; charset=utf-8\"")]),
    variant("cap02_sin_charset", CAP02, &[(HTML, "\"text/html\"")]),
    variant("cap02_latin", CAP02, &[(HTML, "\"text/html; charset=iso-8859-1\"")]),
    variant("cap02_linea", CAP02, &[(HTML, "\"text/html\\r\\nX-Colado: si\"")]),
    own("cap03", "cap03_environ"),
    own("cap04", "cap04_rutas"),
    own("cap05", CAP05),
    variant(
        "cap05_sin_escape",
        CAP05,
        &[("(escape(name), escape(query))", "(name.to_string(), query.to_string())")],
    ),
    Program { name: "cap06", file: CAP06, wraps: NEW_NOTES, changes: &[] },
    own("cap07", "cap07_trozos"),
    layers(
        "cap08",
        &[
            SERVED,
            (
                LAYERS,
                "use crate::door::seen;\n    let built = seen(\"logged\", logged(seen(\"nosniff\", nosniff(\
                 seen(\"guarded\", guarded(seen(\"application\", application)))))));",
            ),
        ],
        &[],
    ),
    layers(
        "cap08_otro_orden",
        &[
            SERVED,
            (
                OTHER_LAYERS,
                "use crate::door::seen;\n    let built = seen(\"guarded\", guarded(seen(\"nosniff\", nosniff(\
                 seen(\"logged\", logged(seen(\"application\", application)))))));",
            ),
        ],
        &[("logged(nosniff(guarded(application)))", "guarded(nosniff(logged(application)))")],
    ),
    Program {
        name: "cap09",
        file: CAP09,
        wraps: &[(
            "8000, validator(application))",
            "8000, crate::door::seen(\"validator\", validator(crate::door::seen(\"application\", application))))",
        )],
        changes: &[],
    },
    variant(
        "cap09_sin_validador",
        CAP09,
        &[
            ("use pasarela::validate::validator;\n", ""),
            ("validator(application))?", "application)?"),
        ],
    ),
];
