//! El camino de una ruta, tramo a tramo, de `PATH_INFO` a `SCRIPT_NAME`.

use crate::environ::Environ;

/// Pasa el primer tramo de `PATH_INFO` al final de `SCRIPT_NAME`, y lo devuelve.
///
/// Así una aplicación reparte las peticiones entre otras, y cada una encuentra en `SCRIPT_NAME`
/// dónde está y en `PATH_INFO` lo que le toca resolver (PEP 3333, «environ Variables»).
///
/// Devuelve `None` si no queda nada. Los tramos vacíos o `.` de en medio se saltan. Una ruta que
/// es solo `/` da un tramo vacío y deja `SCRIPT_NAME` terminado en barra: así se distingue `/x`
/// de `/x/`. El tramo `..` sube, como en una carpeta. Una ruta que no empieza por `/` queda como
/// está.
///
/// # Examples
///
/// ```
/// use pasarela::{Environ, util::shift_path_info};
///
/// let mut environ = Environ::new();
/// environ.insert("PATH_INFO", "/saludo/Ada");
///
/// assert_eq!(shift_path_info(&mut environ).as_deref(), Some("saludo"));
/// assert_eq!(environ.script_name(), "/saludo");
/// assert_eq!(environ.path_info(), "/Ada");
/// ```
pub fn shift_path_info(environ: &mut Environ) -> Option<String> {
    let path = environ.get_bytes("PATH_INFO")?.strip_prefix(b"/")?;
    let (name, rest) = first_segment(path);
    let script = extend_script(environ.get_bytes("SCRIPT_NAME").unwrap_or_default(), name);
    let name = String::from_utf8_lossy(name).into_owned();
    environ.route(&script, &rest);
    (name != ".").then_some(name)
}

/// El primer tramo, y el resto con su barra delante y sin los tramos que se saltan. El último
/// tramo nunca se salta: dice si la ruta termina en barra.
fn first_segment(path: &[u8]) -> (&[u8], Vec<u8>) {
    let segments: Vec<&[u8]> = path.split(|byte| *byte == b'/').collect();
    let last = segments.len() - 1;
    let kept = |(at, segment): &(usize, &&[u8])| *at == last || !is_void(segment);
    let mut kept = segments.iter().enumerate().filter(kept).map(|(_, segment)| *segment);
    let name = kept.next().unwrap_or_default();
    (name, kept.flat_map(|segment| [b"/", segment].concat()).collect())
}

fn is_void(segment: &[u8]) -> bool {
    segment.is_empty() || segment == b"."
}

/// `SCRIPT_NAME` con un tramo más, sin tramos vacíos, `.` ni `..`.
fn extend_script(script: &[u8], name: &[u8]) -> Vec<u8> {
    let mut segments: Vec<&[u8]> = Vec::new();
    for segment in script.split(|byte| *byte == b'/').chain([name]) {
        match segment {
            b".." => drop(segments.pop()),
            _ if is_void(segment) => {}
            _ => segments.push(segment),
        }
    }
    if name.is_empty() {
        segments.push(b"");
    }
    segments.iter().flat_map(|segment| [b"/", *segment].concat()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(script: &str, path: &str, name: Option<&str>, expected: (&str, &str)) {
        let mut environ = Environ::new();
        environ.insert("SCRIPT_NAME", script);
        environ.insert("PATH_INFO", path);
        assert_eq!(shift_path_info(&mut environ).as_deref(), name, "{script:?} {path:?}");
        let after = (environ.script_name(), environ.path_info());
        assert_eq!(after, expected, "{script:?} {path:?}");
    }

    #[test]
    fn los_tramos_pasan_uno_a_uno() {
        check("", "/", Some(""), ("/", ""));
        check("", "/x", Some("x"), ("/x", ""));
        check("", "/x/", Some("x"), ("/x", "/"));
        check("/x", "/", Some(""), ("/x/", ""));
        check("/x/", "", None, ("/x/", ""));
        check("/a", "/x/y", Some("x"), ("/a/x", "/y"));
        check("/a", "/x/y/", Some("x"), ("/a/x", "/y/"));
    }

    #[test]
    fn los_tramos_vacios_y_los_puntos_se_saltan() {
        check("/a", "//x", Some("x"), ("/a/x", ""));
        check("/a", "/./x/./y//z", Some("x"), ("/a/x", "/y/z"));
        check("/a", "/./", Some(""), ("/a/", ""));
        check("/a", "/.", None, ("/a", ""));
        check("/a/", "/x", Some("x"), ("/a/x", ""));
        check("/a/b", "/../x", Some(".."), ("/a", "/x"));
        check("", "/..", Some(".."), ("", ""));
    }

    #[test]
    fn una_ruta_sin_barra_queda_como_esta() {
        check("/a", "x/y", None, ("/a", "x/y"));
        assert_eq!(shift_path_info(&mut Environ::new()), None);
    }

    #[test]
    fn los_bytes_que_no_son_utf8_no_se_pierden() {
        let mut environ = Environ::new();
        environ.insert_bytes("PATH_INFO", b"/\xFF/\xFE");
        assert_eq!(shift_path_info(&mut environ).as_deref(), Some("\u{FFFD}"));
        assert_eq!(environ.get_bytes("SCRIPT_NAME"), Some(&b"/\xFF"[..]));
        assert_eq!(environ.get_bytes("PATH_INFO"), Some(&b"/\xFE"[..]));
    }
}
