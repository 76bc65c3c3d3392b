//! A quién se examina, y las peticiones que se le hacen.

use std::net::TcpStream;
use std::time::Duration;

use super::evidence::Evidence;
use super::place::Place;
use super::wire::{Problem, Response, Wire};

/// Cuánto se espera entre dos bytes de quien debe contestar.
const PATIENCE: Duration = Duration::from_secs(3);

/// Lo que decide quien examina.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// Cuánto se espera entre dos bytes de una respuesta. Entera puede tardar cinco veces más.
    pub patience: Duration,
    /// Una ruta en la que la aplicación devuelve el cuerpo que recibe, si la tiene.
    pub echo: Option<&'a str>,
    /// Pide que se detenga el servidor, si hay a quién pedírselo.
    pub stop: Option<&'a dyn Fn()>,
}

/// Lo que se examina en una etapa, con lo que se vio en ella.
#[derive(Debug)]
pub struct Examinee<'a> {
    place: &'a Place,
    settings: Settings<'a>,
    evidence: Evidence,
}

impl Default for Settings<'_> {
    fn default() -> Self {
        Self { patience: PATIENCE, echo: None, stop: None }
    }
}

impl std::fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("patience", &self.patience)
            .field("echo", &self.echo)
            .finish_non_exhaustive()
    }
}

impl<'a> Examinee<'a> {
    pub(super) fn new(place: &'a Place, settings: Settings<'a>) -> Self {
        Self { place, settings, evidence: Evidence::default() }
    }

    /// Como se escribe en `Host`.
    pub(super) fn host(&self) -> &str {
        self.place.name()
    }

    pub(super) fn place(&self) -> &Place {
        self.place
    }

    pub(super) fn settings(&self) -> &Settings<'a> {
        &self.settings
    }

    pub(super) fn evidence(&self) -> &Evidence {
        &self.evidence
    }

    pub(super) fn into_evidence(self) -> Evidence {
        self.evidence
    }

    /// Una petición sin cuerpo a `/`, con esas líneas de más, cada una con su ␍␊.
    pub(super) fn request(&self, method: &str, lines: &str) -> Vec<u8> {
        format!("{method} / HTTP/1.1\r\nHost: {}\r\n{lines}\r\n", self.host()).into_bytes()
    }

    /// Una conexión cuyos bytes quedan anotados.
    pub(super) fn open(&self) -> Result<Wire<'_>, Problem> {
        self.open_noting(&self.evidence)
    }

    /// Una conexión cuyos bytes se anotan en otra parte: la que no es lo que se mira.
    pub(super) fn open_noting<'e>(&self, evidence: &'e Evidence) -> Result<Wire<'e>, Problem> {
        let stream = connect(self.place, self.settings.patience)?;
        Ok(Wire::new(stream, self.settings.patience, evidence))
    }

    /// La respuesta a esos bytes, en una conexión nueva.
    pub(super) fn ask(&self, method: &str, bytes: &[u8]) -> Result<Response, Problem> {
        let mut wire = self.open()?;
        wire.send(bytes);
        wire.response(method)
    }

    /// Cómo responde a un GET de `/`, aparte: con qué comparar.
    pub(super) fn usual(&self) -> Result<Response, Problem> {
        let evidence = Evidence::default();
        let mut wire = self.open_noting(&evidence)?;
        wire.send(&self.request("GET", "Connection: close\r\n"));
        wire.response("GET")
    }
}

/// Abre una conexión con la primera de sus direcciones que conteste.
pub(super) fn connect(place: &Place, patience: Duration) -> Result<TcpStream, Problem> {
    let mut reason = None;
    for address in place.addresses() {
        match TcpStream::connect_timeout(address, patience) {
            Ok(stream) => return Ok(stream),
            Err(error) => reason = Some(error),
        }
    }
    let reason = reason.map_or_else(String::new, |error| format!(": {error}"));
    Err(Problem::Unreachable(format!("no se pudo abrir una conexión con {}{reason}", place.name())))
}
