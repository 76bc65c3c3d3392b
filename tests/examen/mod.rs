//! El examinador de los ejercicios, aquí dentro: solo usa la biblioteca estándar.

#![allow(dead_code, reason = "cada archivo de pruebas usa una parte")]

use std::time::Duration;

use examiner::{Course, Place, STAGES, Settings, Verdict, examine};

#[path = "../../ejercicios/guia/src/examiner/mod.rs"]
#[allow(unused_imports, reason = "aquí se usa una parte")]
mod examiner;

/// Lo que se espera a quien debe contestar. Solo se gasta con quien calla.
const PATIENCE: Duration = Duration::from_secs(5);

/// Las etapas que falla lo que escucha en ese sitio, cuántas pasa y de cuántas.
#[track_caller]
pub fn examined(place: &str) -> (Vec<&'static str>, (usize, usize)) {
    let course = course(place, Settings { patience: PATIENCE, ..Settings::default() });
    (course.failed().map(|one| one.stage.name).collect(), course.score())
}

/// El examen completo, con una ruta que devuelve el cuerpo y con quien detenga el servidor: lo que falla y por
/// qué, cuántas pasa y de cuántas.
#[track_caller]
pub fn examined_whole(
    place: &str,
    echo: &str,
    stop: &dyn Fn(),
) -> (Vec<(&'static str, String)>, (usize, usize)) {
    let settings = Settings { patience: PATIENCE, echo: Some(echo), stop: Some(stop) };
    let course = course(place, settings);
    let failed = course.failed().map(|one| match &one.verdict {
        Verdict::Failed(problem) => (one.stage.name, problem.to_string()),
        Verdict::Passed | Verdict::Left(_) => (one.stage.name, String::new()),
    });
    (failed.collect(), course.score())
}

#[track_caller]
fn course(place: &str, settings: Settings<'_>) -> Course {
    let place = Place::named(place).expect("es de esta computadora");
    examine(&place, settings, STAGES, &mut |_| ()).expect("escucha")
}
