//! Una aplicación que sirve los archivos de una carpeta, y nada de fuera de ella.
//!
//! | parte | qué hace |
//! |---|---|
//! | `folder` | de la ruta pedida a un archivo de la carpeta, abierto |
//! | `directory` | entrar en una carpeta sin seguir enlaces ni esperar |
//! | `name` | qué nombres se sirven |
//! | `representation` | el archivo: su tipo, su etiqueta y su fecha |
//! | `conditions` | si hace falta mandarlo (RFC 9110 §13) |
//! | `ranges` | qué tramos se piden (RFC 9110 §14) |
//! | `sending` | la respuesta con el archivo, entero o por tramos |
//! | `multipart` | varios tramos en un cuerpo |
//! | `listing` | la lista de lo que hay en una carpeta |
//!
//! No comprime ni guarda nada en memoria: cada petición mira el disco, y lo que cambia en la
//! carpeta se ve en la siguiente.

mod folder;
mod directory;
mod name;
mod representation;
mod conditions;
mod ranges;
mod sending;
mod multipart;
mod listing;

use std::path::PathBuf;
use std::time::SystemTime;

use percent_encoding::percent_encode;

use self::folder::{Folder, Found, Listing};
use self::name::Names;
use self::representation::Representation;
use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;
use crate::util::ESCAPED_IN_PATH;

/// Una aplicación que sirve una carpeta.
///
/// Responde `GET` y `HEAD`, y 405 a lo demás. Elige el tipo por la extensión; los de texto se
/// anuncian en UTF-8. En una carpeta busca `index.html`, y si falta la barra final redirige con
/// 301. Manda `ETag` y `Last-Modified`, así que un navegador que ya tiene el archivo recibe 304
/// (RFC 9110 §13), y atiende peticiones de uno o varios tramos (RFC 9110 §14).
///
/// # Lo que no se sirve
///
/// Nada de fuera de la carpeta: ni con `..`, ni siguiendo un enlace simbólico. Tampoco los nombres
/// que empiezan por punto, salvo con [`with_hidden`](Self::with_hidden), ni los que algún sistema
/// lee de otro modo: con `\`, `:` o caracteres de control, terminados en punto o en espacio, o
/// reservados en Windows, como `CON`. Así la misma carpeta responde igual en todas partes. Todo
/// eso, y lo que no se puede leer, es un 404.
///
/// En Unix eso vale también mientras alguien cambia lo que hay en la carpeta: no se mira primero y se
/// abre después, y nada que no sea un archivo corriente hace esperar. En los demás sistemas, quien
/// pueda escribir en ella puede hacer que se sirva otra cosa: no la compartas con desconocidos.
///
/// # Examples
///
/// ```
/// use pasarela::{static_files::StaticFiles, testing};
///
/// let files = StaticFiles::new("src").cache_control("max-age=60");
///
/// let response = testing::get("/lib.rs").call(&files);
/// assert_eq!(response.status(), "200 OK");
/// assert_eq!(response.header("content-type"), Some("text/x-rust; charset=utf-8"));
/// assert_eq!(response.header("cache-control"), Some("max-age=60"));
///
/// let etag = response.header("etag").expect("un archivo tiene su etiqueta");
/// let again = testing::get("/lib.rs").header("If-None-Match", etag).call(&files);
/// assert_eq!(again.status(), "304 Not Modified");
///
/// assert_eq!(testing::get("/../Cargo.toml").call(&files).code(), 404);
/// ```
#[derive(Debug, Clone)]
pub struct StaticFiles {
    folder: Folder,
    cache_control: Option<String>,
    not_found_page: Option<PathBuf>,
}

