"""What single characters are to a reader: which are kept, which draw nothing, which are stacked on the one before. Pure.

Python's Unicode tables age; a character that is younger than they are (`Cn`) is taken for one that is kept and draws something.
"""

import re
import unicodedata

_BIDI_CONTROLS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_NONCHARACTERS = "\ufdd0-\ufdef" + "".join(
    f"{chr(p << 16 | 0xFFFE)}{chr(p << 16 | 0xFFFF)}" for p in range(17)
)
_NOT_KEPT = re.compile(f"[\\x00-\\x09\\x0b-\\x1f\\x7f-\\x9f\ud800-\udfff{_BIDI_CONTROLS}{_NONCHARACTERS}]")

# Default_Ignorable_Code_Point with what is reserved for it, and what is called a letter or a symbol and is blank.
_BLANK = re.compile(
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "]"
)
_EDGES = "".join(chr(c) for c in range(0x3001) if chr(c).isspace()) + "\u200b\u2060\u2800\u3164\ufeff\uffa0"
"""What is trimmed from both ends. Joiners and variation selectors are not: an emoji may end with one."""

MARKS_MAX = 8
"""Marks on one character, and characters that draw nothing behind it. Tibetan, Hebrew with cantillation, Burmese and flags need seven."""

_MARKS_FROM = "\u00ad"


def kept(text: str) -> str:
    """Return `text` without control characters, surrogates, noncharacters and what turns the direction of reading."""
    return _NOT_KEPT.sub("", text)


def without_blanks(text: str) -> str:
    """Return `text` without what draws nothing, white space aside."""
    return _BLANK.sub("", text)


def trimmed(text: str) -> str:
    """Return `text` without white space and blanks at its ends."""
    return text.strip(_EDGES)


def draws_something(text: str) -> bool:
    """Whether a reader sees anything: a character that is neither blank, nor white space, nor a mark that lacks its base."""
    return any(unicodedata.category(c) not in _UNSEEN for c in without_blanks(text))


_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me"})


def with_few_marks(text: str) -> str:
    """Return `text` with at most `MARKS_MAX` marks and blanks stacked on each character; those beyond are left out."""
    if not text or max(text) < _MARKS_FROM:
        return text
    few, marks, blanks = [], 0, 0
    for character in text:
        category = unicodedata.category(character)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > MARKS_MAX:
                continue
        elif category == "Cf" or _BLANK.match(character):
            blanks += 1
            if blanks > MARKS_MAX:
                continue
        elif category != "Mc":
            marks = blanks = 0
        few.append(character)
    return "".join(few) if len(few) < len(text) else text
