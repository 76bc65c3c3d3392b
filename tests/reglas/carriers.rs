//! Cómo llega cada caso: escrito en HTTP, o contado en variables por un servidor web que no comprueba
//! nada.

use std::io::{self, Cursor};

use pasarela::handlers::{cgi, fastcgi, scgi, uwsgi};
use pasarela::{Application, make_server};

use super::cases::Case;
use super::tell;
use crate::comun::Served;
#[cfg(unix)]
use crate::comun::Wire;
use crate::comun::records::{begin, params, scgi_block, stdin, uwsgi_block};
#[cfg(unix)]
use crate::front::{Front, Place};
#[cfg(unix)]
use crate::stage::premises;

/// Quién trae una petición.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    Http,
    FastCgi,
    Scgi,
    Uwsgi,
    Cgi,
}

use Carrier::{Cgi, FastCgi, Http, Scgi, Uwsgi};

impl Carrier {
    pub const ALL: [Self; 5] = [Http, FastCgi, Scgi, Uwsgi, Cgi];

    pub fn name(self) -> &'static str {
        match self {
            Http => "HTTP",
            FastCgi => "FastCGI",
            Scgi => "SCGI",
            Uwsgi => "uwsgi",
            Cgi => "CGI",
        }
    }

    /// Si solo la longitud dice dónde termina un cuerpo.
    pub fn needs_length(self) -> bool {
        matches!(self, Scgi | Uwsgi)
    }

    /// La aplicación, servida; CGI no tiene servidor.
    fn serve(self, application: impl Application) -> Option<Served> {
        let (host, port) = ("127.0.0.1", 0);
        let server = match self {
            Http => make_server(host, port, application),
            FastCgi => fastcgi::make_server(host, port, application),
            Scgi => scgi::make_server(host, port, application),
            Uwsgi => uwsgi::make_server(host, port, application),
            Cgi => return None,
        };
        Some(Served::run(server.expect("hay un puerto libre")))
    }
}

/// La aplicación de los casos, por un protocolo.
pub struct Server {
    pub carrier: Carrier,
    served: Option<Served>,
}

impl Server {
    #[track_caller]
    pub fn start(carrier: Carrier) -> Self {
        Self { carrier, served: carrier.serve(tell) }
    }

    /// Lo que contesta: el estado de un rechazo, o lo que cuenta la aplicación.
    #[track_caller]
    pub fn ask(&self, case: &Case) -> String {
        let Some(served) = &self.served else { return run_cgi(case) };
        let mut wire = served.open();
        let told = Variables::of(case);
        let request = match self.carrier {
            Http => http(case),
            FastCgi => {
                let (head, body) = (params(1, &told.pairs()), stdin(1, case.body.as_bytes()));
                [begin(1, false), head, body].concat()
            }
            Scgi => [scgi_block(&told.pairs()), case.body.into()].concat(),
            Uwsgi | Cgi => [uwsgi_block(&told.pairs()), case.body.into()].concat(),
        };
        wire.send(&request);
        wire.finish();
        match self.carrier {
            FastCgi => said(&wire.answer(1)),
            _ => said(&wire.rest()),
        }
    }
}

/// El caso, escrito en HTTP.
fn http(case: &Case) -> Vec<u8> {
    let fields: String = case.fields.iter().map(|field| format!("{field}\r\n")).collect();
    let is_chunked = case.fields.contains(&"Transfer-Encoding: chunked");
    let body = match is_chunked {
        true => format!("{:x}\r\n{}\r\n0\r\n\r\n", case.body.len(), case.body),
        false => case.body.to_owned(),
    };
    format!("{} HTTP/1.1\r\n{fields}\r\n{body}", case.line).into_bytes()
}

/// El caso, contado en variables.
struct Variables(Vec<(String, String)>);

