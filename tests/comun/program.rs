//! El programa de un capítulo, tal como lo ejecuta quien lee el libro.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant, UNIX_EPOCH};

use super::client::{self, Answer, Wire};
use super::transcript;

/// Dónde escuchan los programas de los capítulos.
const ADDRESS: &str = "localhost:8000";

/// La misma dirección, cuando se repite una transcripción: en unas computadoras `localhost` es antes
/// `::1` y en otras `127.0.0.1`, y eso se ve en `REMOTE_ADDR`.
const TRANSCRIBED_ADDRESS: &str = "127.0.0.1:8000";

/// Cuánto se espera a que un programa conteste.
const PATIENCE: Duration = Duration::from_secs(20);

/// La fecha de los archivos que sirve un ejemplo: el 7 de diciembre de 2003, a las 8:40 UTC.
const FILES_AGE: Duration = Duration::from_secs(1_070_786_400);

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
        let program = executable(slug);
        // También las fechas son de una prueba a la vez.
        let port = take_port();
        date_files(slug);
        Self::run_on(port, Command::new(program))
    }

    /// Como [`start`](Self::start), con argumentos.
    #[track_caller]
    pub fn start_with(slug: &str, arguments: &[&str]) -> Self {
        let mut program = Command::new(executable(slug));
        program.args(arguments);
        Self::run(program)
    }

    /// Arranca el gemelo en Python del ejemplo `slug`, y espera a que conteste.
    #[track_caller]
    pub fn start_python(slug: &str) -> Self {
        let mut python = Command::new("python3");
        python.arg(format!("{}/book/python/{slug}.py", env!("CARGO_MANIFEST_DIR")));
        Self::run(python)
    }

    /// Sirve un programa de Python con este servidor, y espera a que conteste: `python -m pasarela`.
    #[track_caller]
    pub fn start_bridge(arguments: &[&str]) -> Self {
        Self::run(bridge(arguments))
    }

    #[track_caller]
    fn run(command: Command) -> Self {
        Self::run_on(take_port(), command)
    }

    #[track_caller]
    fn run_on(port: MutexGuard<'static, ()>, mut command: Command) -> Self {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let child =
            child.spawn().unwrap_or_else(|e| panic!("no se pudo ejecutar {command:?}: {e}"));
        let mut program = Self { child, _port: port };
        program.wait_until_it_answers();
        program
    }

    /// Su número de proceso.
    pub fn id(&self) -> u32 {
        self.child.id()
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

    /// La línea siguiente de lo que escribe en la terminal, cuando la escriba.
    #[track_caller]
    pub fn next_line(&mut self) -> String {
        let stderr = self.child.stderr.as_mut().expect("se lee su salida de errores");
        // De uno en uno: lo que sigue a la línea es de la próxima vez.
        let mut line = Vec::new();
        while line.last() != Some(&b'\n') {
            let mut byte = [0];
            stderr.read_exact(&mut byte).expect("el programa escribe una línea");
            line.extend(byte);
        }
        line.pop();
        String::from_utf8(line).expect("la línea es texto")
    }

    /// Repite las transcripciones del libro contra el programa.
    #[track_caller]
    pub fn replays(&self, names: &[&str]) {
        for name in names {
            let dialogue = transcript::dialogue(name);
            let request = self.with_current_etag(&dialogue.request);
            let answer = dialogue.seen(&client::exchange(TRANSCRIBED_ADDRESS, &request));
            pretty_assertions::assert_eq!(answer, dialogue.response, "transcripción {name}");
        }
    }

    /// La misma petición, si pregunta por una etiqueta, con la que el archivo tiene en este disco.
    #[track_caller]
    fn with_current_etag(&self, request: &str) -> String {
        let Some((before, asked)) = request.split_once("If-None-Match: ") else {
            return request.to_owned();
        };
        let (_, after) = asked.split_once("\r\n").expect("la línea termina");
        let path = request.split(' ').nth(1).expect("una ruta tras el método");
        let answer = self.get(path);
        let etag = answer.header("etag").expect("el archivo tiene etiqueta");
        format!("{before}If-None-Match: {etag}\r\n{after}")
    }

    /// Ejecuta con el `curl` de la máquina las transcripciones que empiezan con su orden.
    #[track_caller]
    pub fn replays_with_curl(&self, names: &[String]) {
        for name in names {
            let expected = transcript::transcript(name);
            let order = transcript::typed_alone(name).command;
            let Output { stdout, stderr, status } = Command::new("sh")
                .args(["-c", &format!("{order} --ipv4 --silent --show-error --max-time 20")])
                .output()
                .expect("hay un intérprete de órdenes");
            let complaint = String::from_utf8_lossy(&stderr);
            let (_, expected_code) = transcript::without_complaint(&expected);
            assert_eq!(status.code(), Some(expected_code.unwrap_or(0)), "{order}: {complaint}");
            let seen = transcript::mask(&String::from_utf8_lossy(&stdout)).replace('\r', "");
            let seen = format!("$ {order}\n{}\n{complaint}", seen.trim_end_matches('\n'));
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

fn take_port() -> MutexGuard<'static, ()> {
    PORT_8000.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Pone la misma fecha a los archivos que sirve el ejemplo `slug`, si sirve una carpeta: de ella
/// salen los encabezados que muestra el libro, y en cada copia del repositorio es otra.
#[track_caller]
fn date_files(slug: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(slug);
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.expect("la carpeta se lee").path()) {
        let file = File::options().append(true).open(&path).expect("el archivo se abre");
        let modified = file.metadata().and_then(|metadata| metadata.modified());
        // Ponerla otra vez también cambiaría el archivo: su etiqueta sería otra.
        if modified.expect("el sistema tiene fechas") != UNIX_EPOCH + FILES_AGE {
            file.set_modified(UNIX_EPOCH + FILES_AGE).expect("se puede fechar");
        }
    }
}

/// Lo que se ve en la terminal al ejecutar las pruebas que el ejemplo `slug` lleva dentro.
#[track_caller]
pub fn tests_inside(slug: &str) -> String {
    let cargo = env::var_os("CARGO").expect("esta prueba la ejecuta cargo");
    let Output { stdout, .. } = order(cargo, "test", slug).output().expect("cargo se ejecuta");
    String::from_utf8_lossy(&stdout).into_owned()
}

/// `python -m pasarela` con esos argumentos, donde lo instala `.ci/python`.
#[track_caller]
pub fn bridge(arguments: &[&str]) -> Command {
    let python = target_folder().0.join("python-pruebas/bin/python");
    assert!(python.is_file(), "falta {}: lo instala `bash .ci/python`", python.display());
    let mut command = Command::new(python);
    command.args(["-m", "pasarela"]).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR"));
    // Lo que haya en las variables de quien prueba no es lo que dice el libro.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("PASARELA_") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// Dónde está el programa del ejemplo `slug`: junto a esta prueba, compilado con lo mismo que ella.
///
/// `cargo test` compila todos los ejemplos, pero `cargo test --test cap01_texto` no, y el que haya puede
/// ser de antes: si la prueba la ejecuta cargo, se le pide. Si no, se llevaron las pruebas ya compiladas
/// a otro sistema, y los ejemplos con ellas.
#[track_caller]
pub fn executable(slug: &str) -> PathBuf {
    if let Some(cargo) = env::var_os("CARGO") {
        let build = order(cargo, "build", slug).status().expect("cargo se ejecuta");
        assert!(build.success(), "el ejemplo {slug} no compila");
    }
    let (_, profile) = target_folder();
    profile.join("examples").join(format!("{slug}{}", env::consts::EXE_SUFFIX))
}

/// Una orden de `cargo` sobre el ejemplo `slug`.
fn order(cargo: OsString, order: &str, slug: &str) -> Command {
    let (target, profile) = target_folder();
    let name = profile.file_name().expect("la carpeta tiene nombre").to_string_lossy().into_owned();
    let mut cargo = Command::new(cargo);
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args([order, "--quiet", "--example", slug, "--target-dir"])
        .arg(target)
        .args(["--profile", if name == "debug" { "dev" } else { &name }]);
    cargo
}

/// La carpeta de compilación y la de este perfil: `target` y `target/debug`.
fn target_folder() -> (PathBuf, PathBuf) {
    let test = env::current_exe().expect("esta prueba sabe dónde está");
    let profile = test.ancestors().nth(2).expect("está en target/perfil/deps");
    let target = profile.parent().map_or_else(|| Path::new("target").into(), Path::to_path_buf);
    (target, profile.to_path_buf())
}
