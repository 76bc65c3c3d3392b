//! El cuerpo de una respuesta camino del cliente: cuánto mide y de dónde sale cada trozo.

use std::fs::File;
use std::io;

use super::fault::{Fault, Origin};
use super::head::ResponseHead;
use crate::body::{Body, Chunk};
use crate::environ::Environ;
use crate::guarded::catch;
use crate::input::{Carbon, ErrorStream};

/// Lo que se sabe de la longitud del cuerpo al empezar a enviarlo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyLength {
    /// No hay cuerpo, ni longitud que anunciar.
    Forbidden,
    /// La aplicación puso `Content-Length`.
    Declared(u64),
    /// Es una lista de trozos conocidos.
    Known(u64),
    /// Se sabrá al terminar.
    Unknown,
}

impl BodyLength {
    /// La de un cuerpo que se escribe durante la llamada.
    pub(super) fn written(head: &ResponseHead, is_head: bool) -> Self {
        length_of(is_head, head, None)
    }

    /// Cuántos bytes admite.
    pub(super) fn limit(self) -> Option<u64> {
        match self {
            Self::Declared(length) | Self::Known(length) => Some(length),
            Self::Forbidden | Self::Unknown => None,
        }
    }
}

/// El cuerpo, del que se tira trozo a trozo. Se suelta exactamente una vez: al acabarse, al fallar
/// o cuando el cliente se va.
#[derive(Debug)]
pub(crate) struct ResponseBody {
    first: Option<Chunk>,
    chunks: Option<Body>,
    length: BodyLength,
    /// Cuántos bytes admite todavía la longitud que se anuncia.
    left: Option<u64>,
    origin: Origin,
    /// Dónde se anotan, si no es donde siempre.
    errors: Option<Box<ErrorStream>>,
}

impl ResponseBody {
    #[inline(always)]
    pub(super) fn new(
        environ: &mut Environ,
        head: &ResponseHead,
        body: Body,
        is_head: bool,
    ) -> Self {
        let decides = head.decides_length(body.content_length());
        let body = match is_head || decides {
            true => body,
            false => match body.only_chunk() {
                Ok(chunk) => return Self::whole(chunk, head.content_length()),
                Err(body) => body,
            },
        };
        let length = length_of(is_head, head, body.content_length());
        let has_content = !is_head && !head.forbids_body();
        Self::of(environ, body, length, length.limit(), has_content)
    }

    /// Lo que falta de una respuesta que ya empezó: de ella admite `left` bytes.
    pub(super) fn rest(
        environ: &mut Environ,
        body: Body,
        left: Option<u64>,
        has_content: bool,
    ) -> Self {
        let length = left.map_or(BodyLength::Unknown, BodyLength::Declared);
        Self::of(environ, body, length, left, has_content)
    }

    #[inline(always)]
    fn of(
        environ: &mut Environ,
        body: Body,
        length: BodyLength,
        left: Option<u64>,
        has_content: bool,
    ) -> Self {
        // Solo estos cuerpos pueden fallar: los demás no gastan en anotar de quién son.
        let may_fail = body.is_lazy() || matches!(length, BodyLength::Declared(_));
        let origin = if may_fail { Origin::of(environ) } else { Origin::default() };
        let has_own = !environ.errors().is_default();
        let errors = has_own.then(|| Box::new(std::mem::take(environ.errors())));
        let mut response = Self { first: None, chunks: Some(body), length, left, origin, errors };
        if has_content {
            response.check_excess();
        } else {
            response.discard();
        }
        response
    }

    /// Un cuerpo que ya está entero en memoria, en un trozo.
    fn whole(chunk: Chunk, declared: Option<u64>) -> Self {
        let length = match declared {
            Some(declared) => BodyLength::Declared(declared),
            None => BodyLength::Known(chunk.len() as u64),
        };
        let first = Some(chunk).filter(|chunk| !chunk.is_empty());
        Self { first, chunks: None, length, left: None, origin: Origin::default(), errors: None }
    }

    /// El cuerpo entero, si es un trozo que ya está en memoria.
    pub(crate) fn take_whole(&mut self) -> Option<Chunk> {
        match self.chunks {
            None => self.first.take(),
            Some(_) => None,
        }
    }

    /// Anota lo que le sobra a una lista de trozos: al enviarla ya no se miraría.
    fn check_excess(&mut self) {
        let total = self.chunks.as_ref().and_then(Body::content_length);
        if let (Some(total), Some(left), false) = (total, self.left, self.is_lazy())
            && total > left
        {
            Fault::LongBody { excess: total - left }
                .report_from(&self.origin, self.errors.get_or_insert_default());
        }
    }

    /// Produce el primer trozo de un cuerpo que puede fallar o tardar.
    #[inline(always)]
    pub(super) fn produce_first(&mut self) -> Result<(), Fault> {
        if self.is_lazy() {
            let produced = self.produce();
            // Un cuerpo que ya terminó no tiene por qué admitir otra pregunta.
            if !matches!(produced, Ok(Some(_))) {
                self.discard();
            }
            self.first = produced?;
        }
        Ok(())
    }

    /// Devuelve al `environ` dónde se anota lo que falla, que hasta aquí era lo mismo.
    pub(super) fn return_errors(&mut self, environ: &mut Environ) {
        if let Some(errors) = self.errors.take() {
            environ.set_errors(*errors);
        }
    }

    /// Cambia dónde se anotan los fallos que ocurran mientras se envía.
    pub(crate) fn set_errors(&mut self, errors: ErrorStream) {
        self.errors = Some(Box::new(errors));
    }

