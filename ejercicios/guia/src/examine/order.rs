//! Lo que se pide: `cargo ejercicios examina [host:puerto] [--todas] [--etapa dos] [--eco /ruta] [--detente]`.

use crate::error::GuideError;
use crate::exam_error::ExamError;
use crate::examiner::{Need, Place, STAGES, Stage, find};

/// Qué se cuenta del examen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Show {
    /// La cuenta, y entera la primera etapa que falla.
    First,
    /// Una línea por etapa.
    All,
    /// Una sola etapa, entera.
    One,
}

/// Lo que se pide.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) place: Place,
    pub(super) show: Show,
    /// La ruta en que la aplicación devuelve el cuerpo.
    pub(super) echo: Option<String>,
    /// Si alguien detendrá el servidor.
    pub(super) stop: bool,
    only: Option<&'static Stage>,
}

impl Order {
    pub(super) fn of(words: &[&str]) -> Result<Self, GuideError> {
        let mut place = None;
        let mut order = Self {
            place: Place::usual().map_err(ExamError::from)?,
            show: Show::First,
            echo: None,
            stop: false,
            only: None,
        };
        let mut words = words.iter().copied();
        while let Some(word) = words.next() {
            match word {
                "--todas" => order.show = Show::All,
                "--detente" => order.stop = true,
                "--etapa" => order.choose(value(words.next(), "la etapa: `--etapa dos`")?)?,
                "--eco" => order.echo = Some(echo(value(words.next(), "la ruta: `--eco /eco`")?)?),
                word if word.starts_with('-') || place.is_some() => {
                    return Err(GuideError::ExtraArgument(word.to_owned()));
                }
                word => place = Some(Place::named(word).map_err(ExamError::from)?),
            }
        }
        order.place = place.unwrap_or(order.place);
        Ok(order)
    }

    /// Las etapas que se piden. La de detenerlo va solo si se pide: los demás no esperan a nadie.
    pub(super) fn stages(&self) -> Vec<&'static Stage> {
        match self.only {
            Some(stage) => vec![stage],
            None => STAGES.into_iter().collect(),
        }
    }

    fn choose(&mut self, asked: &str) -> Result<(), ExamError> {
        let stage = find(asked).ok_or_else(|| ExamError::UnknownStage(asked.to_owned()))?;
        self.show = Show::One;
        self.only = Some(stage);
        // Quien la pide sabe que tendrá que detenerlo.
        self.stop |= stage.need == Need::Someone;
        Ok(())
    }
}

fn value<'w>(word: Option<&'w str>, what: &'static str) -> Result<&'w str, GuideError> {
    word.ok_or(GuideError::MissingArgument(what))
}

/// La ruta va dentro de una línea de petición: ni espacios ni controles.
fn echo(path: &str) -> Result<String, ExamError> {
    let is_path = path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic());
    is_path.then(|| path.to_owned()).ok_or_else(|| ExamError::EchoPath(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn sin_decir_nada_se_examina_lo_que_escucha_en_el_8000() {
        let order = Order::of(&[]).expect("basta");
        assert_eq!(
            (order.place.name(), order.show, order.stop),
            ("localhost:8000", Show::First, false)
        );
        assert_eq!(order.stages().len(), STAGES.len());
    }

    #[test]
    fn lo_demas_va_en_cualquier_orden() {
        let order =
            Order::of(&["--eco", "/eco", "127.0.0.1:81", "--etapa", "dos"]).expect("se entiende");
        let names: Vec<&str> = order.stages().iter().map(|stage| stage.name).collect();
        assert_eq!((order.place.name(), order.show), ("127.0.0.1:81", Show::One));
        assert_eq!((order.echo.as_deref(), names.as_slice()), (Some("/eco"), ["dos"].as_slice()));
        assert_eq!(Order::of(&["--etapa", "detente"]).map(|order| order.stop).ok(), Some(true));
    }

    #[test]
    fn lo_que_no_se_entiende_se_dice() {
        for (words, said) in [
            (&["--etapa"][..], "falta la etapa: `--etapa dos`"),
            (&["--eco"], "falta la ruta: `--eco /eco`"),
            (
                &["--eco", "eco"],
                "«eco» no es una ruta; la del eco empieza por / y no lleva espacios, como /eco",
            ),
            (
                &["8000", "8001"],
                "sobra «8001»; `cargo ejercicios ayuda` dice qué lleva cada comando",
            ),
            (&["--otra"], "sobra «--otra»; `cargo ejercicios ayuda` dice qué lleva cada comando"),
        ] {
            assert_eq!(Order::of(words).expect_err("no se entiende").to_string(), said);
        }
    }
}
