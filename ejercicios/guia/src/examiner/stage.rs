//! Qué es una etapa del examen.

use super::examinee::Examinee;
use super::wire::Problem;

/// Cómo sale una comprobación.
pub(super) type Outcome = Result<(), Problem>;

/// Lo que una etapa pide además de una aplicación que responda a `GET /`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nada más.
    Nothing,
    /// Una ruta en la que la aplicación devuelva el cuerpo que lee.
    Echo,
    /// Alguien que detenga el servidor.
    Someone,
}

/// Una etapa: qué se comprueba, qué lo manda y dónde se aprende.
#[derive(Debug)]
pub struct Stage {
    /// Cómo se pide: `dos`.
    pub name: &'static str,
    /// Qué se comprueba.
    pub title: &'static str,
    /// Qué dice la regla.
    pub rule: &'static str,
    /// Dónde lo dice: `RFC 9112 §9.3`.
    pub source: &'static str,
    /// Por dónde empezar.
    pub hint: &'static str,
    /// Dónde está en el libro.
    pub chapter: &'static str,
    /// Lo que pide.
    pub need: Need,
    pub(super) check: fn(&Examinee<'_>) -> Outcome,
}
