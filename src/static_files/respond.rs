//! Qué se responde a una petición: el archivo, una lista, otra dirección, o que no hay nada.

use std::io;

use percent_encoding::percent_encode;

use super::coding::{self, Coding};
use super::folder::{Found, OpenFile};
use super::representation::Representation;
use super::sending::{self, Common};
use super::{Neighbors, StaticFiles, listing};
use crate::application::StartResponse;
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;
use crate::util::ESCAPED_IN_PATH;

impl StaticFiles {
    /// Responde a una petición, sin los encabezados añadidos.
    pub(super) fn respond(
        &self,
        environ: &mut Environ,
        start_response: StartResponse<'_>,
    ) -> Result<Body> {
        if !matches!(environ.method(), "GET" | "HEAD") {
            let status = "405 Method Not Allowed";
            let reason = "Los archivos solo se leen, con GET o HEAD.";
            let allow = [("Allow", "GET, HEAD")];
            return sending::refuse(environ, start_response, status, reason, &allow);
        }
        match self.folder.find(environ.get_bytes("PATH_INFO").unwrap_or_default())? {
            Found::File(file) => self.send(file, environ, start_response),
            Found::Folder(entries) => listing::respond(environ, &entries, start_response),
            Found::MissingSlash => redirect(environ, start_response),
            Found::Nothing => self.not_found(environ, start_response),
        }
    }

    fn send(
        &self,
        file: OpenFile,
        environ: &mut Environ,
        start_response: StartResponse<'_>,
    ) -> Result<Body> {
        let is_negotiable = self.neighbors == Neighbors::Offered
            && file.media.content_encoding.is_none()
            && !coding::is_coded(&file.names);
        let (file, coding) = match is_negotiable {
            true => self.negotiate(file, environ.get("HTTP_ACCEPT_ENCODING"))?,
            false => (file, None),
        };
        let vary = is_negotiable.then_some("Accept-Encoding");
        let common = Common { cache_control: &self.cache_control, vary };
        let file = Representation::of(file, coding, self.basis);
        sending::send(file, environ, common, start_response)
    }

    /// El archivo, o el que está comprimido a su lado, si el cliente lo prefiere y es de la misma versión.
    fn negotiate(
        &self,
        file: OpenFile,
        accept_encoding: Option<&str>,
    ) -> io::Result<(OpenFile, Option<Coding>)> {
        for coding in coding::preferred(accept_encoding) {
            let beside = self.folder.beside(&file, coding.suffix())?;
            if let Some(beside) = beside.filter(|beside| !beside.is_older_than(&file)) {
                return Ok((OpenFile { media: file.media, ..beside }, Some(coding)));
            }
        }
        Ok((file, None))
    }

    fn not_found(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        let status = "404 Not Found";
        let page = self.not_found_page.as_ref().map(|name| self.folder.chosen(name)).transpose()?;
        if let Some(page) = page.flatten() {
            let page = Representation::of(page, None, self.basis);
            return sending::send_page(page, status, start_response);
        }
        let reason = "En esta dirección no hay nada.";
        sending::refuse(environ, start_response, status, reason, &[])
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
    // Sin decir nada, un navegador la recordaría para siempre.
    let headers = [("Location", location.as_str()), ("Cache-Control", "no-cache")];
    start_response("301 Moved Permanently", &headers)?;
    Ok(Body::empty())
}
