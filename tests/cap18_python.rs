//! El programa del tutorial, sin cambiarle una letra, en este servidor.
//!
//! El puente lo instala `.ci/python`.

mod comun;
mod examen;

use std::fs;
use std::process::Command;

use comun::{Answer, Folder, Program, bridge, python, transcript, typed};
use examen::examined;
use pretty_assertions::assert_eq;

/// Los dos programas del tutorial, y lo que mide cada uno.
const TUTORIAL: [(&str, usize); 2] = [("cap18_python", 329), ("cap18_html", 458)];

fn path(slug: &str) -> String {
    format!("book/python/{slug}.py")
}

/// El texto de un archivo del repositorio.
#[track_caller]
fn read(path: &str) -> String {
    let place = format!("{}/{path}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&place).unwrap_or_else(|e| panic!("{place}: {e}"));
    text.replace("\r\n", "\n")
}

/// El puente, con ese programa.
#[track_caller]
fn serve(slug: &str) -> Program {
    Program::start_bridge(&[&path(slug)])
}

/// El programa de los experimentos, con un solo hilo.
#[track_caller]
fn serve_on_one_thread() -> Program {
    Program::start_bridge(&["--threads", "1", &path("cap18_hilos")])
}

/// Lo que respondió la aplicación, sin lo que pone cada servidor.
fn own(answer: Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers = answer.headers;
    headers.retain(|(name, _)| !["date", "server", "connection"].contains(&name.as_str()));
    (answer.status, headers, answer.body)
}

#[test]
fn los_del_tutorial_estan_letra_por_letra() {
    for (slug, length) in TUTORIAL {
        let program = read(&path(slug));
        assert_eq!(program.len(), length, "{slug}");
        assert!(program.starts_with("from wsgiref.simple_server import make_server\n"), "{slug}");
        let end = "server = make_server('localhost', 8000, application)\nserver.serve_forever()\n";
        assert!(program.ends_with(end), "{slug}");
    }
}

#[test]
#[ignore = "necesita Python y el puente"]
fn los_archivos_del_tutorial_responden_lo_mismo_que_con_wsgiref() {
    for (slug, _) in TUTORIAL {
        let theirs = own(Program::start_python(slug).get("/"));
        let ours = own(serve(slug).get("/"));
        assert_eq!(ours, theirs, "{slug}");
    }
}

#[test]
#[ignore = "necesita Python y el puente"]
fn los_bytes_son_los_del_primer_capitulo() {
    serve("cap18_python").replays(&["cap01_bytes"]);
    Program::start_python("cap18_python").replays(&["cap01_python"]);
}

#[test]
#[ignore = "necesita Python y el puente"]
fn dice_donde_atiende() {
    let mut program = serve("cap18_python");
    let said = program.next_line();
    // En unas computadoras `localhost` es antes `::1` y en otras `127.0.0.1`.
    let said = said.replace("[::1]", "127.0.0.1");
    assert!(read("book/capitulos/cap18_python.md").contains(&format!("`{said}`")), "{said}");
}

#[test]
#[ignore = "necesita Python y el puente"]
fn el_examinador_no_echa_de_menos_nada() {
    let _program = serve("cap18_python");
    assert_eq!(examined("localhost:8000"), (Vec::new(), (24, 24)));
}

#[test]
#[ignore = "necesita Python"]
fn un_texto_de_python_son_bytes() {
    for typed in typed("cap18_latin1") {
        assert_eq!(typed.run(), typed.shown, "{}", typed.command);
    }
    let back = python("print('/cafÃ©'.encode('latin-1').decode('utf-8'))");
    assert_eq!(back, ["/café"]);
}

/// Si una visita rápida recibe su respuesta antes que una a `path`, que llegó primero.
#[track_caller]
fn overtakes(program: &Program, path: &str) -> bool {
    let mut slow = program.open();
    slow.send(format!("GET {path} HTTP/1.1\r\nHost: localhost:8000\r\n\r\n").as_bytes());
    let quick = program.get("/");
    assert_eq!(quick.status, 200);
    slow.is_silent()
}

#[test]
#[ignore = "necesita Python y el puente"]
fn quien_duerme_no_detiene_a_los_demas() {
    let program = serve("cap18_hilos");
    // Una computadora muy ocupada puede tardar más que la lenta; varias veces seguidas, no.
    assert!((0..3).any(|_| overtakes(&program, "/duerme")));
}

#[test]
#[ignore = "necesita Python y el puente"]
fn con_un_solo_hilo_si_los_detiene() {
    let program = serve_on_one_thread();
    // Alguna vez puede llegar antes la segunda.
    assert!((0..3).any(|_| !overtakes(&program, "/duerme")));
}

#[test]
#[ignore = "necesita Python y el puente"]
fn quien_calcula_deja_pasar_a_los_demas() {
    let program = serve("cap18_hilos");
    assert!((0..3).any(|_| overtakes(&program, "/calcula")));
}

/// El texto, con otro número de proceso.
fn with_process(text: &str) -> String {
    let is_number =
        |word: &&str| word.ends_with(',') && word[..word.len() - 1].parse::<u32>().is_ok();
    let line = |line: &str| {
        let number = line.split(' ').find(is_number).unwrap_or_default();
        line.replace(number, "4711,")
    };
    text.lines().map(|one| line(one) + "\n").collect()
}

#[test]
#[ignore = "necesita Python, curl y el puente"]
fn lo_que_guarda_un_hilo_sigue_ahi_en_la_visita_siguiente() {
    let _program = serve_on_one_thread();
    for typed in typed("cap18_hilo") {
        assert_eq!(with_process(&typed.run()), typed.shown, "{}", typed.command);
    }
}

#[cfg(unix)]
#[test]
#[ignore = "necesita Python y el puente"]
fn si_un_proceso_muere_el_supervisor_empieza_otro() {
    let mut program = Program::start_bridge(&["--processes", "2", &path("cap18_hilos")]);
    let answer = program.get("/").body;
    let dead = answer.split([' ', ',']).nth(1).expect("dice su proceso");
    let killed = Command::new("kill").args(["-9", dead]).status().expect("kill está");
    assert!(killed.success());
    let next = program.get("/");
    assert_eq!(next.status, 200);
    assert!(!next.body.contains(dead), "{}", next.body);
    let said = loop {
        let line = program.next_line();
        if line.contains(dead) {
            break line;
        }
    };
    assert_eq!(format!("{}\n", said.replace(dead, "4711")), transcript("cap18_supervisor"));
}

/// Comprueba que la última línea de `said` es la de la transcripción `name`.
#[track_caller]
fn check_last_line(name: &str, said: &str) {
    let last = said.lines().last().unwrap_or_default();
    assert_eq!(format!("{last}\n"), transcript(name), "{name}");
}

/// Lo último que se lee en la terminal tras pedirle algo a ese programa de Python.
#[track_caller]
fn fault_of(program: &str) -> String {
    let folder = Folder::new("cap18");
    let file = folder.join("aplicacion.py");
    fs::write(&file, program).expect("se puede escribir");
    let mut served = Program::start_bridge(&[file.to_str().expect("es texto")]);
    assert_eq!(served.get("/").status, 500);
    loop {
        let line = served.next_line();
        if line.contains("la aplicación devolvió un error") {
            return line;
        }
    }
}

#[test]
#[ignore = "necesita Python y el puente"]
fn las_faltas_dicen_lo_que_muestra_el_libro() {
    let program = read(&path("cap18_python"));
    let text = program.replace(".encode('utf-8')", "");
    check_last_line("cap18_no_son_bytes", &fault_of(&text));
    let dots = program.replace("[('Content-type'", "[('X-Saludo', 'Hola…'), ('Content-type'");
    check_last_line("cap18_no_cabe", &fault_of(&dots));
}

#[test]
#[ignore = "necesita Python y el puente"]
fn sin_entorno_y_con_el_puerto_tomado_se_dice_en_una_linea() {
    let said = |mut command: Command| {
        let output = command.output().expect("el programa se ejecuta");
        String::from_utf8(output.stderr).expect("es texto")
    };
    let mut python3 = Command::new("python3");
    python3.args(["-m", "pasarela", &path("cap18_python")]);
    let without = said(python3);
    let shown = transcript("cap18_sin_entorno");
    let (_, message) = shown.split_once('\n').expect("el comando y lo que dice");
    assert!(without.ends_with(message.trim_start_matches("/usr/bin/")), "{without}");

    let _program = serve("cap18_python");
    let taken = said(bridge(&[&path("cap18_python")]));
    let shown = transcript("puerto_ocupado");
    let (_, message) = shown.rsplit_once("Error: ").expect("lo que dice el de Rust");
    assert!(taken.ends_with(message), "{taken}");
}
