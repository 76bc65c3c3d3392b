//! El cuadro: qué se pide, y qué ve la aplicación o con qué estado se rechaza.

use super::carriers::Carrier;

/// Una petición.
pub struct Case {
    /// El método y la dirección.
    pub line: &'static str,
    /// `Nombre: valor`.
    pub fields: &'static [&'static str],
    pub body: &'static str,
    expected: &'static str,
    /// Lo que se espera donde un servidor web cuenta la petición en variables, si es otra cosa: quien
    /// las recibe no vio el mensaje.
    relayed: Option<&'static str>,
    /// Y donde, además, solo la longitud dice dónde termina el cuerpo.
    sized: Option<&'static str>,
    /// Y en CGI, que no tiene límites.
    unlimited: Option<&'static str>,
}

impl Case {
    /// El estado del rechazo, o lo que cuenta la aplicación.
    pub fn expected(&self, carrier: Carrier) -> &'static str {
        let sized = self.sized.filter(|_| carrier.needs_length());
        let relayed = self.relayed.filter(|_| carrier != Carrier::Http);
        let unlimited = self.unlimited.filter(|_| carrier == Carrier::Cgi);
        unlimited.or(sized).or(relayed).unwrap_or(self.expected)
    }

    /// Si se manda todo lo que se anuncia.
    #[cfg(unix)]
    pub fn arrives(&self) -> bool {
        self.unlimited.is_none()
    }

    /// El método, y la dirección.
    pub fn line(&self) -> (&'static str, &'static str) {
        self.line.split_once(' ').expect("una línea son dos palabras")
    }

    /// Los encabezados, cada uno con su valor.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.fields.iter().map(|field| field.split_once(": ").expect("un encabezado son dos"))
    }

    const fn with(mut self, body: &'static str) -> Self {
        self.body = body;
        self
    }

    const fn relayed(mut self, expected: &'static str) -> Self {
        self.relayed = Some(expected);
        self
    }

    const fn unlimited(mut self, expected: &'static str) -> Self {
        self.unlimited = Some(expected);
        self
    }

    const fn sized(mut self, expected: &'static str) -> Self {
        self.sized = Some(expected);
        self
    }
}

/// Una petición con `Host: x`.
const fn line(line: &'static str, expected: &'static str) -> Case {
    case(line, &["Host: x"], expected)
}

/// Un `GET /` con ese `Host`.
const fn host(host: &'static [&'static str], expected: &'static str) -> Case {
    case("GET /", host, expected)
}

