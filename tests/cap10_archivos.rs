//! Archivos: enteros, por tramos, solo si cambiaron, y nunca de fuera de su carpeta.

mod comun;

use std::fs::{self, File};
use std::path::PathBuf;

use comun::{Answer, Folder, Program, Served};
use pasarela::static_files::StaticFiles;
use pasarela::validate::validator;
use pasarela::{Application, Body, Environ, Result, StartResponse, testing};
use pretty_assertions::assert_eq;

const FOLDER: &str = "examples/cap10_archivos";
const POEM: &str = "La lluvia llega a la ventana
y dibuja un mapa en el vidrio:
cada gota elige su camino
y todas llegan al mar.
";
const TEXT: (&str, &str) = ("Content-Type", "text/plain; charset=utf-8");

/// La respuesta con un archivo del ejemplo.
fn whole(content_type: &str, body: &str, etag: &str) -> Answer {
    let length = body.len().to_string();
    let own = [("Content-Type", content_type), ("Content-Length", &length)];
    Answer::expected(200, &[&own[..], &version(etag)].concat(), body)
}

/// Los encabezados que dicen qué versión es, y que se pregunte por ella.
fn version(etag: &str) -> [(&str, &str); 4] {
    let date = "Sun, 07 Dec 2003 08:40:00 GMT";
    let cache = ("Cache-Control", "no-cache");
    [("Accept-Ranges", "bytes"), ("Last-Modified", date), ("ETag", etag), cache]
}

/// La etiqueta de un archivo: en Unix cuenta cuándo cambió, que no se puede elegir.
#[track_caller]
fn etag_of(program: &Program, path: &str) -> String {
    program.get(path).header("etag").expect("lleva etiqueta").to_owned()
}

#[test]
fn cada_archivo_va_con_su_tipo() {
    let program = Program::start("cap10_archivos");
    for (path, name, content_type) in [
        ("/", "index.html", "text/html; charset=utf-8"),
        ("/estilo.css", "estilo.css", "text/css; charset=utf-8"),
        ("/sol.svg", "sol.svg", "image/svg+xml"),
        ("/poema.txt", "poema.txt", TEXT.1),
        ("/a%C3%B1o%20nuevo.txt", "año nuevo.txt", TEXT.1),
    ] {
        let content = fs::read_to_string(format!("{FOLDER}/{name}")).expect("el archivo se lee");
        let answer = program.get(path);
        let etag = answer.header("etag").expect("lleva etiqueta").to_owned();
        // Cuándo se modificó, y su longitud.
        let (start, end) = ("\"edc328eba51c000-", format!("-{:x}\"", content.len()));
        assert!(etag.starts_with(start) && etag.ends_with(&end), "{etag}");
        assert_eq!(answer, whole(content_type, &content, &etag), "{path}");
    }
}

