//! `start_response`: lo que acepta se escribe como una cabeza con exactamente esos encabezados.
//!
//! La entrada son textos separados por el byte FF: el estado, y después nombres y valores.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pasarela::fuzzing::response_head;

fuzz_target!(|input: &[u8]| {
    let texts: Vec<_> = input.split(|&byte| byte == 0xFF).map(String::from_utf8_lossy).collect();
    let (status, rest) = texts.split_first().expect("siempre hay un texto");
    let headers: Vec<(&str, &str)> =
        rest.chunks_exact(2).map(|pair| (&*pair[0], &*pair[1])).collect();
    let Ok(head) = response_head(status, &headers) else { return };

    let expected: Vec<_> = headers.into_iter().filter(|(name, _)| is_kept(status, name)).collect();
    let head = str::from_utf8(&head).expect("con textos se escribe texto");
    let mut lines = head.split("\r\n");
    assert_eq!(lines.next(), Some(&*format!("HTTP/1.1 {status}")));
    for (name, value) in expected {
        assert_eq!(lines.next(), Some(&*format!("{name}: {value}")));
    }
    assert_eq!(lines.collect::<Vec<_>>(), ["", ""], "hay algo más que lo declarado");
    check_lines(head);
});

/// Con 204 y 205 el servidor quita `Content-Length`.
fn is_kept(status: &str, name: &str) -> bool {
    let has_no_length = status.starts_with("204 ") || status.starts_with("205 ");
    !(has_no_length && name.eq_ignore_ascii_case("content-length"))
}

/// También para quien parte las líneas de otro modo (un LF o un CR sueltos), las líneas son las
/// mismas, y ninguna dice cómo termina el cuerpo sin que el servidor lo sepa.
fn check_lines(head: &str) {
    assert_eq!(head.split(['\r', '\n']).count(), 2 * head.split("\r\n").count() - 1);
    assert!(!head.contains('\0'));
    let lengths = head.lines().filter(|line| has_name(line, "content-length")).count();
    assert!(lengths <= 1, "hay {lengths} longitudes");
    assert!(!head.lines().any(|line| has_name(line, "transfer-encoding")));
    assert!(!head.lines().any(|line| has_name(line, "connection")));
}

fn has_name(line: &str, name: &str) -> bool {
    line.split_once(':').is_some_and(|(known, _)| known.trim().eq_ignore_ascii_case(name))
}
