# Una aplicación que dice quién atiende.
import json, os, subprocess, sys, time

def application(environ, start_response):
    path, text = environ["PATH_INFO"], str(os.getpid())
    if path == "/lento":
        print("dentro", flush=True)
        time.sleep(float(environ["QUERY_STRING"]))
    elif path == "/varios":
        text = str(environ["wsgi.multiprocess"])
    elif path == "/muere":
        os._exit(7)
    elif path == "/hereda":
        ask = "import json, os; print(json.dumps([os.listdir('/proc/self/fd'), dict(os.environ)]))"
        text = subprocess.run([sys.executable, "-c", ask], close_fds=False, capture_output=True, text=True).stdout
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))])
    return [text.encode()]
