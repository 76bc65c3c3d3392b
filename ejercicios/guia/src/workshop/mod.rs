//! El taller: una copia de los ejercicios en `target/guia`, que es lo que se compila y se prueba.
//!
//! Se llena por contenido: cada archivo se escribe solo si es distinto. Así cargo compila lo que dicen los
//! archivos de ahora, tengan la fecha que tengan, y los de quien estudia no se tocan. Y así se puede
//! compilar sin un ejercicio que tiene un error, o con las respuestas de otra persona.
//!
//! Es un espacio de trabajo de cargo con un solo paquete. Sus manifiestos son los del proyecto, sin lo que
//! no hace falta; las rutas que salen de la carpeta pasan a ser absolutas. Y el paquete tiene una versión
//! distinta en cada carpeta: cargo no distingue dos copias de un paquete que se compilan en el mismo sitio, y
//! tomaría lo compilado de una por lo de la otra.

mod manifest;

use std::collections::BTreeMap;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::error::GuideError;
use crate::exercises::{Exercise, Project, with_slashes};
use crate::places::TESTS;

/// Lo que hay en la carpeta de los ejercicios y no se compila.
const LEFT_OUT: [&str; 8] = [
    "aula",
    "guardados",
    "guia",
    "originales",
    "pistas",
    "src/pendientes",
    "src/soluciones",
    "target",
];

const MANIFEST: &str = "ejercicios/Cargo.toml";

/// Lo que cada ejercicio tiene escrito, por su nombre. Lo que no está, falta.
pub type Answers = BTreeMap<String, Vec<u8>>;

/// Lo que va en el taller además de las respuestas, leído una vez.
#[derive(Debug)]
pub struct Workshop {
    /// Con todos los ejercicios, y sin alguno. Son dos para que ir y venir no obligue a compilarlo todo.
    whole: PathBuf,
    partial: PathBuf,
    /// El manifiesto de los ejercicios, y la carpeta desde la que nombra lo de fuera.
    manifest: String,
    home: PathBuf,
    fixed: BTreeMap<String, Vec<u8>>,
}

impl Workshop {
    /// El taller de ese nombre, con los ejercicios del proyecto.
    ///
    /// # Errors
    /// Algo del proyecto no se puede leer.
    pub fn open(project: &Project, name: &str) -> Result<Self, GuideError> {
        let mut fixed = BTreeMap::new();
        gather(&project.exercises_folder(), "ejercicios", &mut fixed)?;
        let manifest = read_text(project, MANIFEST)?;
        let text = read_text(project, "Cargo.toml")?;
        let workspace = manifest::workspace(&text, project.root());
        fixed.insert("Cargo.toml".into(), workspace.into_bytes());
        if let Ok(lock) = fs::read(project.root().join("Cargo.lock")) {
            fixed.insert("Cargo.lock".into(), lock);
        }
        let place = |name: &str| project.memory().join(name);
        let (whole, partial) = (place(name), place(&format!("{name}-apartados")));
        Ok(Self { whole, partial, manifest, home: project.exercises_folder(), fixed })
    }

    /// Deja el taller con esas respuestas, sin los ejercicios de los que no hay ninguna. Devuelve la carpeta
    /// en que se compila.
    ///
    /// # Errors
    /// Un archivo no se puede escribir.
    pub fn fill(&self, exercises: &[Exercise], answers: &Answers) -> Result<&Path, GuideError> {
        let is_whole = exercises.iter().all(|exercise| answers.contains_key(exercise.slug()));
        let folder = if is_whole { &self.whole } else { &self.partial };
        let mut files = self.fixed.clone();
        let package = manifest::package(&self.manifest, &self.home, &version_of(folder));
        files.insert(MANIFEST.into(), package.into_bytes());
        for exercise in exercises {
            match answers.get(exercise.slug()) {
                Some(answer) => {
                    files.insert(exercise.stub(), answer.clone());
                }
                None => set_aside(exercise, &mut files),
            }
        }
        for (name, content) in &files {
            write_if_different(&folder.join(name), content)?;
        }
        remove_others(folder, "", &files)?;
        Ok(folder)
    }
}

/// Una versión que no tiene el paquete de ninguna otra carpeta.
fn version_of(folder: &Path) -> String {
    let mut hasher = DefaultHasher::new();
    folder.hash(&mut hasher);
    format!("0.0.{}", hasher.finish() >> 1)
}

/// Lo que quien estudia tiene escrito en cada ejercicio.
pub(crate) fn answers_in(project: &Project, exercises: &[Exercise]) -> Answers {
    let read = |exercise: &Exercise| {
        let content = fs::read(project.root().join(exercise.stub())).ok()?;
        Some((exercise.slug().to_owned(), content))
    };
    exercises.iter().filter_map(read).collect()
}

fn read_text(project: &Project, name: &str) -> Result<String, GuideError> {
    let path = project.root().join(name);
    fs::read_to_string(&path).map_err(GuideError::io("leer", &path))
}

/// Los archivos de una carpeta. De un enlace a otra carpeta no se baja: podría no tener fondo.
fn gather(
    folder: &Path,
    name: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), GuideError> {
    for entry in fs::read_dir(folder).map_err(GuideError::io("leer", folder))?.flatten() {
        let path = entry.path();
        let own = format!("{name}/{}", entry.file_name().to_string_lossy());
        let inside = own.strip_prefix("ejercicios/").unwrap_or(&own);
        if inside.starts_with('.') || LEFT_OUT.contains(&inside) {
            continue;
        }
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            gather(&path, &own, files)?;
        } else if path.is_file() {
            files.insert(own, fs::read(&path).map_err(GuideError::io("leer", &path))?);
        }
    }
    Ok(())
}

