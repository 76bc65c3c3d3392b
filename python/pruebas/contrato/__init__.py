"""Lo que PEP 3333 manda a un servidor: una prueba por regla, para quien atienda como diga `way`."""
from .base import Rules
from .body import BodyRules
from .environ import EnvironRules
from .file_wrapper import FileRules
from .http import HttpRules
from .input import InputRules
from .start_response import StartResponseRules
from .validador import ValidatorRules

__all__ = ["Contract", "HttpRules", "Rules"]


class Contract(
    EnvironRules, InputRules, StartResponseRules, BodyRules, FileRules, ValidatorRules
):
    """Las que valen por cualquier protocolo."""
