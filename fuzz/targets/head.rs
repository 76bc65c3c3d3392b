//! La cabeza de una petición: la primera respuesta definitiva de quien la lee no cambia aunque
//! lleguen más bytes, y a `environ` solo entra lo que debe.
#![no_main]

use libfuzzer_sys::fuzz_target;
use pasarela::Environ;
use pasarela::fuzzing::read_request;

/// Bajos, para que una entrada corta los alcance: línea, cabeza y campos. 26 campos son más de los
/// que caben en el sitio usual.
const LIMITS: (usize, usize, usize) = (64, 256, 26);

fuzz_target!(|input: &[u8]| {
    let whole = outcome(input);
    let first = (0..input.len()).find_map(|end| outcome(&input[..end]));
    if let Some(first) = first {
        assert_eq!(Some(first), whole, "los bytes de detrás cambiaron lo leído");
    }
    if let Ok(Some((length, environ))) = read_request(input, LIMITS) {
        assert!(length <= input.len());
        assert_eq!(outcome(&input[..length]), whole);
        check(&environ);
    }
});

/// Lo que mide la cabeza, o por qué se rechaza; `None` mientras falte algo.
fn outcome(buffer: &[u8]) -> Option<Result<usize, String>> {
    match read_request(buffer, LIMITS) {
        Ok(None) => None,
        Ok(Some((length, _))) => Some(Ok(length)),
        Err(rejection) => Some(Err(rejection)),
    }
}

fn check(environ: &Environ) {
    let path = environ.path_info();
    assert!(path.starts_with('/') || (path.is_empty() && environ.method() == "OPTIONS"));
    assert!(
        environ.get("REQUEST_URI").is_some_and(|uri| uri.bytes().all(|b| b.is_ascii_graphic()))
    );
    assert_eq!(environ.get("HTTP_PROXY"), None);
    assert_eq!(environ.get("HTTP_CONTENT_LENGTH"), None);
    assert_eq!(environ.get("HTTP_CONTENT_TYPE"), None);
    for (key, _) in environ.iter() {
        let value = environ.get_bytes(key).expect("está");
        let is_decoded = key == "PATH_INFO";
        assert!(is_decoded || !value.iter().any(|b| b"\r\n\0".contains(b)), "{key}: {value:?}");
        let times = environ.iter().filter(|(other, _)| *other == key).count();
        assert_eq!(times, 1, "{key} está {times} veces");
    }
}
