//! Los mensajes de una transcripción: quién envía cada uno, sus líneas de cabeza y su cuerpo.

use super::chunked::{self, Part};

/// Lo que representa a la línea vacía cuando hay que nombrarla.
pub(super) const EMPTY_LINE: &str = "␍␊";

/// Un mensaje. Entre su cabeza y su cuerpo va siempre una línea vacía.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Message<'t> {
    pub(super) is_request: bool,
    pub(super) head: Vec<&'t str>,
    pub(super) body: Vec<&'t str>,
}

/// Los mensajes de una transcripción, en el orden en que viajaron.
pub(super) fn messages(text: &str) -> Vec<Message<'_>> {
    let mut groups: Vec<(bool, Vec<&str>)> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let is_request = line.starts_with('>');
        let content = line[1..].strip_prefix(' ').unwrap_or(&line[1..]);
        match groups.last_mut() {
            Some((side, lines)) if *side == is_request => lines.push(content),
            _ => groups.push((is_request, vec![content])),
        }
    }
    groups.iter().map(|(is_request, lines)| Message::new(*is_request, lines)).collect()
}

impl<'t> Message<'t> {
    fn new(is_request: bool, lines: &[&'t str]) -> Self {
        let head = lines.iter().position(|line| line.is_empty()).unwrap_or(lines.len());
        let body = lines.get(head + 1..).unwrap_or_default();
        Self { is_request, head: lines[..head].to_vec(), body: body.to_vec() }
    }

    /// Todas sus líneas, con la vacía en su sitio.
    pub(super) fn lines(&self) -> impl Iterator<Item = &'t str> {
        self.head.iter().copied().chain([EMPTY_LINE]).chain(self.body.iter().copied())
    }

    /// Cuántos bytes viajaron, si la cabeza lo dice.
    pub(super) fn size(&self) -> Option<usize> {
        let head = self.head.iter().map(|line| line.len() + 2).sum::<usize>() + 2;
        match (self.length(), self.field("Transfer-Encoding: ")) {
            _ if self.body.is_empty() => Some(head),
            (Some(length), None) => Some(head + length),
            (_, Some("chunked")) => {
                let lines = self.body.iter().zip(self.chunks()?);
                Some(head + lines.map(|(line, part)| line.len() + part.ending()).sum::<usize>())
            }
            _ => None,
        }
    }

    /// Qué es cada línea de un cuerpo por trozos.
    pub(super) fn chunks(&self) -> Option<Vec<Part>> {
        self.field("Transfer-Encoding: ").and_then(|_| chunked::parts(&self.body))
    }

    /// El cuerpo exacto, si es tan largo como la cabeza anuncia. La transcripción no dice si termina en salto de línea: lo
    /// dice la longitud.
    pub(super) fn exact_body(&self) -> Option<String> {
        let body = self.body.join("\n");
        let with_end = format!("{body}\n");
        let length = self.length()?;
        [body, with_end].into_iter().find(|body| body.len() == length)
    }

    fn length(&self) -> Option<usize> {
        self.field("Content-Length: ")?.parse().ok()
    }

    fn field(&self, name: &str) -> Option<&'t str> {
        self.head.iter().find_map(|line| line.strip_prefix(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const REQUEST: &str = "> GET / HTTP/1.1\n> Host: localhost:8000\n>\n";

    #[test]
    fn se_separan_los_mensajes_y_se_cuentan_sus_bytes() {
        let text = format!("{REQUEST}< HTTP/1.1 200 OK\n< Content-Length: 3\n<\n< aé\n");
        let [request, response] = &messages(&text)[..] else { panic!("son dos") };
        assert_eq!((request.is_request, request.size()), (true, Some(40)));
        assert_eq!((response.head.len(), response.size()), (2, Some(17 + 19 + 2 + 3)));
        assert_eq!(
            response.lines().collect::<Vec<_>>(),
            ["HTTP/1.1 200 OK", "Content-Length: 3", "␍␊", "aé"]
        );
    }

    #[test]
    fn el_salto_final_del_cuerpo_lo_dice_su_longitud() {
        let body = |length: usize| {
            let text = format!("< HTTP/1.1 200 OK\n< Content-Length: {length}\n<\n< aé\n< b\n");
            messages(&text)[0].exact_body()
        };
        assert_eq!(body(5).as_deref(), Some("aé\nb"));
        assert_eq!(body(6).as_deref(), Some("aé\nb\n"));
        assert_eq!(body(9), None);
    }

    #[test]
    fn de_un_cuerpo_por_trozos_se_cuenta_tambien_el_marco() {
        let head = "< HTTP/1.1 200 OK\n< Transfer-Encoding: chunked\n<\n";
        let size = |body: &str| messages(&format!("{head}{body}"))[0].size();
        assert_eq!(size("< 3\n< aé\n< 0\n<\n"), Some(17 + 28 + 2 + 3 + 5 + 3 + 2));
        assert_eq!(size("< 9\n< aé\n"), None);
        let text = format!("{head}< 3\n< aé\n< 0\n<\n");
        assert_eq!(messages(&text)[0].exact_body(), None);
    }
}
