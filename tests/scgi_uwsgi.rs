//! SCGI y uwsgi, byte a byte: un bloque de variables, el cuerpo, y una respuesta por conexión.

mod comun;

use std::io;
use std::sync::{Mutex, mpsc};
use std::time::Duration;

use comun::records::{scgi, uwsgi};
use comun::{Served, Wire, echo, ignore, measure};
use pasarela::simple_server::demo_app;
use pasarela::{Application, Body, Chunk, Config, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

/// Los dos se distinguen en cómo se escriben las variables y cómo se dice el estado.
#[derive(Debug, Clone, Copy)]
enum Protocol {
    Scgi,
    Uwsgi,
}

use Protocol::{Scgi, Uwsgi};

const BOTH: [Protocol; 2] = [Scgi, Uwsgi];

impl Protocol {
    #[track_caller]
    fn start(self, application: impl Application) -> Served {
        self.start_with(application, Config::default())
    }

    #[track_caller]
    fn start_with(self, application: impl Application, config: Config) -> Served {
        let config = Config { protocol: self.kind(), ..config };
        Served::start_with(application, config)
    }

    fn kind(self) -> pasarela::Protocol {
        match self {
            Scgi => pasarela::Protocol::Scgi,
            Uwsgi => pasarela::Protocol::Uwsgi,
        }
    }

    fn request(self, method: &str, path: &str, content: &str) -> Vec<u8> {
        match self {
            Scgi => scgi(method, path, content),
            Uwsgi => uwsgi(method, path, content),
        }
    }

    fn answer(self, status: &str, fields: &str, body: &str) -> String {
        let prefix = match self {
            Scgi => "Status:",
            Uwsgi => "HTTP/1.1",
        };
        format!("{prefix} {status}\r\n{fields}\r\n{body}")
    }

    fn ok(self, body: &str) -> String {
        self.answer("200 OK", &format!("Content-Length: {}\r\n", body.len()), body)
    }
}

/// Manda unos bytes sin cerrar, como hacen los servidores web, y recibe hasta el cierre.
#[track_caller]
fn exchange(served: &Served, request: &[u8]) -> String {
    let mut wire = served.open();
    wire.send(request);
    wire.rest()
}

#[test]
fn una_conexion_atiende_una_peticion() {
    for protocol in BOTH {
        let served = protocol.start(echo);
        for (method, content) in [("GET", ""), ("POST", "hola"), ("PUT", "a\0\u{1}ñ")] {
            let request = protocol.request(method, "/a", content);
            let expected = protocol.ok(&format!("{method} /a [{content}]"));
            assert_eq!(exchange(&served, &request), expected, "{protocol:?}");
        }
    }
}

#[test]
fn los_bytes_pueden_llegar_partidos_en_cualquier_sitio() {
    for protocol in BOTH {
        let served = protocol.start(echo);
        let request = protocol.request("POST", "/a", "hola");
        for cut in 1..request.len() {
            let mut wire = served.open();
            wire.send(&request[..cut]);
            wire.send(&request[cut..]);
            assert_eq!(wire.rest(), protocol.ok("POST /a [hola]"), "{protocol:?} en {cut}");
        }
        let mut wire = served.open();
        for byte in &request {
            wire.send(&[*byte]);
        }
        assert_eq!(wire.rest(), protocol.ok("POST /a [hola]"), "{protocol:?}");
    }
}

#[test]
fn un_cuerpo_grande_lo_lee_la_aplicacion() {
    let content = "x".repeat(3_000_000);
    for protocol in BOTH {
        let served = protocol.start(measure);
        let request = protocol.request("PUT", "/", &content);
        assert_eq!(exchange(&served, &request), protocol.ok("3000000"), "{protocol:?}");
    }
}

#[test]
fn un_cuerpo_cortado_es_un_error_de_lectura() {
    for protocol in BOTH {
        let served = protocol.start_with(measure, Config { small_body: 10, ..Config::default() });
        let request = protocol.request("PUT", "/", &"x".repeat(50));
        let mut wire = served.open();
        wire.send(&request[..request.len() - 1]);
        wire.finish();
        let expected = protocol.answer("400 Bad Request", "", "");
        let start = expected.lines().next().expect("tiene estado").to_owned();
        assert!(wire.rest().starts_with(&start), "{protocol:?}");
    }
}

#[test]
fn head_y_los_estados_sin_cuerpo_no_llevan_ni_un_byte() {
    let empty = |_: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        start_response("204 No Content", &[("X-Uno", "1")])?;
        Ok(Body::from("cuerpo"))
    };
    for protocol in BOTH {
        let head = exchange(&protocol.start(ignore), &protocol.request("HEAD", "/", ""));
        assert_eq!(head, protocol.answer("200 OK", "Content-Length: 5\r\n", ""));
        let none = exchange(&protocol.start(empty), &protocol.request("GET", "/", ""));
        assert_eq!(none, protocol.answer("204 No Content", "X-Uno: 1\r\n", ""));
    }
}

