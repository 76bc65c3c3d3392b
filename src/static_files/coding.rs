//! Con qué compresión quiere el cliente la respuesta (RFC 9110 §12.5.3).

use std::iter;

/// Una compresión en que un archivo puede estar ya guardado, con otro nombre, a su lado.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Brotli,
    Gzip,
}

/// Las que se buscan: si al cliente le dan igual, antes la que menos ocupa.
const CODINGS: [Coding; 2] = [Coding::Brotli, Coding::Gzip];

impl Coding {
    /// Cómo se llama en `Content-Encoding` (§8.4.1).
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    /// En qué termina el nombre de su archivo.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Self::Brotli => ".br",
            Self::Gzip => ".gz",
        }
    }

    fn is_called(self, name: &str) -> bool {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        // El nombre antiguo de gzip significa lo mismo (§8.4.1.3).
        is(self.name()) || self == Self::Gzip && is("x-gzip")
    }
}

/// Si ese nombre es el de un archivo ya comprimido.
pub(super) fn is_coded(name: &str) -> bool {
    CODINGS.iter().any(|coding| name.ends_with(coding.suffix()))
}

/// Las compresiones que el cliente prefiere al archivo tal cual, por orden. Si no dice nada, ninguna.
pub(super) fn preferred(accept_encoding: Option<&str>) -> Vec<Coding> {
    let Some(field) = accept_encoding else { return Vec::new() };
    let plain = weight(field, |name| name.eq_ignore_ascii_case("identity")).unwrap_or(0);
    let weigh = |coding: Coding| (coding, weight(field, |name| coding.is_called(name)));
    let mut wanted: Vec<(Coding, u16)> = CODINGS
        .into_iter()
        .map(weigh)
        .filter_map(|(coding, weight)| Some((coding, weight?)))
        .filter(|(_, weight)| *weight > 0 && *weight >= plain)
        .collect();
    // Es estable: a igual peso se quedan como estaban.
    wanted.sort_by_key(|(_, weight)| std::cmp::Reverse(*weight));
    wanted.into_iter().map(|(coding, _)| coding).collect()
}

/// El peso en milésimas de lo que se llama así; si no está en la lista, el de `*`.
fn weight(field: &str, is_it: impl Fn(&str) -> bool) -> Option<u16> {
    let items = || field.split(',').filter_map(item);
    let named = items().find(|(name, _)| is_it(name));
    named.or_else(|| items().find(|(name, _)| *name == "*")).map(|(_, weight)| weight)
}

/// Una compresión de la lista y su peso; `None` si está mal escrita.
fn item(text: &str) -> Option<(&str, u16)> {
    let mut parts = text.split(';').map(|part| part.trim_matches([' ', '\t']));
    let name = parts.next().filter(|name| !name.is_empty())?;
    let weight = parts.find_map(|part| part.strip_prefix(['q', 'Q'])?.strip_prefix('='));
    Some((name, weight.map_or(Some(1000), thousandths)?))
}

/// Un peso de 0 a 1 con tres decimales como mucho (§12.4.2), en milésimas.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_number = decimals.len() <= 3 && decimals.bytes().all(|digit| digit.is_ascii_digit());
    let digits = decimals.bytes().filter(|_| is_number).chain(iter::repeat(b'0')).take(3);
    let decimals = digits.fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    match (whole, decimals) {
        _ if !is_number => None,
        ("0", decimals) => Some(decimals),
        ("1", 0) => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Coding::{Brotli, Gzip};
    use super::*;
    use pretty_assertions::assert_eq;

    #[track_caller]
    fn check(field: &str, expected: &[Coding]) {
        assert_eq!(preferred(Some(field)), expected, "{field:?}");
    }

    #[test]
    fn se_ofrece_lo_que_se_acepta() {
        assert_eq!(preferred(None), []);
        for field in ["", "identity", "deflate, zstd", "gzip;q=0, br;q=0.000", ", ,", "*;q=0"] {
            check(field, &[]);
        }
        check("gzip, deflate, br, zstd", &[Brotli, Gzip]);
        check("GZIP", &[Gzip]);
        check("x-gzip , deflate", &[Gzip]);
        check("*", &[Brotli, Gzip]);
        check("br;q=0, *", &[Gzip]);
        check("gzip, *;q=0", &[Gzip]);
    }

    #[test]
    fn los_pesos_deciden_el_orden() {
        check("br;q=0.5, gzip", &[Gzip, Brotli]);
        check("br;q=0.5,gzip;q=0.501", &[Gzip, Brotli]);
        check("gzip;q=1.000, br;Q=1", &[Brotli, Gzip]);
        check("gzip; q=0.2 ,\tbr ; q=0.3", &[Brotli, Gzip]);
    }

    #[test]
    fn se_puede_preferir_el_archivo_tal_cual() {
        check("identity, gzip;q=0.5", &[]);
        check("identity;q=0.5, gzip;q=0.5", &[Gzip]);
        check("identity;q=0.6, gzip;q=0.5, br;q=0.7", &[Brotli]);
        check("gzip;q=0.5, *;q=0.8", &[Brotli]);
        check("identity;q=0, gzip", &[Gzip]);
    }

    #[test]
    fn lo_mal_escrito_no_se_tiene_en_cuenta() {
        for field in ["gzip;q=2", "gzip;q=", "gzip;q=-1", "gzip;q=0.5000", "gzip;q=1.001", "g zip"]
        {
            check(field, &[]);
        }
        check("gzip;q=alto, br;q=0.1", &[Brotli]);
    }

    #[test]
    fn un_archivo_comprimido_se_conoce_por_su_nombre() {
        assert!(is_coded("a.js.br") && is_coded("a.tar.gz"));
        assert!(!is_coded("a.js") && !is_coded("br"));
    }
}
