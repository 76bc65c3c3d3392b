# Nada.
