//! El cuerpo de una petición: de los bytes de la conexión a los del contenido, con longitud
//! conocida o por trozos (RFC 9112 §6.2 y §7.1).

use super::extension::Extension;
use super::{Rejection, RequestBody, TOKEN};

/// Lo que cada trozo puede gastar sin que cuente: su tamaño y sus dos CRLF…
const FREE_PER_CHUNK: u64 = 16;

/// … y por cada byte de contenido, para quien firma cada trozo en una extensión.
const FREE_PER_BYTE: u64 = 2;

/// Hasta 16 cifras hexadecimales caben en un `u64`.
const MAX_SIZE_DIGITS: u8 = 16;

/// Separa el cuerpo de lo que venga detrás.
#[derive(Debug)]
pub(crate) struct BodyDecoder {
    state: State,
    overhead: u64,
    max_overhead: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Con longitud: lo que falta.
    Fixed(u64),
    Size {
        value: u64,
        digits: u8,
    },
    Extension {
        size: u64,
        at: Extension,
    },
    SizeLf(u64),
    Data(u64),
    DataCr,
    DataLf,
    TrailerStart,
    TrailerName,
    TrailerValue,
    TrailerLf,
    LastLf,
    Done,
}

impl BodyDecoder {
    /// El de un cuerpo que, si va por trozos, puede gastar `max_overhead` bytes de más en tamaños,
    /// extensiones y campos finales.
    pub(crate) fn new(body: RequestBody, max_overhead: u64) -> Self {
        let state = match body {
            RequestBody::None => State::Done,
            RequestBody::Length(length) => State::Fixed(length),
            RequestBody::Chunked => State::Size { value: 0, digits: 0 },
        };
        Self { state, overhead: 0, max_overhead }
    }

    /// Si el cuerpo ya terminó.
    pub(crate) fn is_done(&self) -> bool {
        matches!(self.state, State::Done | State::Fixed(0))
    }

    /// Lo que falta de un cuerpo con longitud.
    pub(crate) fn remaining(&self) -> Option<u64> {
        match self.state {
            State::Fixed(left) => Some(left),
            _ => None,
        }
    }

    /// Da por leídos `length` bytes de un cuerpo con longitud, que no pasaron por aquí.
    pub(crate) fn skip(&mut self, length: u64) {
        if let State::Fixed(left) = &mut self.state {
            *left = left.saturating_sub(length);
        }
    }

    /// Pasa el contenido de `input` a `output`, sin que `output` crezca más de `room` bytes.
    /// Devuelve cuántos bytes de `input` consumió.
    pub(crate) fn decode(
        &mut self,
        input: &[u8],
        output: &mut Vec<u8>,
        room: usize,
    ) -> Result<usize, Rejection> {
        let mut consumed = 0;
        let mut room = room;
        while consumed < input.len() && !self.is_done() {
            let rest = &input[consumed..];
            if let State::Fixed(left) | State::Data(left) = self.state {
                let length = rest.len().min(room).min(usize::try_from(left).unwrap_or(usize::MAX));
                if length == 0 {
                    break;
                }
                output.extend_from_slice(&rest[..length]);
                self.take_content(left - length as u64);
                consumed += length;
                room -= length;
            } else {
                self.state = self.step(rest[0])?;
                consumed += 1;
            }
        }
        Ok(consumed)
    }

    fn take_content(&mut self, left: u64) {
        self.state = match self.state {
            State::Fixed(_) => State::Fixed(left),
            _ if left == 0 => State::DataCr,
            _ => State::Data(left),
        };
    }

    /// Avanza un byte de lo que no es contenido: tamaños, extensiones y campos finales.
    fn step(&mut self, byte: u8) -> Result<State, Rejection> {
        self.overhead += 1;
        if self.overhead > self.max_overhead {
            return Err(Rejection::Chunk);
        }
        match (self.state, byte) {
            (State::Size { value, digits }, _) => step_size(value, digits, byte),
            (State::Extension { size, at }, _) => step_extension(size, at, byte),
            (State::TrailerValue, _) if is_text(byte) => Ok(self.state),
            (State::SizeLf(0), b'\n') => Ok(State::TrailerStart),
            (State::SizeLf(size), b'\n') => Ok(self.start_chunk(size)),
            (State::DataCr, b'\r') => Ok(State::DataLf),
            (State::DataLf, b'\n') => Ok(State::Size { value: 0, digits: 0 }),
            (State::TrailerStart, b'\r') => Ok(State::LastLf),
            (State::TrailerStart | State::TrailerName, _) if TOKEN.contains(byte) => {
                Ok(State::TrailerName)
            }
            (State::TrailerName, b':') => Ok(State::TrailerValue),
            (State::TrailerValue, b'\r') => Ok(State::TrailerLf),
            (State::TrailerLf, b'\n') => Ok(State::TrailerStart),
            (State::LastLf, b'\n') => Ok(State::Done),
            _ => Err(Rejection::Chunk),
        }
    }

