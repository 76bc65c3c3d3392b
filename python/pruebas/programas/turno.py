"""Dice cada cuántos microsegundos se suelta el intérprete."""
import sys


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(round(sys.getswitchinterval() * 1e6)).encode()]