impl StaticFiles {
    /// Sirve la carpeta `root`. Si no existe, todo es un 404 hasta que exista.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let folder =
            Folder { root: root.into(), names: Names::Visible, listing: Listing::Forbidden };
        Self { folder, cache_control: None, not_found_page: None }
    }

    /// Sirve también los nombres que empiezan por punto: `.well-known` (RFC 8615), pero también
    /// `.git` y `.env`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{static_files::StaticFiles, testing};
    ///
    /// let request = testing::get("/.gitignore");
    /// let files = StaticFiles::new(".");
    /// assert_eq!(request.call(&files).code(), 404);
    /// assert_eq!(request.call(&files.with_hidden()).code(), 200);
    /// ```
    #[must_use]
    pub fn with_hidden(mut self) -> Self {
        self.folder.names = Names::All;
        self
    }

    /// Muestra lo que hay en una carpeta que no tiene `index.html`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{static_files::StaticFiles, testing};
    ///
    /// let files = StaticFiles::new("src");
    /// assert_eq!(testing::get("/").call(&files).code(), 404);
    ///
    /// let page = testing::get("/").call(&files.with_listing()).text();
    /// assert!(page.contains("lib.rs"));
    /// ```
    #[must_use]
    pub fn with_listing(mut self) -> Self {
        self.folder.listing = Listing::Allowed;
        self
    }

    /// El `Cache-Control` de los archivos (RFC 9111 §5.2): `max-age=3600`, en segundos;
    /// `no-cache`, para que el navegador pregunte cada vez. Sin él, cada navegador decide.
    #[must_use]
    pub fn cache_control(mut self, directives: impl Into<String>) -> Self {
        self.cache_control = Some(directives.into());
        self
    }

    /// La página con que se responde lo que no está: un archivo de la carpeta, como `404.html`. Si
    /// falta, se responde una página corta.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{static_files::StaticFiles, testing};
    /// use std::fs;
    ///
    /// let folder = std::env::temp_dir().join(format!("sitio-{}", std::process::id()));
    /// fs::create_dir_all(&folder)?;
    /// fs::write(folder.join("404.html"), "<h1>Aquí no hay nada</h1>")?;
    ///
    /// let files = StaticFiles::new(&folder).not_found_page("404.html");
    /// let response = testing::get("/perdida").call(&files);
    /// assert_eq!(response.status(), "404 Not Found");
    /// assert_eq!(response.text(), "<h1>Aquí no hay nada</h1>");
    /// # fs::remove_dir_all(folder)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn not_found_page(mut self, name: impl Into<PathBuf>) -> Self {
        self.not_found_page = Some(name.into());
        self
    }

    fn not_found(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        let status = "404 Not Found";
        let page = self.not_found_page.as_ref().map(|name| self.folder.chosen(name)).transpose()?;
        match page.flatten() {
            Some(page) => {
                let page = Representation::of(page, SystemTime::now());
                sending::send_page(page, status, start_response)
            }
            None => sending::refuse(
                environ,
                start_response,
                status,
                "En esta dirección no hay nada.",
                &[],
            ),
        }
    }
}

impl Application for StaticFiles {
    /// # Errors
    ///
    /// Si el archivo existe y el sistema no deja leerlo por falta de recursos, o si el
    /// `Cache-Control` elegido no es un valor de encabezado.
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        if !matches!(environ.method(), "GET" | "HEAD") {
            let allow = [("Allow", "GET, HEAD")];
            let reason = "Los archivos solo se leen, con GET o HEAD.";
            return sending::refuse(
                environ,
                start_response,
                "405 Method Not Allowed",
                reason,
                &allow,
            );
        }
        match self.folder.find(environ.get_bytes("PATH_INFO").unwrap_or_default())? {
            Found::File(file) => {
                let file = Representation::of(file, SystemTime::now());
                sending::send(file, environ, self.cache_control.as_deref(), start_response)
            }
            Found::Folder(entries) => listing::respond(environ, &entries, start_response),
            Found::MissingSlash => redirect(environ, start_response),
            Found::Nothing => self.not_found(environ, start_response),
        }
    }
}

/// Una redirección a la misma ruta con su barra: de ella salen los enlaces relativos de la página.
fn redirect(environ: &Environ, start_response: StartResponse<'_>) -> Result<Body> {
    let mut location = String::new();
    for key in ["SCRIPT_NAME", "PATH_INFO"] {
        location
            .extend(percent_encode(environ.get_bytes(key).unwrap_or_default(), &ESCAPED_IN_PATH));
    }
    location.push('/');
    if !environ.query_string().is_empty() {
        location.push('?');
        location.push_str(environ.query_string());
    }
    start_response("301 Moved Permanently", &[("Location", &location)])?;
    Ok(Body::empty())
}
