//! Registros partidos en cada byte, mezclados y mal escritos.

use super::*;
use crate::http::Rejection;
use pretty_assertions::assert_eq;

const LIMITS: ReceiverLimits = ReceiverLimits { head: 500, overhead: 200, connections: 9 };

const BEGIN: u8 = 1;
const ABORT: u8 = 2;
const PARAMS: u8 = 4;
const STDIN: u8 = 5;
const GET_VALUES: u8 = 9;

/// Un registro, con relleno si se pide.
fn record(kind: u8, id: u8, content: &[u8], padding: u8) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("cabe").to_be_bytes();
    let header = [1, kind, 0, id, length[0], length[1], padding, 0];
    [&header, content, &vec![b'?'; padding.into()]].concat()
}

fn begin(id: u8, role: u8, flags: u8) -> Vec<u8> {
    record(BEGIN, id, &[0, role, flags, 0, 0, 0, 0, 0], 0)
}

/// Lo que se entiende de unos registros.
#[derive(Debug, Default, PartialEq, Eq)]
struct Understood {
    phase: Option<Phase>,
    variables: Vec<(String, String)>,
    content: String,
    replies: Vec<u8>,
    left: usize,
}

/// Entrega los registros en piezas que terminan en `cuts`.
fn receive(input: &[u8], cuts: &[usize], length: Option<u64>) -> Result<Understood, Rejection> {
    let mut receiver = Receiver::new(LIMITS);
    let (mut content, mut pending) = (Vec::new(), Vec::new());
    let (mut from, mut understood) = (0, Understood::default());
    for &cut in cuts.iter().chain([&input.len()]) {
        pending.extend_from_slice(&input[from..cut]);
        from = cut;
        loop {
            let before = receiver.phase();
            let consumed = receiver.decode(&pending, &mut content, 1000)?;
            pending.drain(..consumed);
            if before == receiver.phase() {
                break;
            }
            if receiver.phase() == Phase::Content {
                for pair in receiver.variables() {
                    let (name, value) = pair?;
                    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
                    understood.variables.push((text(name), text(value)));
                }
                receiver.expect_content(length);
            }
            if matches!(receiver.phase(), Phase::Done | Phase::Aborted | Phase::Refused) {
                break;
            }
        }
    }
    understood.phase = Some(receiver.phase());
    understood.content = String::from_utf8_lossy(&content).into_owned();
    understood.replies = receiver.take_replies();
    understood.left = pending.len();
    Ok(understood)
}

#[track_caller]
fn check(input: &[u8], length: Option<u64>, expected: &Result<Understood, Rejection>) {
    for cut in 0..=input.len() {
        assert_eq!(&receive(input, &[cut], length), expected, "partida en {cut}");
    }
    let bytes: Vec<usize> = (1..input.len()).collect();
    assert_eq!(&receive(input, &bytes, length), expected, "byte a byte");
}

