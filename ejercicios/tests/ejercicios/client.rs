//! Un cliente para las pruebas: levanta el servidor, pide la raíz y lo apaga.
//!
//! El servidor toma un puerto libre, porque el 8000 es de quien lee el libro.

use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use pasarela::{Application, make_server};
use ureq::Agent;

/// Sobra para una respuesta corta y no deja colgada la prueba de un programa que nunca responde.
const TIMEOUT: Duration = Duration::from_secs(5);

/// Lo que un ejercicio decide de su respuesta.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) body: String,
}

/// Pide `/` a la aplicación, como lo haría un navegador.
#[track_caller]
pub(crate) fn fetch(application: impl Application) -> Response {
    let server = make_server("127.0.0.1", 0, application).expect("hay un puerto libre");
    let address = server.local_addrs()[0];
    let handle = server.handle();
    // Nadie espera a este hilo: si el ejercicio no termina nunca, la prueba sí termina.
    thread::spawn(move || server.serve_forever());

    let response = get(address);
    handle.shutdown();

    match response {
        Ok(response) => answered(response),
        Err(error) => panic!(
            "el servidor no respondió: {error}\n\
             pista: ¿tiene `application` un bucle que no termina?"
        ),
    }
}

fn get(address: SocketAddr) -> Result<Response, ureq::Error> {
    let config = Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false);
    let mut response = Agent::from(config.build()).get(format!("http://{address}/")).call()?;
    let content_type = response.headers().get("content-type");

    Ok(Response {
        status: response.status().as_u16(),
        content_type: content_type.map_or("(falta)".into(), |value| {
            String::from_utf8_lossy(value.as_bytes()).into_owned()
        }),
        body: String::from_utf8_lossy(&response.body_mut().read_to_vec()?).into_owned(),
    })
}

/// Un 500 es la respuesta del servidor cuando `application` falla: no es la del ejercicio.
#[track_caller]
fn answered(response: Response) -> Response {
    assert!(
        response.status != 500,
        "el servidor respondió 500\n\
         pista: quizá `application` todavía tiene `todo!()`, o devolvió un error; el motivo \
         está más arriba, en esta misma salida"
    );
    response
}
