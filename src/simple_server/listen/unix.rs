//! De una ruta al socket de Unix que escucha en ella.
//!
//! Un proceso que muere sin despedirse deja su archivo; otro que sigue vivo, también. Se distinguen
//! llamando: al que nadie contesta, se le reemplaza.
//!
//! Entre llamar y reemplazar puede llegar otro que haga lo mismo, y cada uno borraría lo recién creado
//! por el anterior. Por eso se hace por turnos, con un cerrojo del sistema (`flock`) sobre la carpeta:
//! no deja ningún archivo, y si el proceso muere se suelta solo.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use mio::net::UnixListener;
use nix::errno::Errno;
use nix::fcntl::{Flock, FlockArg};
use socket2::{Domain, SockAddr, Socket, Type};

use crate::simple_server::ServerError;

/// Cuánto se espera el turno. Quien lo tiene lo suelta enseguida; si tarda tanto, no es uno de los
/// nuestros, y cualquiera que lea la carpeta puede retenerlo: se sigue sin él.
const TURN_TIMEOUT: Duration = Duration::from_secs(1);

/// Cada cuánto se prueba.
const PAUSE: Duration = Duration::from_millis(2);

/// El archivo de un socket, que se borra al soltarlo si todavía es el mismo.
#[derive(Debug)]
pub(super) struct SocketFile {
    path: PathBuf,
    id: (u64, u64),
}

/// Escucha en `path`. Sin `mode`, los permisos son los que deje la máscara del proceso (`umask`).
pub(super) fn listen(
    path: PathBuf,
    backlog: u32,
    mode: Option<u32>,
) -> Result<(UnixListener, SocketFile), ServerError> {
    let _turn = take_turn(&path);
    make_way(&path)?;
    open(&path, backlog, mode).map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => ServerError::socket_in_use(&path),
        _ => ServerError::socket_not_created(&path, error),
    })
}

/// Espera a que nadie más mire ni cambie lo que hay en la carpeta de `path`.
fn take_turn(path: &Path) -> Option<Flock<File>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let mut folder = File::open(folder.unwrap_or(Path::new("."))).ok()?;
    let give_up = Instant::now() + TURN_TIMEOUT;
    loop {
        match Flock::lock(folder, FlockArg::LockExclusiveNonblock) {
            Ok(turn) => return Some(turn),
            Err((same, Errno::EWOULDBLOCK)) if Instant::now() < give_up => folder = same,
            Err(_) => return None,
        }
        thread::sleep(PAUSE);
    }
}

/// Quita lo que dejó un proceso que ya no está.
fn make_way(path: &Path) -> Result<(), ServerError> {
    let Ok(found) = fs::symlink_metadata(path) else { return Ok(()) };
    if !found.file_type().is_socket() {
        return Err(ServerError::not_a_socket(path));
    }
    match call(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            // Si no se puede, tampoco se podrá escuchar, y entonces se dirá por qué.
            let _ = fs::remove_file(path);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        _ => Err(ServerError::socket_in_use(path)),
    }
}

/// Llama a quien escuche en `path`, sin esperar a que conteste.
fn call(path: &Path) -> io::Result<()> {
    let caller = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    caller.set_nonblocking(true)?;
    caller.connect(&SockAddr::unix(path)?)
}

