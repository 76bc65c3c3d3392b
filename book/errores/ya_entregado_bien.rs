fn send(card: &str) -> usize {
    card.len()
}

fn main() {
    let card = String::from("Hola, Grace");
    let sent = send(&card);
    println!("{card}: {sent} bytes");
}
