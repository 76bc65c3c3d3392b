//! Lo que es de Python y vive fuera de él.

use std::ops::{Deref, DerefMut};

use pyo3::prelude::*;

use crate::errors::Errors;

/// Algo con objetos de Python, que puede soltar cualquier hilo: se suelta con el intérprete en la mano.
pub(crate) struct Held<T>(Option<T>);

/// Solo falta en un valor que se está soltando.
const PRESENT: &str = "está dentro hasta que se suelta";

impl<T> Held<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Some(value))
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect(PRESENT)
    }
}

impl<T> DerefMut for Held<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect(PRESENT)
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        let mut value = self.0.take();
        if Python::try_attach(|_| drop(value.take())).is_none() {
            // El intérprete se está yendo con todo lo suyo: tocarlo ahora sería peor que perderlo.
            std::mem::forget(value);
        }
    }
}

/// Un iterable de la aplicación, con su `close()` por llamar: se llama una vez, al soltar esto
/// (PEP 3333, «Specification Details»).
pub(crate) struct Closing {
    iterable: Held<Py<PyAny>>,
    errors: Errors,
}

impl Closing {
    pub(crate) fn new(iterable: &Bound<'_, PyAny>, errors: &Errors) -> Self {
        Self { iterable: Held::new(iterable.clone().unbind()), errors: errors.clone() }
    }
}

impl Drop for Closing {
    fn drop(&mut self) {
        Python::try_attach(|py| {
            if let Err(error) = close(self.iterable.bind(py)) {
                self.errors.show(py, &error);
            }
        });
    }
}

/// Llama al `close()` de `closable`, si tiene.
pub(crate) fn close(closable: &Bound<'_, PyAny>) -> PyResult<()> {
    match closable.getattr_opt(pyo3::intern!(closable.py(), "close"))? {
        Some(close) => close.call0().map(drop),
        None => Ok(()),
    }
}
