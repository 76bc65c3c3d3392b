//! El examinador: un servidor bueno lo pasa entero, y a cada etapa la falla alguien.
//!
//! Con `ANOTA=1`, las transcripciones del libro se escriben en lugar de compararse.

// <!-- permite: host, connection, close -->

#[path = "examina/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
#[cfg(unix)]
use std::{
    fs,
    net::TcpStream,
    path::{Path, PathBuf},
    thread,
};

use guia::examiner::{Course, Examined, Place, STAGES, Settings, Stage, Verdict, examine};
use pretty_assertions::assert_eq;
use server::{Fault, Server};

/// Lo que se espera a quien contesta: sobra en una computadora ocupada.
const PATIENCE: Duration = Duration::from_secs(30);

/// Lo que se espera a quien se sabe que no va a contestar.
const NO_PATIENCE: Duration = Duration::from_millis(300);

fn course(server: &Server, patience: Duration, stages: &[&'static Stage]) -> Course {
    let place = Place::named(&server.name()).expect("es de esta computadora");
    let stop = || server.stop();
    let settings = Settings { patience, echo: Some("/eco"), stop: Some(&stop) };
    examine(&place, settings, stages.iter().copied(), &mut |_| ()).expect("escucha")
}

fn failures(course: &Course) -> Vec<(&'static str, String)> {
    let shown = |one: &Examined| match &one.verdict {
        Verdict::Failed(problem) => (one.stage.name, problem.to_string()),
        Verdict::Passed | Verdict::Left(_) => unreachable!("solo van las que fallan"),
    };
    course.failed().map(shown).collect()
}

#[test]
fn un_servidor_bueno_pasa_todas() {
    let course = course(&Server::start(Fault::None), PATIENCE, &STAGES);
    assert_eq!(failures(&course), []);
    assert_eq!(course.score(), (27, 27));
}

/// Cada falta con la primera etapa que la nota, y lo que dice.
const FAULTS: [(Fault, &str, &str); 28] = [
    (Fault::Mute, "contesta", "no llegó nada más en 300 ms, y faltaba cualquier respuesta"),
    (Fault::NoVersion, "estado", "la línea de estado es «200 Lo que sea», y no empieza por HTTP/"),
    (
        Fault::BareLf,
        "encabezados",
        "la línea «Content-Length: 14» termina en ␊, y debe terminar en ␍␊",
    ),
    (Fault::CountsLetters, "longitud", "detrás del cuerpo llegaron 2 bytes que no son suyos"),
    (Fault::Endless, "longitud", "el cuerpo de la respuesta no termina"),
    (Fault::HeadWithBody, "head", "detrás de la cabeza llegaron 14 bytes"),
    (Fault::IgnoresClose, "cierra", "respondió, pero la conexión siguió abierta"),
    (
        Fault::ChunksForAll,
        "uno-punto-cero",
        "la respuesta lleva Transfer-Encoding, que HTTP/1.0 no conoce",
    ),
    (Fault::OneRead, "partida", "respondió 400, y a la misma petición de una vez, 200"),
    (Fault::FewReads, "byte-a-byte", "respondió 400, y a la misma petición de una vez, 200"),
    (Fault::BreaksOnMethods, "metodo", "respondió 500: una avería, por un método que no conoce"),
    (
        Fault::HangsUpOnGarbage,
        "basura",
        "el servidor cerró la conexión, y faltaba la cabeza de la respuesta",
    ),
    (Fault::IgnoresHost, "sin-host", "respondió 200, y se esperaba 400"),
    (Fault::TrimsNames, "espacio", "respondió 200, y se esperaba 400"),
    (Fault::TakesFirstLength, "longitudes", "respondió 200, y se esperaba 400"),
    (
        Fault::StaysAfterTwoMeasures,
        "dos-medidas",
        "respondió 200 y siguió atendiendo lo que venía detrás, que pudo escribirlo otro",
    ),
    (Fault::EndlessTarget, "direccion-larga", "respondió 200, y se esperaba 414"),
    (Fault::EndlessFields, "encabezados-largos", "respondió 200, y se esperaba 400"),
    (Fault::BodyIsNext, "cuerpo", "hubo una respuesta de más: tomó el cuerpo por otra petición"),
    (Fault::NoChunks, "trozos", "respondió 501 a un cuerpo bien escrito"),
    (
        Fault::NoPermission,
        "permiso",
        "no llegó nada más en 300 ms, y faltaba la cabeza de la respuesta",
    ),
    (
        Fault::NoLinger,
        "sin-leer",
        "la respuesta llegó, pero con un corte de golpe detrás: en otra red se habría perdido",
    ),
    (
        Fault::OneRequest,
        "dos",
        "a la primera respondió, y a la segunda no: el servidor cerró la conexión, y faltaba la cabeza de la \
         respuesta",
    ),
    (
        Fault::DropsLeftovers,
        "fila",
        "a la primera respondió, y a la segunda no: no llegó nada más en 300 ms, y faltaba la cabeza de la \
         respuesta",
    ),
    (
        Fault::OneThread,
        "lentos",
        "el cliente rápido no recibió su respuesta: no llegó nada más en 300 ms, y faltaba la cabeza de la \
         respuesta",
    ),
    (
        Fault::EchoCut,
        "eco",
        "se mandaron 15 bytes y volvieron 14 que no son los mismos (estado 200)",
    ),
    (
        Fault::EchoRaw,
        "eco-trozos",
        "se mandaron 15 bytes y volvieron 30 que no son los mismos (estado 200)",
    ),
    (
        Fault::CutsOnStop,
        "detente",
        "lo que había empezado no se terminó: el servidor cerró la conexión, y faltaba la cabeza de la \
         respuesta",
    ),
];

#[test]
fn a_cada_etapa_la_falla_alguien() {
    let tried: BTreeSet<&str> = FAULTS.iter().map(|(_, stage, _)| *stage).collect();
    assert_eq!(tried, STAGES.iter().map(|stage| stage.name).collect());
    for (fault, name, said) in FAULTS {
        let at = STAGES.iter().position(|stage| stage.name == name).expect("es una etapa");
        let server = Server::start(fault);
        assert_eq!(failures(&course(&server, PATIENCE, &STAGES[..at])), [], "antes de {fault:?}");
        // Lo que se nota porque no pasa nada se espera poco: por poco que sea, tampoco pasará.
        let silences = ["300 ms", "siguió abierta", "siguió atendiendo"];
        let is_silent = silences.iter().any(|silence| said.contains(silence));
        let patience = if is_silent { NO_PATIENCE } else { PATIENCE };
        let found = course(&server, patience, &STAGES[at..=at]);
        assert_eq!(failures(&found), [(name, said.to_owned())], "{fault:?}");
    }
}

/// El código con que termina la guía, lo que dice y de qué se queja, con el sitio del servidor tapado.
fn guide(place: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_guia"))
        .arg("examina")
        .arg(place)
        .args(arguments)
        .env("COLUMNS", "80")
        .output()
        .expect("la guía se ejecuta");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace(place, "SITIO");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn la_primera_que_falla_se_cuenta_entera() {
    let server = Server::start(Fault::HeadWithBody);
    let (code, said, complaint) = guide(&server.name(), &[]);
    assert_eq!((code, complaint.as_str()), (Some(1), ""));
    assert_eq!(
        said,
        "\
Examen de SITIO

[##################--] 22 de 24 etapas

✗ 5  HEAD no lleva cuerpo

  Lo que se envió (>) y lo que llegó (<):

    > HEAD / HTTP/1.1␍␊
    > Host: SITIO␍␊
    > Connection: close␍␊
    > ␍␊
    < HTTP/1.1 200 Lo que sea␍␊
    < Content-Length: 14␍␊
    < Connection: close␍␊
    < ␍␊
    < Hola, ñandú␊
    · el servidor cerró la conexión

  Qué pasó: detrás de la cabeza llegaron 14 bytes.
  La regla: A HEAD se responde lo mismo que a GET, sin un solo byte de cuerpo.
  Si dice Content-Length, es el que tendría GET. (RFC 9110 §9.3.2)
  Una pista: Llama a la aplicación como siempre y envía la cabeza entera. Lo
  que no se envía es lo de detrás.
  En el libro: capítulo 4.

Falla otra. Todas: cargo ejercicios examina --todas
Sin examinar: eco, eco-trozos (pide una ruta que devuelva el cuerpo: --eco
/ruta).
Sin examinar: detente (pide que alguien lo detenga: --detente).
"
    );
}

#[test]
fn todas_son_una_tabla_y_una_se_puede_pedir() {
    let server = Server::start(Fault::NoLinger);
    let (code, said, _) = guide(&server.name(), &["--todas", "--eco", "/eco"]);
    let mut lines = said.lines().skip(2);
    let names: Vec<String> = lines
        .by_ref()
        .take(27)
        .map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            format!("{} {}", words[0], words.last().expect("tiene nombre"))
        })
        .collect();
    let expected: Vec<String> = STAGES
        .iter()
        .map(|stage| match stage.name {
            "sin-leer" => "✗ sin-leer".to_owned(),
            "detente" => "– detente".to_owned(),
            name => format!("✓ {name}"),
        })
        .collect();
    assert_eq!((code, names), (Some(1), expected));
    assert_eq!(
        lines.collect::<Vec<_>>().join("\n"),
        "\n[###################-] 25 de 26 etapas\n\
         La primera que falla, entera: cargo ejercicios examina --etapa sin-leer\n\
         Sin examinar: detente (pide que alguien lo detenga: --detente)."
    );
    let (code, said, _) = guide(&server.name(), &["--etapa", "metodo"]);
    let start = "Examen de SITIO\n\n✓ 10  Un método desconocido\n\n  Lo que se envió (>) y lo que llegó (<):\n";
    assert!(said.starts_with(start) && said.contains("\n  Qué pasó: Se cumple.\n"), "{said}");
    assert_eq!(code, Some(0));
}

#[test]
fn sin_nadie_que_escuche_o_fuera_de_esta_computadora_no_hay_examen() {
    let nobody = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    let nobody = nobody.expect("hay un puerto libre").to_string();
    for (place, complaint) in [
        (
            nobody.as_str(),
            "error: nadie escucha en SITIO; enciende tu servidor en otra terminal y repite, o di dónde está: \
             `cargo ejercicios examina host:puerto`\n",
        ),
        (
            "192.0.2.7:80",
            "error: SITIO no está en esta computadora (es 192.0.2.7), y el examinador solo prueba lo que \
             escucha en ella; usa localhost con el puerto de tu servidor\n",
        ),
        (
            "localhost",
            "error: «SITIO» no dice dónde escucha el servidor; se escribe host:puerto, como SITIO:8000\n",
        ),
    ] {
        assert_eq!(guide(place, &[]), (Some(1), String::new(), complaint.to_owned()));
    }
    let (code, _, complaint) = guide("8000", &["--etapa", "treinta"]);
    let said = "error: no hay una etapa «treinta»; se piden por su nombre o por su número, como los muestra \
                `cargo ejercicios examina --todas`\n";
    assert_eq!((code, complaint.as_str()), (Some(1), said));
}

/// La puntuación del servidor que trae Python, que no cambia desde hace años.
#[test]
#[ignore = "necesita Python 3"]
fn el_servidor_de_python_tiene_su_cuenta() {
    let python = Python::start();
    let place = Place::named(&python.place).expect("es de esta computadora");
    let settings = Settings::default();
    let course = examine(&place, settings, STAGES, &mut |_| ()).expect("escucha");
    let failed: Vec<&str> = course.failed().map(|one| one.stage.name).collect();
    assert_eq!(
        failed,
        [
            "head",
            "basura",
            "sin-host",
            "espacio",
            "longitudes",
            "sin-leer",
            "dos",
            "fila",
            "lentos"
        ]
    );
    assert_eq!(course.score(), (15, 24));
}

/// `wsgiref` en un puerto libre, con la aplicación del capítulo 1.
struct Python {
    child: Child,
    place: String,
}

const WSGIREF: &str = include_str!("examina/wsgiref.py");

impl Python {
    fn start() -> Self {
        let mut child = Command::new("python3")
            .args(["-c", WSGIREF])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("está Python");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("se lee su salida"))
            .read_line(&mut line)
            .expect("dice su puerto");
        Self { child, place: format!("127.0.0.1:{}", line.trim()) }
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Lo que muestra el libro: el examen del servidor del capítulo 11, entero y en una tabla.
#[cfg(unix)]
#[test]
#[ignore = "necesita el puerto 8000, y compila un ejemplo"]
fn el_libro_muestra_el_examen_del_capitulo_11() {
    let _server = Chapter::start();
    for (name, arguments) in [("cap11_examen", &[][..]), ("cap11_etapas", &["--todas"])] {
        let (code, said, complaint) = guide("localhost:8000", arguments);
        assert_eq!((code, complaint.as_str()), (Some(1), ""));
        let order = ["cargo ejercicios examina", &arguments.join(" ")].join(" ");
        let seen = format!("$ {}\n{}", order.trim_end(), said.replace("SITIO", "localhost:8000"));
        let path = root().join(format!("book/transcripciones/{name}.txt"));
        if std::env::var_os("ANOTA").is_some() {
            fs::write(&path, &seen).expect("se puede escribir");
        }
        let shown = fs::read_to_string(&path).expect("está").replace("\r\n", "\n");
        assert_eq!(seen, shown, "{name}");
    }
}

/// El servidor del capítulo 11, en marcha en el puerto 8000.
#[cfg(unix)]
struct Chapter(Child);

#[cfg(unix)]
impl Chapter {
    fn start() -> Self {
        let cargo = std::env::var_os("CARGO").expect("esta prueba la ejecuta cargo");
        let mut child = Command::new(cargo)
            .args(["run", "--quiet", "--example", "cap11_servidor"])
            .current_dir(root())
            .stderr(Stdio::null())
            .spawn()
            .expect("cargo se ejecuta");
        while TcpStream::connect("localhost:8000").is_err() {
            assert_eq!(child.try_wait().expect("es un proceso propio"), None, "no pudo empezar");
            thread::sleep(Duration::from_millis(20));
        }
        Self(child)
    }
}

#[cfg(unix)]
impl Drop for Chapter {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(unix)]
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
