//! Las *cookies* de un navegador de prueba (RFC 6265 §5).

use std::time::{Duration, UNIX_EPOCH};

use super::exchange::NOW;
use super::location::Address;

#[derive(Debug, Default)]
pub(super) struct Jar(Vec<Cookie>);

#[derive(Debug)]
struct Cookie {
    name: String,
    value: String,
    path: String,
    /// Si solo viaja por una conexión segura.
    is_secure: bool,
}

impl Jar {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|cookie| cookie.name == name).map(|cookie| cookie.value.as_str())
    }

    /// El encabezado `Cookie` de una petición a `address`: primero las de las rutas más largas.
    pub(super) fn header_for(&self, address: &Address) -> Option<String> {
        let mut sent: Vec<&Cookie> = self.0.iter().filter(|c| c.goes_to(address)).collect();
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<String> = sent.iter().map(|c| format!("{}={}", c.name, c.value)).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }

    /// Guarda lo que dicen los encabezados `Set-Cookie` de quien responde en `address`.
    pub(super) fn keep<'h>(&mut self, headers: impl Iterator<Item = &'h str>, address: &Address) {
        for (cookie, life) in headers.filter_map(|text| read(text, address)) {
            let same = |known: &Cookie| known.name == cookie.name && known.path == cookie.path;
            let place = self.0.iter().position(same);
            match (place, life) {
                (Some(at), Life::Lasts) => self.0[at] = cookie,
                (Some(at), Life::Over) => drop(self.0.remove(at)),
                (None, Life::Lasts) => self.0.push(cookie),
                (None, Life::Over) => {}
            }
        }
    }
}

impl Cookie {
    /// RFC 6265 §5.1.4. A los navegadores les basta con `localhost` para tenerla por segura.
    fn goes_to(&self, address: &Address) -> bool {
        let is_safe = address.scheme == "https" || host_name(address) == "localhost";
        let rest = address.path.strip_prefix(&self.path);
        let is_below = rest.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with('/') || self.path.ends_with('/')
        });
        is_below && (is_safe || !self.is_secure)
    }
}

/// Cuánto dura una *cookie*, en un tiempo que no pasa.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Life {
    Lasts,
    Over,
}

/// Una *cookie*, si quien la pone puede ponerla (RFC 6265 §5.2 y §5.3).
fn read(text: &str, address: &Address) -> Option<(Cookie, Life)> {
    let mut parts = text.split(';').map(|part| match part.split_once('=') {
        Some((name, value)) => (name.trim(), Some(value.trim())),
        None => (part.trim(), None),
    });
    let (name, Some(value)) = parts.next()? else { return None };
    let (mut path, mut domain, mut is_secure) = (default_path(&address.path), None, false);
    let (mut age, mut expires) = (None, None);
    for (attribute, value) in parts {
        match (attribute.to_ascii_lowercase().as_str(), value.unwrap_or_default()) {
            ("path", value) if value.starts_with('/') => path = value,
            ("path", _) => path = default_path(&address.path),
            ("domain", value) => domain = Some(value.trim_start_matches('.')),
            ("secure", _) => is_secure = true,
            ("max-age", value) => age = value.parse::<i64>().ok().or(age),
            ("expires", value) => expires = httpdate::parse_http_date(value).ok().or(expires),
            _ => {}
        }
    }
    let is_over = match (age, expires) {
        (Some(age), _) => age <= 0,
        (None, Some(expires)) => expires <= UNIX_EPOCH + Duration::from_secs(NOW),
        (None, None) => false,
    };
    let is_own = domain.is_none_or(|domain| domain.is_empty() || is_within(address, domain));
    let (name, value, path) = (name.to_owned(), value.to_owned(), path.to_owned());
    let life = if is_over { Life::Over } else { Life::Lasts };
    (is_own && !name.is_empty()).then_some((Cookie { name, value, path, is_secure }, life))
}

/// La carpeta de quien responde (RFC 6265 §5.1.4).
fn default_path(path: &str) -> &str {
    match path.rfind('/') {
        None | Some(0) => "/",
        Some(end) => &path[..end],
    }
}

/// Si el servidor está en `domain` (RFC 6265 §5.1.3).
fn is_within(address: &Address, domain: &str) -> bool {
    let (host, domain) = (host_name(address), domain.to_ascii_lowercase());
    host == domain || host.strip_suffix(&domain).is_some_and(|rest| rest.ends_with('.'))
}

/// El servidor, en minúsculas y sin su puerto.
fn host_name(address: &Address) -> String {
    let host = &address.host;
    let end = host.rfind(':').filter(|colon| !host[*colon..].contains(']')).unwrap_or(host.len());
    host[..end].to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn address(path: &str) -> Address {
        let (scheme, host) = ("http".to_owned(), "www.ejemplo.mx:8000".to_owned());
        Address { scheme, host, path: path.to_owned(), query: String::new() }
    }

    /// Lo que se manda a `path` si en `/a/b` se recibe eso.
    #[track_caller]
    fn check(received: &[&str], path: &str, sent: Option<&str>) {
        let mut jar = Jar::default();
        jar.keep(received.iter().copied(), &address("/a/b"));
        assert_eq!(jar.header_for(&address(path)).as_deref(), sent, "{received:?} {path}");
    }

    #[test]
    fn vuelven_a_su_ruta_y_las_mas_largas_primero() {
        check(&["x=1"], "/a", Some("x=1"));
        check(&["x=1"], "/a/c/d", Some("x=1"));
        check(&["x=1"], "/ab", None);
        check(&["x=1; Path=/"], "/otra", Some("x=1"));
        check(&["x=1; path=/a/"], "/a", None);
        check(&["x=1; Path=no"], "/a/b", Some("x=1"));
        check(&["x=1; Path=/", "y=2", "z=3; Path=/"], "/a/b", Some("y=2; x=1; z=3"));
    }

    #[test]
    fn una_nueva_reemplaza_a_la_suya_y_la_vencida_la_borra() {
        check(&["x=1", "y=2", "x=3"], "/a/b", Some("x=3; y=2"));
        check(&["x=1", "x=; Max-Age=0"], "/a/b", None);
        check(&["x=1", "x=2; Path=/; Max-Age=-1"], "/a/b", Some("x=1"));
        check(&["x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"], "/a/b", None);
        check(&["x=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=9"], "/a/b", Some("x=1"));
        check(&["x=1; Expires=Sun, 06 Nov 2094 08:49:37 GMT"], "/a/b", Some("x=1"));
    }

    #[test]
    fn nadie_pone_las_de_otro_ni_se_mandan_a_la_vista() {
        check(&["x=1; Domain=.EJEMPLO.mx"], "/a/b", Some("x=1"));
        check(&["x=1; Domain=otro.mx"], "/a/b", None);
        check(&["x=1; Domain=jemplo.mx"], "/a/b", None);
        check(&["x=1; Secure; HttpOnly"], "/a/b", None);
        check(&["sin valor", "=1", " x = a=b ; SameSite=Lax"], "/a/b", Some("x=a=b"));
    }
}
