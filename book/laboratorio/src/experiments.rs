//! Las visitas preparadas de cada capítulo, con lo que se pregunta antes de enviarlas. Aquí no está ninguna respuesta:
//! la buena es la opción que coincide con lo que ocurre.

mod cap01;
mod cap02;
mod cap03;
mod cap04;
mod cap05;
mod cap06;
mod cap07;
mod cap08;
mod cap09;

use crate::variants::{PROGRAMS, Program};
use crate::visit::{Visit, visit};

/// Una visita preparada.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Experiment {
    /// Cómo se llama en la página.
    pub name: &'static str,
    /// A qué programa va.
    pub program: &'static str,
    /// La petición, con saltos de línea corrientes: cada uno viaja como retorno de carro y salto de línea.
    pub request: &'static str,
    /// Qué mirar cuando se envía.
    pub look: &'static str,
    /// Qué se pregunta antes.
    pub question: Question,
}

/// Lo que se pregunta antes de enviar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    /// La pregunta.
    pub text: &'static str,
    /// El dato que la responde: uno de los de [`Visit::fact`].
    pub fact: &'static str,
    /// Lo que se puede contestar: la opción, el dato con que coincide y, si no es la buena, la idea equivocada que hay
    /// detrás de elegirla.
    pub options: &'static [(&'static str, &'static str, &'static str)],
}

/// Los experimentos de un capítulo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chapter {
    /// `cap01`.
    pub name: &'static str,
    /// De qué trata, para el laboratorio entero.
    pub title: &'static str,
    /// Sus experimentos; el primero es el que se muestra.
    pub experiments: &'static [Experiment],
}

/// Todos, en orden.
pub const CHAPTERS: [Chapter; 9] = [
    Chapter { name: "cap01", title: "Un texto", experiments: &cap01::EXPERIMENTS },
    Chapter { name: "cap02", title: "Una página HTML", experiments: &cap02::EXPERIMENTS },
    Chapter { name: "cap03", title: "La petición por dentro", experiments: &cap03::EXPERIMENTS },
    Chapter { name: "cap04", title: "Rutas y métodos", experiments: &cap04::EXPERIMENTS },
    Chapter { name: "cap05", title: "Una consulta", experiments: &cap05::EXPERIMENTS },
    Chapter { name: "cap06", title: "Un formulario", experiments: &cap06::EXPERIMENTS },
    Chapter { name: "cap07", title: "Un cuerpo por trozos", experiments: &cap07::EXPERIMENTS },
    Chapter { name: "cap08", title: "Intermediarios", experiments: &cap08::EXPERIMENTS },
    Chapter { name: "cap09", title: "El validador", experiments: &cap09::EXPERIMENTS },
];

/// Los de un capítulo.
#[must_use]
pub fn chapter(name: &str) -> Option<&'static Chapter> {
    CHAPTERS.iter().find(|chapter| chapter.name == name)
}

impl Experiment {
    /// Los bytes que se envían.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        self.request.replace('\n', "\r\n").into_bytes()
    }

    /// Su programa.
    ///
    /// # Panics
    ///
    /// Si no existe; una prueba recorre todos.
    #[must_use]
    pub fn program(&self) -> &'static Program {
        let found = PROGRAMS.iter().find(|program| program.name == self.program);
        found.expect("todo experimento tiene su programa")
    }

    /// Lo que ocurre.
    ///
    /// # Panics
    ///
    /// Si su programa no existe; una prueba recorre todos.
    #[must_use]
    pub fn run(&self) -> Visit {
        visit(self.program, &self.bytes(), &[]).expect("todo experimento tiene su programa")
    }

    /// Cuál de las opciones es la buena, según lo que ocurrió.
    #[must_use]
    pub fn right(&self, visit: &Visit) -> Option<usize> {
        let fact = visit.fact(self.question.fact);
        self.question.options.iter().position(|(_, value, _)| *value == fact)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_pregunta_tiene_una_respuesta_y_solo_una() {
        for Chapter { name: chapter, experiments, .. } in CHAPTERS {
            assert!((4..=7).contains(&experiments.len()), "{chapter}: {}", experiments.len());
            for experiment in experiments {
                let Experiment { name, question, .. } = experiment;
                let fact = experiment.run().fact(question.fact);
                // La única sin una idea equivocada detrás es la que coincide con lo que ocurre.
                let unexplained = question.options.iter().filter(|(_, _, why)| why.is_empty());
                let unexplained: Vec<&str> = unexplained.map(|(_, value, _)| *value).collect();
                assert_eq!(unexplained, [fact.as_str()], "{chapter}, «{name}»");
                let matching = question.options.iter().filter(|(_, value, _)| *value == fact);
                assert_eq!(matching.count(), 1, "{chapter}, «{name}»");
                assert!((2..=4).contains(&question.options.len()), "{chapter}, «{name}»");
            }
        }
    }

    #[test]
    fn no_siempre_es_la_misma() {
        for Chapter { name, experiments, .. } in CHAPTERS {
            let right: Vec<_> = experiments.iter().map(|e| e.right(&e.run())).collect();
            assert!(right.iter().any(|at| *at != right[0]), "{name}: {right:?}");
        }
    }

    #[test]
    fn ningun_nombre_se_repite_en_un_capitulo() {
        for Chapter { name, experiments, .. } in CHAPTERS {
            let mut names: Vec<_> = experiments.iter().map(|experiment| experiment.name).collect();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), experiments.len(), "{name}");
        }
    }
}
