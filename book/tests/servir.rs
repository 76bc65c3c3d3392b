//! El libro servido por `pasarela`: lo que hay, lo que no, y lo que nunca se enseña.

mod comun;

use comun::SmallBook;
use flate2::read::GzDecoder;
use libro::builder;
use libro::page::{Page, Reference};
use libro::site::Site;
use pretty_assertions::assert_eq;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

/// Cuánto se espera una respuesta antes de dar la prueba por fallida.
const PATIENCE: Duration = Duration::from_secs(20);

/// Un servidor con un libro pequeño, que se detiene al soltarlo.
struct Served {
    book: SmallBook,
    site: Site,
    address: SocketAddr,
    handle: pasarela::Handle,
    thread: Option<thread::JoinHandle<()>>,
}

impl Served {
    fn new() -> Self {
        let book = SmallBook::with(&[("uno.md", "# Uno\n"), ("parte/dos.md", "# Dos\n")]);
        book.write("book/capitulos/parte/index.html", "<p>portada de la parte</p>");
        builder::build(&book.folders()).expect("el libro está bien");
        let site = Site::new(&book.folders().output(), 7);
        let server =
            pasarela::make_server("127.0.0.1", 0, site.clone()).expect("hay un puerto libre");
        let (address, handle) = (server.local_addrs()[0], server.handle());
        let thread = thread::spawn(move || server.serve_forever().expect("termina bien"));
        Self { book, site, address, handle, thread: Some(thread) }
    }

    /// La respuesta completa, tal como viaja. Se pide a mano: un cliente normal corregiría las rutas con `..`.
    fn raw(&self, method: &str, path: &str) -> String {
        String::from_utf8_lossy(&self.bytes(method, path, "")).into_owned()
    }

    /// Lo mismo, en bytes y con más encabezados en la petición.
    fn bytes(&self, method: &str, path: &str, headers: &str) -> Vec<u8> {
        let mut stream = TcpStream::connect(self.address).expect("el servidor escucha");
        stream.set_read_timeout(Some(PATIENCE)).expect("el sistema acepta el plazo");
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
        )
        .expect("lee");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("responde y cierra");
        answer
    }

    fn status(&self, method: &str, path: &str) -> String {
        let answer = self.raw(method, path);
        answer.lines().next().unwrap_or_default().replace("HTTP/1.1 ", "")
    }

    fn header(&self, method: &str, path: &str, name: &str) -> Option<String> {
        let answer = self.raw(method, path);
        let (head, _) = answer.split_once("\r\n\r\n")?;
        let line =
            head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}: ")))?;
        Some(line[name.len() + 2..].to_owned())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.handle.shutdown();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[test]
fn responde_las_paginas_y_los_archivos_con_su_tipo() {
    let served = Served::new();
    for (path, content_type) in [
        ("/", "text/html; charset=utf-8"),
        ("/uno.html", "text/html; charset=utf-8"),
        ("/parte/", "text/html; charset=utf-8"),
        ("/theme/guiones/libro.js", "text/javascript; charset=utf-8"),
        ("/theme/libro.css", "text/css; charset=utf-8"),
        ("/favicon.svg", "image/svg+xml"),
    ] {
        assert_eq!(served.status("GET", path), "200 OK", "{path}");
        assert_eq!(
            served.header("GET", path, "content-type").as_deref(),
            Some(content_type),
            "{path}"
        );
        assert_eq!(
            served.header("GET", path, "cache-control").as_deref(),
            Some("no-cache"),
            "{path}"
        );
    }
}

/// El cuerpo de una respuesta comprimida, ya en claro.
#[track_caller]
fn opened(answer: &[u8]) -> String {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("tiene cabeza");
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    assert!(head.contains("\r\ncontent-encoding: gzip"), "{head}");
    assert!(head.contains("\r\nvary: accept-encoding"), "{head}");
    let mut text = String::new();
    GzDecoder::new(&answer[end + 4..]).read_to_string(&mut text).expect("está entero");
    text
}

const ACCEPTS: &str = "Accept-Encoding: gzip\r\n";

#[test]
fn a_quien_lo_acepta_todo_le_llega_comprimido() {
    let served = Served::new();
    let page = opened(&served.bytes("GET", "/uno.html", ACCEPTS));
    assert!(page.contains("fetch('/.version'") && page.ends_with("</html>\n"), "{page}");
    for path in ["/theme/libro.css", "/theme/guiones/buscar.js", "/indice.json", "/favicon.svg"] {
        let text = opened(&served.bytes("GET", path, ACCEPTS));
        assert_eq!(text, served.book.page(&path[1..]), "{path}");
    }
}

