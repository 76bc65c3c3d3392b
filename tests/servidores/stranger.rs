//! Lo que intenta alguien de una dirección en la que nadie confía: contar, como si fuera un proxy, quién
//! es y a dónde pide; y pedir a un servidor en la dirección y a otro en `Host`.

use std::net::{SocketAddr, TcpStream};

use pretty_assertions::assert_eq;
use socket2::{Domain, Socket, Type};

use crate::checks::read_reply;
use crate::comun::Wire;

/// La dirección del desconocido: la sonda confía en 127.0.0.1, que es la del servidor de delante.
const STRANGER: &str = "127.0.0.2:0";

/// Todo lo que un proxy podría contar, también con guion bajo, que en `environ` sería lo mismo.
const LIES: &str = "Forwarded: for=192.0.2.66;proto=https;host=malo.test:6666\r\n\
                    X-Forwarded-For: 192.0.2.66\r\n\
                    X-Forwarded-Proto: https\r\n\
                    X-Forwarded-Host: malo.test\r\n\
                    X-Forwarded-Port: 6666\r\n\
                    X-Forwarded-Prefix: /malo\r\n\
                    Proxy: http://malo.test/\r\n\
                    X_Forwarded_For: 192.0.2.66\r\n\
                    X-Forwarded_Port: 6666\r\n\
                    X_Forwarded_Prefix: /malo\r\n";

/// Un encabezado que se nombra en `Connection` es solo para el servidor de delante (RFC 9110 §7.6.1): si
/// quita así lo que él mismo cuenta, quien pide parecería ser él.
const HIDDEN: &str = "Connection: X-Forwarded-For, X-Forwarded-Proto, Host, Forwarded\r\n";

/// Los nombres de todo eso, en minúsculas.
pub fn headers() -> impl Iterator<Item = String> {
    let names = LIES.lines().filter_map(|line| line.split(':').next()).map(str::to_lowercase);
    names.filter(|name| !name.contains('_'))
}

/// Con mentiras y sin ellas, el mismo `environ` hasta la última variable.
#[track_caller]
pub fn lies_change_nothing(title: &str, address: &str) {
    for host in [address, "ejemplo.mx"] {
        let [told, quiet, hidden] = [LIES, "", HIDDEN].map(|fields| {
            environ(address, &format!("GET /todo HTTP/1.1\r\nHost: {host}\r\n{fields}"))
        });
        assert_eq!(told, quiet, "{title}");
        for seen in [&quiet, &hidden] {
            let seen = ["REMOTE_ADDR", "HTTP_HOST", "dirección"].map(|name| variable(seen, name));
            let uri = format!("http://{host}/todo");
            assert_eq!(seen, ["127.0.0.2", host, &uri], "{title}");
        }
    }
}

/// RFC 9112 §3.2.2: con una dirección absoluta, `Host` no cuenta.
#[track_caller]
pub fn target_wins(title: &str, address: &str) {
    for asked in ["otro.test", "otro.test:81", "[2001:db8::1]:81", "[2001:db8::1]"] {
        let request = format!("GET http://{asked}/todo HTTP/1.1\r\nHost: interno.test:82\r\n");
        let seen = environ(address, &request);
        assert_eq!(variable(&seen, "HTTP_HOST"), asked, "{title}");
        assert_eq!(variable(&seen, "dirección"), format!("http://{asked}/todo"), "{title}");
    }
    for asked in ["interno.test:82", "interno.test", "[::1]:82"] {
        let seen = environ(address, &format!("GET /todo HTTP/1.1\r\nHost: {asked}\r\n"));
        assert_eq!(variable(&seen, "HTTP_HOST"), asked, "{title}");
    }
    // Sin Host, que en HTTP/1.0 puede faltar, la petición también se atiende.
    let seen = environ(address, "GET /todo HTTP/1.0\r\n");
    assert_eq!(variable(&seen, "PATH_INFO"), "/todo", "{title}: {seen}");
}

/// De esas rutas el servidor de delante ve una, y la aplicación vería otra.
#[track_caller]
pub fn dots_are_refused(title: &str, address: &str) {
    let status = |target: &str| {
        let mut wire = open(address);
        wire.send(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
        read_reply(&mut wire, "GET").status
    };
    for target in
        ["/privado/../eco", "/privado/%2e%2e/eco", "/privado/.%2E/eco", "/a//eco", "/./eco"]
    {
        assert_eq!(status(target), 400, "{title} {target}");
    }
    for target in ["/eco/", "/eco?a=/../b//c", "/app/eco", "/app", "/app/"] {
        assert_eq!(status(target), 200, "{title} {target}");
    }
}

/// Lo que dice la sonda de todas sus variables, menos del puerto del cliente, que es uno cada vez.
#[track_caller]
fn environ(address: &str, request: &str) -> String {
    let mut wire = open(address);
    wire.send(format!("{request}Connection: close\r\n\r\n").as_bytes());
    let body = read_reply(&mut wire, "GET").body;
    let lines = body.lines().filter(|line| !line.starts_with("REMOTE_PORT: "));
    lines.map(|line| format!("{line}\n")).collect()
}

fn variable<'s>(seen: &'s str, name: &str) -> &'s str {
    let start = format!("{name}: ");
    seen.lines().find_map(|line| line.strip_prefix(&start)).unwrap_or("(no lo dice)")
}

/// Una conexión desde la dirección del desconocido.
fn open(address: &str) -> Wire {
    let [from, to] = [STRANGER, address].map(|text| text.parse::<SocketAddr>().expect("es una"));
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("se puede abrir");
    socket.bind(&from.into()).expect("toda la red 127.0.0.0/8 es de esta máquina");
    socket.connect(&to.into()).expect("el servidor acepta conexiones");
    Wire::over(TcpStream::from(socket))
}
