//! El programa de un capítulo, tal como lo ejecuta quien lee el libro.

use std::env;
use std::io::Read;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::client::{self, Answer, Wire};
use super::transcript;

/// Dónde escuchan los programas de los capítulos.
const ADDRESS: &str = "localhost:8000";

/// Cuánto se espera a que un programa conteste.
const PATIENCE: Duration = Duration::from_secs(20);

/// El puerto 8000 es de una prueba a la vez.
static PORT_8000: Mutex<()> = Mutex::new(());

const HOW_TO_FREE: &str = "El puerto 8000 está ocupado por otro programa y esta prueba lo necesita.
Para saber cuál es:
    Linux:    ss -ltnp 'sport = :8000'
    macOS:    lsof -i :8000
    Windows:  netstat -ano | findstr :8000
Ciérralo (si es un ejemplo, con Ctrl-C en su terminal) y repite la prueba.";

/// Un programa en marcha, que termina al soltarlo, también si la prueba falla.
pub struct Program {
    child: Child,
    _port: MutexGuard<'static, ()>,
}

impl Program {
    /// Compila y arranca el ejemplo `slug`, y espera a que conteste.
    #[track_caller]
    pub fn start(slug: &str) -> Self {
        Self::run(Command::new(executable(slug)))
    }

    /// Arranca el gemelo en Python del ejemplo `slug`, y espera a que conteste.
    #[track_caller]
    pub fn start_python(slug: &str) -> Self {
        let mut python = Command::new("python3");
        python.arg(format!("{}/book/python/{slug}.py", env!("CARGO_MANIFEST_DIR")));
        Self::run(python)
    }

    #[track_caller]
    fn run(mut command: Command) -> Self {
        let port = PORT_8000.lock().unwrap_or_else(PoisonError::into_inner);
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child =
            child.spawn().unwrap_or_else(|e| panic!("no se pudo ejecutar {command:?}: {e}"));
        let mut program = Self { child, _port: port };
        program.wait_until_it_answers();
        program
    }

    /// La respuesta a un GET de `path`.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        client::get(&format!("http://{ADDRESS}{path}"))
    }

    /// La respuesta a una petición cualquiera; sin cuerpo, si `body` está vacío.
    #[track_caller]
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        client::send(method, &format!("http://{ADDRESS}{path}"), headers, body)
    }

    /// Una conexión en crudo con el programa.
    #[track_caller]
    pub fn open(&self) -> Wire {
        Wire::open(ADDRESS)
    }

    /// Manda unos bytes y devuelve todo lo que responde, con la fecha tapada.
    #[track_caller]
    pub fn exchange(&self, request: &str) -> String {
        client::exchange(ADDRESS, request)
    }

    /// Repite las transcripciones del libro contra el programa.
    #[track_caller]
    pub fn replays(&self, names: &[&str]) {
        for name in names {
            let dialogue = transcript::dialogue(name);
            let answer = dialogue.seen(&client::exchange(ADDRESS, &dialogue.request));
            pretty_assertions::assert_eq!(answer, dialogue.response, "transcripción {name}");
        }
    }

    /// Ejecuta con el `curl` de la máquina las transcripciones que empiezan con su orden.
    #[track_caller]
    pub fn replays_with_curl(&self, names: &[String]) {
        for name in names {
            let expected = transcript::transcript(name);
            let (order, _) = expected.split_once('\n').expect("una respuesta tras la orden");
            let order = order.strip_prefix("$ ").expect("la orden va tras un $");
            let Output { stdout, stderr, status } = Command::new("sh")
                .args(["-c", &format!("{order} --silent --show-error --max-time 20")])
                .output()
                .expect("hay un intérprete de órdenes");
            assert!(status.success(), "{order}: {}", String::from_utf8_lossy(&stderr));
            let seen = transcript::mask(&String::from_utf8_lossy(&stdout)).replace('\r', "");
            let seen = format!("$ {order}\n{}\n", seen.trim_end_matches('\n'));
            pretty_assertions::assert_eq!(seen.trim_end(), expected.trim_end(), "{name}");
        }
    }

    /// Arranca otra vez el ejemplo `slug` mientras este ocupa el puerto: lo que se ve en la
    /// terminal y el código de salida.
    #[track_caller]
    pub fn second_run(&self, slug: &str) -> (String, Option<i32>) {
        let Output { status, stderr, .. } =
            Command::new(executable(slug)).output().expect("el programa se ejecuta");
        (String::from_utf8_lossy(&stderr).into_owned(), status.code())
    }

    #[track_caller]
    fn wait_until_it_answers(&mut self) {
        let give_up = Instant::now() + PATIENCE;
        while TcpStream::connect(ADDRESS).is_err() {
            self.check_alive();
            assert!(Instant::now() < give_up, "el programa no contestó en {PATIENCE:?}");
            thread::sleep(Duration::from_millis(5));
        }
        // Si contestó otro programa que ya tenía el puerto, este acaba de terminar con error.
        thread::sleep(Duration::from_millis(20));
        self.check_alive();
    }

    #[track_caller]
    fn check_alive(&mut self) {
        let Some(status) = self.child.try_wait().expect("se puede preguntar por el programa")
        else {
            return;
        };
        let mut stderr = String::new();
        if let Some(mut pipe) = self.child.stderr.take() {
            pipe.read_to_string(&mut stderr).expect("la salida de errores se lee");
        }
        let is_taken =
            stderr.contains("ya está en uso") || stderr.contains("Address already in use");
        assert!(!is_taken, "{HOW_TO_FREE}");
        panic!("el programa terminó ({status}) antes de contestar:\n{stderr}");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Si ya terminó por su cuenta no hay nada que terminar.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Compila el ejemplo con lo mismo que compiló esta prueba, y dice dónde quedó.
#[track_caller]
pub fn executable(slug: &str) -> PathBuf {
    let (target, profile) = target_folder();
    let name = profile.file_name().expect("la carpeta tiene nombre").to_string_lossy().into_owned();
    let build = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["build", "--quiet", "--example", slug, "--target-dir"])
        .arg(target)
        .args(["--profile", if name == "debug" { "dev" } else { &name }])
        .status()
        .expect("cargo se ejecuta");
    assert!(build.success(), "el ejemplo {slug} no compila");
    profile.join("examples").join(format!("{slug}{}", env::consts::EXE_SUFFIX))
}

/// La carpeta de compilación y la de este perfil: `target` y `target/debug`.
fn target_folder() -> (PathBuf, PathBuf) {
    let test = env::current_exe().expect("esta prueba sabe dónde está");
    let profile = test.ancestors().nth(2).expect("está en target/perfil/deps");
    let target = profile.parent().map_or_else(|| Path::new("target").into(), Path::to_path_buf);
    (target, profile.to_path_buf())
}