fn pairs(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[test]
fn las_variables_y_el_cuerpo_pueden_partirse_en_cualquier_registro() {
    let input = [
        begin(1, 1, 1),
        record(PARAMS, 1, b"\x01\x02A", 3),
        record(PARAMS, 1, b"bc\x01", 0),
        record(PARAMS, 1, b"\x00D", 255),
        record(PARAMS, 1, b"", 0),
        record(STDIN, 1, b"ho", 6),
        record(STDIN, 1, b"la", 0),
        record(STDIN, 1, b"", 2),
        b"lo siguiente".to_vec(),
    ]
    .concat();
    let expected = Understood {
        phase: Some(Phase::Done),
        variables: pairs(&[("A", "bc"), ("D", "")]),
        content: "hola".to_owned(),
        left: "lo siguiente".len(),
        ..Understood::default()
    };
    check(&input, Some(4), &Ok(expected));
}

#[test]
fn lo_de_la_conexion_se_contesta_sin_estorbar() {
    let input = [
        record(GET_VALUES, 0, b"\x0e\0FCGI_MAX_CONNS\x0f\0FCGI_MPXS_CONNS\x01\0X", 1),
        begin(1, 1, 0),
        record(77, 0, b"algo", 0),
        record(PARAMS, 1, b"\x01\x01AB", 0),
        begin(2, 1, 1),
        record(PARAMS, 2, b"\x01\x01XX", 0),
        record(PARAMS, 1, b"", 0),
        record(STDIN, 2, b"de otra", 0),
        record(8, 1, b"datos de un filtro", 0),
        record(ABORT, 2, b"", 0),
        record(STDIN, 1, b"", 0),
    ]
    .concat();
    let replies = [
        record(10, 0, b"\x0e\x01FCGI_MAX_CONNS9\x0f\x01FCGI_MPXS_CONNS0", 0),
        record(11, 0, &[77, 0, 0, 0, 0, 0, 0, 0], 0),
        record(3, 2, &[0, 0, 0, 0, 1, 0, 0, 0], 0),
    ];
    let expected = Understood {
        phase: Some(Phase::Done),
        variables: pairs(&[("A", "B")]),
        replies: replies.concat(),
        ..Understood::default()
    };
    check(&input, None, &Ok(expected));
}

#[test]
fn otros_papeles_no_se_atienden() {
    for (flags, phase) in [(1, Phase::Waiting), (0, Phase::Refused)] {
        let expected = Understood {
            phase: Some(phase),
            replies: record(3, 7, &[0, 0, 0, 0, 3, 0, 0, 0], 0),
            ..Understood::default()
        };
        check(&begin(7, 2, flags), None, &Ok(expected));
    }
}

#[test]
fn una_peticion_se_puede_abandonar_en_cualquier_momento() {
    let start = [begin(1, 1, 1), record(PARAMS, 1, b"\x01\x01AB", 0)].concat();
    let abort = record(ABORT, 1, b"", 4);
    let expected = Understood { phase: Some(Phase::Aborted), ..Understood::default() };
    check(&[&start[..], &abort].concat(), None, &Ok(expected));
    let halfway = [record(PARAMS, 1, b"", 0), record(STDIN, 1, b"ho", 0), abort].concat();
    let expected = Understood {
        phase: Some(Phase::Aborted),
        variables: pairs(&[("A", "B")]),
        content: "ho".to_owned(),
        ..Understood::default()
    };
    check(&[start, halfway].concat(), Some(4), &Ok(expected));
}

#[test]
fn el_abandono_de_una_respuesta_se_encuentra_entre_otros_registros() {
    let (other, end) = (record(ABORT, 2, b"", 0), record(STDIN, 1, b"", 3));
    let abort = record(ABORT, 1, b"", 0);
    let bytes = [&end[..], &begin(2, 1, 1), &other, &record(77, 0, b"algo", 9), &abort].concat();
    for cut in 0..=bytes.len() {
        assert_eq!(is_aborted(&bytes[..cut], 1), cut == bytes.len(), "cortados en {cut}");
    }
    assert!(!is_aborted(&[&begin(1, 1, 1)[..], &abort].concat(), 1), "es de la siguiente");
    assert!(!is_aborted(&[b"GET / HTTP/1.1\r\n", &abort[..]].concat(), 1));
}

#[test]
fn el_cuerpo_mide_lo_que_se_anuncia() {
    let start = [begin(1, 1, 1), record(PARAMS, 1, b"", 0)].concat();
    let end = record(STDIN, 1, b"", 0);
    for content in [&b"hol"[..], b"holas"] {
        let input = [&start[..], &record(STDIN, 1, content, 0), &end].concat();
        check(&input, Some(4), &Err(Rejection::BodyLength));
    }
}

#[test]
fn lo_mal_escrito_se_rechaza() {
    let start = begin(1, 1, 1);
    let bad = [
        b"GET / HTTP/1.1\r\n".to_vec(),
        [&[2], &start[1..]].concat(),
        record(BEGIN, 1, b"corto", 0),
        record(BEGIN, 0, &[0, 1, 0, 0, 0, 0, 0, 0], 0),
        [start.clone(), start.clone()].concat(),
        [start.clone(), record(STDIN, 1, b"antes", 0)].concat(),
        [start.clone(), record(PARAMS, 1, b"\x05A", 0), record(PARAMS, 1, b"", 0)].concat(),
        [start, record(PARAMS, 1, b"", 0), record(PARAMS, 1, b"tarde", 0)].concat(),
        record(GET_VALUES, 0, b"\x05A", 0),
        record(GET_VALUES, 0, &[0; 2000], 0),
    ];
    for input in bad {
        check(&input, None, &Err(Rejection::Record));
    }
}

#[test]
fn nada_crece_sin_limite() {
    let start = begin(1, 1, 1);
    let many = [start.clone(), record(PARAMS, 1, &[0; 100], 0).repeat(6)].concat();
    check(&many, None, &Err(Rejection::HeadTooLarge));
    let empty = [start.clone(), record(99, 1, b"", 0).repeat(99)].concat();
    check(&empty, None, &Err(Rejection::HeadTooLarge));
    let body = [start, record(PARAMS, 1, b"", 0), record(STDIN, 1, b"x", 255).repeat(9)].concat();
    check(&body, None, &Err(Rejection::Record));
    let replies = record(GET_VALUES, 0, b"\x0e\0FCGI_MAX_CONNS", 0).repeat(3000);
    assert_eq!(receive(&replies, &[], None), Err(Rejection::Record));
}

#[test]
fn los_limites_pueden_ser_los_mayores_que_hay() {
    let limits = ReceiverLimits { head: usize::MAX, overhead: u64::MAX, connections: usize::MAX };
    let mut receiver = Receiver::new(limits);
    let ask = record(GET_VALUES, 0, b"\x0E\0FCGI_MAX_CONNS", 0);
    let head =
        [ask, begin(1, 1, 0), record(PARAMS, 1, b"\x01\x01AB", 9), record(PARAMS, 1, b"", 0)];
    let body = [record(STDIN, 1, b"ho", 9), record(STDIN, 1, b"la", 0), record(STDIN, 1, b"", 0)];
    let mut content = Vec::new();
    for (record, room) in head.iter().chain(&body).zip([0, 0, 0, 0, 2, usize::MAX, usize::MAX]) {
        assert_eq!(receiver.decode(record, &mut content, room), Ok(record.len()));
    }
    assert_eq!((receiver.phase(), content.as_slice()), (Phase::Done, &b"hola"[..]));
    assert!(receiver.take_replies().ends_with(usize::MAX.to_string().as_bytes()));
}

#[test]
fn un_cuerpo_en_registros_de_un_byte_se_acepta() {
    let input = [
        begin(1, 1, 1),
        record(PARAMS, 1, b"", 0),
        record(STDIN, 1, b"x", 7).repeat(900),
        record(STDIN, 1, b"", 0),
    ];
    let understood = receive(&input.concat(), &[], Some(900)).expect("válida");
    assert_eq!((understood.phase, understood.content.len()), (Some(Phase::Done), 900));
}

#[test]
fn no_produce_mas_de_lo_que_cabe() {
    let input = [begin(1, 1, 1), record(PARAMS, 1, b"", 0), record(STDIN, 1, b"hola", 0)].concat();
    let (mut receiver, mut output) = (Receiver::new(LIMITS), b"ya".to_vec());
    let head = receiver.decode(&input, &mut output, 0).expect("válida");
    let first = receiver.decode(&input[head..], &mut output, 3).expect("válida");
    assert_eq!(output, b"yahol");
    assert_eq!(receiver.decode(&input[head + first..], &mut output, 0), Ok(0));
    assert_eq!(receiver.decode(&input[head + first..], &mut output, 3), Ok(1));
    assert_eq!(output, b"yahola");
}

#[test]
fn ningun_byte_cambiado_causa_un_panico() {
    let input = [
        record(GET_VALUES, 0, b"\x0e\0FCGI_MAX_CONNS", 1),
        begin(1, 1, 1),
        record(PARAMS, 1, b"\x01\x02Abc", 3),
        record(PARAMS, 1, b"", 0),
        record(STDIN, 1, b"hola", 0),
        record(STDIN, 1, b"", 0),
    ]
    .concat();
    for (at, byte) in (0..input.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
        let mut changed = input.clone();
        changed[at] = byte;
        if let Ok(understood) = receive(&changed, &[at], None) {
            assert!(understood.content.len() < input.len());
        }
    }
}

#[test]
fn una_respuesta_grande_va_en_varios_registros() {
    let content = vec![b'x'; MAX_CONTENT + 1];
    let mut out = Vec::new();
    write_stdout(&mut out, 0x0102, &content);
    write_end(&mut out, 0x0102);
    let expected = [
        &[1, 6, 1, 2, 0xFF, 0xF8, 0, 0][..],
        &content[..MAX_CONTENT],
        &[1, 6, 1, 2, 0, 1, 0, 0, b'x', 1, 6, 1, 2, 0, 0, 0, 0],
        &[1, 3, 1, 2, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ];
    assert_eq!(out, expected.concat());
}
