//! Terminales, y un cargo que espera: donde hay programas de Unix con que imitarlos.

// <!-- permite: m, q, script, util, linux, set, until, grep, do, sleep, done, jobs, kill, exec, bash, echo, stty, cols, env, return, quiet, command, running, stopped, waiting, file, lock, build, directory, blocking, for, on -->

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Output, Stdio};

use pretty_assertions::assert_eq;

use super::comun::SmallProject;

/// Un cargo que, antes de trabajar, espera como cuando otro tiene ocupada la carpeta.
#[test]
fn si_otro_cargo_trabaja_se_dice_que_se_espera() {
    let project = SmallProject::new();
    let cargo = project.path("cargo-ocupado");
    let script = format!(
        "#!/bin/sh\necho '    Blocking waiting for file lock on build directory' >&2\nsleep 2\n\
         exec '{}' \"$@\"\n",
        env!("CARGO")
    );
    fs::write(&cargo, script).expect("se puede escribir");
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("se puede");
    let output = project.command(&[]).env("CARGO", cargo).output().expect("se ejecuta");
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(said, "Otro cargo está trabajando (¿el del editor?): se espera a que termine.\n");
}

#[test]
#[ignore = "necesita script, de util-linux"]
fn en_una_terminal_hay_color_si_no_se_pide_otra_cosa() {
    let project = SmallProject::new();
    let list = |environment: &str| {
        let shown = in_terminal(&project, &format!("env {environment} \"$GUIA\""));
        shown.contains('\x1b')
    };
    assert!(list("TERM=xterm"));
    for refused in ["TERM=dumb", "TERM=xterm NO_COLOR=1", "TERM=xterm CLICOLOR=0"] {
        assert!(!list(refused), "{refused}");
    }
    let narrow = in_terminal(&project, "stty cols 50; env -u COLUMNS TERM=dumb \"$GUIA\"");
    assert!(narrow.lines().all(|line| line.trim_end().chars().count() <= 50), "{narrow}");
}

#[test]
#[ignore = "necesita script, de util-linux"]
fn la_vigilancia_no_se_detiene_detras_de_otro_programa() {
    let project = SmallProject::new();
    let order = "set -m; \"$GUIA\" vigila >vigila.txt 2>&1 & \
                 until grep -q Pasan vigila.txt; do sleep 0.2; done; sleep 1; jobs; kill %1";
    let said = in_terminal(&project, order);
    assert!(said.contains("Running") && !said.contains("Stopped"), "{said}");
}

/// Lo que se ve en una terminal al ejecutar eso con bash.
fn in_terminal(project: &SmallProject, order: &str) -> String {
    let mut command = Command::new("script");
    command
        .args(["--quiet", "--return", "--command", &format!("bash -c '{order}'"), "/dev/null"])
        .env("GUIA", env!("CARGO_BIN_EXE_guia"))
        .env("CARGO_MANIFEST_DIR", project.path("ejercicios/guia"))
        .env_remove("CARGO_TARGET_DIR")
        .env_remove("NO_COLOR")
        .env_remove("CARGO_TERM_COLOR")
        .current_dir(project.folder.path())
        .stdin(Stdio::null());
    let Output { stdout, .. } = command.output().expect("hay script");
    String::from_utf8_lossy(&stdout).into_owned()
}
