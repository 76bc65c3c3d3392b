//! Varias máquinas detrás de un balanceador: se reinicia una sin perder ninguna petición.

mod comun;
#[cfg(unix)]
#[path = "servidores/desk.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod desk;
#[cfg(unix)]
#[path = "servidores/front.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod front;
#[cfg(unix)]
#[path = "servidores/load.rs"]
mod load;
#[cfg(unix)]
#[path = "servidores/machines.rs"]
mod machines;
#[cfg(unix)]
#[path = "servidores/stage.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod stage;

use std::process::Command;

use comun::{Answer, Program, executable, typed_alone};
use pretty_assertions::assert_eq;

#[test]
fn dice_quien_responde() {
    let program = Program::start("cap16_muchas_maquinas");
    let answer = program.get("/");
    let text = format!("Hola desde el proceso {}\n", program.id());
    let length = text.len().to_string();
    let headers = [("Content-type", "text/plain; charset=utf-8"), ("Content-Length", &length)];
    assert_eq!(answer, Answer::expected(200, &headers, &text));
    assert_eq!(program.get("/lenta"), answer);
    assert_eq!(program.get("/otra").status, 404);
}

#[test]
fn dice_que_esta_bien() {
    let headers =
        [("Content-type", "text/plain"), ("Cache-Control", "no-store"), ("Content-Length", "5")];
    let answer = Program::start("cap16_muchas_maquinas").get("/salud");
    assert_eq!(answer, Answer::expected(200, &headers, "bien\n"));
}

#[test]
fn con_el_puerto_tomado_dice_lo_que_muestra_el_libro() {
    let _first = Program::start("cap16_muchas_maquinas");
    let second = Command::new(executable("cap16_muchas_maquinas"))
        .args(["localhost", "8000"])
        .output()
        .expect("el programa se ejecuta");
    let message = typed_alone("cap16_puerto").shown;
    assert_eq!(
        (String::from_utf8_lossy(&second.stderr).into_owned(), second.status.code()),
        (message, Some(1))
    );
}

#[cfg(unix)]
mod balanced {
    use std::fs;
    use std::io::{self, Write};
    use std::process::{Command, Output};
    use std::sync::{Mutex, PoisonError};

    use pretty_assertions::assert_eq;

    use super::comun::{self, Folder, executable};
    use super::desk::Desk;
    use super::front::{Front, Place, book_file};
    use super::load::{Load, TOTAL};
    use super::machines::Machines;
    use super::stage::{Running, accepts, free_port, install, premises};

    /// Las máquinas de dos pruebas a la vez tendrían las mismas direcciones.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

    /// Lo que el capítulo hace escribir: tres copias, cada una en su puerto, y nginx delante.
    #[test]
    #[ignore = "necesita nginx y curl"]
    fn con_los_comandos_del_libro_se_reparte_y_una_se_puede_detener() {
        let ports = [8000, 8001, 8002];
        let desk = Desk::new("cap16-comandos", &[8000, 8001, 8002, 8080]);
        let copy = |written: u16| {
            let port = desk.port(written);
            let mut command = Command::new(executable("cap16_muchas_maquinas"));
            command.args(["localhost", &port.to_string()]);
            let mut running = Running::start(command, "-TERM");
            running.wait_until(|| accepts(&format!("127.0.0.1:{port}")));
            running
        };
        let mut copies = ports.map(copy);
        let _nginx = desk.starts("cap16_nginx", 8080, "-QUIT");
        desk.shows("cap16_reparte");
        let mut answered = desk.processes("cap16_reparte");
        answered.sort();
        answered.dedup();
        assert_eq!(answered.len(), 3, "cada visita, una copia");
        copies[1].signal("-INT");
        assert!(copies[1].ended_well(), "Ctrl-C");
        assert_eq!(desk.processes("cap16_reparte").len(), 3, "nadie dejó de responder");
    }

