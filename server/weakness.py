"""How a secret can be guessed. Pure."""

from itertools import pairwise

SECRET_CHARACTERS_MIN = 32
DISTINCT_CHARACTERS_MIN = 10
"""Of 32 random hexadecimal digits one in ten thousand has fewer."""


class WeakSecretError(ValueError):
    """A secret can be guessed; it says which and why, and not what it is."""


def weakness_of(secret: str) -> str | None:
    """Return why a secret does not do, as the end of a sentence; None when nothing is found against it."""
    if len(secret) < SECRET_CHARACTERS_MIN:
        return f"needs at least {SECRET_CHARACTERS_MIN} characters"
    if len(set(secret)) < DISTINCT_CHARACTERS_MIN:
        return "is long, but of so few characters that it can be guessed"
    if secret in (secret + secret)[1:-1]:
        return "is one word said again and again"
    steps = [ord(after) - ord(before) for before, after in pairwise(secret)]
    if sum(-1 <= step <= 1 for step in steps) * 2 > len(steps):
        return "is a row of characters that follow one another"
    return None