fn open(path: &Path, backlog: u32, mode: Option<u32>) -> io::Result<(UnixListener, SocketFile)> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.bind(&SockAddr::unix(path)?)?;
    let file = SocketFile::at(path)?;
    if let Some(mode) = mode {
        // Antes de escuchar: nadie entra mientras los permisos son otros.
        fs::set_permissions(path, Permissions::from_mode(mode))?;
    }
    socket.set_nonblocking(true)?;
    socket.listen(i32::try_from(backlog).unwrap_or(i32::MAX))?;
    Ok((UnixListener::from_std(socket.into()), file))
}

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        // Absoluta: el proceso puede cambiar de carpeta antes de borrarlo.
        Ok(Self { path: std::path::absolute(path)?, id: id(path)? })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _turn = take_turn(&self.path);
        if id(&self.path).is_ok_and(|id| id == self.id) {
            // Si no se puede, el siguiente lo reemplaza.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Lo que distingue a un archivo de otro que ocupe su nombre después.
fn id(path: &Path) -> io::Result<(u64, u64)> {
    let found = fs::symlink_metadata(path)?;
    Ok((found.dev(), found.ino()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;
    use std::os::unix::net::UnixStream;

    /// Una carpeta propia de cada prueba, que se borra al final.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("pasarela-{}-{name}", std::process::id()));
            fs::create_dir_all(&path).expect("la carpeta se crea");
            Self(path)
        }

        fn socket(&self) -> PathBuf {
            self.0.join("s")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn el_archivo_de_un_proceso_muerto_se_reemplaza() {
        let folder = Folder::new("muerto");
        let dead = std::os::unix::net::UnixListener::bind(folder.socket()).expect("escucha");
        drop(dead);
        assert!(folder.socket().exists(), "un socket que se suelta deja su archivo");
        let (_socket, file) = listen(folder.socket(), 8, None).expect("lo reemplaza");
        UnixStream::connect(folder.socket()).expect("contesta");
        drop(file);
        assert!(!folder.socket().exists());
    }

    #[test]
    fn el_de_uno_vivo_no_se_toca() {
        let folder = Folder::new("vivo");
        let _alive = listen(folder.socket(), 8, None).expect("escucha");
        let again = listen(folder.socket(), 8, None).map(drop);
        assert_eq!(again, Err(ServerError::socket_in_use(&folder.socket())));
        UnixStream::connect(folder.socket()).expect("sigue contestando");
    }

    #[test]
    fn de_muchos_que_llegan_a_la_vez_se_queda_uno() {
        let folder = Folder::new("carrera");
        let together = std::sync::Barrier::new(8);
        for round in 0..100 {
            let path = folder.0.join(round.to_string());
            drop(std::os::unix::net::UnixListener::bind(&path).expect("escucha"));
            let arrive = || {
                together.wait();
                listen(path.clone(), 8, None)
            };
            let results: Vec<_> = thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(arrive)).collect();
                threads.into_iter().map(|thread| thread.join().expect("sin pánico")).collect()
            });
            let winners = results.iter().filter(|result| result.is_ok()).count();
            assert_eq!(winners, 1, "en la vuelta {round}: {results:?}");
            UnixStream::connect(&path).expect("el que quedó contesta");
        }
    }

    #[test]
    fn a_quien_retiene_la_carpeta_no_se_le_espera_para_siempre() {
        let folder = Folder::new("retenida");
        let _forever = take_turn(&folder.socket()).expect("nadie más la quiere");
        let (_socket, file) = listen(folder.socket(), 8, None).expect("escucha igual");
        drop(file);
        assert!(!folder.socket().exists());
    }

    #[test]
    fn a_uno_vivo_que_no_da_abasto_no_se_le_espera() {
        let folder = Folder::new("lleno");
        let _busy = listen(folder.socket(), 0, None).expect("escucha");
        let callers: Vec<_> = (0..10).map(|_| call(&folder.socket())).collect();
        let is_full = |called: &io::Result<()>| {
            called.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
        };
        assert!(callers.iter().any(is_full), "{callers:?}");
        let again = listen(folder.socket(), 8, None).map(drop);
        assert_eq!(again, Err(ServerError::socket_in_use(&folder.socket())));
    }

    #[test]
    fn lo_que_no_es_un_socket_no_se_borra() {
        let folder = Folder::new("archivo");
        fs::write(folder.socket(), "importante").expect("se escribe");
        let refused = listen(folder.socket(), 8, None).map(drop);
        assert_eq!(refused, Err(ServerError::not_a_socket(&folder.socket())));
        assert_eq!(fs::read_to_string(folder.socket()).expect("sigue"), "importante");
    }

    #[test]
    fn el_archivo_de_otro_no_se_borra_al_terminar() {
        let folder = Folder::new("otro");
        let (_first, file) = listen(folder.socket(), 8, None).expect("escucha");
        fs::remove_file(folder.socket()).expect("alguien lo borra");
        let _second = listen(folder.socket(), 8, None).expect("otro ocupa su sitio");
        drop(file);
        assert!(folder.socket().exists());
    }

    #[test]
    fn los_permisos_son_los_que_se_piden() {
        let folder = Folder::new("permisos");
        let _kept = listen(folder.socket(), 8, Some(0o660)).expect("escucha");
        let mode = fs::metadata(folder.socket()).expect("está").permissions().mode();
        assert_eq!(mode & 0o777, 0o660);
    }

    #[test]
    fn una_carpeta_que_no_existe_se_dice() {
        let path = PathBuf::from("/no/existe/s");
        let error = ServerError::socket_not_created(&path, io::ErrorKind::NotFound.into());
        assert_eq!(listen(path, 8, None).map(drop), Err(error));
    }
}
