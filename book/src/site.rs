//! La aplicación que sirve las páginas: archivos de una carpeta, y nada de fuera de ella.
//!
//! Es una aplicación de `pasarela` como las de los capítulos. Contesta `GET` y `HEAD`; lo que no encuentra lo contesta
//! con la página 404 del libro. A cada página le añade un guion corto que pregunta una vez por segundo por la versión
//! y recarga cuando cambia; ese guion no está en los archivos de `salida/`.

use pasarela::{Body, Environ, Result, StartResponse};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// La dirección de la versión. Empieza por punto, así que no puede ser la de ningún archivo.
const VERSION_PATH: &str = "/.version";

/// Lo que no hace falta cifrar en la ruta de una redirección.
const PATH: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Las páginas publicadas y su versión, que sube con cada reconstrucción.
#[derive(Debug, Clone)]
pub struct Site {
    root: PathBuf,
    version: Arc<AtomicU64>,
}

/// Lo que hay en una ruta.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Un archivo, que está dentro de la carpeta.
    File(PathBuf),
    /// Una carpeta pedida sin su barra final: la dirección buena.
    Folder(String),
    /// Nada que se pueda enseñar.
    Nothing,
}

impl Site {
    /// El sitio de la carpeta `root`; `version` es la primera.
    #[must_use]
    pub fn new(root: &Path, version: u64) -> Self {
        Self { root: root.to_owned(), version: Arc::new(AtomicU64::new(version)) }
    }

    /// Anuncia a los navegadores que hay páginas nuevas.
    pub fn announce(&self) {
        self.version.fetch_add(1, Ordering::Relaxed);
    }

    /// Qué hay en `path`, la ruta ya descifrada de la petición.
    #[must_use]
    pub fn find(&self, path: &str) -> Found {
        let Some(relative) = path.strip_prefix('/') else { return Found::Nothing };
        let (folder, wants_index) = match relative.strip_suffix('/') {
            Some(folder) => (folder, true),
            None => (relative, relative.is_empty()),
        };
        if !folder.is_empty() && !folder.split('/').all(is_plain) {
            return Found::Nothing;
        }
        let target = self.root.join(folder);
        if target.is_dir() && !wants_index {
            return match target.join("index.html").is_file() {
                true => Found::Folder(format!("{}/", utf8_percent_encode(path, PATH))),
                false => Found::Nothing,
            };
        }
        self.inside(&if wants_index { target.join("index.html") } else { target })
    }

    /// El archivo, si existe y, seguidos los enlaces simbólicos, sigue dentro de la carpeta.
    fn inside(&self, target: &Path) -> Found {
        let (Ok(root), Ok(file)) = (self.root.canonicalize(), target.canonicalize()) else {
            return Found::Nothing;
        };
        if file.starts_with(&root) && file.is_file() { Found::File(file) } else { Found::Nothing }
    }

    /// La aplicación.
    ///
    /// # Errors
    /// El archivo se pudo encontrar y no leer, o el servidor rechaza los encabezados.
    pub fn answer(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        if !matches!(environ.method(), "GET" | "HEAD") {
            let headers = [("Allow", "GET, HEAD"), ("Content-type", "text/plain; charset=utf-8")];
            start_response("405 Method Not Allowed", &headers)?;
            return Ok(Body::from("El libro solo se lee: usa GET o HEAD.\n".to_owned()));
        }
        if environ.path_info() == VERSION_PATH {
            start_response(
                "200 OK",
                &[("Content-type", "text/plain"), ("Cache-Control", "no-store")],
            )?;
            return Ok(Body::from(self.version.load(Ordering::Relaxed).to_string()));
        }
        match self.find(environ.path_info()) {
            Found::File(file) => self.send("200 OK", &file, start_response),
            Found::Folder(location) => {
                start_response(
                    "301 Moved Permanently",
                    &[("Location", &location), ("Content-Length", "0")],
                )?;
                Ok(Body::empty())
            }
            Found::Nothing => {
                self.send("404 Not Found", &self.root.join("404.html"), start_response)
            }
        }
    }

    fn send(&self, status: &str, file: &Path, start_response: StartResponse<'_>) -> Result<Body> {
        let content_type = content_type(file);
        let headers = [("Content-type", content_type), ("Cache-Control", "no-cache")];
        if content_type.starts_with("text/html") {
            let page = fs::read_to_string(file)?;
            start_response(status, &headers)?;
            return Ok(Body::from(self.with_reload(&page)));
        }
        let file = File::open(file)?;
        start_response(status, &headers)?;
        Ok(Body::file(file))
    }

    /// La página con el guion que la recarga.
    fn with_reload(&self, page: &str) -> String {
        let version = self.version.load(Ordering::Relaxed);
        let script = format!(
            "<script>setInterval(async () => {{ if (document.hidden) return; try {{ \
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

/// ¿Es un nombre corriente? No lo son los ocultos, los que suben de carpeta ni los que algún sistema lee como ruta.
fn is_plain(segment: &str) -> bool {
    !segment.is_empty() && !segment.starts_with('.') && !segment.contains(['\\', ':', '\0'])
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        _ => "application/octet-stream",
    }
}
