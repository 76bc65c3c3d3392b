//! La pasarela sin sockets: una aplicación, un `environ`, y lo que sale.

use super::*;
use crate::application::{StartResponse, StartResponseError};
use crate::body::Chunk;
use crate::error::{Error, Result};
use crate::http::Rejection;
use crate::input::ErrorStream;
use pretty_assertions::assert_eq;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

/// Lo que un protocolo recibiría de [`run`].
#[derive(Debug, PartialEq)]
struct Seen {
    status: String,
    fields: String,
    length: BodyLength,
    body: std::result::Result<String, String>,
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u8>>>);

impl Write for Notes {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("sin pánico").write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn see(method: &str, application: &dyn Application) -> (Seen, String) {
    let notes = Notes::default();
    let mut environ = Environ::new();
    environ.insert("REQUEST_METHOD", method);
    environ.insert("PATH_INFO", "/ruta");
    environ.set_errors(ErrorStream::writer(notes.clone()));
    let mut head = ResponseHead::default();
    let mut response = run(application, &mut environ, &mut head, method == "HEAD");
    let length = response.length();
    let mut text = String::new();
    let end = loop {
        match response.next_chunk() {
            Ok(Some(chunk)) => text.push_str(&String::from_utf8_lossy(chunk.as_bytes())),
            Ok(None) => break Ok(text),
            Err(()) => break Err(text),
        }
    };
    let fields = String::from_utf8_lossy(head.fields()).into_owned();
    let notes = String::from_utf8_lossy(&notes.0.lock().expect("sin pánico")).into_owned();
    (Seen { status: head.status().to_owned(), fields, length, body: end }, notes)
}

/// Una aplicación que responde `status`, `headers` y los trozos de `body`.
fn answers<B: Into<Body>>(
    status: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: impl Fn() -> B + Send + Sync + 'static,
) -> impl Application {
    move |_: &mut Environ, start_response: StartResponse<'_>| {
        start_response(status, headers)?;
        Ok(body().into())
    }
}

#[track_caller]
fn check(
    method: &str,
    application: &dyn Application,
    length: BodyLength,
    body: Result<&str, &str>,
) {
    let (seen, _) = see(method, application);
    let body = body.map(str::to_owned).map_err(str::to_owned);
    assert_eq!((seen.length, seen.body), (length, body));
}

#[track_caller]
fn fails(application: &dyn Application, note: &str) {
    let (seen, notes) = see("GET", application);
    assert_eq!(seen.status, "500 Internal Server Error");
    assert_eq!(notes, format!("pasarela: \"GET /ruta\": {note}\n"));
}

#[test]
fn responde_lo_que_declara_la_aplicacion() {
    let headers = &[("set-cookie", "a=1"), ("content-TYPE", "c"), ("Set-Cookie", "b=2")];
    let app = answers("200 OK", headers, || ["x", "", "y"]);
    let (seen, notes) = see("GET", &app);
    let expected = Seen {
        status: "200 OK".to_owned(),
        fields: "set-cookie: a=1\r\ncontent-TYPE: c\r\nSet-Cookie: b=2\r\n".to_owned(),
        length: BodyLength::Known(2),
        body: Ok("xy".to_owned()),
    };
    assert_eq!((seen, notes.as_str()), (expected, ""));
}

#[test]
fn head_conserva_la_longitud_y_no_lleva_cuerpo() {
    let app = answers("200 OK", &[], || "hola");
    check("HEAD", &app, BodyLength::Known(4), Ok(""));
    let declared = answers("200 OK", &[("Content-Length", "9")], || "");
    check("HEAD", &declared, BodyLength::Declared(9), Ok(""));
    check("HEAD", &answers("200 OK", &[], Body::empty), BodyLength::Forbidden, Ok(""));
    let stream = answers("200 OK", &[], || Body::stream([Ok(Chunk::from("x"))]));
    check("HEAD", &stream, BodyLength::Forbidden, Ok(""));
    let redirect = answers("302 Found", &[("Location", "/")], || "x");
    check("HEAD", &redirect, BodyLength::Known(1), Ok(""));
}

