//! Lo que el servidor responde: la cabeza, la longitud, los fallos y cuándo sale cada trozo.

mod comun;

use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::mpsc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use comun::{Content, Served, get, last_ok, ok, response, statuses};
use pasarela::StartResponseError;
use pasarela::{Body, Chunk, Config, Environ, Error, ErrorStream, HeaderText, StartResponse};
use pretty_assertions::assert_eq;

const OLD: &str = "GET / HTTP/1.0\r\n\r\n";
const OLD_KEPT: &str = "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n";

fn head(path: &str) -> String {
    get(path).replacen("GET", "HEAD", 1)
}

/// Sirve una aplicación que siempre responde lo mismo.
fn answering<B: Into<Body>>(
    status: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: impl Fn() -> B + Send + Sync + 'static,
) -> Served {
    Served::start(move |_: &mut Environ, start: StartResponse<'_>| {
        start(status, headers)?;
        Ok(body().into())
    })
}

fn countdown() -> Body {
    Body::stream((1..=3).rev().map(|n| Ok(Chunk::from(format!("{n} ")))))
}

#[test]
fn la_cabeza_va_en_el_orden_y_con_las_letras_de_la_aplicacion() {
    let headers = &[("x-B", "2"), ("Set-Cookie", "a=1"), ("X-a", "ñ"), ("Set-Cookie", "b=2")];
    let served = answering("299 Muy Bien", headers, || "hola");
    let fields = "x-B: 2\r\nSet-Cookie: a=1\r\nX-a: ñ\r\nSet-Cookie: b=2\r\nContent-Length: 4\r\n";
    assert_eq!(served.exchange(&get("/")), response("299 Muy Bien", fields, "hola"));
}

#[test]
fn el_estado_y_los_valores_pueden_ir_en_latin_1() {
    let config = Config { header_text: HeaderText::Latin1, ..Config::default() };
    let application = |_: &mut Environ, start: StartResponse<'_>| {
        let refused =
            StartResponseError::NotLatin1 { name: "X-Precio".into(), value: "5 €".into() };
        assert_eq!(start("200 OK", &[("X-Precio", "5 €")]), Err(refused));
        let refused = StartResponseError::InvalidStatus { status: "200 5 €".into() };
        assert_eq!(start("200 5 €", &[]), Err(refused));
        start("200 Así", &[("X-Letra", "ñ\u{80}")])?;
        Ok(Body::empty())
    };
    let served = Served::start_with(application, config);
    let mut wire = served.open();
    wire.send(OLD.as_bytes());
    let received = wire.try_rest().expect("entera");
    let has = |part: &[u8]| received.windows(part.len()).any(|found| found == part);
    assert!(has(b"\r\nX-Letra: \xF1\x80\r\n"), "{}", received.escape_ascii());
    assert!(has(b"200 As\xED\r\n") && !has(b"X-Precio"), "{}", received.escape_ascii());
}

#[test]
fn date_y_server_se_ponen_si_la_aplicacion_no_los_puso() {
    let served = answering("200 OK", &[("server", "otro"), ("DATE", "hoy")], || "hola");
    let own = "HTTP/1.1 200 OK\r\nserver: otro\r\nDATE: hoy\r\nContent-Length: 4\r\n\r\nhola";
    assert_eq!(served.exchange(&get("/")), own);
    let served = answering("200 OK", &[("Server", "otro")], || "hola");
    let answer = served.exchange(&get("/"));
    assert_eq!((answer.matches("Date: ").count(), answer.matches("Server: ").count()), (1, 1));
}

#[test]
fn la_longitud_declarada_se_cumple_justa() {
    let headers = &[("Content-Length", "5")];
    // Lo que sobra no llega, y la conexión sirve para otra petición.
    for body in [&["holas", "malo"][..], &["ho", "lasmalo"], &["holasmalo"]] {
        let list = answering("200 OK", headers, || body.to_vec());
        assert_eq!(list.exchange(&get("/").repeat(2)), ok("holas").repeat(2));
        let chunks = || Body::stream(body.iter().map(|text| Ok(Chunk::from(*text))));
        let stream = answering("200 OK", headers, chunks);
        assert_eq!(stream.exchange(&get("/").repeat(2)), ok("holas").repeat(2));
    }
    // Lo que falta cierra, para que se note.
    let short = answering("200 OK", headers, || "hol");
    assert_eq!(
        short.exchange(&get("/").repeat(2)),
        response("200 OK", "Content-Length: 5\r\n", "hol")
    );
}

