//! `environ` tiene las variables del apéndice, con los valores de sus ejemplos.

use std::collections::BTreeMap;
use std::io::Read;
#[cfg(unix)]
use std::io::Write;

#[cfg(unix)]
use pasarela::{
    Config, Server, handlers,
    simple_server::{Listeners, demo_app, make_server_on},
};
use pasarela::{Environ, testing};
use pretty_assertions::assert_eq;

use super::table::{cells, chapter, codes};

/// La petición que muestra el apéndice.
fn sample(chapter: &str) -> testing::Request {
    let (_, rest) = chapter.split_once("```text\n").expect("una petición de ejemplo");
    let (text, _) = rest.split_once("\n```").expect("su final");
    let (head, content) = text.split_once("\n\n").expect("una línea vacía");
    let mut lines = head.lines();
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).expect("un destino");
    let request = testing::post(target).body(content);
    lines.fold(request, |request, line| {
        let (name, value) = line.split_once(": ").expect("un encabezado");
        request.header(name, value)
    })
}

/// Las filas de las tablas de variables: variable, ejemplo y lector.
fn rows(chapter: &str) -> Vec<(&str, &str, &str)> {
    let rows = chapter.lines().filter_map(cells).filter(|row| row.len() == 5);
    rows.map(|row| {
        let example = if row[1] == "vacío" { "" } else { codes(row[1])[0] };
        (codes(row[0])[0], example, codes(row[3])[0])
    })
    .collect()
}

/// Lo que da el lector de una variable.
fn read(environ: &Environ, reader: &str) -> Option<String> {
    let (name, argument) = reader.split_once('(').expect("una llamada");
    let argument = argument.trim_matches(['"', ')']);
    let text = match name {
        "get" => environ.get(argument)?,
        "header" => environ.header(argument)?,
        "method" => environ.method(),
        "script_name" => environ.script_name(),
        "path_info" => environ.path_info(),
        "query_string" => environ.query_string(),
        "server_protocol" => environ.server_protocol(),
        "server_name" => environ.server_name(),
        "server_port" => return environ.server_port().map(|port| port.to_string()),
        "remote_addr" => environ.remote_addr()?,
        "content_type" => environ.content_type()?,
        "content_length" => return environ.content_length().map(|length| length.to_string()),
        "url_scheme" => environ.url_scheme(),
        _ => return None,
    };
    Some(text.to_owned())
}

#[test]
fn environ_tiene_las_variables_del_apendice() {
    let chapter = chapter("variables_de_environ");
    let rows = rows(&chapter);
    let environ = sample(&chapter).environ();

    let seen: BTreeMap<&str, &str> = environ.iter().collect();
    let told: BTreeMap<&str, &str> =
        rows.iter().map(|(key, example, _)| (*key, *example)).collect();
    assert_eq!(told, seen);

    for (key, example, reader) in rows {
        assert_eq!(read(&environ, reader).as_deref(), Some(example), "{key}: {reader}");
    }
}

#[test]
fn el_cuerpo_de_la_peticion_es_el_del_apendice() {
    let chapter = chapter("variables_de_environ");
    let mut text = String::new();
    sample(&chapter).environ().input().read_to_string(&mut text).expect("el cuerpo se lee");
    assert!(chapter.contains(&format!("Aquí da `{text}`.")), "{text}");
}

/// Lo que dice un servidor web de una petición, además de lo de siempre.
#[cfg(unix)]
const TOLD: [(&str, &str); 9] = [
    ("CONTENT_LENGTH", "0"),
    ("SCGI", "1"),
    ("REQUEST_METHOD", "GET"),
    ("PATH_INFO", "/"),
    ("HTTP_HOST", "ejemplo.mx"),
    ("SERVER_NAME", "ejemplo.mx"),
    ("REMOTE_ADDR", "192.0.2.7"),
    ("REMOTE_PORT", "50000"),
    ("DOCUMENT_ROOT", "/var/www"),
];

/// Lo que responde un servidor a una petición que llega por `stream`.
#[cfg(unix)]
fn ask(server: &Server, mut stream: impl Read + Write, request: &str) -> String {
    stream.write_all(request.as_bytes()).expect("la recibe");
    server.handle_request().expect("la atiende");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("responde");
    answer
}

#[cfg(unix)]
fn over_unix() -> String {
    let path = std::env::temp_dir().join(format!("pasarela-apendice-{}", std::process::id()));
    let server = make_server_on(Listeners::unix(&path), demo_app, Config::default());
    let server = server.expect("escucha");
    let stream = std::os::unix::net::UnixStream::connect(path).expect("contesta");
    ask(&server, stream, "GET / HTTP/1.0\r\nHost: ejemplo.mx\r\n\r\n")
}

#[cfg(unix)]
fn over_scgi() -> String {
    let server = handlers::scgi::make_server("127.0.0.1", 0, demo_app).expect("escucha");
    let stream = std::net::TcpStream::connect(server.local_addrs()[0]).expect("contesta");
    let told = TOLD.iter().chain([&("SERVER_SOFTWARE", "nginx/1.26")]);
    let block: String = told.map(|(name, value)| format!("{name}\0{value}\0")).collect();
    ask(&server, stream, &format!("{}:{block},", block.len()))
}

#[cfg(unix)]
fn over_cgi() -> String {
    let told = TOLD.iter().chain([&("SERVER_SOFTWARE", "Apache"), &("HOME", "/root")]);
    let told = told.map(|(name, value)| (name.into(), value.into()));
    let (mut answer, nothing) = (Vec::new(), std::io::empty());
    handlers::cgi::run_with(demo_app, told, nothing, &mut answer, std::io::sink())
        .expect("responde");
    let answer = String::from_utf8(answer).expect("es texto");
    assert!(!answer.contains("\nHOME = "), "las del proceso no pasan");
    answer
}

#[cfg(unix)]
#[test]
fn detras_de_otro_servidor_cambia_lo_que_dice_el_apendice() {
    let chapter = chapter("variables_de_environ");
    let (_, section) = chapter.split_once("## Detrás de otro servidor\n").expect("la sección");
    let (table, _) = section.split_once("</div>").expect("el final de su tabla");
    let rows = table.lines().filter_map(cells);
    let rows: Vec<Vec<String>> =
        rows.map(|row| row.iter().map(|cell| cell.replace('`', "")).collect()).collect();
    let answers = [over_unix(), over_scgi(), over_cgi()];
    assert!(rows.len() > 5);
    for told in rows {
        let start = format!("{} = ", told[0]);
        let seen = answers.iter().map(|answer| {
            let value = answer.lines().find_map(|line| line.strip_prefix(&start));
            match value.map(|value| value.trim_matches('"')) {
                None => "falta".to_owned(),
                Some("") => "vacía".to_owned(),
                Some(value) => value.to_owned(),
            }
        });
        assert_eq!(told[1..], seen.collect::<Vec<_>>(), "{}", told[0]);
    }
}
