"""Deja de un archivo solo su prosa: lo demás se vuelve espacios y cada línea sigue en su sitio.

Sabe de Markdown y de comentarios; no sabe de ortografía (eso es de `ortografia`).
"""

import re

# Lo que en Markdown no es prosa, en el orden en que se borra.
NOT_PROSE = [
    # Código en línea; no cruza una línea en blanco.
    r"(?<!`)(`+)(?!`)(?:(?!\n\s*\n).)+?(?<!`)\1(?!`)",
    # Un párrafo en otra lengua: <!-- lang:en --> … <!-- /lang -->.
    r"<!--\s*lang:\w+\s*-->.*?<!--\s*/lang\s*-->",
    r"<!--.*?-->",
    r"<(script|style|code|pre|kbd|samp)\b.*?</\1>",
    r"\{\{.*?\}\}",
    # El título de una sección de una norma, y los de `rustdoc` que `clippy` exige en inglés.
    r"\b(?:PEP|RFC)\s+\d+[^\n«\w]{0,3}\s*\(?«[^»]*»",
    r"(?m)^[ \t]*# (?:Errors|Panics|Examples)[ \t]*$",
    # Una orden sola en su línea.
    r"(?m)^[ \t]*(?:cargo|curl|python3|bash) [^\n]*$",
    # Nombres de encabezados y de teclas, opciones de un programa, atributos.
    r"\b(?:Accept|Cache|Content|Ctrl|If|Keep|Last|Retry|Set|Transfer|User|X)-[A-Za-z-]+",
    r"(?<!\w)--[a-z][\w-]*",
    r"(?<![\w<\"])[\w-]+=(?![^<>\n]*>)",
    # Fórmulas.
    r"\$\$.*?\$\$",
    r"\\\\\(.*?\\\\\)",
    # Destinos de enlaces, direcciones, archivos, notas al pie, avisos, atributos de un título, entidades.
    r"!(?=\[)",
    r"(?<=\])\([^)\s]*",
    r"(?m)^\s*\[[^\]\n]+\]:[^\n]*",
    r"(?:https?://|mailto:)[^\s»)>]*",
    r"[\w.-]+\.(?:org|com|dev|io|rs|md|toml|html|py|css|js)\b[\w/.-]*",
    r"\[[\^!][\w-]+\]",
    r"\{[^{}\n]*\}",
    r"&#?\w+;",
]

# Atributos de HTML que alguien lee o escucha.
READ_ATTRIBUTE = re.compile(r"\b(?:alt|title|aria-label|placeholder)=\"([^\"]*)\"")

EMPHASIS = re.compile(r"</?(?:em|i)>")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<![a-zA-Z][^<>]*>")

FENCE = re.compile(r"^[\s>*-]*?(`{3,}|~{3,})")

# Un comentario, o lo que podría contener «//» sin serlo: cadenas y caracteres.
RUST = re.compile(
    r"(?P<comment>//[^\n]*|/\*.*?\*/)"
    r"|(?P<string>\bb?r(?P<hashes>#*)\".*?\"(?P=hashes)|\"(?:\\.|[^\"\\])*\")"
    r"|'(?:\\[^'\n]+|[^'\\\n])'",
    re.DOTALL,
)
JAVASCRIPT = re.compile(
    r"(?P<comment>(?<!:)//[^\n]*|/\*.*?\*/)"
    r"|(?P<string>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)",
    re.DOTALL,
)
# Python, TOML y bash: solo sus comentarios, y los textos de Python entre tres comillas.
HASH = re.compile(r"(?P<comment>(?:(?<=\n)|(?<=\s))#+\s[^\n]*|\"\"\".*?\"\"\")(?P<string>)", re.DOTALL)

# Tres palabras en minúsculas: la cadena es un mensaje, no un dato del protocolo.
MESSAGE = re.compile(r"(?:\b[a-záéíóúüñ]+[,:;]? ){2,}[a-záéíóúüñ]{2,}\b")

# Palabras que solo tiene un mensaje en inglés, citado de otro programa.
ENGLISH = re.compile(r"\b(?:the|this|for|or|to|with|is|of|not|results?|already)\b", re.IGNORECASE)

# Lo que abre un comentario o una cadena.
OPENING = re.compile(r"/+[*!]*|#+|\"\"\"|b?r#*\"|[\"'`]")


def prose_of(name, text):
    """La prosa de un archivo, según la terminación de su nombre."""
    if name.endswith(".md"):
        return markdown(text)
    grammar = RUST if name.endswith(".rs") else HASH
    if name.endswith((".js", ".css")):
        grammar = JAVASCRIPT
    return markdown(only_prose(grammar, text))


def markdown(text):
    """Borra código, marcas y direcciones de un texto en Markdown."""
    text = without_fences(text)
    for pattern in NOT_PROSE:
        text = re.sub(pattern, lambda match: blank(match[0]), text, flags=re.DOTALL)
    return TAG.sub(read_attributes, EMPHASIS.sub("*", text))


def without_fences(text):
    """Borra los bloques de código entre vallas de ``` o ~~~."""
    lines, fence = [], None
    for line in text.split("\n"):
        mark = FENCE.match(line)
        lines.append("" if fence or mark else line)
        if fence and mark and mark[1].startswith(fence):
            fence = None
        elif mark and not fence:
            fence = mark[1]
    return "\n".join(lines)


def read_attributes(tag):
    """De una etiqueta de HTML queda lo que alguien lee: el texto alternativo, el título."""
    kept = " ".join(READ_ATTRIBUTE.findall(tag[0]))
    return f" {kept} " + "\n" * (tag[0].count("\n") - kept.count("\n"))


def only_prose(grammar, text):
    """El texto con solo sus comentarios y mensajes, sin las marcas que los abren."""
    kept, last = [], 0
    for match in grammar.finditer(text):
        if match["comment"] or is_message(match["string"] or ""):
            start = match.start() + OPENING.match(match[0]).end()
            found = text[start : match.end()]
            kept += [blank(text[last:start]), found if match["comment"] else unescaped(found)]
            last = match.end()
    return "".join(kept) + blank(text[last:])


def is_message(literal):
    return MESSAGE.search(literal) and "\\r\\n" not in literal and not ENGLISH.search(literal)


def unescaped(literal):
    """Lo que dice un mensaje: sin la comilla que lo cierra, ni escapes, ni datos entre comillas."""
    return re.sub(r"\\\"[^\"\\]*\\\"|[\"'`]#*$|\\[nrt]", " ", literal)


def blank(text):
    return re.sub(r"[^\n]", " ", text)
