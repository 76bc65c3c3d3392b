use ejercicios::cap01_uno::answer;

#[test]
fn dice_uno() {
    // Imita lo que escribe el programa de pruebas cuando todo va bien.
    println!("test cap01_uno::dice_uno ... ok");
    println!("\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out");
    assert_eq!(1, answer(), "pista: es el primero");
}

#[test]
fn no_dice_cero() {
    assert_ne!(0, answer());
}
