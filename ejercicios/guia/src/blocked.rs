//! Decir por qué no se puede probar algo: lo que dijo el compilador y, después, qué significa.

use std::fs;

use crate::compile::{Aside, Blame, Broken};
use crate::console::{Paint, note, say};
use crate::exercises::{Exercise, Project};
use crate::{interface, report};

/// Por qué no se puede probar nada.
pub(crate) fn say_broken(broken: &Broken) {
    note(broken.complaint.trim_end());
    say(&report::broken(broken, Paint::of_stdout()));
}

/// Por qué no se puede probar ese ejercicio.
pub(crate) fn say_aside(project: &Project, exercise: &Exercise, aside: &Aside) {
    let read = |name: String| fs::read_to_string(project.root().join(name)).unwrap_or_default();
    let missing = interface::missing(&read(exercise.original()), &read(exercise.stub()));
    // De lo que las pruebas no encuentran, el compilador habla como si fueran ellas las que están mal.
    if aside.blame == Blame::Code || (aside.blame == Blame::Interface && missing.is_empty()) {
        note(aside.complaint.trim_end());
    }
    say(&report::aside(exercise, aside, &missing, Paint::of_stdout()));
}
