# Lo que pide el examinador: en `/eco` vuelve el cuerpo que llega; en lo demás, sin leer nada, un saludo.
def application(environ, start_response):
    start_response("200 OK", [("Content-type", "text/plain; charset=utf-8")])
    if environ["PATH_INFO"] == "/eco":
        return iter(lambda: environ["wsgi.input"].read(65536), b"")
    return ["Hola, ñandú\n".encode()]
