//! Las etapas del examinador, contra el servidor de un ejercicio.

use std::io;
use std::net::TcpStream;

use ejercicios::server;
use guia::examiner::{Event, Place, Settings, Verdict, examine, find};

/// Examina esas etapas, y falla con lo que se vio en la primera que no se cumpla.
#[track_caller]
pub(crate) fn pass(
    stages: &[&str],
    serve: impl Fn(TcpStream) -> io::Result<()> + Clone + Send + 'static,
) {
    let address = server::listen(serve).expect("hay un puerto libre");
    let place = Place::named(&address.to_string()).expect("es de esta computadora");
    let stages = stages.iter().map(|name| find(name).expect("es una etapa"));
    let course = examine(&place, Settings::default(), stages, &mut |_| ()).expect("escucha");
    let Some(failed) = course.failed().next() else { return };
    let Verdict::Failed(problem) = &failed.verdict else { return };
    let seen: String =
        failed.events.iter().flat_map(Event::lines).map(|line| line + "\n").collect();
    let stage = failed.stage;
    panic!(
        "no pasa la etapa «{}» del examen\n{seen}{problem}\nla regla: {} ({})\npista: {} ({})",
        stage.title, stage.rule, stage.source, stage.hint, stage.chapter
    );
}
