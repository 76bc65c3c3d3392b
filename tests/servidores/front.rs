//! nginx y Apache, con los archivos de configuración que muestra el libro.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;

use super::stage::{Running, accepts, free_port};
use crate::comun::Folder;

/// Un servidor de verdad, delante de la sonda.
pub struct Front {
    _running: Running,
    pub address: String,
}

/// Dónde escucha la sonda.
#[derive(Clone)]
pub enum Place {
    Tcp((String, u16)),
    Unix(String),
}

impl Place {
    /// Como lo entiende la sonda.
    pub fn argument(&self) -> String {
        match self {
            Self::Tcp((host, port)) => format!("{host}:{port}"),
            Self::Unix(path) => path.clone(),
        }
    }

    /// Si ya hay quien escuche.
    pub fn accepts(&self) -> bool {
        match self {
            Self::Tcp(_) => accepts(&self.argument()),
            Self::Unix(path) => UnixStream::connect(path).is_ok(),
        }
    }
}

impl Front {
    /// Empieza el servidor de `book/servidores/<name>.conf`, con las direcciones cambiadas por las de
    /// esta prueba: las de la aplicación principal y la montada son `back`.
    pub fn start(name: &str, folder: &Folder, back: &[Place]) -> Self {
        Self::start_with(name, folder, back, |text| text)
    }

    /// Como [`start`](Self::start), con ese archivo cambiado.
    pub fn start_with(
        name: &str,
        folder: &Folder,
        back: &[Place],
        change: impl FnOnce(String) -> String,
    ) -> Self {
        let address = format!("127.0.0.1:{}", free_port());
        let text = change(book_file(&format!("{name}.conf")));
        let text = text.replace("/srv/pasarela", &folder.path().to_string_lossy());
        let text = text.replace("127.0.0.1:8080", &address);
        let is_nginx = name.starts_with("nginx");
        let text = match is_nginx {
            true => nginx_places(&text, back),
            false => apache_places(&text, back),
        };
        let file = folder.join(format!("{name}.conf"));
        fs::write(&file, text).expect("se puede escribir");
        let mut running = match is_nginx {
            true => Running::start(nginx(folder.path(), &file), "-QUIT"),
            false => Running::start(apache(&file), "-TERM"),
        };
        running.wait_until(|| answers(&address));
        Self { _running: running, address }
    }
}

/// Si ya contesta. Apache abre su socket dos veces al empezar, y lo que llega al primero se pierde: no
/// basta con que acepte. Lo que se le dice no es HTTP, y lo rechaza él, sin preguntar a nadie.
fn answers(address: &str) -> bool {
    let Ok(mut stream) = TcpStream::connect(address) else { return false };
    let said = stream.write_all(b"?\r\n\r\n").and_then(|()| stream.read(&mut [0]));
    said.is_ok_and(|count| count > 0)
}

/// Un archivo de `book/servidores`.
pub fn book_file(name: &str) -> String {
    let path = format!("{}/book/servidores/{name}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn nginx(folder: &Path, file: &Path) -> Command {
    let mut command = Command::new(program("nginx"));
    command.arg("-p").arg(folder).arg("-c").arg(file);
    // Sin esto, el nginx que empieza root trabaja como nadie, que no puede entrar en los sockets.
    if is_root() {
        command.args(["-g", "user root;"]);
    }
    command
}

fn apache(file: &Path) -> Command {
    let mut command = Command::new(program("apache2"));
    command.arg("-f").arg(file).args(["-D", "FOREGROUND"]);
    command
}

/// Debian los pone donde un usuario cualquiera no los encuentra por su nombre.
fn program(name: &str) -> String {
    let path = format!("/usr/sbin/{name}");
    if Path::new(&path).exists() { path } else { name.to_owned() }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().expect("hay un id");
    output.stdout.starts_with(b"0")
}

fn nginx_places(text: &str, back: &[Place]) -> String {
    replace_places(text, back, |place| match place {
        Place::Tcp(_) => place.argument(),
        Place::Unix(path) => format!("unix:{path}"),
    })
}

/// En Apache, un socket de Unix va delante de una dirección inventada, que es la que lo nombra.
fn apache_places(text: &str, back: &[Place]) -> String {
    let mut text = text.to_owned();
    for scheme in ["http", "fcgi", "scgi", "uwsgi"] {
        for (index, (name, place)) in ["principal", "montada"].iter().zip(back).enumerate() {
            let (port, Place::Unix(path)) = (8000 + index, place) else { continue };
            let address = format!("\"{scheme}://127.0.0.1:{port}");
            text = text.replace(&address, &format!("\"unix:{path}|{scheme}://{name}"));
        }
    }
    replace_places(&text, back, |place| place.argument())
}

fn replace_places(text: &str, back: &[Place], write: impl Fn(&Place) -> String) -> String {
    let mut text = text.to_owned();
    for (index, place) in back.iter().enumerate() {
        text = text.replace(&format!("127.0.0.1:{}", 8000 + index), &write(place));
    }
    text
}
