//! Qué nombres de archivo se sirven. Las reglas son las mismas en todos los sistemas.

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

impl Names {
    /// Si se sirve un archivo o una carpeta con ese nombre.
    pub(super) fn admit(self, name: &str) -> bool {
        let is_welcome = match self {
            Self::Visible => !name.starts_with('.'),
            Self::All => true,
        };
        is_welcome && is_plain(name)
    }
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
        for name in [".git", ".well-known", "..a"] {
            assert!(!Names::Visible.admit(name), "{name:?}");
            assert!(Names::All.admit(name), "{name:?}");
        }
    }
}
