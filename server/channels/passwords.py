"""Which passwords people may choose, pure: by NIST SP 800-63B-4, section 3.1.1.

Long, not complicated: no class of characters is asked for, nothing is forbidden but what others would try first. The list of common
passwords is the one that Django brings (Royce Williams' 20,000, BSD licence).
"""

import gzip
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Literal

from server.errors import RefusedError
from server.protocol.codes import Code

CHARACTERS_MIN = 15
"""A password is all that somebody signs in by, so it is as long as section 3.1.1.2 asks for then."""
CHARACTERS_MAX = 128
_UNIT_MAX = 5
"""A password that repeats so few characters, or runs through the alphabet in steps of one, is one of those that are tried first."""
_WORD_MIN = 3
"""Parts of a name or an address that are shorter occur in anything."""
_LIST = "common-passwords.txt.gz"
_EDGES = re.compile(r"^[\W\d_]+|[\W\d_]+$")
_WORDS = re.compile(r"[^\W_]+")
_OUR_NAME = "showfloor"
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "1234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p;/",
    "azertyuiopqsdfghjklmwxcvbn",
)
Why = Literal["short", "long", "common", "own"]


def kept_password(given: str, *, own: Iterable[str] = (), at: str = "body/password") -> str:
    """Return a password as it is hashed: in NFKC, so that every keyboard writes the same.

    `own`: what others know of the person and the channel (names, e-mail address). Raises `invalid` with `why`: `short`, `long`, `common`,
    or `own` for one that is made of these. `at` is the field that the refusal names.
    """
    password = normal_password(given)
    if len(password) < CHARACTERS_MIN:
        raise _refusal(
            at, "short", f"A password has at least {CHARACTERS_MIN} characters; a few words are easy to keep."
        )
    if len(password) > CHARACTERS_MAX:
        raise _refusal(at, "long", f"A password has at most {CHARACTERS_MAX} characters.")
    core = _core_of(password)
    if _is_common(password.casefold(), core):
        raise _refusal(at, "common", "This password is among those that are tried first.")
    if _is_made_of(core, _words_of([*own, _OUR_NAME])):
        raise _refusal(
            at, "own", "This password is made of what others know: the name, the address, the channel."
        )
    return password


def normal_password(given: str) -> str:
    """Return a password as it is hashed and compared; raises `invalid` for what is no text."""
    try:
        given.encode()
    except UnicodeEncodeError:
        raise RefusedError(Code.INVALID, "A password is text.") from None
    return unicodedata.normalize("NFKC", given)


def _refusal(at: str, why: Why, message: str) -> RefusedError:
    return RefusedError(
        Code.INVALID, message, why=why, errors=[{"at": at, "why": message, "code": f"password_{why}"}]
    )


def _core_of(password: str) -> str:
    """Return what is left of a password without the digits and signs that people put around a word."""
    return _EDGES.sub("", password.casefold())


def _is_common(folded: str, core: str) -> bool:
    unit = _unit_of(folded)
    if len(unit) <= _UNIT_MAX or _is_run(folded):
        return True
    letters = "".join(filter(str.isalpha, core))
    words = (folded, unit, _core_of(unit), core, _unit_of(core), letters, _unit_of(letters))
    return any(word in _common() for word in words)


def _unit_of(text: str) -> str:
    """Return the shortest piece that `text` repeats, the last time maybe not wholly: `text` itself where it repeats none."""
    for length in range(1, len(text) // 2 + 1):
        unit = text[:length]
        if (unit * (len(text) // length + 1)).startswith(text):
            return unit
    return text


def _is_run(folded: str) -> bool:
    """Whether it walks along the alphabet, the digits or the rows of a keyboard, there or back, once or again."""
    return any(
        folded in walked * (len(folded) // len(run) + 2) for run in _RUNS for walked in (run, run[::-1])
    )


def _words_of(own: Iterable[str]) -> list[str]:
    folded = [unicodedata.normalize("NFKC", text).casefold() for text in own]
    words = {word for text in folded for word in (*_WORDS.findall(text), "".join(_WORDS.findall(text)))}
    return sorted((word for word in words if len(word) >= _WORD_MIN), key=len, reverse=True)


def _is_made_of(core: str, words: list[str]) -> bool:
    """Whether hardly anything is left of `core` without `words`, digits and signs."""
    left = core
    for word in words:
        left = left.replace(word, "")
    return left != core and len("".join(filter(str.isalpha, left))) < _WORD_MIN + 1


@cache
def _common() -> frozenset[str]:
    packed = files("server.channels").joinpath(_LIST).read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n")) - {""}
