"""Clientes de toda clase, para `aguante.py`: cada uno hace lo suyo una vez, y falla si no recibe lo que debe."""
import hashlib
import http.client
import random
import socket
import struct
import time

from comun import PATIENCE, read_to_end
from programas.de_todo import LARGE, LINE

FILE = b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(8192))
MODEST = 50


def expect(found, wanted):
    if found != wanted:
        raise AssertionError(f"llegó {str(found)[:200]}, y no {str(wanted)[:200]}")


def connect(address):
    return http.client.HTTPConnection(*address, timeout=PATIENCE)


def ask(connection, path, method="GET", body=None, status=200, **headers):
    connection.request(method, path, body=body, headers=headers)
    with connection.getresponse() as response:
        received = response.read()
        expect(response.status, status)
    return received


def one(address, path, **options):
    connection = connect(address)
    try:
        return ask(connection, path, **options)
    finally:
        connection.close()


def opened(address, request):
    """Una conexión con esos bytes ya enviados."""
    wire = socket.create_connection(address, timeout=PATIENCE)
    wire.sendall(request)
    return wire


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


def post(path, length):
    return f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode()


def cut(wire):
    """Se va de golpe: lo que quede por llegar se rechaza."""
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.close()


def conversation(address, luck):
    """Muchas peticiones por una conexión."""
    connection = connect(address)
    for _ in range(luck.randint(1, MODEST)):
        expect(ask(connection, "/texto"), b"hola")
    connection.close()


def newcomer(address, luck):
    expect(one(address, "/texto", Connection="close"), b"hola")


def upload(address, luck):
    content = luck.randbytes(luck.choice([10, 5_000, 300_000]))
    expect(one(address, "/eco", method="POST", body=content).decode(), hashlib.sha256(content).hexdigest())


def chunked_upload(address, luck):
    count = luck.randint(0, MODEST)
    expect(one(address, "/lineas", method="POST", body=iter([b"una\nl", b"inea\n"] * count)), b"%d" % (2 * count))


def streamed(address, luck):
    expect(one(address, "/partes"), LINE * 20)


def file(address, luck):
    expect(one(address, "/archivo"), FILE)


def large(address, luck):
    expect(one(address, "/grande"), LARGE * 8)


def waiting(address, luck):
    expect(one(address, "/tarde"), b"tarde")


def failing(address, luck):
    one(address, "/error", status=500)


def broken(address, luck):
    """Lo que no está entero lo parece."""
    try:
        one(address, "/roto")
    except (http.client.IncompleteRead, ConnectionResetError):
        return
    raise AssertionError("un cuerpo roto pareció entero")


def leaves_while_reading(address, luck):
    wire = opened(address, get(luck.choice(["/grande", "/archivo", "/partes", "/tarde"])))
    wire.recv(luck.randint(1, 100_000))
    luck.choice([cut, socket.socket.close])(wire)


def leaves_at_once(address, luck):
    cut(opened(address, get(luck.choice(["/tarde", "/partes", "/texto"]))))


def leaves_while_sending(address, luck):
    wire = opened(address, post(luck.choice(["/eco", "/lineas"]), 200_000))
    wire.sendall(bytes(luck.randint(0, 150_000)))
    luck.choice([cut, socket.socket.close])(wire)


def leaves_in_the_head(address, luck):
    opened(address, get("/texto")[: luck.randint(1, 20)]).close()


def slow_reader(address, luck):
    """Lee a sorbos el principio, y de golpe lo demás."""
    with opened(address, get("/grande").replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")) as wire:
        received = b""
        for _ in range(20):
            received += wire.recv(2000)
            time.sleep(0.01)
        received += read_to_end(wire)
    expect(received.endswith(b"\r\n0\r\n\r\n"), True)


def slow_writer(address, luck):
    content = luck.randbytes(100_000)
    with opened(address, post("/eco", len(content)).replace(b"Host", b"Connection: close\r\nHost")) as wire:
        for start in range(0, len(content), 5_000):
            wire.sendall(content[start : start + 5_000])
            time.sleep(0.005)
        expect(read_to_end(wire)[-64:].decode(), hashlib.sha256(content).hexdigest())


KINDS = [
    conversation,
    newcomer,
    upload,
    chunked_upload,
    streamed,
    file,
    large,
    waiting,
    failing,
    broken,
    leaves_while_reading,
    leaves_at_once,
    leaves_while_sending,
    leaves_in_the_head,
    slow_reader,
    slow_writer,
]


def any_kind(seed):
    """Quién es, y su suerte."""
    luck = random.Random(seed)
    return luck.choice(KINDS), luck
