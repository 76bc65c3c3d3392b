//! De qué se hace un cuerpo.

use super::*;
use pretty_assertions::assert_eq;
use std::io::Cursor;

#[track_caller]
fn check(body: Body, length: Option<u64>, expected: &[&str]) {
    assert_eq!(body.content_length(), length);
    let chunks: Vec<Chunk> = body.map(|chunk| chunk.expect("trozo legible")).collect();
    let texts: Vec<&[u8]> = chunks.iter().map(Chunk::as_bytes).collect();
    let expected: Vec<&[u8]> = expected.iter().map(|text| text.as_bytes()).collect();
    assert_eq!(texts, expected);
}

#[test]
fn un_trozo_de_cada_tipo() {
    check(Body::from("ñ"), Some(2), &["ñ"]);
    check(Body::from(String::from("hola")), Some(4), &["hola"]);
    check(Body::from(b"hola"), Some(4), &["hola"]);
    check(Body::from(b"hola".to_vec()), Some(4), &["hola"]);
    check(Body::empty(), Some(0), &[]);
}

#[test]
fn las_listas_conservan_sus_trozos() {
    check(Body::from(["a", "", "bc"]), Some(3), &["a", "", "bc"]);
    check(Body::from(vec![String::from("a"), String::from("b")]), Some(2), &["a", "b"]);
    check(Body::from(Vec::<String>::new()), Some(0), &[]);
    check(Body::from(vec![b"x".to_vec()]), Some(1), &["x"]);
}

#[test]
fn un_lector_se_lee_hasta_el_final() {
    check(Body::reader(Cursor::new("hola")), None, &["hola"]);
    check(Body::stream([Ok("a"), Ok("b")]), None, &["a", "b"]);
}
