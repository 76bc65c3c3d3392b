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
#[path = "servidores/stranger.rs"]
mod stranger;

use std::io::{self, Write};
use std::panic::{self, AssertUnwindSafe};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, PoisonError};

use checks::{CHECKS, Lack, Site, Verdict};
use comun::{Folder, executable};
use front::{Front, Place, book_file};
use stage::{Running, free_port, install, premises};

/// Un servidor y un protocolo.
struct Pairing {
    /// El archivo de `book/servidores`.
    config: &'static str,
    /// Cómo lo llama la sonda; `None`, si la arranca el servidor.
    protocol: Option<&'static str>,
    /// Cuántas aplicaciones hay detrás: la principal y la montada, o tres iguales.
    machines: usize,
    lacks: &'static [Lack],
}

const PAIRINGS: [Pairing; 10] = [
    pairing("nginx-http", Some("http"), &[]),
    pairing("nginx-fastcgi", Some("fastcgi"), &[]),
    pairing("nginx-scgi", Some("scgi"), &[]),
    pairing("nginx-uwsgi", Some("uwsgi"), &[]),
    pairing("apache-cgi", None, &[]),
    pairing("apache-cgid", None, &[]),
    pairing("apache-http", Some("http"), &[]),
    pairing("apache-fastcgi", Some("fastcgi"), &[]),
    pairing("apache-scgi", Some("scgi"), &[Lack::Chunked]),
    pairing("apache-uwsgi", Some("uwsgi"), &[Lack::Chunked]),
];

const BALANCERS: [Pairing; 2] = [balancer("nginx-balanceador"), balancer("apache-balanceador")];

const fn pairing(
    config: &'static str,
    protocol: Option<&'static str>,
    lacks: &'static [Lack],
) -> Pairing {
    Pairing { config, protocol, machines: 2, lacks }
}

const fn balancer(config: &'static str) -> Pairing {
    Pairing { config, protocol: Some("http"), machines: 3, lacks: &[] }
}

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
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let pairing = pairing(config, Some("fastcgi"), &[]);
        let folder = premises(&format!("{config}-errores"));
        let back = [(); 2].map(|()| Place::Tcp(("127.0.0.1".to_owned(), free_port())));
        let _back = start_back(&pairing, &folder, &back, Paths::All);
        let front = Front::start_with(config, &folder, &back, |text| text.replace(to.0, to.1));
        let answer = comun::send("GET", &format!("http://{}/falla", front.address), &[], "");
        let log = std::fs::read_to_string(folder.join("run/errores.log")).expect("se lee");
        let is_there = log.contains("la sonda falla a") && log.contains("GET /falla");
        assert!(answer.status == 500 && is_there, "{config}: {} y {log}", answer.status);
    }
}

#[test]
fn cada_archivo_pone_o_quita_lo_que_cuenta_un_proxy() {
    for Pairing { config, .. } in PAIRINGS.iter().chain(&BALANCERS) {
        let text = book_file(&format!("{config}.conf")).to_lowercase().replace('_', "-");
        for header in stranger::headers() {
            let is_ruled = text.lines().any(|line| {
                let mut words =
                    line.split_whitespace().map(|word| word.trim_start_matches("http-"));
                !line.trim_start().starts_with('#') && words.any(|word| word == header)
            });
            assert!(is_ruled, "{config}.conf no dice nada de {header}");
        }
    }
}

#[test]
#[ignore = "necesita nginx y Apache"]
fn lo_que_cuenta_un_desconocido_no_cambia_nada() {
    each_couple(Paths::All, |couple| {
        stranger::lies_change_nothing(&couple.title, &couple.front.address)
    });
}

#[test]
#[ignore = "necesita nginx y Apache"]
fn el_servidor_que_se_pide_en_la_direccion_manda_sobre_host() {
    each_couple(Paths::All, |couple| stranger::target_wins(&couple.title, &couple.front.address));
}

#[test]
#[ignore = "necesita nginx y Apache"]
fn una_ruta_dudosa_se_rechaza_tambien_detras_de_cada_servidor() {
    each_couple(Paths::Clear, |couple| {
        if couple.shows_asked {
            stranger::dots_are_refused(&couple.title, &couple.front.address);
        }
    });
}

/// Arranca todas las parejas, también las que reparten, y las da una a una.
#[track_caller]
fn each_couple(paths: Paths, check: impl Fn(&Couple)) {
    for pairing in PAIRINGS.iter().chain(&BALANCERS) {
        check(&Couple::start(pairing, Transport::Tcp, paths));
        if pairing.protocol.is_some() && pairing.machines == 2 {
            check(&Couple::start(pairing, Transport::Unix, paths));
        }
    }
}

/// Qué rutas atiende la sonda.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Paths {
    All,
    /// Las que nadie resolvería de otro modo.
    Clear,
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
    let couple = Couple::start(pairing, transport, Paths::All);
    ["", "/app"].map(|mount| {
        let site = Site {
            address: &couple.front.address,
            mount,
            beside: couple.folder.join(if pairing.protocol.is_none() { "cgi" } else { "." }),
            lacks: pairing.lacks,
            runs_once: pairing.protocol.is_none(),
        };
        run_checks(
            format!("{} {}", couple.title, if mount.is_empty() { "/" } else { mount }),
            &site,
        )
    })
}

/// Un servidor en marcha, con la sonda detrás.
struct Couple {
    title: String,
    /// Si la sonda puede rechazar la ruta que se pidió: no en CGI, que no tiene configuración, ni si no le
    /// llega más que la resuelta.
    shows_asked: bool,
    front: Front,
    _back: Vec<Running>,
    folder: Folder,
    _turn: MutexGuard<'static, ()>,
}

/// Dos a la vez querrían la misma carpeta.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

impl Couple {
    fn start(pairing: &Pairing, transport: Transport, paths: Paths) -> Self {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let how = match (pairing.protocol, transport) {
            (None, _) => "proceso",
            (_, Transport::Tcp) => "TCP",
            (_, Transport::Unix) => "Unix",
        };
        let title = format!("{} {how}", pairing.config);
        let folder = premises(&title.replace(' ', "-"));
        let back = match transport {
            Transport::Tcp => [(); 3].map(|()| Place::Tcp(("127.0.0.1".to_owned(), free_port()))),
            Transport::Unix => ["principal", "montada", "otra"].map(|name| {
                Place::Unix(folder.join(format!("run/{name}.sock")).display().to_string())
            }),
        };
        let back = &back[..pairing.machines];
        let running = start_back(pairing, &folder, back, paths);
        let front = Front::start(pairing.config, &folder, back);
        let shows_asked = pairing.protocol.is_some() && pairing.config != "apache-balanceador";
        Self { title, shows_asked, front, _back: running, folder, _turn: turn }
    }
}

/// La sonda: unos procesos que escuchan, el segundo montado; o el programa que Apache arranca.
fn start_back(pairing: &Pairing, folder: &Folder, back: &[Place], paths: Paths) -> Vec<Running> {
    let Some(protocol) = pairing.protocol else {
        install(folder, &executable("sonda"), "cgi/aplicacion.cgi");
        return Vec::new();
    };
    let program = install(folder, &executable("sonda"), "sonda");
    let mounts = ["/", if pairing.machines == 2 { "/app" } else { "/" }, "/"];
    let starts = back.iter().zip(mounts).map(|(place, mount)| {
        let mut command = Command::new(&program);
        command.arg(protocol).arg(place.argument()).arg(mount);
        command.args((paths == Paths::Clear).then_some("claras"));
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
