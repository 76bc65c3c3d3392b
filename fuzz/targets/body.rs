//! El cuerpo de una petición: entero o en piezas da lo mismo, y nunca crece más de lo que cabe.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pasarela::fuzzing::Decoder;
use pasarela_fuzz::Split;

/// Lo que se leyó de un cuerpo.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    content: Vec<u8>,
    /// Cuántos bytes sobraron, si terminó.
    left: Result<Option<usize>, String>,
}

fuzz_target!(|input: &[u8]| {
    let Some(split) = Split::new(input) else { return };
    // Con opciones pares, por trozos; con impares, de esa longitud.
    let length = (split.options % 2 == 1).then_some(u64::from(split.options));
    let room = 1 + usize::from(split.options / 2);
    let whole = read(length, &[split.bytes], usize::MAX);
    assert!(whole.content.len() <= split.bytes.len());
    assert_eq!(read(length, &split.pieces(), room), whole);
    if let (Some(length), Ok(Some(_))) = (length, &whole.left) {
        assert_eq!(whole.content, split.bytes[..length as usize]);
    }
});

/// Lee como un servidor: junta lo que llega y consume lo que puede.
fn read(length: Option<u64>, pieces: &[&[u8]], room: usize) -> Outcome {
    let mut decoder = Decoder::new(length);
    let (mut content, mut pending) = (Vec::new(), Vec::new());
    for piece in pieces {
        pending.extend_from_slice(piece);
        if let Err(rejection) = drain(&mut decoder, &mut pending, &mut content, room) {
            return Outcome { content, left: Err(rejection) };
        }
    }
    let left = decoder.is_done().then_some(pending.len());
    Outcome { content, left: Ok(left) }
}

fn drain(
    decoder: &mut Decoder,
    pending: &mut Vec<u8>,
    content: &mut Vec<u8>,
    room: usize,
) -> Result<(), String> {
    while !pending.is_empty() && !decoder.is_done() {
        let before = content.len();
        let consumed = decoder.decode(pending, content, room)?;
        assert!(content.len() - before <= room, "creció más de lo que cabía");
        assert!(consumed > 0, "había sitio y no avanzó");
        pending.drain(..consumed);
    }
    Ok(())
}