#[test]
fn cada_trozo_sale_antes_de_pedir_el_siguiente() {
    for protocol in BOTH {
        let (permit, permits) = mpsc::channel::<&'static str>();
        let permits = Mutex::new(Some(permits));
        let served = protocol.start(move |_: &mut Environ, start: StartResponse<'_>| {
            start("200 OK", &[])?;
            let permits = permits.lock().expect("sin pánico").take().expect("una petición");
            Ok(Body::stream(permits.into_iter().map(|text| Ok(Chunk::from(text)))))
        });
        let mut wire = served.open();
        wire.send(&protocol.request("GET", "/", ""));
        permit.send("uno;").expect("espera");
        assert_eq!(wire.until("uno;"), protocol.answer("200 OK", "", "uno;"));
        permit.send("dos;").expect("espera");
        assert_eq!(wire.until("dos;"), "dos;");
        drop(permit);
        assert_eq!(wire.rest(), "");
    }
}

#[test]
fn un_cuerpo_incompleto_se_corta_para_que_se_note() {
    for protocol in BOTH {
        let served = protocol.start(|_: &mut Environ, start: StartResponse<'_>| {
            start("200 OK", &[])?;
            Ok(Body::stream([Ok(Chunk::from("la mitad;")), Err(io::Error::other("se fue la luz"))]))
        });
        let mut wire = served.open();
        wire.send(&protocol.request("GET", "/", ""));
        let ended = wire.try_rest().map_err(|error| error.kind());
        assert_eq!(ended, Err(io::ErrorKind::ConnectionReset), "{protocol:?}");
    }
}

#[test]
fn una_respuesta_enorme_llega_entera_a_un_cliente_lento() {
    let content: String = (0..600_000).map(|number| format!("{number:08}\n")).collect();
    for protocol in BOTH {
        let sent = content.clone();
        let served = protocol.start(move |_: &mut Environ, start: StartResponse<'_>| {
            start("200 OK", &[])?;
            Ok(Body::from([sent.clone(), "fin".to_owned()]))
        });
        let answer = exchange(&served, &protocol.request("GET", "/", ""));
        assert!(answer == protocol.ok(&format!("{content}fin")), "{protocol:?}");
    }
}

