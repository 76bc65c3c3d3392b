use ejercicios::cap02_dos::answer;

#[test]
fn dice_dos() {
    assert_eq!(2, answer());
}
