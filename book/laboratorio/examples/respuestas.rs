//! Lo que el laboratorio responde a cada experimento, entero y partido por cada sitio: una línea por visita, con el
//! programa, los cortes con lo que se pregunta, los bytes en hexadecimal y el JSON. `compara.mjs` le pide lo mismo a la página.

use laboratorio::experiments::CHAPTERS;
use laboratorio::report::report;
use laboratorio::visit;

fn main() {
    for experiment in CHAPTERS.iter().flat_map(|chapter| chapter.experiments) {
        let bytes = experiment.bytes();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        for cut in 0..bytes.len() {
            let visit = visit(experiment.program, &bytes, &[cut]).expect("el programa existe");
            let fact = experiment.question.fact;
            let report = report(&visit, fact);
            println!("{}\t{cut} {fact}\t{hex}\t{report}", experiment.program);
        }
    }
}
