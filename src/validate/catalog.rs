//! El enunciado de cada regla, en el orden de [`Rule`].

use super::rule::Rule::{self, *};
use super::rule::Side;

impl Rule {
    /// Todas: primero las del servidor, en el orden en que se comprueban.
    ///
    /// # Examples
    ///
    /// ```
    /// use pasarela::validate::Rule;
    ///
    /// for rule in Rule::ALL {
    ///     println!("{}: {} ({})", rule.side().name(), rule.text(), rule.section());
    /// }
    /// assert_eq!(Rule::ALL.first(), Some(&Rule::RequestMethod));
    /// ```
    pub const ALL: &'static [Rule] = &{
        let mut all = [Rule::RequestMethod; CATALOG.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = CATALOG[at].rule;
            at += 1;
        }
        all
    };

    /// Quién debe cumplirla.
    pub fn side(self) -> Side {
        CATALOG[self as usize].side
    }

    /// De dónde sale: el documento y su apartado.
    pub fn section(self) -> &'static str {
        CATALOG[self as usize].section
    }

    /// El enunciado: una oración en Markdown, sin punto final.
    pub fn text(self) -> &'static str {
        CATALOG[self as usize].text
    }
}

/// Una regla enunciada.
struct Statement {
    rule: Rule,
    side: Side,
    section: &'static str,
    text: &'static str,
}

const ENVIRON: &str = "PEP 3333, «environ Variables»";
const STREAMS: &str = "PEP 3333, «Input and Error Streams»";
const DETAILS: &str = "PEP 3333, «Specification Details»";
const START: &str = "PEP 3333, «The start_response() Callable»";
const LENGTH: &str = "PEP 3333, «Handling the Content-Length Header»";

const fn server(rule: Rule, section: &'static str, text: &'static str) -> Statement {
    Statement { rule, side: Side::Server, section, text }
}

const fn application(rule: Rule, section: &'static str, text: &'static str) -> Statement {
    Statement { rule, side: Side::Application, section, text }
}

