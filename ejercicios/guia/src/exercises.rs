//! Qué ejercicios hay, y dónde está cada cosa de ellos.
//!
//! Un ejercicio es un archivo `capNN_nombre.rs` de la carpeta de las pruebas: no hay otra lista. Así, lo
//! que alguien añada, borre o renombre entre los pendientes no cambia cuáles hay.

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::GuideError;
use crate::places::{ORIGINALS, SOLUTIONS, STUBS, TESTS};

/// El proyecto en el que se trabaja: este repositorio o una copia para una clase.
#[derive(Debug, Clone)]
pub struct Project {
    root: PathBuf,
}

/// Un ejercicio.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exercise {
    slug: String,
    title: String,
}

impl Project {
    /// El proyecto cuya raíz es esa carpeta.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// La raíz del proyecto.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// La carpeta de los ejercicios.
    #[must_use]
    pub fn exercises_folder(&self) -> PathBuf {
        self.root.join("ejercicios")
    }

    /// Donde la guía guarda lo suyo, y lo que compila. Con `cargo clean` se olvida.
    #[must_use]
    pub fn memory(&self) -> PathBuf {
        self.root.join("target/guia")
    }

    /// El archivo de las pistas de un ejercicio.
    #[must_use]
    pub fn hints_of(&self, exercise: &Exercise) -> PathBuf {
        self.exercises_folder().join(format!("pistas/{}.md", exercise.slug))
    }

    /// Lo que, al cambiar, obliga a probar otra vez.
    #[must_use]
    pub fn watched(&self) -> Vec<PathBuf> {
        ["src", "tests"].iter().map(|name| self.exercises_folder().join(name)).collect()
    }

    /// Los ejercicios, en el orden de sus capítulos.
    ///
    /// # Errors
    /// No hay ninguno, o la carpeta no se puede leer.
    pub fn exercises(&self) -> Result<Vec<Exercise>, GuideError> {
        let folder = self.root.join(TESTS);
        let entries = fs::read_dir(&folder).map_err(GuideError::io("leer", &folder))?;
        let mut found: Vec<Exercise> =
            entries.flatten().filter_map(|entry| self.exercise_of(&entry.path())).collect();
        found.sort_by(|a, b| a.slug.cmp(&b.slug));
        if found.is_empty() { Err(GuideError::NoExercises(folder)) } else { Ok(found) }
    }

    /// El ejercicio cuyas pruebas están en ese archivo, si su nombre es el de un ejercicio.
    fn exercise_of(&self, tests: &Path) -> Option<Exercise> {
        let slug = tests.file_stem()?.to_str()?;
        if tests.extension()? != "rs" || !is_slug(slug) {
            return None;
        }
        let name = format!("{slug}.rs");
        let text = [ORIGINALS, STUBS]
            .iter()
            .find_map(|folder| fs::read_to_string(self.root.join(folder).join(&name)).ok());
        let title = text.as_deref().and_then(title_in).unwrap_or(slug).to_owned();
        Some(Exercise { slug: slug.to_owned(), title })
    }

    /// Los archivos de Rust que hay entre los pendientes y no son de ningún ejercicio, por su nombre: casi
    /// siempre, una copia que alguien hizo al lado.
    #[must_use]
    pub fn strangers(&self, exercises: &[Exercise]) -> Vec<String> {
        let entries = fs::read_dir(self.root.join(STUBS)).into_iter().flatten().flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let is_known = |name: &str| exercises.iter().any(|one| name == format!("{}.rs", one.slug));
        let mut strangers: Vec<String> =
            names.filter(|name| name.ends_with(".rs") && !is_known(name)).collect();
        strangers.sort();
        strangers
    }

    /// El ejercicio que alguien nombra: `cap03`, `cap03_environ` o `3`.
    ///
    /// # Errors
    /// No lo hay.
    pub fn find(&self, asked: &str) -> Result<Exercise, GuideError> {
        let exercises = self.exercises()?;
        let found = exercises.iter().find(|exercise| exercise.is(asked)).cloned();
        found.ok_or_else(|| GuideError::UnknownExercise {
            asked: asked.to_owned(),
            known: exercises.iter().map(|exercise| exercise.chapter().to_owned()).collect(),
        })
    }

    /// El nombre de un archivo visto desde la raíz, siempre con `/`.
    #[must_use]
    pub fn name_of(&self, path: &Path) -> String {
        with_slashes(path.strip_prefix(&self.root).unwrap_or(path))
    }
}

impl Exercise {
    /// El nombre completo: `cap03_environ`. También es el del módulo de sus pruebas.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// El capítulo: `cap03`.
    #[must_use]
    pub fn chapter(&self) -> &str {
        &self.slug[..5]
    }

    /// El número del capítulo, sin ceros delante: `3`.
    #[must_use]
    pub fn number(&self) -> &str {
        self.slug[3..5].trim_start_matches('0')
    }

