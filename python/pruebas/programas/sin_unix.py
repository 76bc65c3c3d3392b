# `python -m pasarela` con lo que encuentra en Windows: ni estos módulos ni estos nombres. Los de la biblioteca de Python
# que él usa se cargan antes: aquí sí los necesitan.
import importlib.resources
import os
import random
import runpy
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import wsgiref.simple_server

for name in ["fcntl", "grp", "pwd", "resource", "syslog", "termios"]:
    sys.modules[name] = None
for module, names in {
    os: "fork killpg posix_spawn posix_spawnp set_blocking sched_getaffinity getuid chown",
    signal: "SIGHUP SIGKILL SIGUSR1 SIGUSR2 SIGCHLD SIGQUIT SIGPIPE SIGALRM pthread_kill pthread_sigmask sigwait",
    socket: "AF_UNIX send_fds recv_fds",
}.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
sys.argv[0] = "pasarela"
from pasarela.__main__ import main
sys.exit(main())
