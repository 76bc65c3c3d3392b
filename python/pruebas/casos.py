"""Bytes que un servidor puede recibir, bien y mal escritos, por cada protocolo."""
from protocolos import FastCgi, Request, Scgi, Uwsgi, record

LINES = [
    *("GET / HTTP/1.1", "get / HTTP/1.1", "PROPFIND /a HTTP/1.1", "HEAD /repetidos HTTP/1.1"),
    *("GET /a%20b/%C3%B1?c=d%20e HTTP/1.1", "GET /a/../b//./c HTTP/1.1", "GET /%FF HTTP/1.1"),
    *("GET http://y:81/a?b HTTP/1.1", "GET http://u@y/a HTTP/1.1", "GET http:///a HTTP/1.1"),
    *("OPTIONS * HTTP/1.1", "GET * HTTP/1.1", "CONNECT x:443 HTTP/1.1", "CONNECT / HTTP/1.1"),
    *("GET / HTTP/1.0", "GET / HTTP/1.9", "GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.10"),
    *("GET / http/1.1", "GET /", "GET", "G(T / HTTP/1.1", "GET  / HTTP/1.1", "GET / HTTP/1.1 "),
    *(" GET / HTTP/1.1", "GET\t/ HTTP/1.1", "GET /a#b HTTP/1.1", "GET /%zz HTTP/1.1", "GET a HTTP/1.1"),
    *("GET /\xf1 HTTP/1.1", "GET /\x7f HTTP/1.1", "GET /sin-contenido HTTP/1.1", "GET /falla HTTP/1.1"),
    *("GET /sin-cambios HTTP/1.1", "GET /redirige HTTP/1.1", "\r\nGET / HTTP/1.1", "HEAD /falla HTTP/1.1"),
]

HOSTS = [
    *("Host: x:80", "Host: [::1]:80", "Host: ", "Host: u@x", "Host: x:y", "Host: x/y", "Host: x y"),
    *("Host: x\r\nHost: x", "Host: x\r\nHost: y", "A: sin host"),
]

FIELDS = [
    *("X-Doble: uno\r\nX-Doble: dos", "Cookie: a=1\r\nCookie: b=2", "X-Doble: a\t\xf1", "X_Doble: 1"),
    *("Proxy: http://malo", "X-Doble : 1", "X-Doble: 1\r\n y mas", " X-Doble: 1", ": 1", "X Y: 1"),
    *("X-Doble: a\x01", "X-Doble: a\nb", "X-Doble: a\rb", "X-Doble: a\x00", "X-Doble"),
    *("Authorization: a\r\nAuthorization: a", "Content-Type: a/b\r\nContent-Type: c/d"),
    *("Connection: close", "Connection: keep-alive", "Connection: X-Doble, CLOSE", "Expect: propina"),
    *("Upgrade: h2c\r\nConnection: Upgrade", "TE: trailers", "Range: bytes=0-1", "X-Doble: " + "a" * 9000),
]

