//! Una aplicación que sirve los archivos de una carpeta, y nada de fuera de ella.
//!
//! | parte | qué hace |
//! |---|---|
//! | `respond` | qué se responde a una petición |
//! | `folder` | de la ruta pedida a un archivo de la carpeta, abierto |
//! | `directory` | entrar en una carpeta sin seguir enlaces ni esperar |
//! | `name` | qué nombres se sirven |
//! | `types` | de qué tipo es un archivo, por su nombre |
//! | `coding` | qué compresión prefiere el cliente (RFC 9110 §12.5.3) |
//! | `validators` | con qué se sabe si cambió (RFC 9110 §8.8) |
//! | `representation` | el archivo, con todo lo que se dice de él |
//! | `conditions` | si hace falta mandarlo (RFC 9110 §13) |
//! | `ranges` | qué tramos se piden (RFC 9110 §14) |
//! | `sending` | la respuesta con el archivo, entero o por tramos |
//! | `multipart` | varios tramos en un cuerpo |
//! | `listing` | la lista de lo que hay en una carpeta |
//!
//! No comprime, aunque sabe mandar lo que ya está comprimido, ni guarda nada en memoria: cada petición
//! mira el disco, y lo que cambia en la carpeta se ve en la siguiente.

mod respond;
mod folder;
mod directory;
mod name;
mod types;
mod coding;
mod validators;
mod representation;
mod conditions;
mod ranges;
mod sending;
mod multipart;
mod listing;

use std::path::PathBuf;

use self::folder::{Folder, Listing};
use self::name::Names;
use self::types::Types;
use self::validators::Basis;
use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;
use crate::headers::Headers;

/// Una aplicación que sirve una carpeta.
///
/// Responde `GET` y `HEAD`, y 405 a lo demás. Elige el tipo por la extensión; los de texto se
/// anuncian en UTF-8, menos los de XML, que lo dicen por dentro, y un `.svgz` como el dibujo comprimido
/// que es. En una carpeta busca `index.html`, y si
/// falta la barra final redirige con 301. Atiende peticiones de uno o varios tramos (RFC 9110 §14).
///
/// # Las copias del navegador
///
/// Manda `ETag` y `Last-Modified`, así que un navegador que ya tiene el archivo recibe 304 (RFC 9110
/// §13); y `Cache-Control: no-cache`, para que pregunte: sin decirle nada supone cuánto vale su copia
/// (RFC 9111 §4.2.2), y muestra lo anterior. [`cache_control`](Self::cache_control) lo cambia.
///
/// La etiqueta sale del tamaño, de la fecha de modificación y, en Unix, de la de cambio, que nadie puede
/// elegir: dos versiones con el mismo tamaño y la misma fecha tienen dos etiquetas. Una fecha anterior a
/// 1990 está puesta por poner, y no se anuncia. Lo que se acaba de escribir tiene una etiqueta débil,
/// porque podría volver a escribirse en el mismo instante: con ella no se unen tramos (RFC 9110 §8.8.1).
///
/// # Lo que no se sirve
///
/// Nada de fuera de la carpeta: ni con `..`, ni siguiendo un enlace simbólico. Tampoco los nombres
/// que empiezan por punto, salvo con [`with_hidden`](Self::with_hidden), ni los que algún sistema
/// lee de otro modo: con `\`, `:` o caracteres de control, terminados en punto o en espacio, o
/// reservados en Windows, como `CON`. Así la misma carpeta responde igual en todas partes; solo los
/// nombres cortos de Windows, como `PROGRA~1`, no se sirven ahí y en otros sistemas sí. Todo
/// eso, y lo que no se permite leer, es un 404. Lo que no se puede abrir por otra cosa, como demasiados
/// archivos abiertos o un disco que falla, es un 500 que se anota.
///
/// Cuenta el nombre que se pide: un enlace puede llevar a uno que empiece por punto, que es como publican
/// Kubernetes (`..data`) y `git-annex`, mientras no salga de la carpeta.
///
/// En Unix nada de fuera se sirve tampoco mientras alguien cambia lo que hay en la carpeta: no se mira
/// primero y se abre después, y nada que no sea un archivo corriente hace esperar. En los demás sistemas, quien
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
    neighbors: Neighbors,
    basis: Basis,
    cache_control: String,
    headers: Headers,
    not_found_page: Option<PathBuf>,
}

/// Si se mira si al lado de un archivo está el mismo, ya comprimido.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Neighbors {
    Ignored,
    Offered,
}

impl StaticFiles {
    /// Sirve la carpeta `root`. Si no existe, todo es un 404 hasta que exista.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let (names, listing, types) = (Names::Visible, Listing::Forbidden, Types::default());
        Self {
            folder: Folder { root: root.into(), names, listing, types },
            neighbors: Neighbors::Ignored,
            basis: Basis::Disk,
            cache_control: "no-cache".to_owned(),
            headers: Headers::new(),
            not_found_page: None,
        }
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

