# Las piezas del apéndice «Rust para quien viene de Python».


# ANCHOR: de_quien
def greet(name):
    return f"Hola, {name}"


def sign(card):
    return card + " — Ada"


def send(card):
    return len(card.encode("utf-8"))
# ANCHOR_END: de_quien


# ANCHOR: caja
def price(menu, wanted):
    for name, pesos in menu:
        if name == wanted:
            return pesos
    return None
# ANCHOR_END: caja


# ANCHOR: error
def total(cups):
    return int(cups) * 35
# ANCHOR_END: error


# ANCHOR: trait
class Coffee:
    def price(self):
        return 35


class Bread:
    def __init__(self, pieces):
        self.pieces = pieces

    def price(self):
        return self.pieces * 18


def ticket(item):
    return f"${item.price()}"
# ANCHOR_END: trait


# ANCHOR: iterador
def countdown(left):
    while left > 0:
        yield left
        left -= 1
# ANCHOR_END: iterador


# ANCHOR: closure
def signer(name):
    def sign(text):
        return f"{text} — {name}"

    return sign
# ANCHOR_END: closure


# ANCHOR: aviso
def answer(say):
    say("200 OK")
# ANCHOR_END: aviso
