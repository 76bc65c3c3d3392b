//! Los archivos de una carpeta, servidos sin sockets: qué se manda, qué no, y con qué encabezados.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pasarela::static_files::StaticFiles;
use pasarela::testing::{self, Request, Response};
use pasarela::validate::validator;
use pretty_assertions::assert_eq;

/// La fecha de todos los archivos de prueba, como la dice HTTP.
const MODIFIED: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";

/// Una carpeta nueva, que se borra al soltarla. Se sirve `publico`; lo de al lado es secreto.
struct Site(PathBuf);

impl Site {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name =
            format!("archivos-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let site = Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name));
        site.write("secreto.txt", "secreto");
        site.write("publico/index.html", "<h1>portada</h1>");
        site.write("publico/cifras.txt", "0123456789");
        site.write("publico/vacio.txt", "");
        site.write("publico/404.html", "<h1>perdido</h1>");
        site.write("publico/con nombre/año.md", "# Año");
        site.write("publico/con nombre/sub/index.html", "sub");
        site.write("publico/con nombre/.oculto", "oculto");
        site.write("publico/.git/config", "oculto");
        site
    }

    fn root(&self) -> PathBuf {
        self.0.join("publico")
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.0.join(name);
        fs::create_dir_all(path.parent().expect("está en una carpeta")).expect("se crea");
        fs::write(&path, content).expect("se escribe");
        let time = UNIX_EPOCH + Duration::new(784_111_777, 500);
        let file = File::options().append(true).open(&path).expect("se abre");
        file.set_modified(time).expect("se puede fechar");
    }

    fn files(&self) -> StaticFiles {
        StaticFiles::new(self.root())
    }

    #[track_caller]
    fn call(&self, request: &Request) -> Response {
        let response = request.call(&validator(self.files()));
        assert_eq!(response.errors(), "");
        response
    }

    #[track_caller]
    fn get(&self, target: &str) -> Response {
        self.call(&testing::get(target))
    }

    /// La etiqueta de un archivo: en Unix cuenta cuándo cambió, que no se puede elegir.
    #[track_caller]
    fn etag(&self, target: &str) -> String {
        self.get(target).header("etag").expect("tiene etiqueta").to_owned()
    }

    #[cfg(unix)]
    fn link(&self, to: impl AsRef<Path>, name: &str) {
        std::os::unix::fs::symlink(to, self.root().join(name)).expect("se enlaza");
    }

    /// Escribe lo mismo que [`write`](Self::write), con otra fecha de modificación.
    fn write_at(&self, name: &str, content: &str, modified: SystemTime) {
        self.write(name, content);
        let file = File::options().append(true).open(self.0.join(name)).expect("se abre");
        file.set_modified(modified).expect("se puede fechar");
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // Si no se puede borrar, queda en la carpeta de compilación.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// La etiqueta de `cifras.txt`, si solo cuenta lo que viaja con la copia.
const SHARED_ETAG: &str = "\"ae1b981bc490bf4-a\"";

/// El estado, el cuerpo y los encabezados que se nombran.
#[track_caller]
fn check(response: &Response, status: &str, body: &str, headers: &[(&str, &str)]) {
    let names = headers.iter().map(|(name, _)| *name);
    let seen: Vec<_> = names.map(|name| (name, response.header(name).unwrap_or("-"))).collect();
    assert_eq!((response.status(), response.text().as_str()), (status, body));
    assert_eq!(seen, headers);
    assert!(response.is_complete());
}

#[test]
fn un_archivo_lleva_todos_sus_encabezados() {
    let site = Site::new();
    let response = site.get("/cifras.txt");
    let expected = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Accept-Ranges", "bytes"),
        ("Last-Modified", MODIFIED),
        ("ETag", SHARED_ETAG),
        ("Cache-Control", "no-cache"),
        ("Content-Length", "10"),
    ];
    let shared = testing::get("/cifras.txt").call(&site.files().with_shared_etags());
    assert_eq!(shared.headers().pairs(), expected);
    let etag = site.etag("/cifras.txt");
    let expected = expected.map(|(name, value)| (name, if name == "ETag" { &etag } else { value }));
    assert_eq!(response.headers().pairs(), expected);
    check(&response, "200 OK", "0123456789", &[]);
    check(&site.get("/vacio.txt"), "200 OK", "", &[("Content-Length", "0")]);
    check(&site.get("/con%20nombre/a%C3%B1o.md"), "200 OK", "# Año", &[]);
}

#[test]
fn head_es_un_get_sin_cuerpo() {
    let site = Site::new();
    let head = site.call(&testing::head("/cifras.txt").header("Range", "bytes=0-1"));
    assert_eq!(head.headers(), site.get("/cifras.txt").headers());
    check(&head, "200 OK", "", &[]);
    check(&site.call(&testing::head("/nada")), "404 Not Found", "", &[]);
}

#[test]
fn lo_que_no_es_leer_se_rechaza() {
    let site = Site::new();
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "get"] {
        let response = site.call(&Request::new(method, "/cifras.txt"));
        assert_eq!(response.status(), "405 Method Not Allowed", "{method}");
        assert_eq!(response.header("Allow"), Some("GET, HEAD"), "{method}");
    }
}

