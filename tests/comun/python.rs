//! Un programa de Python, para comparar lo que dice.

use std::process::Command;

/// Las líneas que escribe `program`, ejecutado desde la raíz del proyecto.
#[track_caller]
pub fn python(program: &str) -> Vec<String> {
    let output = Command::new("python3")
        .args(["-c", program])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONIOENCODING", "utf8")
        .output()
        .expect("python3 está");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("escribe UTF-8");
    text.lines().map(str::to_owned).collect()
}