const CATALOG: [Statement; 35] = [
    server(RequestMethod, ENVIRON, "`REQUEST_METHOD` está y es el nombre de un método"),
    server(ScriptName, ENVIRON, "`SCRIPT_NAME` es vacío o empieza por `/`"),
    server(
        ScriptNameNotRoot,
        ENVIRON,
        "`SCRIPT_NAME` no es `/`: la raíz es vacío, y `/` va en `PATH_INFO`",
    ),
    server(PathInfo, ENVIRON, "`PATH_INFO` es vacío o empieza por `/`"),
    server(
        PathPresent,
        ENVIRON,
        "`SCRIPT_NAME` y `PATH_INFO` no son vacíos a la vez, salvo con `OPTIONS *`",
    ),
    server(ServerName, ENVIRON, "`SERVER_NAME` está y no es vacío"),
    server(ServerPort, ENVIRON, "`SERVER_PORT` está y es un número de puerto"),
    server(
        ServerProtocol,
        ENVIRON,
        "`SERVER_PROTOCOL` está y dice un protocolo y su versión, como `HTTP/1.1`",
    ),
    server(ContentLengthVariable, ENVIRON, "`CONTENT_LENGTH` falta, es vacío o tiene solo cifras"),
    server(
        NoTwins,
        ENVIRON,
        "el tipo y la longitud del cuerpo van en `CONTENT_TYPE` y `CONTENT_LENGTH`, sin sus \
         gemelas con `HTTP_`",
    ),
    server(
        HeaderVariables,
        "RFC 3875 §4.1.18",
        "las variables `HTTP_…` van en mayúsculas y con guiones bajos",
    ),
    server(WsgiVersion, ENVIRON, "`wsgi.version` es `1.0`"),
    server(UrlScheme, ENVIRON, "`wsgi.url_scheme` es `http` o `https`"),
    server(
        ProcessModel,
        ENVIRON,
        "`wsgi.multithread`, `wsgi.multiprocess` y `wsgi.run_once` son `true` o `false`",
    ),
    server(
        InputComplete,
        STREAMS,
        "`wsgi.input` da los bytes que dice `CONTENT_LENGTH`, o un error",
    ),
    server(InputBounded, STREAMS, "`wsgi.input` no da más bytes que los que dice `CONTENT_LENGTH`"),
    server(
        BodyNotReadPastEnd,
        DETAILS,
        "al cuerpo de la respuesta no se le pide nada después de su final",
    ),
    server(
        HeadNotRead,
        "RFC 9110 §9.3.2",
        "la respuesta a `HEAD` no lleva cuerpo, así que sus bytes no se piden",
    ),
    server(
        BodyClosed,
        DETAILS,
        "el cuerpo de la respuesta se suelta siempre, aunque no se termine de enviar",
    ),
    application(
        StartResponseCalled,
        START,
        "`start_response` se llama antes de devolver el cuerpo",
    ),
    application(StartResponseOnce, START, "`start_response` se llama una sola vez"),
    application(
        RefusalHonored,
        START,
        "si `start_response` da un error, no se devuelve un cuerpo como si nada",
    ),
    application(
        StatusForm,
        START,
        "el estado son tres cifras, un espacio y una frase, sin caracteres de control",
    ),
    application(StatusFinal, "RFC 9110 §15.2", "el estado es definitivo: de 200 a 599"),
    application(
        HeaderName,
        START,
        "el nombre de un encabezado usa letras, cifras y guiones, sin espacios ni dos puntos",
    ),
    application(HeaderValue, START, "el valor de un encabezado no tiene caracteres de control"),
    application(
        HopByHop,
        "PEP 3333, «Other HTTP Features»",
        "los encabezados de salto, como `Connection`, son del servidor",
    ),
    application(
        NoStatusHeader,
        "RFC 3875 §6.3.3",
        "no hay un encabezado `Status`: en CGI cambiaría el estado",
    ),
    application(
        ContentLengthForm,
        LENGTH,
        "`Content-Length` aparece una vez como mucho, y es un número decimal",
    ),
    application(ContentLengthAbsent, "RFC 9110 §8.6", "un estado 204 no lleva `Content-Length`"),
    application(
        ContentTypePresent,
        "RFC 9110 §8.3",
        "un cuerpo con bytes debería llevar `Content-Type`",
    ),
    application(
        ContentTypeAbsent,
        "wsgiref.validate, «check_content_type»",
        "un estado 204 o 304 no lleva `Content-Type`",
    ),
    application(
        NoBodyStatus,
        "RFC 9110 §6.4.1 y §15.3.6",
        "un estado 204, 205 o 304 no lleva cuerpo",
    ),
    application(BodyLength, LENGTH, "el cuerpo mide lo que dice `Content-Length`"),
    application(
        InputNotReadPastEnd,
        STREAMS,
        "no se lee `wsgi.input` más allá de `CONTENT_LENGTH`, salvo que `wsgi.input_terminated` \
         diga que se puede",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    #[test]
    fn cada_regla_esta_en_su_sitio_del_catalogo() {
        let sites: Vec<usize> = Rule::ALL.iter().map(|rule| *rule as usize).collect();
        assert_eq!(sites, (0..Rule::ALL.len()).collect::<Vec<_>>());
        assert_eq!(Rule::InputNotReadPastEnd as usize, Rule::ALL.len() - 1);
    }

    #[test]
    fn los_enunciados_son_oraciones_distintas() {
        for (at, rule) in Rule::ALL.iter().enumerate() {
            assert!(!rule.text().ends_with('.'), "{rule:?}");
            let documents = ["PEP ", "RFC ", "wsgiref."];
            assert!(documents.iter().any(|document| rule.section().starts_with(document)));
            assert!(Rule::ALL[..at].iter().all(|other| other.text() != rule.text()), "{rule:?}");
        }
    }
}