#[test]
fn una_carpeta_es_su_indice_y_necesita_su_barra() {
    let site = Site::new();
    check(&site.get("/"), "200 OK", "<h1>portada</h1>", &[]);
    check(&site.get("/con%20nombre/sub/"), "200 OK", "sub", &[]);
    let moved = site.get("/con%20nombre/sub?a=%20b");
    let location = "/con%20nombre/sub/?a=%20b";
    let headers = [("Location", location), ("Cache-Control", "no-cache")];
    check(&moved, "301 Moved Permanently", "", &headers);
    let mounted = testing::get("/con%20nombre/sub").variable("SCRIPT_NAME", "/estáticos");
    let location = "/est%C3%A1ticos/con%20nombre/sub/";
    check(&site.call(&mounted), "301 Moved Permanently", "", &[("Location", location)]);
    let mounted = testing::get("/").variable("SCRIPT_NAME", "/x").variable("PATH_INFO", "");
    check(&site.call(&mounted), "301 Moved Permanently", "", &[("Location", "/x/")]);
}

#[track_caller]
fn hides(files: &StaticFiles, target: &str) {
    let response = testing::get(target).call(&validator(files.clone()));
    assert_eq!((response.code(), response.errors().as_str()), (404, ""), "{target}");
    assert!(!response.text().contains("secreto"), "{target}");
}

#[test]
fn nada_de_fuera_se_sirve() {
    let site = Site::new();
    let targets = [
        "/../secreto.txt",
        "/..",
        "/../",
        "/%2e%2e/secreto.txt",
        "/%2E./secreto.txt",
        "/..%2fsecreto.txt",
        "/con%20nombre/../../secreto.txt",
        "/con%20nombre/../cifras.txt",
        "/./cifras.txt",
        "//cifras.txt",
        "//",
        "/con%20nombre//sub/",
        "/%2e%2e%5csecreto.txt",
        "/..%5csecreto.txt",
        "/cifras.txt%00",
        "/cifras.txt%00.html",
        "/%00",
        "/cifras.txt%0a",
        "/cifras.txt/",
        "/cifras.txt/nada",
        "/cifras.txt.",
        "/cifras.txt%20",
        "/cifras.txt::$DATA",
        "/C:/secreto.txt",
        "/a:b",
        "/CON",
        "/nul.txt",
        "/%FF",
        "/con%20nombre",
        "/con%20nombre/",
        "/%252e%252e/secreto.txt",
    ];
    for target in targets {
        hides(&site.files(), target);
        hides(&site.files().with_hidden(), target);
    }
    hides(&site.files(), &format!("/{}", "a".repeat(4000)));
    hides(&StaticFiles::new(site.root().join("no-existe")), "/cifras.txt");
    hides(&StaticFiles::new(site.root().join("cifras.txt")), "/");
}

#[test]
fn lo_oculto_solo_se_sirve_si_se_pide() {
    let site = Site::new();
    for target in ["/.git/config", "/con%20nombre/.oculto"] {
        hides(&site.files(), target);
        let response = testing::get(target).call(&site.files().with_hidden());
        check(&response, "200 OK", "oculto", &[]);
    }
}

