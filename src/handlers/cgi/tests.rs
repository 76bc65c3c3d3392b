//! Un programa CGI con variables, entrada y salidas de mentira.

use super::*;
use crate::application::StartResponse;
use crate::body::{Body, Chunk};
use crate::error::{Error, Result};
use pretty_assertions::assert_eq;
use std::sync::{Arc, Mutex};

/// Un proceso: lo que recibe y lo que deja.
struct Process {
    variables: Vec<(OsString, OsString)>,
    input: &'static [u8],
}

/// Lo que se ve desde fuera.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    result: Result<(), CgiErrorKind>,
    output: String,
    errors: String,
}

/// Unos bytes que se leen después de soltar a quien los escribe.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Paper {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().expect("sin pánico")).into_owned()
    }
}

impl Write for Paper {
    fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("sin pánico").write(buf)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn get() -> Process {
    request("GET", &[], b"")
}

fn request(method: &str, variables: &[(&str, &str)], input: &'static [u8]) -> Process {
    let all = [&[("REQUEST_METHOD", method)], variables].concat();
    let variables = all.iter().map(|(name, value)| (name.into(), value.into())).collect();
    Process { variables, input }
}

impl Process {
    fn run(self, application: impl Application) -> Ran {
        let (mut output, errors) = (Paper::default(), Paper::default());
        let result = run_with(application, self.variables, self.input, &mut output, errors.clone());
        let result = result.map_err(|error| error.kind());
        Ran { result, output: output.text(), errors: errors.text() }
    }
}

fn echo(environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let mut content = Vec::new();
    environ.input().read_to_end(&mut content)?;
    start_response("200 OK", &[])?;
    Ok(Body::from(content))
}

fn answered(output: &str) -> Ran {
    Ran { result: Ok(()), output: output.to_owned(), errors: String::new() }
}

/// Una entrada que nadie cierra: leerla es esperar para siempre.
struct Open;

impl Read for Open {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("se esperaría para siempre")
    }
}

#[test]
fn la_entrada_se_lee_hasta_su_longitud_o_hasta_su_final() {
    let limited = request("POST", &[("CONTENT_LENGTH", "4")], b"hola \xFF");
    assert_eq!(limited.run(echo), answered("Status: 200 OK\r\nContent-Length: 4\r\n\r\nhola"));
    let chunked = [("HTTP_TRANSFER_ENCODING", "chunked")];
    for variables in [&chunked[..], &[chunked[0], ("CONTENT_LENGTH", "")]] {
        let whole = request("POST", variables, b"hola");
        assert_eq!(whole.run(echo), answered("Status: 200 OK\r\nContent-Length: 4\r\n\r\nhola"));
    }
}

#[test]
fn sin_longitud_no_hay_cuerpo_y_no_se_espera_a_nadie() {
    for variables in [&[][..], &[("CONTENT_LENGTH", "")], &[("CONTENT_LENGTH", "0")]] {
        for method in ["GET", "POST"] {
            let (variables, mut output) = (request(method, variables, b"").variables, Vec::new());
            let ran = run_with(echo, variables, Open, &mut output, io::sink());
            let output = String::from_utf8_lossy(&output);
            let expected = "Status: 200 OK\r\nContent-Length: 0\r\n\r\n";
            assert_eq!((ran.is_ok(), &*output), (true, expected), "{method}");
        }
    }
}

#[test]
fn los_bytes_van_y_vuelven_como_son() {
    let content: Vec<u8> = (0..=255).collect();
    let mut output = Vec::new();
    let variables = request("POST", &[("CONTENT_LENGTH", "256")], b"").variables;
    let input = io::Cursor::new(content.clone());
    run_with(echo, variables, input, &mut output, io::sink()).expect("responde");
    assert!(output.ends_with(&content));
}

#[test]
fn una_entrada_cortada_es_un_error_de_lectura() {
    let ran = request("POST", &[("CONTENT_LENGTH", "9")], b"hola").run(echo);
    assert!(ran.output.starts_with("Status: 400 Bad Request\r\n"), "{}", ran.output);
    // Quien administra el servidor no tiene nada que arreglar.
    assert_eq!((ran.errors.as_str(), ran.result), ("", Ok(())));
}

#[test]
fn el_proceso_atiende_una_sola_peticion_y_sus_secretos_no_son_de_ella() {
    let show = |environ: &mut Environ, start_response: StartResponse<'_>| {
        start_response("200 OK", &[])?;
        let lines = environ.iter().map(|(key, value)| format!("{key}={value}\n"));
        Ok(Body::from(lines.collect::<String>()))
    };
    let variables = [
        ("PATH", "/bin"),
        ("CLAVE_SECRETA", "malo"),
        ("HTTP_PROXY", "malo"),
        ("HTTP_ACCEPT", "*/*"),
        ("SSL_PROTOCOL", "TLSv1.3"),
    ];
    let text = request("GET", &variables, b"").run(show).output;
    for there in ["wsgi.run_once=true", "wsgi.multiprocess=true", "wsgi.multithread=false"] {
        assert!(text.contains(&format!("\n{there}\n")), "{there}: {text}");
    }
    assert!(text.contains("\nHTTP_ACCEPT=*/*\n") && text.contains("\nSSL_PROTOCOL=TLSv1.3\n"));
    assert!(!text.contains("malo") && !text.contains("\nPATH="), "{text}");
}

#[cfg(unix)]
#[test]
fn las_variables_que_no_son_utf8_no_se_pierden() {
    use std::os::unix::ffi::OsStringExt;
    let mut process = get();
    process.variables.push(("PATH_INFO".into(), OsString::from_vec(b"/\xFF".to_vec())));
    let ran = process.run(|environ: &mut Environ, start_response: StartResponse<'_>| {
        start_response("200 OK", &[])?;
        Ok(Body::from(format!("{:?}", environ.get_bytes("PATH_INFO"))))
    });
    assert!(ran.output.ends_with("Some([47, 255])"), "{}", ran.output);
}

