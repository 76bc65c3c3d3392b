//! La línea de órdenes: `cargo libro` o `cargo libro <orden>`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));

    match libro::run(&arguments, root) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            libro::complain(&error);
            ExitCode::FAILURE
        }
    }
}
