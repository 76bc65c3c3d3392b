//! Las peticiones condicionales (RFC 9110 §13): si hace falta mandar el archivo, o si es otro.

use super::validators::{Precision, Validators};
use crate::environ::Environ;

/// Las condiciones que puso el cliente.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Conditions<'e> {
    pub(super) if_match: Option<&'e str>,
    pub(super) if_unmodified_since: Option<&'e str>,
    pub(super) if_none_match: Option<&'e str>,
    pub(super) if_modified_since: Option<&'e str>,
    pub(super) if_range: Option<&'e str>,
}

/// Qué hacer con un `GET` o un `HEAD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Proceed,
    /// 304: el cliente ya lo tiene.
    NotModified,
    /// 412: no es el que el cliente cree.
    PreconditionFailed,
}

impl<'e> Conditions<'e> {
    pub(super) fn of(environ: &'e Environ) -> Self {
        Self {
            if_match: environ.get("HTTP_IF_MATCH"),
            if_unmodified_since: environ.get("HTTP_IF_UNMODIFIED_SINCE"),
            if_none_match: environ.get("HTTP_IF_NONE_MATCH"),
            if_modified_since: environ.get("HTTP_IF_MODIFIED_SINCE"),
            if_range: environ.get("HTTP_IF_RANGE"),
        }
    }

    /// Los cuatro primeros pasos de RFC 9110 §13.2.2. Una fecha ilegible es como si no estuviera.
    pub(super) fn evaluate(&self, current: &Validators) -> Verdict {
        let is_expected = match (self.if_match, self.if_unmodified_since) {
            (Some(tags), _) => matches_any(tags, current, Comparison::Strong),
            (None, Some(date)) => is_older(current, date).unwrap_or(true),
            (None, None) => true,
        };
        if !is_expected {
            return Verdict::PreconditionFailed;
        }
        let is_known = match (self.if_none_match, self.if_modified_since) {
            (Some(tags), _) => matches_any(tags, current, Comparison::Weak),
            (None, Some(date)) => is_older(current, date).unwrap_or(false),
            (None, None) => false,
        };
        if is_known { Verdict::NotModified } else { Verdict::Proceed }
    }

    /// El quinto paso: si se atiende `Range` (§13.1.5). Quien tiene un tramo de otra versión
    /// necesita el archivo entero.
    pub(super) fn allow_ranges(&self, current: &Validators) -> bool {
        let Some(validator) = self.if_range.map(str::trim) else { return true };
        if validator.ends_with('"') {
            return is_strong(validator) && current.etag.as_deref() == Some(validator);
        }
        let date = httpdate::parse_http_date(validator).ok();
        let is_of_one = current.precision == Precision::OneVersion;
        date.is_some() && date == current.modified && is_of_one
    }
}

/// Con qué empieza una etiqueta débil.
const WEAK: &str = "W/";

/// Cómo se comparan dos etiquetas (§8.8.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    /// Solo valen las fuertes.
    Strong,
    Weak,
}

/// Si alguna etiqueta de la lista es la actual; `*` es cualquiera.
fn matches_any(list: &str, current: &Validators, comparison: Comparison) -> bool {
    if list.trim() == "*" {
        return true;
    }
    let Some(etag) = &current.etag else { return false };
    Tags(list).any(|tag| match comparison {
        Comparison::Strong => is_strong(tag) && tag == etag,
        Comparison::Weak => opaque(tag) == opaque(etag),
    })
}

fn is_strong(tag: &str) -> bool {
    !tag.starts_with(WEAK)
}

/// La etiqueta sin decir si es débil.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix(WEAK).unwrap_or(tag)
}

/// Las etiquetas de una lista, con sus comillas y con su `W/`, hasta la primera mal escrita. Pueden llevar
/// comas.
struct Tags<'e>(&'e str);

impl<'e> Iterator for Tags<'e> {
    type Item = &'e str;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0.trim_start_matches([' ', '\t', ',']);
        let quoted = opaque(rest);
        let length = quoted.strip_prefix('"')?.find('"')? + 2;
        let (tag, rest) = rest.split_at(rest.len() - quoted.len() + length);
        self.0 = rest;
        Some(tag)
    }
}

