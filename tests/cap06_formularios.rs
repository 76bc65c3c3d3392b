//! Un formulario: leer el cuerpo con límite, guardar, y mandar al navegador a la página.

mod comun;

use std::thread;

use comun::{Answer, Program};
use pretty_assertions::assert_eq;

/// La página con esas notas, ya escritas en HTML.
fn page(notes: &[&str]) -> Answer {
    let notes: String = notes.iter().map(|note| format!("<p>{note}</p>\n")).collect();
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"es\">\n<title>Notas</title>\n<form method=\"post\">\n  \
         <label>Nota <input name=\"nota\" required></label> <button>Anotar</button>\n</form>\n{notes}"
    );
    let length = body.len().to_string();
    let headers = [("Content-type", "text/html; charset=utf-8"), ("Content-Length", &length)];
    Answer::expected(200, &headers, &body)
}

fn accepted() -> Answer {
    Answer::expected(303, &[("Location", "/"), ("Content-Length", "0")], "")
}

fn missing() -> Answer {
    let headers = [("Content-type", "text/plain; charset=utf-8"), ("Content-Length", "13")];
    Answer::expected(400, &headers, "Falta la nota")
}

/// Manda un formulario, como un navegador.
#[track_caller]
fn post(program: &Program, form: &str) -> Answer {
    program.send("POST", "/", &[("Content-Type", "application/x-www-form-urlencoded")], form)
}

#[test]
fn anota_y_manda_a_la_pagina() {
    let program = Program::start("cap06_formularios");
    assert_eq!(program.get("/"), page(&[]));
    assert_eq!(post(&program, "nota=Comprar+pan"), accepted());
    assert_eq!(post(&program, "otra=1&nota=t%C3%A9+%26+caf%C3%A9"), accepted());
    let expected = page(&["té &amp; café", "Comprar pan"]);
    assert_eq!(program.get("/"), expected);
    assert_eq!(program.send("HEAD", "/", &[], ""), Answer { body: String::new(), ..expected });
}

#[test]
fn sin_nota_no_anota() {
    let program = Program::start("cap06_formularios");
    for form in ["", "nota", "nota=", "otra=pan", "NOTA=pan", "nota=&nota=pan"] {
        assert_eq!(post(&program, form), missing(), "{form}");
    }
    let kind = "multipart/form-data; boundary=x";
    let parts = "--x\r\nContent-Disposition: form-data; name=\"nota\"\r\n\r\npan\r\n--x--\r\n";
    assert_eq!(program.send("POST", "/", &[("Content-Type", kind)], parts), missing());
    assert_eq!(program.get("/"), page(&[]));
}

#[test]
fn otro_metodo_no_se_admite() {
    let program = Program::start("cap06_formularios");
    let headers = [("Allow", "GET, HEAD, POST"), ("Content-Length", "0")];
    for method in ["DELETE", "PUT"] {
        let answer = program.send(method, "/", &[], "nota=pan");
        assert_eq!(answer, Answer::expected(405, &headers, ""), "{method}");
    }
    assert_eq!(program.get("/"), page(&[]));
}

#[test]
fn una_nota_nunca_es_una_etiqueta() {
    let program = Program::start("cap06_formularios");
    assert_eq!(post(&program, "nota=%3Cscript%3Ealert(1)%3C/script%3E"), accepted());
    assert_eq!(post(&program, "nota=%22%26lt;"), accepted());
    let script = "&lt;script&gt;alert(1)&lt;/script&gt;";
    assert_eq!(program.get("/"), page(&["&quot;&amp;lt;", script]));
}

#[test]
fn hasta_el_limite_se_anota_y_despues_no() {
    let program = Program::start("cap06_formularios");
    let fits = "a".repeat(4096 - "nota=".len());
    assert_eq!(post(&program, &format!("nota={fits}")), accepted());
    assert_eq!(post(&program, &format!("nota={fits}a")).status, 413);
    assert_eq!(program.get("/"), page(&[&fits]));
}

#[test]
fn se_guardan_las_veinte_ultimas() {
    let program = Program::start("cap06_formularios");
    for number in 1..=25 {
        assert_eq!(post(&program, &format!("nota={number}")), accepted());
    }
    let last: Vec<String> = (6..=25).rev().map(|number: u32| number.to_string()).collect();
    let last: Vec<&str> = last.iter().map(String::as_str).collect();
    assert_eq!(program.get("/"), page(&last));
}

#[test]
fn dos_que_anotan_a_la_vez_no_se_estorban() {
    let program = Program::start("cap06_formularios");
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5).for_each(|_| assert_eq!(post(&program, "nota=x"), accepted())));
        }
    });
    assert_eq!(program.get("/"), page(&["x"; 20]));
}

#[test]
fn la_longitud_dice_donde_termina_el_cuerpo() {
    let program = Program::start("cap06_formularios");
    let statuses = |request: &str| -> Vec<String> {
        let lines = program.exchange(request);
        let starts = lines.split("HTTP/1.1 ").skip(1).filter_map(|rest| rest.lines().next());
        starts.map(str::to_owned).collect()
    };
    let post = |length: &str| format!("POST / HTTP/1.1\r\nHost: x\r\n{length}\r\nnota=hola");
    // Sin longitud no hay cuerpo: lo que sigue es otra petición, y está mal escrita.
    assert_eq!(statuses(&post("")), ["400 Bad Request", "400 Bad Request"]);
    // Un cuerpo que no llega entero no se anota.
    assert_eq!(statuses(&post("Content-Length: 20\r\n")), [""; 0]);
    assert_eq!(program.get("/"), page(&[]));
    // Con una longitud menor, la nota se queda a medias.
    assert_eq!(statuses(&post("Content-Length: 8\r\n")), ["303 See Other"]);
    assert_eq!(program.get("/"), page(&["hol"]));
}

#[test]
fn unos_bytes_que_no_son_texto_no_son_un_fallo() {
    let program = Program::start("cap06_formularios");
    let mut wire = program.open();
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nnota=\xFF");
    wire.finish();
    assert!(wire.rest().starts_with("HTTP/1.1 303 See Other\r\n"));
    assert_eq!(post(&program, "nota=%FF"), accepted());
    assert_eq!(program.get("/"), page(&["\u{FFFD}", "\u{FFFD}"]));
}

#[test]
fn el_libro_muestra_lo_que_viaja() {
    Program::start("cap06_formularios").replays(&[
        "cap06_1_anotar",
        "cap06_2_lista",
        "cap06_3_sin_nota",
        "cap06_demasiado",
        "cap06_bytes",
    ]);
}
