//! Un servidor en este mismo proceso y en un puerto libre.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::thread::{self, JoinHandle};

use pasarela::{Application, Config, Handle, Server, ServerError, make_server_with};
use socket2::SockRef;

use super::client::{self, Answer, Wire};
use super::transcript;

/// Una aplicación servida, que se detiene al soltarla.
pub struct Served {
    address: Option<SocketAddr>,
    path: Option<PathBuf>,
    handle: Handle,
    thread: Option<JoinHandle<Result<(), ServerError>>>,
}

impl Served {
    #[track_caller]
    pub fn start(application: impl Application) -> Self {
        Self::start_with(application, Config::default())
    }

    #[track_caller]
    pub fn start_with(application: impl Application, config: Config) -> Self {
        Self::run(
            make_server_with("127.0.0.1", 0, application, config).expect("hay un puerto libre"),
        )
    }

    /// Pone en marcha un servidor ya creado.
    pub fn run(server: Server) -> Self {
        let address = server.local_addrs().first().copied();
        let (path, handle) = (server.local_path().map(PathBuf::from), server.handle());
        let thread = Some(thread::spawn(move || server.serve_forever()));
        Self { address, path, handle, thread }
    }

    /// Dónde escucha.
    pub fn address(&self) -> String {
        self.address.expect("escucha en la red").to_string()
    }

    /// Dónde escucha, si escucha en la red.
    pub fn try_address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// Con qué detenerlo.
    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }

    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        client::get(&format!("http://{}{path}", self.address()))
    }

    #[track_caller]
    pub fn open(&self) -> Wire {
        #[cfg(unix)]
        if let Some(path) = &self.path {
            return Wire::open_unix(path);
        }
        Wire::open(&self.address())
    }

    /// Manda unos bytes y devuelve todo lo que responden, con la fecha tapada.
    #[track_caller]
    pub fn exchange(&self, request: &str) -> String {
        client::talk(self.open(), request)
    }

    /// Repite las transcripciones del libro contra la aplicación.
    #[track_caller]
    pub fn replays(&self, names: &[&str]) {
        for name in names {
            let dialogue = transcript::dialogue(name);
            let answer = dialogue.seen(&self.exchange(&dialogue.request));
            pretty_assertions::assert_eq!(answer, dialogue.response, "transcripción {name}");
        }
    }

    /// Lo detiene y espera a que `serve_forever` vuelva.
    pub fn stop(mut self) -> Result<(), ServerError> {
        self.handle.shutdown();
        let thread = self.thread.take().expect("todavía no se había detenido");
        thread.join().expect("el servidor no entra en pánico")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.handle.shutdown();
        if let Some(thread) = self.thread.take() {
            // Si la prueba ya falla, su motivo es el que cuenta.
            let _ = thread.join();
        }
    }
}

/// El sitio que deja [`narrow_listener`] a cada conexión, en bytes.
const SEND_BUFFER: usize = 16 * 1024;

/// Un socket que escucha y deja a sus conexiones poco sitio para enviar: casi siempre queda algo
/// pendiente.
#[track_caller]
pub fn narrow_listener() -> TcpListener {
    let listener = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    SockRef::from(&listener).set_send_buffer_size(SEND_BUFFER).expect("se puede");
    listener
}
