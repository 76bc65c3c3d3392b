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
fn search(book: &SmallBook, words: &[&str]) -> Vec<(String, Vec<String>)> {
    builder::build(&book.folders()).expect("el libro está bien");
    let site = Site::new(&book.folders().output(), 0);
    let server = pasarela::make_server("127.0.0.1", 0, site).expect("hay un puerto libre");
    let (address, handle) = (server.local_addrs()[0], server.handle());
    let thread = thread::spawn(move || server.serve_forever());
    let found = words
        .iter()
        .map(|word| results(&dump(&format!("http://{address}/uno.html?search={word}"))))
        .collect();
    handle.shutdown();
    thread.join().expect("el servidor no entra en pánico").expect("el servidor termina bien");
    found
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
    let after = |text: &str, mark: &str| {
        text.split_once(mark).map(|(_, rest)| rest.to_owned()).unwrap_or_default()
    };
    let until = |text: &str, mark: &str| text.split(mark).next().unwrap_or_default().to_owned();
    let header = until(&after(&after(page, "id=\"mdbook-searchresults-header\""), ">"), "</div>");
    let list = until(&after(page, "<ul id=\"mdbook-searchresults\">"), "</ul>");
    let links = list.split("<a href=\"").skip(1).map(|rest| {
        let link = until(rest, "\"");
        format!("{}#{}", until(&link, "?"), after(&link, "#"))
    });
    (header, links.collect())
}

#[test]
#[ignore = "necesita chromium"]
fn encuentra_una_palabra_sin_acentos_en_plural_o_en_mayusculas() {
    let book = SmallBook::with(&[
        (
            "uno.md",
            "# Uno\n\nUna petición llega.\n\n## Varias\n\nLas peticiones, muchas: ¡petición!\n",
        ),
        ("dos.md", "# Dos\n\nUn servidor responde.\n"),
    ]);
    let found =
        search(&book, &["petición", "peticion", "peticiones", "PETICIÓN", "servidores", "zapato"]);
    let two = vec!["uno.html#varias".to_owned(), "uno.html#uno".to_owned()];
    for (word, results) in ["petición", "peticion", "peticiones", "PETICIÓN"].iter().zip(&found) {
        assert_eq!(results, &(format!("2 resultados para «{word}»:"), two.clone()));
    }
    assert_eq!(
        found[4],
        ("1 resultado para «servidores»:".to_owned(), vec!["dos.html#dos".to_owned()])
    );
    assert_eq!(found[5], ("Ningún resultado para «zapato».".to_owned(), vec![]));
}
