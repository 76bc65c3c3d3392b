//! Las etapas que debe pasar el servidor con el ejercicio del capítulo 13.

use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use ejercicios::cap13_relevo::farewell;
use ejercicios::server::serve_one;

use crate::exam::pass;

/// Sobra para despedirse de cualquiera.
const ENOUGH: Duration = Duration::from_secs(8);

fn serve(mut stream: TcpStream) -> io::Result<()> {
    serve_one(&mut stream, |_| true)?;
    farewell(&stream)
}

#[test]
fn un_cuerpo_que_nadie_lee_no_se_lleva_la_respuesta() {
    // Que se despida se nota en que el cliente ve el final antes de colgar.
    says_it_is_over();
    pass(&["cierra", "sin-leer"], serve);
}

#[test]
fn una_cabeza_sin_fin_recibe_su_respuesta() {
    says_it_is_over();
    pass(&["direccion-larga", "encabezados-largos"], serve);
}

#[test]
fn a_quien_calla_no_se_le_espera_para_siempre() {
    says_it_is_over();
    let (client, ended) = farewell_in_thread();
    assert!(
        ended.recv_timeout(ENOUGH).is_ok(),
        "el cliente no envía nada, tampoco cuelga, y la despedida no termina\n\
         pista: un socket tiene `set_read_timeout` (capítulo 13)"
    );
    drop(client);
}

#[test]
fn a_quien_no_para_de_enviar_tampoco() {
    says_it_is_over();
    let (mut client, ended) = farewell_in_thread();
    let sender = thread::spawn(move || while client.write_all(&[b'a'; 65536]).is_ok() {});
    assert!(
        ended.recv_timeout(ENOUGH).is_ok(),
        "el cliente no para de enviar, y la despedida no termina\n\
         pista: `take` pone un tope a lo que se lee (capítulo 13)"
    );
    sender.join().expect("el cliente nota el corte");
}

/// El cliente ve el final de la respuesta aunque siga con la conexión abierta.
#[track_caller]
fn says_it_is_over() {
    let (mut client, ended) = farewell_in_thread();
    client.set_read_timeout(Some(ENOUGH)).expect("se puede poner un plazo");
    let end = client.read(&mut [0]).map_err(|error| error.kind());
    assert_eq!(
        Ok(0),
        end,
        "pista: `shutdown(Shutdown::Write)` le dice al cliente que la respuesta terminó (capítulo 13)"
    );
    drop(client);
    assert!(
        ended.recv_timeout(ENOUGH).is_ok(),
        "el cliente colgó, y la despedida no termina bien\n\
         pista: leer cero bytes es el final, y no un error (capítulo 13)"
    );
}

/// Una conexión de la que el servidor se está despidiendo. Lo segundo dice cuándo terminó.
fn farewell_in_thread() -> (TcpStream, mpsc::Receiver<()>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("hay un puerto libre");
    let address = listener.local_addr().expect("tiene dirección");
    let client = TcpStream::connect(address).expect("acepta conexiones");
    let (stream, _) = listener.accept().expect("llegó alguien");
    let (sender, ended) = mpsc::channel();
    thread::spawn(move || {
        let is_over = farewell(&stream).is_ok();
        // Quien solo quería ver el final ya no escucha.
        let _ = is_over.then(|| sender.send(()));
        drop(stream);
    });
    (client, ended)
}
