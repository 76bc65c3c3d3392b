use pasarela::{make_server, simple_server::demo_app};

fn main() {
    let server = make_server("localhost", 8000, demo_app)?;
    server.serve_forever()?;
}
