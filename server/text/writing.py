"""What people write, made safe to keep and show as text: one normal form, no control characters, never empty. Pure.

Every limit counts code points of the text as it is kept. A text that is too long is refused; nothing is cut.
"""

import re
import unicodedata

from server.errors import RefusedError
from server.protocol.codes import Code
from server.text.characters import draws_something, kept, trimmed, with_few_marks

_LINE_ENDS = re.compile("\r\n|[\r\v\f\u0085\u2028\u2029]")


def readable(text: str) -> str:
    """Return `text` with lines ended by `\\n`, without control characters and what turns the direction of reading."""
    if text.isprintable():
        return text
    return kept(_LINE_ENDS.sub("\n", text).replace("\t", " "))


def clean_text(text: str, *, characters_max: int) -> str:
    """Return `text` in NFC, trimmed, lines ended by `\\n`, without control characters, bidirectional controls and heaps of marks.

    Raises `invalid` when nothing visible is left, or more than `characters_max` code points are.
    """
    cleaned = trimmed(with_few_marks(unicodedata.normalize("NFC", readable(text))))
    if not draws_something(cleaned):
        raise RefusedError(Code.INVALID, "The text holds nothing visible.")
    if len(cleaned) > characters_max:
        raise RefusedError(Code.INVALID, f"The text is longer than {characters_max} characters.")
    return cleaned


def clean_line(text: str, *, characters_max: int) -> str:
    """Return `text` cleaned as by `clean_text`, on one line: every run of white space becomes one space."""
    return clean_text(" ".join(text.split()), characters_max=characters_max)
