//! La línea de órdenes: qué dice y con qué código termina.

use pretty_assertions::assert_eq;
use std::process::Command;

/// Ejecuta el programa y devuelve su código, su salida y sus errores.
fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_libro"))
        .args(arguments)
        .output()
        .expect("el programa se ejecuta");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("el programa escribe UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn la_ayuda_nombra_las_ordenes() {
    for word in ["ayuda", "--help", "-h"] {
        let (code, output, errors) = run(&[word]);
        assert_eq!((code, errors.as_str()), (Some(0), ""));
        assert!(output.starts_with("Uso: cargo libro [orden]\n"), "{output}");
        for order in ["construir", "revisar", "ayuda"] {
            assert!(output.contains(order), "{output}");
        }
    }
}

#[test]
fn una_orden_desconocida_dice_cuales_hay() {
    let message = "error: no existe la orden «servir»; las hay estas: construir, revisar, ayuda, \
                   o ninguna para servir el libro\n";
    assert_eq!(run(&["servir"]), (Some(1), String::new(), message.to_owned()));
}

#[test]
fn un_argumento_de_mas_se_rechaza() {
    let message = "error: sobra «cap01_texto»; cada orden va sola, como en «cargo libro revisar»\n";
    assert_eq!(run(&["revisar", "cap01_texto"]), (Some(1), String::new(), message.to_owned()));
}