    /// Manda el archivo ya comprimido que esté al lado, `estilo.css.br` o `estilo.css.gz`, a quien lo
    /// acepte (`Accept-Encoding`, RFC 9110 §12.5.3). A igual preferencia, antes el de Brotli.
    ///
    /// El tipo es el del original; la etiqueta y los tramos, los del comprimido. Todos los archivos llevan
    /// `Vary: Accept-Encoding`. Uno más antiguo que su original es de otra versión: no se manda. Si el
    /// original no está, tampoco.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{static_files::StaticFiles, testing};
    /// use std::fs;
    ///
    /// let folder = std::env::temp_dir().join(format!("comprimido-{}", std::process::id()));
    /// fs::create_dir_all(&folder)?;
    /// fs::write(folder.join("a.css"), "p { color: teal }")?;
    /// fs::write(folder.join("a.css.gz"), "como lo dejó gzip")?;
    ///
    /// let files = StaticFiles::new(&folder).with_precompressed();
    /// let request = testing::get("/a.css").header("Accept-Encoding", "gzip");
    /// let response = request.call(&files);
    /// assert_eq!(response.header("content-encoding"), Some("gzip"));
    /// assert_eq!(response.header("content-type"), Some("text/css; charset=utf-8"));
    /// assert_eq!(response.text(), "como lo dejó gzip");
    /// # fs::remove_dir_all(folder)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn with_precompressed(mut self) -> Self {
        self.neighbors = Neighbors::Offered;
        self
    }

    /// Saca la etiqueta solo de lo que viaja con una copia: el tamaño y la fecha de modificación.
    ///
    /// Así es la misma en todas las máquinas que sirven la misma carpeta detrás de un balanceador. A
    /// cambio, quien la actualiza no puede reutilizar una fecha: dos versiones con el mismo tamaño y la
    /// misma fecha serían la misma, y lo que tiene una fecha que no dice nada se queda sin etiqueta.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{static_files::StaticFiles, testing};
    ///
    /// let files = StaticFiles::new("src").with_shared_etags();
    /// let etag = testing::get("/lib.rs").call(&files).header("etag").map(str::to_owned);
    /// assert_eq!(etag.map(|etag| etag.matches('-').count()), Some(1));
    /// ```
    #[must_use]
    pub fn with_shared_etags(mut self) -> Self {
        self.basis = Basis::Copy;
        self
    }

    /// El `Cache-Control` de los archivos (RFC 9111 §5.2), en lugar de `no-cache`: `max-age=3600`, en
    /// segundos, si se pueden usar sin preguntar. Vacío, no se manda ninguno y cada navegador supone.
    #[must_use]
    pub fn cache_control(mut self, directives: impl Into<String>) -> Self {
        self.cache_control = directives.into();
        self
    }

    /// Añade un encabezado a todas las respuestas, también a las que dicen que no. Si tiene el nombre de
    /// uno de los de aquí, va en su lugar, menos `Vary`, que se suma; dos añadidos con el mismo nombre
    /// van los dos.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{static_files::StaticFiles, testing};
    ///
    /// let files = StaticFiles::new("src").add_header("X-Content-Type-Options", "nosniff");
    /// for path in ["/lib.rs", "/nada"] {
    ///     let response = testing::get(path).call(&files);
    ///     assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
    /// }
    /// ```
    #[must_use]
    pub fn add_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.add(name, value);
        self
    }

    /// El tipo de los archivos con esa extensión, tal cual, en lugar del conocido. Con la extensión
    /// vacía, el de los que no se conocen, que sin esto es `application/octet-stream`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{static_files::StaticFiles, testing};
    ///
    /// let files = StaticFiles::new(".")
    ///     .add_type("toml", "application/toml")
    ///     .add_type("", "text/plain; charset=utf-8");
    /// let told = |path| testing::get(path).call(&files).header("content-type").map(str::to_owned);
    /// assert_eq!(told("/Cargo.toml").as_deref(), Some("application/toml"));
    /// assert_eq!(told("/LICENSE-MIT").as_deref(), Some("text/plain; charset=utf-8"));
    /// ```
    #[must_use]
    pub fn add_type(mut self, extension: &str, media_type: impl Into<String>) -> Self {
        self.folder.types.add(extension, media_type.into());
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
}

impl Application for StaticFiles {
    /// # Errors
    ///
    /// Si el archivo existe y el sistema no deja leerlo por falta de recursos, o si el
    /// `Cache-Control` o un encabezado elegidos no son un valor de encabezado.
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        if self.headers.is_empty() {
            return self.respond(environ, start_response);
        }
        self.respond(environ, &mut |status, headers| {
            let stays = |name: &str| name == "Vary" || !self.headers.contains(name);
            let own = headers.iter().filter(|(name, _)| stays(name)).copied();
            let all: Vec<(&str, &str)> = own.chain(self.headers.iter()).collect();
            start_response(status, &all)
        })
    }
}
