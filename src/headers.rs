//! Los encabezados de una respuesta como una colección, con los nombres de `wsgiref.headers`.
//!
//! Para uno o dos encabezados basta el arreglo que recibe `start_response`. Esta colección es para
//! cuando se van reuniendo por el camino: conserva el orden y no distingue mayúsculas
//! (RFC 9110 §5.1). No comprueba nada: eso lo hace `start_response`, en un solo sitio.

use std::{fmt, slice};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Una lista de encabezados, en orden, que se busca sin distinguir mayúsculas.
///
/// # Examples
///
/// ```
/// use pasarela::{Body, Environ, Result, StartResponse, headers::Headers};
///
/// fn application(_: &mut Environ, start_response: StartResponse) -> Result<Body> {
///     let mut headers = Headers::from([("Content-Type", "image/png")]);
///     headers.add_header("Content-Disposition", "attachment", &[("filename", "x.png")]);
///
///     start_response("200 OK", &headers.pairs())?;
///
///     Ok(Body::from(b"\x89PNG"))
/// }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// Una lista vacía.
    pub fn new() -> Self {
        Self::default()
    }

    /// El primer valor de un encabezado.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.get_all(name).next()
    }

    /// Todos los valores de un encabezado, en orden.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::headers::Headers;
    ///
    /// let headers = Headers::from([("Set-Cookie", "a=1"), ("set-cookie", "b=2")]);
    /// assert!(headers.get_all("Set-Cookie").eq(["a=1", "b=2"]));
    /// assert_eq!(headers.get("SET-COOKIE"), Some("a=1"));
    /// assert_eq!(headers.len(), 2);
    /// ```
    pub fn get_all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.iter()
            .filter(move |(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value)
    }

    /// Si el encabezado está.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Cuántos hay, contando los repetidos.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Si no hay ninguno.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Deja un solo valor de ese encabezado, al final de la lista.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::headers::Headers;
    ///
    /// let mut headers = Headers::from([("Vary", "Accept"), ("Age", "10"), ("vary", "Cookie")]);
    /// headers.set("Vary", "*");
    /// assert_eq!(headers.pairs(), [("Age", "10"), ("Vary", "*")]);
    /// ```
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        let name = name.into();
        self.remove(&name);
        self.add(name, value);
    }

    /// Pone el encabezado si no está, y devuelve el valor que queda.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::headers::Headers;
    ///
    /// let mut headers = Headers::new();
    /// assert_eq!(headers.setdefault("Vary", "Accept"), "Accept");
    /// assert_eq!(headers.setdefault("vary", "*"), "Accept");
    /// ```
    pub fn setdefault(&mut self, name: &str, value: &str) -> &str {
        let found = self.0.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let at = found.unwrap_or_else(|| {
            self.add(name, value);
            self.len() - 1
        });
        &self.0[at].1
    }

    /// Añade un valor sin quitar los que haya: para `Set-Cookie`, que se repite.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::headers::Headers;
    ///
    /// let mut headers = Headers::new();
    /// headers.add("Set-Cookie", "a=1");
    /// headers.add("Set-Cookie", "b=2");
    /// assert_eq!(headers.pairs(), [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]);
    /// ```
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    /// Añade un valor con parámetros (RFC 9110 §5.6.6), cada uno entre comillas. Un parámetro vacío
    /// queda con su nombre solo. Un valor que no es ASCII va en la forma extendida (RFC 8187 §3.2), y un
    /// `filename`, también sin tildes para quien no la entienda (RFC 6266 §4.3).
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::headers::Headers;
    ///
    /// let mut headers = Headers::new();
    /// headers.add_header("Content-Disposition", "attachment", &[("filename", "a \"b\".png")]);
    ///
    /// let value = headers.get("content-disposition");
    /// assert_eq!(value, Some(r#"attachment; filename="a \"b\".png""#));
    ///
    /// let mut headers = Headers::new();
    /// headers.add_header("Content-Disposition", "attachment", &[("filename", "año.png")]);
    /// let expected = "attachment; filename=\"a_o.png\"; filename*=UTF-8''a%C3%B1o.png";
    /// assert_eq!(headers.get("content-disposition"), Some(expected));
    /// ```
    pub fn add_header(
        &mut self,
        name: impl Into<String>,
        value: &str,
        parameters: &[(&str, &str)],
    ) {
        let mut parts = Vec::with_capacity(1 + parameters.len());
        if !value.is_empty() {
            parts.push(value.to_owned());
        }
        parts.extend(parameters.iter().map(|(name, value)| parameter(name, value)));
        self.add(name, parts.join("; "));
    }

    /// Quita todos los valores de un encabezado; si no está, no pasa nada.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::headers::Headers;
    ///
    /// let mut headers = Headers::from([("ETag", "\"1\""), ("etag", "\"2\"")]);
    /// headers.remove("Etag");
    /// assert!(headers.is_empty() && !headers.contains("ETag"));
    /// ```
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    /// Los encabezados con su valor, en orden. Es lo mismo que recorrer `&headers`.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::headers::Headers;
    ///
    /// let headers = Headers::from([("Vary", "Accept"), ("Age", "10")]);
    /// assert!(headers.iter().eq([("Vary", "Accept"), ("Age", "10")]));
    /// assert!(headers.keys().eq(["Vary", "Age"]));
    /// assert!(headers.values().eq(["Accept", "10"]));
    /// assert_eq!(headers.to_string(), "Vary: Accept\r\nAge: 10\r\n\r\n");
    /// ```
    pub fn iter(&self) -> Iter<'_> {
        Iter(self.0.iter())
    }

    /// Los nombres, en orden y con sus repeticiones.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// Los valores, en orden.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(_, value)| value)
    }

    /// Los encabezados en la forma que recibe `start_response`: `&headers.pairs()`.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.iter().collect()
    }
}

