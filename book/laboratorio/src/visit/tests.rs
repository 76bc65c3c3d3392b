use super::*;
use crate::experiments::CHAPTERS;
use crate::words;
use pretty_assertions::assert_eq;

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:8000\r\n\r\n").into_bytes()
}

fn visited(name: &str, bytes: &[u8]) -> Visit {
    visit(name, bytes, &[]).expect("el programa existe")
}

/// Los pasos, con sangría según su capa.
fn told(visit: &Visit) -> String {
    let lines = visit.steps.iter().map(|step| "  ".repeat(step.depth) + &words(step).0 + "\n");
    lines.collect()
}

#[test]
fn el_primer_programa_saluda() {
    let visit = visited("cap01", &get("/"));
    assert_eq!((visit.fact("estado"), visit.fact("bytes")), ("200".into(), "29".into()));
    assert!(visit.received.ends_with("\r\n\r\nHola gente de códigofacilito".as_bytes()));
    assert_eq!(visit.end, None, "la conexión espera otra");
}

#[test]
fn donde_se_corte_no_cambia_lo_que_se_recibe() {
    for experiment in CHAPTERS.iter().flat_map(|chapter| chapter.experiments) {
        let (whole, bytes) = (experiment.run(), experiment.bytes());
        for cut in 0..bytes.len() {
            let parts = visit(experiment.program, &bytes, &[cut]).expect("el programa existe");
            let (name, answers) = (experiment.name, |visit: &Visit| visit.received.clone());
            assert_eq!(answers(&parts), answers(&whole), "«{name}», cortada en {cut}");
        }
    }
}

#[test]
fn las_capas_se_ven_una_dentro_de_otra() {
    let visit = visited("cap08", &get("/privado"));
    assert_eq!(
        told(&visit),
        "logged(environ, start_response)\n\
         \x20 nosniff(environ, start_response)\n\
         \x20   guarded(environ, start_response)\n\
         \x20   start_response(\"403 Forbidden\", 1 encabezado)\n\
         \x20 start_response(\"403 Forbidden\", 2 encabezados)\n\
         start_response(\"403 Forbidden\", 2 encabezados)\n\
         \x20   guarded devuelve un cuerpo de 16 bytes\n\
         \x20 nosniff devuelve un cuerpo de 16 bytes\n\
         logged devuelve un cuerpo de 16 bytes\n\
         trozo de 16 letras, 16 bytes\n"
    );
    assert_eq!(visit.log, ["\"GET /privado\": 403 Forbidden"]);
}

#[test]
fn detras_de_un_hallazgo_no_ocurre_nada_mas() {
    let visit = visited("cap09", &get("/nada"));
    assert_eq!(
        told(&visit),
        "validator(environ, start_response)\n\
         \x20 application(environ, start_response)\n\
         \x20 start_response(\"404 Not Found\", 0 encabezados)\n\
         start_response(\"404 Not Found\", 0 encabezados)\n\
         \x20 application devuelve un cuerpo de 17 bytes\n\
         el validador encuentra una falta\n\
         validator devuelve un error\n"
    );
    assert_eq!(visit.fact("estado"), "500");
    assert!(visit.log[0].contains("la aplicación entró en pánico: la aplicación incumple"));
}

#[test]
fn quien_calla_ve_vencer_el_plazo() {
    let visit = visited("cap01", b"GET / HTTP/1.1\r\nHost: x");
    let last = visit.moments.last().expect("hay un final");
    assert_eq!((last.waited, visit.fact("estado")), (Duration::from_secs(15), "408".into()));
    assert_eq!(visit.fact("cierra"), "sí");
}

#[test]
fn dormir_es_adelantar_el_reloj() {
    let visit = visited("cap07", &get("/"));
    let seconds: Vec<u64> = visit.steps.iter().map(|step| step.at.as_secs()).collect();
    assert_eq!(seconds, [0, 0, 0, 1, 2, 3, 4, 5, 5], "{}", told(&visit));
}

#[test]
fn cada_visita_empieza_sin_memoria() {
    let note = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nnota=pan";
    let both = [&note[..], &get("/")].concat();
    for _ in 0..2 {
        let text = visited("cap06", &both).received;
        assert_eq!(String::from_utf8_lossy(&text).matches("<p>pan</p>").count(), 1);
    }
}

#[test]
fn lo_que_se_oye_a_otro_servidor_tambien_se_parte() {
    let heard = overheard(&get("/"), b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nsi");
    assert_eq!((heard.fact("estado"), heard.fact("bytes")), ("200".into(), "2".into()));
    assert_eq!((heard.steps, heard.environs), (vec![], vec![]));
}