# Los que dicen dónde termina un cuerpo, y el cuerpo.
BODIES = [
    ("Content-Length: 4", "hola"),
    ("Content-Length: 04", "hola"),
    ("Content-Length: 0", ""),
    ("Content-Length: +4", "hola"),
    ("Content-Length: 4, 4", "hola"),
    ("Content-Length: ", "hola"),
    ("Content-Length: 0x4", "hola"),
    ("Content-Length: 4\r\nContent-Length: 4", "hola"),
    ("Content-Length: 4\r\nContent-Length: 5", "hola"),
    ("Content-Length: 18446744073709551616", "hola"),
    ("Content-Length: 9999999999999", "hola"),
    ("Content-Length: 4\r\nTransfer-Encoding: chunked", "4\r\nhola\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "4\r\nhola\r\n0\r\n\r\n"),
    ("Transfer-Encoding: CHUNKED", "4;a=b\r\nhola\r\n3\r\n!!!\r\n0\r\nX-Doble: 1\r\n\r\n"),
    ("Transfer-Encoding: chunked", "04\r\nhola\r\n00\r\n\r\n"),
    ("Transfer-Encoding: chunked", "4\nhola\n0\n\n"),
    ("Transfer-Encoding: chunked", "4\r\nholaX\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "0x4\r\nhola\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "-4\r\nhola\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "4 \r\nhola\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "4;\r\nhola\r\n0\r\n\r\n"),
    ("Transfer-Encoding: chunked", "ffffffffffffffff1\r\nhola"),
    ("Transfer-Encoding: chunked", "4\r\nhola\r\n0\r\nContent-Length: 9\r\n\r\n"),
    ("Transfer-Encoding: chunked", "4\r\nhola\r\n0\r\nX Y: 1\r\n\r\n"),
    ("Transfer-Encoding: chunked, chunked", "0\r\n\r\n"),
    ("Transfer-Encoding: gzip, chunked", "0\r\n\r\n"),
    ("Transfer-Encoding: chunked, gzip", "0\r\n\r\n"),
    ("Transfer-Encoding: xchunked", "0\r\n\r\n"),
    ("Transfer-Encoding: \x0bchunked", "0\r\n\r\n"),
    ("Transfer-Encoding:", "0\r\n\r\n"),
    ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", "0\r\n\r\n"),
    ("Expect: 100-continue\r\nContent-Length: 4", "hola"),
]

# Lo que viene detrás: si algo lo tomara por suyo, se notaría.
SMUGGLED = "GET /contrabando HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def http():
    """Los mensajes, cada uno con otro detrás."""
    heads = [f"{line}\r\nHost: x\r\n\r\n" for line in LINES]
    heads += [f"GET / HTTP/1.1\r\n{host}\r\n\r\n" for host in HOSTS]
    heads += [f"GET / HTTP/1.1\r\nHost: x\r\n{field}\r\n\r\n" for field in FIELDS]
    for path in ["/eco", "/sube", "/redirige"]:
        heads += [f"POST {path} HTTP/1.1\r\nHost: x\r\n{how}\r\n\r\n{body}" for how, body in BODIES]
    heads += [f"POST /eco HTTP/1.0\r\n{how}\r\n\r\n{body}" for how, body in BODIES]
    large = "x" * 100_000
    heads += [f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n{large}" for path in PATHS]
    return [(head + SMUGGLED).encode("latin-1") for head in heads]


PATHS = ["/sube", "/redirige", "/falla", "/sin-contenido", "/sin-cambios"]

REQUESTS = [
    *(Request(path=path) for path in ["/", "/a%20b/%C3%B1?c=d", "/repetidos", *PATHS]),
    *(Request("POST", path, body=b"x" * 100_000) for path in PATHS),
    Request("HEAD", "/repetidos"),
    Request("CONNECT", "/"),
    Request("G(T", "/"),
    Request("OPTIONS", "*"),
    Request(path="/%zz"),
    Request(headers=(("X-Doble", "a\xf1"), ("Cookie", "a=1"), ("Proxy", "http://malo"))),
    Request(headers=(("X-Doble", "a\r\nb"),)),
    Request(headers=(("Host", "u@x"),)),
]


def gateway(protocol):
    """Lo que cuenta un servidor web, entero, cortado y con algo de más."""
    whole = [protocol.write(request) for request in REQUESTS]
    usual = protocol.write(Request("POST", "/eco", body=b"hola"))
    cuts = [usual[: len(usual) * part // 8] for part in range(8)]
    return [*whole, *cuts, usual + b"y de mas", usual * 2, b"\0" + usual, *ODD[protocol](usual)]


ODD = {
    Scgi: lambda usual: [b"x:", b"99999999:", b"-1:,", usual.replace(b",", b";", 1), b"3:ab\0,"],
    Uwsgi: lambda usual: [usual[:1] + b"\xff\xff" + usual[3:], b"\5" + usual[1:]],
    FastCgi: lambda usual: [
        usual[8 + 8 :],
        b"\2" + usual[1:],
        record(9, b"\x0f\0FCGI_MPXS_CONNS") + usual,
        record(99, b"?") + usual,
        record(1, b"\0\2\0\0\0\0\0\0") + usual[16:],
        usual[:16] + record(2) + usual[16:],
    ],
}
