//! Una conexión que nunca espera: hace lo que puede, y dice qué le falta.
use std::io::{ErrorKind, Read, Result, Write};

use mio::{Interest, Token, net::TcpStream};
use pasarela::{Application, Environ};

use crate::gateway;

pub struct Connection {
    pub stream: TcpStream,
    pub token: Token,
    received: Vec<u8>,
    unsent: Vec<u8>,
    is_last: bool,
}

impl Connection {
    pub fn new(stream: TcpStream, token: Token) -> Self {
        let (received, unsent) = (Vec::new(), Vec::new());
        Self { stream, token, received, unsent, is_last: false }
    }

    /// Avanza hasta donde se puede. Devuelve lo que hay que esperar para
    /// seguir; nada, si ya terminó o se rompió.
    pub fn advance(&mut self, app: &impl Application) -> Option<Interest> {
        match self.work(app) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                let is_sending = !self.unsent.is_empty();
                Some(match is_sending {
                    true => Interest::WRITABLE,
                    false => Interest::READABLE,
                })
            }
            _ => None,
        }
    }

    fn work(&mut self, app: &impl Application) -> Result<()> {
        let mut bytes = [0; 4096];
        loop {
            while !self.unsent.is_empty() {
                let sent = self.stream.write(&self.unsent)?;
                self.unsent.drain(..sent);
            }
            if self.is_last {
                return Ok(());
            }
            match gateway::take(&mut self.received) {
                Ok(Some(environ)) => self.answer(app, environ),
                Err(status) => self.refuse(status),
                Ok(None) => match self.stream.read(&mut bytes)? {
                    0 => return Ok(()),
                    count => self.received.extend(&bytes[..count]),
                },
            }
        }
    }

    /// La respuesta se junta entera en memoria antes de enviarla.
    fn answer(&mut self, app: &impl Application, mut environ: Environ) {
        let stays = environ.server_protocol() == "HTTP/1.1"
            && environ.header("Connection").is_none()
            // Un cuerpo que nadie lee parecería otra petición.
            && environ.get("HTTP_CONTENT_LENGTH").is_none()
            && environ.get("HTTP_TRANSFER_ENCODING").is_none();
        let out = &mut self.unsent;
        match gateway::respond(app, &mut environ, stays, out) {
            Ok(stays) => self.is_last = !stays,
            Err(error) => {
                eprintln!("{error}");
                self.refuse("500 Internal Server Error");
            }
        }
    }

    fn refuse(&mut self, status: &str) {
        self.unsent.clear();
        self.is_last = gateway::refuse(status, &mut self.unsent).is_ok();
    }
}
