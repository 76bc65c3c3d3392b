//! La conexión: cuándo sigue, cuándo se cierra y qué pasa con los clientes lentos.

mod comun;

use std::io;
use std::sync::mpsc;
use std::time::Duration;

use comun::{Served, Wire, echo, get, ignore, last_ok, ok, post, response, statuses};
use pasarela::{Body, Chunk, Config, Environ, StartResponse};
use pretty_assertions::assert_eq;

/// Un plazo que vence enseguida, y otro que en una prueba no vence nunca.
const SHORT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_secs(3600);

/// Sin plazos que venzan, salvo los que cada prueba acorte.
fn patient() -> Config {
    Config {
        head_timeout: LONG,
        body_timeout: LONG,
        idle_timeout: LONG,
        write_timeout: LONG,
        ..Config::default()
    }
}

fn get_with(version: &str, connection: &str) -> String {
    format!("GET / HTTP/{version}\r\nHost: x\r\n{connection}\r\n")
}

#[test]
fn una_conexion_atiende_varias_peticiones() {
    let served = Served::start(echo);
    let mut wire = served.open();
    for path in ["/a", "/b", "/c"] {
        wire.send(get(path).as_bytes());
        let body = format!("GET {path} []");
        assert_eq!(comun::mask_date(&wire.until(&body)), ok(&body));
    }
}

#[test]
fn las_peticiones_en_fila_se_responden_en_orden() {
    let served = Served::start(echo);
    let many = 200;
    let request = |n: usize| post(&format!("/{n}"), "", "ab");
    let answer = served.exchange(&(0..many).map(request).collect::<String>());
    let expected: String = (0..many).map(|n| ok(&format!("POST /{n} [ab]"))).collect();
    assert_eq!(answer, expected);
}

#[test]
fn el_cierre_se_honra_y_se_anuncia() {
    let served = Served::start(ignore);
    for (version, connection) in [
        ("1.1", "Connection: close\r\n"),
        ("1.1", "connection: algo, CLOSE\r\n"),
        ("1.1", "Connection: keep-alive\r\nConnection: close\r\n"),
        ("1.0", ""),
        ("1.0", "Connection: algo\r\n"),
        ("1.0", "Connection: keep-alive, close\r\n"),
    ] {
        let mut wire = served.open();
        // El cliente no cierra su lado: lo hace el servidor, y no atiende lo que sigue.
        wire.send((get_with(version, connection) + &get("/b")).as_bytes());
        assert_eq!(comun::mask_date(&wire.rest()), last_ok("hecho"), "{version} {connection:?}");
    }
}

#[test]
fn uno_punto_cero_sigue_si_lo_pide() {
    let served = Served::start(ignore);
    let kept = get_with("1.0", "Connection: algo, Keep-Alive\r\n");
    let keeps = "Content-Length: 5\r\nConnection: keep-alive\r\n";
    let expected = response("200 OK", keeps, "hecho").repeat(2);
    assert_eq!(served.exchange(&kept.repeat(2)), expected);
}

#[test]
fn un_cliente_que_cierra_su_lado_recibe_sus_respuestas() {
    let served = Served::start(|environ: &mut Environ, start: StartResponse<'_>| {
        if environ.path_info() == "/lenta" {
            std::thread::sleep(Duration::from_millis(20));
        }
        start("200 OK", &[])?;
        let chunk = || Ok(Chunk::from(vec![b'x'; 64 * 1024]));
        Ok(match environ.path_info() {
            "/grande" => Body::stream(std::iter::repeat_with(chunk).take(50)),
            _ => Body::from("hecho"),
        })
    });
    assert_eq!(served.exchange(&get("/lenta").repeat(3)), ok("hecho").repeat(3));
    let answer = served.exchange(&get("/grande"));
    assert!(answer.ends_with("\r\n0\r\n\r\n"), "llega entera");
    assert_eq!(answer.matches('x').count(), 50 * 64 * 1024);
}

