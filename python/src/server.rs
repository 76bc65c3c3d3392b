//! El servidor, como lo usa Python.

use std::fs::File;
use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pasarela::access_log::access_log;
use pasarela::simple_server::{BatchWrapper, Listeners, ThreadWrapper, make_server_on};
use pasarela::{Application, Config, Handle, HeaderText, Network, Protocol};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;

use crate::application::{PythonApplication, Recycling};
use crate::environ::EnvironMaker;
use crate::fault;

/// Un servidor que escucha. Lo que se ve de él en Python es `pasarela.simple_server.WSGIServer`.
#[pyclass(frozen, module = "pasarela")]
pub(crate) struct Server {
    inner: Mutex<Option<Arc<pasarela::Server>>>,
    handle: Handle,
    addresses: Vec<(String, u16)>,
    /// Cuántos hilos conoce el intérprete.
    threads: Arc<AtomicUsize>,
}

#[pymethods]
impl Server {
    #[new]
    #[pyo3(signature = (application, host, port, *, unix = None, unix_mode = None, protocol = "http", threads = 64,
        access_log = None, trusted_proxies = None, shutdown_timeout = 30.0, multiprocess = false, inherited = false, recycling = None))]
    #[allow(clippy::too_many_arguments, reason = "en Python se dan por su nombre")]
    fn new(
        py: Python<'_>,
        application: Py<PyAny>,
        host: &str,
        port: u16,
        unix: Option<String>,
        unix_mode: Option<u32>,
        protocol: &str,
        threads: usize,
        access_log: Option<&str>,
        trusted_proxies: Option<Vec<String>>,
        shutdown_timeout: f64,
        multiprocess: bool,
        inherited: bool,
        recycling: Option<(u64, Py<PyAny>)>,
    ) -> PyResult<Self> {
        let alive = Arc::<AtomicUsize>::default();
        let shutdown_timeout = seconds(shutdown_timeout, "shutdown_timeout")?;
        let config = Config {
            protocol: protocol_named(protocol)?,
            unix_mode,
            trusted_proxies: networks(&trusted_proxies.unwrap_or_default())?,
            event_loops: event_loops(py)?,
            max_threads: threads,
            shutdown_timeout,
            // Las señales son de Python.
            handle_signals: false,
            thread_wrapper: adopt(alive.clone()),
            batch_wrapper: share(),
            // Los textos de PEP 3333 son bytes.
            header_text: HeaderText::Latin1,
            write_callable: true,
            ..Config::default()
        };
        let maker = EnvironMaker::new(py, threads > 1, multiprocess, config.small_body)?;
        let recycling = recycling.map(|(after, notice)| Recycling::new(after, notice));
        let application = PythonApplication::new(application, maker, recycling);
        let application = noted(application, access_log)?;
        let places = match unix {
            _ if inherited => given()?,
            Some(path) => at_path(path)?,
            None => Listeners::tcp(host, port),
        };
        let made = py.detach(|| make_server_on(places, application, config));
        let inner = made.map_err(|error| fault::to_python(&error))?;
        let addresses = inner.local_addrs();
        let addresses = addresses.iter().map(|at| (at.ip().to_string(), at.port())).collect();
        let (handle, inner) = (inner.handle(), Mutex::new(Some(Arc::new(inner))));
        Ok(Self { inner, handle, addresses, threads: alive })
    }

    /// Las direcciones en que escucha.
    #[getter]
    fn addresses(&self) -> Vec<(String, u16)> {
        self.addresses.clone()
    }

    /// Cuántos hilos siguen: al volver `serve`, los que no salieron de la aplicación a tiempo.
    #[getter]
    fn threads(&self) -> usize {
        self.threads.load(SeqCst)
    }

    /// Atiende hasta que lo detengan.
    fn serve(&self, py: Python<'_>) -> PyResult<()> {
        let server = self.open()?;
        py.detach(move || server.serve_forever()).map_err(|error| fault::to_python(&error))
    }

    /// Atiende una petición en este hilo; `False` si nadie pide nada en ese plazo, en segundos.
    #[pyo3(signature = (timeout = None))]
    fn handle_request(&self, py: Python<'_>, timeout: Option<f64>) -> PyResult<bool> {
        let server = self.open()?;
        let served = match timeout.map(|timeout| seconds(timeout, "timeout")).transpose()? {
            None => py.detach(move || server.handle_request().map(|()| true)),
            Some(limit) => py.detach(move || server.handle_request_within(limit)),
        };
        served.map_err(|error| fault::to_python(&error))
    }

    /// Pide que se detenga, y no lo espera.
    fn shutdown(&self, py: Python<'_>) {
        py.detach(|| self.handle.shutdown());
    }

    /// Deja de escuchar, si nadie atiende.
    fn close(&self, py: Python<'_>) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner).take();
        py.detach(move || drop(inner));
    }
}

