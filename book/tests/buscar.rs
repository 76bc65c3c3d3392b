//! El buscador en un navegador de verdad: `cargo test --manifest-path book/Cargo.toml -- --ignored`.
//!
//! Hace falta un Chromium llamado `chromium`; no se conecta a nada más que al servidor de la prueba.

mod comun;

use comun::SmallBook;
use libro::builder;
use libro::site::Site;
use pretty_assertions::assert_eq;
use std::process::Command;
use std::thread;
use tempfile::TempDir;

/// Lo que el navegador muestra tras buscar cada palabra: el título de los resultados y los enlaces, sin la palabra.
fn search(book: &SmallBook, page: &str, words: &[&str]) -> Vec<(String, Vec<String>)> {
    let paths: Vec<String> = words.iter().map(|word| format!("{page}?buscar={word}")).collect();
    seen(book, &paths).iter().map(|page| results(page)).collect()
}

/// Cada página, tal como queda cuando sus guiones terminan.
fn seen(book: &SmallBook, paths: &[String]) -> Vec<String> {
    builder::build(&book.folders()).expect("el libro está bien");
    let site = Site::new(&book.folders().output(), 0);
    let server = pasarela::make_server("127.0.0.1", 0, site).expect("hay un puerto libre");
    let (address, handle) = (server.local_addrs()[0], server.handle());
    let thread = thread::spawn(move || server.serve_forever());
    let pages = paths.iter().map(|path| dump(&format!("http://{address}/{path}"))).collect();
    handle.shutdown();
    thread.join().expect("el servidor no entra en pánico").expect("el servidor termina bien");
    pages
}

/// La página tal como queda cuando sus guiones terminan.
fn dump(address: &str) -> String {
    let profile = TempDir::new().expect("hay carpeta temporal");
    let output = Command::new("chromium")
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-sync",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--virtual-time-budget=5000",
            "--timeout=20000",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .args(["--dump-dom", address])
        .output()
        .expect("chromium está instalado");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn results(page: &str) -> (String, Vec<String>) {
    let (_, dialog) = page.split_once("<dialog").expect("el buscador se abre");
    let after = |mark: &str, end: &str| {
        let (_, rest) = dialog.split_once(mark).expect("está en el buscador");
        rest.split(end).next().unwrap_or_default().to_owned()
    };
    let list = after("<ul>", "</ul>");
    let links = list.split("<a href=\"").skip(1).map(|rest| {
        let link = rest.split('"').next().unwrap_or_default();
        link.rsplit('/').next().unwrap_or_default().to_owned()
    });
    (after("<p role=\"status\">", "</p>"), links.collect())
}

#[test]
#[ignore = "necesita chromium"]
fn encuentra_una_palabra_sin_acentos_en_plural_o_en_mayusculas() {
    let book = SmallBook::with(&[
        (
            "uno.md",
            "# Uno\n\nUna petición llega.\n\n## Varias\n\nLas peticiones, muchas: ¡petición!\n",
        ),
        ("dos.md", "# Dos\n\nUn servidor responde cada año.\n\n## El ano\n\nOtra letra.\n"),
        ("tres.md", "# Un formulario\n\nTambién de archivos.\n"),
    ]);
    let asked = [
        "petición",
        "peticion",
        "peticiones",
        "PETICIÓN",
        "servidores",
        "zapato",
        "año",
        "ñ",
        "cómo subir archivos",
    ];
    let found = search(&book, "uno.html", &asked);
    let two = vec!["uno.html#varias".to_owned(), "uno.html#uno".to_owned()];
    for (word, results) in asked[..4].iter().zip(&found) {
        assert_eq!(results, &(format!("2 resultados para «{word}»"), two.clone()));
    }
    let one =
        |word: &str, link: &str| (format!("1 resultado para «{word}»"), vec![link.to_owned()]);
    assert_eq!(found[4], one("servidores", "dos.html#dos"));
    assert_eq!(found[5], ("Ningún resultado para «zapato»".to_owned(), vec![]));
    assert_eq!(found[6], one("año", "dos.html#dos"));
    assert_eq!(found[7], ("Ningún resultado para «ñ»".to_owned(), vec![]));
    assert_eq!(found[8], one("cómo subir archivos", "tres.html#un-formulario"));
}

#[test]
#[ignore = "necesita chromium"]
fn en_el_libro_de_verdad_lo_primero_es_lo_que_se_busca() {
    let asked = [
        "cómo subir archivos",
        "año",
        "ñ",
        "petición",
        "encabezados",
        "environ",
        "start_response",
        "formulario",
        "404",
        "validador",
        "hilos",
    ];
    let found = search(&SmallBook::whole(), "cap01_texto.html", &asked);
    for (word, (said, links)) in asked.iter().zip(&found) {
        println!("{word}: {said} {links:#?}");
    }
    let first = |at: usize| found[at].1.first().map_or("", |link| link.as_str());
    assert!(first(0).starts_with("cap06_"), "«{}»: {}", asked[0], first(0));
    // La de «año» no es la de «ano», y una letra sola no es el principio de todas.
    assert!((1..=5).contains(&found[1].1.len()), "{found:?}");
    assert!(found[2].1.len() <= 8, "{found:?}");
    let general = ["el-c%C3%B3digo", "ejercicio", "predice", "errores-t%C3%ADpicos", "glosario"];
    for (at, word) in asked.iter().enumerate().skip(3) {
        let section = first(at).split_once('#').map_or("", |(_, section)| section);
        assert!(!section.is_empty() && !general.contains(&section), "«{word}»: {}", first(at));
    }
}

#[test]
#[ignore = "necesita chromium"]
fn la_pagina_404_propone_las_que_se_parecen_a_la_pedida() {
    let book = SmallBook::with(&[
        ("introduccion.md", "# Introducción\n"),
        ("cap06_formularios.md", "# ¿Cómo?\n"),
        ("cap07_trozos.md", "# ¿Cuándo?\n"),
    ]);
    let paths = ["a/b/capitulo6.html", "formulario", "Introducci%C3%B3n", "zzz"];
    let paths = paths.map(str::to_owned);
    let proposed: Vec<(Vec<String>, String)> =
        seen(&book, &paths).iter().map(|page| near(page)).collect();
    let near = |pages: &[&str], asked: &str| {
        (pages.iter().map(|page| format!("/{page}.html")).collect(), asked.to_owned())
    };
    assert_eq!(
        proposed,
        [
            near(&["cap06_formularios"], "/a/b/capitulo6.html"),
            near(&["cap06_formularios"], "/formulario"),
            near(&["introduccion"], "/Introducción"),
            near(&[], "/zzz"),
        ]
    );
}

/// Las páginas que propone una 404, y la que dice que se pidió.
fn near(page: &str) -> (Vec<String>, String) {
    let (_, inside) = page.split_once("<div class=\"parecidas").expect("es la 404");
    let (inside, _) = inside.split_once("</div>").expect("se cierra");
    let asked = inside.split("<code>").nth(1).and_then(|rest| rest.split("</code>").next());
    let (_, list) = inside.split_once("<ul>").expect("tiene lista");
    let links = list.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    (links.map(str::to_owned).collect(), asked.unwrap_or_default().to_owned())
}
