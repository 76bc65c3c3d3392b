//! El validador y las pruebas sin red: las faltas del programa, vistas de las dos maneras.

mod comun;

use std::fs;

use comun::{Answer, Program, Served, check_fault, tests_inside, transcript};
use pasarela::testing::{self, Request};
use pasarela::validate::{Findings, Rule, Side, Validator, validator};
use pasarela::{Application, Body, Environ, Result, StartResponse};
use pretty_assertions::assert_eq;

const TEXT: (&str, &str) = ("Content-type", "text/plain; charset=utf-8");

/// La despedida del programa, con su falta.
fn goodbye(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let text = "¡Hasta mañana!";
    let length = text.chars().count().to_string();
    start_response("200 OK", &[TEXT, ("Content-Length", &length)])?;
    Ok(Body::from(text))
}

/// La misma, sin su falta.
fn measured(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("200 OK", &[TEXT])?;
    Ok(Body::from("¡Hasta mañana!"))
}

/// Lo que responde el programa a lo que no está, con su falta.
fn not_found(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("404 Not Found", &[])?;
    Ok(Body::from("Aquí no hay nada"))
}

/// Un estado sin cuerpo, con cuerpo.
fn no_content(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    start_response("204 No Content", &[])?;
    Ok(Body::from("Aquí no hay nada"))
}

/// Un intermediario que le da a la aplicación una ruta sin su barra.
fn renamed(inner: impl Application) -> impl Application {
    move |environ: &mut Environ, start_response: StartResponse| {
        environ.insert("PATH_INFO", "adios");
        inner.call(environ, start_response)
    }
}

#[test]
fn lo_que_cumple_llega_sin_cambios() {
    let headers = [TEXT, ("Content-Length", "29")];
    let expected = Answer::expected(200, &headers, "Hola gente de códigofacilito");
    assert_eq!(Program::start("cap09_validador").get("/"), expected);
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    Program::start("cap09_validador").replays(&["cap09_curl", "cap09_adios"]);
    Served::start(goodbye).replays(&["cap09_sin_validador"]);
}

#[test]
fn cada_falta_es_un_500_y_su_regla_queda_anotada() {
    let mut program = Program::start("cap09_validador");
    for (path, name) in [("/adios", "cap09_longitud"), ("/nada", "cap09_sin_tipo")] {
        assert_eq!(program.get(path).status, 500, "{path}");
        assert_eq!(format!("{}\n", next_note(&mut program)), transcript(name));
    }
}

/// La siguiente línea del registro. Antes está lo que escribe Rust con cada pánico.
fn next_note(program: &mut Program) -> String {
    loop {
        let line = program.next_line();
        if line.starts_with("pasarela: ") {
            return line;
        }
    }
}

#[test]
fn sin_validador_nadie_lo_nota() {
    let answer = Served::start(not_found).get("/nada");
    let expected = Answer::expected(404, &[("Content-Length", "17")], "Aquí no hay nada");
    assert_eq!(answer, expected);
}

/// Las reglas que incumple `application` con esa petición, sin abrir un puerto.
fn broken_rules(request: &Request, application: impl Application) -> Vec<Rule> {
    let findings = Findings::default();
    request.call(&Validator::collecting(application, findings.clone()));
    findings.finish().iter().map(|finding| finding.rule()).collect()
}

#[test]
fn las_mismas_faltas_se_ven_sin_red() {
    let (get, head) = (testing::get("/"), testing::head("/"));
    assert_eq!(broken_rules(&get, goodbye), [Rule::BodyLength]);
    assert_eq!(broken_rules(&head, goodbye), [Rule::BodyLength]);
    assert_eq!(broken_rules(&get, measured), []);
    assert_eq!(broken_rules(&get, not_found), [Rule::ContentTypePresent]);
    assert_eq!(broken_rules(&get, no_content), [Rule::NoBodyStatus]);
    assert_eq!(broken_rules(&get, renamed(measured)), []);
}

#[test]
fn corregida_la_longitud_la_pone_el_servidor() {
    let headers = [TEXT, ("Content-Length", "16")];
    let expected = Answer::expected(200, &headers, "¡Hasta mañana!");
    assert_eq!(Served::start(validator(measured)).get("/"), expected);
}

#[test]
fn el_servidor_es_todo_lo_que_queda_fuera() {
    check_fault("cap09_culpa_del_servidor", renamed(validator(measured)));
}

#[test]
fn la_prueba_del_programa_pasa() {
    let slug = "cap09_validador";
    let seen = tests_inside(slug);
    let seen = format!("$ cargo test --quiet --example {slug}\n{}\n", seen.trim_end());
    assert_eq!(without_time(&seen), without_time(&transcript("cap09_prueba")));
}

/// Lo que tarda una prueba es distinto cada vez.
fn without_time(text: &str) -> String {
    let lines = text.lines().map(|line| line.split_once("; finished in").map_or(line, |(l, _)| l));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn el_dibujo_cuenta_las_reglas() {
    let chapter = format!("{}/book/capitulos/cap09_validador.md", env!("CARGO_MANIFEST_DIR"));
    let chapter = fs::read_to_string(chapter).expect("el capítulo se lee");
    assert!(chapter.contains(&format!("Las reglas son {},", Rule::ALL.len())));
    let figure =
        format!("{}/book/capitulos/img/validador_en_medio.svg", env!("CARGO_MANIFEST_DIR"));
    let figure = fs::read_to_string(figure).expect("el dibujo se lee");
    for side in [Side::Server, Side::Application] {
        let count = Rule::ALL.iter().filter(|rule| rule.side() == side).count();
        assert!(figure.contains(&format!(">{count} reglas<")), "{}: {count}", side.name());
    }
}
