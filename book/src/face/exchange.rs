//! El intercambio: la petición que va y la respuesta que vuelve, byte a byte, como la figura del libro.
//!
//! Se dibuja a partir de una transcripción, cuyas líneas empiezan por `> ` si las envía el cliente y por `< ` si las
//! envía el servidor. Nada se escribe a mano: tampoco las cuentas.

use super::html;

/// El final de una línea: dos bytes que el documento nombra y la hoja de estilo dibuja.
const END: &str = "<i class=\"fin\" aria-hidden=\"true\">␍␊</i>";

/// Si es la transcripción de un intercambio.
pub(super) fn is_exchange(text: &str) -> bool {
    text.starts_with(['>', '<'])
        && text.lines().all(|line| line.starts_with(['>', '<']) || line.is_empty())
}

/// Un mensaje: quién lo envía, sus líneas de cabeza y su cuerpo.
#[derive(Debug, PartialEq, Eq)]
struct Message<'t> {
    is_request: bool,
    head: Vec<&'t str>,
    body: Vec<&'t str>,
}

impl<'t> Message<'t> {
    fn new(is_request: bool, lines: &[&'t str]) -> Self {
        let head = lines.iter().position(|line| line.is_empty()).unwrap_or(lines.len());
        let body = lines.get(head + 1..).unwrap_or_default();
        Self { is_request, head: lines[..head].to_vec(), body: body.to_vec() }
    }

    /// Cuántos bytes viajaron, si la cabeza lo dice.
    fn size(&self) -> Option<usize> {
        let head = self.head.iter().map(|line| line.len() + 2).sum::<usize>() + 2;
        let field = |name: &str| self.head.iter().find_map(|line| line.strip_prefix(name));
        match (field("Content-Length: "), field("Transfer-Encoding: ")) {
            _ if self.body.is_empty() => Some(head),
            (Some(length), None) => Some(head + length.parse::<usize>().ok()?),
            _ => None,
        }
    }

    fn written(&self) -> String {
        let (class, title) = match self.is_request {
            true => ("ida", "Petición"),
            false => ("vuelta", "Respuesta"),
        };
        let size =
            self.size().map_or_else(String::new, |size| format!(" <small>{size} bytes</small>"));
        let head: String = self.head.iter().map(|line| self.line(line)).collect();
        let body = match self.body.is_empty() {
            true => String::new(),
            false => {
                let lines: String = self
                    .body
                    .iter()
                    .map(|line| {
                        format!(
                            "<span class=\"{}\">{}</span>",
                            if self.is_request { "ln" } else { "ln tuyo" },
                            html::escape(line)
                        )
                    })
                    .collect();
                format!("\n<pre class=\"corp\">{lines}</pre>")
            }
        };
        format!(
            "<div class=\"mensaje {class}\"><div><p class=\"rotulo\">{title}{size}</p>\
             <div class=\"flecha\"><pre class=\"cab\">{head}<span class=\"ln\">{END}</span></pre>{body}</div></div></div>"
        )
    }

    /// Una línea de la cabeza. Lo que escribió la aplicación se distingue de lo que puso el servidor.
    fn line(&self, line: &str) -> String {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let is_servers = ["date", "server", "content-length", "connection", "transfer-encoding"]
            .contains(&&*name);
        let class = if self.is_request || is_servers { "ln" } else { "ln tuyo" };
        format!("<span class=\"{class}\">{}{END}</span>", html::escape(line))
    }
}

/// La figura.
pub(super) fn written(text: &str) -> String {
    let messages: String = messages(text).iter().map(Message::written).collect();
    format!(
        "<figure class=\"intercambio ancho\"><div class=\"extremos\"><span>tu navegador</span><span>el servidor</span></div>\
         <div class=\"vias\">{messages}</div>\
         <figcaption><i class=\"clave-tuyo\"></i>Lo que escribe la aplicación; lo demás lo pone el servidor. \
         <span class=\"fin\">␍␊</span> son dos bytes invisibles, retorno de carro y salto de línea, que terminan cada \
         línea.</figcaption></figure>"
    )
}

fn messages(text: &str) -> Vec<Message<'_>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const TEXT: &str = "> GET / HTTP/1.1\n> Host: localhost:8000\n>\n< HTTP/1.1 200 OK\n< Content-Length: 3\n<\n< aé\n";

    #[test]
    fn se_separan_los_mensajes_y_se_cuentan_sus_bytes() {
        let [request, response] = &messages(TEXT)[..] else { panic!("son dos") };
        assert_eq!((request.is_request, request.size()), (true, Some(40)));
        assert_eq!((response.head.len(), response.size()), (2, Some(17 + 19 + 2 + 3)));
    }

    #[test]
    fn solo_una_transcripcion_con_flechas_es_un_intercambio() {
        assert!(is_exchange(TEXT));
        assert!(!is_exchange("Hola\n> cita\n"));
    }

    #[test]
    fn lo_que_escribe_la_aplicacion_se_distingue() {
        let written = written("> GET / HTTP/1.1\n>\n< HTTP/1.1 200 OK\n< Date: hoy\n< A: b\n<\n");
        assert!(written.contains("<span class=\"ln tuyo\">A: b"), "{written}");
        assert!(written.contains("<span class=\"ln\">Date: hoy"), "{written}");
    }
}
