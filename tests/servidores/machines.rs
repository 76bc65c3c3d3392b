//! Varias máquinas: espacios de red separados donde el sistema lo permite, y si no, puertos de esta.

use std::path::Path;
use std::process::{Command, Stdio};

use super::stage::free_port;

/// Las máquinas de una prueba. Al soltarlas se deshacen.
pub enum Machines {
    /// Cada una con su red, unida a la nuestra por un cable.
    Separate(Vec<Namespace>),
    /// Todas en esta, en puertos distintos.
    Together(Vec<u16>),
}

/// Un espacio de red con su cable.
pub struct Namespace {
    name: String,
    cable: String,
    address: String,
}

impl Machines {
    pub fn new(count: usize) -> Self {
        let separate: Option<Vec<Namespace>> = (0..count).map(Namespace::new).collect();
        separate.map_or_else(
            || Self::Together((0..count).map(|_| free_port()).collect()),
            Self::Separate,
        )
    }

    pub fn are_separate(&self) -> bool {
        matches!(self, Self::Separate(_))
    }

    /// Dónde escucha el programa de la máquina `index`.
    pub fn place(&self, index: usize) -> (String, u16) {
        match self {
            Self::Separate(spaces) => (spaces[index].address.clone(), 8000),
            Self::Together(ports) => ("127.0.0.1".to_owned(), ports[index]),
        }
    }

    /// Con qué se ejecuta `program` en la máquina `index`.
    pub fn command(&self, index: usize, program: &Path) -> Command {
        match self {
            Self::Separate(spaces) => {
                let mut command = Command::new("ip");
                command.args(["netns", "exec", &spaces[index].name]).arg(program);
                command
            }
            Self::Together(_) => Command::new(program),
        }
    }
}

impl Namespace {
    /// `None` si no se permite: hace falta ser root, y no siempre basta.
    fn new(index: usize) -> Option<Self> {
        let id = std::process::id();
        let space = Self {
            name: format!("pasarela-{id}-{index}"),
            cable: format!("psr{:x}{index}", id & 0xf_ffff),
            // De las direcciones para ensayos de red (RFC 2544).
            address: format!("198.18.{index}.2"),
        };
        let (name, cable, inside) =
            (space.name.as_str(), space.cable.as_str(), space.address.as_str());
        let outside = format!("198.18.{index}.1/30");
        let inside = format!("{inside}/30");
        ip(&["netns", "add", name])?;
        ip(&["link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name])?;
        ip(&["addr", "add", &outside, "dev", cable])?;
        ip(&["link", "set", cable, "up"])?;
        ip(&["-n", name, "addr", "add", &inside, "dev", "eth0"])?;
        ip(&["-n", name, "link", "set", "eth0", "up"])?;
        ip(&["-n", name, "link", "set", "lo", "up"])?;
        Some(space)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // El otro extremo del cable se va con el espacio.
        ip(&["link", "delete", &self.cable]);
        ip(&["netns", "delete", &self.name]);
    }
}

/// Ejecuta `ip`; `None` si no pudo.
fn ip(arguments: &[&str]) -> Option<()> {
    let status = Command::new("ip").args(arguments).stderr(Stdio::null()).status().ok()?;
    status.success().then_some(())
}
