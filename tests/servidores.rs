//! La misma aplicación, detrás de los servidores de verdad: nginx y Apache, con los archivos de
//! configuración que muestra el libro.
//!
//! Un cuadro dice al final qué se probó y qué salió.

#![cfg(unix)]

mod comun;
#[path = "servidores/checks.rs"]
mod checks;
#[path = "servidores/front.rs"]
mod front;
#[path = "servidores/stage.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod stage;

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::Command;

use checks::{CHECKS, Lack, Site, Verdict};
use comun::{Folder, executable};
use front::{Front, Place};
use stage::{Running, free_port, install, premises};

/// Un servidor y un protocolo.
struct Pairing {
    /// El archivo de `book/servidores`.
    config: &'static str,
    /// Cómo lo llama la sonda; `None`, si la arranca el servidor.
    protocol: Option<&'static str>,
    lacks: &'static [Lack],
}

const PAIRINGS: [Pairing; 10] = [
    Pairing { config: "nginx-http", protocol: Some("http"), lacks: &[] },
    Pairing { config: "nginx-fastcgi", protocol: Some("fastcgi"), lacks: &[] },
    Pairing { config: "nginx-scgi", protocol: Some("scgi"), lacks: &[] },
    Pairing { config: "nginx-uwsgi", protocol: Some("uwsgi"), lacks: &[] },
    Pairing { config: "apache-cgi", protocol: None, lacks: &[] },
    Pairing { config: "apache-cgid", protocol: None, lacks: &[] },
    Pairing { config: "apache-http", protocol: Some("http"), lacks: &[] },
    Pairing { config: "apache-fastcgi", protocol: Some("fastcgi"), lacks: &[] },
    Pairing { config: "apache-scgi", protocol: Some("scgi"), lacks: &[Lack::Chunked] },
    Pairing { config: "apache-uwsgi", protocol: Some("uwsgi"), lacks: &[Lack::Chunked] },
];

#[test]
#[ignore = "necesita nginx y Apache"]
fn la_misma_aplicacion_detras_de_cada_servidor() {
    let mut rows = Vec::new();
    for pairing in &PAIRINGS {
        rows.extend(try_pairing(pairing, Transport::Tcp));
        if pairing.protocol.is_some() {
            rows.extend(try_pairing(pairing, Transport::Unix));
        }
    }
    // No con `println!`, que una prueba guarda para sí: el cuadro se enseña siempre.
    writeln!(io::stderr(), "{}", table(&rows)).expect("se puede escribir");
    let complaints: Vec<&String> = rows.iter().flat_map(|row| &row.complaints).collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
}

/// nginx y Apache, por FastCGI, con su registro de errores en un archivo.
#[test]
#[ignore = "necesita nginx y Apache"]
fn lo_que_falla_por_fastcgi_queda_en_el_registro_del_servidor_web() {
    for (config, to) in [
        ("nginx-fastcgi", ("error_log stderr notice", "error_log run/errores.log notice")),
        ("apache-fastcgi", ("ErrorLog /dev/stderr", "ErrorLog run/errores.log")),
    ] {
        let pairing = Pairing { config, protocol: Some("fastcgi"), lacks: &[] };
        let folder = premises(&format!("{config}-errores"));
        let back = [(); 2].map(|()| Place::Tcp(("127.0.0.1".to_owned(), free_port())));
        let _back = start_back(&pairing, &folder, &back);
        let front = Front::start_with(config, &folder, &back, |text| text.replace(to.0, to.1));
        let answer = comun::send("GET", &format!("http://{}/falla", front.address), &[], "");
        let log = std::fs::read_to_string(folder.join("run/errores.log")).expect("se lee");
        let is_there = log.contains("la sonda falla a") && log.contains("GET /falla");
        assert!(answer.status == 500 && is_there, "{config}: {} y {log}", answer.status);
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Transport {
    Tcp,
    Unix,
}

/// Una línea del cuadro.
struct Row {
    title: String,
    marks: Vec<&'static str>,
    complaints: Vec<String>,
}

/// Las dos líneas de una pareja: en la raíz y en `/app`.
fn try_pairing(pairing: &Pairing, transport: Transport) -> [Row; 2] {
    let how = match (pairing.protocol, transport) {
        (None, _) => "proceso",
        (_, Transport::Tcp) => "TCP",
        (_, Transport::Unix) => "Unix",
    };
    let folder = premises(&format!("{}-{how}", pairing.config));
    let back = match transport {
        Transport::Tcp => [(); 2].map(|()| Place::Tcp(("127.0.0.1".to_owned(), free_port()))),
        Transport::Unix => ["principal", "montada"]
            .map(|name| Place::Unix(folder.join(format!("run/{name}.sock")).display().to_string())),
    };
    let _back = start_back(pairing, &folder, &back);
    let front = Front::start(pairing.config, &folder, &back);
    ["", "/app"].map(|mount| {
        let site = Site {
            address: &front.address,
            mount,
            beside: folder.join(if pairing.protocol.is_none() { "cgi" } else { "." }),
            lacks: pairing.lacks,
            runs_once: pairing.protocol.is_none(),
        };
        let title =
            format!("{} {how} {}", pairing.config, if mount.is_empty() { "/" } else { mount });
        run_checks(title, &site)
    })
}

/// La sonda: dos procesos que escuchan, uno de ellos montado; o el programa que Apache arranca.
fn start_back(pairing: &Pairing, folder: &Folder, back: &[Place; 2]) -> Vec<Running> {
    let Some(protocol) = pairing.protocol else {
        install(folder, &executable("sonda"), "cgi/aplicacion.cgi");
        return Vec::new();
    };
    let program = install(folder, &executable("sonda"), "sonda");
    let mounts = [None, Some("/app")];
    let starts = back.iter().zip(mounts).map(|(place, mount)| {
        let mut command = Command::new(&program);
        command.arg(protocol).arg(place.argument()).args(mount);
        let mut running = Running::start(command, "-TERM");
        running.wait_until(|| place.accepts());
        running
    });
    starts.collect()
}

fn run_checks(title: String, site: &Site<'_>) -> Row {
    let mut row = Row { title, marks: Vec::new(), complaints: Vec::new() };
    for (name, check) in CHECKS {
        // Lo que no llega como se espera es un pánico de quien lee: aquí, una respuesta más.
        let verdict = panic::catch_unwind(AssertUnwindSafe(|| check(site)));
        let mark = match verdict.unwrap_or_else(|_| Verdict::Bad("no se pudo leer".to_owned())) {
            Verdict::Good => "sí",
            Verdict::Refused(status) => status,
            Verdict::Bad(reason) => {
                row.complaints.push(format!("{}, {name}: {reason}", row.title));
                "NO"
            }
        };
        row.marks.push(mark);
    }
    row
}

fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|row| row.title.len()).max().unwrap_or(0);
    let mut text = format!("\n{:width$}", "");
    for (name, _) in CHECKS {
        text += &format!("  {name}");
    }
    for row in rows {
        text += &format!("\n{:width$}", row.title);
        for ((name, _), mark) in CHECKS.iter().zip(&row.marks) {
            text += &format!("  {mark:<size$}", size = name.chars().count());
        }
    }
    text
}
