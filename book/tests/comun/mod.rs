//! Un libro pequeño en una carpeta temporal, con la configuración y el tema de verdad.

#![allow(dead_code, reason = "cada archivo de pruebas usa una parte")]

use libro::{BookError, Folders, builder};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// La carpeta temporal, con la forma del repositorio: `book/` y, a su lado, `examples/`.
pub(crate) struct SmallBook {
    folder: TempDir,
}

/// Las carpetas de donde el libro de verdad toma lo que dice.
const WHOLE: [&str; 13] = [
    "bench/resultados",
    "book/capitulos",
    "book/errores",
    "book/fragmentos",
    "book/preguntas",
    "book/python",
    "book/servidores",
    "book/theme",
    "book/transcripciones",
    "ejercicios",
    "examples",
    "src",
    "tests",
];

impl SmallBook {
    /// Un libro sin capítulos.
    pub(crate) fn new() -> Self {
        let book = Self { folder: TempDir::new().expect("hay carpeta temporal") };
        let real = Path::new(env!("CARGO_MANIFEST_DIR"));
        // La portada es la del libro de verdad, con su transcripción: aquí no hay ninguna.
        let is_used = |file: &PathBuf| !file.ends_with("portada.html");
        for file in libro::folders::files_under(&real.join("theme"))
            .into_iter()
            .chain([real.join("book.toml")])
            .filter(is_used)
        {
            let name = file.strip_prefix(real).expect("está dentro del libro").to_owned();
            let copy = book.root().join(name);
            fs::create_dir_all(copy.parent().expect("tiene carpeta")).expect("se puede crear");
            fs::copy(&file, copy).expect("se puede copiar");
        }
        book
    }

    /// Un libro con estos capítulos, todos en su índice.
    pub(crate) fn with(chapters: &[(&str, &str)]) -> Self {
        let book = Self::new();
        let mut summary = String::from("# Índice\n\n");
        for (name, text) in chapters {
            book.write(&format!("book/capitulos/{name}"), text);
            summary.push_str(&format!("- [{name}]({name})\n"));
        }
        book.write("book/capitulos/SUMMARY.md", &summary);
        book
    }

    /// El libro de verdad, con lo que incluye.
    pub(crate) fn whole() -> Self {
        let book = Self { folder: TempDir::new().expect("hay carpeta temporal") };
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("está en uno");
        for folder in WHOLE {
            for file in libro::folders::files_under(&repository.join(folder)) {
                let name = file.strip_prefix(repository).expect("está dentro").to_owned();
                let copy = book.folder.path().join(name);
                fs::create_dir_all(copy.parent().expect("tiene carpeta")).expect("se puede crear");
                fs::copy(&file, copy).expect("se puede copiar");
            }
        }
        let config = fs::read_to_string(repository.join("book/book.toml")).expect("está");
        book.write("book/book.toml", &config);
        book
    }

    /// Escribe un archivo; la ruta empieza en la raíz del repositorio.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("tiene carpeta")).expect("se puede crear");
        fs::write(path, text).expect("se puede escribir");
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.folder.path().join("book")
    }

    pub(crate) fn folders(&self) -> Folders {
        Folders::new(&self.root())
    }

    /// Una página publicada.
    pub(crate) fn page(&self, name: &str) -> String {
        fs::read_to_string(self.folders().output().join(name)).expect("la página está publicada")
    }

    /// Revisa el libro y devuelve los problemas, uno por línea.
    #[track_caller]
    pub(crate) fn problems(&self) -> String {
        lines(builder::review(&self.folders()).expect_err("el libro tiene problemas"))
    }

    /// Construye el libro y devuelve los problemas, uno por línea.
    #[track_caller]
    pub(crate) fn build_problems(&self) -> String {
        lines(builder::build(&self.folders()).expect_err("el libro tiene problemas"))
    }
}

#[track_caller]
fn lines(error: BookError) -> String {
    let BookError::Problems(problems) = error else {
        panic!("no es un problema de los capítulos: {error}")
    };
    problems.iter().map(|problem| format!("{problem}\n")).collect()
}
