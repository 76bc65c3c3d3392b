//! La misma aplicación por cada protocolo, sola y detrás de nginx y de Apache.

mod comun;
#[cfg(unix)]
#[path = "servidores/front.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod front;
#[cfg(unix)]
#[path = "servidores/stage.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod stage;

use std::process::{Command, Output};

use comun::{Answer, Program, executable};
use pretty_assertions::assert_eq;

#[test]
fn sola_habla_http() {
    let text = "Pediste http://localhost:8000/caf%C3%A9?mesa=4\nMe llamó pasarela/0.1\n";
    let length = text.len().to_string();
    let headers = [("Content-type", "text/plain; charset=utf-8"), ("Content-Length", &length)];
    let answer = Program::start("cap15_apache_nginx").get("/caf%C3%A9?mesa=4");
    assert_eq!(answer, Answer::expected(200, &headers, text));
}

#[test]
fn un_protocolo_desconocido_se_explica() {
    let Output { status, stderr, .. } = Command::new(executable("cap15_apache_nginx"))
        .arg("gopher")
        .output()
        .expect("el programa se ejecuta");
    let message = "Error: elige un protocolo: http, fastcgi, scgi o uwsgi\n";
    assert_eq!((String::from_utf8_lossy(&stderr).as_ref(), status.code()), (message, Some(1)));
}

#[cfg(unix)]
#[test]
#[ignore = "necesita nginx y Apache"]
fn detras_de_cada_servidor_sabe_que_se_pidio() {
    use front::{Front, Place};
    use stage::premises;

    let back = [Place::Tcp(("127.0.0.1".to_owned(), 8000))];
    for protocol in ["http", "fastcgi", "scgi", "uwsgi"] {
        let _program = Program::start_with("cap15_apache_nginx", &[protocol]);
        for server in ["nginx", "apache"] {
            let config = format!("{server}-{protocol}");
            let folder = premises(&format!("{config}-cap15"));
            let front = Front::start(&config, &folder, &back);
            let url = format!("http://{}/caf%C3%A9?mesa=4", front.address);
            let answer = comun::send("GET", &url, &[], "");
            let mut lines = answer.body.lines();
            assert_eq!(lines.next(), Some(format!("Pediste {url}").as_str()), "{config}");
            // Por HTTP no se sabe quién está delante: contesta nuestro servidor.
            let caller = match (protocol, server) {
                ("http", _) => "pasarela/",
                (_, "nginx") => "nginx/",
                _ => "Apache/",
            };
            let said = lines.next().and_then(|line| line.strip_prefix("Me llamó "));
            assert!(said.is_some_and(|name| name.starts_with(caller)), "{config}: {said:?}");
        }
    }
}
