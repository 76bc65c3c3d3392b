//! El intercambio: la petición que va y la respuesta que vuelve, byte a byte, como la figura del libro.
//!
//! Se dibuja a partir de una transcripción, cuyas líneas empiezan por `> ` si las envía el cliente y por `< ` si las
//! envía el servidor. Nada se escribe a mano: tampoco las cuentas. Basta un bloque `text`; para decir más, va dentro de
//! un `<div class="intercambio">`, que admite:
//!
//! - `data-tuyo="Content-type"`: los encabezados de la respuesta que escribió la aplicación, separados por espacios.
//!   Suyos son entonces también el estado y el cuerpo; con `data-tuyo=""`, nada lo es.
//! - detrás del bloque, una lista con las llamadas. Cada una empieza por el principio, en `código`, de la línea a la que
//!   se refiere: la primera que empieza así después de la llamada anterior. `␍␊` es la línea vacía.
//!
//! Lo que la figura nombra y no está en los bytes queda marcado con `data-sin-linea`, y la revisión lo señala.

use super::callouts::{self, Callout};
use super::chunked::Part;
use super::html;
use super::message::{Message, messages};
use super::ruler;

/// El final de una línea: dos bytes que el documento nombra y la hoja de estilo dibuja.
const END: &str = "<i class=\"fin\" aria-hidden=\"true\">␍␊</i>";

/// La llamada del servidor a la aplicación, entre la petición y la respuesta.
const CALL: &str = "<p class=\"llamada\"><span>application(<span class=\"llega\">environ</span>, \
                    <span class=\"sale\">start_response</span>)</span></p>";

const ENDS: &str = "<span class=\"fin\">␍␊</span> son dos bytes invisibles, retorno de carro y salto de línea, que \
                    terminan cada línea.";

/// Con más líneas, la figura se puede partir entre dos hojas.
const LONG: usize = 16;

/// Los encabezados que pone el servidor, mientras la figura no diga otra cosa.
const SERVERS: [&str; 5] = ["date", "server", "content-length", "connection", "transfer-encoding"];

/// El contenido con las figuras que dicen más que sus bytes.
pub(super) fn with_figures(content: &str) -> String {
    let mut out = String::new();
    let mut rest = content;
    while let Some((before, inside, after)) =
        html::between(rest, "<div class=\"intercambio\"", "</div>")
    {
        let Some((tag, inside)) = inside.split_once('>') else { break };
        let Some((_, code, list)) =
            html::between(inside, "<code class=\"language-text\">", "</code>")
        else {
            break;
        };
        let owners = html::between(tag, "data-tuyo=\"", "\"").map(|(_, names, _)| names);
        let text = html::unescape(&html::untagged(code));
        out.push_str(before);
        out.push_str(&Figure::new(&text, owners, list).written());
        rest = after;
    }
    out + rest
}

/// Si es la transcripción de un intercambio.
pub(super) fn is_exchange(text: &str) -> bool {
    text.starts_with(['>', '<'])
        && text.lines().all(|line| line.starts_with(['>', '<']) || line.is_empty())
}

/// La figura de un bloque que no dice nada más.
pub(super) fn written(text: &str) -> String {
    Figure::new(text, None, "").written()
}

struct Figure<'t> {
    messages: Vec<Message<'t>>,
    /// Los encabezados de la aplicación, si la figura los dice.
    owners: Option<Vec<&'t str>>,
    callouts: Vec<Callout<'t>>,
    /// Si dice más que sus bytes: entonces la última regla va abierta.
    is_told: bool,
}

impl<'t> Figure<'t> {
    fn new(text: &'t str, owners: Option<&'t str>, list: &'t str) -> Self {
        let messages = messages(text);
        let lines: Vec<&str> = messages.iter().flat_map(Message::lines).collect();
        let callouts = callouts::placed(list, &lines);
        let is_told = owners.is_some() || !callouts.is_empty();
        let owners = owners.map(|names| names.split_whitespace().collect());
        Self { messages, owners, callouts, is_told }
    }

    fn written(&self) -> String {
        let mut first = 0;
        let mut ways = String::new();
        for message in &self.messages {
            if !message.is_request && self.application_is_called() {
                ways.push_str(CALL);
            }
            ways.push_str(&self.message(message, first));
            first += message.lines().count();
        }
        format!(
            "<figure class=\"intercambio ancho{}\"{}>\
             <div class=\"extremos\"><span>tu navegador</span><span>el servidor</span></div>\
             <div class=\"vias\">{ways}</div>{}<figcaption>{} {ENDS}</figcaption></figure>",
            if first > LONG { " largo" } else { "" },
            self.unfound(),
            self.rulers(),
            self.caption()
        )
    }

    fn application_is_called(&self) -> bool {
        self.owners.as_ref().is_some_and(|names| !names.is_empty())
    }

