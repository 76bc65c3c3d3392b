//! Lo que devuelve la aplicación: un iterable de trozos, del que se tira.

use std::io;

use std::sync::Arc;

use pasarela::{Body, Chunk};
use pyo3::exceptions::{PyAssertionError, PyTypeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyByteArray, PyBytes, PyIterator, PyList, PyMemoryView, PyString, PyTuple};

use crate::errors::Errors;
use crate::fault;
use crate::file_wrapper::FileWrapper;
use crate::held::{Closing, Held};
use crate::start_response::StartResponse;

/// Hasta cuántos bytes de una lista se copian de una vez. Los de una mayor, al enviar cada trozo.
const WHOLE: usize = 256 * 1024;

/// Desde cuántos bytes un trozo de una lista no se copia: los mismos desde los que el servidor lo envía desde
/// donde está. Por debajo cuesta menos copiarlo que guardarlo.
const LARGE: usize = 16 * 1024;

/// El cuerpo de la respuesta. La aplicación puede esperar a dar el primer byte para llamar a
/// `start_response`: por eso se le pide aquí.
pub(crate) fn of_result(
    result: &Bound<'_, PyAny>,
    state: &Bound<'_, StartResponse>,
    errors: &Errors,
) -> PyResult<Body> {
    if state.get().is_started() && !state.get().has_written() {
        if let Some(chunks) = whole(result)? {
            return Ok(Body::from(chunks));
        }
        if let Some(body) = file(result, errors) {
            return Ok(body);
        }
    }
    let mut chunks = Chunks::new(result, state, errors)?;
    let Some(first) = chunks.first(result.py())? else { return Ok(Body::empty()) };
    state.get().send();
    Ok(Body::stream(std::iter::once(Ok(first)).chain(chunks)))
}

/// Los trozos de una lista o una tupla, de los que se sabe cuánto miden. Los pequeños se copian, si no son
/// muchos; los grandes se envían desde donde están, y se sueltan todos a la vez.
fn whole(result: &Bound<'_, PyAny>) -> PyResult<Option<Vec<Chunk>>> {
    let items: Vec<_> = match (result.cast_exact::<PyList>(), result.cast_exact::<PyTuple>()) {
        (Ok(list), _) => list.iter().collect(),
        (_, Ok(tuple)) => tuple.iter().collect(),
        _ => return Ok(None),
    };
    let (mut left, mut large) = (WHOLE, Vec::new());
    for item in &items {
        let chunk = bytes(item)?;
        if chunk.as_bytes().len() >= LARGE {
            large.push(PyBackedBytes::from(chunk.clone()));
            continue;
        }
        let Some(rest) = left.checked_sub(chunk.as_bytes().len()) else { return Ok(None) };
        left = rest;
    }
    if large.is_empty() {
        let copied = |item| bytes(item).map(|chunk| chunk.as_bytes().to_vec().into());
        return items.iter().map(copied).collect::<PyResult<_>>().map(Some);
    }
    let large = Arc::new(Held::new(large));
    let mut kept =
        (0..large.len()).map(|index| Chunk::from_owner(Kept { all: large.clone(), index }));
    let chunk = |item| {
        let chunk = bytes(item)?.as_bytes();
        let kept = if chunk.len() >= LARGE { kept.next() } else { None };
        Ok(kept.unwrap_or_else(|| chunk.to_vec().into()))
    };
    items.iter().map(chunk).collect::<PyResult<_>>().map(Some)
}

/// Uno de los trozos grandes de una lista, que se sueltan juntos.
struct Kept {
    all: Arc<Held<Vec<PyBackedBytes>>>,
    index: usize,
}

impl AsRef<[u8]> for Kept {
    fn as_ref(&self) -> &[u8] {
        &self.all[self.index]
    }
}

/// El archivo que hay en un `wsgi.file_wrapper`. Se cierra cuando se termina de enviar.
fn file(result: &Bound<'_, PyAny>, errors: &Errors) -> Option<Body> {
    let wrapper = result.cast_exact::<FileWrapper>().ok()?;
    let file = wrapper.get().reopen(result.py())?;
    let closing = Closing::new(result, errors);
    Some(Body::file(file).inspect(move |_| {
        let _ = &closing;
    }))
}

fn bytes<'a, 'py>(chunk: &'a Bound<'py, PyAny>) -> PyResult<&'a Bound<'py, PyBytes>> {
    match chunk.cast::<PyBytes>() {
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(PyTypeError::new_err(format!(
            "el cuerpo de la respuesta da bytes, y esta dio {}{}",
            chunk.get_type().name()?,
            remedy(chunk)
        ))),
    }
}

/// Cómo se hacen bytes de lo que no lo es.
fn remedy(chunk: &Bound<'_, PyAny>) -> &'static str {
    if chunk.is_instance_of::<PyString>() {
        "; usa texto.encode(\"utf-8\")"
    } else if chunk.is_instance_of::<PyByteArray>() || chunk.is_instance_of::<PyMemoryView>() {
        "; usa bytes(trozo)"
    } else {
        ""
    }
}

/// Lo que queda por dar, con lo que hay que cerrar al terminar. El iterador se suelta antes.
struct Chunks {
    iterator: Held<Option<Py<PyIterator>>>,
    state: Held<Py<StartResponse>>,
    errors: Errors,
    _closing: Closing,
}

impl Chunks {
    fn new(
        result: &Bound<'_, PyAny>,
        state: &Bound<'_, StartResponse>,
        errors: &Errors,
    ) -> PyResult<Self> {
        // Si no se puede recorrer, también hay que cerrarlo.
        let closing = Closing::new(result, errors);
        let iterator = Held::new(Some(result.try_iter()?.unbind()));
        let state = Held::new(state.clone().unbind());
        Ok(Self { iterator, state, errors: errors.clone(), _closing: closing })
    }

    /// El primer trozo con bytes.
    fn first(&mut self, py: Python<'_>) -> PyResult<Option<Chunk>> {
        while let Some(chunk) = self.produce(py)? {
            if !chunk.is_empty() && !self.state.get().is_started() {
                return Err(PyAssertionError::new_err(
                    "el cuerpo de la respuesta dio bytes antes de llamar a start_response",
                ));
            }
            if !chunk.is_empty() {
                return Ok(Some(chunk));
            }
        }
        Ok(None)
    }

    /// El trozo que sigue: lo que se dio a `write()`, y después lo que da el iterador.
    fn produce(&mut self, py: Python<'_>) -> PyResult<Option<Chunk>> {
        let written = self.state.get().take_written();
        if !written.is_empty() {
            return Ok(Some(written.into()));
        }
        let Some(iterator) = &*self.iterator else { return Ok(None) };
        let item = iterator.bind(py).clone().next().transpose()?;
        // Mientras lo producía también pudo escribir.
        let mut chunk = self.state.get().take_written();
        match item {
            Some(item) => chunk.extend_from_slice(bytes(&item)?.as_bytes()),
            None => *self.iterator = None,
        }
        let is_over = self.iterator.is_none() && chunk.is_empty();
        Ok((!is_over).then(|| chunk.into()))
    }
}

impl Iterator for Chunks {
    type Item = io::Result<Chunk>;

    fn next(&mut self) -> Option<Self::Item> {
        let produced = Python::try_attach(|py| {
            self.produce(py).map_err(|error| fault::to_io(py, &error, &self.errors)).transpose()
        });
        produced.unwrap_or_else(|| Some(Err(io::Error::other("el intérprete está terminando"))))
    }
}
