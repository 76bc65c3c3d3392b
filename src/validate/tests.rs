//! Cada regla, con un servidor o una aplicación que la incumple.

use super::*;
use crate::application::StartResponseError;
use crate::body::Chunk;
use crate::input::InputStream;
use crate::testing;
use pretty_assertions::assert_eq;
use std::collections::HashSet;
use std::io::{self, BufRead, Read};

/// Una regla y las que el validador vio incumplidas cuando alguien la incumplió.
type Case = (Rule, Vec<Rule>);

#[track_caller]
fn check(cases: &[Case]) {
    for (rule, seen) in cases {
        assert_eq!(seen, &[*rule], "{rule:?}");
    }
}

/// Lo que ve el validador entre `application` y un servidor que la llama con `environ`, admite
/// todo y hace `finish` con el cuerpo.
fn seen(
    mut environ: Environ,
    application: impl Application,
    finish: impl FnOnce(Body),
) -> Vec<Rule> {
    let findings = Findings::default();
    let validator = Validator::collecting(application, findings.clone());
    if let Ok(body) = validator.call(&mut environ, &mut |_, _| Ok(())) {
        finish(body);
    }
    findings.finish().iter().map(Finding::rule).collect()
}

fn answers<B: Into<Body>>(
    status: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: impl Fn() -> B + Send + Sync + 'static,
) -> impl Application {
    move |_: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        start_response(status, headers)?;
        Ok(body().into())
    }
}

const TEXT: &[(&str, &str)] = &[("Content-Type", "text/plain")];

fn polite() -> impl Application {
    answers("200 OK", TEXT, || "hola")
}

fn stream(chunks: &'static [&'static str]) -> Body {
    Body::stream(chunks.iter().map(|chunk| Ok(Chunk::from(*chunk))))
}

fn read_whole(body: Body) {
    body.for_each(drop);
}

fn environ_cases() -> Vec<Case> {
    let cases = [
        (Rule::RequestMethod, "REQUEST_METHOD", None),
        (Rule::RequestMethod, "REQUEST_METHOD", Some("GE T")),
        (Rule::ScriptName, "SCRIPT_NAME", Some("a")),
        (Rule::ScriptNameNotRoot, "SCRIPT_NAME", Some("/")),
        (Rule::PathInfo, "PATH_INFO", Some("a")),
        (Rule::PathPresent, "PATH_INFO", Some("")),
        (Rule::PathPresent, "PATH_INFO", None),
        (Rule::ServerName, "SERVER_NAME", None),
        (Rule::ServerPort, "SERVER_PORT", None),
        (Rule::ServerPort, "SERVER_PORT", Some("+80")),
        (Rule::ServerPort, "SERVER_PORT", Some("65536")),
        (Rule::ServerProtocol, "SERVER_PROTOCOL", None),
        (Rule::ServerProtocol, "SERVER_PROTOCOL", Some("HTTP")),
        (Rule::ContentLengthVariable, "CONTENT_LENGTH", Some("-1")),
        (Rule::NoTwins, "HTTP_CONTENT_TYPE", Some("text/plain")),
        (Rule::NoTwins, "HTTP_CONTENT_LENGTH", Some("1")),
        (Rule::HeaderVariables, "HTTP_X-UNO", Some("1")),
        (Rule::HeaderVariables, "HTTP_x_uno", Some("1")),
        (Rule::WsgiVersion, "wsgi.version", Some("2.0")),
        (Rule::UrlScheme, "wsgi.url_scheme", Some("ftp")),
        (Rule::ProcessModel, "wsgi.run_once", None),
        (Rule::ProcessModel, "wsgi.multithread", Some("1")),
    ];
    let case = |(rule, key, value)| {
        let mut environ = testing::get("/").environ();
        match value {
            Some(value) => environ.insert(key, value),
            None => drop(environ.remove(key)),
        }
        (rule, seen(environ, polite(), read_whole))
    };
    cases.into_iter().map(case).collect()
}

/// Lo que ve el validador si una aplicación lee su petición como dice `read`.
fn seen_reading(
    environ: Environ,
    read: impl Fn(&mut InputStream) -> io::Result<usize> + Send + Sync + 'static,
) -> Vec<Rule> {
    let reader = move |environ: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        read(environ.input())?;
        start("200 OK", TEXT)?;
        Ok(Body::from("hola"))
    };
    seen(environ, reader, read_whole)
}

fn read_to_end(input: &mut InputStream) -> io::Result<usize> {
    input.read_to_end(&mut Vec::new())
}