    /// De qué trata: «saluda en dos trozos».
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// El archivo que se resuelve, visto desde la raíz.
    #[must_use]
    pub fn stub(&self) -> String {
        format!("{STUBS}/{}.rs", self.slug)
    }

    /// Ese archivo como se entrega.
    #[must_use]
    pub fn original(&self) -> String {
        format!("{ORIGINALS}/{}.rs", self.slug)
    }

    /// Una respuesta buena, si la hay.
    #[must_use]
    pub fn solution(&self) -> String {
        format!("{SOLUTIONS}/{}.rs", self.slug)
    }

    /// El archivo de sus pruebas.
    #[must_use]
    pub fn tests(&self) -> String {
        format!("{TESTS}/{}.rs", self.slug)
    }

    fn is(&self, asked: &str) -> bool {
        let asked = asked.to_lowercase();
        let asked = asked.trim_end_matches(".rs");
        asked == self.slug
            || asked == self.chapter()
            || asked.trim_start_matches('0') == self.number()
    }
}

/// Si es el nombre de un capítulo: `cap`, dos cifras, guion bajo y algo más.
fn is_slug(name: &str) -> bool {
    let digits = name.strip_prefix("cap").and_then(|rest| rest.split_once('_'));
    digits.is_some_and(|(number, rest)| {
        number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit()) && !rest.is_empty()
    }) && name.is_ascii()
}

/// Lo que dice la primera línea: `//! Ejercicio del capítulo 1: saluda en dos trozos.`
fn title_in(stub: &str) -> Option<&str> {
    let (_, title) = stub.lines().next()?.strip_prefix("//!")?.split_once(": ")?;
    Some(title.trim().trim_end_matches('.'))
}

pub(crate) fn with_slashes(path: &Path) -> String {
    path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn project(files: &[(&str, &str)]) -> (tempfile::TempDir, Project) {
        let folder = tempfile::tempdir().expect("hay carpeta temporal");
        for place in [TESTS, STUBS] {
            fs::create_dir_all(folder.path().join(place)).expect("se puede crear");
            for (name, text) in files {
                fs::write(folder.path().join(place).join(name), text).expect("se puede escribir");
            }
        }
        let project = Project::new(folder.path());
        (folder, project)
    }

    #[test]
    fn los_ejercicios_son_los_archivos_y_van_en_orden() {
        let (_folder, project) = project(&[
            ("cap10_archivos.rs", "use x;\n"),
            (
                "cap02_html.rs",
                concat!("//!", " Ejercicio del capítulo 2: una página con una lista.\n"),
            ),
            ("mod.rs", ""),
            ("cap3_corto.rs", ""),
            ("cap04_rutas.md", ""),
        ]);
        let found = project.exercises().expect("hay ejercicios");
        let shown: Vec<(&str, &str, &str)> =
            found.iter().map(|one| (one.slug(), one.number(), one.title())).collect();
        assert_eq!(
            shown,
            [
                ("cap02_html", "2", "una página con una lista"),
                ("cap10_archivos", "10", "cap10_archivos")
            ]
        );
    }

    #[test]
    fn lo_que_hay_entre_los_pendientes_no_cambia_cuales_hay() {
        let (folder, project) = project(&[("cap02_html.rs", "//! Ejercicio: uno.\n")]);
        let stubs = folder.path().join(STUBS);
        for name in ["cap02_html - copia.rs", "cap07_mio.rs", "notas.txt"] {
            fs::write(stubs.join(name), "").expect("se puede escribir");
        }
        fs::remove_file(stubs.join("cap02_html.rs")).expect("está");
        let exercises = project.exercises().expect("hay ejercicios");
        assert_eq!(exercises.iter().map(Exercise::slug).collect::<Vec<_>>(), ["cap02_html"]);
        assert_eq!(project.strangers(&exercises), ["cap02_html - copia.rs", "cap07_mio.rs"]);
    }

    #[test]
    fn un_ejercicio_se_nombra_de_varias_maneras() {
        let (_folder, project) = project(&[("cap02_html.rs", ""), ("cap10_archivos.rs", "")]);
        for asked in ["cap02", "CAP02", "2", "02", "cap02_html", "cap02_html.rs"] {
            assert_eq!(project.find(asked).expect(asked).slug(), "cap02_html");
        }
        assert_eq!(project.find("10").expect("está").slug(), "cap10_archivos");
        for asked in ["cap03", "0", "", "cap"] {
            let error = project.find(asked).expect_err(asked);
            assert_eq!(
                error.to_string(),
                format!("no hay un ejercicio «{asked}»; los que hay son cap02, cap10")
            );
        }
    }

    #[test]
    fn sin_ejercicios_se_dice_donde_se_buscaron() {
        let (folder, project) = project(&[]);
        let error = project.exercises().expect_err("no hay");
        let place = folder.path().join(TESTS);
        assert_eq!(error.to_string(), format!("no hay ningún ejercicio en {}", place.display()));
    }
}
