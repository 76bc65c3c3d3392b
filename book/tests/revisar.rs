//! `cargo libro revisar` señala cada problema, con su archivo y su línea, y deja pasar un libro bueno.

mod comun;

use comun::SmallBook;
use libro::builder;
use pretty_assertions::assert_eq;

#[track_caller]
fn check(chapter: &str, problems: &str) {
    assert_eq!(SmallBook::with(&[("uno.md", chapter)]).problems(), problems);
}

#[test]
fn un_libro_bueno_pasa() {
    let book = SmallBook::with(&[
        (
            "uno.md",
            "# Uno\n\n[dos](dos.md#título-de-dos), [aquí](#uno), [fuera](https://a.org/?b#c) y\n![mapa](img/m.svg)\n",
        ),
        (
            "dos.md",
            "# Dos\n\n## Título de dos\n\n```rust\n{{#include ../../examples/a.rs:app}}\n```\n\n\\{{#include nada}}\n",
        ),
    ]);
    book.write("examples/a.rs", "// ANCHOR: app\nfn main() {}\n// ANCHOR_END: app\n");
    book.write("book/capitulos/img/m.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    // Las dos páginas, la portada, la de imprimir y la 404.
    assert_eq!(builder::review(&book.folders()).expect("el libro está bien"), 5);
}

#[test]
fn una_inclusion_rota_se_senala_una_sola_vez() {
    check(
        "# Uno\n\n{{#include ../nada.rs}}\n",
        "capitulos/uno.md:3: el archivo incluido «../nada.rs» no existe o no es texto; \
         corrige la ruta o crea el archivo\n",
    );
}

#[test]
fn un_ancla_desconocida_se_rechaza() {
    let book = SmallBook::with(&[("uno.md", "# Uno\n\n```rust\n{{#include ../a.rs:app}}\n```\n")]);
    book.write("book/a.rs", "fn main() {}\n");
    let message = "capitulos/uno.md:4: «../a.rs» no define «app» ni tiene esa ancla; corrige el nombre o escribe «ANCHOR: app» en un comentario suyo\n";
    assert_eq!(book.problems(), message);
    assert_eq!(book.build_problems(), message);
}

#[test]
fn un_ancla_sin_cerrar_o_vacia_se_rechaza() {
    let book = SmallBook::with(&[(
        "uno.md",
        "{{#include ../a.rs:abierta}}\n{{#rustdoc_include ../a.rs:hueca}}\n",
    )]);
    book.write(
        "book/a.rs",
        "// ANCHOR: hueca\n\n// ANCHOR_END: hueca\n// ANCHOR: abierta\nfn main() {}\n",
    );
    assert_eq!(
        book.problems(),
        "capitulos/uno.md:1: el ancla «abierta» de «../a.rs» no se cierra; \
         escribe «ANCHOR_END: abierta» donde termina\n\
         capitulos/uno.md:2: el ancla «hueca» de «../a.rs» está vacía; pon entre sus marcas lo que quieres mostrar\n"
    );
}

#[test]
fn unas_lineas_que_no_hay_se_rechazan() {
    let book = SmallBook::with(&[("uno.md", "{{#include ../a.rs:2:5}}\n")]);
    book.write("book/a.rs", "uno\ndos\n");
    assert_eq!(
        book.problems(),
        "capitulos/uno.md:1: se piden las líneas «2:5» de «../a.rs», que tiene 2; corrige los números\n"
    );
}

#[test]
fn una_directiva_mal_escrita_se_rechaza() {
    check(
        "# Uno\n\n{{#inclued ../a.rs}}\n",
        "capitulos/uno.md:3: la directiva «{{#inclued ../a.rs}}» no se entiende; \
         existen include, rustdoc_include, playground, title, reglas, laboratorio, grafica, ficha, preguntas, inventario y avance\n",
    );
}

#[test]
fn una_inclusion_circular_se_corta() {
    let book = SmallBook::with(&[("uno.md", "{{#include ../a.txt}}\n")]);
    book.write("book/a.txt", "{{#include a.txt}}\n");
    assert_eq!(
        book.problems(),
        "a.txt:1: la inclusión de «a.txt» no termina nunca; quita la que vuelve a un archivo anterior\n"
    );
}

#[test]
fn los_enlaces_muertos_se_senalan_con_su_linea() {
    check(
        "# Uno\n\n[a](nada.md)\n[b](#nada)\n[c](https://)\n![d](img/nada.svg)\n",
        "capitulos/uno.md:3: el enlace «nada.md» lleva a una página que no existe; corrige la ruta\n\
         capitulos/uno.md:4: el enlace «#nada» busca la sección «#nada», que esa página no tiene; \
         copia el nombre del encabezado\n\
         capitulos/uno.md:5: la dirección «https://» está mal escrita; debe ser https://…, http://… o mailto:…\n\
         capitulos/uno.md:6: el archivo «img/nada.svg» no existe; corrige la ruta o agrega el archivo\n",
    );
}

#[test]
fn una_imagen_o_un_diagrama_sin_descripcion_se_rechazan() {
    let book = SmallBook::with(&[(
        "uno.md",
        "# Uno\n\n![](img/m.svg)\n\n<figure role=\"img\">x</figure>\n",
    )]);
    book.write("book/capitulos/img/m.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    assert_eq!(
        book.problems(),
        "capitulos/uno.md:3: la imagen «img/m.svg» no tiene texto alternativo; \
         descríbela entre los corchetes: ![texto](…)\n\
         capitulos/uno.md:5: un elemento con role=\"img\" no tiene descripción; agrégale aria-label=\"…\"\n"
    );
}

#[test]
fn una_figura_de_bytes_que_nombra_lo_que_no_viajo_se_rechaza() {
    check(
        "# Uno\n\n<div class=\"intercambio\">\n\n```text\n> GET / HTTP/1.1\n>\n```\n\n- `GET` Pide.\n- `Host` A quién.\n\n</div>\n",
        "capitulos/uno.md:3: la figura nombra «Host», y detrás de lo anterior ninguna línea suya empieza así; \
         copia el principio de una\n",
    );
}

#[test]
fn los_capitulos_sueltos_y_los_que_faltan_se_senalan_juntos() {
    let book = SmallBook::with(&[("uno.md", "# Uno\n")]);
    book.write("book/capitulos/SUMMARY.md", "# Índice\n\n- [Uno](uno.md)\n- [Dos](dos.md)\n");
    book.write("book/capitulos/suelto.md", "# Suelto\n");
    assert_eq!(
        book.problems(),
        "capitulos/SUMMARY.md:4: el capítulo «dos.md» no existe; escríbelo o quita su línea\n\
         capitulos/suelto.md: el capítulo no está en SUMMARY.md; agrégalo o borra el archivo\n"
    );
}

#[test]
fn todos_los_problemas_salen_de_una_vez() {
    check(
        "# Uno\n\n{{#include nada.rs}}\n\n[a](nada.md)\n",
        "capitulos/uno.md:3: el archivo incluido «nada.rs» no existe o no es texto; \
         corrige la ruta o crea el archivo\n\
         capitulos/uno.md:5: el enlace «nada.md» lleva a una página que no existe; corrige la ruta\n",
    );
}