#[test]
fn los_estados_sin_cuerpo_no_lo_llevan() {
    check("GET", &answers("204 No Content", &[], || "x"), BodyLength::Forbidden, Ok(""));
    check("GET", &answers("205 Reset Content", &[], || "x"), BodyLength::Known(0), Ok(""));
    check("GET", &answers("304 Not Modified", &[], || "x"), BodyLength::Forbidden, Ok(""));
    for status in ["204 No Content", "205 Reset Content"] {
        let (seen, _) = see("GET", &answers(status, &[("Content-Length", "1")], || "x"));
        assert_eq!(seen.fields, "");
    }
    let declared = answers("304 Not Modified", &[("Content-Length", "1")], || "x");
    check("GET", &declared, BodyLength::Declared(1), Ok(""));
    let stream = || Body::stream(std::iter::repeat_with(|| Ok(Chunk::from("x"))));
    check("GET", &answers("204 No Content", &[], stream), BodyLength::Forbidden, Ok(""));
    check("GET", &answers("304 Not Modified", &[], stream), BodyLength::Forbidden, Ok(""));
}

#[test]
fn la_longitud_declarada_se_cumple() {
    let long = answers("200 OK", &[("Content-Length", "3")], || ["ab", "cd"]);
    check("GET", &long, BodyLength::Declared(3), Ok("abc"));
    let short = answers("200 OK", &[("Content-Length", "3")], || ["ab"]);
    check("GET", &short, BodyLength::Declared(3), Err("ab"));
}

#[test]
fn un_archivo_da_lo_que_media_al_abrirlo() {
    let path = std::env::temp_dir().join(format!("pasarela_{}.txt", std::process::id()));
    let opened = |now: &'static str| {
        let path = path.clone();
        answers("200 OK", &[], move || {
            std::fs::write(&path, "hola").expect("se escribe");
            let body = Body::file(std::fs::File::open(&path).expect("se abre"));
            std::fs::write(&path, now).expect("se escribe");
            body
        })
    };
    check("GET", &opened("hola y adiós"), BodyLength::Known(4), Ok("hola"));
    fails(&opened(""), "al cuerpo de la respuesta le faltan 4 bytes para su Content-Length");
    std::fs::remove_file(path).expect("se borra");
}

#[test]
fn a_un_iterador_terminado_no_se_le_pregunta_otra_vez() {
    for parts in [0, 1, 2] {
        let app = answers("200 OK", &[], move || {
            // Después de su final volvería a empezar.
            let mut left = (0..parts).map(Some).chain([None]).cycle();
            Body::stream(std::iter::from_fn(move || {
                left.next().flatten().map(|_| Ok(Chunk::from("x")))
            }))
        });
        check("GET", &app, BodyLength::Unknown, Ok(&"x".repeat(parts)));
    }
}

/// Cuenta cuántas veces se suelta.
struct Witness(Arc<AtomicUsize>);

impl Drop for Witness {
    fn drop(&mut self) {
        self.0.fetch_add(1, SeqCst);
    }
}

#[test]
fn el_cuerpo_se_suelta_exactamente_una_vez() {
    let broken = |n| if n == 1 { Err(io::Error::other("se acabó")) } else { Ok(Chunk::from("x")) };
    let panics = |n| if n == 1 { panic!("adrede") } else { Ok(Chunk::from("x")) };
    let fine = |_| Ok(Chunk::from("x"));
    let makers: [fn(u8) -> io::Result<Chunk>; 3] = [fine, broken, panics];
    for (method, status) in
        [("GET", "200 OK"), ("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 X")]
    {
        for (make, start) in makers.iter().flat_map(|make| [(make, 0), (make, 1), (make, 5)]) {
            let drops = Arc::new(AtomicUsize::new(0));
            let (make, witnessed) = (*make, drops.clone());
            let app = answers(status, &[], move || {
                let witness = Witness(witnessed.clone());
                Body::stream((start..3).map(move |n| {
                    let _alive = &witness;
                    make(n)
                }))
            });
            see(method, &app);
            assert_eq!(drops.load(SeqCst), 1, "{method} {status} desde {start}");
        }
    }
}