#[test]
fn la_longitud_que_no_se_declara_se_calcula() {
    let served = answering("200 OK", &[], || ["ho", "", "la"]);
    assert_eq!(served.exchange(&get("/")), ok("hola"));
    assert_eq!(served.exchange(OLD), last_ok("hola"));
    let empty = answering("200 OK", &[], Body::empty);
    assert_eq!(empty.exchange(&get("/").repeat(2)), ok("").repeat(2));
}

#[test]
fn un_cuerpo_sobre_la_marcha_va_por_trozos() {
    let served = answering("200 OK", &[], countdown);
    let chunked = response(
        "200 OK",
        "Transfer-Encoding: chunked\r\n",
        "2\r\n3 \r\n2\r\n2 \r\n2\r\n1 \r\n0\r\n\r\n",
    );
    assert_eq!(served.exchange(&get("/").repeat(2)), chunked.repeat(2));
    // Un cliente 1.0 no los entiende: el cierre marca el final, aunque pidiera seguir.
    for request in [OLD, OLD_KEPT] {
        let expected = response("200 OK", "Connection: close\r\n", "3 2 1 ");
        assert_eq!(served.exchange(request), expected);
    }
}

#[test]
fn con_longitud_declarada_no_hay_trozos() {
    let served = answering("200 OK", &[("Content-Length", "6")], countdown);
    let expected = response("200 OK", "Content-Length: 6\r\n", "3 2 1 ");
    assert_eq!(served.exchange(&get("/")), expected);
    let kept = response("200 OK", "Content-Length: 6\r\nConnection: keep-alive\r\n", "3 2 1 ");
    assert_eq!(served.exchange(OLD_KEPT), kept);
}

#[test]
fn un_trozo_vacio_no_termina_el_cuerpo() {
    let texts = ["", "a", "", "", "b", ""];
    let served =
        answering("200 OK", &[], move || Body::stream(texts.map(|text| Ok(Chunk::from(text)))));
    let expected =
        response("200 OK", "Transfer-Encoding: chunked\r\n", "1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
    assert_eq!(served.exchange(&get("/")), expected);
}

#[test]
fn head_y_los_estados_sin_cuerpo_no_llevan_ni_un_byte() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        let (status, headers): (&str, &[_]) = match environ.path_info() {
            "/204" => ("204 No Content", &[]),
            "/204-largo" => ("204 No Content", &[("Content-Length", "6")]),
            "/205" => ("205 Reset Content", &[("Content-Length", "6")]),
            "/304" => ("304 Not Modified", &[]),
            "/304-largo" => ("304 Not Modified", &[("Content-Length", "6")]),
            _ => ("200 OK", &[]),
        };
        start(status, headers)?;
        let is_lazy = environ.query_string() == "marcha";
        Ok(if is_lazy { countdown() } else { Body::from("cuerpo") })
    });
    let length = "Content-Length: 6\r\n";
    for query in ["", "?marcha"] {
        for (path, status, fields) in [
            ("/204", "204 No Content", ""),
            ("/204-largo", "204 No Content", ""),
            ("/205", "205 Reset Content", "Content-Length: 0\r\n"),
            ("/304", "304 Not Modified", ""),
            ("/304-largo", "304 Not Modified", length),
        ] {
            // Un byte de más estropearía la respuesta siguiente.
            let path = format!("{path}{query}");
            let requests = get(&path) + &head(&path) + &get("/");
            let bodiless = response(status, fields, "");
            assert_eq!(served.exchange(&requests), bodiless.repeat(2) + &ok("cuerpo"), "{path}");
        }
    }
    let requests = head("/") + &head("/?marcha") + &get("/");
    let heads = response("200 OK", length, "") + &response("200 OK", "", "");
    assert_eq!(served.exchange(&requests), heads + &ok("cuerpo"));
}

