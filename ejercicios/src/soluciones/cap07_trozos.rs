//! Solución del capítulo 7.

use std::io;

use pasarela::{Body, Environ, Result, StartResponse};

use crate::cafe::{Kitchen, News, kitchen, live_page};
use crate::form::escape;

pub fn application(_environ: &mut Environ, start_response: StartResponse) -> Result<Body> {
    let body = live_page("Cocina", screen(kitchen()));

    start_response("200 OK", &[("Content-type", "text/html; charset=utf-8")])?;

    Ok(body)
}

pub fn screen(kitchen: Kitchen) -> Body {
    Body::stream(Screen { kitchen, last: 0 })
}

struct Screen {
    kitchen: Kitchen,
    /// El número del último pedido que se mostró.
    last: u32,
}

impl Iterator for Screen {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.kitchen.after(self.last) {
            News::Order(order) => {
                self.last = order.number;
                let who = escape(&order.who);
                let what = escape(&order.what);
                Some(Ok(format!("<li>{who}: {what}</li>\n")))
            }
            News::Quiet => Some(Ok("<!-- -->\n".to_string())),
            News::Closed => None,
        }
    }
}
