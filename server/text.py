"""What people write, made safe to keep and show as text: one normal form, no control characters, never empty. Pure."""

import unicodedata

from server.errors import RefusedError
from server.protocol.codes import Code

_BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
_INVISIBLE = frozenset("CZ")  # Unicode's major categories "other" and "separator"


def clean_text(text: str, *, characters_max: int) -> str:
    """Return `text` in NFC, trimmed, lines ended by `\\n`, without control characters and bidirectional overrides.

    Raises `invalid` when nothing visible is left, or more than `characters_max` code points are.
    """
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not unified.isprintable():  # nothing printable is left out, and most text is
        unified = "".join(c for c in unified if _is_kept(c))
    cleaned = unicodedata.normalize("NFC", unified).strip()
    if not any(unicodedata.category(c)[0] not in _INVISIBLE for c in cleaned):
        raise RefusedError(Code.INVALID, "The text holds nothing visible.")
    if len(cleaned) > characters_max:
        raise RefusedError(Code.INVALID, f"The text is longer than {characters_max} characters.")
    return cleaned


def clean_line(text: str, *, characters_max: int) -> str:
    """Return `text` cleaned as by `clean_text`, on one line: every run of white space becomes one space."""
    return clean_text(" ".join(text.split()), characters_max=characters_max)


def _is_kept(character: str) -> bool:
    if character == "\n":
        return True
    return unicodedata.category(character) not in ("Cc", "Cs", "Cn") and character not in _BIDI_CONTROLS