#[cfg(unix)]
#[test]
fn los_enlaces_que_salen_no_se_siguen() {
    let site = Site::new();
    site.link("../secreto.txt", "fuera.txt");
    site.link("..", "arriba");
    site.link("vuelta", "vuelta");
    site.link("con nombre/../../secreto.txt", "rodeo.txt");
    site.link(site.0.join("secreto.txt"), "absoluto.txt");
    site.link("fuera.txt", "con nombre/dos.txt");
    site.link("cifras.txt", "dentro.txt");
    site.link(site.root().join("cifras.txt"), "de la raíz.txt");
    for target in [
        "/fuera.txt",
        "/arriba/secreto.txt",
        "/arriba/",
        "/vuelta",
        "/rodeo.txt",
        "/absoluto.txt",
        "/con%20nombre/dos.txt",
    ] {
        hides(&site.files(), target);
        hides(&site.files().with_hidden(), target);
    }
    check(&site.get("/dentro.txt"), "200 OK", "0123456789", &[]);
    check(&site.get("/de%20la%20ra%C3%ADz.txt"), "200 OK", "0123456789", &[]);
    fs::remove_file(site.root().join("index.html")).expect("se borra");
    let list = testing::get("/").call(&site.files().with_listing()).text();
    let shown: Vec<&str> = list.lines().filter_map(|line| line.split('"').nth(1)).collect();
    let files = ["404.html", "cifras.txt", "de%20la%20ra%C3%ADz.txt", "dentro.txt", "vacio.txt"];
    assert_eq!(shown[1..], [&["utf-8", "con%20nombre/"], &files[..]].concat());
}

/// Como publica Kubernetes lo que monta: cada versión en una carpeta oculta, y un enlace a la última.
#[cfg(unix)]
#[test]
fn un_enlace_puede_llevar_a_un_nombre_que_no_se_serviria() {
    let site = Site::new();
    site.write("publico/..2026_11_28/pagina.html", "<p>una");
    site.write("publico/..2026_11_29/pagina.html", "<p>otra");
    site.write("publico/.git/annex/objects/SHA1--ab", "una foto");
    site.link("..2026_11_28", "..data");
    site.link("..data/pagina.html", "pagina.html");
    site.link("..data", "carpeta");
    site.link(".git/annex/objects/SHA1--ab", "foto.jpg");
    let page = [("Content-Type", "text/html; charset=utf-8")];
    for target in ["/pagina.html", "/carpeta/pagina.html"] {
        check(&site.get(target), "200 OK", "<p>una", &page);
    }
    check(&site.get("/foto.jpg"), "200 OK", "una foto", &[("Content-Type", "image/jpeg")]);
    let known = site.etag("/pagina.html");
    site.link("..2026_11_29", "..data.nuevo");
    fs::rename(site.root().join("..data.nuevo"), site.root().join("..data")).expect("se cambia");
    let again = site.call(&testing::get("/pagina.html").header("If-None-Match", &known));
    check(&again, "200 OK", "<p>otra", &page);
    for target in
        ["/..data/pagina.html", "/..2026_11_29/pagina.html", "/.git/annex/objects/SHA1--ab"]
    {
        hides(&site.files(), target);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn un_enlace_puede_llevar_a_un_nombre_que_no_es_texto() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let site = Site::new();
    let name = OsStr::from_bytes(b"a\xF1o");
    fs::write(site.root().join(name), "en latín").expect("se escribe");
    site.link(name, "latin.txt");
    site.link(name, "latin");
    check(&site.get("/latin.txt"), "200 OK", "en latín", &[]);
    check(&site.get("/latin"), "200 OK", "en latín", &[]);
    hides(&site.files(), "/a%F1o");
}

#[cfg(unix)]
#[test]
fn el_tipo_es_el_del_nombre_que_se_pide() {
    let site = Site::new();
    site.link("cifras.txt", "cifras.csv");
    site.link("cifras.txt", "cifras");
    site.link("cifras.txt", "cifras.v2");
    site.write("publico/.objetos/4f2a", "0123456789");
    site.link(".objetos/4f2a", "sin tipo");
    let told = |target| site.get(target).header("content-type").map(str::to_owned);
    let text = Some("text/plain; charset=utf-8".to_owned());
    assert_eq!(told("/cifras.csv").as_deref(), Some("text/csv; charset=utf-8"));
    assert_eq!((told("/cifras"), told("/cifras.v2")), (text.clone(), text));
    assert_eq!(told("/sin%20tipo").as_deref(), Some("application/octet-stream"));
}

#[cfg(unix)]
#[test]
fn la_carpeta_puede_ser_un_enlace() {
    let site = Site::new();
    let link = site.0.join("actual");
    std::os::unix::fs::symlink("publico", &link).expect("se enlaza");
    let response = testing::get("/cifras.txt").call(&StaticFiles::new(link));
    check(&response, "200 OK", "0123456789", &[]);
}

#[cfg(target_os = "linux")]
#[test]
fn lo_que_no_es_un_archivo_no_se_abre() {
    let site = Site::new();
    let _socket =
        std::os::unix::net::UnixListener::bind(site.root().join("enchufe")).expect("se crea");
    hides(&site.files(), "/enchufe");
    hides(&StaticFiles::new("/dev"), "/zero");
}

#[cfg(target_os = "linux")]
#[test]
fn lo_que_el_sistema_escribe_al_leerlo_va_entero() {
    let files = StaticFiles::new("/proc");
    let expected = fs::read_to_string("/proc/version").expect("se lee");
    for request in [
        testing::get("/version"),
        testing::get("/version").header("Range", "bytes=0-3"),
        testing::get("/version").header("If-Range", "\"x\"").header("Range", "bytes=0-3"),
    ] {
        let response = request.call(&validator(files.clone()));
        assert_eq!(response.errors(), "");
        let missing = ["Content-Length", "Accept-Ranges", "ETag", "Last-Modified"];
        check(&response, "200 OK", &expected, &missing.map(|name| (name, "-")));
    }
    check(&testing::head("/version").call(&files), "200 OK", "", &[("Content-Length", "-")]);
}

/// Pide `targets` muchas veces mientras otro hilo repite `swap`; falla si una respuesta trae algo que no
/// es de dentro, o si una no llega.
#[cfg(unix)]
#[track_caller]
fn check_while(site: &Site, targets: &'static [&str], swap: impl Fn(u32) + Send + Sync) {
    use std::sync::atomic::AtomicBool;
    use std::sync::mpsc::channel;
    const REQUESTS: usize = 20_000;
    let is_over = AtomicBool::new(false);
    let (sender, answers) = channel();
    let files = site.files();
    // Si uno se queda esperando en una tubería, no hay quien lo recoja.
    std::thread::spawn(move || {
        for target in targets.iter().cycle().take(REQUESTS) {
            let response = testing::get(target).call(&files);
            // Quien ya vio lo que temía no escucha más.
            let _ = sender.send((response.code(), response.text()));
        }
    });
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for turn in (0..).take_while(|_| !is_over.load(Ordering::Relaxed)) {
                swap(turn);
            }
        });
        let outcome = (0..REQUESTS).try_for_each(|_| {
            let (code, text) = answers
                .recv_timeout(Duration::from_secs(20))
                .map_err(|_| "una no llega".to_owned())?;
            match (code, text.as_str()) {
                (200, "dentro") | (404, _) => Ok(()),
                (code, text) => Err(format!("{code} con {text:?}")),
            }
        });
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(outcome, Ok(()));
    });
}

