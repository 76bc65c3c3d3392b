//! La línea de órdenes: qué dice y con qué código termina.

use pretty_assertions::assert_eq;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Ejecuta el programa y devuelve su código, su salida y sus errores.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    run_with(&[], arguments)
}

/// Lo mismo, con esas variables de entorno.
fn run_with(variables: &[(&str, &str)], arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = program(variables, arguments).output().expect("el programa se ejecuta");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("el programa escribe UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn program(variables: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_libro"));
    command.env_remove("PUERTO").envs(variables.iter().copied()).args(arguments);
    command
}

/// Lo que el programa dice cuando se niega.
fn refusal(message: &str) -> (Option<i32>, String, String) {
    (Some(1), String::new(), format!("error: {message}\n"))
}

#[test]
fn la_ayuda_nombra_las_ordenes_y_las_opciones() {
    for words in [&["ayuda"][..], &["--help"], &["-h"], &["servir", "--help"]] {
        let (code, output, errors) = run(words);
        assert_eq!((code, errors.as_str()), (Some(0), ""));
        assert!(output.starts_with("Uso: cargo libro [orden] [opciones]\n"), "{output}");
        for word in ["servir", "construir", "revisar", "ediciones", "ayuda", "--puerto N", "PUERTO"]
        {
            assert!(output.contains(word), "{output}");
        }
    }
}

#[test]
fn una_orden_desconocida_dice_cuales_hay() {
    let message = "no existe la orden «sirve»; las hay estas: servir, construir, revisar, ediciones \
                   y ayuda";
    assert_eq!(run(&["sirve"]), refusal(message));
}

#[test]
fn una_opcion_desconocida_dice_donde_estan() {
    for words in [&["--port", "3050"][..], &["servir", "--port"], &["-p", "1", "--port"]] {
        let message = "no existe la opción «--port»; «cargo libro ayuda» dice cuáles hay";
        assert_eq!(run(words), refusal(message));
    }
}

#[test]
fn un_argumento_de_mas_se_rechaza() {
    for words in [&["revisar", "cap01"][..], &["servir", "cap01"], &["-p", "1", "cap01"]] {
        let message = "sobra «cap01»; «cargo libro ayuda» dice cómo se escribe cada orden";
        assert_eq!(run(words), refusal(message));
    }
}

#[test]
fn lo_que_no_es_un_puerto_se_rechaza() {
    let message = |text: &str| {
        format!(
            "«{text}» no es un puerto; escribe un número del 1 al 65535, \
             como en «cargo libro --puerto 3050»"
        )
    };
    for text in ["tres mil", "65536", "-1", "3000.5", ""] {
        assert_eq!(run(&["--puerto", text]), refusal(&message(text)));
    }
    assert_eq!(run_with(&[("PUERTO", "x")], &[]), refusal(&message("x")));
    let missing =
        "falta el número después de la opción; escríbelo como en «cargo libro --puerto 3050»";
    assert_eq!(run(&["servir", "-p"]), refusal(missing));
}

#[test]
fn el_puerto_pedido_no_se_cambia_por_otro() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let port = taken.local_addr().expect("tiene dirección").port().to_string();
    let message = format!(
        "el puerto {port} de localhost ya está en uso; cierra el otro programa o elige otro puerto"
    );
    assert_eq!(run(&["--puerto", &port]), refusal(&message));
    assert_eq!(run_with(&[("PUERTO", &port)], &["servir"]), refusal(&message));
}

/// El programa en marcha, que se detiene al soltarlo.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn dice_en_que_puerto_esta_y_ahi_responde() {
    // Un puerto que estaba libre; y la opción manda más que la variable.
    let free = TcpListener::bind("127.0.0.1:0").expect("hay un puerto libre");
    let port = free.local_addr().expect("tiene dirección").port();
    drop(free);
    let arguments = ["servir", &format!("--puerto={port}")];
    let mut command = program(&[("PUERTO", "ninguno")], &arguments);
    let mut running = Running(command.stdout(Stdio::piped()).spawn().expect("se ejecuta"));
    let output = BufReader::new(running.0.stdout.take().expect("se lee"));
    let said: Vec<String> = output.lines().take(2).map(|line| line.expect("es texto")).collect();
    let address = format!("El libro está en http://localhost:{port}/");
    assert_eq!(said, ["Se construye el libro…".to_owned(), address]);

    let mut stream = TcpStream::connect(("localhost", port)).expect("escucha");
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").expect("lee");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("responde y cierra");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
}

#[test]
fn la_primera_vez_cargo_dice_lo_que_compila() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("está en uno");
    let config = fs::read_to_string(repository.join(".cargo/config.toml")).expect("está");
    let alias = config.lines().find(|line| line.starts_with("libro = ")).expect("la orden está");
    assert_eq!(alias, "libro = \"run --manifest-path book/Cargo.toml --\"");
}
