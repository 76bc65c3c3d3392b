//! La construcción publica páginas enteras, o no toca las que había.

mod comun;

use comun::SmallBook;
use libro::builder;
use libro::folders::files_under;
use pretty_assertions::assert_eq;
use std::path::PathBuf;

#[test]
fn un_capitulo_roto_no_toca_lo_publicado() {
    let book = SmallBook::with(&[("uno.md", "# Uno\n\nEl texto bueno.\n")]);
    builder::build(&book.folders()).expect("el libro está bien");

    book.write("book/capitulos/uno.md", "# Uno\n\nEl texto nuevo.\n\n{{#include nada.rs}}\n");
    assert_eq!(
        book.build_problems(),
        "capitulos/uno.md:5: el archivo incluido «nada.rs» no existe o no es texto; \
         corrige la ruta o crea el archivo\n"
    );
    assert!(book.page("uno.html").contains("El texto bueno."));
}

#[test]
fn una_pagina_que_ya_no_esta_se_borra() {
    let book = SmallBook::with(&[("uno.md", "# Uno\n"), ("dos.md", "# Dos\n")]);
    builder::build(&book.folders()).expect("el libro está bien");
    assert!(book.folders().output().join("dos.html").exists());

    std::fs::remove_file(book.root().join("capitulos/dos.md")).expect("el capítulo está");
    book.write("book/capitulos/SUMMARY.md", "- [Uno](uno.md)\n");
    builder::build(&book.folders()).expect("el libro está bien");
    assert!(!book.folders().output().join("dos.html").exists());
    assert!(!book.folders().staging().exists());
}

#[test]
fn dos_construcciones_iguales_dan_los_mismos_bytes() {
    let book = SmallBook::with(&[("uno.md", "# Uno\n"), ("dos.md", "# Dos\n")]);
    let built = || {
        builder::build(&book.folders()).expect("el libro está bien");
        let files = files_under(&book.folders().output());
        let read = |path: PathBuf| (std::fs::read(&path).expect("se lee"), path);
        files.into_iter().map(read).collect::<Vec<_>>()
    };
    let first = built();
    assert!(first.iter().any(|(_, path)| path.ends_with("uno.html.gz")));
    assert!(first == built(), "algún archivo salió distinto");
}

#[test]
fn un_programa_incluido_muestra_su_nombre_y_se_vigila() {
    let book =
        SmallBook::with(&[("uno.md", "# Uno\n\n```rust\n{{#include ../../examples/a.rs}}\n```\n")]);
    book.write("examples/a.rs", "fn main() {}\n");
    let included = builder::build(&book.folders()).expect("el libro está bien");
    assert_eq!(included, [book.root().join("capitulos/../../examples/a.rs")]);
    assert!(book.page("uno.html").contains("<span>examples/a.rs</span>"));
}

#[test]
fn sin_indice_o_sin_configuracion_el_error_dice_que_archivo_falta() {
    let book = SmallBook::new();
    let error = builder::build(&book.folders()).expect_err("no hay índice");
    let summary = book.root().join("capitulos/SUMMARY.md");
    assert_eq!(
        error.to_string(),
        format!("no se pudo leer {}: no existe; comprueba la ruta", summary.display())
    );

    let book = SmallBook::with(&[("uno.md", "# Uno\n")]);
    std::fs::remove_file(book.root().join("book.toml")).expect("la configuración está");
    let error = builder::build(&book.folders()).expect_err("no hay configuración");
    let config = book.root().join("book.toml");
    assert_eq!(
        error.to_string(),
        format!("no se pudo leer {}: no existe; comprueba la ruta", config.display())
    );
}