#[test]
fn una_aplicacion_que_falla_recibe_un_500_y_la_conexion_sigue() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        environ.set_errors(ErrorStream::writer(io::sink()));
        match environ.path_info() {
            "/error" => Err(Error::new("secreto")),
            "/panico" => panic!("secreto"),
            "/tarde" => {
                start("200 OK", &[("X-Perdido", "1")])?;
                Err(Error::new("secreto"))
            }
            "/callada" => Ok(Body::from("secreto")),
            "/provisional" => {
                start("101 Switching Protocols", &[])?;
                Ok(Body::empty())
            }
            "/primer-trozo" => {
                start("200 OK", &[("X-Perdido", "1")])?;
                Ok(Body::stream([Err::<Chunk, _>(io::Error::other("secreto"))]))
            }
            _ => start("200 OK", &[]).map(|()| Body::from("bien")).map_err(Error::from),
        }
    });
    for path in ["/error", "/panico", "/tarde", "/callada", "/provisional", "/primer-trozo"] {
        let answer = served.exchange(&(get(path) + &get("/")));
        assert_eq!(statuses(&answer), ["500 Internal Server Error", "200 OK"], "{path}");
        assert!(!answer.contains("secreto") && !answer.contains("X-Perdido"), "{answer}");
        let answer = served.exchange(&(head(path) + &get("/")));
        assert!(answer.ends_with(&("\r\n\r\n".to_owned() + &ok("bien"))), "{answer}");
    }
}

#[test]
fn un_cuerpo_incompleto_se_corta_para_que_se_note() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        match environ.path_info() {
            "/declarada" => start("200 OK", &[("Content-Length", "9")])?,
            _ => start("200 OK", &[])?,
        }
        let ends_badly = |n| match n {
            0 => Ok(Chunk::from("medio")),
            _ => Err(io::Error::other("adrede")),
        };
        let panics = |n| if n == 0 { Ok(Chunk::from("medio")) } else { panic!("adrede") };
        Ok(match environ.query_string() {
            "panico" => Body::stream((0..2).map(panics)),
            _ => Body::stream((0..2).map(ends_badly)),
        })
    });
    for query in ["", "?panico"] {
        let answer = served.exchange(&get(&format!("/{query}")).repeat(2));
        assert!(answer.ends_with("5\r\nmedio\r\n"), "sin trozo final: {answer:?}");
        let answer = served.exchange(&get(&format!("/declarada{query}")).repeat(2));
        assert!(answer.ends_with("\r\n\r\nmedio"), "sin lo que falta: {answer:?}");
        let mut wire = served.open();
        wire.send(format!("GET /{query} HTTP/1.0\r\n\r\n").as_bytes());
        let cut = wire.try_rest().map_err(|error| error.kind());
        assert_eq!(cut, Err(io::ErrorKind::ConnectionReset));
    }
}

#[test]
fn cada_trozo_sale_antes_de_pedir_el_siguiente() {
    let (permit, permits) = mpsc::channel::<()>();
    let permits = Arc::new(Mutex::new(permits));
    let served = Served::start(move |_: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        let permits = permits.clone();
        Ok(Body::stream((0..3).map(move |n| {
            permits.lock().expect("sin pánico").recv().map_err(io::Error::other)?;
            Ok(Chunk::from(format!("trozo{n}")))
        })))
    });
    let mut wire = served.open();
    wire.send(get("/").as_bytes());
    for n in 0..3 {
        permit.send(()).expect("la aplicación espera");
        wire.until(&format!("6\r\ntrozo{n}\r\n"));
    }
    wire.until("0\r\n\r\n");
}

