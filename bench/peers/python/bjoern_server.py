"""`bjoern` no se divide solo: aquí se parte en varios procesos que comparten el puerto.

python3 bjoern_server.py PUERTO PROCESOS
"""

import ctypes
import os
import signal
import sys

import bjoern

from app import application

PR_SET_PDEATHSIG = 1

port, processes = int(sys.argv[1]), int(sys.argv[2])
for _ in range(processes - 1):
    if os.fork() == 0:
        # Que ninguno sobreviva al primero.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        break
bjoern.run(application, "127.0.0.1", port, reuse_port=processes > 1)
