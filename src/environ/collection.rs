//! `environ` como una colección: recorrerlo y reunirlo.

use std::{fmt, slice};

use super::texts::Texts;
use super::{Entry, Environ};

/// Las variables de un [`Environ`] con su valor, en orden de llegada.
#[derive(Clone)]
pub struct Iter<'e> {
    texts: &'e Texts,
    entries: slice::Iter<'e, Entry>,
}

impl Environ {
    /// Todas las variables con su valor, en orden de llegada. Es lo mismo que recorrer `&environ`.
    ///
    /// # Examples
    ///
    /// ```
    /// let environ = pasarela::testing::get("/").header("Accept", "*/*").environ();
    /// for (key, value) in &environ {
    ///     println!("{key} = {value}");
    /// }
    /// assert!(environ.iter().any(|variable| variable == ("HTTP_ACCEPT", "*/*")));
    /// ```
    pub fn iter(&self) -> Iter<'_> {
        Iter { texts: &self.texts, entries: self.entries.iter() }
    }

    /// Los encabezados de la petición, en orden de llegada, con su nombre como se suele escribir:
    /// `HTTP_USER_AGENT` es `User-Agent`. El tipo y la longitud del cuerpo también lo son.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::{headers::Headers, testing};
    ///
    /// let environ = testing::post("/").header("accept-language", "es-MX").body("hola").environ();
    /// let headers: Headers = environ.headers().collect();
    /// assert_eq!(headers.get("Accept-Language"), Some("es-MX"));
    /// assert_eq!(headers.get("Content-Length"), Some("4"));
    /// ```
    pub fn headers(&self) -> impl Iterator<Item = (String, &str)> {
        self.iter().filter_map(|(key, value)| Some((header_name(key, value)?, value)))
    }
}

/// El nombre del encabezado de una variable, si es de uno.
fn header_name(key: &str, value: &str) -> Option<String> {
    let name = match key {
        "CONTENT_TYPE" | "CONTENT_LENGTH" => Some(key).filter(|_| !value.is_empty()),
        key => key.strip_prefix("HTTP_"),
    }?;
    let mut previous = '_';
    let letters = name.chars().map(|letter| {
        let is_first = std::mem::replace(&mut previous, letter) == '_';
        match letter {
            '_' => '-',
            letter if is_first => letter.to_ascii_uppercase(),
            letter => letter.to_ascii_lowercase(),
        }
    });
    Some(letters.collect())
}

impl<'e> Iterator for Iter<'e> {
    type Item = (&'e str, &'e str);

    fn next(&mut self) -> Option<Self::Item> {
        let Entry { key, value } = *self.entries.next()?;
        Some((self.texts.resolve(key), self.texts.resolve(value)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl ExactSizeIterator for Iter<'_> {}

impl fmt::Debug for Iter<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.clone()).finish()
    }
}

impl<'e> IntoIterator for &'e Environ {
    type Item = (&'e str, &'e str);
    type IntoIter = Iter<'e>;

    fn into_iter(self) -> Iter<'e> {
        self.iter()
    }
}

/// De una variable que se repite queda el último valor.
impl<K: AsRef<str>, V: AsRef<str>> Extend<(K, V)> for Environ {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, variables: I) {
        variables.into_iter().for_each(|(key, value)| self.insert(key, value));
    }
}

impl<K: AsRef<str>, V: AsRef<str>> FromIterator<(K, V)> for Environ {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let mut environ = Self::new();
        environ.extend(variables);
        environ
    }
}

impl<K: AsRef<str>, V: AsRef<str>, const N: usize> From<[(K, V); N]> for Environ {
    fn from(variables: [(K, V); N]) -> Self {
        variables.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn se_reune_y_se_recorre() {
        let mut environ = Environ::from([("B", "1"), ("A", "2")]);
        environ.extend(vec![("B".to_owned(), "3".to_owned())]);
        let mut seen = Vec::new();
        for variable in &environ {
            seen.push(variable);
        }
        assert_eq!((seen, environ.iter().len()), (vec![("B", "3"), ("A", "2")], 2));
    }

    #[test]
    fn los_encabezados_se_llaman_como_se_suelen_escribir() {
        let environ = Environ::from([
            ("REQUEST_METHOD", "GET"),
            ("CONTENT_TYPE", ""),
            ("CONTENT_LENGTH", "0"),
            ("HTTP_DNT", "1"),
            ("HTTP_X_FORWARDED_FOR", "::1"),
        ]);
        let headers: Vec<(String, &str)> = environ.headers().collect();
        let named = |name: &str, value| (name.to_owned(), value);
        let expected =
            [named("Content-Length", "0"), named("Dnt", "1"), named("X-Forwarded-For", "::1")];
        assert_eq!(headers, expected);
    }
}