    fn start_chunk(&mut self, size: u64) -> State {
        let free = size.saturating_mul(FREE_PER_BYTE).saturating_add(FREE_PER_CHUNK);
        self.overhead = self.overhead.saturating_sub(free);
        State::Data(size)
    }
}

fn step_size(value: u64, digits: u8, byte: u8) -> Result<State, Rejection> {
    match (char::from(byte).to_digit(16), byte) {
        (Some(digit), _) if digits < MAX_SIZE_DIGITS => {
            Ok(State::Size { value: value << 4 | u64::from(digit), digits: digits + 1 })
        }
        (None, b'\r') if digits > 0 => Ok(State::SizeLf(value)),
        (None, _) if digits > 0 => extension(value, Extension::start(byte)),
        _ => Err(Rejection::Chunk),
    }
}

fn step_extension(size: u64, at: Extension, byte: u8) -> Result<State, Rejection> {
    match byte {
        b'\r' if at.may_end() => Ok(State::SizeLf(size)),
        _ => extension(size, at.step(byte)),
    }
}

fn extension(size: u64, at: Option<Extension>) -> Result<State, Rejection> {
    at.map(|at| State::Extension { size, at }).ok_or(Rejection::Chunk)
}

fn is_text(byte: u8) -> bool {
    !byte.is_ascii_control() || byte == b'\t'
}

#[cfg(test)]
mod tests {
    use super::*;
    use pretty_assertions::assert_eq;

    const PLENTY: usize = 1 << 20;
    const MAX_OVERHEAD: u64 = 16 * 1024;

    /// El contenido y cuánto sobró, entregando la entrada en dos partes.
    fn decode_split(
        body: RequestBody,
        input: &[u8],
        cut: usize,
    ) -> Result<(Vec<u8>, usize), Rejection> {
        let mut decoder = BodyDecoder::new(body, MAX_OVERHEAD);
        let mut output = Vec::new();
        let first = decoder.decode(&input[..cut], &mut output, PLENTY)?;
        let second = decoder.decode(&input[first..], &mut output, PLENTY)?;
        if !decoder.is_done() {
            return Err(Rejection::Timeout);
        }
        Ok((output, input.len() - first - second))
    }

    #[track_caller]
    fn check(input: &str, expected: Result<(&str, usize), Rejection>) {
        let expected = expected.map(|(text, left)| (text.as_bytes().to_vec(), left));
        for cut in 0..=input.len() {
            let decoded = decode_split(RequestBody::Chunked, input.as_bytes(), cut);
            assert_eq!(decoded, expected, "{input:?} partida en {cut}");
        }
    }

    #[test]
    fn junta_los_trozos_y_deja_lo_siguiente() {
        check("0\r\n\r\n", Ok(("", 0)));
        check("4\r\nhola\r\n0\r\n\r\nGET", Ok(("hola", 3)));
        check("00a\r\n0123456789\r\n1\r\n!\r\n000\r\n\r\n", Ok(("0123456789!", 0)));
    }

    #[test]
    fn salta_extensiones_y_campos_finales() {
        check("1;a=\"b\"\r\nx\r\n0;z\r\nA: b\r\nC:\r\n\r\n", Ok(("x", 0)));
        check("1 ; a = \"\\\";\" ;b\r\nx\r\n0\t;z=y\r\n\r\n", Ok(("x", 0)));
    }