/// Quita de la biblioteca y de las pruebas el módulo de un ejercicio, y sus pruebas.
fn set_aside(exercise: &Exercise, files: &mut BTreeMap<String, Vec<u8>>) {
    for name in ["ejercicios/src/lib.rs".to_owned(), format!("{TESTS}/main.rs")] {
        if let Some(text) = files.get_mut(&name) {
            *text = without_module(&String::from_utf8_lossy(text), exercise.slug()).into_bytes();
        }
    }
    files.remove(&exercise.tests());
}

/// El texto sin la línea que declara el módulo, ni los atributos que lleva encima.
fn without_module(text: &str, name: &str) -> String {
    let mut kept = String::new();
    let mut attributes = String::new();
    for line in text.split_inclusive('\n') {
        let code = line.trim();
        if code.starts_with("#[") {
            attributes.push_str(line);
            continue;
        }
        if code.trim_start_matches("pub ") != format!("mod {name};") {
            kept.push_str(&attributes);
            kept.push_str(line);
        }
        attributes.clear();
    }
    kept + &attributes
}

fn write_if_different(path: &Path, content: &[u8]) -> Result<(), GuideError> {
    if fs::read(path).is_ok_and(|known| known == content) {
        return Ok(());
    }
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder).map_err(GuideError::io("crear", folder))?;
    fs::write(path, content).map_err(GuideError::io("escribir", path))
}

/// Borra del taller lo que no le toca. `Cargo.lock` lo escribe cargo si el proyecto no lo tiene.
fn remove_others(
    folder: &Path,
    prefix: &str,
    files: &BTreeMap<String, Vec<u8>>,
) -> Result<(), GuideError> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = format!("{prefix}{}", with_slashes(Path::new(&entry.file_name())));
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && files.keys().any(|known| known.starts_with(&format!("{name}/"))) {
            remove_others(&path, &format!("{name}/"), files)?;
        } else if is_folder {
            fs::remove_dir_all(&path).map_err(GuideError::io("borrar", &path))?;
        } else if !files.contains_key(&name) && name != "Cargo.lock" {
            fs::remove_file(&path).map_err(GuideError::io("borrar", &path))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::STUBS;
    use pretty_assertions::assert_eq;

    #[test]
    fn un_modulo_se_va_con_sus_atributos() {
        let library = "//! Doc.\r\n\r\n#[path = \"pendientes/cap01_uno.rs\"]\r\npub mod cap01_uno;\r\n\
            \r\n#[cfg(a)]\r\n#[path = \"b\"]\r\npub mod cap02_dos;\r\n";
        assert_eq!(
            without_module(library, "cap02_dos"),
            "//! Doc.\r\n\r\n#[path = \"pendientes/cap01_uno.rs\"]\r\npub mod cap01_uno;\r\n\r\n"
        );
        assert_eq!(
            without_module("mod cap01_uno;\nmod cap02_dos;\n", "cap01_uno"),
            "mod cap02_dos;\n"
        );
        assert_eq!(
            without_module("#[a]\nmod otro;\n#[fin]", "cap01_uno"),
            "#[a]\nmod otro;\n#[fin]"
        );
    }

    #[test]
    fn el_taller_queda_como_se_pide_y_lo_igual_no_se_toca() {
        let place = tempfile::tempdir().expect("hay carpeta temporal");
        let write = |name: &str, text: &str| {
            let path = place.path().join(name);
            fs::create_dir_all(path.parent().expect("tiene carpeta")).expect("se puede crear");
            fs::write(path, text).expect("se puede escribir");
        };
        write("Cargo.toml", "[workspace]\nmembers = [\"ejercicios\", \"otro\"]\n");
        write("ejercicios/Cargo.toml", "[package]\nname = \"ejercicios\"\n");
        write("ejercicios/src/lib.rs", "pub mod cap01_uno;\npub mod cap02_dos;\n");
        write("ejercicios/src/soluciones/cap01_uno.rs", "secreto");
        write(&format!("{TESTS}/main.rs"), "mod cap01_uno;\nmod cap02_dos;\n");
        for slug in ["cap01_uno", "cap02_dos"] {
            write(&format!("{TESTS}/{slug}.rs"), "");
            write(&format!("{STUBS}/{slug}.rs"), "mío");
        }
        let project = Project::new(place.path());
        let exercises = project.exercises().expect("los hay");
        let workshop = Workshop::open(&project, "prueba").expect("se lee");
        let answers = answers_in(&project, &exercises);
        assert_eq!(workshop.fill(&exercises, &answers).expect("se escribe"), workshop.whole);

        let only: Answers = [("cap01_uno".to_owned(), "mío".into())].into();
        let folder = workshop.fill(&exercises, &only).expect("se escribe");
        let first = folder.join(exercises[0].stub());
        let written = fs::metadata(&first).and_then(|data| data.modified()).expect("tiene fecha");
        fs::write(folder.join("sobra.rs"), "de otra vez").expect("se puede escribir");
        workshop.fill(&exercises, &only).expect("se escribe");
        let mut left = BTreeMap::new();
        gather(folder, "", &mut left).expect("se lee");
        let names: Vec<&str> = left.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "/Cargo.toml",
                "/ejercicios/Cargo.toml",
                "/ejercicios/src/lib.rs",
                "/ejercicios/src/pendientes/cap01_uno.rs",
                "/ejercicios/tests/ejercicios/cap01_uno.rs",
                "/ejercicios/tests/ejercicios/main.rs",
            ]
        );
        assert_eq!(left["/ejercicios/src/lib.rs"], b"pub mod cap01_uno;\n");
        let now = fs::metadata(&first).and_then(|data| data.modified()).expect("tiene fecha");
        assert_eq!(now, written, "lo que no cambia no se escribe");
    }
}
