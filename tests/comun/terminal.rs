//! Lo que un capítulo dice que se escriba en la terminal: los comandos de una transcripción y lo que muestra cada uno.

use std::process::Command;

/// Un comando y lo que aparece después.
#[derive(Debug, PartialEq, Eq)]
pub struct Typed {
    pub command: String,
    pub shown: String,
}

/// Los comandos de un texto: cada uno tras un `$ ` al principio de su línea, y el que termina en una barra invertida
/// sigue en la de abajo. Lo que va antes del primero no es de ninguno.
pub fn commands(text: &str) -> Vec<Typed> {
    let mut typed: Vec<Typed> = Vec::new();
    for line in text.split_inclusive('\n') {
        match (line.strip_prefix("$ "), typed.last_mut()) {
            (Some(command), _) => {
                typed.push(Typed { command: command.to_owned(), shown: String::new() });
            }
            (None, Some(last)) if last.command.ends_with("\\\n") => last.command += line,
            (None, Some(last)) => last.shown += line,
            (None, None) => {}
        }
    }
    for Typed { command, .. } in &mut typed {
        *command = command.trim_end().to_owned();
    }
    typed
}

impl Typed {
    /// Lo que escribe de verdad, ejecutado en la carpeta del repositorio.
    #[track_caller]
    pub fn run(&self) -> String {
        let output = Command::new("sh")
            .args(["-c", &quiet(&self.command)])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("hay un intérprete de comandos");
        let seen = [output.stdout, output.stderr].concat();
        let seen = String::from_utf8(seen).expect("lo que dice es texto");
        seen.split_inclusive('\n').filter(|line| !is_of_cargo(line)).collect()
    }
}

/// El mismo comando, sin lo que no es del capítulo: la barra de progreso de `curl`, que solo sale cuando nadie mira, y el
/// proxy de quien lo ejecuta.
pub fn quiet(command: &str) -> String {
    match command.strip_prefix("curl ") {
        Some(rest) => format!("curl --ipv4 --silent --show-error --noproxy '*' {rest}"),
        None => command.to_owned(),
    }
}

/// Si es de lo que dice cargo antes de ejecutar un programa.
fn is_of_cargo(line: &str) -> bool {
    let words = ["   Compiling ", "    Finished ", "     Running ", "    Blocking "];
    words.iter().any(|start| line.starts_with(start))
}