#[test]
fn un_cuerpo_que_entra_en_panico_al_soltarse_no_tumba_a_nadie() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("adrede");
        }
    }
    let app = answers("200 OK", &[], || {
        let bomb = Bomb;
        Body::stream((0..1).map(move |_| {
            let _alive = &bomb;
            Ok(Chunk::from("x"))
        }))
    });
    check("GET", &app, BodyLength::Unknown, Ok("x"));
}

#[test]
fn lo_que_se_lanza_tambien_puede_entrar_en_panico_al_soltarse() {
    struct Bomb;
    impl Drop for Bomb {
        fn drop(&mut self) {
            panic!("adrede");
        }
    }
    let calls =
        |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> { std::panic::panic_any(Bomb) };
    fails(&calls, "la aplicación entró en pánico: sin mensaje");
    let produces =
        || Body::stream((0..1).map(|_| -> io::Result<Chunk> { std::panic::panic_any(Bomb) }));
    fails(&answers("200 OK", &[], produces), "la aplicación entró en pánico: sin mensaje");
}

#[test]
fn una_peticion_que_no_se_puede_leer_lleva_su_estado() {
    let cases = [
        (Rejection::Chunk, "400 Bad Request"),
        (Rejection::Timeout, "408 Request Timeout"),
        (Rejection::BodyTooLarge, "413 Content Too Large"),
    ];
    for (rejection, status) in cases {
        let reads = move |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> {
            Err(io::Error::from(rejection))?
        };
        assert_eq!(see("POST", &reads).0.status, status);
        let echoes = answers("200 OK", &[], move || {
            Body::stream([Err::<Chunk, _>(io::Error::from(rejection))])
        });
        assert_eq!(see("POST", &echoes).0.status, status);
    }
}

#[test]
fn la_pagina_de_error_no_muestra_nada_de_dentro() {
    let err = |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> {
        Err(Error::new("la contraseña es secreta"))
    };
    let (seen, _) = see("GET", &err);
    let page = seen.body.expect("completa");
    assert!(page.contains("500 Internal Server Error") && !page.contains("secreta"), "{page}");
}

#[test]
fn un_estado_provisional_es_un_500() {
    let hints = answers("103 Early Hints", &[], || "x");
    fails(
        &hints,
        "la aplicación devolvió un error: start_response: el estado \"103 Early Hints\" es \
         provisional y el cliente esperaría otro; usa uno de 200 a 599",
    );
}

#[test]
fn un_cuerpo_que_falla_se_corta() {
    let broken = answers("200 OK", &[], || {
        Body::stream([Ok(Chunk::from("a")), Err(io::Error::other("se acabó"))])
    });
    check("GET", &broken, BodyLength::Unknown, Err("a"));
    let panics = answers("200 OK", &[], || {
        Body::stream((0..2).map(|n| if n == 0 { Ok(Chunk::from("a")) } else { panic!("adrede") }))
    });
    check("GET", &panics, BodyLength::Unknown, Err("a"));
}

#[test]
fn si_falla_el_primer_trozo_todavia_es_un_500() {
    let broken =
        answers("200 OK", &[], || Body::stream([Err::<Chunk, _>(io::Error::other("se acabó"))]));
    fails(&broken, "el cuerpo de la respuesta dio un error: se acabó");
    let panics = answers("200 OK", &[], || {
        Body::stream((0..1).map(|_| -> io::Result<Chunk> { panic!("adrede") }))
    });
    fails(&panics, "la aplicación entró en pánico: adrede");
}

