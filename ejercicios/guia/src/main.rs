//! La línea de comandos: `cargo ejercicios` o `cargo ejercicios <comando>`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();

    match guia::run(&arguments, &root()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            guia::complain(&error);
            ExitCode::FAILURE
        }
    }
}

/// La raíz del proyecto: dos carpetas por encima de la de este paquete, que cargo nos dice al ejecutarnos.
fn root() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.ancestors().nth(2).map_or(package.clone(), Into::into)
}
