//! El contrato visto desde fuera: los intermediarios se combinan en cualquier orden, y lo que se
//! prueba sin sockets es lo que pasa con ellos.

mod comun;

use std::io::sink;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use comun::Served;
use pasarela::access_log::access_log;
use pasarela::simple_server::demo_app;
use pasarela::validate::{Findings, Validator, validator};
use pasarela::{Application, Body, Environ, Result, StartResponse, testing};
use pretty_assertions::assert_eq;

/// El intermediario de un usuario: añade un encabezado a lo que responda `inner`.
struct Stamp<A> {
    inner: A,
    stamped: AtomicUsize,
}

impl<A> Stamp<A> {
    fn new(inner: A) -> Self {
        Self { inner, stamped: AtomicUsize::new(0) }
    }
}

impl<A: Application> Application for Stamp<A> {
    fn call(&self, environ: &mut Environ, start_response: StartResponse<'_>) -> Result<Body> {
        self.stamped.fetch_add(1, Ordering::Relaxed);
        self.inner.call(environ, &mut |status, headers| {
            let mut headers = headers.to_vec();
            headers.push(("X-Sello", "sí"));
            start_response(status, &headers)
        })
    }
}

/// Quién preguntó: lo deja un intermediario y lo lee la aplicación.
struct User(&'static str);

/// El intermediario que es una función: deja a la aplicación quién pregunta.
fn identify(inner: impl Application) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse<'_>| -> Result<Body> {
        environ.insert_extension(User("Ada"));
        inner.call(environ, start_response)
    }
}

fn greet(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let name = environ.extension::<User>().map_or("gente", |user| user.0);
    start_response("200 OK", &[("Content-Type", "text/plain; charset=utf-8")])?;
    Ok(Body::from(["Hola, ", name]))
}

#[track_caller]
fn check(application: &dyn Application, expected: &str) {
    let response = testing::get("/").call(application);
    assert_eq!((response.text().as_str(), response.errors().as_str()), (expected, ""));
    assert_eq!(response.code(), 200);
}

#[test]
fn los_intermediarios_se_combinan_en_cualquier_orden() {
    check(&validator(Stamp::new(identify(greet))), "Hola, Ada");
    check(&validator(identify(Stamp::new(greet))), "Hola, Ada");
    check(&Stamp::new(validator(identify(greet))), "Hola, Ada");
    check(&Stamp::new(identify(validator(greet))), "Hola, Ada");
    check(&identify(validator(Stamp::new(greet))), "Hola, Ada");
    check(&identify(Stamp::new(validator(greet))), "Hola, Ada");
    check(&validator(Stamp::new(validator(identify(validator(greet))))), "Hola, Ada");
    check(&validator(access_log(Stamp::new(identify(greet)), sink())), "Hola, Ada");
    check(&access_log(validator(identify(Stamp::new(greet))), sink()), "Hola, Ada");
    check(&Stamp::new(identify(access_log(validator(greet), sink()))), "Hola, Ada");
}

#[test]
fn una_aplicacion_puede_ir_en_una_caja() {
    let boxed: Box<dyn Application> = Box::new(Stamp::new(greet));
    check(&boxed, "Hola, gente");
    check(&validator(identify(boxed)), "Hola, Ada");
    let list: Vec<Box<dyn Application>> = vec![Box::new(greet), Box::new(identify(greet))];
    check(&list[0], "Hola, gente");
    check(&list[1], "Hola, Ada");
}

#[test]
fn una_aplicacion_puede_compartirse() {
    let shared = Arc::new(Stamp::new(greet));
    check(&shared, "Hola, gente");
    check(&validator(identify(shared.clone())), "Hola, Ada");
    let erased: Arc<dyn Application> = shared.clone();
    check(&Stamp::new(erased), "Hola, gente");
    assert_eq!(shared.stamped.load(Ordering::Relaxed), 3);
}

#[test]
fn el_servidor_cumple_las_reglas() {
    let findings = Findings::default();
    let served = Served::start(Validator::collecting(Stamp::new(greet), findings.clone()));
    assert_eq!(served.get("/a%20b?c=d").body, "Hola, gente");
    for request in [
        "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        "POST / HTTP/1.0\r\nContent-Length: 4\r\n\r\nhola",
        "OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
    ] {
        let answer = served.exchange(request);
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    }
    served.stop().expect("se detiene bien");
    assert_eq!(findings.finish(), []);
}

/// Las variables de `environ` que muestra [`demo_app`].
fn variables(page: &str) -> Vec<&str> {
    page.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key).collect()
}

#[test]
fn el_environ_de_una_prueba_tiene_las_variables_del_servidor() {
    let request = "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n\
                   Content-Length: 4\r\nX-Uno: 1\r\nConnection: close\r\n\r\nhola";
    let answer = Served::start(demo_app).exchange(request);
    let (_, served) = answer.split_once("\r\n\r\n").expect("una cabeza y un cuerpo");
    let tested = testing::post("/a?b=c").header("Content-Type", "text/plain").body("hola");
    let tested = tested.header("X-Uno", "1").header("Connection", "close").call(&demo_app).text();
    assert_eq!(variables(&tested), variables(served));
    assert!(tested.starts_with("¡Hola, mundo!\n\nCONTENT_LENGTH = \"4\"\n"));
}

#[test]
fn lo_que_se_pidio_decide_si_hay_cuerpo_aunque_un_intermediario_cambie_el_metodo() {
    fn rewrites(environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
        let method = if environ.method() == "HEAD" { "GET" } else { "HEAD" };
        environ.insert("REQUEST_METHOD", method);
        start_response("200 OK", &[])?;
        Ok(Body::from("hola"))
    }
    for (request, body) in [(testing::get("/"), "hola"), (testing::head("/"), "")] {
        let response = request.call(&rewrites);
        let received = String::from_utf8_lossy(response.received());
        assert!(received.contains("\r\nContent-Length: 4\r\n"), "{received}");
        assert_eq!(response.text(), body);
    }
}