#[test]
fn head_y_los_estados_sin_cuerpo_no_llevan_ni_un_byte() {
    let head = request("HEAD", &[], b"").run(|_: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        Ok(Body::from("hola"))
    });
    assert_eq!(head, answered("Status: 200 OK\r\nContent-Length: 4\r\n\r\n"));
    for status in ["204 No Content", "304 Not Modified"] {
        let ran = get().run(move |_: &mut Environ, start: StartResponse<'_>| {
            start(status, &[])?;
            Ok(Body::from("hola"))
        });
        assert_eq!(ran, answered(&format!("Status: {status}\r\n\r\n")));
    }
}

#[test]
fn lo_que_se_recibio_decide_si_hay_cuerpo() {
    for (received, rewritten) in [("HEAD", "GET"), ("GET", "HEAD"), ("GET", ""), ("HEAD", "")] {
        let hello = |_: &mut Environ, start: StartResponse<'_>| {
            start("200 OK", &[])?;
            Ok(Body::from("hola"))
        };
        let rewrites = move |environ: &mut Environ, start: StartResponse<'_>| {
            environ.insert("REQUEST_METHOD", rewritten);
            hello(environ, start)
        };
        let expected = request(received, &[], b"").run(hello);
        assert_eq!(request(received, &[], b"").run(rewrites), expected, "{received} {rewritten}");
    }
}

#[test]
fn un_fallo_es_una_pagina_500_y_su_motivo_va_a_la_salida_de_errores() {
    let ran = get().run(|_: &mut Environ, _: StartResponse<'_>| -> Result<Body> {
        Err(Error::new("no hay disco"))
    });
    assert!(ran.output.starts_with("Status: 500 Internal Server Error\r\n"), "{}", ran.output);
    assert!(!ran.output.contains("no hay disco"));
    assert!(ran.errors.contains("no hay disco"), "{}", ran.errors);
}

#[test]
fn un_cuerpo_cortado_es_un_error_del_programa() {
    let ran = get().run(|_: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        Ok(Body::stream([Ok(Chunk::from("ho")), Err(io::Error::other("se fue la luz"))]))
    });
    assert_eq!(ran.result, Err(CgiErrorKind::BodyIncomplete));
    assert_eq!(ran.output, "Status: 200 OK\r\n\r\nho");
    assert!(ran.errors.contains("se fue la luz"), "{}", ran.errors);
}

#[test]
fn cada_trozo_sale_antes_de_pedir_el_siguiente() {
    /// Anota cuándo le escriben y cuándo le piden que lo suelte.
    #[derive(Clone, Default)]
    struct Witness(Arc<Mutex<Vec<String>>>);

    impl Witness {
        fn note(&self, what: &str) {
            self.0.lock().expect("sin pánico").push(what.to_owned());
        }
    }

    impl Write for Witness {
        fn write(&mut self, buf: &[u8]) -> io::Result<usize> {
            self.note(&String::from_utf8_lossy(buf));
            Ok(buf.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.note("sale");
            Ok(())
        }
    }

    let witness = Witness::default();
    let seen = witness.clone();
    let application = move |_: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        let seen = seen.clone();
        Ok(Body::stream(["uno", "dos"].into_iter().map(move |chunk| {
            seen.note("pide");
            Ok(Chunk::from(chunk))
        })))
    };
    let output = witness.clone();
    run_with(application, get().variables, io::empty(), output, io::sink()).expect("responde");
    let expected = ["pide", "Status: 200 OK\r\n\r\nuno", "sale", "pide", "dos", "sale", "sale"];
    assert_eq!(*witness.0.lock().expect("sin pánico"), expected);
}

#[test]
fn un_servidor_que_no_toma_la_respuesta_se_dice() {
    struct Gone;
    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let error = run_with(echo, get().variables, io::empty(), Gone, io::sink()).expect_err("se fue");
    assert_eq!(error.kind(), CgiErrorKind::Output);
    let cause = std::error::Error::source(&error).and_then(|cause| cause.downcast_ref());
    assert_eq!(cause.map(io::Error::kind), Some(io::ErrorKind::BrokenPipe));
    let text = format!("el servidor web no tomó la respuesta: {}", io::ErrorKind::BrokenPipe);
    assert_eq!(Error::from(error).to_string(), text);
}

#[test]
fn una_peticion_que_no_se_entiende_recibe_su_estado() {
    let ran = request("POST", &[("CONTENT_LENGTH", "muchos")], b"").run(echo);
    assert!(ran.output.starts_with("Status: 400 Bad Request\r\n"), "{}", ran.output);
    assert_eq!(ran.result, Ok(()));
}

#[test]
fn iis_repite_el_programa_en_la_ruta() {
    let show = |environ: &mut Environ, start_response: StartResponse<'_>| {
        start_response("204 No Content", &[("X-Ruta", environ.path_info())])?;
        Ok(Body::empty())
    };
    for (path, expected) in
        [("/x.exe/a", "/a"), ("/x.exe", ""), ("/x.exes", "/x.exes"), ("/a", "/a")]
    {
        let variables = [
            ("SERVER_SOFTWARE", "Microsoft-IIS/10.0"),
            ("SCRIPT_NAME", "/x.exe"),
            ("PATH_INFO", path),
        ];
        let ran = request("GET", &variables, b"").run(show);
        let expected = format!("Status: 204 No Content\r\nX-Ruta: {expected}\r\n\r\n");
        assert_eq!(ran, answered(&expected), "{path}");
    }
}
