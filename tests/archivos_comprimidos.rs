//! Los archivos que están al lado ya comprimidos: a quién se le mandan, y con qué encabezados.

mod comun;

use std::fs::{self, File};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use comun::Folder;
use pasarela::static_files::StaticFiles;
use pasarela::testing::{self, Request, Response};
use pasarela::validate::validator;
use pretty_assertions::assert_eq;

/// Cuándo se escribió todo, si no se dice otra cosa.
const WRITTEN: u64 = 784_111_777;

/// Una carpeta con una hoja de estilo, comprimida de dos maneras.
fn site(name: &str) -> Folder {
    let folder = Folder::new(&format!("comprimidos_{name}"));
    for (name, content) in [
        ("a.css", "tal cual"),
        ("a.css.br", "con br"),
        ("a.css.gz", "con gzip"),
        ("solo.css", "solo"),
        ("sub/index.html", "portada"),
        ("sub/index.html.gz", "portada con gzip"),
        ("huerfano.css.gz", "huérfano"),
        ("sol.svgz", "un sol"),
    ] {
        write(&folder, name, content, WRITTEN);
    }
    folder
}

fn write(folder: &Folder, name: &str, content: &str, modified: u64) {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().expect("está en una carpeta")).expect("se crea");
    fs::write(&path, content).expect("se escribe");
    let file = File::options().append(true).open(&path).expect("se abre");
    file.set_modified(UNIX_EPOCH + Duration::from_secs(modified)).expect("se puede fechar");
}

#[track_caller]
fn call(folder: &Folder, request: &Request) -> Response {
    let files = StaticFiles::new(folder.path()).with_precompressed();
    let response = request.call(&validator(files));
    assert_eq!(response.errors(), "");
    response
}

fn ask(target: &str, accept: &str) -> Request {
    testing::get(target).header("Accept-Encoding", accept)
}

/// El estado, el cuerpo y los encabezados que se nombran.
#[track_caller]
fn check(response: &Response, status: u16, body: &str, headers: &[(&str, &str)]) {
    let names = headers.iter().map(|(name, _)| *name);
    let seen: Vec<_> = names.map(|name| (name, response.header(name).unwrap_or("-"))).collect();
    assert_eq!((response.code(), response.text().as_str()), (status, body));
    assert_eq!(seen, headers);
}

