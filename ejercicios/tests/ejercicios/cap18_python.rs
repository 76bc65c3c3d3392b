//! Lo que debe responder el ejercicio del capítulo 18. El lado izquierdo es lo esperado.

use ejercicios::cap18_python::{shown, to_bytes, to_python};
use pretty_assertions::assert_eq;

/// Todos los bytes que hay, en orden.
fn every_byte() -> Vec<u8> {
    (0..=u8::MAX).collect()
}

#[test]
fn cada_byte_es_una_letra() {
    assert_eq!(
        "/cafÃ©",
        to_python("/café".as_bytes()),
        "pista: son seis letras porque son seis bytes; la `é` ocupa dos (capítulo 18, «Un texto que son bytes»)"
    );
}

#[test]
fn en_el_viaje_no_se_pierde_ningun_byte() {
    assert_eq!(
        Some(every_byte()),
        to_bytes(&to_python(&every_byte())),
        "pista: hay 256 bytes y 256 caracteres con su número, también los que no son de UTF-8 \
         (capítulo 18, «Un texto que son bytes»)"
    );
}

#[test]
fn lo_que_no_cabe_se_rechaza() {
    for text in ["Hola…", "☕", "Ā", "/caf\u{1F600}"] {
        assert_eq!(
            None,
            to_bytes(text),
            "{text}\npista: esa letra tiene un número mayor que 255 (capítulo 18, «Ejercicio»)"
        );
    }
    assert_eq!(
        Some(vec![0xE9, 0xFF]),
        to_bytes("éÿ"),
        "pista: estas sí caben, y cada una es un solo byte (capítulo 18, «Un texto que son bytes»)"
    );
}

#[test]
fn una_persona_lee_lo_que_se_escribio() {
    for written in ["/café", "/menú?mesa=4", "/☕", ""] {
        assert_eq!(
            written,
            shown(&to_python(written.as_bytes())),
            "pista: vuelve a los bytes y léelos como UTF-8 (capítulo 18, «Un texto que son bytes»)"
        );
    }
}

#[test]
fn lo_que_no_es_utf8_se_nota_y_no_hace_fallar() {
    assert_eq!(
        "a\u{FFFD}b",
        shown("a\u{FF}b"),
        "pista: `String::from_utf8_lossy` (capítulo 6, «Ejercicio»)"
    );
    assert_eq!(
        "Hola…",
        shown("Hola…"),
        "pista: si no cabe en bytes, no es uno de estos textos (capítulo 18, «Ejercicio»)"
    );
}