    /// Un mensaje, cuya primera línea es la número `first` de la figura.
    fn message(&self, message: &Message<'_>, first: usize) -> String {
        let (class, title) = match message.is_request {
            true => ("ida", "Petición"),
            false => ("vuelta", "Respuesta"),
        };
        let size = message.size();
        let size = size.map_or_else(String::new, |size| format!(" <small>{size} bytes</small>"));
        let lines: Vec<String> = message
            .lines()
            .enumerate()
            .map(|(at, line)| self.line(message, line, at, first + at))
            .collect();
        let (head, body) = lines.split_at(message.head.len() + 1);
        let body = match body.is_empty() {
            true => String::new(),
            false => format!("\n<pre class=\"corp\">{}</pre>", body.concat()),
        };
        format!(
            "<div class=\"mensaje {class}\"><div><p class=\"rotulo\">{title}{size}</p>\
             <div class=\"flecha\"><pre class=\"cab\">{}</pre>{body}</div></div>{}</div>",
            head.concat(),
            callouts::written(&self.callouts, &(first..first + lines.len()))
        )
    }

    /// Una línea: `at` es su lugar en el mensaje y `place`, en la figura.
    fn line(&self, message: &Message<'_>, line: &str, at: usize, place: usize) -> String {
        let head = message.head.len();
        let is_empty = at == head;
        let part = at.checked_sub(head + 1).and_then(|at| message.chunks()?.get(at).copied());
        let is_applications = !message.is_request
            && !is_empty
            && part != Some(Part::Frame)
            && self.is_applications(line, at, head);
        let class = if is_applications { "ln tuyo" } else { "ln" };
        let number = callouts::number(&self.callouts, place);
        let text = if is_empty { String::new() } else { html::escape(line) };
        let is_ended = at <= head || matches!(part, Some(Part::Frame | Part::LastData));
        let end = if is_ended { END } else { "" };
        format!("<span class=\"{class}\">{number}{text}{end}</span>")
    }

    /// Si esa línea de una respuesta la escribió la aplicación.
    fn is_applications(&self, line: &str, at: usize, head: usize) -> bool {
        let is_header = (1..head).contains(&at);
        match &self.owners {
            Some(names) if is_header => {
                names.iter().any(|name| name.eq_ignore_ascii_case(field(line)))
            }
            Some(names) => !names.is_empty(),
            None => {
                !is_header || !SERVERS.iter().any(|name| name.eq_ignore_ascii_case(field(line)))
            }
        }
    }

    /// Las reglas de los cuerpos que tienen algo que medir.
    fn rulers(&self) -> String {
        let last = self.messages.len().saturating_sub(1);
        let responses = self.messages.iter().enumerate().filter(|(_, message)| !message.is_request);
        let rulers = responses
            .filter_map(|(at, message)| Some((at, ruler::written(&message.exact_body()?)?)));
        rulers
            .map(|(at, ruler)| match self.is_told && at == last {
                true => format!("<div class=\"lupa\" aria-hidden=\"true\"></div>{ruler}"),
                false => folded(&ruler, at / 2 + 1, self.messages.len() > 2),
            })
            .collect()
    }

    fn caption(&self) -> String {
        match &self.owners {
            None => "<i class=\"clave-tuyo\"></i>Lo que escribe la aplicación; lo demás lo pone el servidor.".to_owned(),
            Some(names) if names.is_empty() => "La respuesta entera la escribe el servidor.".to_owned(),
            Some(names) => {
                let has_body = self.messages.iter().any(|message| !message.is_request && !message.body.is_empty());
                let names = names.iter().map(|name| format!("<code>{}</code>", html::escape(name)));
                let mut parts: Vec<String> = ["el estado".to_owned()].into_iter().chain(names).collect();
                parts.extend(has_body.then(|| "el cuerpo".to_owned()));
                let last = parts.pop().unwrap_or_default();
                let owned = if parts.is_empty() { last } else { format!("{} y {last}", parts.join(", ")) };
                format!("<i class=\"clave-tuyo\"></i>La aplicación escribe {owned}; lo demás lo pone el servidor.")
            }
        }
    }

    /// Lo que la figura nombra y no está en los bytes.
    fn unfound(&self) -> String {
        let heads = || {
            self.messages
                .iter()
                .filter(|message| !message.is_request)
                .flat_map(|message| &message.head)
        };
        let is_there = |name: &str| heads().any(|line| field(line).eq_ignore_ascii_case(name));
        let owners = self.owners.iter().flatten().copied().filter(|name| !is_there(name));
        let all: Vec<&str> = callouts::lost(&self.callouts).chain(owners).collect();
        match all.first() {
            Some(first) => format!(" data-sin-linea=\"{}\"", html::escape(first)),
            None => String::new(),
        }
    }
}

