//! Muchos a la vez.

// <!-- permite: close, connection, host -->

use super::super::evidence::Evidence;
use super::super::examinee::Examinee;
use super::super::stage::{Need, Outcome, Stage};
use super::super::wire::Problem;

/// Cuántos clientes lentos.
const SLOW_CLIENTS: usize = 20;

pub(super) const SLOW: Stage = Stage {
    name: "lentos",
    title: "Veinte clientes lentos",
    rule: "Ninguna RFC lo manda: lo esperan los demás. Quien se conecta y calla, o manda media petición, no \
           puede detener a quien la manda entera.",
    source: "RFC 9112 §9.5, sobre los plazos",
    hint: "Con un hilo por conexión, veinte lentos ocupan veinte hilos. ¿Cuántos tienes? ¿Y si fueran dos mil?",
    chapter: "capítulos 12 y 13",
    need: Need::Nothing,
    check: serves_the_quick,
};

fn serves_the_quick(examinee: &Examinee<'_>) -> Outcome {
    let aside = Evidence::default();
    let mut slow = Vec::new();
    for number in 0..SLOW_CLIENTS {
        let mut wire = examinee.open_noting(&aside)?;
        // La mitad calla del todo.
        if number % 2 == 0 {
            wire.send(format!("GET / HTTP/1.1\r\nHost: {}\r\nX-", examinee.host()).as_bytes());
        }
        slow.push(wire);
    }
    examinee.evidence().note(format!(
        "{SLOW_CLIENTS} conexiones abiertas: la mitad con media petición, las demás calladas"
    ));
    let answer = examinee.ask("GET", &examinee.request("GET", "Connection: close\r\n"));
    drop(slow);
    match answer {
        Ok(_) => Ok(()),
        Err(problem) => {
            Err(Problem::wrong(format!("el cliente rápido no recibió su respuesta: {problem}")))
        }
    }
}
