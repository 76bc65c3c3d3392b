"""La misma petición por cada protocolo, y lo que se entiende de cada respuesta."""
import io
import struct
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from comun import Answer

# Los registros de FastCGI (especificación, §8).
BEGIN, END, PARAMS, STDIN, STDOUT, STDERR = 1, 3, 4, 5, 6, 7


@dataclass
class Request:
    """Lo que se pide."""

    method: str = "GET"
    path: str = "/"
    headers: tuple = ()
    body: bytes = b""

    def variables(self):
        """La petición, como la cuenta un servidor web."""
        path, _, query = self.path.partition("?")
        length = str(len(self.body)) if self.body else ""
        told = {
            # En SCGI va delante.
            "CONTENT_LENGTH": length or "0",
            "REQUEST_METHOD": self.method,
            "REQUEST_URI": self.path,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
        }
        for name, value in self.headers:
            name = name.upper().replace("-", "_")
            told[name if name == "CONTENT_TYPE" else "HTTP_" + name] = value
        return [(name.encode(), value.encode("latin-1")) for name, value in told.items()]


@dataclass
class Seen(Answer):
    """Lo que vio un cliente, con lo que quedó anotado donde él, y si estaba entero."""

    errors: str = ""
    is_whole: bool = True


class Http:
    name = "http"

    @staticmethod
    def write(request):
        lines = [f"{request.method} {request.path} HTTP/1.1", "Host: localhost", "Connection: close"]
        if request.body:
            lines.append(f"Content-Length: {len(request.body)}")
        lines += [f"{name}: {value}" for name, value in request.headers]
        return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + request.body

    @staticmethod
    def read(received, is_cut, has_body):
        answer = sized(received, is_cut, has_body)
        if has_body and answer.header("Transfer-Encoding") == "chunked":
            answer.body, answer.is_whole = joined(answer.body)
        return answer


class Scgi:
    name = "scgi"

    @staticmethod
    def write(request):
        pairs = request.variables()
        pairs.insert(1, (b"SCGI", b"1"))
        block = b"".join(name + b"\0" + value + b"\0" for name, value in pairs)
        return b"%d:%s," % (len(block), block) + request.body

    @staticmethod
    def read(received, is_cut, has_body):
        return sized(received, is_cut, has_body)


class Uwsgi:
    name = "uwsgi"

    @staticmethod
    def write(request):
        block = b"".join(
            struct.pack("<H", len(text)) + text for pair in request.variables() for text in pair
        )
        return struct.pack("<BHB", 0, len(block), 0) + block + request.body

    read = Scgi.read


class FastCgi:
    name = "fastcgi"

    @staticmethod
    def write(request):
        block = b"".join(
            struct.pack(">II", len(name) | 1 << 31, len(value) | 1 << 31) + name + value
            for name, value in request.variables()
        )
        wire = record(BEGIN, struct.pack(">HB5x", 1, 0)) + record(PARAMS, block) + record(PARAMS)
        return wire + stream(STDIN, request.body)

    @staticmethod
    def read(received, is_cut, has_body):
        found, is_over = {STDOUT: b"", STDERR: b""}, False
        for kind, content, _ in records(received):
            is_over |= kind == END
            if kind in found:
                found[kind] += content
        answer = sized(found[STDOUT], is_cut or not is_over, has_body)
        answer.errors = found[STDERR].decode()
        return answer


def records(received):
    """Los registros que hay en unos bytes: la clase, el contenido y el registro entero. Los bytes que no lo son, al final
    y sin clase."""
    while received:
        version, kind, _, length, padding = struct.unpack(">BBHHBx", received[:8].ljust(8, b"\0"))
        size = 8 + length + padding
        if version != 1 or len(received) < size:
            yield None, b"", received
            return
        yield kind, received[8 : 8 + length], received[:size]
        received = received[size:]


def without(unwanted, received):
    """Los mismos bytes, sin los registros de esa clase."""
    return b"".join(whole for kind, _, whole in records(received) if kind != unwanted)


def record(kind, content=b""):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), 0) + content


def stream(kind, content):
    """El contenido en sus registros, con el vacío que lo termina."""
    blocks = [content[at : at + 65535] for at in range(0, len(content), 65535)]
    return b"".join(record(kind, block) for block in [*blocks, b""])


def sized(received, is_cut, has_body):
    """Una cabeza y su cuerpo: entero, si llegó cuanto se anunció y nadie cortó."""
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    answer = Seen(first.partition(" ")[2], [tuple(line.split(": ", 1)) for line in lines], body)
    length = answer.header("Content-Length")
    is_short = has_body and length is not None and len(body) < int(length)
    answer.is_whole = not (is_cut or is_short)
    return answer


def joined(chunks):
    """Lo que va por trozos, y si están todos."""
    content, source = b"", io.BytesIO(chunks)
    while size := int(source.readline() or b"0", 16):
        content += source.read(size)
        source.read(2)
    return content, chunks.endswith(b"\r\n0\r\n\r\n") or chunks == b"0\r\n\r\n"


ALL = (Http, FastCgi, Scgi, Uwsgi)
