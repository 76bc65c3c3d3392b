//! `cargo ejercicios reinicia`: un ejercicio, otra vez como se entrega.
//!
//! Lo que había se guarda con la fecha, y nunca encima de otra cosa.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::error::GuideError;
use crate::exercises::{Exercise, Project};
use crate::places::SAVED;

/// Qué hizo `reinicia`.
#[derive(Debug, PartialEq, Eq)]
pub enum Reset {
    /// Nada: estaba como se entrega.
    AlreadyOriginal,
    /// El archivo faltaba y se puso.
    Restored,
    /// Se puso, y lo que había quedó guardado con ese nombre.
    Replaced(String),
}

/// Deja el ejercicio como se entrega.
///
/// El nuevo se escribe al lado y ocupa su sitio de una vez, cuando lo que había ya está a salvo: si algo
/// falla a la mitad, no se pierde nada.
///
/// # Errors
/// No hay original, o algo no se puede leer o escribir; entonces el archivo queda como estaba.
pub fn reset(project: &Project, exercise: &Exercise) -> Result<Reset, GuideError> {
    let original = project.root().join(exercise.original());
    let content = fs::read(&original).map_err(GuideError::io("leer", &original))?;
    let stub = project.root().join(exercise.stub());
    let own = match fs::symlink_metadata(&stub) {
        Ok(_) => Some(fs::read(&stub).map_err(GuideError::io("leer", &stub))?),
        Err(_) => None,
    };
    if own.as_ref() == Some(&content) {
        return Ok(Reset::AlreadyOriginal);
    }
    let fresh = Fresh::write(stub.with_extension("rs.nuevo"), &content)?;
    let saved = own.map(|own| save(project, exercise, &own)).transpose()?;
    fs::rename(&fresh.0, &stub).map_err(|error| {
        if let Some(name) = &saved {
            let _ = fs::remove_file(project.root().join(SAVED).join(name));
        }
        GuideError::io("escribir", &stub)(error)
    })?;
    Ok(saved.map_or(Reset::Restored, Reset::Replaced))
}

/// Un archivo recién escrito, que se borra si al final nadie lo pone en su sitio.
struct Fresh(PathBuf);

impl Fresh {
    fn write(path: PathBuf, content: &[u8]) -> Result<Self, GuideError> {
        write_new(&path, content).map_err(GuideError::io("escribir", &path))?;
        Ok(Self(path))
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Guarda lo que había con un nombre que nadie use, y lo devuelve.
fn save(project: &Project, exercise: &Exercise, own: &[u8]) -> Result<String, GuideError> {
    let folder = project.root().join(SAVED);
    fs::create_dir_all(&folder).map_err(GuideError::io("crear", &folder))?;
    let day = day_of(SystemTime::now());
    let mut number = 1;
    loop {
        let name = format!("{}.{day}.{number}.rs", exercise.slug());
        match write_new(&folder.join(&name), own) {
            Ok(()) => return Ok(name),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(GuideError::io("escribir", &folder.join(name))(error)),
        }
    }
}

/// Lo escribe si no existe. Si no cabe entero, no queda nada.
fn write_new(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::options().write(true).create_new(true).open(path)?;
    file.write_all(content).and_then(|()| file.sync_all()).inspect_err(|_| {
        let _ = fs::remove_file(path);
    })
}

/// El día, en el tiempo universal: `2026-11-28`. Es el cálculo de siempre, con el año que empieza en marzo.
fn day_of(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    let days = seconds / 86_400 + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!("{:04}-{month:02}-{day:02}", year + era * 400 + next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::places::{ORIGINALS, STUBS, TESTS};
    use pretty_assertions::assert_eq;
    use std::time::Duration;

    fn project() -> (tempfile::TempDir, Project, Exercise) {
        let folder = tempfile::tempdir().expect("hay carpeta temporal");
        for (place, text) in [(TESTS, ""), (ORIGINALS, "original"), (STUBS, "lo mío")] {
            fs::create_dir_all(folder.path().join(place)).expect("se puede crear");
            fs::write(folder.path().join(place).join("cap01_uno.rs"), text).expect("se escribe");
        }
        let project = Project::new(folder.path());
        let exercise = project.find("cap01").expect("está");
        (folder, project, exercise)
    }

    #[test]
    fn lo_que_habia_se_guarda_y_nunca_encima_de_otra_cosa() {
        let (folder, project, exercise) = project();
        let stub = folder.path().join(exercise.stub());
        let mut names = Vec::new();
        for text in ["lo mío", "lo mío", "otra cosa"] {
            fs::write(&stub, text).expect("se escribe");
            let Reset::Replaced(name) = reset(&project, &exercise).expect("se puede") else {
                panic!("había algo")
            };
            assert_eq!(fs::read_to_string(&stub).expect("está"), "original");
            let saved = fs::read_to_string(folder.path().join(SAVED).join(&name));
            assert_eq!(saved.expect("está"), text);
            names.push(name);
        }
        let day = day_of(SystemTime::now());
        let expected = [1, 2, 3].map(|number| format!("cap01_uno.{day}.{number}.rs"));
        assert_eq!(names, expected);
        assert_eq!(reset(&project, &exercise).expect("se puede"), Reset::AlreadyOriginal);
        fs::remove_file(&stub).expect("está");
        assert_eq!(reset(&project, &exercise).expect("se puede"), Reset::Restored);
        assert_eq!(fs::read_dir(folder.path().join(STUBS)).expect("se lee").count(), 1);
    }

    #[test]
    fn si_no_se_puede_queda_como_estaba() {
        let (folder, project, exercise) = project();
        fs::write(folder.path().join(SAVED), "un archivo donde iría la carpeta")
            .expect("se escribe");
        let error = reset(&project, &exercise).expect_err("no hay dónde guardar");
        assert!(error.to_string().starts_with("no se pudo crear "), "{error}");
        let stub = folder.path().join(exercise.stub());
        assert_eq!(fs::read_to_string(stub).expect("está"), "lo mío");
        assert_eq!(fs::read_dir(folder.path().join(STUBS)).expect("se lee").count(), 1);
    }

    #[test]
    fn el_dia_es_el_del_calendario() {
        let day = |seconds| day_of(UNIX_EPOCH + Duration::from_secs(seconds));
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(951_782_400), "2000-02-29");
        assert_eq!(day(1_795_910_399), "2026-11-28");
        assert_eq!(day(4_102_444_800), "2100-01-01");
    }
}
