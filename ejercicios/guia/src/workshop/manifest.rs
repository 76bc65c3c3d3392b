//! Los manifiestos del taller, a partir de los del proyecto.

use std::path::Path;

use crate::exercises::with_slashes;

/// Lo que del manifiesto de la raíz vale para todos sus paquetes.
const SHARED: [&str; 4] = ["[workspace", "[profile", "[patch", "[replace"];

/// Lo que dice qué paquetes hay: en el taller, uno.
const LISTS: [&str; 3] = ["members", "default-members", "exclude"];

/// El manifiesto de la raíz, sin el paquete que tenga y con los ejercicios como único miembro.
pub(super) fn workspace(text: &str, root: &Path) -> String {
    let mut kept = String::from("[workspace]\nmembers = [\"ejercicios\"]\n");
    let mut shared = false;
    let mut in_list = false;
    for line in text.lines() {
        let code = line.trim();
        if code.starts_with('[') && !in_list {
            shared = SHARED.iter().any(|section| code.starts_with(section));
            if code == "[workspace]" {
                continue;
            }
        }
        in_list = (in_list || LISTS.contains(&key_of(code))) && !code.ends_with(']');
        let is_list = in_list || LISTS.contains(&key_of(code)) || code == "]";
        if shared && !is_list {
            kept.push_str(&with_whole_path(line, root));
            kept.push('\n');
        }
    }
    kept
}

/// El manifiesto de los ejercicios. `folder` es su carpeta, y `version`, la que tendrá.
pub(super) fn package(text: &str, folder: &Path, version: &str) -> String {
    let mut kept = String::new();
    for line in text.lines().filter(|line| key_of(line) != "version") {
        kept.push_str(&with_whole_path(line, folder));
        kept.push('\n');
        if line.trim() == "[package]" {
            kept.push_str(&format!("version = \"{version}\"\n"));
        }
    }
    kept
}

fn key_of(line: &str) -> &str {
    line.split('=').next().unwrap_or_default().trim()
}

/// La línea, con entera la ruta que sube desde `folder`.
fn with_whole_path(line: &str, folder: &Path) -> String {
    let Some((before, rest)) = line.split_once("path = \"..") else { return line.to_owned() };
    let Some((inside, after)) = rest.split_once('"') else { return line.to_owned() };
    let whole = folder.parent().unwrap_or(folder).join(inside.trim_start_matches(['/', '\\']));
    let whole = with_slashes(&whole).replace('\\', "\\\\").replace('"', "\\\"");
    format!("{before}path = \"{}\"{after}", whole.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn del_de_la_raiz_queda_lo_que_es_de_todos() {
        let root = "[workspace]\nmembers = [\"ejercicios\", \"ejercicios/guia\"]\nexclude = [\n  \
            \"book\",\n]\nresolver = \"3\"\n\n[workspace.package]\nedition = \"2024\"\n\n[package]\n\
            name = \"pasarela\"\n\n[[example]]\nname = \"sonda\"\n\n[profile.dev]\ndebug = false\n";
        assert_eq!(
            workspace(root, Path::new("/curso")),
            "[workspace]\nmembers = [\"ejercicios\"]\nresolver = \"3\"\n\n[workspace.package]\n\
             edition = \"2024\"\n\n[profile.dev]\ndebug = false\n"
        );
    }

    #[test]
    fn las_rutas_que_salen_de_la_carpeta_van_enteras() {
        let folder = Path::new("/mi curso/ejercicios");
        let package = |text: &str| package(text, folder, "0.0.7");
        assert_eq!(
            package("pasarela = { path = \"..\" }\r\nb = { path = \"../b/c\", optional = true }"),
            "pasarela = { path = \"/mi curso\" }\nb = { path = \"/mi curso/b/c\", optional = true }\n"
        );
        assert_eq!(package("path = \"tests/a.rs\"\n"), "path = \"tests/a.rs\"\n");
        assert_eq!(
            package("[package]\nname = \"a\"\nversion = \"0.0.0\"\n"),
            "[package]\nversion = \"0.0.7\"\nname = \"a\"\n"
        );
    }
}
