//! La línea de tiempo del relevo: cada momento tiene un líder y su frase.

use pretty_assertions::assert_eq;

use super::table::read;

#[test]
fn en_cada_momento_lidera_un_hilo_y_se_cuenta_que_pasa() {
    let drawing = read("book/capitulos/img/linea_del_relevo.svg");
    let told = read("book/fragmentos/linea_del_relevo.md");
    let moments: Vec<&str> = drawing.split("<g class=\"momento-").skip(1).collect();
    let leaders: Vec<usize> = moments.iter().map(|text| text.matches(">lidera<").count()).collect();
    assert_eq!(leaders, [1; 6]);
    let threads = |text: &&str| text.matches("<rect").count() + text.matches(">espera<").count();
    assert_eq!(moments.iter().map(threads).collect::<Vec<_>>(), [4; 6]);
    let sentences: Vec<String> =
        (1..=7).filter(|n| told.contains(&format!("<span>{n}. "))).map(|n| n.to_string()).collect();
    let numbers: Vec<&str> = moments.iter().map(|text| &text[..1]).collect();
    assert_eq!(sentences, numbers);
}
