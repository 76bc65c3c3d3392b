//! Lo que `curl` envía con las opciones que usa el libro.

/// Lo que envía `curl` con esos argumentos, escritos como en la terminal: una petición por cada dirección, seguidas; o
/// el argumento que no se conoce.
pub fn request(arguments: &str) -> Result<String, String> {
    let mut order = Order::default();
    let mut words = words(arguments).into_iter();
    while let Some(word) = words.next() {
        order.take(&word, &mut words)?;
    }
    Ok(order.into_request())
}

#[derive(Default)]
struct Order {
    method: Option<String>,
    /// Cada dirección: el nombre con su puerto, y lo que se pide ahí.
    addresses: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    body: Option<String>,
}

impl Order {
    fn take(&mut self, word: &str, rest: &mut impl Iterator<Item = String>) -> Result<(), String> {
        let mut value = || rest.next().ok_or_else(|| word.to_owned());
        match word {
            // Cambian lo que se ve, no lo que se envía.
            "-i" | "-s" | "-N" | "--path-as-is" => {}
            "-I" => self.method = Some("HEAD".to_owned()),
            "-X" => self.method = Some(value()?),
            "-A" => self.set("User-Agent", &value()?),
            "-r" => self.set("Range", &format!("bytes={}", value()?)),
            "-H" => {
                let header = value()?;
                let (name, value) = header.split_once(": ").ok_or(header.clone())?;
                self.set(name, value);
            }
            "-d" | "--data-raw" => self.add_data(&value()?),
            "--data-urlencode" => {
                let field = value()?;
                let (name, text) = field.split_once('=').ok_or(field.clone())?;
                self.add_data(&format!("{name}={}", encoded(text)));
            }
            address if address.starts_with("http://") => {
                let rest = &address["http://".len()..];
                let path = rest.find(['/', '?']).unwrap_or(rest.len());
                let slash = if rest[path..].starts_with('/') { "" } else { "/" };
                let target = format!("{slash}{}", &rest[path..]);
                self.addresses.push((rest[..path].to_owned(), target));
            }
            unknown => return Err(unknown.to_owned()),
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    /// Varios `-d` se juntan como los campos de un formulario.
    fn add_data(&mut self, data: &str) {
        let before = self.body.take().map(|body| body + "&").unwrap_or_default();
        self.body = Some(before + data);
    }

    fn into_request(mut self) -> String {
        let has = |headers: &[(String, String)], name: &str| {
            headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name))
        };
        let default = if self.body.is_some() { "POST" } else { "GET" };
        let method = self.method.unwrap_or_else(|| default.to_owned());
        if !has(&self.headers, "User-Agent") {
            self.headers.insert(0, ("User-Agent".to_owned(), "curl".to_owned()));
        }
        self.headers.insert(1, ("Accept".to_owned(), "*/*".to_owned()));
        let body = self.body.unwrap_or_default();
        if !body.is_empty() || default == "POST" {
            if !has(&self.headers, "Content-Length") {
                self.headers.push(("Content-Length".to_owned(), body.len().to_string()));
            }
            if !has(&self.headers, "Content-Type") {
                let form = "application/x-www-form-urlencoded".to_owned();
                self.headers.push(("Content-Type".to_owned(), form));
            }
        }
        let headers: String =
            self.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let written = |(host, target): &(String, String)| {
            format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}\r\n{body}")
        };
        self.addresses.iter().map(written).collect()
    }
}

/// Lo que hace la terminal con una línea: la parte en palabras y quita las comillas.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote: Option<char> = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, ' ') => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// Como `--data-urlencode`: se queda igual lo que no es especial en ningún sitio.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let written = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    text.bytes().map(written).collect()
}