impl Variables {
    fn of(case: &Case) -> Self {
        let (method, target) = case.line();
        let path = target.find("://").map_or(target, |at| {
            let rest = &target[at + 3..];
            rest.find('/').map_or("/", |at| &rest[at..])
        });
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let told = [
            ("REQUEST_METHOD", method),
            ("SERVER_PROTOCOL", "HTTP/1.1"),
            ("REQUEST_URI", target),
            ("SCRIPT_NAME", ""),
            ("PATH_INFO", &unescaped(path)),
            ("QUERY_STRING", query),
        ];
        let own = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let fields = case.fields().map(|(name, value)| (variable(name), value.to_owned()));
        let mut told: Vec<_> = fields.chain(told.map(own)).collect();
        if !told.iter().any(|(name, _)| name == "CONTENT_LENGTH") {
            told.push(own(("CONTENT_LENGTH", "")));
        }
        // En SCGI va delante.
        told.sort_by_key(|(name, _)| name != "CONTENT_LENGTH");
        Self(told)
    }

    fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

fn variable(field: &str) -> String {
    let name = field.to_uppercase().replace('-', "_");
    match name.as_str() {
        "CONTENT_LENGTH" | "CONTENT_TYPE" => name,
        _ => format!("HTTP_{name}"),
    }
}

/// La ruta sin sus escapes; los que no lo son, se quedan.
fn unescaped(path: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), path.as_bytes());
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (byte, escaped) {
            (b'%', Some(escaped)) => {
                bytes.push(escaped);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).expect("en los casos, las rutas son texto")
}

/// Ejecuta el programa como lo haría un servidor web.
fn run_cgi(case: &Case) -> String {
    let told = Variables::of(case).0.into_iter();
    let variables = told.map(|(name, value)| (name.into(), value.into()));
    let (input, mut output) = (Cursor::new(case.body), Vec::new());
    cgi::run_with(tell, variables, input, &mut output, io::sink()).expect("responde");
    said(&String::from_utf8_lossy(&output))
}

/// El estado si es un rechazo, o el cuerpo.
#[track_caller]
pub fn said(answer: &str) -> String {
    let (head, body) = answer.split_once("\r\n\r\n").expect("una cabeza");
    let status = head.lines().next().and_then(|line| line.split_once(' ')).expect("un estado").1;
    match status {
        "200 OK" if head.contains("\r\nTransfer-Encoding: chunked") => joined(body),
        "200 OK" => body.to_owned(),
        status => status.to_owned(),
    }
}

/// Lo que va en trozos.
#[track_caller]
fn joined(mut chunks: &str) -> String {
    let mut body = String::new();
    while let Some((size, rest)) = chunks.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("un tamaño");
        body += &rest[..size];
        chunks = &rest[size..][2..];
    }
    body
}

/// La misma aplicación, detrás de un servidor web.
#[cfg(unix)]
pub struct Behind {
    front: Front,
    _served: Served,
}

#[cfg(unix)]
impl Behind {
    /// Empieza el servidor de `book/servidores/<config>.conf`.
    #[track_caller]
    pub fn start(config: &str, carrier: Carrier) -> Self {
        let served = carrier.serve(tell).expect("no es CGI");
        let address = served.try_address().expect("escucha en la red");
        let place = Place::Tcp((address.ip().to_string(), address.port()));
        let folder = premises(&format!("reglas-{config}"));
        let front = Front::start(config, &folder, &[place.clone(), place]);
        Self { front, _served: served }
    }

    /// Lo que contesta uno o el otro.
    #[track_caller]
    pub fn ask(&self, case: &Case) -> String {
        let mut wire = Wire::open(&self.front.address);
        let request = String::from_utf8(http(case)).expect("es texto");
        wire.send(request.replacen("\r\n", "\r\nConnection: close\r\n", 1).as_bytes());
        let (answer, _) = wire.until_cut();
        let answer = said(&String::from_utf8_lossy(&answer));
        // Otra manera de decir que no hay cuerpo.
        answer.replace(" CONTENT_LENGTH=0 ", " ")
    }
}
