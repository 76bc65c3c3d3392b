//! Solución del capítulo 11.

pub fn is_valid(head: &str) -> bool {
    let mut lines = head.split("\r\n");
    let first: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let [method, target, version] = first[..] else { return false };
    if method.is_empty() || target.is_empty() || !["HTTP/1.0", "HTTP/1.1"].contains(&version) {
        return false;
    }
    let (mut hosts, mut lengths) = (0, 0);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { return false };
        let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
        if name.is_empty() || !name.chars().all(is_name) {
            return false;
        }
        let value = value.trim();
        if name.eq_ignore_ascii_case("Host") {
            hosts += 1;
        }
        if name.eq_ignore_ascii_case("Content-Length") {
            lengths += 1;
            // Ni signo, ni coma: `parse` aceptaría «+5».
            if value.is_empty() || !value.chars().all(|letter| letter.is_ascii_digit()) {
                return false;
            }
        }
    }
    lengths < 2 && hosts < 2 && (hosts == 1 || version == "HTTP/1.0")
}
