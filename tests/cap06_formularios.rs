//! Un formulario: leer el cuerpo con límite, guardar, y mandar al navegador a la página.

mod comun;

use std::process::Command;
use std::thread;

use comun::{Answer, Program};
use pretty_assertions::assert_eq;

/// La página con esas notas, ya escritas en HTML, para quien no trae ninguna *cookie*.
fn page(notes: &[&str]) -> Answer {
    page_of("0", notes)
}

/// La misma página, para quien anotó tantas.
fn page_of(written: &str, notes: &[&str]) -> Answer {
    let notes: String = notes.iter().map(|note| format!("<p>{note}</p>\n")).collect();
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"es\">\n<title>Notas</title>\n<form method=\"post\">\n  \
         <label>Nota <input name=\"nota\" required></label> <button>Anotar</button>\n</form>\n\
         <p>Notas que anotaste: {written}</p>\n{notes}"
    );
    let length = body.len().to_string();
    let headers = [("Content-type", "text/html; charset=utf-8"), ("Content-Length", &length)];
    Answer::expected(200, &headers, &body)
}

/// Se anotó la primera de quien no trae ninguna *cookie*.
fn accepted() -> Answer {
    accepted_as("1")
}

/// Se anotó, y con esa ya son tantas.
fn accepted_as(written: &str) -> Answer {
    let cookie = format!("anotadas={written}; HttpOnly; SameSite=Lax");
    let headers = [("Location", "/"), ("Set-Cookie", &*cookie), ("Content-Length", "0")];
    Answer::expected(303, &headers, "")
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
fn recuerda_cuantas_anoto_quien_vuelve() {
    let program = Program::start("cap06_formularios");
    for (cookie, before, after) in [
        ("anotadas=1", "1", "2"),
        ("tema=oscuro; anotadas=41; otra", "41", "42"),
        ("anotadas=7; anotadas=1", "7", "8"),
        // Quien visita escribe lo que quiera, y no es un fallo.
        ("anotadas=", "0", "1"),
        ("anotadas", "0", "1"),
        ("anotadas=-1", "0", "1"),
        ("anotadas=muchas", "0", "1"),
        ("noanotadas=5", "0", "1"),
        ("anotadas=4294967295", "4294967295", "4294967295"),
        ("anotadas=4294967296", "0", "1"),
    ] {
        let cookie = [("Cookie", cookie)];
        let shown = program.send("GET", "/", &cookie, "").body;
        let line = format!("<p>Notas que anotaste: {before}</p>\n");
        assert!(shown.contains(&line), "{cookie:?}: {shown}");
        assert_eq!(program.send("POST", "/", &cookie, "nota=x"), accepted_as(after), "{cookie:?}");
    }
    let answer = program.send("POST", "/", &[("Cookie", "anotadas=3")], "nota=");
    assert_eq!(answer, missing(), "lo que no se anota no cuenta");
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
    // Otra manera de decir dónde termina.
    assert_eq!(statuses(&chunked("nota=hola")), ["303 See Other"]);
    assert_eq!(program.get("/"), page(&["hola"]));
    // Con una longitud menor, la nota se queda a medias.
    assert_eq!(statuses(&post("Content-Length: 8\r\n")), ["303 See Other"]);
    assert_eq!(program.get("/"), page(&["hol", "hola"]));
}

/// Una nota en un solo trozo, con su longitud delante.
fn chunked(form: &str) -> String {
    let head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked";
    format!("{head}\r\n\r\n{:x}\r\n{form}\r\n0\r\n\r\n", form.len())
}

#[test]
#[ignore = "necesita curl"]
fn curl_lee_una_respuesta_y_se_va() {
    let _program = Program::start("cap06_formularios");
    let output = Command::new("curl")
        .args(["--ipv4", "--silent", "--include", "--header", "Content-Length:"])
        .args(["--data", "nota=hola", "http://localhost:8000"])
        .output()
        .expect("curl está");
    let seen = String::from_utf8(output.stdout).expect("responde texto");
    assert_eq!(seen.matches("HTTP/1.1 400 Bad Request").count(), 1, "{seen}");
    assert!(seen.ends_with("\r\n\r\nFalta la nota"), "{seen}");
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
        "cap06_1_corta",
        "cap06_2_lista",
        "cap06_3_sin_nota",
        "cap06_demasiado",
        "cap06_bytes",
    ]);
}