fn input_cases() -> Vec<Case> {
    let posted = || testing::post("/").body("hola").header("Content-Length", "4");
    let untold = posted().variable("wsgi.input_terminated", "false").environ();
    // Un servidor que anuncia otra longitud.
    let lying = |length| {
        let mut environ = posted().environ();
        environ.insert("CONTENT_LENGTH", length);
        environ
    };
    let silent = testing::get("/").variable("wsgi.input_terminated", "false").environ();
    let line = |input: &mut InputStream| input.read_line(&mut String::new());
    vec![
        (Rule::InputComplete, seen_reading(lying("5"), read_to_end)),
        (Rule::InputComplete, seen_reading(lying("5"), line)),
        (Rule::InputBounded, seen_reading(lying("3"), read_to_end)),
        (Rule::InputBounded, seen_reading(lying("3"), line)),
        (Rule::InputNotReadPastEnd, seen_reading(untold, read_to_end)),
        (Rule::InputNotReadPastEnd, seen_reading(silent, read_to_end)),
    ]
}

fn server_body_cases() -> Vec<Case> {
    let get = || testing::get("/").environ();
    let past_end = |mut body: Body| {
        body.by_ref().for_each(drop);
        body.for_each(drop);
    };
    let broken =
        answers("200 OK", TEXT, || Body::stream([Err::<Chunk, _>(io::Error::other("adrede"))]));
    vec![
        (Rule::BodyNotReadPastEnd, seen(get(), polite(), past_end)),
        (Rule::BodyNotReadPastEnd, seen(get(), broken, read_whole)),
        (Rule::HeadNotRead, seen(testing::head("/").environ(), polite(), read_whole)),
        (Rule::BodyClosed, seen(get(), polite(), std::mem::forget)),
    ]
}

fn status_cases() -> Vec<Case> {
    let cases = [
        (Rule::StatusForm, "200"),
        (Rule::StatusForm, "200 "),
        (Rule::StatusForm, "OK 200"),
        (Rule::StatusForm, "2000 OK"),
        (Rule::StatusForm, "200 O\tK"),
        (Rule::StatusFinal, "100 Continue"),
        (Rule::StatusFinal, "600 Demasiado"),
    ];
    let case = |(rule, status)| {
        (rule, seen(testing::get("/").environ(), answers(status, TEXT, || "hola"), read_whole))
    };
    cases.into_iter().map(case).collect()
}

/// Una regla, y el estado, los encabezados y los trozos de una respuesta que la incumple.
type Answer =
    (Rule, &'static str, &'static [(&'static str, &'static str)], &'static [&'static str]);

const ANSWERS: [Answer; 18] = [
    (Rule::HeaderName, "200 OK", &[("X Uno", "a")], &[]),
    (Rule::HeaderName, "200 OK", &[("X-Uno:", "a")], &[]),
    (Rule::HeaderName, "200 OK", &[("", "a")], &[]),
    (Rule::HeaderValue, "200 OK", &[("X-Uno", "a\r\nX-Dos: b")], &[]),
    (Rule::HeaderValue, "200 OK", &[("X-Uno", "a\tb")], &[]),
    (Rule::HopByHop, "200 OK", &[("connection", "close")], &[]),
    (Rule::NoStatusHeader, "200 OK", &[("status", "404")], &[]),
    (Rule::ContentLengthForm, "200 OK", &[("Content-Length", "+0")], &[]),
    (Rule::ContentLengthForm, "200 OK", &[("Content-Length", "0"), ("content-length", "0")], &[]),
    (Rule::ContentLengthAbsent, "204 No Content", &[("Content-Length", "0")], &[]),
    (Rule::ContentTypePresent, "200 OK", &[], &["hola"]),
    (Rule::ContentTypeAbsent, "204 No Content", TEXT, &[]),
    (Rule::ContentTypeAbsent, "304 Not Modified", TEXT, &[]),
    (Rule::NoBodyStatus, "204 No Content", &[], &["hola"]),
    (Rule::NoBodyStatus, "205 Reset Content", TEXT, &["hola"]),
    (Rule::NoBodyStatus, "304 Not Modified", &[], &["hola"]),
    (
        Rule::BodyLength,
        "200 OK",
        &[("Content-Type", "a/b"), ("Content-Length", "3")],
        &["ho", "la"],
    ),
    (
        Rule::BodyLength,
        "200 OK",
        &[("Content-Type", "a/b"), ("Content-Length", "5")],
        &["ho", "la"],
    ),
];

/// Cada respuesta, con su cuerpo en memoria y producido sobre la marcha.
fn answer_cases() -> Vec<Case> {
    let get = || testing::get("/").environ();
    let case = |(rule, status, headers, chunks): Answer| {
        let list = answers(status, headers, move || chunks.iter().copied().collect::<Body>());
        let lazy = answers(status, headers, move || stream(chunks));
        [(rule, seen(get(), list, drop)), (rule, seen(get(), lazy, read_whole))]
    };
    ANSWERS.into_iter().flat_map(case).collect()
}

