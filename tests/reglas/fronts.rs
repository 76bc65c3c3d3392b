//! Lo que hacen con cada caso nginx 1.22 y Apache 2.4, con los archivos del libro.

use super::carriers::Carrier;
use super::cases::Case;

/// Cada servidor con cada protocolo: los archivos de `book/servidores`.
pub const FRONTS: [(&str, Carrier); 8] = [
    ("nginx-http", Carrier::Http),
    ("nginx-fastcgi", Carrier::FastCgi),
    ("nginx-scgi", Carrier::Scgi),
    ("nginx-uwsgi", Carrier::Uwsgi),
    ("apache-http", Carrier::Http),
    ("apache-fastcgi", Carrier::FastCgi),
    ("apache-scgi", Carrier::Scgi),
    ("apache-uwsgi", Carrier::Uwsgi),
];

/// Lo que contesta `config`; sin excepción, lo mismo que si el cliente hablara HTTP con nosotros.
pub fn expected(config: &str, case: &Case) -> &'static str {
    let told = |exception: &&Exception| {
        exception.line == case.line
            && exception.fields == case.fields
            && exception.configs.iter().any(|known| config.starts_with(known))
    };
    EXCEPTIONS.iter().find(told).map_or(case.expected(Carrier::Http), |found| found.answer)
}

/// Un caso en que un servidor web contesta por su cuenta, o cuenta otra cosa.
struct Exception {
    /// Cómo empieza el nombre de los archivos.
    configs: &'static [&'static str],
    line: &'static str,
    fields: &'static [&'static str],
    answer: &'static str,
}

const fn line(
    configs: &'static [&'static str],
    line: &'static str,
    answer: &'static str,
) -> Exception {
    Exception { configs, line, fields: &["Host: x"], answer }
}

const fn get(
    configs: &'static [&'static str],
    fields: &'static [&'static str],
    answer: &'static str,
) -> Exception {
    Exception { configs, line: "GET /", fields, answer }
}

const fn put(
    configs: &'static [&'static str],
    fields: &'static [&'static str],
    answer: &'static str,
) -> Exception {
    Exception { configs, line: "PUT /", fields, answer }
}

const NGINX: &[&str] = &["nginx"];
const APACHE: &[&str] = &["apache"];
const EITHER: &[&str] = &["nginx", "apache"];
/// Los que cuentan la petición en variables.
const NGINX_RELAYED: &[&str] = &["nginx-fastcgi", "nginx-scgi", "nginx-uwsgi"];
const APACHE_RELAYED: &[&str] = &["apache-fastcgi", "apache-scgi", "apache-uwsgi"];
const APACHE_SIZED: &[&str] = &["apache-scgi", "apache-uwsgi"];

const BAD: &str = "400 Bad Request";

const EXCEPTIONS: &[Exception] = &[
    line(NGINX, "get /", BAD),
    line(NGINX, "CONNECT x:443", BAD),
    line(NGINX, "CONNECT /", "405 Not Allowed"),
    line(EITHER, "CONNECT x", BAD),
    line(APACHE, "CONNECT /", BAD),
    // La ruta va como la entiende el servidor web; la dirección, como llegó.
    line(NGINX_RELAYED, "GET /a/../b//./c", "GET /b//c ? /a/../b//./c HTTP_HOST=x []"),
    line(APACHE_RELAYED, "GET /a/../b//./c", "GET /b//c ? /a/../b//./c HTTP_HOST=x []"),
    line(EITHER, "GET /%2e%2E/x", BAD),
    line(APACHE_RELAYED, "GET /a%2Fb%252F", "GET /a%2Fb%2F ? /a%2Fb%252F HTTP_HOST=x []"),
    line(NGINX, "GET http://y:81/a?b", "GET /a ?b /a?b HTTP_HOST=y:81 []"),
    line(&["apache-http"], "GET http://y:81/a?b", "GET /a ?b /a?b HTTP_HOST=y:81 []"),
    line(NGINX, "GET ftp://y/a", "GET /a ? /a HTTP_HOST=y []"),
    line(NGINX, "OPTIONS *", BAD),
    // La contesta Apache.
    line(APACHE, "OPTIONS *", ""),
    line(&["apache-http"], "GET ?q", "GET / ?q /?q HTTP_HOST=x []"),
    get(EITHER, &["Host: "], BAD),
    // nginx entiende el nombre, y del puerto que no lo es no dice nada.
    get(NGINX, &["Host: x:y"], "GET / ? / HTTP_HOST=x []"),
    get(NGINX, &["Host: x:1:2"], "GET / ? / HTTP_HOST=x []"),
    // nginx descarta los nombres que no entiende, y toma un LF suelto por el final de una línea.
    get(NGINX, &["Host: x", "X(: 1"], "GET / ? / HTTP_HOST=x []"),
    get(NGINX, &["Host: x", "Ñ: 1"], "GET / ? / HTTP_HOST=x []"),
    get(NGINX, &["Host: x", "X-Uno: a\nb"], "GET / ? / HTTP_HOST=x HTTP_X_UNO=a []"),
    get(&["nginx-http"], &["Host: x", "Expect: propina"], "GET / ? / HTTP_HOST=x []"),
    // Apache une lo repetido con comas, sea lo que sea; nginx cuenta el primer tipo.
    get(
        APACHE,
        &["Host: x", "Cookie: a=1", "Cookie: b=2"],
        "GET / ? / HTTP_HOST=x HTTP_COOKIE=a=1, b=2 []",
    ),
    get(
        APACHE,
        &["Host: x", "Authorization: a", "Authorization: a"],
        "GET / ? / HTTP_HOST=x HTTP_AUTHORIZATION=a, a []",
    ),
    get(
        APACHE,
        &["Host: x", "Content-Type: a/b", "Content-Type: c/d"],
        "GET / ? / HTTP_HOST=x CONTENT_TYPE=a/b, c/d []",
    ),
    get(
        NGINX_RELAYED,
        &["Host: x", "Content-Type: a/b", "Content-Type: c/d"],
        "GET / ? / HTTP_HOST=x CONTENT_TYPE=a/b []",
    ),
    // Los trozos los junta el servidor web, y cuenta cuánto midieron.
    put(
        APACHE_SIZED,
        &["Host: x", "Transfer-Encoding: chunked", "Content-Length: 4"],
        "411 Length Required",
    ),
    put(APACHE_SIZED, &["Host: x", "Transfer-Encoding: chunked"], "411 Length Required"),
    put(
        APACHE,
        &["Host: x", "Transfer-Encoding: chunked", "Content-Length: 4"],
        "PUT / ? / HTTP_HOST=x CONTENT_LENGTH=4 [hola]",
    ),
    put(
        EITHER,
        &["Host: x", "Transfer-Encoding: chunked"],
        "PUT / ? / HTTP_HOST=x CONTENT_LENGTH=4 [hola]",
    ),
];
