//! Lo que el servidor lee y lo que rechaza: la línea de petición, los campos y los límites.

mod comun;

use std::time::Duration;

use comun::{Served, Wire, echo, get, ignore, last_ok, ok, post, post_chunked, response, statuses};
use pasarela::{Body, Config, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

/// Responde a `request` con `status`, lo anuncia todo y no atiende lo que viene detrás.
#[track_caller]
fn check_rejected(served: &Served, request: &str, status: &str) {
    let answer = served.exchange(&(request.to_owned() + &get("/contrabando")));
    assert_eq!(statuses(&answer), [status], "{request:?}");
    for field in ["Date: ", "Server: ", "Connection: close\r\n", "Content-Length: "] {
        assert_eq!(answer.matches(field).count(), 1, "{field:?} en {answer:?}");
    }
}

fn request_with(fields: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: x\r\n{fields}\r\n\r\n")
}

#[test]
fn la_basura_recibe_un_400_y_se_cierra() {
    let served = Served::start(echo);
    for garbage in [
        "hola\r\n\r\n",
        "\u{16}\u{3}\u{1}",
        "GET / HTTP/1.1\n\n",
        "GET / HTTP/1.1\r\nHost: x\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /\r\n\r\n",
        "GET / HTTP/0.9\r\n\r\n",
        "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /# HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET * HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://u@x/ HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET http://x/ HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: u@x\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: x\r\nHost: x\r\n\r\n",
    ] {
        check_rejected(&served, garbage, "400 Bad Request");
    }
}

#[test]
fn los_campos_dudosos_reciben_un_400_y_se_cierra() {
    let served = Served::start(echo);
    for fields in [
        "Host: x",
        "A : b",
        "A: b\r\n c",
        "A: \0",
        "A: b\rc",
        "Content-Type: a/b\r\nContent-Type: a/b",
        "Authorization: a\r\nAuthorization: a",
        "Content-Length: +0",
        "Content-Length: 0, 0",
        "Content-Length:",
        "Content-Length: 99999999999999999999",
        "Content-Length: 0\r\nContent-Length: 5",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding:",
        "Transfer-Encoding: \u{b}chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    ] {
        check_rejected(&served, &request_with(fields), "400 Bad Request");
    }
    let old = "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    check_rejected(&served, old, "400 Bad Request");
}

#[test]
fn cada_rechazo_lleva_su_estado() {
    let config = Config { max_body: 100, ..Config::default() };
    let served = Served::start_with(echo, config);
    for (request, status) in [
        (request_with("Content-Length: 101"), "413 Content Too Large"),
        (request_with("Transfer-Encoding: gzip"), "501 Not Implemented"),
        (request_with("Transfer-Encoding: xchunked"), "501 Not Implemented"),
        (request_with("Expect: propina"), "417 Expectation Failed"),
        ("CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(), "501 Not Implemented"),
        ("GET / HTTP/2.0\r\nHost: x\r\n\r\n".to_owned(), "505 HTTP Version Not Supported"),
    ] {
        check_rejected(&served, &request, status);
    }
}

#[test]
fn hasta_el_limite_se_atiende_y_despues_no() {
    let served = Served::start_with(ignore, Config { max_body: 100, ..Config::default() });
    let line = |length: usize| get(&"/".repeat(length - "GET  HTTP/1.1".len()));
    let head = |length: usize| {
        let value = "a".repeat(length - "GET / HTTP/1.1\r\nHost: x\r\nA: \r\n\r\n".len());
        format!("GET / HTTP/1.1\r\nHost: x\r\nA: {value}\r\n\r\n")
    };
    let fields =
        |count: usize| format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "A: b\r\n".repeat(count - 1));
    let body = |length: usize| post("/", "", &"a".repeat(length));
    let check = |make: &dyn Fn(usize) -> String, last: usize, status: &str| {
        assert_eq!(served.exchange(&make(last)), ok("hecho"), "{last}");
        check_rejected(&served, &make(last + 1), status);
    };
    check(&line, 8192, "414 URI Too Long");
    check(&head, 65_536, "431 Request Header Fields Too Large");
    check(&fields, 100, "431 Request Header Fields Too Large");
    check(&body, 100, "413 Content Too Large");
}

#[test]
fn una_cabeza_demasiado_grande_no_espera_su_final() {
    let served = Served::start(ignore);
    let endless = |start: &str, status: &str| {
        let mut wire = served.open();
        // El cliente no cierra su lado ni termina la cabeza.
        wire.send(format!("{start}{}", "a".repeat(200_000)).as_bytes());
        assert_eq!(statuses(&wire.rest()), [status]);
    };
    endless("GET /", "414 URI Too Long");
    endless("GET / HTTP/1.1\r\nA: ", "431 Request Header Fields Too Large");
}

#[test]
fn un_limite_se_nota_aunque_se_pase_por_poco() {
    let served = Served::start(ignore);
    let mut wire = served.open();
    wire.send(format!("GET /{}", "a".repeat(5000)).as_bytes());
    // Si llegaran juntos, la prueba no probaría nada.
    std::thread::sleep(std::time::Duration::from_millis(50));
    wire.send("a".repeat(4000).as_bytes());
    assert_eq!(statuses(&wire.rest()), ["414 URI Too Long"]);
}

#[test]
fn un_cuerpo_por_trozos_demasiado_grande_recibe_un_413() {
    let config = Config { max_body: 100, small_body: 1000, ..Config::default() };
    let served = Served::start_with(echo, config);
    for size in [101, 5000] {
        let chunks = format!("{size:x}\r\n{}\r\n0\r\n\r\n", "a".repeat(size));
        check_rejected(&served, &post_chunked("/", &chunks), "413 Content Too Large");
    }
}

#[test]
fn las_extensiones_sin_fin_reciben_un_400() {
    let served = Served::start(ignore);
    let endless = "a".repeat(20_000);
    check_rejected(&served, &post_chunked("/", &format!("1;{endless}")), "400 Bad Request");
    check_rejected(&served, &post_chunked("/", &format!("0\r\nA: {endless}")), "400 Bad Request");
}

#[test]
fn un_rechazo_no_se_pierde_aunque_el_cliente_siga_enviando() {
    let served = Served::start_with(echo, Config { max_body: 100, ..Config::default() });
    let mut wire = served.open();
    wire.send(post("/", "", &"a".repeat(500_000)).as_bytes());
    assert_eq!(statuses(&wire.rest()), ["413 Content Too Large"]);
}

#[test]
fn los_bytes_pueden_llegar_partidos_en_cualquier_sitio() {
    let served = Served::start(echo);
    let chunked = post_chunked("/a", "4\r\nhola\r\n0\r\n\r\n");
    let request = chunked + "\r\n" + &post("/b", "", "uno");
    let expected = ok("POST /a [hola]") + &ok("POST /b [uno]");
    for cut in 1..request.len() {
        let mut wire = served.open();
        wire.send(&request.as_bytes()[..cut]);
        // Cede el turno para que lleguen como dos envíos; si llegan juntos, también vale.
        std::thread::yield_now();
        wire.send(&request.as_bytes()[cut..]);
        wire.finish();
        assert_eq!(comun::mask_date(&wire.rest()), expected, "partida en {cut}");
    }
}

#[test]
fn el_rechazo_no_depende_de_los_cortes() {
    let served = Served::start(echo);
    let first = get("/");
    let (start, end) = ("GET / HTTP/1.1\r\n", "mal\r\n");
    let whole = served.exchange(&format!("{first}{start}{end}"));
    let mut wire = served.open();
    // La respuesta dice que el principio de la segunda ya llegó.
    wire.send(format!("{first}{start}").as_bytes());
    let answered = wire.until("GET / []");
    wire.send(end.as_bytes());
    wire.finish();
    assert_eq!(comun::mask_date(&format!("{answered}{}", wire.rest())), whole);
    assert_eq!(statuses(&whole), ["200 OK", "400 Bad Request"]);
}

#[test]
fn a_head_se_le_rechaza_sin_cuerpo_y_a_los_demas_con_el() {
    let served = Served::start(echo);
    let bad = post_chunked("/", "5\r\nHEAD zz\r\n");
    for head in ["\r\nHEAD / HTTP/1.1\r\n\r\n".to_owned(), bad.replace("POST", "HEAD")] {
        let answer = served.exchange(&head);
        assert!(answer.ends_with("\r\nConnection: close\r\n\r\n"), "{answer}");
    }
    let (start, end) = bad.split_at(bad.len() - "HEAD zz\r\n".len());
    let mut wire = served.open();
    wire.send(format!("{}{start}", get("/")).as_bytes());
    wire.until("GET / []");
    wire.send(end.as_bytes());
    wire.finish();
    assert!(wire.rest().ends_with("</html>\n"));
}

#[test]
fn una_peticion_byte_a_byte_se_atiende() {
    let served = Served::start(echo);
    let mut wire = served.open();
    for byte in post_chunked("/a", "4;z\r\nhola\r\n0\r\nA: b\r\n\r\n").bytes() {
        wire.send(&[byte]);
    }
    wire.finish();
    assert_eq!(comun::mask_date(&wire.rest()), ok("POST /a [hola]"));
}

#[test]
fn las_versiones_y_las_formas_de_la_direccion_se_atienden() {
    let served = Served::start(show);
    for (line, expected) in [
        ("GET /a?b HTTP/1.1", "/a|b|/a?b|x"),
        ("GET /a%2Fb HTTP/1.9", "/a/b||/a%2Fb|x"),
        ("GET http://y:8/a HTTP/1.1", "/a||http://y:8/a|y:8"),
        ("OPTIONS * HTTP/1.1", "||*|x"),
    ] {
        assert_eq!(served.exchange(&format!("{line}\r\nHost: x\r\n\r\n")), ok(expected));
    }
    assert_eq!(served.exchange("GET /a HTTP/1.0\r\n\r\n"), last_ok("/a||/a|-"));
}

/// Responde la ruta, la consulta, la dirección como llegó y el servidor pedido.
fn show(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[])?;
    let (path, query) = (environ.path_info(), environ.query_string());
    let uri = environ.get("REQUEST_URI").unwrap_or("-");
    let host = environ.header("host").unwrap_or("-");
    Ok(Body::from(format!("{path}|{query}|{uri}|{host}")))
}