#[cfg(unix)]
#[test]
fn quien_cambia_un_archivo_por_un_enlace_no_saca_nada_de_fuera() {
    use std::os::unix::fs::symlink;
    let site = Site::new();
    site.write("publico/x", "dentro");
    site.write("publico/d/x", "dentro");
    site.write("fuera/x", "secreto");
    site.write("publico/index.html", "dentro");
    // Uno dice de qué tipo es y el otro no: se llega por dos caminos.
    site.link("d/x", "enlace");
    site.link("d/x", "enlace.txt");
    let (new, root) = (site.0.join("nuevo"), site.root());
    // Un enlace o un archivo, de un golpe, en el sitio del otro.
    let replace = |turn: u32, name: &str| {
        match turn.is_multiple_of(2) {
            true => symlink(site.0.join("secreto.txt"), &new).expect("se enlaza"),
            false => fs::write(&new, "dentro").expect("se escribe"),
        }
        fs::rename(&new, root.join(name)).expect("se cambia");
    };
    symlink(site.0.join("fuera"), site.0.join("desvio")).expect("se enlaza");
    check_while(&site, &["/x", "/d/x", "/enlace", "/enlace.txt", "/"], |turn| {
        replace(turn, "x");
        replace(turn, "index.html");
        replace(turn, "d/x");
        for (from, to) in [("publico/d", "d"), ("desvio", "publico/d")] {
            fs::rename(site.0.join(from), site.0.join(to)).expect("se aparta");
        }
        for (from, to) in [("publico/d", "desvio"), ("d", "publico/d")] {
            fs::rename(site.0.join(from), site.0.join(to)).expect("vuelve");
        }
    });
}

