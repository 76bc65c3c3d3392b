//! Las directivas `{{#grafica …}}` y `{{#ficha …}}`: lo que se midió, dibujado a partir de su archivo.
//!
//! `{{#grafica medicion texto}}` dibuja las peticiones por segundo de cada servidor en el escenario `texto` de
//! `bench/resultados/medicion.json`, y debajo pone los mismos números en una tabla; `{{#grafica medicion texto espera}}`,
//! otro de los números. `{{#ficha medicion}}` dice cuándo, dónde y cómo se midió. Ninguno se escribe a mano.

use crate::directives::{Directive, directives};
use crate::folders::Folders;
use crate::measurements::{self, Kind, Measure, Measurement, Row};
use crate::problem::ProblemKind;
use std::fmt::Write;
use std::path::PathBuf;

/// El nombre de la directiva que dibuja.
pub const PLOT: &str = "grafica";

/// El de la que dice cómo se midió.
pub const CARD: &str = "ficha";

/// Lo que ocupa el dibujo de una fila, y dónde empiezan y cuánto miden las barras.
const ROW_HEIGHT: usize = 34;
const BAR_START: f64 = 118.0;
const BAR_LENGTH: f64 = 196.0;

/// El mismo texto, con lo medido en lugar de cada línea que es una de estas directivas.
#[must_use]
pub fn with_plots(text: &str, folders: &Folders) -> String {
    let lines = text.split('\n').map(|line| match directives(line).first() {
        Some(found) if is_ours(*found) && found.text == line.trim() => {
            drawn(folders, *found).unwrap_or_else(|_| line.to_owned())
        }
        _ => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Si una directiva es de estas.
#[must_use]
pub fn is_ours(directive: Directive<'_>) -> bool {
    matches!(directive.name, PLOT | CARD)
}

/// De qué archivo sale lo que pide una directiva.
///
/// # Errors
/// No existe, o no tiene lo que se le pide.
pub fn source(folders: &Folders, directive: Directive<'_>) -> Result<PathBuf, ProblemKind> {
    drawn(folders, directive)?;
    Ok(measurements::file(folders, directive.argument.split(' ').next().unwrap_or_default()))
}

fn drawn(folders: &Folders, directive: Directive<'_>) -> Result<String, ProblemKind> {
    let words: Vec<&str> = directive.argument.split_whitespace().collect();
    match (directive.name, &words[..]) {
        (CARD, [name]) => Ok(card(&Measurement::read(folders, name)?)),
        (PLOT, [name, scenario]) => plot(&Measurement::read(folders, name)?, scenario, None),
        (PLOT, [name, scenario, measure]) => {
            plot(&Measurement::read(folders, name)?, scenario, Some(measure))
        }
        _ => Err(ProblemKind::UnknownDirective { text: directive.text.to_owned() }),
    }
}

/// Cuándo, dónde, cómo y con qué comando se midió.
fn card(measurement: &Measurement) -> String {
    let about = |key| measurement.about(key);
    let servers: Vec<&str> = measurement.servers().collect();
    let mut card = String::from("| dato | esta medición |\n|---|---|\n");
    let mut row = |name: &str, value: String| {
        let _ = writeln!(card, "| {name} | {value} |");
    };
    row("cuándo", about("date"));
    row("computadora", format!("{} núcleos (`{}`)", about("cores"), about("processor")));
    row("sistema", format!("Linux {}", about("kernel")));
    row("rondas", about("rounds"));
    let (seconds, warmup) = (about("seconds"), about("warmup"));
    row(
        "segundos que dura cada prueba",
        format!("{seconds}, después de {warmup} de calentamiento"),
    );
    row("servidores", servers.join(", "));
    let asked = format!("--solo {} --rondas {}", servers.join(","), about("rounds"));
    let asked = format!("{asked} --segundos {seconds} --calienta {warmup}");
    row("con qué comando", format!("`python3 bench/mide {asked}`"));
    row("los números", format!("`{}`", measurement.path));
    card
}

fn plot(
    measurement: &Measurement,
    scenario: &str,
    measure: Option<&str>,
) -> Result<String, ProblemKind> {
    let measure = measurement.measure(measure)?;
    let rows = measurement.rows(scenario, measure)?;
    let unit = measure.unit;
    let better = if measure.is_better_small { "corta" } else { "larga" };
    let shown: Vec<String> =
        rows.iter().map(|row| format!("{} {}", row.server, amount(row.median, measure))).collect();
    Ok(format!(
        "<figure class=\"diagrama\" role=\"img\" aria-label=\"Barras. Escenario {scenario}, {unit}, del mejor al peor: \
         {}.\">\n{}\n<figcaption>Escenario <code>{scenario}</code>: {unit}. Mejor cuanto más {better}. La barra llega \
         a la mediana de las rondas; la raya va de la menor a la mayor.</figcaption>\n</figure>\n\n{}",
        shown.join("; "),
        drawing(&rows, measure),
        numbers(&rows, &measurement.left_out(scenario), measure),
    ))
}

fn drawing(rows: &[Row], measure: &Measure) -> String {
    let longest = rows.iter().map(|row| row.most).fold(f64::MIN_POSITIVE, f64::max);
    let place = |value: f64| BAR_START + value / longest * BAR_LENGTH;
    let height = rows.len() * ROW_HEIGHT;
    let mut svg = format!(
        "<svg viewBox=\"0 0 400 {height}\" width=\"520\" xmlns=\"http://www.w3.org/2000/svg\" aria-hidden=\"true\" \
         font-size=\"14\">\n"
    );
    for (at, row) in rows.iter().enumerate() {
        let top = at * ROW_HEIGHT + 6;
        let (middle, base) = (top + 11, top + 16);
        let (accent, dashes) = match row.kind {
            Kind::Ours => (" d-acento", ""),
            Kind::Floor => ("", " stroke-dasharray=\"5 4\""),
            Kind::Other => ("", ""),
        };
        let (least, most) = (place(row.least), place(row.most));
        let _ = writeln!(
            svg,
            "<text class=\"d-texto{accent}\" x=\"110\" y=\"{base}\" text-anchor=\"end\">{}</text>\n\
             <rect class=\"d-caja{accent}\" x=\"{BAR_START}\" y=\"{top}\" width=\"{:.1}\" height=\"22\"{dashes}/>\n\
             <path class=\"d-flecha{accent}\" d=\"M{least:.1} {middle}H{most:.1}M{least:.1} {}V{}M{most:.1} {}V{}\"/>\n\
             <text class=\"d-texto{accent}\" x=\"398\" y=\"{base}\" text-anchor=\"end\">{}</text>",
            row.server,
            place(row.median) - BAR_START,
            middle - 4,
            middle + 4,
            middle - 4,
            middle + 4,
            amount(row.median, measure),
        );
    }
    svg + "</svg>"
}

/// Los mismos números, y los que no hay.
fn numbers(rows: &[Row], left_out: &[(String, String)], measure: &Measure) -> String {
    let mut table = String::from(
        "<details><summary>Los números de esta gráfica</summary>\n\n\
         | servidor | mediana | menor | mayor | dispersión |\n|---|--:|--:|--:|--:|\n",
    );
    for row in rows {
        let [median, least, most] =
            [row.median, row.least, row.most].map(|value| amount(value, measure));
        let spread = row.spread();
        let _ =
            writeln!(table, "| `{}` | {median} | {least} | {most} | ±{spread:.0} % |", row.server);
    }
    for (server, reason) in left_out {
        let _ = write!(table, "\n`{server}` no se midió: {reason}.\n");
    }
    table + "\n</details>\n"
}

/// Un número con los decimales de su medida y, si es de cinco cifras o más, sus miles separados.
fn amount(value: f64, measure: &Measure) -> String {
    let text = format!("{value:.*}", measure.decimals);
    let whole = text.find('.').unwrap_or(text.len());
    if whole < 5 {
        return text;
    }
    let mut shown = String::new();
    for (at, letter) in text.chars().enumerate() {
        if at > 0 && at < whole && (whole - at).is_multiple_of(3) {
            shown.push('\u{202f}');
        }
        shown.push(letter);
    }
    shown
}
