use super::*;
use pretty_assertions::assert_eq;

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:8000\r\n\r\n").into_bytes()
}

fn visited(name: &str, bytes: &[u8]) -> Visit {
    visit(name, bytes, &[]).expect("el programa existe")
}

#[test]
fn el_primer_programa_saluda() {
    let visit = visited("cap01", &get("/"));
    assert_eq!((visit.fact("estado"), visit.fact("bytes")), ("200".into(), "29".into()));
    let text = String::from_utf8_lossy(&visit.received).into_owned();
    assert!(text.ends_with("\r\n\r\nHola gente de códigofacilito"), "{text}");
}