#[test]
fn los_enlaces_de_la_pagina_llevan_a_algun_sitio() {
    let program = Program::start("cap10_archivos");
    let page = program.get("/").body;
    let addresses: Vec<&str> = ["href=\"", "src=\""]
        .iter()
        .flat_map(|attribute| page.split(attribute).skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert_eq!(addresses.len(), 6);
    for address in addresses {
        assert_eq!(program.get(&format!("/{address}")).status, 200, "{address}");
    }
}

#[test]
fn la_descarga_es_el_archivo_con_otro_nombre() {
    let program = Program::start("cap10_archivos");
    let headers = [TEXT, ("Content-Disposition", "attachment; filename=lluvia.txt")];
    let headers = [&headers[..], &[("Content-Length", "109")]].concat();
    let expected = Answer::expected(200, &headers, POEM);
    assert_eq!(program.get("/descarga"), expected);
    // Pedir un tramo es pedirlo, no exigirlo.
    assert_eq!(program.send("GET", "/descarga", &[("Range", "bytes=0-27")], ""), expected);
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    Program::start("cap10_archivos").replays(&[
        "cap10_cabeza",
        "cap10_descarga",
        "cap10_tramo",
        "cap10_fuera_de_rango",
        "cap10_salirse",
        "cap10_bytes",
    ]);
}

#[test]
fn lo_que_no_cambio_no_se_manda_otra_vez() {
    let program = Program::start("cap10_archivos");
    let ask = |name, value| program.send("GET", "/poema.txt", &[(name, value)], "");
    let etag = &*etag_of(&program, "/poema.txt");
    let same = Answer::expected(304, &[("ETag", etag), ("Cache-Control", "no-cache")], "");
    assert_eq!(ask("If-None-Match", etag), same);
    assert_eq!(ask("If-Modified-Since", "Sun, 07 Dec 2003 08:40:00 GMT"), same);

    let changed = whole(TEXT.1, POEM, etag);
    assert_eq!(ask("If-None-Match", "\"otra\""), changed);
    assert_eq!(ask("If-Modified-Since", "Sun, 07 Dec 2003 08:39:59 GMT"), changed);
}

#[test]
fn un_tramo_puede_ser_el_final() {
    let program = Program::start("cap10_archivos");
    let etag = etag_of(&program, "/poema.txt");
    let own = [TEXT, ("Content-Range", "bytes 86-108/109"), ("Content-Length", "23")];
    let expected =
        Answer::expected(206, &[&own[..], &version(&etag)].concat(), "y todas llegan al mar.\n");
    assert_eq!(program.send("GET", "/poema.txt", &[("Range", "bytes=-23")], ""), expected);
}

#[test]
fn un_archivo_no_recibe_nada() {
    let answer = Program::start("cap10_archivos").send("POST", "/poema.txt", &[], "más");
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD")));
}

#[test]
fn nada_de_fuera_se_sirve() {
    let program = Program::start("cap10_archivos");
    let missing = ask(&program, "/nada");
    assert!(missing.starts_with("HTTP/1.1 404 Not Found\r\n"), "{missing}");
    for path in [
        "/../cap10_archivos.rs",
        "/%2e%2e/cap10_archivos.rs",
        "/..%2fcap10_archivos.rs",
        "/..%5ccap10_archivos.rs",
        "/%252e%252e/cap10_archivos.rs",
        "/../../Cargo.toml",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/C:/Windows/win.ini",
        "/poema.txt%00",
        "/poema.txt/",
        "/.borrador.txt",
        "/./poema.txt",
        "/..",
    ] {
        assert_eq!(ask(&program, path), missing, "{path}");
    }
}

/// La respuesta a una ruta escrita tal cual, sin que el cliente la arregle.
fn ask(program: &Program, path: &str) -> String {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: localhost:8000\r\nConnection: close\r\n\r\n");
    program.exchange(&request)
}

/// Lo que no hay que hacer: pegar la ruta a la carpeta.
fn naive(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let file = File::open(format!("{FOLDER}{}", environ.path_info()))?;
    start_response("200 OK", &[TEXT])?;
    Ok(Body::file(file))
}

#[test]
fn pegar_la_ruta_a_la_carpeta_entrega_el_programa() {
    let request = "GET /../cap10_archivos.rs HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = Served::start(naive).exchange(request);
    let program = fs::read_to_string("examples/cap10_archivos.rs").expect("está");
    assert!(answer.ends_with(&format!("\r\n\r\n{program}")), "{answer}");
}

/// La carpeta que se publica, dentro de otra.
fn published(folder: &Folder) -> PathBuf {
    let public = folder.join("publico");
    fs::create_dir(&public).expect("se crea");
    public
}

#[test]
#[cfg(unix)]
fn un_enlace_no_lleva_fuera() {
    let folder = Folder::new("cap10_enlace");
    let public = published(&folder);
    fs::write(folder.join("secreto.txt"), "secreto").expect("se escribe");
    fs::write(public.join("adentro.txt"), "adentro").expect("se escribe");
    std::os::unix::fs::symlink("../secreto.txt", public.join("fuera")).expect("se enlaza");
    std::os::unix::fs::symlink("adentro.txt", public.join("cerca")).expect("se enlaza");

    let files = validator(StaticFiles::new(&public));
    assert_eq!(testing::get("/fuera").call(&files).code(), 404);
    assert_eq!(testing::get("/cerca").call(&files).text(), "adentro");
}

/// La etiqueta que tiene un archivo cuando deja de ser reciente.
#[track_caller]
fn settled_etag(files: &impl Application, path: &str) -> String {
    loop {
        let response = testing::get(path).call(files);
        let etag = response.header("ETag").expect("lleva etiqueta");
        if !etag.starts_with("W/") {
            return etag.to_owned();
        }
    }
}

#[test]
fn la_etiqueta_cambia_con_el_archivo() {
    let folder = Folder::new("cap10_etiqueta");
    let public = published(&folder);
    let files = validator(StaticFiles::new(&public));
    let write = |text: &str| fs::write(public.join("nota.txt"), text).expect("se escribe");

    write("hola");
    let etag = settled_etag(&files, "/nota.txt");
    let again = testing::get("/nota.txt").header("If-None-Match", &etag);
    assert_eq!(again.call(&files).status(), "304 Not Modified");

    write("hola otra vez");
    let answer = again.call(&files);
    assert_eq!((answer.status(), answer.text().as_str()), ("200 OK", "hola otra vez"));
    assert_ne!(answer.header("ETag"), Some(etag.as_str()));
}

#[cfg(unix)]
fn misplaced(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let file = File::open("otra/carpeta/poema.txt")?;
    start_response("200 OK", &[TEXT])?;
    Ok(Body::file(file))
}

#[test]
#[cfg(unix)]
fn un_archivo_que_no_esta_se_explica() {
    let response = testing::get("/descarga").call(&misplaced);
    assert_eq!((response.code(), response.errors()), (500, comun::transcript("cap10_no_esta")));
}