/// Si el archivo no cambió después de `date`; `None` si no se puede saber.
fn is_older(current: &Validators, date: &str) -> Option<bool> {
    let date = httpdate::parse_http_date(date.trim()).ok()?;
    current.modified.map(|modified| modified <= date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::time::{Duration, UNIX_EPOCH};

    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
    const SAME: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const SAME_OLD: &str = "Sunday, 06-Nov-94 08:49:37 GMT";

    fn current() -> Validators {
        let modified = UNIX_EPOCH + Duration::from_secs(784_111_777);
        Validators {
            etag: Some("\"a,b\"".to_owned()),
            last_modified: None,
            modified: Some(modified),
            precision: Precision::OneVersion,
        }
    }

    /// Los mismos de algo reciente.
    fn recent() -> Validators {
        let (etag, precision) = (Some("W/\"a,b\"".to_owned()), Precision::MaybeSeveral);
        Validators { etag, precision, ..current() }
    }

    #[track_caller]
    fn check(conditions: Conditions<'_>, expected: Verdict) {
        assert_eq!(conditions.evaluate(&current()), expected, "{conditions:?}");
    }

    fn if_match(if_match: &str) -> Conditions<'_> {
        Conditions { if_match: Some(if_match), ..Conditions::default() }
    }

    fn if_none_match(if_none_match: &str) -> Conditions<'_> {
        Conditions { if_none_match: Some(if_none_match), ..Conditions::default() }
    }

    fn if_unmodified_since(date: &str) -> Conditions<'_> {
        Conditions { if_unmodified_since: Some(date), ..Conditions::default() }
    }

    fn if_modified_since(date: &str) -> Conditions<'_> {
        Conditions { if_modified_since: Some(date), ..Conditions::default() }
    }

    #[test]
    fn if_match_compara_con_fuerza() {
        check(Conditions::default(), Verdict::Proceed);
        for tags in ["*", "\"a,b\"", "\"x\" , ,\"a,b\"", "W/\"x\",\"a,b\""] {
            check(if_match(tags), Verdict::Proceed);
        }
        for tags in ["\"x\"", "W/\"a,b\"", "a,b", "", "\"a,b", "x, \"a,b\""] {
            check(if_match(tags), Verdict::PreconditionFailed);
        }
    }

    #[test]
    fn if_none_match_compara_sin_fuerza() {
        for tags in ["*", "\"a,b\"", "W/\"a,b\"", "\"x\", W/\"a,b\""] {
            check(if_none_match(tags), Verdict::NotModified);
        }
        for tags in ["\"x\"", "a,b", "", "\"*\"", "w/\"a,b\""] {
            check(if_none_match(tags), Verdict::Proceed);
        }
    }

    #[test]
    fn las_fechas_se_comparan_por_segundos() {
        check(if_unmodified_since(SAME), Verdict::Proceed);
        check(if_unmodified_since(BEFORE), Verdict::PreconditionFailed);
        check(if_unmodified_since("ayer"), Verdict::Proceed);
        check(if_modified_since(SAME), Verdict::NotModified);
        check(if_modified_since(SAME_OLD), Verdict::NotModified);
        check(if_modified_since(BEFORE), Verdict::Proceed);
        check(if_modified_since("ayer"), Verdict::Proceed);
    }

    #[test]
    fn las_etiquetas_mandan_sobre_las_fechas() {
        let stale = Some(BEFORE);
        check(Conditions { if_unmodified_since: stale, ..if_match("*") }, Verdict::Proceed);
        let same = Some(SAME);
        check(Conditions { if_modified_since: same, ..if_none_match("\"x\"") }, Verdict::Proceed);
        let both = Conditions { if_none_match: Some("*"), ..if_match("\"x\"") };
        check(both, Verdict::PreconditionFailed);
        let both = Conditions { if_none_match: Some("*"), ..if_match("*") };
        check(both, Verdict::NotModified);
    }

    #[test]
    fn sin_fecha_conocida_las_fechas_no_cuentan() {
        let current = Validators::NONE;
        assert_eq!(if_unmodified_since(BEFORE).evaluate(&current), Verdict::Proceed);
        assert_eq!(if_modified_since(SAME).evaluate(&current), Verdict::Proceed);
        assert_eq!(if_match("*").evaluate(&current), Verdict::Proceed);
        assert_eq!(if_match("\"x\"").evaluate(&current), Verdict::PreconditionFailed);
    }

    #[test]
    fn una_etiqueta_debil_sirve_para_no_mandar_y_no_para_exigir() {
        for tags in ["*", "\"a,b\"", "W/\"a,b\""] {
            assert_eq!(if_none_match(tags).evaluate(&recent()), Verdict::NotModified, "{tags}");
        }
        for tags in ["\"a,b\"", "W/\"a,b\""] {
            assert_eq!(if_match(tags).evaluate(&recent()), Verdict::PreconditionFailed, "{tags}");
        }
        assert_eq!(if_match("*").evaluate(&recent()), Verdict::Proceed);
    }

    #[track_caller]
    fn check_range(if_range: Option<&str>, current: &Validators, expected: bool) {
        let conditions = Conditions { if_range, ..Conditions::default() };
        assert_eq!(conditions.allow_ranges(current), expected, "{if_range:?}");
    }

    #[test]
    fn if_range_pide_la_misma_version() {
        check_range(None, &current(), true);
        check_range(Some("\"a,b\""), &current(), true);
        check_range(Some("W/\"a,b\""), &current(), false);
        check_range(Some("\"x\""), &current(), false);
        check_range(Some(SAME), &current(), true);
        check_range(Some(BEFORE), &current(), false);
        check_range(Some("ayer"), &current(), false);
    }

    #[test]
    fn if_range_no_une_lo_que_podria_ser_de_dos_versiones() {
        check_range(None, &recent(), true);
        for validator in ["\"a,b\"", "W/\"a,b\"", SAME] {
            check_range(Some(validator), &recent(), false);
        }
        check_range(Some(SAME), &Validators::NONE, false);
    }
}
