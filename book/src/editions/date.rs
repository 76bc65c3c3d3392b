//! De qué fecha es una edición: de la del texto, y no de cuándo se hizo, para que dos iguales sean iguales.

use std::env;
use std::path::Path;
use std::process::Command;

/// La que acuerdan los programas cuyas salidas se pueden repetir (<https://reproducible-builds.org/specs/source-date-epoch/>).
const VARIABLE: &str = "SOURCE_DATE_EPOCH";

/// Los segundos desde 1970 del texto que hay en `folder`: los que dice el entorno o, si no, los del último cambio que guarda git.
pub(super) fn of(folder: &Path) -> u64 {
    let told = env::var(VARIABLE).ok().and_then(|text| text.parse().ok());
    told.or_else(|| last_commit(folder)).unwrap_or(0)
}

fn last_commit(folder: &Path) -> Option<u64> {
    let git = Command::new("git").current_dir(folder).args(["log", "-1", "--format=%ct"]).output();
    String::from_utf8(git.ok()?.stdout).ok()?.trim().parse().ok()
}

/// Un instante como lo escribe ISO 8601, en UTC: `2026-11-24T08:40:00Z`.
pub(super) fn iso(seconds: u64) -> String {
    let (days, rest) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// El año, el mes y el día que están a tantos días del 1 de enero de 1970.
fn civil(days: u64) -> (u64, u64, u64) {
    // Se cuenta desde el 1 de marzo del año 0, así el día que a veces falta es el último del año.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn los_instantes_se_escriben_con_su_dia() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399, "2000-02-28T23:59:59Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (951_868_800, "2000-03-01T00:00:00Z"),
            (1_795_509_600, "2026-11-24T08:40:00Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ] {
            assert_eq!(iso(seconds), text);
        }
    }
}