    #[test]
    #[ignore = "necesita systemd y curl"]
    fn con_los_comandos_del_libro_systemd_abre_el_socket() {
        let desk = Desk::new("cap16-systemd", &[8000]);
        desk.build("cap16_muchas_maquinas", "debug");
        let commands = comun::typed("cap16_systemd");
        let server = &commands.last().expect("al menos, el servidor").command;
        let _program = desk.start_server(server, 8000, "-TERM");
        let said = desk.run("curl http://localhost:8000/salud");
        assert_eq!(said, "bien\n");
    }

    #[test]
    #[ignore = "necesita systemd"]
    fn toma_el_socket_que_abre_systemd() {
        let address = format!("127.0.0.1:{}", free_port());
        let mut activator = Command::new("systemd-socket-activate");
        activator.args(["-l", &address]).arg(executable("cap16_muchas_maquinas"));
        let mut running = Running::start(activator, "-TERM");
        running.wait_until(|| accepts(&address));
        let answer = comun::send("GET", &format!("http://{address}/salud"), &[], "");
        assert_eq!((answer.status, answer.body.as_str()), (200, "bien\n"));
    }

    #[test]
    #[ignore = "necesita systemd"]
    fn los_archivos_de_systemd_estan_bien_escritos() {
        let folder = Folder::new("systemd");
        for name in ["pasarela.service", "pasarela.socket"] {
            // El programa tiene que existir.
            let text = book_file(name).replace("/srv/pasarela/aplicacion", "/bin/true");
            fs::write(folder.join(name), text).expect("se puede escribir");
        }
        let Output { status, stderr, .. } = Command::new("systemd-analyze")
            .arg("verify")
            .args(["pasarela.service", "pasarela.socket"].map(|name| folder.join(name)))
            .output()
            .expect("está systemd");
        assert_eq!((String::from_utf8_lossy(&stderr).as_ref(), status.code()), ("", Some(0)));
    }

    #[test]
    #[ignore = "necesita nginx"]
    fn con_nginx_ninguna_peticion_se_pierde_al_reiniciar() {
        check_restarts("nginx-balanceador");
    }

    #[test]
    #[ignore = "necesita Apache"]
    fn con_apache_ninguna_peticion_se_pierde_al_reiniciar() {
        check_restarts("apache-balanceador");
    }

    /// Tres máquinas con carga: a una la mata un accidente y otra se reinicia en orden. De la segunda no
    /// se pierde nada; lo que costó la primera se cuenta.
    #[track_caller]
    fn check_restarts(config: &str) {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = premises(config);
        let program = install(&folder, &executable("cap16_muchas_maquinas"), "instancia");
        let machines = Machines::new(3);
        let start = |index: usize| {
            let (host, port) = machines.place(index);
            let mut command = machines.command(index, &program);
            command.args([host.clone(), port.to_string()]);
            let mut running = Running::start(command, "-TERM");
            running.wait_until(|| accepts(&format!("{host}:{port}")));
            running
        };
        let mut instances: Vec<Running> = (0..3).map(start).collect();
        let places = [0, 1, 2].map(|index| Place::Tcp(machines.place(index)));
        let front = Front::start(config, &folder, &places);

        let load = Load::start(&front.address);
        load.tally.wait_for(20);
        instances[0].kill();
        load.tally.wait_for(40);
        instances[0] = start(0);
        load.tally.wait_for(55);
        let by_accident = load.tally.lost();
        load.tally.wait_for(60);
        instances[1].signal("-TERM");
        assert!(instances[1].ended_well(), "se detuvo en orden");
        load.tally.wait_for(80);
        instances[1] = start(1);
        let lost = load.finish();

        let where_ = if machines.are_separate() { "tres redes" } else { "tres puertos" };
        // No con `println!`, que una prueba guarda para sí: la cuenta se enseña siempre.
        writeln!(
            io::stderr(),
            "{config}, {where_}: {TOTAL} peticiones; {} perdidas al matar una máquina, {} al reiniciar otra",
            by_accident.len(),
            lost.len() - by_accident.len(),
        ).expect("se puede escribir");
        assert_eq!(lost[by_accident.len()..], [] as [String; 0]);
    }
}
