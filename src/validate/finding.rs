//! Lo que el validador encuentra, y qué hace con ello.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rule::Rule;

/// Una regla que alguien incumplió.
///
/// # Examples
///
/// ```
/// use pasarela::validate::{Findings, Rule, Validator};
/// use pasarela::{Body, Environ, Result, StartResponse, testing};
///
/// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("200 OK", &[("Content-Length", "muchos")])?;
///     Ok(Body::empty())
/// }
///
/// let findings = Findings::default();
/// testing::get("/").call(&Validator::collecting(application, findings.clone()));
///
/// let finding = findings.all().remove(0);
/// assert_eq!(finding.rule(), Rule::ContentLengthForm);
/// assert!(finding.to_string().starts_with("la aplicación incumple una regla de PEP 3333"));
/// assert!(finding.to_string().ends_with(finding.found()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    rule: Rule,
    found: String,
}

impl Finding {
    /// La regla.
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// Lo que se encontró en su lugar.
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl std::error::Error for Finding {}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, found } = self;
        let (side, section, text) = (rule.side().name(), rule.section(), rule.text());
        write!(f, "{side} incumple una regla de {section}: {text}; aquí, {found}")
    }
}

/// Los hallazgos de uno o varios validadores. Se clona para leerlos mientras la aplicación trabaja.
///
/// # Examples
///
/// ```
/// use pasarela::validate::{Findings, Rule, Validator};
/// use pasarela::{Body, Environ, Result, StartResponse, testing};
///
/// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     start_response("200 OK", &[])?;
///     Ok(Body::from("sin tipo"))
/// }
///
/// let findings = Findings::default();
/// testing::get("/").call(&Validator::collecting(application, findings.clone()));
///
/// assert_eq!(findings.rules(), [Rule::ContentTypePresent]);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Findings(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    list: Mutex<Vec<Finding>>,
    open_bodies: AtomicUsize,
}

impl Findings {
    /// Los hallazgos hasta ahora, en orden.
    pub fn all(&self) -> Vec<Finding> {
        self.list().clone()
    }

    /// Las reglas incumplidas hasta ahora, en orden.
    pub fn rules(&self) -> Vec<Rule> {
        self.list().iter().map(Finding::rule).collect()
    }

    /// Si no hay ninguno.
    pub fn is_empty(&self) -> bool {
        self.list().is_empty()
    }

    /// Los hallazgos, cuando el servidor ya terminó: solo entonces se sabe si soltó todos los
    /// cuerpos ([`Rule::BodyClosed`]).
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::validate::{Findings, Rule, Validator};
    /// use pasarela::{simple_server::demo_app, testing};
    ///
    /// let findings = Findings::default();
    /// let application = Validator::collecting(demo_app, findings.clone());
    /// // Un servidor que olvida el cuerpo sin soltarlo.
    /// std::mem::forget(testing::get("/").stream(&application));
    ///
    /// assert!(findings.is_empty());
    /// assert_eq!(findings.finish()[0].rule(), Rule::BodyClosed);
    /// ```
    pub fn finish(&self) -> Vec<Finding> {
        let open = self.0.open_bodies.swap(0, Ordering::Relaxed);
        if open > 0 {
            self.add(Rule::BodyClosed, format!("quedan {open} cuerpos sin soltar"));
        }
        self.all()
    }

    fn add(&self, rule: Rule, found: String) {
        self.list().push(Finding { rule, found });
    }

    fn list(&self) -> MutexGuard<'_, Vec<Finding>> {
        // Una lista a la que alguien no terminó de añadir sigue siendo una lista.
        self.0.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Qué se hace con un hallazgo.
#[derive(Debug, Clone)]
pub(super) enum Report {
    Panic,
    Collect(Findings),
}

impl Report {
    /// # Panics
    ///
    /// Si así se eligió.
    pub(super) fn broken(&self, rule: Rule, found: String) {
        match self {
            Self::Panic => panic!("{}", Finding { rule, found }),
            Self::Collect(findings) => findings.add(rule, found),
        }
    }

    /// Anota que hay un cuerpo más sin soltar, hasta que se suelte lo que devuelve.
    pub(super) fn open_body(&self) -> OpenBody {
        OpenBody(match self {
            Self::Panic => None,
            Self::Collect(findings) => {
                findings.0.open_bodies.fetch_add(1, Ordering::Relaxed);
                Some(findings.clone())
            }
        })
    }
}

/// Un cuerpo que todavía no se ha soltado.
#[derive(Debug)]
pub(super) struct OpenBody(Option<Findings>);

impl Drop for OpenBody {
    fn drop(&mut self) {
        if let Some(findings) = &self.0 {
            findings.0.open_bodies.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

/// Como [`Report`], y cada regla se dice una sola vez.
#[derive(Debug)]
pub(super) struct ReportOnce {
    report: Report,
    said: Vec<Rule>,
}

impl ReportOnce {
    pub(super) fn new(report: &Report) -> Self {
        Self { report: report.clone(), said: Vec::new() }
    }

    pub(super) fn broken(&mut self, rule: Rule, found: impl fmt::Display) {
        if !self.said.contains(&rule) {
            self.said.push(rule);
            self.report.broken(rule, found.to_string());
        }
    }
}