/// La regla de la respuesta número `number`; cuál es, solo hay que decirlo si hay varias.
fn folded(ruler: &str, number: usize, are_many: bool) -> String {
    let which = if are_many { format!(" de la respuesta {number}") } else { String::new() };
    format!(
        "<details class=\"abre\"><summary>El cuerpo{which}, byte a byte</summary>{ruler}</details>"
    )
}

/// El nombre de un encabezado.
fn field(line: &str) -> &str {
    line.split(':').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const TEXT: &str = "> GET / HTTP/1.1\n>\n< HTTP/1.1 200 OK\n< Date: hoy\n< A: b\n< Content-Length: 3\n<\n< aé\n";

    fn told(attributes: &str, list: &str) -> String {
        let code = html::escape(TEXT);
        with_figures(&format!(
            "antes<div class=\"intercambio\"{attributes}>\n<pre><code class=\"language-text\">{code}</code></pre>\n{list}\n</div>después"
        ))
    }

    #[test]
    fn solo_una_transcripcion_con_flechas_es_un_intercambio() {
        assert!(is_exchange(TEXT));
        assert!(!is_exchange("Hola\n> cita\n"));
    }

    #[test]
    fn lo_que_escribe_la_aplicacion_se_distingue() {
        let written = written(TEXT);
        assert!(written.contains("<span class=\"ln tuyo\">A: b"), "{written}");
        assert!(written.contains("<span class=\"ln\">Date: hoy"), "{written}");
        assert!(written.contains("<span class=\"ln\">Content-Length: 3"), "{written}");
        assert!(written.contains("<span class=\"ln tuyo\">aé</span>"), "{written}");
    }

    #[test]
    fn la_figura_puede_decir_quien_escribio_cada_encabezado() {
        let seen = told(" data-tuyo=\"Content-Length\"", "");
        assert!(seen.contains("<span class=\"ln\">A: b"), "{seen}");
        assert!(seen.contains("<span class=\"ln tuyo\">Content-Length: 3"), "{seen}");
        assert!(
            seen.contains(
                "La aplicación escribe el estado, <code>Content-Length</code> y el cuerpo; lo demás"
            ),
            "{seen}"
        );
        assert!(!told(" data-tuyo=\"\"", "").contains("tuyo"), "todo es del servidor");
    }

    #[test]
    fn cada_llamada_va_al_lado_de_su_mensaje_y_su_numero_en_la_linea() {
        let seen = told(
            "",
            "<ul>\n<li><code>GET</code> Pide.</li>\n<li><code>A</code> Es suyo.</li>\n</ul>",
        );
        assert!(seen.starts_with("antes<figure class=\"intercambio ancho\">"), "{seen}");
        assert!(seen.ends_with("</figure>después"), "{seen}");
        assert!(
            seen.contains("<span class=\"ln\"><b class=\"num-ll\">1</b>GET / HTTP/1.1"),
            "{seen}"
        );
        assert!(
            seen.contains("<ol class=\"llamadas\" start=\"2\"><li><b class=\"num-ll\">2</b><span>Es suyo.</span></li></ol></div></div>"),
            "{seen}"
        );
    }

    #[test]
    fn la_regla_va_abierta_en_la_figura_que_dice_mas_y_plegada_en_las_otras() {
        assert!(
            told(" data-tuyo=\"A\"", "")
                .contains("<div class=\"lupa\" aria-hidden=\"true\"></div><div class=\"regla\"")
        );
        assert!(
            written(TEXT)
                .contains("<details class=\"abre\"><summary>El cuerpo, byte a byte</summary>")
        );
    }

    #[test]
    fn una_figura_larga_se_puede_partir_en_el_papel() {
        let long = format!("{TEXT}{}", "< x\n".repeat(LONG));
        assert!(written(&long).starts_with("<figure class=\"intercambio ancho largo\">"));
        assert!(written(TEXT).starts_with("<figure class=\"intercambio ancho\">"));
    }

    #[test]
    fn de_un_cuerpo_por_trozos_el_marco_es_del_servidor() {
        let seen =
            written("< HTTP/1.1 200 OK\n< Transfer-Encoding: chunked\n<\n< 3\n< ab\n<\n< 0\n<\n");
        assert!(
            seen.contains(&format!(
                "<span class=\"ln\">3{END}</span><span class=\"ln tuyo\">ab</span>"
            )),
            "{seen}"
        );
        assert!(seen.contains("Respuesta <small>60 bytes</small>"), "{seen}");
    }

    #[test]
    fn lo_que_no_esta_en_los_bytes_queda_marcado() {
        assert!(
            told(" data-tuyo=\"Z\"", "")
                .contains("<figure class=\"intercambio ancho\" data-sin-linea=\"Z\">")
        );
        let lost = told("", "<li><code>POST</code> No.</li>");
        assert!(lost.contains("data-sin-linea=\"POST\""), "{lost}");
        assert_eq!(told(" data-tuyo=\"A\"", "").matches("data-sin-linea").count(), 0);
    }
}
