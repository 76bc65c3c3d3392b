//! `cargo libro`: el libro en el navegador, reconstruido al guardar.
//!
//! Lo sirve [`pasarela::make_server`], el servidor que el propio libro explica. Un hilo vigila los archivos y
//! reconstruye; si un capítulo está roto lo dice y las páginas anteriores siguen en su sitio.

use crate::console::{complain, say};
use crate::error::BookError;
use crate::site::Site;
use crate::watch::{Snapshot, wait_for_change};
use crate::{Folders, builder};
use pasarela::{Server, ServerErrorKind, make_server};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// El puerto del libro; el 8000 es de los ejemplos.
const FIRST_PORT: u16 = 3000;

/// Hasta qué puerto se busca uno libre.
const LAST_PORT: u16 = 3019;

/// Construye el libro y lo sirve hasta que se detiene con Ctrl-C. En `port`, si se dice, y en ningún otro; si no, en
/// el primero libre.
///
/// # Errors
/// El libro no se puede construir la primera vez, o no hay dónde servirlo.
pub fn serve(folders: &Folders, port: Option<u16>) -> Result<(), BookError> {
    let site = Site::new(&folders.output(), start_time());
    // Antes de construir: si el puerto está ocupado, se sabe enseguida.
    let (server, port) = match port {
        Some(asked) => listen_on(&site, asked)?,
        None => listen(&site, FIRST_PORT..=LAST_PORT)?,
    };
    say("Se construye el libro…");
    let included = builder::build(folders)?;
    say(&format!("El libro está en http://localhost:{port}/"));
    say("Se reconstruye al guardar un capítulo o un ejemplo. Ctrl-C lo detiene.");

    let folders = folders.clone();
    thread::spawn(move || rebuild_forever(&folders, &site, included));
    server.serve_forever().map_err(BookError::Server)
}

/// Un servidor en ese puerto, y cuál es: si se pide el 0, lo elige el sistema.
fn listen_on(site: &Site, port: u16) -> Result<(Server, u16), BookError> {
    let server = make_server("localhost", port, site.clone()).map_err(BookError::Server)?;
    let port = server.local_addrs().first().map_or(port, SocketAddr::port);
    Ok((server, port))
}

/// Un servidor en el primer puerto libre de esos, y cuál es.
fn listen(site: &Site, ports: RangeInclusive<u16>) -> Result<(Server, u16), BookError> {
    for port in ports.clone() {
        match make_server("localhost", port, site.clone()) {
            Ok(server) => {
                if port != *ports.start() {
                    say(&format!("El puerto {} está ocupado: se usa el {port}.", ports.start()));
                }
                return Ok((server, port));
            }
            Err(error) if error.kind() == ServerErrorKind::AddressInUse => {}
            Err(error) => return Err(BookError::Server(error)),
        }
    }
    Err(BookError::NoFreePort { first: *ports.start(), last: *ports.end() })
}

/// Reconstruye con cada cambio. `included` son los archivos que los capítulos incluyen, estén donde estén.
fn rebuild_forever(folders: &Folders, site: &Site, mut included: Vec<PathBuf>) {
    let watched = |included: &[PathBuf]| [folders.watched(), included.to_vec()].concat();
    let mut before = Snapshot::take(&watched(&included));
    loop {
        let changed = wait_for_change(&before, &watched(&included));
        // Se mira antes de construir: lo que se guarde durante la construcción cuenta como otro cambio.
        let at_start = Snapshot::take(&watched(&included));
        match rebuild(folders, site, &changed) {
            Ok(files) => included = files,
            Err(error) => {
                complain(&error);
                say("El navegador sigue mostrando la última construcción buena.");
            }
        }
        before = Snapshot::take(&watched(&included)).as_of(&at_start);
    }
}

fn rebuild(folders: &Folders, site: &Site, changed: &Path) -> Result<Vec<PathBuf>, BookError> {
    let start = Instant::now();
    let included = builder::build(folders)?;
    site.announce();
    let seconds = format!("{:.1}", start.elapsed().as_secs_f32()).replace('.', ",");
    say(&format!("Reconstruido en {seconds} s: cambió {}", folders.name_of(changed)));
    Ok(included)
}

/// Una primera versión distinta en cada arranque: así se recarga también la página abierta desde el anterior.
fn start_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::net::TcpListener;

    #[test]
    fn si_un_puerto_esta_ocupado_se_usa_el_siguiente() {
        let site = Site::new(Path::new("salida"), 0);
        let taken = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
        let first = taken.local_addr().expect("tiene dirección").port();
        let Err(error) = listen(&site, first..=first) else { panic!("el puerto estaba ocupado") };
        assert_eq!(
            error.to_string(),
            format!(
                "los puertos del {first} al {first} de localhost están ocupados; \
                 cierra alguno de los programas que los usan"
            )
        );
        // Alguno de los siguientes estará libre.
        let (server, port) = listen(&site, first..=first.saturating_add(50)).expect("hay otro");
        assert!(port > first);
        assert!(server.local_addrs().iter().all(|address| address.port() == port));
    }
}
