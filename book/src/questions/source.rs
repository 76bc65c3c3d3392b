//! Las preguntas de un capítulo, como están escritas en `preguntas/`. `preguntas/LEEME.md` cuenta la forma.
//!
//! Aquí solo se leen; lo que una respuesta afirma lo comprueban las pruebas, que también usan este archivo.

/// Cuántas respuestas se ofrecen.
const CHOICES: std::ops::RangeInclusive<usize> = 3..=4;

/// Una pregunta.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Lo que se pregunta.
    pub text: String,
    /// Cómo se sabe cuál es la buena.
    pub proof: Proof,
    /// Lo que se puede contestar.
    pub choices: Vec<Choice>,
}

/// Cómo se sabe cuál es la buena.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Se hace esta petición a un programa, y se mira lo que cada respuesta afirma.
    Run {
        /// El programa.
        program: String,
        /// La petición, con saltos de línea corrientes.
        request: String,
    },
    /// Lo demuestra una prueba que ya existe.
    Test {
        /// Su archivo, sin `tests/` ni `.rs`.
        file: String,
        /// Cómo se llama.
        name: String,
    },
    /// Es una idea: ningún programa la demuestra.
    Concept,
}

/// Una respuesta posible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Lo que dice.
    pub text: String,
    /// Si es la buena.
    pub is_right: bool,
    /// Lo que afirma, si se puede mirar: un dato y su valor.
    pub claims: Vec<(String, String)>,
    /// Por qué es la buena, o qué idea hay detrás de ella.
    pub reason: String,
}

/// Por qué no se entiende un archivo, y en qué línea.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// La línea, contada desde 1.
    pub line: usize,
    /// Qué está mal.
    pub what: &'static str,
}

impl Question {
    /// El lugar de la respuesta buena.
    #[must_use]
    pub fn right(&self) -> usize {
        self.choices.iter().position(|choice| choice.is_right).unwrap_or_default()
    }
}

/// La letra de una respuesta, por su lugar.
#[must_use]
pub fn letter(at: usize) -> char {
    ['a', 'b', 'c', 'd'].get(at).copied().unwrap_or('?')
}

/// Lee las preguntas de un archivo.
///
/// # Errors
/// El primer sitio donde el texto no tiene la forma que se espera.
pub fn parse(text: &str) -> Result<Vec<Question>, Flaw> {
    let lines: Vec<&str> = text.lines().collect();
    let is_start = |line: &&str| line.starts_with("## ");
    let mut starts: Vec<usize> =
        (0..lines.len()).filter(|at| lines.get(*at).is_some_and(is_start)).collect();
    starts.push(lines.len());
    starts.windows(2).map(|ends| question(&lines[ends[0]..ends[1]], ends[0])).collect()
}

/// Una pregunta; `before` son las líneas que tiene delante.
fn question(lines: &[&str], before: usize) -> Result<Question, Flaw> {
    let flaw = |line: usize, what| Flaw { line: before + line + 1, what };
    let mut written = Written::default();
    for (at, line) in lines.iter().enumerate().skip(1) {
        written.take(line).map_err(|what| flaw(at, what))?;
    }
    let text = lines[0].trim_start_matches("## ").to_owned();
    let choices = written.choices;
    let proof = written.proof.ok_or(flaw(0, "falta «programa:», «prueba:» o «concepto»"))?;
    let proof = match proof {
        Proof::Run { program, .. } => Proof::Run { program, request: written.request },
        other => other,
    };
    if !CHOICES.contains(&choices.len()) {
        return Err(flaw(0, "una pregunta tiene tres o cuatro respuestas"));
    }
    if choices.iter().filter(|choice| choice.is_right).count() != 1 {
        return Err(flaw(0, "una sola respuesta es la buena, y empieza por «+»"));
    }
    if choices.iter().any(|choice| choice.reason.is_empty()) {
        return Err(flaw(0, "a una respuesta le falta su porqué"));
    }
    Ok(Question { text, proof, choices })
}

/// Lo que se lleva leído de una pregunta.
#[derive(Default)]
struct Written {
    proof: Option<Proof>,
    request: String,
    is_request: bool,
    choices: Vec<Choice>,
}

impl Written {
    fn take(&mut self, line: &str) -> Result<(), &'static str> {
        if line.starts_with("```") {
            self.is_request = !self.is_request;
        } else if self.is_request {
            self.request += line;
            self.request.push('\n');
        } else if let Some(text) = line.strip_prefix("+ ") {
            self.choices.push(choice(text, true));
        } else if let Some(text) = line.strip_prefix("- ") {
            self.choices.push(choice(text, false));
        } else if let Some(text) = line.strip_prefix("  ") {
            let choice = self.choices.last_mut().ok_or("sangría antes de la primera respuesta")?;
            choice.take(text.trim())?;
        } else if !line.trim().is_empty() {
            self.proof = Some(proof(line)?);
        }
        Ok(())
    }
}

fn choice(text: &str, is_right: bool) -> Choice {
    Choice { text: text.to_owned(), is_right, claims: Vec::new(), reason: String::new() }
}

impl Choice {
    fn take(&mut self, text: &str) -> Result<(), &'static str> {
        if let Some(claim) = text.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            let (fact, value) = claim.split_once(" = ").ok_or("se afirma «{dato = valor}»")?;
            self.claims.push((fact.to_owned(), value.to_owned()));
            return Ok(());
        }
        if !self.reason.is_empty() {
            self.reason.push(' ');
        }
        self.reason += text;
        Ok(())
    }
}

fn proof(line: &str) -> Result<Proof, &'static str> {
    match line.split_once(": ") {
        _ if line == "concepto" => Ok(Proof::Concept),
        Some(("programa", program)) => {
            Ok(Proof::Run { program: program.to_owned(), request: String::new() })
        }
        Some(("prueba", test)) => {
            let (file, name) = test.split_once("::").ok_or("una prueba es «archivo::nombre»")?;
            Ok(Proof::Test { file: file.to_owned(), name: name.to_owned() })
        }
        _ => Err("esta línea no es de ninguna clase conocida"),
    }
}