#[test]
fn se_manda_el_que_el_cliente_prefiere() {
    let site = site("prefiere");
    for (accept, body, coding) in [
        ("gzip, deflate, br, zstd", "con br", "br"),
        ("gzip", "con gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "con gzip", "gzip"),
        ("br;q=0, *", "con gzip", "gzip"),
        ("deflate", "tal cual", "-"),
        ("identity, br;q=0.5", "tal cual", "-"),
        ("gzip;q=0", "tal cual", "-"),
        ("", "tal cual", "-"),
        // No hay otro, y nada obliga a no mandarlo (RFC 9110 §12.5.3).
        ("identity;q=0", "tal cual", "-"),
    ] {
        let headers = [
            ("Content-Encoding", coding),
            ("Content-Type", "text/css; charset=utf-8"),
            ("Vary", "Accept-Encoding"),
            ("Content-Length", &body.len().to_string()),
        ];
        check(&call(&site, &ask("/a.css", accept)), 200, body, &headers);
    }
    let plain = [("Content-Encoding", "-"), ("Vary", "Accept-Encoding")];
    check(&call(&site, &testing::get("/a.css")), 200, "tal cual", &plain);
    check(&call(&site, &ask("/solo.css", "br, gzip")), 200, "solo", &plain);
    let index = [("Content-Encoding", "gzip"), ("Content-Type", "text/html; charset=utf-8")];
    check(&call(&site, &ask("/sub/", "br, gzip")), 200, "portada con gzip", &index);
    assert_eq!(call(&site, &ask("/huerfano.css", "gzip")).code(), 404);
}

#[test]
fn sin_pedirlo_no_se_negocia_nada() {
    let site = site("sin_pedirlo");
    let response = ask("/a.css", "br, gzip").call(&StaticFiles::new(site.path()));
    check(&response, 200, "tal cual", &[("Content-Encoding", "-"), ("Vary", "-")]);
}

#[test]
fn un_vary_propio_se_suma() {
    let site = site("vary");
    let files = StaticFiles::new(site.path()).with_precompressed().add_header("vary", "Origin");
    let response = ask("/a.css", "br").call(&validator(files));
    let all: Vec<&str> = response.headers().get_all("Vary").collect();
    assert_eq!(all, ["Accept-Encoding", "Origin"]);
}

#[test]
fn head_dice_lo_mismo_que_get() {
    let site = site("head");
    let head = testing::head("/a.css").header("Accept-Encoding", "br");
    let head = call(&site, &head);
    assert_eq!(head.headers(), call(&site, &ask("/a.css", "br")).headers());
    check(&head, 200, "", &[("Content-Length", "6")]);
}

#[test]
fn cada_forma_tiene_su_etiqueta_y_su_304() {
    let site = site("etiqueta");
    let accepted = ["identity", "gzip", "br"];
    let etags = accepted.map(|accept| {
        call(&site, &ask("/a.css", accept)).header("etag").expect("tiene etiqueta").to_owned()
    });
    for (accept, own) in accepted.iter().zip(&etags) {
        for etag in &etags {
            let response = call(&site, &ask("/a.css", accept).header("If-None-Match", etag));
            let expected = if etag == own { 304 } else { 200 };
            assert_eq!(response.code(), expected, "{accept} {etag}");
            assert_eq!(response.header("vary"), Some("Accept-Encoding"), "{accept} {etag}");
        }
    }
}

#[test]
fn los_tramos_son_de_lo_comprimido() {
    let site = site("tramos");
    let part = |accept, range| ask("/a.css", accept).header("Range", range);
    let response = call(&site, &part("gzip", "bytes=4-"));
    let headers = [
        ("Content-Encoding", "gzip"),
        ("Content-Range", "bytes 4-7/8"),
        ("Vary", "Accept-Encoding"),
    ];
    check(&response, 206, "gzip", &headers);
    // Quien tiene el principio de una forma no recibe el final de otra.
    let etag = response.header("etag").expect("tiene etiqueta");
    assert_eq!(call(&site, &part("gzip", "bytes=4-").header("If-Range", etag)).code(), 206);
    let other = call(&site, &part("br", "bytes=4-").header("If-Range", etag));
    check(&other, 200, "con br", &[]);
    let impossible = call(&site, &part("br", "bytes=6-"));
    assert_eq!(impossible.code(), 416);
    let seen = ["Content-Range", "Vary"].map(|name| impossible.header(name));
    assert_eq!(seen, [Some("bytes */6"), Some("Accept-Encoding")]);
    let failed = call(&site, &ask("/a.css", "br").header("If-Match", etag));
    assert_eq!((failed.code(), failed.header("vary")), (412, Some("Accept-Encoding")));
}

#[test]
fn uno_mas_antiguo_que_su_original_es_de_otra_version() {
    let site = site("antiguo");
    write(&site, "a.css", "cambiado", WRITTEN + 1);
    check(&call(&site, &ask("/a.css", "br, gzip")), 200, "cambiado", &[("Content-Encoding", "-")]);
    write(&site, "a.css.gz", "cambiado con gzip", WRITTEN + 2);
    let headers = [("Content-Encoding", "gzip")];
    check(&call(&site, &ask("/a.css", "br, gzip")), 200, "cambiado con gzip", &headers);
    // Hay programas que copian la fecha del original sin la fracción de segundo.
    let original = File::options().append(true).open(site.join("a.css")).expect("se abre");
    let fraction = UNIX_EPOCH + Duration::new(WRITTEN + 2, 900_000_000);
    original.set_modified(fraction).expect("se puede fechar");
    check(&call(&site, &ask("/a.css", "br, gzip")), 200, "cambiado con gzip", &headers);
}

#[test]
fn lo_que_ya_esta_comprimido_no_se_negocia() {
    let site = site("ya");
    write(&site, "a.css.gz.gz", "dos veces", WRITTEN);
    write(&site, "sol.svgz.gz", "dos veces", WRITTEN);
    let packed = [("Content-Type", "application/gzip"), ("Content-Encoding", "-"), ("Vary", "-")];
    check(&call(&site, &ask("/a.css.gz", "gzip")), 200, "con gzip", &packed);
    let drawing = [("Content-Type", "image/svg+xml"), ("Content-Encoding", "gzip"), ("Vary", "-")];
    for accept in ["gzip", "identity"] {
        check(&call(&site, &ask("/sol.svgz", accept)), 200, "un sol", &drawing);
    }
}

#[cfg(unix)]
#[test]
fn el_de_al_lado_tampoco_sale_de_la_carpeta() {
    let site = site("fuera");
    let public = site.join("sub");
    std::os::unix::fs::symlink("../a.css.gz", public.join("fuera.css.gz")).expect("se enlaza");
    write(&site, "sub/fuera.css", "dentro", WRITTEN);
    let files = StaticFiles::new(public).with_precompressed();
    let response = ask("/fuera.css", "gzip").call(&files);
    check(&response, 200, "dentro", &[("Content-Encoding", "-")]);
}

#[test]
fn lo_reciente_se_sirve_comprimido() {
    let site = site("reciente");
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("el reloj anda bien").as_secs();
    write(&site, "a.css", "nuevo", now);
    write(&site, "a.css.br", "nuevo con br", now);
    let headers = [("Content-Encoding", "br")];
    check(&call(&site, &ask("/a.css", "br")), 200, "nuevo con br", &headers);
}