#[test]
fn una_respuesta_grande_llega_entera_a_un_cliente_lento() {
    const SIZE: usize = 10 * 1024 * 1024;
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        let part = vec![b'x'; SIZE / 4];
        Ok(match environ.path_info() {
            "/entera" => Body::from(vec![b'x'; SIZE]),
            "/lista" => Body::from(vec![part.clone(), part.clone(), part.clone(), part]),
            _ => Body::reader(io::Read::take(io::repeat(b'x'), SIZE as u64)),
        })
    });
    for path in ["/entera", "/lista", "/lector"] {
        let mut wire = served.open();
        wire.send(get(path).replacen("\r\n\r\n", "\r\nConnection: close\r\n\r\n", 1).as_bytes());
        // Mientras este cliente no lee, otro recibe su respuesta.
        let mut other = served.open();
        other.send(head("/").as_bytes());
        other.until("\r\n\r\n");
        let count = wire.rest().bytes().filter(|&byte| byte == b'x').count();
        assert_eq!(count, SIZE, "{path}");
    }
}

/// Un archivo con `size` bytes que no se repiten a la vista.
fn numbered_file(name: &str, size: usize) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let content: String = (0..size.div_ceil(8)).map(|n| format!("{n:08}")).collect();
    fs::write(&path, &content[..size]).expect("se escribe");
    path
}

#[test]
fn un_archivo_llega_entero_a_un_cliente_lento_y_la_conexion_sigue() {
    const SIZE: usize = 5_000_001;
    let path = numbered_file("grande.txt", SIZE);
    let expected = fs::read_to_string(&path).expect("se lee");
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        let mut file = File::open(&path)?;
        start("200 OK", &[])?;
        if environ.path_info() == "/parte" {
            file.seek(SeekFrom::Start(1_000_000))?;
            return Ok(Body::file_range(file, 2_000_000));
        }
        Ok(Body::file(file))
    });
    let mut wire = served.open();
    for (path, content) in [("/", &expected[..]), ("/parte", &expected[1_000_000..3_000_000])] {
        wire.send(get(path).as_bytes());
        // Mientras este no lee, otro recibe la suya.
        let mut other = served.open();
        other.send(head("/").as_bytes());
        other.until("\r\n\r\n");
        let head = wire.until("\r\n\r\n");
        assert!(head.contains(&format!("Content-Length: {}\r\n", content.len())), "{head}");
        assert!(wire.take(content.len()) == content, "{path}: el contenido es otro");
    }
}

#[test]
fn un_archivo_que_encoge_mientras_se_envia_se_corta() {
    let path = numbered_file("encoge.txt", 20_000_000);
    let shrinking = path.clone();
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        environ.set_errors(ErrorStream::writer(io::sink()));
        start("200 OK", &[])?;
        Ok(Body::file(File::open(&shrinking)?))
    });
    let mut wire = served.open();
    wire.send(get("/").as_bytes());
    wire.until("\r\n\r\n");
    File::options().write(true).open(&path).and_then(|file| file.set_len(10)).expect("encoge");
    let rest = wire.try_rest().map_or(0, |rest| rest.len());
    assert!(rest < 20_000_000, "llegaron {rest} bytes de un archivo que ya no los tenía");
}

/// Dice por su canal cuántas veces se ha soltado algo como él.
struct Witness(Arc<AtomicUsize>, mpsc::Sender<usize>);

impl Drop for Witness {
    fn drop(&mut self) {
        // Si la prueba ya terminó, nadie escucha.
        let _ = self.1.send(self.0.fetch_add(1, SeqCst) + 1);
    }
}

#[test]
fn el_cuerpo_se_suelta_una_vez_tambien_si_el_cliente_se_va() {
    let drops = Arc::new(AtomicUsize::new(0));
    let (report, reports) = mpsc::channel();
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        let witness = Witness(drops.clone(), report.clone());
        let length = if environ.path_info() == "/corto" { 3 } else { usize::MAX };
        Ok(Body::stream((0..length).map(move |_| {
            let _alive = &witness;
            Ok(Chunk::from(vec![b'x'; 64 * 1024]))
        })))
    });
    let mut expected = 1..;
    let mut check = || {
        let next = expected.next().ok_or(mpsc::RecvTimeoutError::Timeout);
        assert_eq!(reports.recv_timeout(Duration::from_secs(20)), next);
    };
    for _ in 0..3 {
        // Un iterador sin fin deja de correr cuando nadie lo escucha.
        let mut wire = served.open();
        wire.send(get("/").as_bytes());
        wire.until("xxxx");
        wire.vanish();
        check();
    }
    for request in [get("/corto"), head("/"), head("/corto")] {
        served.exchange(&request);
        check();
    }
    assert!(reports.try_recv().is_err(), "nada se suelta dos veces");
}