#[cfg(unix)]
#[test]
fn quien_cambia_un_archivo_por_una_tuberia_no_retiene_a_nadie() {
    use nix::sys::stat::Mode;
    let site = Site::new();
    site.write("publico/x", "dentro");
    let (pipe, file) = (site.0.join("tubo"), site.0.join("archivo"));
    nix::unistd::mkfifo(&pipe, Mode::S_IRWXU).expect("se crea");
    check_while(&site, &["/x"], |_| {
        let served = site.root().join("x");
        fs::rename(&served, &file).expect("se aparta");
        fs::rename(&pipe, &served).expect("se cambia");
        fs::rename(&served, &pipe).expect("se aparta");
        fs::rename(&file, &served).expect("vuelve");
    });
}

#[cfg(unix)]
#[test]
fn una_tuberia_no_se_abre_ni_como_pagina_404() {
    use nix::sys::stat::Mode;
    let site = Site::new();
    for name in ["tubo", "otro/index.html"] {
        let path = site.root().join(name);
        fs::create_dir_all(path.parent().expect("está en una carpeta")).expect("se crea");
        nix::unistd::mkfifo(&path, Mode::S_IRWXU).expect("se crea");
    }
    hides(&site.files(), "/tubo");
    hides(&site.files(), "/otro/");
    hides(&site.files().not_found_page("tubo"), "/nada");
    std::os::unix::fs::symlink("../secreto.txt", site.root().join("fuera")).expect("se enlaza");
    hides(&site.files().not_found_page("fuera"), "/nada");
    let page = testing::get("/nada").call(&site.files().not_found_page("./.git/config"));
    assert_eq!((page.code(), page.text().as_str()), (404, "oculto"));
}

#[test]
fn lo_que_hay_se_muestra_solo_si_se_pide() {
    let site = Site::new();
    site.write("publico/con nombre/&b.txt", "");
    hides(&site.files(), "/con%20nombre/");
    let response = testing::get("/con%20nombre/").call(&validator(site.files().with_listing()));
    let items = "<li><a href=\"../\">../</a></li>\n<li><a href=\"sub/\">sub/</a></li>\n\
                 <li><a href=\"%26b.txt\">&amp;b.txt</a></li>\n\
                 <li><a href=\"a%C3%B1o.md\">año.md</a></li>\n";
    assert_eq!((response.status(), response.errors().as_str()), ("200 OK", ""));
    assert!(response.text().contains(&format!("<ul>\n{items}</ul>")), "{}", response.text());
    assert!(response.text().contains("<h1>Contenido de /con nombre/</h1>"));
    let moved = testing::get("/con%20nombre").call(&site.files().with_listing());
    check(&moved, "301 Moved Permanently", "", &[("Location", "/con%20nombre/")]);
}

#[test]
fn la_pagina_404_se_elige() {
    let site = Site::new();
    let response = testing::get("/nada").call(&validator(site.files().not_found_page("404.html")));
    let headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-cache"),
        ("Content-Length", "16"),
    ];
    check(&response, "404 Not Found", "<h1>perdido</h1>", &headers);
    assert_eq!(response.headers().pairs(), headers);
    let short = testing::get("/nada").call(&site.files().not_found_page("no-existe.html"));
    assert_eq!(short.text(), site.get("/nada").text());
    assert!(short.text().contains("<p>En esta dirección no hay nada.</p>"));
}

/// Con `Last-Modified` y sin `Cache-Control`, un navegador supone cuánto vale lo que guardó (RFC 9111
/// §4.2.2): una décima parte del tiempo que lleve sin cambiar. En `localhost:8000` mostraría la página de
/// un programa en lugar de la de otro, sin preguntar.
#[test]
fn nada_se_guarda_sin_preguntar_si_no_se_pide() {
    let site = Site::new();
    let told = |response: &Response| response.header("Cache-Control").map(str::to_owned);
    for (request, code) in [
        (testing::get("/"), 200),
        (testing::get("/").header("If-None-Match", &site.etag("/")), 304),
        (testing::get("/").header("Range", "bytes=0-1"), 206),
        (testing::get("/con%20nombre/sub"), 301),
    ] {
        let response = site.call(&request);
        assert_eq!((response.code(), told(&response).as_deref()), (code, Some("no-cache")));
    }
}

