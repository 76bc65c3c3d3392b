//! El registro de accesos: una línea por petición, cuando el cuerpo termina.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use pasarela::access_log::{AccessLog, LogFormat, access_log};
use pasarela::validate::validator;
use pasarela::{Application, Body, Chunk, Environ, Error, Result, StartResponse, testing};
use pretty_assertions::assert_eq;

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<u8>>>);

impl Notes {
    /// Las líneas, sin fecha ni duración.
    #[track_caller]
    fn lines(&self) -> Vec<String> {
        let bytes = self.0.lock().expect("nadie entró en pánico con él");
        let text = String::from_utf8(bytes.clone()).expect("es ASCII");
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(mask).collect()
    }
}

/// Quita la fecha y la duración, que no se repiten.
#[track_caller]
fn mask(line: &str) -> String {
    let (before, rest) = line.split_once(" [").expect("tiene fecha");
    let (date, rest) = rest.split_once("] ").expect("la fecha se cierra");
    let (rest, seconds) = rest.rsplit_once(' ').expect("tiene duración");
    assert!(date.ends_with(" +0000") && date.len() == 26, "{date}");
    assert!(seconds.parse::<f64>().is_ok_and(|seconds| seconds < 20.0), "{seconds}");
    format!("{before} {rest}")
}

impl Write for Notes {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("nadie entró en pánico con él").write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// La aplicación con un registro corto, y lo que se escribe en él.
fn logged<A: Application>(application: A) -> (AccessLog<A>, Notes) {
    let notes = Notes::default();
    (access_log(application, notes.clone()).format(LogFormat::Common), notes)
}

/// Responde según la ruta.
fn application(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let headers = [("Content-Type", "text/plain")];
    let chunks = || ["ab", "cd", "ef"].map(|text| Ok(Chunk::from(text)));
    let failure = || Err(io::Error::other("se acabó"));
    match environ.path_info() {
        "/error" => return Err(Error::new("adrede")),
        "/panico" => panic!("adrede"),
        "/tarde" => {
            start_response("200 OK", &headers)?;
            return Err(Error::new("adrede"));
        }
        "/vacio" => {
            start_response("204 No Content", &[])?;
            return Ok(Body::empty());
        }
        _ => start_response("201 Created", &headers)?,
    }
    environ.insert("REQUEST_URI", "/otra");
    Ok(match environ.path_info() {
        "/trozos" => Body::stream(chunks()),
        "/cortado" => Body::stream(chunks().into_iter().take(1).chain([failure()])),
        "/roto" => Body::stream([failure()]),
        "/archivo" => Body::file(File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/LICENSE-MIT"))?),
        _ => {
            environ.insert("REMOTE_USER", "ada");
            Body::from("hola")
        }
    })
}

#[track_caller]
fn check(method: &str, target: &str, expected: &str) {
    let (application, notes) = logged(application);
    testing::Request::new(method, target).call(&application);
    assert_eq!(notes.lines(), [expected]);
}

#[test]
fn cada_respuesta_deja_su_linea() {
    check("GET", "/a?b=c", r#"127.0.0.1 - ada "GET /a?b=c HTTP/1.1" 201 4"#);
    check("HEAD", "/a", r#"127.0.0.1 - ada "HEAD /a HTTP/1.1" 201 -"#);
    check("GET", "/trozos", r#"127.0.0.1 - - "GET /trozos HTTP/1.1" 201 6"#);
    let length = include_bytes!("../LICENSE-MIT").len();
    check("GET", "/archivo", &format!(r#"127.0.0.1 - - "GET /archivo HTTP/1.1" 201 {length}"#));
    check("GET", "/vacio", r#"127.0.0.1 - - "GET /vacio HTTP/1.1" 204 -"#);
}

#[test]
fn un_fallo_es_el_estado_que_ve_el_cliente() {
    check("GET", "/error", r#"127.0.0.1 - - "GET /error HTTP/1.1" 500 239"#);
    check("GET", "/tarde", r#"127.0.0.1 - - "GET /tarde HTTP/1.1" 500 239"#);
    check("GET", "/panico", r#"127.0.0.1 - - "GET /panico HTTP/1.1" 500 239"#);
    check("GET", "/roto", r#"127.0.0.1 - - "GET /roto HTTP/1.1" 500 239"#);
    check("GET", "/cortado", r#"127.0.0.1 - - "GET /cortado HTTP/1.1" 201 2"#);
}

#[test]
fn la_linea_se_escribe_cuando_el_cuerpo_termina() {
    let (application, notes) = logged(application);
    let mut stream = testing::get("/trozos").stream(&application);
    assert_eq!(stream.next(), Some(Chunk::from("ab")));
    assert_eq!(notes.lines(), [""; 0]);
    drop(stream);
    assert_eq!(notes.lines(), [r#"127.0.0.1 - - "GET /trozos HTTP/1.1" 201 2"#]);
}

#[test]
fn el_formato_combinado_lleva_dos_encabezados_y_no_se_dejan_enganar() {
    let notes = Notes::default();
    let application = access_log(application, notes.clone());
    let agent = "x\" 200 1 \\ ñ";
    let request = testing::get("/").header("Referer", "http://x/").header("User-Agent", agent);
    let environ = &mut request.environ();
    drop(application.call(environ, &mut |_, _| Ok(())).expect("responde"));
    let expected =
        r#"127.0.0.1 - ada "GET / HTTP/1.1" 201 - "http://x/" "x\x22 200 1 \x5C \xC3\xB1""#;
    assert_eq!(notes.lines(), [expected]);
}

#[test]
fn el_registro_no_cambia_nada() {
    let (application, notes) = logged(validator(application));
    let response = testing::get("/trozos").call(&validator(application));
    assert_eq!((response.text().as_str(), response.errors().as_str()), ("abcdef", ""));
    assert_eq!(notes.lines().len(), 1);
}

#[test]
fn si_no_se_puede_escribir_la_respuesta_sale_igual() {
    struct Full;
    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let response = testing::get("/").call(&access_log(application, Full));
    assert_eq!((response.code(), response.text().as_str()), (201, "hola"));
}