    #[test]
    fn rechaza_los_trozos_mal_escritos() {
        let bad = [
            "\r\n",
            " 1\r\nx\r\n",
            "1 \r\nx\r\n",
            "+1\r\nx\r\n",
            "0x1\r\nx\r\n",
            "-1\r\n",
            "g\r\n",
            "1\nx\r\n",
            "1\r\nxy\r\n",
            "1\r\nx\n",
            "1;\na\r\nx\r\n",
            "1;\r\nx\r\n",
            "1;=;;\"\r\nx\r\n",
            "1;\u{ff}\r\nx\r\n",
            "1;a=\"\r\nx\r\n",
            "1;a \r\nx\r\n",
            "1 a\r\nx\r\n",
            "0;\r\n\r\n",
            "0\r\nA b: c\r\n\r\n",
            "0\r\n : c\r\n\r\n",
            "0\r\nA: b\n\r\n",
            "0\r\nA: b\0\r\n\r\n",
            "0\r\n\n",
            "0\r\nA\r\n\r\n",
            "10000000000000000\r\n",
            "00000000000000000\r\n\r\n",
        ];
        for bad in bad {
            check(bad, Err(Rejection::Chunk));
        }
    }

    /// Lo que opina de un cuerpo que puede ser largo, sin partirlo.
    fn decode_whole(input: &str) -> Result<usize, Rejection> {
        let mut output = Vec::new();
        let mut decoder = BodyDecoder::new(RequestBody::Chunked, MAX_OVERHEAD);
        decoder.decode(input.as_bytes(), &mut output, PLENTY)?;
        Ok(output.len())
    }

    #[test]
    fn lo_que_no_es_contenido_no_crece_sin_limite() {
        let long = "a".repeat(MAX_OVERHEAD as usize);
        assert_eq!(decode_whole(&format!("1;{long}")), Err(Rejection::Chunk));
        assert_eq!(decode_whole(&format!("0\r\nA: {long}")), Err(Rejection::Chunk));
        let fields = "A: b\r\n".repeat(MAX_OVERHEAD as usize / 6 + 1);
        assert_eq!(decode_whole(&format!("0\r\n{fields}")), Err(Rejection::Chunk));
        let padded = "0000000000000001;aaaa\r\nx\r\n".repeat(3000);
        assert_eq!(decode_whole(&padded), Err(Rejection::Chunk));
    }

    #[test]
    fn los_trozos_de_un_byte_y_los_firmados_se_aceptan() {
        assert_eq!(decode_whole(&"1\r\nx\r\n".repeat(50_000)), Ok(50_000));
        let signed = format!("400;firma={}\r\n{}\r\n", "f".repeat(64), "x".repeat(1024));
        assert_eq!(decode_whole(&signed.repeat(1000)), Ok(1_024_000));
    }

    #[test]
    fn ningun_byte_cambiado_da_mas_de_lo_que_llego() {
        let input = b"4;a=b\r\nhola\r\nA\r\n0123456789\r\n0\r\nA: b\r\n\r\n";
        for (at, byte) in (0..input.len()).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut changed = *input;
            changed[at] = byte;
            for cut in [0, at, input.len()] {
                if let Ok((content, left)) = decode_split(RequestBody::Chunked, &changed, cut) {
                    assert!(content.len() + left < input.len(), "{byte} en {at}");
                }
            }
        }
    }

    #[test]
    fn los_limites_pueden_ser_los_mayores_que_hay() {
        let mut output = b"antes".to_vec();
        let mut decoder = BodyDecoder::new(RequestBody::Chunked, u64::MAX);
        let input = b"4;a=b\r\nhola\r\nFFFFFFFFFFFFFFFF\r\n!";
        assert_eq!(decoder.decode(input, &mut output, usize::MAX), Ok(input.len()));
        let mut decoder = BodyDecoder::new(RequestBody::Length(u64::MAX), u64::MAX);
        assert_eq!(decoder.decode(b"?", &mut output, usize::MAX), Ok(1));
        assert_eq!(String::from_utf8_lossy(&output), "anteshola!?");
    }

    #[test]
    fn con_longitud_toma_justo_lo_suyo() {
        for cut in 0..6 {
            let decoded = decode_split(RequestBody::Length(4), b"holaGET", cut);
            assert_eq!(decoded, Ok((b"hola".to_vec(), 3)));
        }
    }

    #[test]
    fn no_produce_mas_de_lo_que_cabe() {
        let mut decoder = BodyDecoder::new(RequestBody::Chunked, MAX_OVERHEAD);
        let mut output = Vec::new();
        assert_eq!(decoder.decode(b"4\r\nhola\r\n", &mut output, 2), Ok(5));
        assert_eq!(decoder.decode(b"la\r\n0\r\n\r\n", &mut output, PLENTY), Ok(9));
        assert_eq!((output.as_slice(), decoder.is_done()), (&b"hola"[..], true));
    }
}
