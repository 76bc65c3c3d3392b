//! Qué encabezados pone un proxy, y qué se hace con los que no pone.

/// Un encabezado con que un proxy cuenta la petición que reenvía.
///
/// Que esté en [`Config::proxy_headers`](crate::Config::proxy_headers) es decir que los proxies de
/// confianza lo ponen siempre, o lo quitan: si uno lo deja pasar como llegó, lo que se cree es lo que
/// escribió cualquiera.
///
/// # Examples
///
/// ```
/// use pasarela::{Config, ProxyHeader, make_server_with, simple_server::demo_app};
/// use std::io::{Read, Write};
/// use std::net::TcpStream;
///
/// let config = Config {
///     trusted_proxies: vec!["127.0.0.1".parse()?],
///     proxy_headers: vec![ProxyHeader::Forwarded],
///     ..Config::default()
/// };
/// let server = make_server_with("127.0.0.1", 0, demo_app, config)?;
///
/// let mut proxy = TcpStream::connect(&server.local_addrs()[..])?;
/// proxy.write_all(b"GET / HTTP/1.0\r\nForwarded: for=192.0.2.7\r\n\r\n")?;
/// server.handle_request()?;
///
/// let mut response = String::new();
/// proxy.read_to_string(&mut response)?;
/// assert!(response.contains("REMOTE_ADDR = \"192.0.2.7\""));
/// # Ok::<(), pasarela::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProxyHeader {
    /// `X-Forwarded-For`: quién pidió. Cambia `REMOTE_ADDR` y `REMOTE_PORT`.
    XForwardedFor,
    /// `X-Forwarded-Proto`: si se pidió con `http` o con `https`. Cambia `wsgi.url_scheme` y
    /// `SERVER_PORT`.
    XForwardedProto,
    /// `X-Forwarded-Host`: a qué servidor se pidió, para un proxy que no conserva `Host`. Cambia
    /// `SERVER_NAME` y `SERVER_PORT`, y pone `pasarela.host`.
    XForwardedHost,
    /// `X-Forwarded-Port`: a qué puerto se pidió. Cambia `SERVER_PORT` y pone `pasarela.host`.
    XForwardedPort,
    /// `X-Forwarded-Prefix`: el principio de la ruta, que el proxy quitó. Va delante de lo que haya en
    /// `SCRIPT_NAME`. Tiene que ser una ruta como `/tienda`, sin tramos vacíos ni de puntos.
    XForwardedPrefix,
    /// `Forwarded` (RFC 7239): quién pidió, con qué esquema y a qué servidor. Si está, lo que digan de
    /// eso los `X-Forwarded-*` no cuenta.
    Forwarded,
}

impl ProxyHeader {
    const ALL: [Self; 6] = [
        Self::XForwardedFor,
        Self::XForwardedProto,
        Self::XForwardedHost,
        Self::XForwardedPort,
        Self::XForwardedPrefix,
        Self::Forwarded,
    ];

    /// La variable en que llega.
    pub(super) fn variable(self) -> &'static str {
        match self {
            Self::XForwardedFor => "HTTP_X_FORWARDED_FOR",
            Self::XForwardedProto => "HTTP_X_FORWARDED_PROTO",
            Self::XForwardedHost => "HTTP_X_FORWARDED_HOST",
            Self::XForwardedPort => "HTTP_X_FORWARDED_PORT",
            Self::XForwardedPrefix => "HTTP_X_FORWARDED_PREFIX",
            Self::Forwarded => "HTTP_FORWARDED",
        }
    }

    /// El que llega en esa variable.
    pub(super) fn of(variable: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|header| header.variable() == variable)
    }
}

/// Qué se hace con los encabezados de proxy que no se creen, cuando en alguien se confía.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Unbelieved {
    /// No llegan a la aplicación: ni los que un proxy de confianza no pone, ni ningún `Forwarded` o
    /// `X-Forwarded-…` de los demás. Así quien los lea no se cree una mentira.
    #[default]
    Dropped,
    /// Llegan como cualquier encabezado. Hace falta si quien decide a quién creer es un intermediario
    /// de la aplicación.
    Kept,
}