/// Más de lo que un cliente que no lee tiene recibido, y menos de lo que cabe en el sistema.
const HALF_SENT: usize = 1_500_000;

/// Lo que mide y lo que se compara de una respuesta anterior, delante de lo que haya después.
#[track_caller]
fn check_whole(received: &[u8], earlier: Content, title: &str) {
    let end = received.windows(4).position(|window| window == b"\r\n\r\n");
    let body = &received[end.expect("hay una cabeza") + 4..];
    let body = &body[..body.len().min(HALF_SENT)];
    assert_eq!((body.len(), earlier.check(0, body)), (HALF_SENT, Ok(())), "{title}");
}

/// El corte con que se nota que un cuerpo quedó a medias no se lleva las respuestas enteras que iban
/// delante en la misma conexión.
#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "solo Linux dice si lo enviado ya salió")]
fn el_corte_de_una_respuesta_no_se_lleva_las_anteriores() {
    let whole = Content::new(1, 1);
    let (report, reports) = mpsc::channel();
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        environ.set_errors(ErrorStream::writer(io::sink()));
        start("200 OK", &[])?;
        let report = report.clone();
        let fails = environ.query_string() != "panico";
        let ends_badly = move |n| {
            if n == 0 {
                return Ok(Chunk::from("medio"));
            }
            report.send(()).map_err(io::Error::other)?;
            assert!(fails, "adrede");
            Err(io::Error::other("adrede"))
        };
        Ok(match environ.path_info() {
            "/entera" => Body::from(whole.bytes(0, HALF_SENT)),
            _ => Body::stream((0..2).map(ends_badly)),
        })
    });
    let kept = get("/entera").replace("1.1\r\n", "1.0\r\nConnection: keep-alive\r\n");
    for first in [get("/entera"), kept] {
        for query in ["", "?panico"] {
            let mut wire = served.open();
            wire.send(format!("{first}GET /cortada{query} HTTP/1.0\r\n\r\n").as_bytes());
            // Si no cabe entera, la que falla empieza cuando el cliente lea.
            let _ = reports.recv_timeout(Duration::from_secs(2));
            let (received, cut) = wire.until_cut();
            check_whole(&received, whole, &format!("{first}{query}"));
            assert_eq!(cut, Some(io::ErrorKind::ConnectionReset), "no parece un final");
        }
    }
}

/// Algo que la aplicación deja en el `environ` y que no se deja soltar.
struct Clingy;

impl Drop for Clingy {
    fn drop(&mut self) {
        panic!("adrede");
    }
}

/// Un pánico al soltar lo que se dejó en el `environ` no se lleva las respuestas que ya estaban
/// hechas, aunque todavía no hubieran salido.
#[test]
fn un_panico_al_soltar_una_extension_no_se_lleva_las_respuestas_anteriores() {
    let whole = Content::new(2, 1);
    let (report, reports) = mpsc::channel();
    let served = Served::start(move |environ: &mut Environ, start: StartResponse<'_>| {
        start("200 OK", &[])?;
        Ok(match environ.path_info() {
            "/grande" => Body::from(whole.bytes(0, HALF_SENT)),
            "/panico" => {
                environ.insert_extension(Clingy);
                report.send(()).map_err(io::Error::other)?;
                Body::from("hecho")
            }
            _ => Body::from("hecho"),
        })
    });
    let answer = served.exchange(&(get("/").repeat(3) + &get("/panico")));
    assert!(answer.starts_with(&ok("hecho").repeat(3)), "{answer:?}");
    reports.recv_timeout(Duration::from_secs(20)).expect("se llamó a la aplicación");
    let mut wire = served.open();
    wire.send((get("/grande") + &get("/panico")).as_bytes());
    wire.finish();
    let _ = reports.recv_timeout(Duration::from_secs(2));
    check_whole(&wire.until_cut().0, whole, "una respuesta grande");
    assert_eq!(served.exchange(&get("/")), ok("hecho"), "y se sigue atendiendo");
}