/// Lo que no se escapa en un parámetro extendido (RFC 8187 §3.2.1).
const EXTENDED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

fn parameter(name: &str, value: &str) -> String {
    let is_plain = |letter: char| letter == ' ' || letter.is_ascii_graphic();
    if value.is_empty() {
        return name.to_owned();
    }
    if value.is_ascii() {
        return quoted(name, value);
    }
    let extended = format!("{name}*=UTF-8''{}", utf8_percent_encode(value, &EXTENDED));
    match name.eq_ignore_ascii_case("filename") {
        // Primero, el de quien no entiende el otro (RFC 6266 §4.3).
        true => format!("{}; {extended}", quoted(name, &value.replace(|c| !is_plain(c), "_"))),
        false => extended,
    }
}

fn quoted(name: &str, value: &str) -> String {
    format!("{name}=\"{}\"", value.replace('\\', r"\\").replace('"', r#"\""#))
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(fields: I) -> Self {
        Self(fields.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<N: Into<String>, V: Into<String>> Extend<(N, V)> for Headers {
    fn extend<I: IntoIterator<Item = (N, V)>>(&mut self, fields: I) {
        self.0.extend(fields.into_iter().map(|(name, value)| (name.into(), value.into())));
    }
}

impl<N: Into<String>, V: Into<String>, const K: usize> From<[(N, V); K]> for Headers {
    fn from(fields: [(N, V); K]) -> Self {
        fields.into_iter().collect()
    }
}

impl From<&[(&str, &str)]> for Headers {
    fn from(fields: &[(&str, &str)]) -> Self {
        fields.iter().copied().collect()
    }
}

/// Los encabezados de [`Headers`] con su valor, en orden.
#[derive(Debug, Clone)]
pub struct Iter<'h>(slice::Iter<'h, (String, String)>);

impl<'h> Iterator for Iter<'h> {
    type Item = (&'h str, &'h str);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl<'h> IntoIterator for &'h Headers {
    type Item = (&'h str, &'h str);
    type IntoIter = Iter<'h>;

    fn into_iter(self) -> Iter<'h> {
        self.iter()
    }
}

impl IntoIterator for Headers {
    type Item = (String, String);
    type IntoIter = std::vec::IntoIter<(String, String)>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Como viajan: una línea `Nombre: valor` por encabezado, y una vacía al final (RFC 9112 §2.1).
impl fmt::Display for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self {
            write!(f, "{name}: {value}\r\n")?;
        }
        f.write_str("\r\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    fn sample() -> Headers {
        Headers::from([("Set-Cookie", "a=1"), ("Vary", "Accept"), ("set-cookie", "b=2")])
    }

    #[test]
    fn se_buscan_sin_distinguir_mayusculas() {
        let headers = sample();
        assert_eq!(headers.get("VARY"), Some("Accept"));
        assert_eq!(headers.get("Set-cookie"), Some("a=1"));
        assert_eq!(headers.get_all("SET-COOKIE").collect::<Vec<_>>(), ["a=1", "b=2"]);
        assert_eq!(headers.get_all("Date").count(), 0);
        assert!(headers.contains("vary") && !headers.contains("Date"));
        assert_eq!(headers.len(), 3);
    }

    #[test]
    fn cambiar_uno_lo_lleva_al_final() {
        let mut headers = sample();
        headers.set("SET-COOKIE", "c=3");
        assert_eq!(headers.pairs(), [("Vary", "Accept"), ("SET-COOKIE", "c=3")]);
        headers.remove("vary");
        headers.remove("vary");
        headers.extend([("Date", "hoy")]);
        assert_eq!(headers.keys().collect::<Vec<_>>(), ["SET-COOKIE", "Date"]);
        assert_eq!(headers.values().collect::<Vec<_>>(), ["c=3", "hoy"]);
    }

    #[test]
    fn se_escriben_como_viajan() {
        assert_eq!(Headers::new().to_string(), "\r\n");
        let expected = "Set-Cookie: a=1\r\nVary: Accept\r\nset-cookie: b=2\r\n\r\n";
        assert_eq!(sample().to_string(), expected);
    }

    #[track_caller]
    fn check(value: &str, parameters: &[(&str, &str)], expected: &str) {
        let mut headers = Headers::new();
        headers.add_header("X", value, parameters);
        assert_eq!(headers.pairs(), [("X", expected)]);
    }

    #[test]
    fn los_parametros_van_entre_comillas() {
        check("a", &[], "a");
        check("a", &[("b", "c"), ("d", "e f")], r#"a; b="c"; d="e f""#);
        check("a", &[("b", "")], "a; b");
        check("", &[("b", "c")], r#"b="c""#);
        check("a", &[("b", r#"\"#), ("c", r#"""#)], r#"a; b="\\"; c="\"""#);
    }

    #[test]
    fn lo_que_no_es_ascii_va_en_la_forma_extendida() {
        check("a", &[("b", "ñ €'*%()")], "a; b*=UTF-8''%C3%B1%20%E2%82%AC%27%2A%25%28%29");
        check("a", &[("b", "ñ!#$&+-.^_`|~Z9")], "a; b*=UTF-8''%C3%B1!#$&+-.^_`|~Z9");
        let plain = r#"a; FileName="\"_\\_"; FileName*=UTF-8''%22%C3%B1%5C%0A"#;
        check("a", &[("FileName", "\"ñ\\\n")], plain);
        check("a", &[("filename", "n.png")], r#"a; filename="n.png""#);
    }
}