#[test]
fn el_rechazo_de_un_head_no_lleva_cuerpo() {
    let served = Served::start(ignore);
    let answer = served.exchange("HEAD / HTTP/1.1\r\n\r\n");
    let (head, body) = answer.split_once("\r\n\r\n").expect("una cabeza entera");
    assert_eq!((statuses(head), body), (vec!["400 Bad Request"], ""));
}

/// Un saludo TLS recibe su respuesta sin que el cliente cierre ni mande más.
#[test]
fn un_saludo_tls_se_rechaza_sin_esperar() {
    let served = Served::start(ignore);
    let mut wire: Wire = served.open();
    wire.send(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03");
    assert!(wire.rest().starts_with("HTTP/1.1 400 Bad Request\r\n"));
    let answer = served.exchange(&get("/"));
    assert_eq!(answer, response("200 OK", "Content-Length: 5\r\n", "hecho"));
}

#[test]
fn los_limites_pueden_ser_los_mayores_que_hay() {
    let config = Config {
        max_request_line: usize::MAX,
        max_head: usize::MAX,
        max_fields: usize::MAX,
        max_body: u64::MAX,
        max_chunk_overhead: u64::MAX,
        small_body: usize::MAX,
        max_connections: usize::MAX,
        backlog: u32::MAX,
        head_timeout: Duration::MAX,
        body_timeout: Duration::MAX,
        idle_timeout: Duration::MAX,
        write_timeout: Duration::MAX,
        linger_timeout: Duration::MAX,
        max_linger: usize::MAX,
        ..Config::default()
    };
    let served = Served::start_with(echo, config);
    let mut wire = served.open();
    for request in [post("/", "", "hola"), post_chunked("/", "4\r\nhola\r\n0\r\n\r\n")] {
        // Carácter a carácter, para que cada límite se mire con la petición a medias.
        for byte in request.as_bytes().chunks(1) {
            wire.send(byte);
        }
        assert!(wire.until("[hola]").starts_with("HTTP/1.1 200 OK\r\n"));
    }
}
