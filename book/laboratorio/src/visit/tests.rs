use super::*;
use crate::experiments::CHAPTERS;
use crate::trace::What;
use pretty_assertions::assert_eq;

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nHost: localhost:8000\r\n\r\n").into_bytes()
}

fn visited(name: &str, bytes: &[u8]) -> Visit {
    visit(name, bytes, &[]).expect("el programa existe")
}

/// Los pasos: cuántas capas hay por fuera, en cuál y qué pasa.
fn told(visit: &Visit) -> Vec<(usize, &str, String)> {
    let name = |what: &What| {
        let text = format!("{what:?}");
        text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_owned()
    };
    visit.steps.iter().map(|step| (step.depth, step.layer, name(&step.what))).collect()
}

#[track_caller]
fn check(visit: &Visit, expected: &[(usize, &str, &str)]) {
    let expected = expected.iter().map(|(depth, layer, what)| (*depth, *layer, (*what).to_owned()));
    assert_eq!(told(visit), expected.collect::<Vec<_>>());
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
    check(
        &visit,
        &[
            (0, "logged", "Called"),
            (1, "nosniff", "Called"),
            (2, "guarded", "Called"),
            (2, "guarded", "Started"),
            (1, "nosniff", "Started"),
            (0, "logged", "Started"),
            (2, "guarded", "Returned"),
            (1, "nosniff", "Returned"),
            (0, "logged", "Returned"),
            (0, "", "Chunk"),
        ],
    );
    assert_eq!(visit.log, ["\"GET /privado\": 403 Forbidden"]);
}

#[test]
fn detras_de_un_hallazgo_no_ocurre_nada_mas() {
    let visit = visited("cap09", &get("/nada"));
    check(
        &visit,
        &[
            (0, "validator", "Called"),
            (1, "application", "Called"),
            (1, "application", "Started"),
            (0, "validator", "Started"),
            (1, "application", "Returned"),
            (0, "validator", "Found"),
            (0, "validator", "Failed"),
        ],
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
    assert_eq!(seconds, [0, 0, 0, 1, 2, 3, 4, 5, 5]);
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
