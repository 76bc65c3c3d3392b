//! Las piezas del apéndice «De Python a Rust», y las mismas en Python.

mod comun;

use std::{io, vec};

use pasarela::{Application, Body, Environ, Error, Result, StartResponse, testing};
use pretty_assertions::assert_eq;

// ANCHOR: clase
struct Greeter {
    greeting: String,
}

impl Application for Greeter {
    fn call(&self, environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
        let name = environ.query_string();
        if name.is_empty() {
            return Err(Error::new("falta el nombre"));
        }
        let lines = vec![format!("{}, ", self.greeting), format!("{name}\n")];
        start_response("200 OK", &[("Content-type", "text/plain; charset=utf-8")])?;
        Ok(Body::stream(Lines(lines.into_iter())))
    }
}
// ANCHOR_END: clase

// ANCHOR: cuerpo
struct Lines(vec::IntoIter<String>);

impl Iterator for Lines {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Ok)
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        println!("cuerpo cerrado");
    }
}
// ANCHOR_END: cuerpo

// ANCHOR: intermediario
fn signed(application: impl Application) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| {
        application.call(environ, &mut |status, headers| {
            let headers = [headers, &[("X-Firma", "Ada")]].concat();
            start_response(status, &headers)
        })
    }
}
// ANCHOR_END: intermediario

#[test]
fn saluda_y_firma() {
    let application = signed(Greeter { greeting: "Hola".to_owned() });
    let response = testing::get("/?Ada").call(&application);
    assert_eq!(response.status(), "200 OK");
    assert_eq!(response.header("x-firma"), Some("Ada"));
    assert_eq!(response.text(), "Hola, Ada\n");

    let fault = testing::get("/").call(&application);
    assert_eq!(fault.code(), 500);
    assert!(fault.errors().contains("falta el nombre"), "{}", fault.errors());
}

/// Llama a la aplicación como un servidor, y dice lo que ve.
const CALL: &str = r#"
import sys
sys.path.insert(0, "book/python")
from de_python_a_rust import Greeter, signed
from wsgiref.util import setup_testing_defaults

def call(query):
    environ = dict(QUERY_STRING=query)
    setup_testing_defaults(environ)
    seen = []
    chunks = signed(Greeter("Hola"))(environ, lambda *head: seen.extend(head[:2]))
    print(*seen)
    print(b"".join(chunks).decode(), end="")
    chunks.close()

call("Ada")
try:
    call("")
except ValueError as error:
    print(error)
"#;

#[test]
#[ignore = "necesita python3"]
fn su_gemelo_hace_lo_mismo() {
    let expected = [
        "200 OK [('Content-type', 'text/plain; charset=utf-8'), ('X-Firma', 'Ada')]",
        "Hola, Ada",
        "cuerpo cerrado",
        "falta el nombre",
    ];
    assert_eq!(comun::python(CALL), expected);
}