#[test]
fn cache_control_va_con_los_archivos() {
    let site = Site::new();
    let files = site.files().cache_control("max-age=60");
    let told = |files: &StaticFiles, request: &Request| {
        request.call(files).header("Cache-Control").map(str::to_owned)
    };
    let get = testing::get("/cifras.txt");
    assert_eq!(told(&files, &get).as_deref(), Some("max-age=60"));
    let known = testing::get("/cifras.txt").header("If-None-Match", "*");
    assert_eq!(told(&files, &known).as_deref(), Some("max-age=60"));
    assert_eq!(told(&files, &testing::get("/nada")), None);
    assert_eq!(told(&files.cache_control(""), &get), None);
    let wrong = get.call(&site.files().cache_control("a\nb"));
    assert_eq!(wrong.code(), 500);
}

#[test]
fn los_encabezados_propios_van_en_todas_las_respuestas() {
    let site = Site::new();
    let files = site
        .files()
        .with_listing()
        .add_header("X-Content-Type-Options", "nosniff")
        .add_header("Link", "</a>")
        .add_header("Link", "</b>")
        .add_header("cache-control", "no-store");
    for (request, code) in [
        (testing::get("/cifras.txt"), 200),
        (testing::get("/con%20nombre/"), 200),
        (range("bytes=0-1"), 206),
        (testing::get("/con%20nombre"), 301),
        (testing::get("/").header("If-None-Match", "*"), 304),
        (testing::get("/nada"), 404),
        (testing::post("/cifras.txt"), 405),
        (testing::get("/").header("If-Match", "\"x\""), 412),
        (range("bytes=10-"), 416),
    ] {
        let response = request.call(&validator(files.clone()));
        assert_eq!((response.code(), response.errors().as_str()), (code, ""));
        let all = |name| response.headers().get_all(name).collect::<Vec<_>>();
        let seen = ["X-Content-Type-Options", "Link", "Cache-Control"].map(all);
        assert_eq!(seen, [vec!["nosniff"], vec!["</a>", "</b>"], vec!["no-store"]], "{code}");
    }
    let wrong = testing::get("/").call(&site.files().add_header("Connection", "close"));
    assert_eq!(wrong.code(), 500);
}

#[track_caller]
fn check_condition(site: &Site, headers: &[(&str, &str)], status: &str) {
    for method in ["GET", "HEAD"] {
        let mut request = Request::new(method, "/cifras.txt");
        for (name, value) in headers {
            request = request.header(name, value);
        }
        assert_eq!(site.call(&request).status(), status, "{method} {headers:?}");
    }
}

#[test]
fn las_condiciones_van_en_su_orden() {
    let site = Site::new();
    let etag = &*site.etag("/cifras.txt");
    let (ok, known, other) = ("200 OK", "304 Not Modified", "412 Precondition Failed");
    check_condition(&site, &[("If-Match", etag)], ok);
    check_condition(&site, &[("If-Match", "\"x\"")], other);
    check_condition(&site, &[("If-Match", etag), ("If-Unmodified-Since", BEFORE)], ok);
    check_condition(&site, &[("If-Unmodified-Since", MODIFIED)], ok);
    check_condition(&site, &[("If-Unmodified-Since", BEFORE)], other);
    check_condition(&site, &[("If-Match", "\"x\""), ("If-None-Match", etag)], other);
    check_condition(&site, &[("If-None-Match", etag)], known);
    check_condition(&site, &[("If-None-Match", &format!("\"x\", W/{etag}"))], known);
    check_condition(&site, &[("If-None-Match", "\"x\""), ("If-Modified-Since", MODIFIED)], ok);
    check_condition(&site, &[("If-Modified-Since", MODIFIED)], known);
    check_condition(&site, &[("If-Modified-Since", BEFORE)], ok);
    check_condition(&site, &[("If-Modified-Since", "ayer")], ok);
    let missing = site.call(&testing::get("/nada").header("If-None-Match", "*"));
    assert_eq!(missing.code(), 404);
}

#[test]
fn un_304_solo_dice_cual_es() {
    let site = Site::new();
    let etag = site.etag("/cifras.txt");
    let response = site.call(&testing::get("/cifras.txt").header("If-None-Match", &etag));
    let expected = [("ETag", etag.as_str()), ("Cache-Control", "no-cache")];
    assert_eq!(response.headers().pairs(), expected);
    check(&response, "304 Not Modified", "", &[]);
}

