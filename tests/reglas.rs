//! Las mismas reglas para toda petición, la traiga el protocolo que la traiga: un solo cuadro de casos,
//! por HTTP, FastCGI, SCGI, uwsgi y CGI, y detrás de nginx y de Apache.

mod comun;
#[path = "reglas/cases.rs"]
mod cases;
#[path = "reglas/carriers.rs"]
mod carriers;
#[cfg(unix)]
#[path = "servidores/front.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod front;
#[cfg(unix)]
#[path = "reglas/fronts.rs"]
mod fronts;
#[cfg(unix)]
#[path = "servidores/stage.rs"]
#[allow(dead_code, reason = "aquí se usa una parte")]
mod stage;

use carriers::{Carrier, Server};
use cases::{CASES, Case};
use pasarela::{Body, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;
use std::io::Read;

/// Las variables de un encabezado que se enseñan; las demás las puede añadir un servidor web.
const SHOWN: [&str; 9] = [
    "HTTP_HOST",
    "HTTP_X_UNO",
    "HTTP_USER_AGENT",
    "HTTP_REFERER",
    "HTTP_COOKIE",
    "HTTP_AUTHORIZATION",
    "HTTP_PROXY",
    "CONTENT_TYPE",
    "CONTENT_LENGTH",
];

/// Responde lo que ve de la petición, en una línea.
fn tell(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let mut content = String::new();
    environ.input().read_to_string(&mut content)?;
    let path = format!("{}{}", environ.script_name(), environ.path_info());
    let uri = environ.get("REQUEST_URI").unwrap_or("-");
    let mut told = format!("{} {path} ?{} {uri}", environ.method(), environ.query_string());
    for name in SHOWN {
        if let Some(value) = environ.get(name) {
            told += &format!(" {name}={value}");
        }
    }
    start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
    Ok(Body::from(format!("{told} [{content}]")))
}

#[test]
fn toda_peticion_cumple_las_mismas_reglas() {
    let servers = Carrier::ALL.map(Server::start);
    let seen: Vec<String> = CASES
        .iter()
        .flat_map(|case| servers.iter().map(|server| row(case, server, &server.ask(case))))
        .collect();
    let expected: Vec<String> = CASES
        .iter()
        .flat_map(|case| {
            servers.iter().map(|server| row(case, server, case.expected(server.carrier)))
        })
        .collect();
    assert_eq!(seen.join("\n"), expected.join("\n"));
}

fn row(case: &Case, server: &Server, answer: &str) -> String {
    format!("{:?} {:?} por {}: {answer}", case.line, case.fields, server.carrier.name())
}

#[cfg(unix)]
#[test]
#[ignore = "necesita nginx y Apache"]
fn detras_de_un_servidor_web_tambien() {
    let (mut seen, mut expected) = (Vec::new(), Vec::new());
    for (config, carrier) in fronts::FRONTS {
        let behind = carriers::Behind::start(config, carrier);
        // Un cuerpo que no llega hace esperar al servidor web.
        for case in CASES.iter().filter(|case| case.arrives()) {
            let named = format!("{config} {:?} {:?}: ", case.line, case.fields);
            seen.push(format!("{named}{}", behind.ask(case)));
            expected.push(format!("{named}{}", fronts::expected(config, case)));
        }
    }
    assert_eq!(seen.join("\n"), expected.join("\n"));
}