#[test]
fn un_goteo_de_bytes_no_alarga_el_plazo_de_la_cabeza() {
    let served = Served::start_with(ignore, Config { head_timeout: SHORT, ..patient() });
    let mut wire = served.open();
    wire.send(b"GET / HTTP/1.1\r\nA: ");
    // Cada byte llega mucho antes que el plazo, y el campo no termina nunca.
    while wire.is_silent() {
        wire.send(b"a");
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(statuses(&wire.rest()), ["408 Request Timeout"]);
}

#[test]
fn el_plazo_de_la_cabeza_cuenta_tambien_en_la_segunda() {
    let served = Served::start_with(ignore, Config { head_timeout: SHORT, ..patient() });
    let mut wire = served.open();
    wire.send((get("/") + "GET / HT").as_bytes());
    assert_eq!(statuses(&wire.rest()), ["200 OK", "408 Request Timeout"]);
}

#[test]
fn el_plazo_del_cuerpo_vence_si_no_avanza() {
    let served = Served::start_with(echo, Config { body_timeout: SHORT, ..patient() });
    for sent in ["ho", ""] {
        let mut wire = served.open();
        wire.send(
            format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n{sent}").as_bytes(),
        );
        let answer = wire.rest();
        assert_eq!(statuses(&answer), ["408 Request Timeout"]);
        assert!(answer.contains("Connection: close\r\n"), "{answer}");
    }
}

#[test]
fn el_plazo_de_un_cuerpo_grande_es_un_408() {
    let served = Served::start_with(echo, Config { body_timeout: SHORT, ..patient() });
    let mut wire = served.open();
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nho");
    assert_eq!(statuses(&wire.rest()), ["408 Request Timeout"]);
}

#[test]
fn un_cuerpo_que_avanza_despacio_no_vence() {
    let config = Config { body_timeout: Duration::from_secs(2), ..patient() };
    let served = Served::start_with(echo, config);
    let mut wire = served.open();
    let body = "a".repeat(30);
    wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 30\r\n\r\n");
    for byte in body.bytes() {
        std::thread::sleep(Duration::from_millis(5));
        wire.send(&[byte]);
    }
    wire.finish();
    assert_eq!(comun::mask_date(&wire.rest()), ok(&format!("POST / [{body}]")));
}

#[test]
fn una_conexion_ociosa_se_cierra_en_silencio() {
    let config = Config { idle_timeout: SHORT, head_timeout: SHORT, ..patient() };
    let served = Served::start_with(ignore, config);
    let mut idle = served.open();
    idle.send(get("/").as_bytes());
    assert_eq!(comun::mask_date(&idle.rest()), ok("hecho"));
    assert_eq!(served.open().rest(), "", "nunca pidió nada");
}

#[test]
fn el_plazo_ocioso_predeterminado_es_mayor_que_el_de_los_balanceadores() {
    assert!(Config::default().idle_timeout > Duration::from_secs(60));
}

#[test]
fn quien_no_lee_su_respuesta_pierde_la_conexion() {
    let (report, reports) = mpsc::channel();
    let served = Served::start_with(
        move |_: &mut Environ, start: StartResponse<'_>| {
            start("200 OK", &[])?;
            let witness = Witness(report.clone());
            Ok(Body::stream(std::iter::repeat_with(move || {
                let _alive = &witness;
                Ok(Chunk::from(vec![b'x'; 64 * 1024]))
            })))
        },
        Config { write_timeout: SHORT, ..patient() },
    );
    // A quien habla HTTP/1.0 el cierre le marca el final: para que no lo parezca, tiene que fallar.
    for request in [get("/"), "GET / HTTP/1.0\r\n\r\n".to_owned()] {
        let mut wire = served.open();
        wire.send(request.as_bytes());
        assert_eq!(reports.recv_timeout(Duration::from_secs(20)), Ok(()), "el cuerpo se suelta");
        let rest = wire.try_rest();
        let is_old = request.contains("1.0");
        let looks_whole = |bytes: &Vec<u8>| is_old || bytes.ends_with(b"0\r\n\r\n");
        assert!(!rest.as_ref().is_ok_and(looks_whole), "no parece entera");
    }
}

struct Witness(mpsc::Sender<()>);

impl Drop for Witness {
    fn drop(&mut self) {
        // Si la prueba ya terminó, nadie escucha.
        let _ = self.0.send(());
    }
}

#[test]
fn los_clientes_lentos_no_estorban() {
    let served = Served::start_with(
        |environ: &mut Environ, start: StartResponse<'_>| {
            if environ.path_info() != "/grande" {
                return echo(environ, start);
            }
            start("200 OK", &[])?;
            Ok(Body::reader(io::repeat(b'x')))
        },
        Config { max_threads: 4, ..patient() },
    );
    let opened = |count: usize, request: &str| -> Vec<Wire> {
        let mut wires: Vec<_> = (0..count).map(|_| served.open()).collect();
        wires.iter_mut().for_each(|wire| wire.send(request.as_bytes()));
        wires
    };
    let idle = opened(500, "");
    let half_heads = opened(50, "GET / HTTP/1.1\r\nHost: x");
    let half_bodies = opened(50, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nho");
    let mut deaf = opened(30, &get("/grande"));
    deaf.iter_mut().for_each(|wire| _ = wire.until("xxxx"));
    for _ in 0..20 {
        assert_eq!(served.get("/a").body, "GET /a []");
    }
    drop((idle, half_heads, half_bodies, deaf));
}

#[test]
fn los_cuerpos_grandes_a_medias_no_estorban() {
    let served = Served::start_with(echo, patient());
    let mut half: Vec<_> = (0..50).map(|_| served.open()).collect();
    for wire in &mut half {
        wire.send(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nho");
    }
    for _ in 0..20 {
        assert_eq!(served.get("/a").body, "GET /a []");
    }
    drop(half);
}