const fn case(line: &'static str, fields: &'static [&'static str], expected: &'static str) -> Case {
    Case { line, fields, body: "", expected, relayed: None, sized: None, unlimited: None }
}

const BAD: &str = "400 Bad Request";

pub const CASES: &[Case] = &[
    // El método.
    line("GET /", "GET / ? / HTTP_HOST=x []"),
    line("PROPFIND /", "PROPFIND / ? / HTTP_HOST=x []"),
    line("get /", "get / ? / HTTP_HOST=x []"),
    line("G(T /", BAD),
    line("GÉT /", BAD),
    line("CONNECT x:443", "501 Not Implemented"),
    line("CONNECT /", "501 Not Implemented"),
    line("CONNECT x", "501 Not Implemented"),
    // La dirección.
    line("GET /a%20b/%C3%B1?c=d%20e", "GET /a b/ñ ?c=d%20e /a%20b/%C3%B1?c=d%20e HTTP_HOST=x []"),
    line("GET /a?%zz?", "GET /a ?%zz? /a?%zz? HTTP_HOST=x []"),
    line("GET /a/../b//./c", "GET /a/../b//./c ? /a/../b//./c HTTP_HOST=x []"),
    line("GET /%2e%2E/x", "GET /../x ? /%2e%2E/x HTTP_HOST=x []"),
    line("GET /a%2Fb%252F", "GET /a/b%2F ? /a%2Fb%252F HTTP_HOST=x []"),
    // La dirección absoluta manda sobre `Host`; de un servidor web, lo que diga él.
    line("GET http://y:81/a?b", "GET /a ?b http://y:81/a?b HTTP_HOST=y:81 []")
        .relayed("GET /a ?b http://y:81/a?b HTTP_HOST=x []"),
    line("GET http://u@y/a", BAD),
    line("GET http:///a", BAD),
    line("GET ftp://y/a", BAD),
    line("OPTIONS *", "OPTIONS  ? * HTTP_HOST=x []"),
    line("OPTIONS /a", "OPTIONS /a ? /a HTTP_HOST=x []"),
    line("GET *", BAD),
    line("GET x:443", BAD),
    line("GET a", BAD),
    line("GET ?q", BAD),
    line("GET /a#b", BAD),
    line("GET /a?b#c", BAD),
    line("GET /ñ", BAD),
    line("GET /a?ñ", BAD),
    line("GET /a%zz", BAD),
    line("GET /a%4", BAD),
    line("GET /a\u{7f}", BAD),
    // `Host`.
    host(&["Host: x:80"], "GET / ? / HTTP_HOST=x:80 []"),
    host(&["Host: [::1]:80"], "GET / ? / HTTP_HOST=[::1]:80 []"),
    host(&["Host: "], "400 Bad Request"),
    host(&["Host: u@x"], BAD),
    host(&["Host: x:99999"], BAD),
    host(&["Host: x:y"], BAD),
    host(&["Host: x:1:2"], BAD),
    host(&["Host: [::1"], BAD),
    host(&["Host: x/y"], BAD),
    host(&["Host: x y"], BAD),
    host(&["Host: ñ"], BAD),
    host(&["Host: http://x"], BAD),
    host(&["Host: x", "Host: x"], BAD),
    host(&["Host: x", "Host: y"], BAD),
    // Un servidor web no tiene que contar todos los encabezados (RFC 3875 §4.1.18).
    host(&[], BAD).relayed("GET / ? / []"),
    // Los nombres de los encabezados. Contado en variables, el guion bajo ya es un guion.
    host(&["Host: x", "X-Uno: 1", "X_Uno: 2"], "GET / ? / HTTP_HOST=x HTTP_X_UNO=1 []")
        .relayed("GET / ? / HTTP_HOST=x HTTP_X_UNO=1, 2 []"),
    host(&["Host: x", "Proxy: http://malo"], "GET / ? / HTTP_HOST=x []"),
    host(&["Host: x", "X(: 1"], BAD),
    host(&["Host: x", "X Y: 1"], BAD),
    host(&["Host: x", "Ñ: 1"], BAD),
    host(&["Host: x", ": 1"], BAD),
    // Sus valores.
    host(&["Host: x", "X-Uno: a\tñ"], "GET / ? / HTTP_HOST=x HTTP_X_UNO=a\tñ []"),
    host(&["Host: x", "X-Uno: a\u{1}b"], BAD),
    host(&["Host: x", "X-Uno: a\nb"], BAD),
    host(&["Host: x", "X-Uno: a\u{7f}"], BAD),
    host(&["Host: x", "Content-Type: a\u{1}b"], BAD),
    // Los que se repiten.
    host(
        &["Host: x", "User-Agent: a", "User-Agent: b"],
        "GET / ? / HTTP_HOST=x HTTP_USER_AGENT=a, b []",
    ),
    host(&["Host: x", "Referer: a", "Referer: b"], "GET / ? / HTTP_HOST=x HTTP_REFERER=a, b []"),
    host(
        &["Host: x", "Cookie: a=1", "Cookie: b=2"],
        "GET / ? / HTTP_HOST=x HTTP_COOKIE=a=1; b=2 []",
    ),
    host(&["Host: x", "Authorization: a", "Authorization: a"], BAD),
    // De las variables sin `HTTP_` vale la última: la repite quien configuró el servidor web.
    host(&["Host: x", "Content-Type: a/b", "Content-Type: c/d"], BAD)
        .relayed("GET / ? / HTTP_HOST=x CONTENT_TYPE=c/d []"),
    host(&["Host: x", "Expect: propina"], "417 Expectation Failed"),
    // El cuerpo.
    case(
        "PUT /",
        &["Host: x", "Content-Length: 04"],
        "PUT / ? / HTTP_HOST=x CONTENT_LENGTH=4 [hola]",
    )
    .with("hola"),
    case("PUT /", &["Host: x", "Content-Length: +4"], BAD).with("hola"),
    case("PUT /", &["Host: x", "Content-Length: mucho"], BAD).with("hola"),
    case("PUT /", &["Host: x", "Content-Length: 18446744073709551616"], BAD),
    case("PUT /", &["Host: x", "Content-Length: 999999999999"], "413 Content Too Large")
        .unlimited(BAD),
    case("PUT /", &["Host: x", "Content-Length: 4", "Content-Length: 5"], BAD).with("hola"),
    // La longitud que cuenta un servidor web es la de lo que entrega: vacía es que no hay cuerpo, la
    // repite su configuración, y mide un cuerpo que a él le llegó por trozos.
    case("PUT /", &["Host: x", "Content-Length: "], BAD).relayed("PUT / ? / HTTP_HOST=x []"),
    case("PUT /", &["Host: x", "Content-Length: 4", "Content-Length: 4"], BAD)
        .with("hola")
        .relayed("PUT / ? / HTTP_HOST=x CONTENT_LENGTH=4 [hola]"),
    case("PUT /", &["Host: x", "Transfer-Encoding: chunked", "Content-Length: 4"], BAD)
        .with("hola")
        .relayed("PUT / ? / HTTP_HOST=x CONTENT_LENGTH=4 [hola]"),
    case("PUT /", &["Host: x", "Transfer-Encoding: chunked"], "PUT / ? / HTTP_HOST=x [hola]")
        .with("hola")
        .sized("411 Length Required"),
];
