//! Lo que puede estar mal en un capítulo, con el archivo y la línea donde arreglarlo.

use std::fmt;

/// Cómo se escribe un archivo de preguntas.
const FORM: &str = "la forma está en preguntas/LEEME.md";

/// Un problema y su sitio. El orden es el de lectura: por archivo y por línea.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// El archivo, visto desde la carpeta del libro y con `/`.
    pub file: String,
    /// La línea, contada desde 1, cuando se conoce.
    pub line: Option<usize>,
    /// Qué está mal.
    pub kind: ProblemKind,
}

/// Las clases de problema.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(
    missing_docs,
    reason = "los campos repiten lo que el capítulo escribió: una ruta, un ancla, un destino"
)]
pub enum ProblemKind {
    /// `SUMMARY.md` nombra un capítulo que no está en la carpeta.
    ChapterMissing { path: String },
    /// Un capítulo de la carpeta no está en `SUMMARY.md`.
    ChapterUnlisted,
    /// Una directiva `{{#…}}` que mdBook no entiende.
    UnknownDirective { text: String },
    /// El archivo incluido no existe o no es texto UTF-8.
    IncludeMissing { path: String },
    /// El archivo incluido no tiene el ancla.
    AnchorMissing { path: String, anchor: String },
    /// El ancla se abre y no se cierra.
    AnchorOpen { path: String, anchor: String },
    /// Entre el principio y el final del ancla no hay nada.
    AnchorEmpty { path: String, anchor: String },
    /// Se piden líneas que el archivo no tiene.
    LinesOutside { path: String, lines: String, count: usize },
    /// Una inclusión lleva a otra demasiadas veces: casi siempre, un archivo que se incluye a sí mismo.
    IncludeTooDeep { path: String },
    /// Un archivo de preguntas no tiene la forma que se espera.
    QuestionFlawed { path: String, line: usize, what: String },
    /// No hay medición con ese nombre, o no se entiende.
    ResultMissing { path: String },
    /// La medición no tiene lo que se le pide.
    NotMeasured { path: String, wanted: String, known: String },
    /// En la página construida queda una directiva sin cumplir.
    DirectiveLeft,
    /// Un enlace a una página que no existe.
    DeadLink { target: String },
    /// Un enlace a una sección que la página no tiene.
    DeadFragment { target: String, fragment: String },
    /// Una imagen, un guion o una hoja de estilo que no existe.
    FileMissing { target: String },
    /// Una dirección externa mal escrita.
    BadAddress { target: String },
    /// Una imagen sin texto alternativo.
    ImageWithoutAlt { source: String },
    /// Un diagrama (`role="img"`) sin `aria-label`.
    DiagramWithoutLabel,
    /// Una figura de bytes habla de una línea que no viajó.
    LineNotInBytes { start: String },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}:{line}: {}", self.file, self.kind),
            None => write!(f, "{}: {}", self.file, self.kind),
        }
    }
}

impl fmt::Display for ProblemKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ChapterMissing { path } => {
                write!(f, "el capítulo «{path}» no existe; escríbelo o quita su línea")
            }
            Self::ChapterUnlisted => {
                write!(f, "el capítulo no está en SUMMARY.md; agrégalo o borra el archivo")
            }
            Self::DeadLink { target } => {
                write!(f, "el enlace «{target}» lleva a una página que no existe; corrige la ruta")
            }
            Self::DeadFragment { target, fragment } => {
                write!(
                    f,
                    "el enlace «{target}» busca la sección «#{fragment}», que esa página no tiene; "
                )?;
                write!(f, "copia el nombre del encabezado")
            }
            Self::FileMissing { target } => {
                write!(f, "el archivo «{target}» no existe; corrige la ruta o agrega el archivo")
            }
            Self::BadAddress { target } => {
                write!(
                    f,
                    "la dirección «{target}» está mal escrita; debe ser https://…, http://… o mailto:…"
                )
            }
            Self::ImageWithoutAlt { source } => {
                write!(
                    f,
                    "la imagen «{source}» no tiene texto alternativo; descríbela entre los corchetes: ![texto](…)"
                )
            }
            Self::DiagramWithoutLabel => {
                write!(
                    f,
                    "un elemento con role=\"img\" no tiene descripción; agrégale aria-label=\"…\""
                )
            }
            Self::LineNotInBytes { start } => {
                write!(
                    f,
                    "la figura nombra «{start}», y detrás de lo anterior ninguna línea suya empieza así; \
                     copia el principio de una"
                )
            }
            include => include.fmt_include(f),
        }
    }
}

impl ProblemKind {
    /// Los mensajes de las directivas `{{#…}}`.
    fn fmt_include(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IncludeMissing { path } => {
                write!(
                    f,
                    "el archivo incluido «{path}» no existe o no es texto; corrige la ruta o crea el archivo"
                )
            }
            Self::AnchorMissing { path, anchor } => {
                write!(
                    f,
                    "«{path}» no define «{anchor}» ni tiene esa ancla; corrige el nombre o escribe «ANCHOR: {anchor}» en un comentario suyo"
                )
            }
            Self::AnchorOpen { path, anchor } => {
                write!(
                    f,
                    "el ancla «{anchor}» de «{path}» no se cierra; escribe «ANCHOR_END: {anchor}» donde termina"
                )
            }
            Self::AnchorEmpty { path, anchor } => {
                write!(
                    f,
                    "el ancla «{anchor}» de «{path}» está vacía; pon entre sus marcas lo que quieres mostrar"
                )
            }
            Self::LinesOutside { path, lines, count } => {
                write!(
                    f,
                    "se piden las líneas «{lines}» de «{path}», que tiene {count}; corrige los números"
                )
            }
            Self::IncludeTooDeep { path } => {
                write!(
                    f,
                    "la inclusión de «{path}» no termina nunca; quita la que vuelve a un archivo anterior"
                )
            }
            Self::UnknownDirective { text } => {
                write!(
                    f,
                    "la directiva «{text}» no se entiende; existen include, rustdoc_include, playground, title, reglas, laboratorio, grafica, ficha, preguntas, inventario y avance"
                )
            }
            result => result.fmt_result(f),
        }
    }

    /// Los de lo que se midió y lo que se pregunta.
    fn fmt_result(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::QuestionFlawed { path, line, what } => write!(f, "{path}:{line}: {what}; {FORM}"),
            Self::ResultMissing { path } => {
                write!(f, "la medición «{path}» no existe o no se entiende; corrige el nombre")
            }
            Self::NotMeasured { path, wanted, known } => {
                write!(f, "«{path}» no tiene «{wanted}»; tiene {known}")
            }
            // Las demás clases tienen su frase en `Display`.
            _ => write!(
                f,
                "queda una directiva «{{{{#…}}}}» sin cumplir en la página; revisa cómo está escrita"
            ),
        }
    }
}