/// Lo que ve el validador cuando el servidor rechaza lo que le declaran.
fn seen_refusing(application: impl Application) -> Vec<Rule> {
    let findings = Findings::default();
    let validator = Validator::collecting(application, findings.clone());
    let refuse = &mut |_: &str, _: &[(&str, &str)]| Err(StartResponseError::CalledTwice);
    drop(validator.call(&mut testing::get("/").environ(), refuse));
    findings.rules()
}

fn start_cases() -> Vec<Case> {
    let get = || testing::get("/").environ();
    let silent = |_: &mut Environ, _: StartResponse<'_>| -> Result<Body> { Ok(Body::empty()) };
    let twice = |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        start("200 OK", TEXT)?;
        start("404 Not Found", TEXT)?;
        Ok(Body::from("hola"))
    };
    let deaf = |_: &mut Environ, start: StartResponse<'_>| -> Result<Body> {
        let _ = start("200 OK", TEXT);
        Ok(Body::from("hola"))
    };
    vec![
        (Rule::StartResponseCalled, seen(get(), silent, read_whole)),
        (Rule::StartResponseOnce, seen(get(), twice, read_whole)),
        (Rule::RefusalHonored, seen_refusing(deaf)),
    ]
}

fn all_cases() -> Vec<Case> {
    [
        environ_cases(),
        input_cases(),
        server_body_cases(),
        status_cases(),
        answer_cases(),
        start_cases(),
    ]
    .concat()
}

#[test]
fn cada_incumplimiento_se_ve_y_ningun_otro() {
    check(&all_cases());
}

#[test]
fn todas_las_reglas_tienen_quien_las_incumpla() {
    let broken: HashSet<Rule> = all_cases().into_iter().map(|(rule, _)| rule).collect();
    let missing: Vec<Rule> =
        Rule::ALL.iter().copied().filter(|rule| !broken.contains(rule)).collect();
    assert_eq!(missing, []);
}

/// La pasarela es un servidor que cumple, y estas aplicaciones también.
#[test]
fn a_quien_cumple_no_se_le_dice_nada() {
    let length = &[("Content-Type", "text/plain"), ("Content-Length", "4")];
    let answers: [Box<dyn Application>; 8] = [
        Box::new(polite()),
        Box::new(answers("200 OK", length, || "hola")),
        Box::new(answers("200 OK", length, || stream(&["ho", "", "la"]))),
        Box::new(answers("200 OK", TEXT, || stream(&[]))),
        Box::new(answers("302 Found", &[("Location", "/")], Body::empty)),
        Box::new(answers("204 No Content", &[], Body::empty)),
        Box::new(answers("205 Reset Content", &[], Body::empty)),
        Box::new(answers("304 Not Modified", &[("Content-Length", "4")], Body::empty)),
    ];
    for application in answers {
        let findings = Findings::default();
        let validator = Validator::collecting(application, findings.clone());
        for method in ["GET", "HEAD", "POST"] {
            let request = testing::Request::new(method, "/a").body("hola");
            assert!(request.call(&validator).is_complete());
        }
        assert_eq!(findings.finish(), []);
    }
}

#[test]
fn leer_la_peticion_hasta_su_final_no_es_falta() {
    let known = testing::post("/").body("hola");
    let told = known.clone().variable("wsgi.input_terminated", "false").environ();
    let exact = |input: &mut InputStream| input.by_ref().take(4).read_to_end(&mut Vec::new());
    let chunked = known.clone().header("Transfer-Encoding", "chunked").environ();
    assert_eq!(seen_reading(known.environ(), read_to_end), []);
    assert_eq!(seen_reading(told, exact), []);
    assert_eq!(seen_reading(chunked, read_to_end), []);
    assert_eq!(seen_reading(testing::get("/").environ(), read_to_end), []);
}

#[test]
fn el_asterisco_de_options_no_tiene_ruta() {
    let response = testing::Request::new("OPTIONS", "*").call(&validator(polite()));
    assert_eq!((response.code(), response.errors()), (200, String::new()));
}

#[test]
fn el_cuerpo_conserva_su_longitud_y_su_pereza() {
    for (body, length, is_lazy) in [
        (Body::from(["ho", "la"]), Some(4), false),
        (Body::empty(), Some(0), false),
        (stream(&["hola"]), None, true),
    ] {
        let report = Report::Collect(Findings::default());
        let watched = body::watch(body, Content::Expected, Declared::default(), &report);
        assert_eq!((watched.content_length(), watched.is_lazy()), (length, is_lazy));
    }
}

#[test]
fn la_primera_falta_es_un_panico_con_su_regla() {
    let response = testing::get("/").call(&validator(answers("200 OK", &[], || "hola")));
    assert_eq!(response.code(), 500);
    assert_eq!(
        response.errors(),
        "pasarela: \"GET /\": la aplicación entró en pánico: la aplicación incumple una regla de \
         RFC 9110 §8.3: un cuerpo con bytes debería llevar `Content-Type`; aquí, 4 bytes sin tipo\n"
    );
}
