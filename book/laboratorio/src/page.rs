//! La puerta de WebAssembly. La página pide sitio con [`room`], escribe en él la petición y llama a [`run`]; lee la
//! respuesta donde dice lo que devuelve, y son [`length`] bytes de JSON.
//!
//! La petición es una línea con el programa, los cortes y el dato que se pide, `cap01 5,12 estado`, y detrás los bytes
//! que se envían. Con `- 40`, los
//! cuarenta primeros son lo que se envió a otro servidor, y los demás, lo que respondió.
//!
//! Todo lo `unsafe` del laboratorio está aquí: una página y un módulo no comparten más que memoria y números.

use std::cell::RefCell;

use crate::report::{report, text};
use crate::visit::{overheard, visit};

thread_local! {
    static INPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    static OUTPUT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Sitio para una petición de `size` bytes.
// SAFETY: el nombre no choca con ningún otro del módulo.
#[unsafe(no_mangle)]
extern "C" fn room(size: usize) -> *mut u8 {
    INPUT.with_borrow_mut(|input| {
        *input = vec![0; size];
        input.as_mut_ptr()
    })
}

/// Hace la visita que se escribió en ese sitio, y dice dónde está lo que ocurrió.
// SAFETY: el nombre no choca con ningún otro del módulo.
#[unsafe(no_mangle)]
extern "C" fn run() -> *const u8 {
    let input = INPUT.take();
    let answer = serve(&input).unwrap_or_else(|| {
        let mut out = "{\"error\":".to_owned();
        text(&mut out, "no hay un programa que se llame así");
        out + "}"
    });
    OUTPUT.with_borrow_mut(|output| {
        *output = answer.into_bytes();
        output.as_ptr()
    })
}

/// Cuántos bytes mide lo que ocurrió.
// SAFETY: el nombre no choca con ningún otro del módulo.
#[unsafe(no_mangle)]
extern "C" fn length() -> usize {
    OUTPUT.with_borrow(Vec::len)
}

fn serve(input: &[u8]) -> Option<String> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&input[..end]).ok()?;
    let (name, rest) = line.split_once(' ')?;
    let (cuts, fact) = rest.split_once(' ').unwrap_or((rest, ""));
    let bytes = &input[end + 1..];
    if name == "-" {
        let (sent, received) = bytes.split_at_checked(cuts.parse().ok()?)?;
        return Some(report(&overheard(sent, received), ""));
    }
    let cuts: Vec<usize> = cuts.split(',').filter_map(|cut| cut.parse().ok()).collect();
    Some(report(&visit(name, bytes, &cuts)?, fact))
}
