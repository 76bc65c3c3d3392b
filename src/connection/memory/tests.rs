//! Que el cable de memoria haga lo que un socket.

use super::*;
use pretty_assertions::assert_eq;

const NARROW: System = System { capacity: 4, sends_files: true };

fn send(wire: &mut MemoryWire, text: &str) -> Result<usize, io::ErrorKind> {
    wire.send(&[IoSlice::new(text.as_bytes())]).map_err(|error| error.kind())
}

fn receive(wire: &mut MemoryWire) -> Result<usize, io::ErrorKind> {
    wire.receive(&mut [0; 10]).map_err(|error| error.kind())
}

#[test]
fn lo_enviado_espera_a_que_el_cliente_lo_tome() {
    let (mut wire, client) = MemoryWire::new([], NARROW);
    assert_eq!(send(&mut wire, "hola, gente"), Ok(4));
    assert_eq!(send(&mut wire, ", gente"), Err(io::ErrorKind::WouldBlock));
    assert!(!wire.has_sent_all().expect("se sabe"));
    let news = client.does(Event::Take(3));
    assert_eq!((news.writable, client.take_seen()), (true, b"hol".to_vec()));
    let pieces = [IoSlice::new(b""), IoSlice::new(b", "), IoSlice::new(b"gente")];
    assert_eq!(wire.send(&pieces).expect("cabe algo"), 3);
    client.does(Event::Take(10));
    assert_eq!(client.seen(), (b"a, g".to_vec(), Ending::Open));
    assert!(wire.has_sent_all().expect("se sabe"));
}

#[test]
fn lo_que_envia_el_cliente_llega_en_orden_y_su_final_detras() {
    let script = [Event::Send(b"hola".to_vec()), Event::Finish];
    let (mut wire, client) = MemoryWire::new(script, NARROW);
    assert_eq!(receive(&mut wire), Err(io::ErrorKind::WouldBlock));
    assert_eq!(client.next().map(|news| news.readable), Some(true));
    assert_eq!(client.next().map(|news| news.read_closed), Some(true));
    assert_eq!(client.next(), None);
    assert_eq!((receive(&mut wire), receive(&mut wire)), (Ok(4), Ok(0)));
}

#[test]
fn un_cliente_que_corta_es_un_error_al_leer_y_al_escribir() {
    let (mut wire, client) = MemoryWire::new([Event::Reset], NARROW);
    client.next();
    assert_eq!(receive(&mut wire), Err(io::ErrorKind::ConnectionReset));
    assert_eq!(send(&mut wire, "hola"), Err(io::ErrorKind::BrokenPipe));
}

#[track_caller]
fn check(act: impl FnOnce(&mut MemoryWire, &Client), seen: &str, ending: Ending) {
    let (mut wire, client) = MemoryWire::new([], NARROW);
    send(&mut wire, "hola").expect("cabe");
    act(&mut wire, &client);
    drop(wire);
    client.does(Event::Take(10));
    assert_eq!(client.seen(), (seen.as_bytes().to_vec(), ending));
}

#[test]
fn cerrar_es_un_final_y_con_bytes_sin_leer_o_si_se_pidio_un_corte() {
    check(|_, _| (), "hola", Ending::Finished);
    check(|wire, _| wire.finish().expect("se puede"), "hola", Ending::Finished);
    let sends = |_: &mut MemoryWire, client: &Client| {
        client.does(Event::Send(b"x".to_vec()));
    };
    check(sends, "", Ending::Aborted);
    check(|wire, _| wire.abort_when_closed(true).expect("se puede"), "", Ending::Aborted);
    let changes_mind = |wire: &mut MemoryWire, _: &Client| {
        wire.abort_when_closed(true).expect("se puede");
        wire.abort_when_closed(false).expect("se puede");
    };
    check(changes_mind, "hola", Ending::Finished);
}

#[test]
fn un_archivo_se_envia_hasta_donde_cabe_y_hasta_donde_llega() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let file = File::open(path).expect("abre");
    let (mut wire, client) = MemoryWire::new([], NARROW);
    assert_eq!(wire.send_file(&file, 100).ok(), Some(FileSent::Bytes(4)));
    assert_eq!(wire.send_file(&file, 100).ok(), Some(FileSent::Blocked));
    client.does(Event::Take(10));
    io::copy(&mut &file, &mut io::sink()).expect("se lee");
    assert_eq!(wire.send_file(&file, 100).ok(), Some(FileSent::NotThisWay));
    let (mut reader, _client) = MemoryWire::new([], System { sends_files: false, ..NARROW });
    assert_eq!(reader.send_file(&file, 1).ok(), Some(FileSent::NotThisWay));
}

#[test]
fn quien_lee_un_cuerpo_no_mantiene_abierta_la_conexion() {
    let (mut wire, _client) = MemoryWire::new([Event::Send(b"hola".to_vec())], NARROW);
    let (source, timeout) = (wire.source(), Duration::from_secs(3));
    assert_eq!(source.wait(Awaited::Bytes, timeout).ok(), Some(Duration::ZERO));
    assert_eq!(source.receive(&mut [0; 10]).ok(), Some(4));
    assert_eq!(source.wait(Awaited::Bytes, timeout).ok(), Some(timeout), "ya no pasa nada");
    assert_eq!(source.send(&[IoSlice::new(b"x")]).ok(), Some(1));
    drop((wire, _client));
    assert_eq!(source.receive(&mut [0; 10]).ok(), Some(0));
    assert_eq!(
        source.send(&[IoSlice::new(b"x")]).map_err(|e| e.kind()),
        Err(io::ErrorKind::BrokenPipe)
    );
}

#[test]
fn una_lectura_que_no_llena_su_sitio_lo_leyo_todo() {
    let system = System { capacity: usize::MAX, sends_files: false };
    let (mut wire, client) = MemoryWire::new([], system);
    let mut room = [0; 100];
    for length in 1..=40 {
        for _ in 0..3 {
            client.does(Event::Send(vec![b'x'; length]));
            client.does(Event::Send(vec![b'y'; length]));
            assert_eq!(wire.receive(&mut room).expect("recibe"), length * 2);
        }
    }
}

#[test]
fn tomar_nada_no_es_noticia_y_de_lo_cerrado_no_se_lee() {
    let system = System { capacity: 10, sends_files: false };
    let (mut wire, client) = MemoryWire::new([], system);
    assert_eq!(client.does(Event::Take(1)), Readiness::default());
    client.does(Event::Send(b"tarde".to_vec()));
    let source = wire.source();
    drop(wire);
    assert_eq!(source.receive(&mut [0; 10]).expect("recibe"), 0);
    assert!(source.send(&[IoSlice::new(b"tarde")]).is_err());
}
