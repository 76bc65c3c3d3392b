# python3 book/python/cap07_trozos.py
import sys
import time
from wsgiref.simple_server import make_server


def application(environ, start_response):
    breaks = environ["PATH_INFO"] == "/averia"
    headers = [("Content-type", "text/html; charset=utf-8")]

    start_response("200 OK", headers)

    return clock(breaks)


def clock(breaks):
    second = 0
    try:
        while second < 5:
            if breaks and second == 2:
                raise OSError("se acabó la cuerda")
            time.sleep(1)
            second += 1
            yield f"<p>Segundo {second}</p>\n".encode("utf-8")
    finally:
        print(f"El reloj se detuvo en el segundo {second}.", file=sys.stderr)


def main():
    server = make_server("localhost", 8000, application)
    server.serve_forever()


if __name__ == "__main__":
    main()
