//! El lado del servidor web en los protocolos en que entrega variables: FastCGI, SCGI y uwsgi.

use super::client::Wire;

/// Las variables de una petición, además de las que tiene toda.
pub type Variables<'a> = &'a [(&'a str, &'a str)];

/// Clases de registros de FastCGI.
pub const BEGIN: u8 = 1;
pub const ABORT: u8 = 2;
pub const END: u8 = 3;
pub const PARAMS: u8 = 4;
pub const STDIN: u8 = 5;
pub const STDOUT: u8 = 6;
pub const STDERR: u8 = 7;
pub const GET_VALUES: u8 = 9;
pub const GET_VALUES_RESULT: u8 = 10;
pub const UNKNOWN_TYPE: u8 = 11;

/// Un registro de FastCGI.
pub fn record(kind: u8, id: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len()).expect("cabe").to_be_bytes();
    let id = id.to_be_bytes();
    [&[1, kind, id[0], id[1], length[0], length[1], 0, 0], content].concat()
}

/// El comienzo de una petición: responder, y seguir o no con la conexión.
pub fn begin(id: u16, keeps_connection: bool) -> Vec<u8> {
    record(BEGIN, id, &[0, 1, keeps_connection.into(), 0, 0, 0, 0, 0])
}

/// Las variables de una petición, en un registro y el vacío del final.
pub fn params(id: u16, variables: Variables<'_>) -> Vec<u8> {
    let mut content = Vec::new();
    for (name, value) in variables {
        for length in [name.len(), value.len()] {
            let long = u32::try_from(length).expect("cabe") | 1 << 31;
            match u8::try_from(length) {
                Ok(short @ 0..128) => content.push(short),
                _ => content.extend_from_slice(&long.to_be_bytes()),
            }
        }
        content.extend_from_slice(&[name.as_bytes(), value.as_bytes()].concat());
    }
    [record(PARAMS, id, &content), record(PARAMS, id, b"")].concat()
}

/// El cuerpo, con el registro vacío del final.
pub fn stdin(id: u16, content: &[u8]) -> Vec<u8> {
    let parts = content.chunks(60_000).map(|part| record(STDIN, id, part));
    [parts.collect::<Vec<_>>().concat(), record(STDIN, id, b"")].concat()
}

/// Las variables de una petición corriente.
pub fn usual<'a>(method: &'a str, path: &'a str, length: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("CONTENT_LENGTH", length),
        ("REQUEST_METHOD", method),
        ("SCRIPT_NAME", ""),
        ("PATH_INFO", path),
        ("REQUEST_URI", path),
        ("QUERY_STRING", ""),
        ("SERVER_NAME", "ejemplo.mx"),
        ("SERVER_PORT", "80"),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
        ("REMOTE_ADDR", "192.0.2.1"),
        ("HTTP_HOST", "ejemplo.mx"),
    ]
}

/// Una petición entera de FastCGI que deja la conexión abierta.
pub fn fastcgi(id: u16, method: &str, path: &str, content: &str) -> Vec<u8> {
    let length = content.len().to_string();
    let length = if content.is_empty() { "" } else { &length };
    let params = params(id, &usual(method, path, length));
    [begin(id, true), params, stdin(id, content.as_bytes())].concat()
}

/// Una petición entera de SCGI.
pub fn scgi(method: &str, path: &str, content: &str) -> Vec<u8> {
    let length = content.len().to_string();
    [scgi_block(&usual(method, path, &length)), content.into()].concat()
}

/// Las variables de una petición de SCGI, con lo que las delimita.
pub fn scgi_block(variables: Variables<'_>) -> Vec<u8> {
    let all = variables.iter().chain(&[("SCGI", "1")]);
    let block: String = all.map(|(name, value)| format!("{name}\0{value}\0")).collect();
    format!("{}:{block},", block.len()).into_bytes()
}

/// Una petición entera de uwsgi.
pub fn uwsgi(method: &str, path: &str, content: &str) -> Vec<u8> {
    let length = content.len().to_string();
    let length = if content.is_empty() { "" } else { &length };
    [uwsgi_block(&usual(method, path, length)), content.into()].concat()
}

/// Las variables de una petición de uwsgi, con lo que las delimita.
pub fn uwsgi_block(variables: Variables<'_>) -> Vec<u8> {
    let sized = |text: &str| {
        [&u16::try_from(text.len()).expect("cabe").to_le_bytes(), text.as_bytes()].concat()
    };
    let block: Vec<u8> =
        variables.iter().flat_map(|(name, value)| [sized(name), sized(value)].concat()).collect();
    let size = u16::try_from(block.len()).expect("cabe").to_le_bytes();
    [&[0, size[0], size[1], 0], &block[..]].concat()
}

/// Lo que manda la aplicación en un registro.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    pub kind: u8,
    pub id: u16,
    pub content: Vec<u8>,
}

impl Wire {
    /// Lee un registro de FastCGI.
    #[track_caller]
    pub fn record(&mut self) -> Record {
        let header = self.take_bytes(8);
        let [version, kind, id_high, id_low, high, low, padding, _] = header[..] else {
            unreachable!("se leyeron ocho")
        };
        assert_eq!(version, 1);
        let mut content = self.take_bytes(usize::from(u16::from_be_bytes([high, low])));
        content.extend(self.take_bytes(padding.into()));
        content.truncate(content.len() - usize::from(padding));
        Record { kind, id: u16::from_be_bytes([id_high, id_low]), content }
    }

    /// Lee la respuesta a la petición `id` hasta su final, y devuelve lo que fue a la salida.
    #[track_caller]
    pub fn answer(&mut self, id: u16) -> String {
        String::from_utf8_lossy(&self.answer_bytes(id)).into_owned()
    }

    /// Como [`answer`](Self::answer), sea texto o no.
    #[track_caller]
    pub fn answer_bytes(&mut self, id: u16) -> Vec<u8> {
        let mut output = Vec::new();
        let mut is_closed = false;
        loop {
            let record = self.record();
            assert_eq!(record.id, id, "{record:?}");
            match record.kind {
                STDOUT => {
                    assert!(!is_closed, "la salida sigue después de su final");
                    is_closed = record.content.is_empty();
                    output.extend(record.content);
                }
                END => {
                    assert_eq!((is_closed, record.content), (true, vec![0; 8]));
                    return output;
                }
                // Lo que va al registro de errores, lo mira quien quiera.
                STDERR => {}
                other => panic!("un registro de clase {other}"),
            }
        }
    }
}

/// La respuesta que se espera con ese cuerpo.
pub fn status_ok(body: &str) -> String {
    format!("Status: 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
