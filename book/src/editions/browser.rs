//! El navegador que compone el papel: un Chromium, o uno de sus parientes, sin ventana.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::BookError;

/// La variable de entorno que dice cuál es, si no se llama como siempre.
pub(crate) const VARIABLE: &str = "CHROMIUM";

/// Cómo se llama en Linux, donde se busca en el `PATH`.
const NAMES: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge"];

/// Dónde se instala en macOS.
const MAC: [&str; 3] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
];

/// Dónde se instala en Windows, dentro de cada carpeta de programas. Edge viene siempre.
const WINDOWS: [&str; 3] = [
    "Google\\Chrome\\Application\\chrome.exe",
    "Chromium\\Application\\chrome.exe",
    "Microsoft\\Edge\\Application\\msedge.exe",
];

/// Las variables de Windows que dicen cuáles son esas carpetas.
const PROGRAMS: [&str; 3] = ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"];

/// Encuentra el navegador.
///
/// # Errors
/// No está en ninguno de los sitios donde suele estar, o en el que se dijo.
pub(super) fn find() -> Result<PathBuf, BookError> {
    if let Some(told) = env::var_os(VARIABLE).filter(|told| !told.is_empty()) {
        let found = candidates(&told).into_iter().find(|path| path.is_file());
        return found.ok_or(BookError::NoBrowser { told: Some(PathBuf::from(told)) });
    }
    let named = NAMES.iter().flat_map(|name| candidates(&OsString::from(name)));
    let programs = PROGRAMS.iter().filter_map(env::var_os).map(PathBuf::from);
    let in_windows = programs.flat_map(|folder| WINDOWS.map(|name| folder.join(name)));
    let mut all = named.chain(MAC.map(PathBuf::from)).chain(in_windows);
    all.find(|path| path.is_file()).ok_or(BookError::NoBrowser { told: None })
}

/// Dónde puede estar un programa: en su ruta o, si es solo un nombre, en las carpetas de `PATH`.
fn candidates(program: &OsString) -> Vec<PathBuf> {
    if Path::new(program).components().count() > 1 {
        return vec![PathBuf::from(program)];
    }
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(program)).collect()
}

/// Imprime en el PDF `to` la página que hay en `address`. `profile` es una carpeta para lo que el navegador guarde.
///
/// # Errors
/// El navegador no se puede ejecutar, o no escribe nada; se dice lo que dijo.
pub(super) fn print(
    browser: &Path,
    address: &str,
    to: &Path,
    profile: &Path,
) -> Result<(), BookError> {
    let _ = std::fs::remove_file(to);
    let mut said = String::new();
    // Como `root`, y en algunos contenedores, no puede encerrarse; y aquí solo abre una página nuestra.
    for confined in [&[][..], &["--no-sandbox"]] {
        let output = Command::new(browser)
            .args(["--headless", "--disable-gpu", "--no-first-run", "--disable-extensions"])
            .args(["--disable-background-networking", "--disable-component-update"])
            .args(["--no-pdf-header-footer", "--generate-pdf-document-outline"])
            .args(confined)
            .arg(option("--user-data-dir=", profile))
            .arg(option("--print-to-pdf=", to))
            .arg(address)
            .stdin(Stdio::null())
            .output();
        match output {
            Ok(_) if to.metadata().is_ok_and(|metadata| metadata.len() > 0) => return Ok(()),
            Ok(output) => said = String::from_utf8_lossy(&output.stderr).into_owned(),
            Err(error) => said = error.to_string(),
        }
    }
    let said = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or_default().to_owned();
    Err(BookError::Browser { path: browser.to_owned(), said })
}

fn option(name: &str, path: &Path) -> OsString {
    let mut option = OsString::from(name);
    option.push(path);
    option
}
