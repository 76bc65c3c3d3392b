# Las piezas del apéndice «De Python a Rust».


# ANCHOR: clase
class Greeter:
    def __init__(self, greeting):
        self.greeting = greeting

    def __call__(self, environ, start_response):
        name = environ["QUERY_STRING"]
        if not name:
            raise ValueError("falta el nombre")
        lines = [f"{self.greeting}, ", f"{name}\n"]
        start_response("200 OK", [("Content-type", "text/plain; charset=utf-8")])
        return Lines(lines)
# ANCHOR_END: clase


# ANCHOR: cuerpo
class Lines:
    def __init__(self, lines):
        self.lines = iter(lines)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.lines).encode("utf-8")

    def close(self):
        print("cuerpo cerrado")
# ANCHOR_END: cuerpo


# ANCHOR: intermediario
def signed(application):
    def wrapped(environ, start_response):
        def start(status, headers, exc_info=None):
            headers = headers + [("X-Firma", "Ada")]
            return start_response(status, headers, exc_info)

        return application(environ, start)

    return wrapped
# ANCHOR_END: intermediario
