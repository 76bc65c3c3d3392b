# Una aplicación que tarda en cargarse más de lo que nadie espera.
import sys, time
print("cargando", flush=True)
time.sleep(60)
