//! Cuánto viaja por la red en la primera visita a una página, con todo lo que carga.

mod comun;

use comun::SmallBook;
use libro::builder;
use libro::page::{Page, Reference};
use libro::site::Site;
use pretty_assertions::assert_eq;
use std::collections::BTreeSet;

/// Lo más que puede viajar, en bytes.
const LIMIT: usize = 150_000;

/// La cara del libro, y los bytes que cuesta en la red cada archivo.
struct Visit<'b> {
    site: &'b Site,
    book: &'b SmallBook,
}

impl Visit<'_> {
    fn page(&self, name: &str) -> usize {
        let page = Page::parse(&self.book.page(name));
        let mut files = BTreeSet::from([name.to_owned()]);
        for reference in page.references {
            if let Reference::Resource(source) | Reference::Image { source, .. } = reference {
                // Los de la página 404 están escritos desde la raíz.
                let source = source.trim_start_matches('/');
                files.extend(self.loaded_by(source));
                files.insert(source.to_owned());
            }
        }
        files.iter().map(|name| self.bytes(name)).sum()
    }

    /// Lo que pide una hoja de estilo: las letras.
    fn loaded_by(&self, name: &str) -> Vec<String> {
        if !name.ends_with(".css") {
            return Vec::new();
        }
        let text = self.book.page(name);
        let addresses = text.split("url(").skip(1).filter_map(|rest| rest.split(')').next());
        let inside = addresses.filter(|address| !address.contains("data:"));
        inside.map(|address| beside(name, address.trim_matches('"'))).collect()
    }

    #[track_caller]
    fn bytes(&self, name: &str) -> usize {
        let request = pasarela::testing::get(&format!("/{name}"));
        let response = request.header("Accept-Encoding", "gzip").call(self.site);
        assert_eq!(response.status(), "200 OK", "{name}");
        response.bytes().len()
    }
}

/// La dirección que `address` nombra desde la hoja `sheet`.
fn beside(sheet: &str, address: &str) -> String {
    let mut parts: Vec<&str> = sheet.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn la_primera_visita_a_cualquier_pagina_pesa_poco() {
    let book = SmallBook::whole();
    builder::build(&book.folders()).expect("el libro está bien");
    let site = Site::new(&book.folders().output(), 0);
    let visit = Visit { site: &site, book: &book };
    let output = book.folders().output();
    let names = libro::folders::files_under(&output).into_iter().filter_map(|path| {
        let name = path.strip_prefix(&output).ok()?.to_str()?.to_owned();
        // La de imprimir es el libro entero.
        (name.ends_with(".html") && name != "print.html").then_some(name)
    });
    let weights: Vec<(usize, String)> = names.map(|name| (visit.page(&name), name)).collect();
    weights.iter().for_each(|(weight, name)| println!("{weight:>7} {name}"));
    let heavy: Vec<_> = weights.iter().filter(|(weight, _)| *weight > LIMIT).collect();
    assert_eq!(heavy, Vec::<&(usize, String)>::new());
    assert!(weights.iter().any(|(_, name)| name.starts_with("cap01")), "{weights:?}");
}

#[test]
fn el_indice_del_buscador_no_se_carga_con_la_pagina_y_viaja_comprimido() {
    let book = SmallBook::whole();
    builder::build(&book.folders()).expect("el libro está bien");
    for reference in Page::parse(&book.page("cap01_texto.html")).references {
        let Reference::Resource(source) = reference else { continue };
        assert!(!source.contains("indice.json") && !source.contains("buscar.js"), "{source}");
    }
    let site = Site::new(&book.folders().output(), 0);
    let coded = Visit { site: &site, book: &book }.bytes("indice.json");
    assert!(coded < 125_000, "{coded}");
}
