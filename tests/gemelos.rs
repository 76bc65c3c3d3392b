//! Los gemelos en Python de los programas responden lo mismo que los de Rust.

mod comun;

use comun::{Answer, Program};
use pretty_assertions::assert_eq;

/// Método, ruta, encabezados y cuerpo.
type Request<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);

/// Los encabezados que solo escribe la aplicación; los demás los pone cada servidor a su manera.
const WRITTEN_BY_APPLICATION: [&str; 7] = [
    "content-type",
    "location",
    "allow",
    "set-cookie",
    "content-disposition",
    "www-authenticate",
    "x-content-type-options",
];

/// Lo que ve quien pregunta: estado, encabezados de la aplicación y cuerpo.
fn visible(answer: Answer) -> (u16, Vec<(String, String)>, String) {
    let mut headers = answer.headers;
    headers.retain(|(name, _)| WRITTEN_BY_APPLICATION.contains(&name.as_str()));
    (answer.status, headers, answer.body)
}

/// Hace las mismas peticiones, en orden, al programa de Rust y a su gemelo.
#[track_caller]
fn check(slug: &str, requests: &[Request]) {
    check_part(slug, str::to_owned, requests);
}

/// Como [`check`], pero del cuerpo compara solo lo que deja `part`.
#[track_caller]
fn check_part(slug: &str, part: fn(&str) -> String, requests: &[Request]) {
    let answers = |program: Program| -> Vec<_> {
        let ask = |(method, path, headers, body): &Request| {
            let (status, headers, body) = visible(program.send(method, path, headers, body));
            (format!("{method} {path}"), status, headers, part(&body))
        };
        requests.iter().map(ask).collect()
    };
    let rust = answers(Program::start(slug));
    let python = answers(Program::start_python(slug));
    assert_eq!(rust, python, "Rust y Python en {slug}");
}

#[test]
#[ignore = "necesita python3"]
fn cap01_texto() {
    check("cap01_texto", &[("GET", "/", &[], ""), ("GET", "/otra/ruta", &[], "")]);
}

/// El servidor de Python escribe otra versión y otro nombre: el capítulo 1 lo muestra.
#[test]
#[ignore = "necesita python3"]
fn lo_que_responde_el_de_python_es_lo_que_muestra_el_libro() {
    Program::start_python("cap01_texto").replays(&["cap01_python"]);
}

#[test]
#[ignore = "necesita python3"]
fn cap02_html() {
    check("cap02_html", &[("GET", "/", &[], "")]);
}

/// La primera línea y los encabezados. Lo demás de `environ` lo pone cada servidor a su manera, y en Python va también
/// el entorno del proceso.
fn what_was_asked(page: &str) -> String {
    let of_request = |(at, line): &(usize, &str)| *at == 0 || line.starts_with("HTTP_");
    page.lines().enumerate().filter(of_request).map(|(_, line)| format!("{line}\n")).collect()
}

#[test]
#[ignore = "necesita python3"]
fn cap03_environ() {
    check_part(
        "cap03_environ",
        what_was_asked,
        &[
            ("GET", "/saludo?nombre=Ada", &[("User-Agent", "NavegadorDeAda")], ""),
            ("DELETE", "/caf%C3%A9", &[("X-Color", "azul")], ""),
            ("POST", "/", &[("User-Agent", ""), ("Accept-Language", "es-PE")], "hola"),
        ],
    );
}

#[test]
#[ignore = "necesita python3"]
fn cap04_rutas() {
    check(
        "cap04_rutas",
        &[
            ("GET", "/", &[], ""),
            ("GET", "/carta", &[], ""),
            ("HEAD", "/menu", &[], ""),
            ("DELETE", "/menu", &[], ""),
            ("GET", "/mesas/4", &[], ""),
            ("GET", "/mesas/04", &[], ""),
            ("DELETE", "/mesas/12", &[], ""),
            ("GET", "/mesas/13", &[], ""),
            ("GET", "/mesas/ocho", &[], ""),
            ("GET", "/caf%C3%A9", &[], ""),
        ],
    );
}

#[test]
#[ignore = "necesita python3"]
fn cap05_consulta() {
    check(
        "cap05_consulta",
        &[
            ("GET", "/", &[], ""),
            ("GET", "/?nombre=Jos%C3%A9", &[], ""),
            ("GET", "/?nombre=%3Cscript%3Ealert(1)%3C/script%3E", &[], ""),
            ("GET", "/?nombre=Ada%26Grace", &[], ""),
            ("GET", "/?nombre=C%2B%2B&nombre=C", &[], ""),
            ("GET", "/?nombre=&nombre=Grace", &[], ""),
            ("GET", "/?nombre=%F3", &[], ""),
        ],
    );
}