#[test]
fn un_fallo_de_la_aplicacion_es_un_500_y_queda_anotado() {
    let err = |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", &[])?;
        Err(Error::new("falta algo"))
    };
    fails(&err, "la aplicación devolvió un error: falta algo");
    let panics = |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> { panic!("adrede") };
    fails(&panics, "la aplicación entró en pánico: adrede");
    let never = |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> { Ok(Body::empty()) };
    fails(
        &never,
        "la aplicación devolvió un cuerpo sin llamar a start_response; llámala antes de devolverlo",
    );
}

#[test]
fn un_rechazo_ignorado_tambien_se_cuenta() {
    let ignores = |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        let _ = start("200 OK", &[("Mal nombre", "x")]);
        Ok(Body::empty())
    };
    let refusal = StartResponseError::InvalidHeaderName { name: "Mal nombre".to_owned() };
    fails(&ignores, &refusal.to_string());
}

/// Lo que `start_response` opina de un estado y un encabezado.
fn start(status: &str, headers: &[(&str, &str)]) -> std::result::Result<(), StartResponseError> {
    ResponseHead::default().start(status, headers)
}

#[test]
fn start_response_comprueba_el_estado() {
    for good in ["200 OK", "404 Not Found", "599 Ñandú"] {
        assert_eq!(start(good, &[]), Ok(()));
    }
    for bad in ["200", "200 ", "OK", "20 OK", "2000 OK", "200  ", "600 X", "+20 X", "200 O\nK", ""]
    {
        let status = bad.to_owned();
        assert_eq!(start(bad, &[]), Err(StartResponseError::InvalidStatus { status }));
    }
    let status = "101 Switching Protocols".to_owned();
    assert_eq!(
        start(&status.clone(), &[]),
        Err(StartResponseError::InformationalStatus { status })
    );
}

#[test]
fn start_response_comprueba_cada_encabezado() {
    assert_eq!(
        start("200 OK", &[("X-Á", "b")]).map_err(|e| e.to_string()),
        Err("start_response: el nombre de encabezado \"X-Á\" no es válido; usa letras, cifras y \
         guiones, sin espacios ni dos puntos"
            .to_owned())
    );
    let name = "X".to_owned();
    let value = "a\r\nSet-Cookie: b".to_owned();
    assert_eq!(
        start("200 OK", &[("X", &value.clone())]),
        Err(StartResponseError::InvalidHeaderValue { name, value })
    );
    let name = "Connection".to_owned();
    assert_eq!(
        start("200 OK", &[("Connection", "close")]),
        Err(StartResponseError::HopByHopHeader { name })
    );
    for value in ["", "x", "+1", "1, 1", "99999999999999999999"] {
        let refusal = StartResponseError::InvalidContentLength { value: value.to_owned() };
        assert_eq!(start("200 OK", &[("Content-Length", value)]), Err(refusal));
    }
}

#[test]
fn start_response_se_llama_una_vez() {
    let mut head = ResponseHead::default();
    assert_eq!(head.start("200 OK", &[]), Ok(()));
    assert_eq!(head.start("404 Not Found", &[]), Err(StartResponseError::CalledTwice));
    assert_eq!(head.status(), "200 OK");
}

#[test]
fn un_trozo_en_memoria_sale_de_una_vez_si_mide_lo_que_se_dijo() {
    let whole = |method: &str, declared: &str| {
        let (mut head, mut environ) = (ResponseHead::default(), Environ::new());
        head.start("200 OK", &[("Content-Length", declared)]).expect("bien escrita");
        let body = Body::from("hola");
        let mut body = ResponseBody::new(&mut environ, &head, body, method == "HEAD");
        (body.length(), body.take_whole())
    };
    let declared = BodyLength::Declared;
    assert_eq!(whole("GET", "4"), (declared(4), Some(Chunk::from("hola"))));
    assert_eq!(whole("GET", "3"), (declared(3), None), "hay que recortarlo");
    assert_eq!(whole("GET", "5"), (declared(5), None), "le falta uno");
    assert_eq!(whole("HEAD", "4"), (declared(4), None));
}
