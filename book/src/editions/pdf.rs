//! El libro en PDF. Se compone dos veces: la primera, para saber en qué hoja empieza cada capítulo; la segunda, con el
//! índice ya escrito.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::thread;

use pasarela::make_server;
use pasarela::static_files::StaticFiles;

use super::browser;
use super::paper::Paper;
use super::sheets;
use crate::error::BookError;
use crate::folders::Folders;

/// La página que se imprime, mientras se imprime. Está con las demás para que encuentre sus estilos y sus letras.
const PAGE: &str = ".papel.html";

/// Lo que el navegador guarda de una visita, que no le sirve a nadie.
const PROFILE: &str = ".navegador";

/// Escribe en `to` el PDF que compone `program`.
///
/// # Errors
/// El navegador no lo compone, o no se puede escribir.
pub(super) fn write(
    program: &Path,
    folders: &Folders,
    paper: &Paper,
    to: &Path,
) -> Result<(), BookError> {
    let profile = folders.editions().join(PROFILE);
    let page = folders.output().join(PAGE);
    let done = served(folders, |address| {
        let print = |sheets: &BTreeMap<String, usize>| {
            let failed = |source| BookError::Write { path: page.clone(), source };
            fs::write(&page, paper.page(sheets)).map_err(failed)?;
            browser::print(program, &format!("{address}{PAGE}"), to, &profile)?;
            let pdf = fs::read(to).map_err(|source| BookError::Read { path: to.into(), source })?;
            Ok(sheets::of(&pdf))
        };
        let first = print(&BTreeMap::new())?;
        print(&first).map(|_| ())
    });
    // Lo de paso no le hace falta a nadie.
    let _ = fs::remove_file(&page);
    let _ = fs::remove_dir_all(&profile);
    done
}

/// Sirve las páginas mientras hace `work` con su dirección: abiertas como archivos, las letras no se cargan.
fn served(
    folders: &Folders,
    work: impl FnOnce(&str) -> Result<(), BookError>,
) -> Result<(), BookError> {
    let site = StaticFiles::new(folders.output()).with_hidden();
    let server = make_server("127.0.0.1", 0, site).map_err(BookError::Server)?;
    let (port, handle) = (server.local_addrs()[0].port(), server.handle());
    thread::scope(|scope| {
        scope.spawn(|| server.serve_forever());
        let done = work(&format!("http://127.0.0.1:{port}/"));
        handle.shutdown();
        done
    })
}
