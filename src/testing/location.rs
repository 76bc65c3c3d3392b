//! A dónde lleva un `Location` (RFC 3986 §5.2).

/// A dónde se manda una petición.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// `http` o `https`.
    pub(super) scheme: String,
    /// El servidor, con su puerto: `localhost:8000`.
    pub(super) host: String,
    pub(super) path: String,
    /// Con su interrogación, o vacía.
    pub(super) query: String,
}

impl Address {
    /// Adonde lleva `location` desde aquí, si es del mismo servidor.
    pub(super) fn resolve(&self, location: &str) -> Option<Self> {
        let location = location.split('#').next().unwrap_or_default();
        let (scheme, rest) = match scheme_of(location) {
            Some((scheme @ ("http" | "https"), rest)) => (scheme, rest),
            Some(_) => return None,
            None => (self.scheme.as_str(), location),
        };
        let reference = match rest.strip_prefix("//") {
            Some(rest) => {
                let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
                let is_here = host.eq_ignore_ascii_case(&self.host);
                is_here
                    .then(|| if path.starts_with('/') { path.into() } else { format!("/{path}") })?
            }
            None => rest.to_owned(),
        };
        let (path, query) = reference.split_at(reference.find('?').unwrap_or(reference.len()));
        let (path, query) = match (path, query) {
            ("", "") => (self.path.clone(), self.query.clone()),
            ("", query) => (self.path.clone(), query.to_owned()),
            (path, query) => (without_dots(&self.merge(path)), query.to_owned()),
        };
        Some(Self { scheme: scheme.to_owned(), host: self.host.clone(), path, query })
    }

    fn merge(&self, path: &str) -> String {
        let folder = &self.path[..=self.path.rfind('/').unwrap_or(0)];
        if path.starts_with('/') { path.to_owned() } else { format!("{folder}{path}") }
    }
}

/// El esquema de una dirección, si lo lleva, y lo que le sigue.
fn scheme_of(location: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = location.split_once(':')?;
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    scheme.bytes().all(is_scheme).then_some((scheme, rest))
}

/// La ruta sin tramos `.` ni `..` (RFC 3986 §5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            ".." => drop(kept.pop()),
            "." => {}
            segment => kept.push(segment),
        }
        if segments.peek().is_none() && matches!(segment, "." | "..") {
            kept.push("");
        }
    }
    format!("/{}", kept.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    /// Los ejemplos de la RFC 3986 §5.4, desde `http://a/b/c/d;p?q`.
    #[test]
    fn los_ejemplos_de_la_rfc() {
        let [scheme, host, path, query] = ["http", "a", "/b/c/d;p", "?q"].map(str::to_owned);
        let base = Address { scheme, host, path, query };
        for (location, expected) in [
            ("g:h", None),
            ("g", Some("/b/c/g")),
            ("./g/", Some("/b/c/g/")),
            ("/g", Some("/g")),
            ("//g", None),
            ("?y", Some("/b/c/d;p?y")),
            ("g?y", Some("/b/c/g?y")),
            ("#s", Some("/b/c/d;p?q")),
            ("g?y#s", Some("/b/c/g?y")),
            ("", Some("/b/c/d;p?q")),
            (".", Some("/b/c/")),
            ("..", Some("/b/")),
            ("../g", Some("/b/g")),
            ("../..", Some("/")),
            ("../../../../g", Some("/g")),
            ("/./g", Some("/g")),
            ("g..", Some("/b/c/g..")),
            ("./g/.", Some("/b/c/g/")),
            ("g;x=1/../y", Some("/b/c/y")),
            ("g?y/../x", Some("/b/c/g?y/../x")),
            ("http://A?y", Some("/?y")),
            ("//a", Some("/")),
        ] {
            let resolved = base.resolve(location).map(|at| at.path + &at.query);
            assert_eq!(resolved.as_deref(), expected, "{location}");
        }
    }
}
