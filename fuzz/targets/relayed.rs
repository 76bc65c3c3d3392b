//! Lo que entrega un servidor web por FastCGI, SCGI o uwsgi: se entiende igual de una vez que a
//! pedazos, nunca crece sin límite, y a `environ` solo entra lo que debe.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pasarela::Environ;
use pasarela::fuzzing::{Records, read_scgi, read_uwsgi};
use pasarela_fuzz::Split;

/// Bajos, para que una entrada corta los alcance.
const MAX_HEAD: usize = 300;
const MAX_OVERHEAD: u64 = 100;

fuzz_target!(|input: &[u8]| {
    let Some(split) = Split::new(input) else { return };
    match split.options % 3 {
        0 => check_records(&split),
        1 => check_block(split.bytes, |buffer| read_scgi(buffer, MAX_HEAD)),
        _ => check_block(split.bytes, |buffer| read_uwsgi(buffer, MAX_HEAD)),
    }
});

type Read = Result<Option<(usize, Environ)>, String>;

/// Cuando dice otra cosa que «falta», más bytes detrás no la cambian.
fn check_block(bytes: &[u8], read: impl Fn(&[u8]) -> Read) {
    let outcome = |end: usize| match read(&bytes[..end]) {
        Ok(None) => None,
        Ok(Some((length, _))) => Some(Ok(length)),
        Err(rejection) => Some(Err(rejection)),
    };
    if let Some(first) = (0..bytes.len()).find_map(outcome) {
        assert_eq!(Some(first), outcome(bytes.len()), "los bytes de detrás cambiaron lo leído");
    }
    if let Ok(Some((length, environ))) = read(bytes) {
        assert!(length <= bytes.len());
        check_environ(&environ);
    }
}

fn check_records(split: &Split<'_>) {
    let whole = receive(&[split.bytes], usize::from(split.options) + 1);
    let parted = receive(&split.pieces(), 7);
    match (whole, parted) {
        (Ok(whole), Ok(parted)) => {
            assert_eq!(whole.progress(), parted.progress());
            let (_, content, replies) = whole.progress();
            assert!(content.len() <= split.bytes.len());
            assert!(replies.len() <= 16 * split.bytes.len());
            if let Some(environ) = whole.environ() {
                check_environ(environ);
            }
        }
        (whole, parted) => assert_eq!(whole.err(), parted.err()),
    }
}

/// Entrega las piezas, con sitio para `room` bytes de cuerpo cada vez.
fn receive(pieces: &[&[u8]], room: usize) -> Result<Records, String> {
    let mut records = Records::new(MAX_HEAD, MAX_OVERHEAD);
    let mut pending = Vec::new();
    for piece in pieces {
        pending.extend_from_slice(piece);
        loop {
            let consumed = records.receive(&pending, room)?;
            pending.drain(..consumed);
            if consumed == 0 {
                break;
            }
        }
    }
    Ok(records)
}

fn check_environ(environ: &Environ) {
    for key in ["HTTP_PROXY", "HTTP_CONTENT_LENGTH", "HTTP_CONTENT_TYPE", "UWSGI_FILE"] {
        assert_eq!(environ.get(key), None);
    }
    let is_path = |path: &str| path.is_empty() || path.starts_with('/');
    assert!(is_path(environ.script_name()) && is_path(environ.path_info()));
    assert_ne!(environ.script_name(), "/");
    assert!(!environ.server_name().is_empty() && environ.server_port().is_some());
    assert!(matches!(environ.url_scheme(), "http" | "https"));
    for (key, _) in environ.iter() {
        let times = environ.iter().filter(|(other, _)| *other == key).count();
        assert_eq!(times, 1, "{key} está {times} veces");
    }
}
