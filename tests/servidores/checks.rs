//! Lo que se le pide a la sonda a través de cada servidor, y lo que tiene que contestar.

use std::fs;
use std::path::PathBuf;

use crate::comun::Wire;

/// Un sitio: un servidor, y la aplicación en la raíz o montada.
pub struct Site<'a> {
    pub address: &'a str,
    /// Vacío, o `/app`.
    pub mount: &'static str,
    /// La carpeta del programa.
    pub beside: PathBuf,
    /// Lo que este servidor no hace con este protocolo.
    pub lacks: &'a [Lack],
    /// Si cada petición es un proceso.
    pub runs_once: bool,
}

/// Lo que un servidor no hace, y está medido: ahí se exige lo que sí contesta.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lack {
    /// No reenvía cuerpos por trozos: contesta 411.
    Chunked,
}

/// El resultado de una comprobación.
pub enum Verdict {
    Good,
    /// El servidor se niega, como se sabe que hace.
    Refused(&'static str),
    Bad(String),
}

pub type Check = fn(&Site<'_>) -> Verdict;

/// Las comprobaciones, con el nombre de su columna.
pub const CHECKS: [(&str, Check); 14] = [
    ("método", methods),
    ("ruta", path),
    ("consulta", query),
    ("tal cual", raw_target),
    ("POST", sized_post),
    ("trozos", chunked_post),
    ("3 MB", upload),
    ("goteo", drip),
    ("204/304", bodiless),
    ("HEAD", head),
    ("redirige", redirect),
    ("repetidos", repeated),
    ("500", failure),
    ("limpio", clean),
];

/// Cuánto se enseña de lo que no era lo esperado.
const SHOWN: usize = 300;

/// Una respuesta leída entera.
pub struct Reply {
    pub status: u16,
    fields: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    fn all(&self, name: &str) -> Vec<&str> {
        let same = |(known, _): &&(String, String)| known.eq_ignore_ascii_case(name);
        self.fields.iter().filter(same).map(|(_, value)| value.as_str()).collect()
    }

    /// Lo que la sonda dice de `name`.
    fn said(&self, name: &str) -> &str {
        let line = self.body.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or("(no lo dice)")
    }
}

impl Site<'_> {
    fn open(&self) -> Wire {
        Wire::open(self.address)
    }

    /// Pide algo en una conexión nueva.
    fn ask(&self, method: &str, target: &str, fields: &str, body: &str) -> Reply {
        self.ask_on(&mut self.open(), method, target, fields, body)
    }

    fn ask_on(
        &self,
        wire: &mut Wire,
        method: &str,
        target: &str,
        fields: &str,
        body: &str,
    ) -> Reply {
        let (host, mount) = (self.address, self.mount);
        let length = match body {
            "" => String::new(),
            body => format!("Content-Length: {}\r\n", body.len()),
        };
        wire.send(
            format!(
                "{method} {mount}{target} HTTP/1.1\r\nHost: {host}\r\n{fields}{length}\r\n{body}"
            )
            .as_bytes(),
        );
        read_reply(wire, method)
    }
}

/// Lee una respuesta y nada de la siguiente.
pub fn read_reply(wire: &mut Wire, method: &str) -> Reply {
    let head = wire.until("\r\n\r\n");
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let fields: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut reply = Reply { status, fields, body: String::new() };
    let is_bodiless = method == "HEAD" || matches!(status, 204 | 304);
    if is_bodiless {
        return reply;
    }
    reply.body = match reply.all("Content-Length").first().and_then(|value| value.parse().ok()) {
        Some(length) => wire.take(length),
        None if reply.all("Transfer-Encoding") == ["chunked"] => read_chunks(wire),
        None => wire.rest(),
    };
    reply
}

fn read_chunks(wire: &mut Wire) -> String {
    let mut body = String::new();
    while let Some(chunk) = read_chunk(wire) {
        body.push_str(&chunk);
    }
    body
}

/// Un trozo; `None` con el último.
fn read_chunk(wire: &mut Wire) -> Option<String> {
    let size = wire.until("\r\n");
    let size = usize::from_str_radix(size.trim_end(), 16).expect("la longitud va en hexadecimal");
    let chunk = wire.take(size);
    wire.until("\r\n");
    (size > 0).then_some(chunk)
}

/// Compara lo visto con lo esperado.
fn compare<T: PartialEq + std::fmt::Debug>(seen: T, expected: T) -> Verdict {
    if seen == expected {
        return Verdict::Good;
    }
    let shown = |value: T| -> String { format!("{value:?}").chars().take(SHOWN).collect() };
    Verdict::Bad(format!("se esperaba {} y se vio {}", shown(expected), shown(seen)))
}

fn methods(site: &Site<'_>) -> Verdict {
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    let seen = methods.map(|method| site.ask(method, "/eco", "", "").said("método").to_owned());
    compare(seen, methods.map(str::to_owned))
}

fn path(site: &Site<'_>) -> Verdict {
    let reply = site.ask("GET", "/eco/con%20espacio/%C3%B1and%C3%BA/", "", "");
    compare((reply.said("montada"), reply.said("ruta")), (site.mount, "/eco/con espacio/ñandú/"))
}

fn query(site: &Site<'_>) -> Verdict {
    let reply = site.ask("GET", "/eco?a=1&b=%C3%B1&c=+x", "", "");
    let uri = format!("http://{}{}/eco?a=1&b=%C3%B1&c=+x", site.address, site.mount);
    compare((reply.said("consulta"), reply.said("dirección")), ("a=1&b=%C3%B1&c=+x", uri.as_str()))
}

/// La ruta tal como se pidió, con lo que el servidor habría cambiado.
fn raw_target(site: &Site<'_>) -> Verdict {
    let reply = site.ask("GET", "/eco/a%2Fb//c", "", "");
    compare(reply.said("tal cual"), &format!("{}/eco/a%2Fb//c", site.mount))
}

fn sized_post(site: &Site<'_>) -> Verdict {
    let reply = site.ask("POST", "/eco", "Content-Type: text/x-prueba\r\n", "ñandú");
    compare(
        (reply.said("tipo"), reply.said("longitud"), reply.said("cuerpo")),
        ("text/x-prueba", "7", "ñandú"),
    )
}

fn chunked_post(site: &Site<'_>) -> Verdict {
    let mut wire = site.open();
    let head = format!("POST {}/eco HTTP/1.1\r\nHost: {}\r\n", site.mount, site.address);
    let chunks = "Transfer-Encoding: chunked\r\n\r\n4\r\nhola\r\n3\r\n, t\r\n1\r\nú\r\n0\r\n\r\n";
    let chunks = chunks.replace("1\r\nú", "2\r\nú");
    wire.send(format!("{head}{chunks}").as_bytes());
    let reply = read_reply(&mut wire, "POST");
    match (reply.status, site.lacks.contains(&Lack::Chunked)) {
        (411, true) => Verdict::Refused("411"),
        (_, true) => Verdict::Bad(format!("se esperaba un 411 y se vio {}", reply.status)),
        _ => compare(reply.said("cuerpo"), "hola, tú"),
    }
}

fn upload(site: &Site<'_>) -> Verdict {
    let content: Vec<u8> = (0..3_000_000_u32).map(|at| b'a' + (at % 23) as u8).collect();
    let sum = content.iter().fold(0_u64, |sum, b| sum.wrapping_mul(31) + u64::from(*b));
    let text = String::from_utf8(content).expect("son letras");
    compare(site.ask("POST", "/sube", "", &text).body, format!("3000000 {sum}"))
}

/// Cada trozo llega antes de que exista el siguiente.
fn drip(site: &Site<'_>) -> Verdict {
    let name = format!("paso{}", site.mount.len());
    let allow = |number: usize| {
        fs::write(site.beside.join(format!("{name}-{number}")), "").expect("se puede escribir");
    };
    let mut wire = site.open();
    let (host, mount) = (site.address, site.mount);
    wire.send(format!("GET {mount}/goteo?{name} HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes());
    let mut seen = Vec::new();
    allow(1);
    let head = wire.until("\r\n\r\n").to_lowercase();
    if !head.contains("transfer-encoding: chunked") {
        return Verdict::Bad(format!("sin trozos: {head}"));
    }
    for number in 2..=4 {
        seen.extend(read_chunk(&mut wire));
        allow(number);
    }
    let is_over = read_chunk(&mut wire).is_none();
    for number in 1..=4 {
        fs::remove_file(site.beside.join(format!("{name}-{number}"))).expect("es nuestro");
    }
    let expected = (vec!["trozo 1\n", "trozo 2\n", "trozo 3\n"], true);
    compare((seen.iter().map(String::as_str).collect(), is_over), expected)
}

/// Entre otras, en la misma conexión: si llevaran cuerpo, sería la cabeza de la siguiente.
fn bodiless(site: &Site<'_>) -> Verdict {
    let mut wire = site.open();
    let targets = ["/eco", "/sin-contenido", "/eco", "/sin-cambios", "/eco"];
    let seen = targets.map(|target| site.ask_on(&mut wire, "GET", target, "", "").status);
    compare(seen, [200, 204, 200, 304, 200])
}

fn head(site: &Site<'_>) -> Verdict {
    let mut wire = site.open();
    let seen = ["HEAD", "GET", "HEAD", "GET"].map(|method| {
        let reply = site.ask_on(&mut wire, method, "/eco", "", "");
        (reply.status, reply.body.is_empty())
    });
    compare(seen, [(200, true), (200, false), (200, true), (200, false)])
}

fn redirect(site: &Site<'_>) -> Verdict {
    let reply = site.ask("GET", "/redirige", "", "");
    let local = format!("{}/eco?de=redirige", site.mount);
    let seen = reply.all("Location").concat();
    // CGI permite completarla con el nombre del sitio (RFC 3875 §6.2.3).
    let seen = seen.strip_prefix(&format!("http://{}", site.address)).unwrap_or(&seen).to_owned();
    compare((reply.status, seen, reply.body), (303, local, "sigue el enlace".to_owned()))
}

fn repeated(site: &Site<'_>) -> Verdict {
    let fields = "X-Doble: uno\r\nX-Doble: dos\r\nCookie: a=1\r\nCookie: b=2\r\n";
    let asked = site.ask("GET", "/eco", fields, "");
    let cookies = asked.said("galletas").replace(", ", "; ");
    let got = site.ask("GET", "/repetidos", "", "");
    let doubles = got.all("X-Doble").join(", ");
    compare(
        (asked.said("doble"), cookies.as_str(), got.all("Set-Cookie"), doubles.as_str()),
        ("uno, dos", "a=1; b=2", vec!["a=1", "b=2; Path=/"], "uno, dos"),
    )
}

/// La aplicación falla, y la petición siguiente se atiende.
fn failure(site: &Site<'_>) -> Verdict {
    let failed = site.ask("GET", "/falla", "", "");
    let next = site.ask("GET", "/eco", "", "");
    let is_told = failed.body.contains("a propósito");
    compare((failed.status, is_told, next.status), (500, false, 200))
}

/// Lo que llega y lo que no debe llegar.
fn clean(site: &Site<'_>) -> Verdict {
    let fields = "Authorization: Basic YTpi\r\nProxy: http://malo\r\nContent-Type: text/plain\r\n";
    let reply = site.ask("POST", "/eco", fields, "x");
    let seen = ["permiso", "proxy", "gemelos", "cliente", "una vez"].map(|name| reply.said(name));
    let once = if site.runs_once { "true" } else { "false" };
    compare(seen, ["Basic YTpi", "-", "-", "127.0.0.1", once])
}
