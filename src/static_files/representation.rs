//! Un archivo abierto, con lo que se dice de él en los encabezados.

use std::fs::{File, Metadata};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::folder::OpenFile;

/// El primer segundo que no cabe en una fecha de HTTP: el año 10000.
const END_OF_DATES: u64 = 253_402_300_800;

/// Lo que se manda de un archivo, su representación (RFC 9110 §3.2).
#[derive(Debug)]
pub(super) struct Representation {
    pub(super) file: File,
    /// En bytes, al abrirlo.
    pub(super) size: u64,
    pub(super) content_type: String,
    pub(super) validators: Validators,
}

/// Con qué se sabe si el archivo cambió (RFC 9110 §8.8).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Validators {
    /// La etiqueta, con sus comillas. Siempre es fuerte.
    pub(super) etag: Option<String>,
    /// Cuándo se modificó, en segundos enteros.
    pub(super) modified: Option<SystemTime>,
}

impl Representation {
    /// La de un archivo, que se describe como está ahora.
    pub(super) fn of(open: OpenFile, now: SystemTime) -> Self {
        let OpenFile { file, metadata, name } = open;
        let (size, validators) = (metadata.len(), Validators::of(&metadata, now));
        Self { file, size, content_type: content_type(&name), validators }
    }
}

impl Validators {
    fn of(metadata: &Metadata, now: SystemTime) -> Self {
        let modified = metadata.modified().ok();
        Self {
            etag: modified.map(|modified| etag(modified, metadata.len())),
            // Una fecha futura se anuncia como la de ahora (RFC 9110 §8.8.2.1).
            modified: modified.map(|modified| modified.min(now)).and_then(whole_seconds),
        }
    }

    /// El valor de `Last-Modified`.
    pub(super) fn last_modified(&self) -> Option<String> {
        self.modified.map(httpdate::fmt_http_date)
    }
}

/// Cambia con el tamaño y con cada modificación que el sistema de archivos distinga.
fn etag(modified: SystemTime, size: u64) -> String {
    let (sign, distance) = match modified.duration_since(UNIX_EPOCH) {
        Ok(after) => ("", after),
        Err(before) => ("n", before.duration()),
    };
    format!("\"{sign}{:x}-{size:x}\"", distance.as_nanos())
}

/// El segundo en que cae, si una fecha de HTTP puede decirlo.
fn whole_seconds(time: SystemTime) -> Option<SystemTime> {
    let seconds = time.duration_since(UNIX_EPOCH).ok()?.as_secs();
    (seconds < END_OF_DATES).then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

/// El tipo que corresponde a la extensión. De los textos se dice que están en UTF-8.
fn content_type(name: &str) -> String {
    match mime_guess::from_path(name).first_raw() {
        Some(text) if text.starts_with("text/") => format!("{text}; charset=utf-8"),
        Some(other) => other.to_owned(),
        None => "application/octet-stream".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check_type(name: &str, expected: &str) {
        assert_eq!(content_type(name), expected, "{name}");
    }

    #[test]
    fn el_tipo_sale_de_la_extension() {
        check_type("a.html", "text/html; charset=utf-8");
        check_type("a.CSS", "text/css; charset=utf-8");
        check_type("a.js", "text/javascript; charset=utf-8");
        check_type("a.tar.gz", "application/gzip");
        check_type("a.json", "application/json");
        check_type("a.woff2", "font/woff2");
        check_type("a.svg", "image/svg+xml");
        check_type("LEEME", "application/octet-stream");
    }

    #[test]
    #[cfg_attr(windows, ignore = "ahí la hora de un archivo no es tan exacta")]
    fn la_etiqueta_distingue_nanosegundos_y_tamanos() {
        let time = UNIX_EPOCH + Duration::new(1, 2);
        assert_eq!(etag(time, 16), "\"3b9aca02-10\"");
        assert_eq!(etag(UNIX_EPOCH - Duration::from_nanos(1), 0), "\"n1-0\"");
    }

    #[test]
    fn una_fecha_que_http_no_puede_decir_se_calla() {
        assert_eq!(whole_seconds(UNIX_EPOCH - Duration::from_secs(1)), None);
        assert_eq!(whole_seconds(UNIX_EPOCH + Duration::from_secs(END_OF_DATES)), None);
        let time = UNIX_EPOCH + Duration::new(784_111_777, 5);
        let validators = Validators { etag: None, modified: whole_seconds(time) };
        let expected = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(validators.last_modified().as_deref(), Some(expected));
    }
}
