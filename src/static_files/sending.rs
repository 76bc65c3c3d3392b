//! La respuesta con un archivo: entero, por tramos, o la noticia de que no hace falta.

use std::io::{Seek, SeekFrom};
use std::time::SystemTime;

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

/// Responde con el archivo lo que pide la petición.
pub(super) fn send(
    representation: Representation,
    environ: &mut Environ,
    cache_control: Option<&str>,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let conditions = Conditions::of(environ);
    let validators = &representation.validators;
    match conditions.evaluate(validators) {
        Verdict::Proceed => {}
        Verdict::NotModified => {
            return not_modified(&representation, cache_control, start_response);
        }
        Verdict::PreconditionFailed => {
            let reason = "El archivo no es el que se esperaba: cambió.";
            return refuse(environ, start_response, "412 Precondition Failed", reason, &[]);
        }
    }
    let can_be_partial =
        environ.method() == "GET" && conditions.allow_ranges(validators, SystemTime::now());
    let range = environ.get("HTTP_RANGE").filter(|_| can_be_partial);
    let size = representation.size;
    let headers = describe(&representation, cache_control);
    match range.map_or(Selection::Whole, |range| ranges::select(range, size)) {
        Selection::Whole => send_whole(representation, headers, start_response),
        Selection::One(range) => send_one(representation, headers, range, start_response),
        Selection::Several(ranges) => {
            send_several(representation, headers, &ranges, start_response)
        }
        Selection::Unsatisfiable => {
            let size = format!("bytes */{size}");
            let reason = "El archivo no tiene los bytes que se piden.";
            let extra = [("Content-Range", size.as_str())];
            refuse(environ, start_response, "416 Range Not Satisfiable", reason, &extra)
        }
    }
}

/// Responde `status` con el archivo, que no es lo que se pidió.
pub(super) fn send_page(
    page: Representation,
    status: &str,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let length = page.size.to_string();
    let headers = [("Content-Type", page.content_type.as_str()), ("Content-Length", &length)];
    start_response(status, &headers)?;
    Ok(Body::file_range(page.file, page.size))
}

/// Los encabezados que tiene el archivo, se mande como se mande.
fn describe(representation: &Representation, cache_control: Option<&str>) -> Headers {
    let mut headers = Headers::new();
    headers.add("Content-Type", &representation.content_type);
    headers.add("Accept-Ranges", "bytes");
    if let Some(date) = representation.validators.last_modified() {
        headers.add("Last-Modified", date);
    }
    identify(&mut headers, representation, cache_control);
    headers
}

/// Los que hacen falta también en un 304 (RFC 9110 §15.4.5).
fn identify(headers: &mut Headers, representation: &Representation, cache_control: Option<&str>) {
    if let Some(etag) = &representation.validators.etag {
        headers.add("ETag", etag);
    }
    if let Some(directives) = cache_control {
        headers.add("Cache-Control", directives);
    }
}

fn not_modified(
    representation: &Representation,
    cache_control: Option<&str>,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let mut headers = Headers::new();
    identify(&mut headers, representation, cache_control);
    start_response("304 Not Modified", &headers.pairs())?;
    Ok(Body::empty())
}

fn send_whole(
    representation: Representation,
    mut headers: Headers,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    headers.add("Content-Length", representation.size.to_string());
    start_response("200 OK", &headers.pairs())?;
    Ok(Body::file_range(representation.file, representation.size))
}

fn send_one(
    mut representation: Representation,
    mut headers: Headers,
    range: ByteRange,
    start_response: StartResponse<'_>,
) -> Result<Body> {
    representation.file.seek(SeekFrom::Start(range.first))?;
    headers.add("Content-Range", range.content_range(representation.size));
    headers.add("Content-Length", range.length.to_string());
    start_response("206 Partial Content", &headers.pairs())?;
    Ok(Body::file_range(representation.file, range.length))
}

fn send_several(
    representation: Representation,
    mut headers: Headers,
    ranges: &[ByteRange],
    start_response: StartResponse<'_>,
) -> Result<Body> {
    let Representation { file, size, content_type, .. } = representation;
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
