//! La aplicación como programa CGI: un proceso por petición.

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
#[path = "servidores/stage.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod stage;

use std::process::{Command, Output, Stdio};

use comun::executable;
use pretty_assertions::assert_eq;

/// Ejecuta el programa como lo haría un servidor web, con esas variables. Lo que escribe, con su
/// número de proceso tapado; lo que dice, y su código.
fn run(variables: &[(&str, &str)]) -> (String, String, Option<i32>) {
    let child = Command::new(executable("cap14_cgi"))
        .env_clear()
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("el programa se ejecuta");
    let id = format!("el proceso {}", child.id());
    let Output { status, stdout, stderr } = child.wait_with_output().expect("termina");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("es texto");
    (text(stdout).replace(&id, "el proceso N"), text(stderr), status.code())
}

#[test]
fn responde_por_la_salida_estandar() {
    let variables = [
        ("REQUEST_METHOD", "GET"),
        ("PATH_INFO", "/saludo"),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
        ("GATEWAY_INTERFACE", "CGI/1.1"),
    ];
    let (written, said, code) = run(&variables);
    let (head, body) = written.split_once("\r\n\r\n").expect("una cabeza");
    let mut lines: Vec<&str> = head.lines().collect();
    let length = lines.pop().expect("la longitud va al final");
    assert_eq!(lines, ["Status: 200 OK", "Content-type: text/plain; charset=utf-8"]);
    // La longitud cuenta las cifras del número de proceso, que aquí está tapado.
    assert!(length.starts_with("Content-Length: "), "{length}");
    assert_eq!(body, "GET /saludo, en el proceso N\n");
    assert_eq!((said, code), (String::new(), Some(0)));
}

#[test]
fn a_head_le_responde_sin_cuerpo() {
    let (written, _, code) = run(&[("REQUEST_METHOD", "HEAD"), ("PATH_INFO", "/")]);
    assert!(written.starts_with("Status: 200 OK\r\n"), "{written}");
    assert!(written.ends_with("\r\n\r\n"), "{written}");
    assert_eq!(code, Some(0));
}

#[test]
fn en_la_terminal_explica_quien_lo_ejecuta() {
    let message = "Error: esto es un programa CGI y lo ejecuta un servidor web; para probarlo en la \
                   terminal, define antes REQUEST_METHOD=GET\n";
    assert_eq!(run(&[]), (String::new(), message.to_owned(), Some(1)));
}

#[cfg(unix)]
#[test]
#[ignore = "necesita Apache"]
fn con_apache_cada_peticion_es_un_proceso() {
    use front::{Front, Place};
    use stage::{install, premises};

    for config in ["apache-cgi", "apache-cgid"] {
        let folder = premises(&format!("{config}-cap14"));
        install(&folder, &executable("cap14_cgi"), "cgi/aplicacion.cgi");
        // Nadie escucha: al programa lo arranca Apache.
        let front = Front::start(config, &folder, &[] as &[Place]);
        let bodies = ["/uno", "/dos"].map(|path| {
            let answer = comun::send("GET", &format!("http://{}{path}", front.address), &[], "");
            assert_eq!(answer.status, 200, "{config}");
            answer.body
        });
        let (first, second) = (bodies[0].split_once(", "), bodies[1].split_once(", "));
        let (first, second) = (first.expect("dice su proceso"), second.expect("dice su proceso"));
        assert_eq!((first.0, second.0), ("GET /uno", "GET /dos"), "{config}");
        assert!(first.1 != second.1, "{config}: los dos {}", first.1);
    }
}

#[cfg(unix)]
#[test]
#[ignore = "necesita bash"]
fn a_mano_se_ve_lo_que_muestra_el_libro() {
    let desk = desk::Desk::new("cap14-a-mano", &[]);
    desk.build("cap14_cgi", "release");
    desk.shows("cap14_a_mano");
    desk.shows("cap14_sin_variables");
}

#[cfg(unix)]
#[test]
#[ignore = "necesita Apache y curl"]
fn con_los_comandos_del_libro_responde_apache() {
    let desk = desk::Desk::new("cap14-comandos", &[8080]);
    desk.build("cap14_cgi", "release");
    let _apache = desk.starts("cap14_apache", 8080, "-TERM");
    desk.shows("cap14_curl");
    let processes = desk.processes("cap14_curl");
    assert!(processes[0] != processes[1], "los dos, {}", processes[0]);
}
