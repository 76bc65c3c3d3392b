//! Antes de llamar a la aplicación, leer una petición pide memoria en proporción a lo que mide su
//! cabeza, diga lo que diga; y el hilo que la leyó devuelve lo que pidió de más.
//!
//! `RUSTFLAGS="--cfg fuzzing" cargo test --manifest-path fuzz/Cargo.toml --test memoria`
//!
//! Está en este paquete porque contar los bytes exige un asignador propio, que en Rust es `unsafe`:
//! la biblioteca y sus pruebas lo prohíben.
#![cfg(fuzzing)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use pasarela::ProxyHeader;
use pasarela::fuzzing::{Desk, Wire};

/// Bytes pedidos en todo, en uso, y el máximo que hubo en uso.
#[derive(Debug, Clone, Copy)]
struct Tally {
    total: usize,
    held: usize,
    peak: usize,
}

thread_local! {
    /// Lo de este hilo: cada prueba está en el suyo.
    static TALLY: Cell<Tally> = const { Cell::new(Tally { total: 0, held: 0, peak: 0 }) };
}

fn note(asked: usize, returned: usize) {
    TALLY.with(|tally| {
        let Tally { total, held, peak } = tally.get();
        // El búfer de otro hilo puede soltarse aquí.
        let held = (held + asked).saturating_sub(returned);
        tally.set(Tally { total: total + asked, held, peak: peak.max(held) });
    });
}

struct Counting;

// SAFETY: todo lo hace el asignador del sistema; aquí solo se cuenta, sin pedir memoria.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size(), 0);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        note(0, layout.size());
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size, layout.size());
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Cuántos bytes se piden y se conservan mientras corre `work`.
fn measure(work: impl FnOnce()) -> Tally {
    let before = TALLY.get();
    TALLY.set(Tally { total: 0, held: before.held, peak: before.held });
    work();
    let Tally { total, held, peak } = TALLY.get();
    Tally { total, held: held.saturating_sub(before.held), peak: peak - before.held }
}

type Pairs = Vec<(String, Vec<u8>)>;

/// Encabezados hostiles que miden unos `size` bytes.
fn hostile_fields(size: usize) -> Vec<(&'static str, Pairs)> {
    let one = |name: &str, value: String| vec![(name.to_owned(), value.into_bytes())];
    let many = |unit: usize, pair: &dyn Fn(usize) -> (String, Vec<u8>)| -> Pairs {
        (0..size / unit).map(pair).collect()
    };
    let list = |text: &str, share: usize| text.repeat((size / share / text.len()).max(1));
    let for_and_host = |address: &str| {
        [one("x-forwarded-for", list(address, 2)), one("x-forwarded-host", list("x", 2))].concat()
    };
    vec![
        ("uno repetido", many(606, &|_| ("accept".into(), vec![b'x'; 600]))),
        ("uno corto repetido", many(4, &|_| ("a".into(), Vec::new()))),
        ("dos que se alternan", many(100, &|at| (format!("x-{}", at % 2), vec![b'x'; 100]))),
        ("cookies", many(16, &|at| ("cookie".into(), format!("a={at}").into_bytes()))),
        ("bytes que no son UTF-8", many(8, &|_| ("x-a".into(), b"\xFF".to_vec()))),
        ("nombres sin UTF-8 detrás", many(12, &|at| (format!("x-{at}"), b"\xFF".to_vec()))),
        ("muchos nombres", many(8, &|at| (format!("{at:x}"), Vec::new()))),
        ("nombres cada uno dos veces", many(8, &|at| (format!("{:x}", at / 2), Vec::new()))),
        ("proxies de más y un servidor largo", for_and_host("10.0.0.1,")),
        ("nada de más y un servidor largo", for_and_host(",")),
        ("puertos inventados", one("x-forwarded-for", format!("1.2.3.4{}", list(":_", 1)))),
        ("elementos entre comillas", one("forwarded", list("for=\"10.0.0.1\";host=\"\\x\",", 1))),
        ("elementos vacíos", one("forwarded", list(",", 1))),
        ("comillas", one("forwarded", list("\"", 1))),
        ("barras y comillas", one("forwarded", list("\\\",", 1))),
        ("un prefijo largo", one("x-forwarded-prefix", list("/%41", 1))),
        ("lo que contaría un proxy", many(24, &|at| (format!("x-forwarded-{at:x}"), Vec::new()))),
        ("un servidor largo", one("forwarded", format!("for=10.0.0.1;host={}", list("x", 1)))),
        ("un nombre largo", one(&list("x", 1), "1".to_owned())),
    ]
}

/// Rutas hostiles que miden unos `size` bytes.
fn hostile_paths(size: usize) -> [(&'static str, String); 4] {
    let path = |unit: &str| format!("/{}", unit.repeat(size / unit.len()));
    [
        ("ruta", path("a")),
        ("barras", path("/")),
        ("ruta escapada", path("%41")),
        ("ruta sin UTF-8", path("%FF")),
    ]
}

fn http(path: &str, fields: &Pairs) -> Vec<u8> {
    let mut bytes = format!("GET {path} HTTP/1.1\r\nhost: x\r\n").into_bytes();
    for (name, value) in fields {
        bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    bytes.extend(b"\r\n");
    bytes
}

/// Las variables que mandaría un servidor web.
fn variables(path: &str, fields: &Pairs) -> Pairs {
    let fixed = [("CONTENT_LENGTH", "0"), ("SCGI", "1"), ("REQUEST_METHOD", "GET")];
    let remote = [("REMOTE_ADDR", "127.0.0.1"), ("PATH_INFO", path)];
    let fixed = fixed.iter().chain(&remote).map(|(name, value)| (*name, value.as_bytes()));
    let mut all: Pairs = fixed.map(|(name, value)| (name.to_owned(), value.to_vec())).collect();
    all.extend(fields.iter().map(|(name, value)| {
        (format!("HTTP_{}", name.to_uppercase().replace('-', "_")), value.clone())
    }));
    all
}

fn scgi(pairs: &Pairs) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (name, value) in pairs {
        bytes.extend([name.as_bytes(), b"\0", value, b"\0"].concat());
    }
    [format!("{}:", bytes.len()).as_bytes(), &bytes, b","].concat()
}

/// `None` si no cabe: un paquete mide 64 KiB como mucho.
fn uwsgi(pairs: &Pairs) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for text in pairs.iter().flat_map(|(name, value)| [name.as_bytes(), value]) {
        bytes.extend(u16::try_from(text.len()).ok()?.to_le_bytes());
        bytes.extend(text);
    }
    let [low, high] = u16::try_from(bytes.len()).ok()?.to_le_bytes();
    Some([&[0, low, high, 0], &bytes[..]].concat())
}

