//! Lo que un capítulo dice que se escriba en la terminal, escrito de verdad.

use std::path::Path;
use std::process::Command;

use super::stage::{Running, accepts, free_port, install, premises};
use crate::comun::{Folder, Typed, executable, quiet, typed};

/// La computadora de quien lee: su carpeta personal, una copia de lo que el capítulo usa del
/// repositorio, y otro puerto en lugar de cada uno de los que el capítulo escribe.
pub struct Desk {
    folder: Folder,
    ports: Vec<(u16, u16)>,
}

impl Desk {
    /// `ports` son los que el capítulo escribe y aquí serán otros.
    #[track_caller]
    pub fn new(name: &str, ports: &[u16]) -> Self {
        let ports = ports.iter().map(|port| (*port, free_port())).collect();
        let desk = Self { folder: premises(name), ports };
        let configs = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/servidores");
        let copy = desk.folder.join("book/servidores");
        std::fs::create_dir_all(&copy).expect("se puede crear la carpeta");
        for entry in std::fs::read_dir(configs).expect("la carpeta está") {
            let path = entry.expect("la carpeta se lee").path();
            let text = std::fs::read_to_string(&path).expect("es texto");
            let name = path.file_name().expect("tiene nombre");
            std::fs::write(copy.join(name), desk.moved(&text)).expect("se puede escribir");
        }
        desk
    }

    /// El puerto que aquí hace las veces de ese.
    pub fn port(&self, written: u16) -> u16 {
        self.ports.iter().find(|(known, _)| *known == written).map_or(written, |(_, port)| *port)
    }

    /// Deja compilado el ejemplo `slug` donde el capítulo lo busca.
    #[track_caller]
    pub fn build(&self, slug: &str, profile: &str) {
        let examples = self.folder.join(format!("target/{profile}/examples"));
        std::fs::create_dir_all(&examples).expect("se puede crear la carpeta");
        install(&self.folder, &executable(slug), &format!("target/{profile}/examples/{slug}"));
    }

    /// Escribe los comandos de una transcripción; el último es un servidor, y se espera a que acepte en
    /// ese puerto.
    #[track_caller]
    pub fn starts(&self, name: &str, port: u16, farewell: &'static str) -> Running {
        let mut commands = typed(name);
        let server = commands.pop().expect("al menos, el servidor").command;
        for Typed { command, .. } in commands {
            self.run(&command);
        }
        self.start_server(&server, port, farewell)
    }

    /// Inicia el servidor que dice ese comando, y espera a que acepte en ese puerto.
    #[track_caller]
    pub fn start_server(&self, command: &str, port: u16, farewell: &'static str) -> Running {
        let mut running = Running::start(self.shell(&format!("exec {command}")), farewell);
        let address = format!("127.0.0.1:{}", self.port(port));
        running.wait_until(|| accepts(&address));
        running
    }

    /// Escribe los comandos de una transcripción, uno por uno, y comprueba lo que aparece.
    #[track_caller]
    pub fn shows(&self, name: &str) {
        for Typed { command, shown } in typed(name) {
            pretty_assertions::assert_eq!(self.seen(&command, &shown), shown, "{name}: {command}");
        }
    }

    /// Lo que se ve tras un comando, con los números de proceso de `shown` en lugar de los de aquí.
    #[track_caller]
    fn seen(&self, command: &str, shown: &str) -> String {
        let mut text = self.run(command);
        for (written, here) in &self.ports {
            text = text.replace(&format!(":{here}/"), &format!(":{written}/"));
        }
        let text = text.replace("\r\n", "\n");
        match (process(&text), process(shown)) {
            // Si aquí tiene otras cifras, la longitud que se anunció es otra.
            (Some(here), Some(written)) if here.len() == written.len() => {
                text.replace(here, written)
            }
            (Some(here), Some(written)) => with_length_of(shown, &text.replace(here, written)),
            _ => text,
        }
    }

    /// Todos los números de proceso que aparecen al escribir los comandos de una transcripción.
    #[track_caller]
    pub fn processes(&self, name: &str) -> Vec<String> {
        let outputs = typed(name).into_iter().map(|Typed { command, .. }| self.run(&command));
        outputs.map(|text| process(&text).expect("dice su proceso").to_owned()).collect()
    }

    #[track_caller]
    pub fn run(&self, command: &str) -> String {
        let output = self.shell(command).output().expect("bash está");
        let text = [output.stdout, output.stderr].concat();
        String::from_utf8(text).expect("lo que dice es texto")
    }

    fn shell(&self, command: &str) -> Command {
        let mut shell = Command::new("bash");
        shell.args(["-c", &self.moved(&quiet(command))]).current_dir(self.folder.path());
        // Lo que se prueba está en esta computadora: ni proxy ni ajustes de quien la usa.
        shell.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        shell.env("HOME", self.folder.path()).env("CURL_HOME", self.folder.path());
        shell.env("no_proxy", "*");
        shell
    }

    /// El texto con los puertos de aquí.
    fn moved(&self, text: &str) -> String {
        let moved = |text: String, (written, here): &(u16, u16)| {
            text.replace(&format!(":{written}"), &format!(":{here}"))
        };
        self.ports.iter().fold(text.to_owned(), moved)
    }
}

/// El número que sigue a «proceso».
fn process(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("proceso ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}

/// El texto, con el `Content-Length` de otro.
fn with_length_of(other: &str, text: &str) -> String {
    let is_length = |line: &&str| line.starts_with("Content-Length: ");
    let length = other.lines().find(is_length);
    let lines =
        text.split('\n').map(|line| if is_length(&line) { length.unwrap_or(line) } else { line });
    lines.collect::<Vec<_>>().join("\n")
}
