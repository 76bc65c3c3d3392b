//! El escenario de una prueba: una carpeta propia, la sonda en ella y un puerto para cada quien.

use std::fs;
use std::io::Read;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::comun::Folder;

/// Cuánto se espera a que un programa conteste.
const PATIENCE: Duration = Duration::from_secs(20);

/// La carpeta de un servidor, con las que necesita dentro.
#[track_caller]
pub fn premises(name: &str) -> Folder {
    let folder = Folder::new(name);
    for inside in ["run", "tmp", "cgi"] {
        fs::create_dir(folder.join(inside)).expect("se puede crear la carpeta");
    }
    open_to_all(folder.path(), 0o755);
    // Ahí escriben nginx y Apache, que pueden ser otros usuarios.
    open_to_all(&folder.join("run"), 0o777);
    open_to_all(&folder.join("tmp"), 0o777);
    folder
}

/// Copia en `folder` un programa, con ese nombre.
#[track_caller]
pub fn install(folder: &Folder, program: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::copy(program, &path).expect("se puede copiar el programa");
    open_to_all(&path, 0o755);
    path
}

fn open_to_all(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("la carpeta es nuestra");
}

/// Un puerto que ahora está libre.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    listener.local_addr().expect("tiene dirección").port()
}

/// Un programa en marcha. Al soltarlo, se termina.
pub struct Running {
    child: Child,
    name: String,
    /// Con qué señal termina en orden.
    farewell: &'static str,
}

impl Running {
    pub fn start(mut command: Command, farewell: &'static str) -> Self {
        let name = format!("{command:?}");
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            // Al terminar, Apache avisa a todo su grupo: que no sea el de la prueba.
            .process_group(0)
            .spawn()
            .unwrap_or_else(|error| panic!("no se pudo ejecutar {name}: {error}"));
        Self { child, name, farewell }
    }

    /// Vuelve cuando `is_ready` dice que sí.
    #[track_caller]
    pub fn wait_until(&mut self, is_ready: impl Fn() -> bool) {
        let give_up = Instant::now() + PATIENCE;
        while !is_ready() {
            if let Some(status) = self.child.try_wait().expect("se puede preguntar") {
                let complaints = self.complaints();
                panic!("{} terminó ({status}):\n{complaints}", self.name);
            }
            assert!(Instant::now() < give_up, "{} no contestó en {PATIENCE:?}", self.name);
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(status.expect("se puede avisar a un proceso").success());
    }

    /// Lo termina de golpe.
    pub fn kill(&mut self) {
        self.child.kill().expect("es nuestro");
        self.child.wait().expect("termina");
    }

    /// Espera a que termine por su cuenta: si terminó bien.
    pub fn ended_well(&mut self) -> bool {
        self.child.wait().expect("termina").success()
    }

    fn complaints(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut stderr) = self.child.stderr.take() {
            // Lo que no se pueda leer, no se muestra.
            let _ = stderr.read_to_string(&mut text);
        }
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|status| status.is_some()) {
            return;
        }
        // Los hijos de nginx y de Apache terminan con él solo si se le pide bien.
        self.signal(self.farewell);
        let give_up = Instant::now() + Duration::from_secs(5);
        while self.child.try_wait().is_ok_and(|status| status.is_none()) {
            if Instant::now() > give_up {
                self.kill();
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

pub fn accepts(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}
