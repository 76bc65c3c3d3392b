//! Las formas de una línea.

/// Qué lleva cada línea. Las fechas van en UTC. Lo que falta es `-`; lo que no es ASCII visible,
/// las comillas y la barra invertida van como `\xHH`, para que nadie escriba líneas de otro. Lo largo se
/// corta y termina en `…`: la dirección pedida a los 1024 bytes; los encabezados, a los 512; lo demás,
/// a los 64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum LogFormat {
    /// El `Common Log Format`, y al final cuánto tardó en segundos:
    ///
    /// ```text
    /// 127.0.0.1 - ada [24/Nov/2026:08:40:00 +0000] "GET /a?b HTTP/1.1" 200 1043 0.000215
    /// ```
    Common,
    /// Como `Common`, con los encabezados `Referer` y `User-Agent` antes de la duración:
    ///
    /// ```text
    /// 127.0.0.1 - - [24/Nov/2026:08:40:00 +0000] "GET / HTTP/1.1" 200 1043 "-" "curl/8" 0.000215
    /// ```
    Combined,
}
