//! No queda inglés en la interfaz, y una versión nueva de mdBook no lo trae de vuelta sin que se note.

mod comun;

use comun::SmallBook;
use libro::page::Page;
use libro::{builder, translation};
use mdbook::MDBook;
use pretty_assertions::assert_eq;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Un capítulo con todo lo que mdBook adorna con palabras suyas.
const CHAPTER: &str = "# Uno\n\n> [!NOTE]\n> a\n\n> [!TIP]\n> a\n\n> [!IMPORTANT]\n> a\n\n> [!WARNING]\n> a\n\n\
                       > [!CAUTION]\n> a\n\n![mapa](m.svg)\n\nUna nota[^1].\n\n[^1]: Aquí.\n\n```rust\n# a\nb\n```\n";

/// Palabras inglesas que no son también españolas.
const ENGLISH: &str = "the this to of and or for with in on is are not search searching results result press \
                       page pages chapter chapters previous next theme themes toggle print copy copied hide hidden show \
                       help keyboard shortcuts navigate navigation note tip important warning caution light dark coal \
                       navy ayu auto table contents book found document invalid sorry please continue running \
                       undo run output clipboard sidebar image zoom";

fn full_book() -> SmallBook {
    let book =
        SmallBook::with(&[("uno.md", CHAPTER), ("dos.md", "# Dos\n"), ("tres.md", "# Tres\n")]);
    book.write("book/capitulos/m.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    book
}

/// El mismo libro tal como lo deja mdBook.
fn plain_book() -> SmallBook {
    let book = full_book();
    MDBook::load(book.root()).expect("mdBook lo lee").build().expect("mdBook lo construye");
    book
}

#[test]
fn cada_frase_inglesa_de_las_tablas_sigue_en_mdbook() {
    let book = plain_book();
    let unused = translation::translate(&book.folders().output()).expect("se puede traducir");
    assert_eq!(
        unused,
        Vec::<&str>::new(),
        "mdBook cambió estas frases; corrige src/translation.rs"
    );
}

#[test]
fn no_queda_ninguna_palabra_inglesa_a_la_vista() {
    let book = full_book();
    builder::build(&book.folders()).expect("el libro está bien");
    for name in ["uno.html", "dos.html", "404.html", "print.html", "index.html"] {
        assert_eq!(english_words(&book.page(name)), BTreeSet::new(), "en {name}");
    }
}

#[test]
fn la_lista_de_palabras_reconoce_el_ingles_de_mdbook() {
    let book = full_book();
    let config = "[book]\nsrc = \"capitulos\"\n[build]\nbuild-dir = \"salida\"\n";
    book.write("book/book.toml", config);
    fs::remove_dir_all(book.root().join("theme")).expect("se borra");
    MDBook::load(book.root()).expect("mdBook lo lee").build().expect("mdBook lo construye");
    for name in ["uno.html", "404.html", "print.html"] {
        assert!(english_words(&book.page(name)).len() > 20, "en {name}");
    }
}

/// Las palabras inglesas que la página muestra o dice.
fn english_words(page: &str) -> BTreeSet<String> {
    let page = Page::parse(page);
    // El título del libro nombra el lenguaje Rust; no es el nombre del tema.
    let text = format!("{} {}", page.text, page.labels.join(" "))
        .replace("WSGI para Rust", "")
        .to_lowercase();
    let english: BTreeSet<&str> = ENGLISH.split_whitespace().collect();
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| english.contains(word));
    words.map(str::to_owned).collect()
}

#[test]
fn los_guiones_hablan_espanol() {
    for script in ["libro.js", "buscar.js"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("theme/guiones").join(script);
        let text = fs::read_to_string(path).expect("está en el tema");
        let said: Vec<&str> = text
            .split(['\'', '`'])
            .filter(|part| part.starts_with(char::is_uppercase) && part.contains(' '))
            .collect();
        assert!(!said.is_empty() || script == "libro.js", "{script}");
        assert_eq!(english_words(&said.join(" ")), BTreeSet::new(), "{script}");
    }
}

#[test]
fn un_capitulo_que_habla_de_la_interfaz_no_se_traduce() {
    let book =
        SmallBook::with(&[("uno.md", "# Uno\n\n`title=\"Change theme\"` y >Light</button>\n")]);
    builder::build(&book.folders()).expect("el libro está bien");
    assert!(book.page("uno.html").contains("Change theme"));
}

/// La plantilla de mdBook de la que parte la nuestra, tal como era al escribirla.
///
/// Cambian con cada versión de mdBook que toque su interfaz. Cuando esta prueba falle: mira el libro en el navegador,
/// claro y oscuro, en una ventana ancha y en una de 390 píxeles; corrige lo que haga falta en `theme/index.hbs`
/// y en `src/translation.rs`, y copia aquí la huella nueva.
#[test]
fn la_base_del_tema_es_la_de_esta_version_de_mdbook() {
    let book = SmallBook::with(&[("uno.md", "# Uno\n")]);
    MDBook::init(book.root().join("plantillas"))
        .copy_theme(true)
        .build()
        .expect("mdBook copia su tema");

    let template = book.root().join("plantillas/theme/index.hbs");
    let found = format!("index.hbs {}", fingerprint(&template));
    assert_eq!(found, include_str!("base_mdbook.txt").trim_end());
}

/// FNV-1a de 64 bits: no protege de nadie, pero nota cualquier cambio.
fn fingerprint(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("mdBook trae el archivo");
    let hash =
        text.bytes().filter(|byte| *byte != b'\r').fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
    format!("{hash:016x}")
}
