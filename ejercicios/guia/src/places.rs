//! Dónde está cada cosa que también se nombra en los mensajes. Todo, visto desde la raíz y con `/`.

/// La carpeta de los archivos que resuelve quien estudia.
pub(crate) const STUBS: &str = "ejercicios/src/pendientes";

/// La de esos archivos como se entregan: de aquí los toman `reinicia`, `copia` y `califica`.
pub(crate) const ORIGINALS: &str = "ejercicios/originales";

/// La de las respuestas buenas. En una copia están las que quien enseña haya entregado.
pub(crate) const SOLUTIONS: &str = "ejercicios/src/soluciones";

/// La de las pruebas de los ejercicios.
pub(crate) const TESTS: &str = "ejercicios/tests/ejercicios";

/// Donde `reinicia` guarda lo que aparta.
pub(crate) const SAVED: &str = "ejercicios/guardados";