#[test]
fn un_archivo_que_cambia_tiene_otra_etiqueta() {
    let site = Site::new();
    let shared = || {
        let response = testing::get("/cifras.txt").call(&site.files().with_shared_etags());
        response.header("etag").map(str::to_owned)
    };
    site.write("publico/cifras.txt", "01234567890");
    assert_eq!(shared().as_deref(), Some("\"ae1b981bc490bf4-b\""));
    let known = (site.etag("/cifras.txt"), shared());
    fs::write(site.root().join("cifras.txt"), "0123456789").expect("se escribe");
    let newer = (site.etag("/cifras.txt"), shared());
    assert!(newer.0 != known.0 && newer.1 != known.1, "{newer:?}");
}

/// Lo que pide quien tiene la versión `etag` entera, y quien solo tiene su principio.
#[cfg(unix)]
fn asked_by_who_has(etag: &str, last_modified: Option<&str>) -> Vec<Request> {
    let whole = testing::get("/cifras.txt").header("If-None-Match", etag);
    let rest = |validator| range("bytes=5-").header("If-Range", validator);
    [whole, rest(etag)].into_iter().chain(last_modified.map(rest)).collect()
}

/// La respuesta con un archivo cuando deja de ser reciente.
#[cfg(unix)]
#[track_caller]
fn settled(site: &Site, target: &str) -> Response {
    loop {
        let response = site.get(target);
        if !response.header("etag").expect("tiene etiqueta").starts_with("W/") {
            return response;
        }
    }
}

#[cfg(unix)]
#[test]
fn otra_version_con_el_mismo_tamano_y_la_misma_fecha_es_otra() {
    let site = Site::new();
    let yesterday = SystemTime::now() - Duration::from_secs(86_400);
    let tomorrow = SystemTime::now() + Duration::from_secs(86_400);
    let told = [0, 1, 315_532_800, 499_162_500, 784_111_777];
    let told = told.map(|seconds| UNIX_EPOCH + Duration::from_secs(seconds));
    for modified in told.into_iter().chain([yesterday, tomorrow]) {
        site.write_at("publico/cifras.txt", "0123456789", modified);
        let first = settled(&site, "/cifras.txt");
        let etag = first.header("etag").expect("tiene etiqueta");
        let unchanged = site.call(&testing::get("/cifras.txt").header("If-None-Match", etag));
        assert_eq!(unchanged.code(), 304);
        site.write_at("publico/cifras.txt", "abcdefghij", modified);
        for request in asked_by_who_has(etag, first.header("last-modified")) {
            check(&site.call(&request), "200 OK", "abcdefghij", &[]);
        }
    }
}

#[test]
fn una_fecha_que_no_dice_nada_no_se_manda() {
    let site = Site::new();
    for seconds in [0, 1, 315_532_800] {
        let modified = UNIX_EPOCH + Duration::from_secs(seconds);
        site.write_at("publico/cifras.txt", "0123456789", modified);
        assert_eq!(site.get("/cifras.txt").header("last-modified"), None);
        let ask = |name, date| site.call(&testing::get("/cifras.txt").header(name, date)).code();
        assert_eq!(ask("If-Modified-Since", MODIFIED), 200);
        assert_eq!(ask("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"), 200);
        let shared = testing::get("/cifras.txt").call(&site.files().with_shared_etags());
        assert_eq!((shared.header("etag"), shared.header("last-modified")), (None, None));
    }
}

#[test]
fn una_fecha_que_http_no_puede_decir_no_estorba() {
    let site = Site::new();
    site.write_at("publico/cifras.txt", "", UNIX_EPOCH - Duration::from_secs(1));
    assert_eq!(site.get("/cifras.txt").header("last-modified"), None);
    let future = SystemTime::now() + Duration::from_secs(3600);
    site.write_at("publico/cifras.txt", "", future);
    let response = site.get("/cifras.txt");
    let date = response.header("last-modified").expect("la dice");
    let told = httpdate::parse_http_date(date).expect("es una fecha");
    assert!(told <= SystemTime::now());
    // No se sabe de cuándo es: aunque se vuelva a preguntar en el mismo segundo, se manda.
    let known = testing::get("/cifras.txt").header("If-Modified-Since", date);
    assert_eq!(site.call(&known).code(), 200);
}

fn range(value: &str) -> Request {
    testing::get("/cifras.txt").header("Range", value)
}

