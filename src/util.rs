//! Pequeñas preguntas sobre una petición o un encabezado, con los nombres de `wsgiref.util`.

/// Los encabezados que valen solo hasta el siguiente servidor (RFC 9110 §7.6.1): una aplicación no
/// los puede poner (PEP 3333, «Other HTTP Features»).
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "trailers",
    "transfer-encoding",
    "upgrade",
];

/// Si un encabezado vale solo entre dos servidores vecinos, sin distinguir mayúsculas
/// (RFC 9110 §7.6.1).
///
/// # Examples
///
/// ```
/// use pasarela::util::is_hop_by_hop;
///
/// assert!(is_hop_by_hop("Connection"));
/// assert!(!is_hop_by_hop("Content-Type"));
/// ```
pub fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.iter().any(|known| name.eq_ignore_ascii_case(known))
}
