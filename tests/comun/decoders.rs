//! Un lector independiente de cada manera de delimitar una respuesta.

use std::io::{self, BufRead, Read};

use super::content::describe;
use super::records::{END, STDERR, STDOUT};

/// La cabeza de una respuesta.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// El código de estado y su motivo.
    pub status: String,
    fields: Vec<(String, String)>,
}

impl Head {
    /// La de HTTP.
    pub fn http(reader: &mut impl BufRead) -> Result<Self, String> {
        let line = line(reader)?;
        let status = line.strip_prefix("HTTP/1.1 ");
        let status = status.ok_or_else(|| format!("en vez de un estado, {}", text(&line)))?;
        Ok(Self { status: status.to_owned(), fields: fields(reader)? })
    }

    /// La de CGI, que es la de los demás protocolos.
    pub fn cgi(reader: &mut impl BufRead) -> Result<Self, String> {
        let fields = fields(reader)?;
        let status = fields.iter().find(|(name, _)| name == "Status");
        let status = status.map(|(_, value)| value.clone()).unwrap_or_default();
        Ok(Self { status, fields })
    }

    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn text(line: &str) -> String {
    describe(line.as_bytes())
}

fn line(reader: &mut impl BufRead) -> Result<String, String> {
    let mut line = Vec::new();
    // Si en su lugar hay contenido, quizá no haya ningún fin de línea cerca.
    let read = reader.take(8192).read_until(b'\n', &mut line);
    read.map_err(|error| format!("en la cabeza: {error}"))?;
    match line.strip_suffix(b"\r\n").map(|line| str::from_utf8(line)) {
        Some(Ok(line)) => Ok(line.to_owned()),
        _ => Err(format!("en vez de una línea de la cabeza, {}", describe(&line))),
    }
}

fn fields(reader: &mut impl BufRead) -> Result<Vec<(String, String)>, String> {
    let mut fields = Vec::new();
    loop {
        let line = line(reader)?;
        if line.is_empty() {
            return Ok(fields);
        }
        let (name, value) =
            line.split_once(": ").ok_or_else(|| format!("en vez de un campo, {}", text(&line)))?;
        fields.push((name.to_owned(), value.to_owned()));
    }
}

/// El contenido de un cuerpo por trozos (RFC 9112 §7.1).
pub struct Chunked<R> {
    inner: R,
    left: usize,
    state: Inside,
}

#[derive(PartialEq, Eq)]
enum Inside {
    Beginning,
    Chunk,
    Done,
}

impl<R: BufRead> Chunked<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, left: 0, state: Inside::Beginning }
    }

    fn next_chunk(&mut self) -> Result<(), String> {
        if self.state == Inside::Chunk {
            end_of_line(&mut self.inner)?;
        }
        let size = line(&mut self.inner)?;
        self.left = usize::from_str_radix(&size, 16)
            .map_err(|_| format!("en vez de un tamaño, {}", text(&size)))?;
        self.state = Inside::Chunk;
        if self.left == 0 {
            self.state = Inside::Done;
            end_of_line(&mut self.inner)?;
        }
        Ok(())
    }
}

fn end_of_line(reader: &mut impl BufRead) -> Result<(), String> {
    match line(reader)?.as_str() {
        "" => Ok(()),
        other => Err(format!("detrás de un trozo, {}", text(other))),
    }
}

impl<R: BufRead> Read for Chunked<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 && self.state != Inside::Done {
            self.next_chunk().map_err(io::Error::other)?;
        }
        if self.state == Inside::Done {
            return Ok(0);
        }
        let length = self.left.min(buf.len());
        let read = self.inner.read(&mut buf[..length])?;
        if read == 0 && length > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read;
        Ok(read)
    }
}

/// Lo que va a la salida en los registros de FastCGI de una respuesta, hasta su final.
pub struct Stdout<R> {
    inner: R,
    left: usize,
    padding: usize,
    is_done: bool,
}

impl<R: Read> Stdout<R> {
    pub fn new(inner: R) -> Self {
        Self { inner, left: 0, padding: 0, is_done: false }
    }

    fn next_record(&mut self) -> io::Result<()> {
        self.skip(self.padding)?;
        let mut header = [0; 8];
        self.inner.read_exact(&mut header)?;
        let [1, kind, 0, 1, high, low, padding, _] = header else {
            return Err(io::Error::other(format!("en vez de un registro, {}", describe(&header))));
        };
        self.left = u16::from_be_bytes([high, low]).into();
        self.padding = padding.into();
        match kind {
            STDOUT => Ok(()),
            STDERR => {
                let length = std::mem::take(&mut self.left);
                self.skip(length)
            }
            END => {
                self.is_done = true;
                let length = std::mem::take(&mut self.left) + std::mem::take(&mut self.padding);
                self.skip(length)
            }
            other => Err(io::Error::other(format!("un registro de clase {other}"))),
        }
    }

    fn skip(&mut self, length: usize) -> io::Result<()> {
        self.inner.read_exact(&mut vec![0; length])
    }
}

impl<R: Read> Read for Stdout<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 && !self.is_done {
            self.next_record()?;
        }
        if self.is_done {
            return Ok(0);
        }
        let length = self.left.min(buf.len());
        let read = self.inner.read(&mut buf[..length])?;
        if read == 0 && length > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read;
        Ok(read)
    }
}
