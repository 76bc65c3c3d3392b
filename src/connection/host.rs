//! La casa donde vive una conexión: la hora, y cómo se llama a la aplicación.
//!
//! El servidor tiene hilos, y entrega a otro lo que tarda; una prueba tiene uno solo y una hora
//! inventada. La máquina pregunta, y no sabe quién responde.

use std::time::{Duration, SystemTime};

use super::stage_kind::StageKind;
use crate::body::Chunk;
use crate::environ::Environ;
use crate::gateway::{ResponseBody, ResponseHead};

/// A la velocidad de la memoria, menos de un milisegundo.
const FAIR_BYTES: usize = 1024 * 1024;

/// Un momento: cuánto ha pasado desde que empezó el servidor.
pub(crate) type Moment = Duration;

/// Una clase de peticiones que suelen tardar lo mismo. Qué significa su número lo sabe quien la dio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Class(pub(crate) u64);

impl Class {
    /// La de lo que no enseña nada, porque su tiempo depende de la red.
    pub(crate) const UNTAUGHT: Self = Self(0);
}

/// Con qué se encuentra una conexión al avanzar. Lo que no se diga es lo de un hilo solo, que hace él mismo
/// todas las llamadas.
pub(crate) trait Host {
    /// Si una petición puede llegar de mano de otro: un servidor web por FastCGI, SCGI o uwsgi, o un
    /// proxy en quien se confía. Donde nunca, lo que haría falta no se compila.
    const IS_BEHIND: bool = true;

    /// Si se presta a la aplicación con qué escribir durante la llamada cuando la configuración lo pide. Donde
    /// nunca, no se compila.
    const LENDS_WRITER: bool = true;

    /// La hora de este paso. Es la misma en todo él, salvo detrás de una llamada que duró.
    fn now(&self) -> Moment;

    /// La hora del calendario, para `Date`.
    fn calendar(&self) -> SystemTime;

    /// A qué clase pertenece una petición a una aplicación montada en `script`.
    fn classify(&self, method: &str, script: &str, path: &str) -> Class;

    /// Si conviene que otro hilo ejecute una llamada de esta clase.
    fn hands_off(&self, class: Class) -> bool {
        let _ = class;
        false
    }

    /// Si una llamada que espera a la red debe pedir antes un permiso.
    fn permits_uploads(&self) -> bool {
        false
    }

    /// Si una subida nueva tendría su permiso enseguida.
    fn has_upload_room(&self) -> bool {
        true
    }

    /// Ejecuta código de la aplicación.
    fn during<T>(&mut self, class: Class, call: impl FnOnce() -> T) -> T {
        let _ = class;
        call()
    }

    /// Si la última llamada pudo durar: entre tanto pudo pasar cualquier cosa.
    fn took_long(&self) -> bool {
        false
    }

    /// Cuántos bytes de una respuesta se producen seguidos antes de dejar sitio a otras conexiones.
    fn turn(&self) -> usize {
        FAIR_BYTES
    }

    /// Ve a qué etapa pasa la conexión.
    fn moves(&mut self, stage: StageKind) {
        let _ = stage;
    }

    /// Puede cambiar el `environ` de una petición antes de llamar a la aplicación.
    fn amends(&mut self, environ: &mut Environ) {
        let _ = environ;
    }

    /// Ve empezar una respuesta.
    fn begins(&mut self, head: &ResponseHead, body: &mut ResponseBody) {
        let _ = (head, body);
    }

    /// Ve pasar un trozo de su cuerpo, tal como lo dio la aplicación.
    fn sees(&mut self, chunk: &Chunk) {
        let _ = chunk;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::stand::World;
    use pretty_assertions::assert_eq;

    #[test]
    fn quien_no_dice_otra_cosa_cede_el_sitio_cada_megabyte() {
        assert_eq!(World::default().turn(), 1024 * 1024);
    }
}
