"""`wsgi.file_wrapper` (PEP 3333, «Optional Platform-Specific File Handling»)."""
import io

from .base import Rules


class FileRules(Rules):
    def wrapped(self, filelike, headers=()):
        """Lo que llega de un archivo, y si quedó cerrado."""

        def application(environ, start_response):
            start_response("200 OK", list(headers))
            return environ["wsgi.file_wrapper"](filelike, 4)

        return self.ask(application).body, filelike.closed

    def test_un_file_wrapper_se_recorre_y_se_cierra(self):
        self.assertEqual(self.wrapped(io.BytesIO(b"0123456789")), (b"0123456789", True))

    def test_un_file_wrapper_cumple_content_length(self):
        four = [("Content-Length", "4")]
        self.assertEqual(self.wrapped(io.BytesIO(b"0123456789"), four), (b"0123", True))

    def test_un_file_wrapper_es_un_iterable_como_los_demas(self):
        def application(environ, start_response):
            start_response("200 OK", [])
            blocks = list(environ["wsgi.file_wrapper"](io.BytesIO(b"0123456789"), 4))
            return [repr(blocks).encode()]

        self.assertEqual(self.ask(application).body, b"[b'0123', b'4567', b'89']")
