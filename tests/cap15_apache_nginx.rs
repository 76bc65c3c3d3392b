//! La misma aplicación por cada protocolo, sola y detrás de nginx y de Apache.

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

use std::process::{Command, Output};

use comun::{Answer, Program, executable, typed_alone};
use pretty_assertions::assert_eq;

#[test]
fn sola_habla_http() {
    let text =
        "Pediste http://localhost:8000/caf%C3%A9?mesa=4\nMe llamó pasarela/0.1, por 127.0.0.1\n";
    let length = text.len().to_string();
    let headers = [("Content-type", "text/plain; charset=utf-8"), ("Content-Length", &length)];
    let answer = Program::start("cap15_apache_nginx").get("/caf%C3%A9?mesa=4");
    assert_eq!(answer, Answer::expected(200, &headers, text));
    assert_eq!(typed_alone("cap15_directo").shown, text, "lo que muestra el libro");
}

#[test]
fn un_protocolo_desconocido_se_explica() {
    let Output { status, stderr, .. } = Command::new(executable("cap15_apache_nginx"))
        .arg("gopher")
        .output()
        .expect("el programa se ejecuta");
    let message = typed_alone("cap15_protocolo").shown;
    assert_eq!((String::from_utf8_lossy(&stderr).into_owned(), status.code()), (message, Some(1)));
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

/// Con los comandos del libro, en ese orden: qué argumento lleva la aplicación, cómo empieza nginx y
/// qué se pide.
#[cfg(unix)]
#[track_caller]
fn check_typed(protocol: &str, starting: &str, port: u16, asking: &str) {
    let _program = Program::start_with("cap15_apache_nginx", &[protocol]);
    let desk = desk::Desk::new(starting, &[8080, 8443]);
    // La carpeta que el capítulo ya creó.
    desk.run("mkdir -p ~/pasarela/run ~/pasarela/tmp");
    let _nginx = desk.starts(starting, port, "-QUIT");
    desk.shows(asking);
}

#[cfg(unix)]
#[test]
#[ignore = "necesita nginx y curl"]
fn con_los_comandos_del_libro_responde_nginx_por_http() {
    check_typed("http", "cap15_nginx", 8080, "cap15_por_http");
}

#[cfg(unix)]
#[test]
#[ignore = "necesita nginx y curl"]
fn con_los_comandos_del_libro_responde_nginx_por_fastcgi() {
    check_typed("fastcgi", "cap15_nginx_fastcgi", 8080, "cap15_por_fastcgi");
}

#[cfg(unix)]
#[test]
#[ignore = "necesita nginx, openssl y curl"]
fn con_los_comandos_del_libro_el_viaje_va_cifrado() {
    check_typed("http", "cap15_tls", 8443, "cap15_por_tls");
}
