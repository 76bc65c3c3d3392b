//! Qué nombres de archivo se sirven: los que se piden, no aquellos a los que lleve un enlace. Las reglas
//! son las mismas en todos los sistemas, menos la de los nombres cortos, que solo hay en Windows.

/// Los nombres que se admiten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    /// Todos los corrientes, menos los que empiezan por punto.
    Visible,
    /// Todos los corrientes.
    All,
}

/// Dispositivos que en Windows están en todas las carpetas, con cualquier extensión.
const DEVICES: [&str; 7] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$"];

/// Los que además llevan una cifra: `COM1`.
const NUMBERED_DEVICES: [&str; 2] = ["COM", "LPT"];

/// Las letras que HFS+ no tiene en cuenta al comparar nombres.
const INVISIBLE: [char; 16] = [
    '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{202a}', '\u{202b}', '\u{202c}', '\u{202d}',
    '\u{202e}', '\u{206a}', '\u{206b}', '\u{206c}', '\u{206d}', '\u{206e}', '\u{206f}', '\u{feff}',
];

impl Names {
    /// Si se sirve lo que hay en una ruta, nombre a nombre. La carpeta misma no tiene ninguno.
    pub(super) fn admit_path(self, names: &str) -> bool {
        names.is_empty() || names.split('/').all(|name| self.admit(name))
    }

    /// Si se sirve un archivo o una carpeta con ese nombre.
    pub(super) fn admit(self, name: &str) -> bool {
        let is_welcome = match self {
            Self::Visible => !is_hidden(name),
            Self::All => true,
        };
        is_welcome && is_plain(name) && !(cfg!(windows) && is_short(name))
    }
}

/// Si empieza por punto para algún sistema: HFS+, de macOS, no ve las letras invisibles.
fn is_hidden(name: &str) -> bool {
    name.trim_start_matches(INVISIBLE).starts_with('.')
}

/// Si todos los sistemas entienden lo mismo por ese nombre. `.` y `..` no pasan: terminan en punto.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['/', '\\', ':'])
        && !name.contains(char::is_control)
        // Windows los quita, y abriría otro archivo.
        && !name.ends_with(['.', ' '])
        && !is_device(name)
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let is = |known: &str| stem.eq_ignore_ascii_case(known);
    DEVICES.into_iter().any(is)
        || numbered(stem).is_some_and(|kind| NUMBERED_DEVICES.contains(&&*kind))
}

/// `COM` de `com1`. Para Windows también son cifras `¹`, `²` y `³`.
fn numbered(stem: &str) -> Option<String> {
    let kind = stem.strip_suffix(|last: char| last.is_ascii_digit() || "¹²³".contains(last))?;
    Some(kind.to_ascii_uppercase())
}

/// Si puede ser el nombre de ocho letras y tres que Windows da también a uno largo: `PROGRA~1`. Con el
/// de uno oculto, `GIT~1`, se llegaría a él.
fn is_short(name: &str) -> bool {
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    let fits = |part: &str, length| part.chars().count() <= length && !part.contains('.');
    let number = stem.rsplit_once('~').map(|(_, number)| number);
    let is_numbered =
        number.is_some_and(|n| !n.is_empty() && n.bytes().all(|digit| digit.is_ascii_digit()));
    is_numbered && fits(stem, 8) && fits(extension, 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn los_nombres_corrientes_se_sirven() {
        for name in ["a", "a.b.c", "año 1.html", "..a..b", "console.log", "COM", "comx", "AUXILIO"]
        {
            assert!(Names::All.admit(name), "{name:?}");
        }
    }

    #[test]
    fn los_que_suben_o_se_leen_de_otro_modo_no() {
        let names = [
            "",
            ".",
            "..",
            "...",
            "a.",
            "a ",
            "a/b",
            "a\\b",
            "..\\a",
            "C:",
            "a:b",
            "a::$DATA",
            "a\0",
            "a\n",
            "a\u{7f}",
            "CON",
            "con",
            "Aux.html",
            "nul.tar.gz",
            "NUL .txt",
            "COM1",
            "lpt9.js",
            "com²",
            "CONIN$",
        ];
        for name in names {
            assert!(!Names::All.admit(name), "{name:?}");
        }
    }

    #[test]
    fn los_ocultos_solo_si_se_pide() {
        for name in [".git", ".well-known", "..a", "\u{200c}.git", "\u{feff}\u{200d}.env"] {
            assert!(!Names::Visible.admit(name), "{name:?}");
            assert!(Names::All.admit(name), "{name:?}");
        }
    }

    #[test]
    fn los_nombres_cortos_de_windows_se_reconocen() {
        for name in ["PROGRA~1", "git~1", "GI3B2C~1", "A~123456", "LARGO~12.HTM", "~1.a", "a~1."] {
            assert!(is_short(name), "{name:?}");
        }
        for name in ["a~", "~", "a~b", "a1", "vendors~1.js", "a~1.html", "a~1.b.c", "a~1b", "a.b~1"]
        {
            assert!(!is_short(name), "{name:?}");
        }
        assert_eq!(Names::All.admit("GIT~1"), cfg!(not(windows)));
    }

    #[test]
    fn una_ruta_se_admite_nombre_a_nombre() {
        assert!(Names::Visible.admit_path("") && Names::Visible.admit_path("a/b.c"));
        for names in ["a/.b", ".a/b", "a//b", "/a", "a/", "a/..", "a/nul"] {
            assert!(!Names::Visible.admit_path(names), "{names:?}");
        }
    }
}
