# python3 book/python/cap01_texto.py
from wsgiref.simple_server import make_server


def application(_environ, start_response):
    headers = [("Content-type", "text/plain; charset=utf-8")]

    start_response("200 OK", headers)

    return ["Hola gente de códigofacilito".encode("utf-8")]


def main():
    server = make_server("localhost", 8000, application)
    server.serve_forever()


if __name__ == "__main__":
    main()
