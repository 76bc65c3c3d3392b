//! Cuándo volver a leer una cabeza que llega a pedacitos.

use super::head::Limits;

/// Cuándo vale la pena volver a leer una cabeza que llega a pedacitos.
///
/// Leerla entera tras cada byte costaría el cuadrado de su tamaño: se espera a ver su línea vacía,
/// o a que haya el doble de bytes que la última vez (para rechazar pronto lo que está mal).
#[derive(Debug, Default)]
pub(crate) struct Patience {
    seen: usize,
    retry_at: usize,
}

impl Patience {
    /// Si conviene leer `buffer`, que creció desde la última vez.
    pub(crate) fn is_worth_parsing(&self, buffer: &[u8]) -> bool {
        let from = self.seen.saturating_sub(3);
        buffer.len() >= self.retry_at
            || buffer[from..].windows(2).any(|pair| pair == b"\n\n" || pair == b"\n\r")
    }

    /// Anota que `buffer` no alcanzó.
    pub(crate) fn remember(&mut self, buffer: &[u8], parsed: bool, limits: &Limits) {
        self.seen = buffer.len();
        if parsed {
            // Pasarse de un límite se nota sin esperar al doble.
            let limits = [limits.request_line, limits.head].map(|limit| limit.saturating_add(1));
            let next = limits.into_iter().filter(|&limit| limit > buffer.len()).min();
            self.retry_at = next.unwrap_or(usize::MAX).min(buffer.len() * 2);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::FieldTable;
    use crate::http::head::parse;
    use pretty_assertions::assert_eq;

    #[test]
    fn los_limites_pueden_ser_los_mayores_que_hay() {
        let limits = Limits { request_line: usize::MAX, head: usize::MAX, fields: usize::MAX };
        let input = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
        let table = &mut FieldTable::default();
        for cut in 0..=input.len() {
            let (seen, mut patience) = (&input[..cut], Patience::default());
            let length = parse(seen, &limits, table).map(|head| head.map(|head| head.length));
            assert_eq!(length, Ok((cut == input.len()).then_some(cut)));
            patience.remember(seen, true, &limits);
            assert!(patience.is_worth_parsing(input));
        }
    }

    #[test]
    fn la_paciencia_no_lee_en_cada_byte() {
        let input = format!("GET / HTTP/1.1\r\nA: {}\r\n\r\n", "a".repeat(400));
        let (limits, table) = (Limits::default(), &mut FieldTable::default());
        let (mut patience, mut parses) = (Patience::default(), 0);
        let complete = (1..=input.len()).find(|&length| {
            let buffer = &input.as_bytes()[..length];
            let worth = patience.is_worth_parsing(buffer);
            parses += usize::from(worth);
            let complete = worth && matches!(parse(buffer, &limits, table), Ok(Some(_)));
            patience.remember(buffer, worth, &limits);
            complete
        });
        assert_eq!(complete, Some(input.len()));
        assert!(parses <= 12, "{parses} lecturas");
    }
}
