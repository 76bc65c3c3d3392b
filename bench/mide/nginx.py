"""La configuración de nginx: responde lo mismo que los demás, sin llamar a ninguna aplicación."""

import getpass
import os
from pathlib import Path
from string import Template

import places

TEMPLATE = Template(Path(__file__).with_suffix(".conf").read_text())


def prepare_nginx(port):
    """Escribe la configuración; devuelve la carpeta que sobra al terminar."""
    folder = places.WORK / f"nginx-{port}"
    (folder / "logs").mkdir(parents=True, exist_ok=True)
    configuration = TEMPLATE.substitute(
        # Sin esto sus procesos serían de otra persona y no leerían una carpeta privada.
        user=f"user {getpass.getuser()};" if os.geteuid() == 0 else "",
        processes=os.cpu_count() or 1,
        folder=folder,
        root=places.WORK,
        port=port,
        text=places.TEXT.decode(),
        html=places.HTML.decode(),
    )
    (folder / "nginx.conf").write_text(configuration)
    return folder