    /// Que de esos fallos quede una copia, si puede haberlos.
    pub(crate) fn copy_errors(&mut self, carbon: &Carbon) {
        if self.chunks.is_some() {
            self.errors.get_or_insert_default().set_carbon(carbon.clone());
        }
    }

    pub(crate) fn length(&self) -> BodyLength {
        self.length
    }

    /// Si producir el siguiente trozo puede tardar.
    pub(crate) fn is_lazy(&self) -> bool {
        self.chunks.as_ref().is_some_and(Body::is_lazy)
    }

    /// Si producir el siguiente trozo, o soltar el cuerpo, ejecuta código de alguien.
    pub(crate) fn runs_code(&self) -> bool {
        self.chunks.as_ref().is_some_and(Body::runs_code)
    }

    /// El archivo del que sale lo que sigue, y cuánto se envía de él, para quien pueda mandarlo sin
    /// leerlo.
    pub(crate) fn file(&self) -> Option<(&File, u64)> {
        let (file, in_file) = self.chunks.as_ref().filter(|_| self.first.is_none())?.as_file()?;
        let length = self.left.map_or(in_file, |left| left.min(in_file));
        (length > 0).then_some((file, length))
    }

    /// Da por enviados `count` bytes del archivo.
    ///
    /// # Errors
    ///
    /// Como [`next_chunk`](Self::next_chunk), si quien mira el cuerpo entra en pánico al saberlo.
    pub(crate) fn advance_file(&mut self, count: u64) -> Result<(), ()> {
        self.left = self.left.map(|left| left.saturating_sub(count));
        let Some(body) = &mut self.chunks else { return Ok(()) };
        let told = catch(|| body.advance_file(count)).map_err(Fault::Panic);
        told.map_err(|fault| self.fail(&fault))
    }

    /// El siguiente trozo con bytes; `None` cuando el cuerpo está completo.
    ///
    /// # Errors
    ///
    /// Si el cuerpo no llegará a estar completo: hay que cortar la conexión. Ya quedó anotado.
    pub(crate) fn next_chunk(&mut self) -> Result<Option<Chunk>, ()> {
        if let Some(first) = self.first.take() {
            return Ok(Some(first));
        }
        let produced = self.produce();
        produced.map_err(|fault| self.fail(&fault))
    }

    /// Anota por qué no llegará a estar completo, y lo suelta.
    fn fail(&mut self, fault: &Fault) {
        self.discard();
        fault.report_from(&self.origin, self.errors.get_or_insert_default());
    }

    fn produce(&mut self) -> Result<Option<Chunk>, Fault> {
        let produced = self.produce_next()?;
        if produced.is_none() {
            // A un iterador que terminó no se le vuelve a preguntar: podría volver a empezar.
            self.discard();
        }
        Ok(produced)
    }

    fn produce_next(&mut self) -> Result<Option<Chunk>, Fault> {
        let Some(body) = &mut self.chunks else { return Ok(None) };
        if self.left == Some(0) {
            return Ok(None);
        }
        loop {
            return match next_of(body)? {
                None => self.check_complete(),
                Some(Err(error)) => Err(Fault::of_body(error)),
                Some(Ok(chunk)) if chunk.is_empty() => continue,
                Some(Ok(chunk)) => Ok(Some(self.fit(chunk))),
            };
        }
    }

    fn check_complete(&self) -> Result<Option<Chunk>, Fault> {
        match self.left {
            Some(missing) if missing > 0 => Err(Fault::ShortBody { missing }),
            _ => Ok(None),
        }
    }

    /// Recorta lo que exceda la longitud declarada (PEP 3333, «Handling the Content-Length Header»).
    fn fit(&mut self, chunk: Chunk) -> Chunk {
        let Some(left) = self.left else { return chunk };
        let length = chunk.len() as u64;
        self.left = Some(left.saturating_sub(length));
        if length <= left {
            return chunk;
        }
        if self.is_lazy() {
            Fault::LongBody { excess: length - left }
                .report_from(&self.origin, self.errors.get_or_insert_default());
        }
        let fitting = usize::try_from(left).unwrap_or(usize::MAX).min(chunk.len());
        Chunk::from(chunk.as_bytes()[..fitting].to_vec())
    }

    /// Suelta el cuerpo. Un `Drop` de la aplicación que entra en pánico no tumba al servidor.
    fn discard(&mut self) {
        let released = self.chunks.take().map_or(Ok(()), Body::release);
        if let Err(panic) = released {
            Fault::Panic(panic).report_from(&self.origin, self.errors.get_or_insert_default());
        }
    }
}

impl Drop for ResponseBody {
    fn drop(&mut self) {
        self.discard();
    }
}

/// El siguiente trozo de `body`. Un pánico de la aplicación no tumba al servidor; unos bytes que ya
/// están en memoria no ejecutan código de nadie.
fn next_of(body: &mut Body) -> Result<Option<io::Result<Chunk>>, Fault> {
    if !body.runs_code() {
        return Ok(body.next());
    }
    catch(|| body.next()).map_err(Fault::Panic)
}

/// `known` es lo que mide, si se sabe sin producirlo.
fn length_of(is_head: bool, head: &ResponseHead, known: Option<u64>) -> BodyLength {
    match (head.code(), head.content_length(), known) {
        (205, _, _) => BodyLength::Known(0),
        (204, _, _) => BodyLength::Forbidden,
        (_, Some(declared), _) => BodyLength::Declared(declared),
        (304, None, _) => BodyLength::Forbidden,
        // Con HEAD un cuerpo vacío no dice cuánto mediría el de GET (RFC 9110 §9.3.2).
        (_, None, Some(0) | None) if is_head => BodyLength::Forbidden,
        (_, None, Some(known)) => BodyLength::Known(known),
        (_, None, None) => BodyLength::Unknown,
    }
}
