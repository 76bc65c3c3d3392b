//! La respuesta con un archivo: entero, por tramos, o la noticia de que no hace falta.

use std::io::{Seek, SeekFrom};

use super::conditions::{Conditions, Verdict};
use super::multipart::{self, Multipart};
use super::ranges::{self, ByteRange, Selection};
use super::representation::Representation;
use crate::application::{Application, StartResponse};
use crate::body::Body;
use crate::environ::Environ;
use crate::error::Result;
use crate::gateway::error_page;
use crate::headers::Headers;

/// Lo que acompaña a todos los archivos, también en un 304 (RFC 9110 §15.4.5).
#[derive(Debug, Clone, Copy)]
pub(super) struct Common<'a> {
    /// Vacío, si no se dice nada.
    pub(super) cache_control: &'a str,
    /// De qué encabezado de la petición depende la respuesta.
    pub(super) vary: Option<&'static str>,
}

/// Responde con el archivo lo que pide la petición.
pub(super) fn send(
    representation: Representation,
    environ: &mut Environ,
    common: Common<'_>,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let conditions = Conditions::of(environ);
    let validators = &representation.validators;
    match conditions.evaluate(validators) {
        Verdict::Proceed => {}
        Verdict::NotModified => return not_modified(&representation, common, start_response),
        Verdict::PreconditionFailed => {
            let reason = "El archivo no es el que se esperaba: cambió.";
            let status = "412 Precondition Failed";
            return refuse(environ, start_response, status, reason, &common.varying());
        }
    }
    let can_be_partial = environ.method() == "GET" && conditions.allow_ranges(validators);
    let range = environ.get("HTTP_RANGE").filter(|_| can_be_partial);
    let headers = describe(&representation, common);
    let Some(size) = representation.size else {
        return send_unmeasured(representation, headers, start_response);
    };
    match range.map_or(Selection::Whole, |range| ranges::select(range, size)) {
        Selection::Whole => send_whole(representation, size, headers, start_response),
        Selection::One(range) => send_one(representation, size, headers, range, start_response),
        Selection::Several(ranges) => {
            send_several(representation, size, headers, &ranges, start_response)
        }
        Selection::Unsatisfiable => {
            let size = format!("bytes */{size}");
            let reason = "El archivo no tiene los bytes que se piden.";
            let extra = [&[("Content-Range", size.as_str())], &common.varying()[..]].concat();
            refuse(environ, start_response, "416 Range Not Satisfiable", reason, &extra)
        }
    }
}

/// Responde `status` con el archivo, que no es lo que se pidió, y pide que se vuelva a preguntar.
pub(super) fn send_page(
    page: Representation,
    status: &str,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let mut headers = Headers::from([("Content-Type", page.content_type)]);
    headers.extend(page.content_encoding.map(|coding| ("Content-Encoding", coding)));
    headers.add("Cache-Control", "no-cache");
    headers.extend(page.size.map(|size| ("Content-Length", size.to_string())));
    start_response(status, &headers.pairs())?;
    Ok(match page.size {
        Some(size) => Body::file_range(page.file, size),
        None => Body::file(page.file),
    })
}

impl Common<'_> {
    /// De lo común, lo que dice de qué depende la respuesta.
    fn varying(&self) -> Vec<(&'static str, &'static str)> {
        self.vary.map(|field| ("Vary", field)).into_iter().collect()
    }
}

/// Los encabezados que tiene el archivo, se mande como se mande.
fn describe(representation: &Representation, common: Common<'_>) -> Headers {
    let mut headers = Headers::new();
    headers.add("Content-Type", &representation.content_type);
    if let Some(coding) = representation.content_encoding {
        headers.add("Content-Encoding", coding);
    }
    if representation.size.is_some() {
        headers.add("Accept-Ranges", "bytes");
    }
    if let Some(date) = &representation.validators.last_modified {
        headers.add("Last-Modified", date);
    }
    identify(&mut headers, representation, common);
    headers
}

/// Los que hacen falta también en un 304.
fn identify(headers: &mut Headers, representation: &Representation, common: Common<'_>) {
    if let Some(etag) = &representation.validators.etag {
        headers.add("ETag", etag);
    }
    if !common.cache_control.is_empty() {
        headers.add("Cache-Control", common.cache_control);
    }
    headers.extend(common.varying());
}

fn not_modified(
    representation: &Representation,
    common: Common<'_>,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let mut headers = Headers::new();
    identify(&mut headers, representation, common);
    start_response("304 Not Modified", &headers.pairs())?;
    Ok(Body::empty())
}

/// Manda hasta el final algo que no se sabe cuánto mide: sin longitud y sin tramos.
fn send_unmeasured(
    representation: Representation,
    headers: Headers,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    start_response("200 OK", &headers.pairs())?;
    Ok(Body::file(representation.file))
}

fn send_whole(
    representation: Representation,
    size: u64,
    mut headers: Headers,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    headers.add("Content-Length", size.to_string());
    start_response("200 OK", &headers.pairs())?;
    Ok(Body::file_range(representation.file, size))
}

fn send_one(
    mut representation: Representation,
    size: u64,
    mut headers: Headers,
    range: ByteRange,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    representation.file.seek(SeekFrom::Start(range.first))?;
    headers.add("Content-Range", range.content_range(size));
    headers.add("Content-Length", range.length.to_string());
    start_response("206 Partial Content", &headers.pairs())?;
    Ok(Body::file_range(representation.file, range.length))
}

fn send_several(
    representation: Representation,
    size: u64,
    mut headers: Headers,
    ranges: &[ByteRange],
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let Representation { file, content_type, .. } = representation;
    let boundary = multipart::boundary();
    let parts = Multipart::new(file, size, ranges, &content_type, &boundary);
    headers.set("Content-Type", format!("multipart/byteranges; boundary={boundary}"));
    headers.add("Content-Length", parts.length().to_string());
    start_response("206 Partial Content", &headers.pairs())?;
    Ok(Body::stream(parts))
}

/// Responde una página corta, con algún encabezado más.
pub(super) fn refuse(
    environ: &mut Environ,
    start_response: StartResponse<'_>,
    status: &'static str,
    explanation: &str,
    extra: &[(&str, &str)],
) -> Result<Body> {
    error_page(status, explanation.to_owned())
        .call(environ, &mut |status, headers| start_response(status, &[headers, extra].concat()))
}