#[test]
#[ignore = "necesita python3"]
fn cap06_formularios() {
    let cookie = [("Cookie", "tema=oscuro; anotadas=41")];
    check(
        "cap06_formularios",
        &[
            ("POST", "/", &[], "nota=Comprar+pan"),
            ("POST", "/", &cookie, "otra=1&nota=t%C3%A9+%26+%3Cb%3Epan"),
            ("POST", "/", &[], "nota="),
            ("GET", "/", &cookie, ""),
            ("GET", "/", &[("Cookie", "anotadas=mil")], ""),
            ("DELETE", "/", &[], ""),
        ],
    );
}

#[test]
#[ignore = "necesita python3"]
fn cap07_trozos() {
    // Lo que llega es lo mismo; `wsgiref` marca el final cerrando, y así no se nota que falte la mitad.
    check(
        "cap07_trozos",
        &[("GET", "/", &[], ""), ("GET", "/?a=b", &[], ""), ("POST", "/reloj", &[], "")],
    );
}

#[test]
#[ignore = "necesita python3"]
fn cap08_intermediarios() {
    let key = [("X-Clave", "sesamo")];
    check(
        "cap08_intermediarios",
        &[
            ("GET", "/", &[], ""),
            ("GET", "/", &key, ""),
            ("GET", "/privado", &[], ""),
            ("GET", "/privado", &[("X-Clave", "otra")], ""),
            ("POST", "/privado/fotos", &key, ""),
            ("GET", "/%70rivado", &[], ""),
        ],
    );
}

/// El estado con que `program` responde a una ruta, escrita tal cual.
fn status_of(program: &Program, path: &str) -> String {
    let answer = program.exchange(&format!(
        "GET {path} HTTP/1.1\r\nHost: localhost:8000\r\nConnection: close\r\n\r\n"
    ));
    answer.split(' ').nth(1).unwrap_or_default().to_owned()
}

#[test]
#[ignore = "necesita python3"]
fn una_barra_de_mas_no_es_la_misma_puerta() {
    let paths = ["/privado", "//privado", "/./privado"];
    let seen = |program: Program| paths.map(|path| status_of(&program, path));
    assert_eq!(seen(Program::start("cap08_intermediarios")), ["403", "200", "200"]);
    // `wsgiref` junta las barras del principio antes de llenar `environ`.
    assert_eq!(seen(Program::start_python("cap08_intermediarios")), ["403", "403", "200"]);
}

#[test]
#[ignore = "necesita python3"]
fn cap09_validador() {
    let slug = "cap09_validador";
    check(slug, &[("GET", "/", &[], ""), ("GET", "/?a=b", &[], ""), ("POST", "/", &[], "")]);
    // Los dos validadores ven que falta el tipo; el de Python no cuenta los bytes.
    let seen = |program: Program| ["/", "/nada", "/adios"].map(|path| status_of(&program, path));
    assert_eq!(seen(Program::start(slug)), ["200", "500", "500"]);
    assert_eq!(seen(Program::start_python(slug)), ["200", "500", "200"]);
}

#[test]
#[ignore = "necesita python3"]
fn cap10_archivos() {
    let slug = "cap10_archivos";
    check(
        slug,
        &[
            ("GET", "/", &[], ""),
            ("GET", "/estilo.css", &[], ""),
            ("GET", "/sol.svg", &[], ""),
            ("GET", "/a%C3%B1o%20nuevo.txt", &[], ""),
            ("GET", "/descarga", &[], ""),
            ("GET", "/poema.txt", &[("If-None-Match", "\"otra\"")], ""),
        ],
    );
    for start in [Program::start, Program::start_python] {
        let program = start(slug);
        let etag = program.get("/poema.txt").header("etag").expect("lleva etiqueta").to_owned();
        let again = program.send("GET", "/poema.txt", &[("If-None-Match", &etag)], "");
        assert_eq!((again.status, again.header("etag")), (304, Some(&*etag)));
        for path in ["/nada", "/.borrador.txt", "/../cap10_archivos.rs", "//etc/passwd"] {
            assert_eq!(status_of(&program, path), "404", "{path}");
        }
    }
}