#[test]
fn cada_manera_de_mandarlo_tiene_su_etiqueta() {
    let served = Served::new();
    // La de lo recién escrito es débil, y deja de serlo enseguida.
    let tag = |accepts: &str| loop {
        let answer = served.bytes("HEAD", "/theme/libro.css", accepts);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let tag = answer.lines().find_map(|line| line.strip_prefix("ETag: ")).expect("la tiene");
        if !tag.starts_with("W/") {
            break tag.to_owned();
        }
        thread::yield_now();
    };
    let (coded, plain) = (tag(ACCEPTS), tag(""));
    assert_ne!(coded, plain);
    // La de una no vale por la otra.
    for (known, accepts, status) in
        [(&coded, ACCEPTS, 304), (&plain, ACCEPTS, 200), (&coded, "", 200), (&plain, "", 304)]
    {
        let headers = format!("If-None-Match: {known}\r\n{accepts}");
        let answer = served.bytes("GET", "/theme/libro.css", &headers);
        let start = format!("HTTP/1.1 {status} ");
        assert!(
            answer.starts_with(start.as_bytes()),
            "{headers}{}",
            String::from_utf8_lossy(&answer)
        );
    }
}

#[test]
fn lo_reconstruido_llega_comprimido_enseguida() {
    let served = Served::new();
    served.book.write("book/capitulos/uno.md", "# Otro título\n");
    builder::build(&served.book.folders()).expect("el libro está bien");
    let page = opened(&served.bytes("GET", "/uno.html", ACCEPTS));
    assert!(page.contains("Otro título"), "{page}");
}

#[test]
fn head_no_trae_cuerpo() {
    let served = Served::new();
    let answer = served.raw("HEAD", "/uno.html");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\n"), "{answer}");
    let answer = served.bytes("HEAD", "/uno.html", ACCEPTS);
    assert!(answer.starts_with(b"HTTP/1.1 200 OK\r\n") && answer.ends_with(b"\r\n\r\n"));
}

#[test]
fn una_carpeta_sin_barra_redirige() {
    let served = Served::new();
    assert_eq!(served.status("GET", "/parte"), "301 Moved Permanently");
    assert_eq!(served.header("GET", "/parte", "location").as_deref(), Some("/parte/"));
}

#[test]
fn lo_que_no_existe_responde_la_pagina_404_del_libro() {
    let served = Served::new();
    for path in ["/nada.html", "/css", "/css/", "/uno.html/", "/uno.html/nada"] {
        let answer = served.raw("GET", path);
        assert!(answer.starts_with("HTTP/1.1 404 Not Found\r\n"), "{path}: {answer}");
        assert!(answer.contains("Esta página no existe (404)"), "{path}");
    }
}

#[test]
fn la_pagina_404_lleva_a_todas_partes_desde_cualquier_direccion() {
    let served = Served::new();
    let (_, page) = served.raw("GET", "/a/b/c").split_once("\r\n\r\n").map_or_else(
        || panic!("no hay respuesta"),
        |(head, page)| (head.to_owned(), page.to_owned()),
    );
    let main = page.split("<main").nth(1).expect("tiene contenido");
    for link in ["/index.html", "/uno.html", "/parte/dos.html"] {
        assert!(main.contains(&format!("<a href=\"{link}\">")), "{link}: {main}");
    }
    for reference in Page::parse(&page).references {
        let (Reference::Link(target) | Reference::Resource(target)) = reference else { continue };
        // Lo que no empieza por la raíz es de la misma página.
        if !target.starts_with(['#', '?']) {
            assert_eq!(served.status("GET", &target), "200 OK", "{target}");
        }
    }
}

#[test]
fn los_demas_metodos_se_rechazan() {
    let served = Served::new();
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        assert_eq!(served.status(method, "/uno.html"), "405 Method Not Allowed", "{method}");
        assert_eq!(
            served.header(method, "/uno.html", "allow").as_deref(),
            Some("GET, HEAD"),
            "{method}"
        );
    }
}

#[test]
fn nada_de_fuera_de_la_carpeta_se_ensena() {
    let served = Served::new();
    for path in [
        "/../book.toml",
        "/%2e%2e/book.toml",
        "/css/..%2f..%2fbook.toml",
        "/..%5cbook.toml",
        "//etc/passwd",
        "/.nojekyll",
        "/C:/book.toml",
        "/uno.html%00",
    ] {
        assert_eq!(served.status("GET", path), "404 Not Found", "{path}");
    }
}

#[cfg(unix)]
#[test]
fn un_enlace_simbolico_hacia_fuera_no_se_sigue() {
    let served = Served::new();
    let output = served.book.folders().output();
    std::os::unix::fs::symlink(served.book.root().join("book.toml"), output.join("fuera.txt"))
        .expect("se crea");
    assert_eq!(served.status("GET", "/fuera.txt"), "404 Not Found");
}

#[test]
fn una_pagina_servida_se_recarga_sola_y_la_construida_no_lleva_ese_guion() {
    let served = Served::new();
    assert!(served.raw("GET", "/uno.html").contains("fetch('/.version'"));
    assert!(!served.book.page("uno.html").contains("/.version"));
    assert!(served.raw("GET", "/.version").ends_with("\r\n\r\n7"));
    served.site.announce();
    assert!(served.raw("GET", "/.version").ends_with("\r\n\r\n8"));
}
