"""Order numbers: short, to be read out and typed, without letters that look alike, and in no sequence that tells how much is sold."""

import secrets

LETTERS = "3467ACDEFHJKMNPRTWXY9"
"""Without 0 O Q, 1 I L, 2 Z, 5 S, 8 B, G, U and V."""
CHARACTERS = 8
HEXADECIMAL = "0123456789ABCDEF"


def new_number() -> str:
    """Return a number by chance, such as `K7WMX4PA`; whether it is taken is for the table to say."""
    chance = secrets.randbelow(len(LETTERS) ** CHARACTERS)  # once for all letters: each call asks the kernel
    letters = []
    for _ in range(CHARACTERS):
        chance, letter = divmod(chance, len(LETTERS))
        letters.append(LETTERS[letter])
    return "".join(letters)


def number_from(order_id: str) -> str:
    """Return the number of an order that was placed before there were numbers: it follows from the end of its id."""
    return order_id[-CHARACTERS:].upper().translate(_FROM_HEXADECIMAL)


_FROM_HEXADECIMAL = str.maketrans(HEXADECIMAL, LETTERS[: len(HEXADECIMAL)])