fn fastcgi(pairs: &Pairs) -> Vec<u8> {
    let mut params = Vec::new();
    for (name, value) in pairs {
        for text in [name.as_bytes(), value] {
            match u8::try_from(text.len()) {
                Ok(length @ 0..128) => params.push(length),
                _ => params.extend((text.len() as u32 | 1 << 31).to_be_bytes()),
            }
        }
        params.extend([name.as_bytes(), value].concat());
    }
    let mut bytes = b"\x01\x01\0\x01\0\x08\0\0\0\x01\0\0\0\0\0\0".to_vec();
    for part in params.chunks(60_000).chain([&[][..]]) {
        let [high, low] = (part.len() as u16).to_be_bytes();
        bytes.extend([&[1, 4, 0, 1, high, low, 0, 0], part].concat());
    }
    bytes
}

/// Lo mismo contado en los cuatro protocolos.
fn in_every_protocol(path: &str, fields: &Pairs) -> Vec<(Wire, Vec<u8>)> {
    let pairs = variables(&path.replace("%FF", "\u{FFFD}").replace("%41", "A"), fields);
    let mut all = vec![
        (Wire::Http, http(path, fields)),
        (Wire::Scgi, scgi(&pairs)),
        (Wire::FastCgi, fastcgi(&pairs)),
    ];
    all.extend(uwsgi(&pairs).map(|bytes| (Wire::Uwsgi, bytes)));
    all
}

/// Todas las peticiones hostiles de unos `size` bytes, con lo que tienen de malo.
fn hostile(size: usize) -> Vec<(&'static str, Wire, Vec<u8>)> {
    let mut cases: Vec<(&str, String, Pairs)> = Vec::new();
    cases.extend(hostile_fields(size).into_iter().map(|(what, fields)| (what, "/".into(), fields)));
    cases.extend(hostile_paths(size).map(|(what, path)| (what, path, Pairs::new())));
    let in_every = cases.into_iter().flat_map(|(what, path, fields)| {
        let requests = in_every_protocol(&path, &fields);
        requests.into_iter().map(move |(wire, bytes)| (what, wire, bytes))
    });
    in_every.collect()
}

const SIZES: [usize; 4] = [1 << 10, 8 << 10, 64 << 10, 1 << 20];

/// Todos los que pone un proxy: con `Forwarded` y sin él.
const KINDS: [&[ProxyHeader]; 2] = [
    &[
        ProxyHeader::XForwardedFor,
        ProxyHeader::XForwardedProto,
        ProxyHeader::XForwardedHost,
        ProxyHeader::XForwardedPort,
        ProxyHeader::XForwardedPrefix,
    ],
    &[ProxyHeader::Forwarded],
];

/// Lo que pide cualquier petición, aunque sea corta: el sitio de las variables y de sus textos.
const ALWAYS: usize = 16 * 1024;

/// Bytes pedidos en todo por cada uno de la petición. Lo más caro son los nombres cortos y distintos:
/// cada uno es una variable, y crecer duplica.
const TOTAL_PER_BYTE: usize = 64;

/// Bytes en uso a la vez.
const PEAK_PER_BYTE: usize = 40;

/// Lo que un hilo conserva entre una petición y otra.
const KEPT: usize = 32 * 1024;

#[test]
fn leer_una_peticion_pide_en_proporcion_a_lo_que_mide() {
    for (what, wire, bytes) in SIZES.into_iter().flat_map(hostile) {
        for kind in KINDS {
            let mut desk = Desk::default();
            let cost = measure(|| {
                let is_whole = desk.fill(wire, &bytes, kind).map(|environ| environ.is_some());
                assert_eq!(is_whole, Ok(true), "{what}, {wire:?}");
            });
            let size = bytes.len();
            assert!(
                cost.total <= ALWAYS + TOTAL_PER_BYTE * size
                    && cost.peak <= ALWAYS + PEAK_PER_BYTE * size,
                "{what}, {wire:?}, {kind:?}: {size} bytes piden {cost:?}"
            );
        }
    }
}

#[test]
fn un_hilo_devuelve_lo_que_una_peticion_le_hizo_pedir() {
    let requests: Vec<_> = SIZES.into_iter().flat_map(hostile).collect();
    let mut desk = Desk::default();
    let cost = measure(|| {
        for (what, wire, bytes) in &requests {
            let before = TALLY.get().held;
            // Aunque la rechace por el camino.
            for end in [bytes.len(), bytes.len() / 2] {
                drop(desk.fill(*wire, &bytes[..end], KINDS[0]).map(|_| ()));
                desk.clear();
            }
            let kept = TALLY.get().held.saturating_sub(before);
            assert!(kept <= KEPT, "{what}, {wire:?}: conserva {kept}");
        }
    });
    assert!(cost.held <= KEPT, "{cost:?}");
}