#[track_caller]
fn check_range(site: &Site, value: &str, body: &str, content_range: &str) {
    let length = body.len().to_string();
    let headers = [
        ("Content-Range", content_range),
        ("Content-Length", &length),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("ETag", &*site.etag("/cifras.txt")),
    ];
    check(&site.call(&range(value)), "206 Partial Content", body, &headers);
}

#[test]
fn un_tramo_se_manda_solo() {
    let site = Site::new();
    check_range(&site, "bytes=2-4", "234", "bytes 2-4/10");
    check_range(&site, "bytes=-3", "789", "bytes 7-9/10");
    check_range(&site, "bytes=8-", "89", "bytes 8-9/10");
    check_range(&site, "bytes=0-99", "0123456789", "bytes 0-9/10");
    check_range(&site, "bytes=20-30, 1-1", "1", "bytes 1-1/10");
}

#[test]
fn varios_tramos_van_en_un_cuerpo_con_partes() {
    let site = Site::new();
    let response = site.call(&range("bytes=0-1,-2"));
    assert_eq!(response.status(), "206 Partial Content");
    let content_type = response.header("content-type").expect("lo lleva");
    let boundary =
        content_type.strip_prefix("multipart/byteranges; boundary=").expect("por partes");
    let part = |range: &str, body: &str| {
        format!(
            "\r\n--{boundary}\r\nContent-Type: text/plain; charset=utf-8\r\n\
             Content-Range: bytes {range}/10\r\n\r\n{body}"
        )
    };
    let body = format!("{}{}\r\n--{boundary}--\r\n", part("0-1", "01"), part("8-9", "89"));
    let length = body.len().to_string();
    check(&response, "206 Partial Content", &body, &[("Content-Length", &length)]);
    assert_eq!(response.header("content-range"), None);
}

#[test]
fn un_tramo_imposible_se_rechaza() {
    let site = Site::new();
    for value in ["bytes=10-", "bytes=-0"] {
        let response = site.call(&range(value));
        assert_eq!(response.status(), "416 Range Not Satisfiable");
        assert_eq!(response.header("content-range"), Some("bytes */10"));
    }
}

#[test]
fn un_rango_que_no_se_entiende_o_abusa_es_el_archivo_entero() {
    let site = Site::new();
    let many = format!("bytes={}", "0-0,".repeat(100));
    for value in ["bytes=5-2", "páginas=1-2", "bytes=a", "bytes=0-,0-,0-", &many] {
        check(&site.call(&range(value)), "200 OK", "0123456789", &[]);
    }
}

#[test]
fn if_range_pide_el_resto_o_todo() {
    let site = Site::new();
    let etag = &*site.etag("/cifras.txt");
    let partial = |validator: &str| range("bytes=8-").header("If-Range", validator);
    check(&site.call(&partial(etag)), "206 Partial Content", "89", &[]);
    // Si en el disco no le cambió nada después de esa fecha, la fecha basta.
    for validator in [SHARED_ETAG, MODIFIED] {
        let shared = partial(validator).call(&site.files().with_shared_etags());
        check(&shared, "206 Partial Content", "89", &[]);
    }
    for validator in ["\"x\"", &format!("W/{etag}"), BEFORE, "ayer"] {
        check(&site.call(&partial(validator)), "200 OK", "0123456789", &[]);
    }
    let known = range("bytes=8-").header("If-None-Match", etag);
    assert_eq!(site.call(&known).code(), 304);
    let other = range("bytes=8-").header("If-Match", "\"x\"");
    assert_eq!(site.call(&other).code(), 412);
}

#[test]
fn un_archivo_que_se_acorta_corta_la_respuesta() {
    let site = Site::new();
    site.write("publico/largo.bin", &"x".repeat(200_000));
    let mut stream = testing::get("/largo.bin").stream(&site.files());
    assert_eq!(stream.next().map(|chunk| chunk.len()), Some(65_536));
    let file = File::options().write(true).open(site.root().join("largo.bin")).expect("se abre");
    file.set_len(100_000).expect("se acorta");
    let response = stream.finish();
    assert!(!response.is_complete());
    assert_eq!(response.bytes().len(), 100_000);
    assert_eq!(
        response.errors(),
        "pasarela: \"GET /largo.bin\": al cuerpo de la respuesta le faltan 100000 bytes para su \
         Content-Length\n"
    );
}