impl Server {
    fn open(&self) -> PyResult<Arc<pasarela::Server>> {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner).clone();
        inner.ok_or_else(|| PyRuntimeError::new_err("el servidor ya se cerró; crea otro"))
    }
}

fn seconds(seconds: f64, what: &str) -> PyResult<Duration> {
    Duration::try_from_secs_f64(seconds)
        .map_err(|error| PyValueError::new_err(format!("{what}: {error}")))
}

/// El intérprete adopta cada hilo una vez, para toda su vida: así conserva su `threading.local`, y entre una
/// petición y otra no hay nada que hacer. Dentro vive suelto.
fn adopt(alive: Arc<AtomicUsize>) -> ThreadWrapper {
    ThreadWrapper::new(move |live| {
        alive.fetch_add(1, SeqCst);
        Python::try_attach(|py| py.detach(live));
        alive.fetch_sub(1, SeqCst);
    })
}

/// Cuántos bucles. Si el intérprete es de uno cada vez, otro bucle solo esperaría su turno.
fn event_loops(py: Python<'_>) -> PyResult<usize> {
    let is_gil_enabled = match py.import("sys")?.getattr_opt("_is_gil_enabled")? {
        Some(is_gil_enabled) => is_gil_enabled.call0()?.extract()?,
        None => true,
    };
    Ok(if is_gil_enabled { 1 } else { Config::default().event_loops })
}

/// El intérprete se toma una vez para cada tanda de peticiones, y no en cada una: quien tiene a otro ocupado con
/// sus cuentas lo suelta cada cierto plazo, y ese plazo lo espera la tanda y no cada petición.
fn share() -> BatchWrapper {
    BatchWrapper::new(|serve| {
        Python::try_attach(|_| serve());
    })
}

/// La aplicación, con su registro de accesos si se pidió: `-` es la salida del programa.
fn noted(application: PythonApplication, to: Option<&str>) -> PyResult<Box<dyn Application>> {
    let to: Box<dyn Write + Send> = match to {
        None => return Ok(Box::new(application)),
        Some("-") => Box::new(io::stdout()),
        Some(path) => Box::new(File::options().append(true).create(true).open(path)?),
    };
    Ok(Box::new(access_log(application, to)))
}

fn networks(written: &[String]) -> PyResult<Vec<Network>> {
    let parsed = written.iter().map(|network| network.parse::<Network>());
    let networks = parsed.collect::<Result<_, _>>();
    networks.map_err(|error| PyValueError::new_err(format!("trusted_proxies: {error}")))
}

fn protocol_named(name: &str) -> PyResult<Protocol> {
    match name {
        "http" => Ok(Protocol::Http),
        "fastcgi" => Ok(Protocol::FastCgi),
        "scgi" => Ok(Protocol::Scgi),
        "uwsgi" => Ok(Protocol::Uwsgi),
        _ => Err(PyValueError::new_err(format!(
            "no hay ningún protocolo {name:?}; hay http, fastcgi, scgi y uwsgi"
        ))),
    }
}

/// Los sockets que dio quien empezó este proceso. Al detenerse vacía su cola: quien se los dio los conserva si
/// sigue alguien, y si no, los cierra antes.
fn given() -> PyResult<Listeners> {
    let given = Listeners::from_env().map_err(|error| fault::to_python(&error))?;
    let given = given.ok_or_else(|| PyValueError::new_err("nadie dio sockets a este proceso"))?;
    Ok(given.draining())
}

#[cfg(unix)]
fn at_path(path: String) -> PyResult<Listeners> {
    Ok(Listeners::unix(path))
}

#[cfg(not(unix))]
fn at_path(path: String) -> PyResult<Listeners> {
    Err(PyValueError::new_err(format!("este sistema no tiene sockets de Unix: {path}")))
}