#[test]
fn lo_que_es_otro_protocolo_se_cierra_sin_respuesta() {
    let bad: [(Protocol, &[u8]); 6] = [
        (Scgi, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        (Scgi, b"17:CONTENT_LENGTH\x001\0;"),
        (Scgi, b"46:CONTENT_LENGTH\x000\0REQUEST_METHOD\0GET\0PATH_INFO\0,"),
        (Scgi, b"36:CONTENT_LENGTH\x000\0REQUEST_METHOD\0GET\0,"),
        (Uwsgi, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
        (Uwsgi, b"\0\x03\0\0\x01\0A"),
    ];
    for (protocol, bytes) in bad {
        let served = protocol.start(echo);
        assert_eq!(exchange(&served, bytes), "", "{protocol:?} {bytes:?}");
        let request = protocol.request("GET", "/a", "");
        assert_eq!(exchange(&served, &request), protocol.ok("GET /a []"));
    }
}

#[test]
fn una_peticion_que_no_se_puede_atender_recibe_su_estado() {
    for protocol in BOTH {
        let config = Config { max_head: 300, max_body: 100, ..Config::default() };
        let served = protocol.start_with(measure, config);
        for (path, length, status) in [
            ("/".to_owned(), 101, "413 Content Too Large"),
            (format!("/{}", "x".repeat(300)), 0, "431 Request Header Fields Too Large"),
            ("sin barra".to_owned(), 0, "400 Bad Request"),
        ] {
            let request = protocol.request("PUT", &path, &"x".repeat(length));
            let answer = exchange(&served, &request);
            let expected = protocol.answer(status, "", "");
            let start = expected.lines().next().expect("tiene estado");
            assert_eq!(answer.lines().next(), Some(start), "{protocol:?} {path}");
        }
    }
}

#[test]
fn environ_es_el_que_cuenta_el_servidor_web() {
    for protocol in BOTH {
        let answer = exchange(&protocol.start(demo_app), &protocol.request("GET", "/a", ""));
        for line in [
            "PATH_INFO = \"/a\"",
            "REQUEST_URI = \"/a\"",
            "REMOTE_ADDR = \"192.0.2.1\"",
            "SERVER_NAME = \"ejemplo.mx\"",
            "wsgi.multithread = \"true\"",
            "wsgi.run_once = \"false\"",
            "wsgi.url_scheme = \"http\"",
        ] {
            assert!(answer.lines().any(|known| known == line), "{protocol:?} {line}: {answer}");
        }
    }
}

#[test]
fn al_detenerse_termina_lo_que_ya_habia_llegado() {
    for protocol in BOTH {
        let served = protocol.start(echo);
        let request = protocol.request("POST", "/a", "hola");
        let mut wires: Vec<Wire> = (0..20).map(|_| served.open()).collect();
        for wire in &mut wires {
            wire.send(&request);
        }
        served.handle().shutdown();
        for wire in &mut wires {
            assert_eq!(wire.rest(), protocol.ok("POST /a [hola]"), "{protocol:?}");
        }
        assert_eq!(served.stop(), Ok(()));
    }
}

#[cfg(unix)]
#[test]
fn los_manejadores_tambien_escuchan_en_sockets_de_unix() {
    use comun::Folder;
    use comun::records::{fastcgi, status_ok};
    use pasarela::simple_server::{Listeners, make_server_on};
    let folder = Folder::new("manejadores");
    let serve = |protocol| {
        let listeners = Listeners::unix(folder.path().join("s"));
        let config = Config { protocol, ..Config::default() };
        Served::run(make_server_on(listeners, echo, config).expect("el socket se crea"))
    };
    for protocol in BOTH {
        let served = serve(protocol.kind());
        let request = protocol.request("POST", "/a", "hola");
        assert_eq!(exchange(&served, &request), protocol.ok("POST /a [hola]"));
    }
    let served = serve(pasarela::Protocol::FastCgi);
    let mut wire = served.open();
    wire.send(&fastcgi(1, "POST", "/a", "hola"));
    assert_eq!(wire.answer(1), status_ok("POST /a [hola]"));
}

#[test]
fn quien_cierra_su_lado_recibe_su_respuesta() {
    for protocol in BOTH {
        let served = protocol.start(|environ: &mut Environ, start: StartResponse<'_>| {
            std::thread::sleep(Duration::from_millis(20));
            echo(environ, start)
        });
        let mut wire = served.open();
        wire.send(&protocol.request("PUT", "/a", "hola"));
        wire.finish();
        assert_eq!(wire.rest(), protocol.ok("PUT /a [hola]"), "{protocol:?}");
    }
}

#[test]
fn un_goteo_de_bytes_no_alarga_el_plazo_de_las_variables() {
    let config = || Config { head_timeout: Duration::from_millis(200), ..Config::default() };
    for (protocol, start) in [
        // Anuncian más de lo que mandan.
        (Scgi, &b"60000:CONTENT_LENGTH\x000\0SCGI\x001\0"[..]),
        (Uwsgi, b"\0\xFF\xFE\0"),
    ] {
        let served = protocol.start_with(echo, config());
        let mut wire = served.open();
        wire.send(start);
        while wire.is_silent() && wire.try_send(b"a").is_ok() {
            std::thread::sleep(Duration::from_millis(5));
        }
        // Un final normal o un corte: lo que no puede es responder, ni seguir abierta.
        assert_eq!(wire.try_rest().unwrap_or_default(), b"", "{protocol:?}");
    }
}

#[test]
fn un_tamano_enorme_se_rechaza_sin_esperar_lo_demas() {
    let served = Scgi.start(echo);
    for size in ["65537:", "99999999999999999999:", &"9".repeat(100_000)] {
        let mut wire = served.open();
        let _ = wire.try_send(size.as_bytes());
        let answer = wire.rest();
        let expected = "Status: 431 Request Header Fields Too Large\r\n";
        assert!(answer.starts_with(expected), "{size:.30}: {answer}");
    }
}

#[test]
fn los_bytes_de_mas_no_son_otra_peticion() {
    for protocol in BOTH {
        let served = protocol.start(echo);
        let request = protocol.request("PUT", "/a", "hola");
        let mut wire = served.open();
        wire.send(&[&request[..], &protocol.request("GET", "/contrabando", "")].concat());
        assert_eq!(wire.rest(), protocol.ok("PUT /a [hola]"), "{protocol:?}");
    }
}
