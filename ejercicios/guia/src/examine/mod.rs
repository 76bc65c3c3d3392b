//! `cargo ejercicios examina`: el examen de un servidor, contado en la terminal.
//!
//! Quien examina es `examiner`, que no conoce la terminal. Aquí se lee lo que se pide y se dice lo que se vio.

mod order;
mod sheet;

use std::io::{IsTerminal, Write, stderr, stdout};

use crate::console::{Paint, say};
use crate::error::GuideError;
use crate::exam_error::ExamError;
use crate::examine::order::{Order, Show};
use crate::examiner::{Examined, Settings, examine};

/// Examina lo que se pide. Dice si se cumple todo lo que se examinó.
///
/// # Errors
/// No se entiende lo que se pide, o no hay a quién examinar.
pub(crate) fn command(words: &[&str]) -> Result<bool, GuideError> {
    let order = Order::of(words)?;
    let paint = Paint::of_stdout();
    let ask = || say(sheet::PLEASE_STOP);
    let settings = Settings {
        echo: order.echo.as_deref(),
        stop: if order.stop { Some(&ask) } else { None },
        ..Settings::default()
    };
    let stages = order.stages();
    let mut seen = 0;
    let mut tell = |examined: &Examined| {
        if seen == 0 {
            say(&sheet::title(&order.place, paint));
        }
        seen += 1;
        match order.show {
            Show::All => say(&sheet::row(examined, paint)),
            Show::First | Show::One => show_progress(seen, stages.len()),
        }
    };
    let course = examine(&order.place, settings, stages.iter().copied(), &mut tell)
        .map_err(ExamError::from)?;
    say(&match order.show {
        Show::First => sheet::summary(&course, paint),
        Show::All => sheet::score(&course, paint),
        Show::One => sheet::details(&course, paint),
    });
    Ok(course.failed().next().is_none())
}

/// Por dónde va, en una línea que luego se borra. Quien guarda la salida no la ve.
fn show_progress(seen: usize, total: usize) {
    if stderr().is_terminal() && stdout().is_terminal() {
        let text =
            if seen == total { String::new() } else { format!("etapa {} de {total}…", seen + 1) };
        let _ = write!(stderr(), "\r\x1b[K{text}");
    }
}
