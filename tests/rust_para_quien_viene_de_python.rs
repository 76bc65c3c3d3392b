//! Las piezas del apéndice «Rust para quien viene de Python», y las mismas en Python.

mod comun;

use std::num::ParseIntError;

use pretty_assertions::assert_eq;

// ANCHOR: de_quien
fn greet(name: &str) -> String {
    format!("Hola, {name}")
}

fn sign(card: &mut String) {
    card.push_str(" — Ada");
}

fn send(card: String) -> usize {
    card.len()
}
// ANCHOR_END: de_quien

#[test]
fn un_valor_se_presta_o_se_entrega() {
    // ANCHOR: al_prestar
    let mut card = greet("Grace");
    sign(&mut card);
    let sent = send(card);
    // ANCHOR_END: al_prestar
    assert_eq!(sent, "Hola, Grace — Ada".len());
}

// ANCHOR: caja
fn price(menu: &[(&str, u32)], wanted: &str) -> Option<u32> {
    for (name, price) in menu {
        if *name == wanted {
            return Some(*price);
        }
    }
    None
}
// ANCHOR_END: caja

#[test]
fn lo_que_puede_faltar_es_una_caja() {
    let menu = [("pan", 18), ("café", 35)];
    // ANCHOR: al_abrir
    let text = match price(&menu, "pan") {
        Some(pesos) => format!("cuesta {pesos}"),
        None => String::from("no hay"),
    };
    let soup = price(&menu, "sopa").unwrap_or(0);
    // ANCHOR_END: al_abrir
    assert_eq!((text.as_str(), soup), ("cuesta 18", 0));
}

// ANCHOR: error
fn total(cups: &str) -> Result<u32, ParseIntError> {
    let cups: u32 = cups.parse()?;
    Ok(cups * 35)
}
// ANCHOR_END: error

#[allow(clippy::question_mark, reason = "muestra lo que hace el signo")]
// ANCHOR: a_lo_largo
fn total_at_length(cups: &str) -> Result<u32, ParseIntError> {
    let cups: u32 = match cups.parse() {
        Ok(number) => number,
        Err(error) => return Err(error),
    };
    Ok(cups * 35)
}
// ANCHOR_END: a_lo_largo

#[test]
fn el_signo_entrega_el_error_a_quien_llamo() {
    assert_eq!((total("3"), total_at_length("3")), (Ok(105), Ok(105)));
    assert_eq!(total("tres"), total_at_length("tres"));
    assert!(total("tres").is_err());
}

// ANCHOR: trait
trait Priced {
    fn price(&self) -> u32;
}

struct Coffee;

struct Bread {
    pieces: u32,
}

impl Priced for Coffee {
    fn price(&self) -> u32 {
        35
    }
}

impl Priced for Bread {
    fn price(&self) -> u32 {
        self.pieces * 18
    }
}

fn ticket(item: impl Priced) -> String {
    format!("${}", item.price())
}
// ANCHOR_END: trait

#[test]
fn un_trait_dice_lo_que_algo_sabe_hacer() {
    assert_eq!([ticket(Coffee), ticket(Bread { pieces: 2 })], ["$35", "$36"]);
}

// ANCHOR: iterador
struct Countdown {
    left: u32,
}

impl Iterator for Countdown {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        Some(self.left + 1)
    }
}

fn countdown(start: u32) -> impl Iterator<Item = u32> {
    Countdown { left: start }
}
// ANCHOR_END: iterador

#[test]
fn un_iterador_recuerda_donde_va() {
    assert_eq!(countdown(3).collect::<Vec<u32>>(), [3, 2, 1]);
}

// ANCHOR: closure
fn signer(name: String) -> impl Fn(&str) -> String {
    move |text| format!("{text} — {name}")
}
// ANCHOR_END: closure

#[test]
fn una_closure_se_lleva_lo_que_usa() {
    let sign = signer("Ada".to_string());
    assert_eq!([sign("Hola"), sign("Adiós")], ["Hola — Ada", "Adiós — Ada"]);
}

// ANCHOR: aviso
fn answer(say: &mut dyn FnMut(&str)) {
    say("200 OK");
}
// ANCHOR_END: aviso

#[test]
fn una_closure_prestada_puede_cambiar_lo_de_fuera() {
    // ANCHOR: al_pasar
    let mut heard = Vec::new();
    answer(&mut |status| heard.push(status.to_string()));
    // ANCHOR_END: al_pasar
    assert_eq!(heard, ["200 OK"]);
}

/// Usa las piezas de Python como las pruebas de arriba usan las de Rust.
const CALL: &str = r#"
import sys
sys.path.insert(0, "book/python")
from rust_para_quien_viene_de_python import *

card = sign(greet("Grace"))
print(card, send(card))
menu = [("pan", 18), ("café", 35)]
print(price(menu, "pan"), price(menu, "sopa"))
print(total("3"))
try:
    total("tres")
except ValueError:
    print("error")
print(ticket(Coffee()), ticket(Bread(2)))
print(*countdown(3))
print(signer("Ada")("Hola"))
heard = []
answer(heard.append)
print(heard)
"#;

#[test]
#[ignore = "necesita python3"]
fn su_gemelo_hace_lo_mismo() {
    let expected = [
        "Hola, Grace — Ada 19",
        "18 None",
        "105",
        "error",
        "$35 $36",
        "3 2 1",
        "Hola — Ada",
        "['200 OK']",
    ];
    assert_eq!(comun::python(CALL), expected);
}
