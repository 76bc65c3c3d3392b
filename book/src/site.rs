//! La aplicación que sirve las páginas: los archivos de la carpeta y, en cada página, el aviso de que hay otra.
//!
//! Los archivos los sirve [`StaticFiles`], comprimidos para quien lo acepta; este intermediario añade a cada página un
//! guion corto que pregunta una vez por segundo por la versión y recarga cuando cambia, y que le dice al laboratorio que
//! aquí hay quien lleve bytes. Ese guion no está en los archivos de `salida/`.

use crate::carrier::{self, Carrier};
use crate::compress::{gunzip, gzip};
use flate2::Compression;
use pasarela::headers::Headers;
use pasarela::static_files::StaticFiles;
use pasarela::{Application, Body, Environ, Result, StartResponse};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// La dirección de la versión. Empieza por punto, así que no puede ser la de ningún archivo.
const VERSION_PATH: &str = "/.version";

/// Lo que describe el archivo tal como está, y no la página con el guion.
const OF_THE_FILE: [&str; 4] = ["Content-Length", "ETag", "Last-Modified", "Accept-Ranges"];

/// Las páginas publicadas y su versión, que sube con cada reconstrucción.
#[derive(Debug, Clone)]
pub struct Site {
    files: StaticFiles,
    version: Arc<AtomicU64>,
    carrier: Carrier,
}

impl Site {
    /// El sitio de la carpeta `root`; `version` es la primera.
    #[must_use]
    pub fn new(root: &Path, version: u64) -> Self {
        let files = StaticFiles::new(root).with_precompressed().not_found_page("404.html");
        Self { files, version: Arc::new(AtomicU64::new(version)), carrier: Carrier::default() }
    }

    /// El mismo, con el programa de quien lee en otra dirección.
    #[must_use]
    pub fn with_program_at(self, program: SocketAddr) -> Self {
        Self { carrier: Carrier::to(program), ..self }
    }

    /// Anuncia a los navegadores que hay páginas nuevas.
    pub fn announce(&self) {
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    /// La página con el guion que la recarga.
    fn with_reload(&self, page: &str) -> String {
        let version = self.version.load(Ordering::Relaxed);
        let script = format!(
            "<script>document.documentElement.classList.add('con-programa'); setInterval(async () => {{ if (document.hidden) return; try {{ \
             const answer = await fetch('{VERSION_PATH}', {{ cache: 'no-store' }}); \
             if (answer.ok && await answer.text() !== '{version}') location.reload(); \
             }} catch {{}} }}, 1000);</script>"
        );
        match page.rsplit_once("</body>") {
            Some((before, after)) => format!("{before}{script}</body>{after}"),
            None => page.to_owned(),
        }
    }
}

impl Application for Site {
    /// # Errors
    /// El archivo se pudo encontrar y no leer, o el servidor rechaza los encabezados.
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        if environ.path_info() == carrier::PATH {
            return self.carrier.call(environ, start_response);
        }
        let is_read = matches!(environ.method(), "GET" | "HEAD");
        if is_read && environ.path_info() == VERSION_PATH {
            let headers = [("Content-Type", "text/plain"), ("Cache-Control", "no-store")];
            start_response("200 OK", &headers)?;
            return Ok(Body::from(self.version.load(Ordering::Relaxed).to_string()));
        }
        let mut page_start = None;
        let body = self.files.call(environ, &mut |status, headers| {
            let mut own = Headers::from(headers);
            if !is_page(status, &own) {
                return start_response(status, headers);
            }
            OF_THE_FILE.iter().for_each(|name| own.remove(name));
            page_start = Some((status.to_owned(), own));
            Ok(())
        })?;
        let Some((status, headers)) = page_start else { return Ok(body) };
        let page = read(body)?;
        start_response(&status, &headers.pairs())?;
        match headers.get("Content-Encoding") {
            // De `HEAD` no llega cuerpo.
            Some("gzip") if !page.is_empty() => {
                let page = self.with_reload(&String::from_utf8(gunzip(&page)?)?);
                Ok(Body::from(gzip(page.as_bytes(), Compression::fast())))
            }
            _ => Ok(Body::from(self.with_reload(&String::from_utf8(page)?))),
        }
    }
}

/// ¿Es una página entera? No lo es un tramo de ella, que llega con 206.
fn is_page(status: &str, headers: &Headers) -> bool {
    let is_html = headers.get("Content-Type").is_some_and(|kind| kind.starts_with("text/html"));
    is_html && matches!(status, "200 OK" | "404 Not Found")
}

/// Los bytes de una página.
fn read(body: Body) -> Result<Vec<u8>> {
    let mut page = Vec::new();
    for chunk in body {
        page.extend_from_slice(chunk?.as_bytes());
    }
    Ok(page)
}
