//! Las extensiones de un trozo: lo que va entre su tamaño y el final de la línea (RFC 9112 §7.1.1).
//!
//! ```text
//! chunk-ext     = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] )
//! chunk-ext-val = token / quoted-string
//! ```
//!
//! A nadie le importa lo que dicen; pero donde un lector acepta cualquier cosa y otro no, los dos
//! leen cuerpos distintos. El espacio de `BWS` hay que admitirlo (RFC 9110 §5.6.3), y solo ahí.

use super::TOKEN;

/// Por dónde va la lectura, después de un byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extension {
    /// Espacio: lo que sigue tiene que ser un `;`.
    BeforeSemicolon,
    /// Detrás del `;`.
    BeforeName,
    Name,
    /// Espacio detrás de un nombre.
    AfterName,
    /// Detrás del `=`.
    BeforeValue,
    Token,
    Quoted,
    /// Detrás de una `\`, entre comillas.
    Escaped,
    /// Detrás de las comillas que cierran.
    AfterQuoted,
}

impl Extension {
    /// La que empieza con `byte`, detrás del tamaño de un trozo.
    pub(super) fn start(byte: u8) -> Option<Self> {
        match byte {
            b';' => Some(Self::BeforeName),
            b' ' | b'\t' => Some(Self::BeforeSemicolon),
            _ => None,
        }
    }

    /// Lo que sigue con otro byte; `None` si ahí no puede estar.
    pub(super) fn step(self, byte: u8) -> Option<Self> {
        let is_space = matches!(byte, b' ' | b'\t');
        match (self, byte) {
            (Self::BeforeSemicolon | Self::BeforeName | Self::AfterName | Self::BeforeValue, _)
                if is_space =>
            {
                Some(self)
            }
            (Self::BeforeName | Self::Name, _) if TOKEN.contains(byte) => Some(Self::Name),
            (Self::Name, _) if is_space => Some(Self::AfterName),
            (Self::Name | Self::AfterName, b'=') => Some(Self::BeforeValue),
            (Self::BeforeValue | Self::Token, _) if TOKEN.contains(byte) => Some(Self::Token),
            (Self::BeforeValue, b'"') => Some(Self::Quoted),
            (Self::Quoted, b'"') => Some(Self::AfterQuoted),
            (Self::Quoted, b'\\') => Some(Self::Escaped),
            (Self::Quoted | Self::Escaped, _) if is_text(byte) => Some(Self::Quoted),
            (Self::Token | Self::AfterQuoted, _) if is_space => Some(Self::BeforeSemicolon),
            (Self::BeforeSemicolon | Self::Name | Self::AfterName, b';') => Some(Self::BeforeName),
            (Self::Token | Self::AfterQuoted, b';') => Some(Self::BeforeName),
            _ => None,
        }
    }

    /// Si la línea puede terminar aquí.
    pub(super) fn may_end(self) -> bool {
        matches!(self, Self::Name | Self::Token | Self::AfterQuoted)
    }
}

/// Lo que cabe entre comillas, con su `\` o sin ella (RFC 9110 §5.6.4): todo menos los controles.
fn is_text(byte: u8) -> bool {
    !byte.is_ascii_control() || byte == b'\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Si lo que hay detrás de un tamaño son extensiones bien escritas.
    fn is_valid(text: &[u8]) -> bool {
        let Some((first, rest)) = text.split_first() else { return true };
        let start = Extension::start(*first);
        let end = rest.iter().try_fold(start, |state, byte| Some(state?.step(*byte)));
        end.flatten().is_some_and(Extension::may_end)
    }

    #[test]
    fn las_de_la_gramatica_se_admiten() {
        let good = [
            "",
            ";a",
            ";a;b",
            ";a=b",
            ";a=\"b\"",
            ";a=\"\"",
            ";a=\"b;c=\\\"d\\\\\"",
            ";a=\"\té \u{f1}\"",
            ";!#$%&'*+-.^_`|~09Az=x",
            " ;a",
            "\t ; a = b ;\tc =\t\"d\" ;e",
        ];
        for text in good {
            assert!(is_valid(text.as_bytes()), "{text:?}");
        }
        assert!(is_valid(b";a=\"\xFF\\\xFF\""));
    }

    #[test]
    fn las_demas_no() {
        let bad = [
            ";",
            ";;",
            ";=",
            ";=;;\"",
            ";a;",
            ";a=",
            ";a= ",
            ";a=;b",
            ";=b",
            ";a==b",
            ";a=b=c",
            ";a b",
            ";a b=c",
            ";a=b c",
            ";a ",
            ";a=b ",
            ";a=\"b",
            ";a=\"b\\\"",
            ";a=\"b\"c",
            ";a=\"b\"=c",
            ";a=\"b\" ",
            ";a=b\"c\"",
            ";\"a\"",
            ";a,b",
            ";a=(b)",
            ";\u{f1}",
            ";a=\u{f1}",
            ";a=\"\u{7f}\"",
            ";a=\"\\\u{1}\"",
            ";a\0",
            " ",
            "\t",
            " a",
            "a",
            "=b",
            ",a",
        ];
        for text in bad {
            assert!(!is_valid(text.as_bytes()), "{text:?}");
        }
        assert!(!is_valid(b";\xFF"));
    }
}
