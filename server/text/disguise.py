"""How a text reads whatever it is disguised as: so that an entry of a list of words is found, and innocent words are not. Pure.

A text is read in several ways, since what is a disguise in one place is none in another. As it *stands*: compatible forms, case, accents,
kinds of kana and look-alike alphabets made one, nothing that is invisible. *Squeezed*: letters that signs or spaces keep apart put
together. *Disguised*: only words in which digits or signs stand beside letters, with these read as letters; so `455` is a number and `a55`
is a word. Each reading says what a match in it has to be, since letters that were put together begin and end no words of their own.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from server.text.characters import without_blanks
from server.text.confusables import AS_LATIN, DISGUISES, FLAG_LETTERS, HIRAGANA

_DIACRITICS: Final = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
_LOOKS: Final = {chr(code): like for code, like in (AS_LATIN | HIRAGANA).items()}
_LOOKING: Final = re.compile("[" + "".join(map(re.escape, _LOOKS)) + "]")
_STANDS_FOR: Final = {chr(code): letter for code, letter in DISGUISES.items()}
_STANDING: Final = re.compile("[" + "".join(map(re.escape, _STANDS_FOR)) + "]")
_FLAGS: Final = {chr(code): letter for code, letter in FLAG_LETTERS.items()}
_FLAGGED: Final = re.compile("[" + "".join(_FLAGS) + "]")
_BETWEEN: Final = re.compile(r"[\W_]+")
_APART: Final = re.compile(r"(?<![^\W_])[^\W_](?:[\W_]{1,3}[^\W_](?![^\W_]))+")
"""Single letters, each with something between it and the next."""
_HARD: Final = re.compile(r"[\s'’。、，．！？!?,;:()「」『』（）…]+")
"""What ends words, and stands in none. An apostrophe does: `he'll` is no `hell`."""
_TAIL: Final = re.compile(r"[\W_]+$")
_DIGITS: Final = "0123456789"
_DISGUISED: Final = re.compile("[" + "".join(re.escape(each) for each in _STANDS_FOR if each != "l") + "]")
_LETTER: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in one way of reading it, in lines.

    `running`: words with single spaces between them. `words`: each line is a word by itself, found as a whole. `strings`: lines of letters
    that were apart, among which nobody knows where a word begins.
    """

    running: str = ""
    words: str = ""
    strings: str = ""


NOTHING: Final = Reading()


@dataclass(frozen=True, slots=True)
class Readings:
    """The readings of a text: as letters, and with digits and signs as letters (made by `undisguised`, as entries must be)."""

    plain: Reading
    disguised: Reading


def plain_of(text: str) -> str:
    """Return the text in one form of each letter, with what stands between them."""
    folded = unicodedata.normalize("NFKC", without_blanks(text)).casefold()
    if folded.isascii():
        return folded
    bare = _DIACRITICS.sub("", unicodedata.normalize("NFD", folded))
    return _LOOKING.sub(lambda like: _LOOKS[like[0]], unicodedata.normalize("NFC", bare))


def running_of(plain: str) -> str:
    """Return the words of a plain text with single spaces between them."""
    return _BETWEEN.sub(" ", plain).strip()


def undisguised(plain: str) -> str:
    """Return a plain text with digits and signs as the letters that they stand for."""
    return _STANDING.sub(lambda sign: _STANDS_FOR[sign[0]], _without_flags(plain))


def _without_flags(plain: str) -> str:
    return _FLAGGED.sub(lambda flag: _FLAGS[flag[0]], plain)


def readings_of(text: str) -> Readings:
    """Return the text in all ways of reading it; a tenth of a millisecond for a long one."""
    plain = plain_of(text)
    chunks = [chunk for chunk in _HARD.split(plain) if chunk]
    hidden = _DISGUISED.search(plain) or _FLAGGED.search(plain)
    return Readings(_plain_reading(plain, chunks), _disguised_reading(plain) if hidden else NOTHING)


def _plain_reading(plain: str, chunks: list[str]) -> Reading:
    strings = _together(plain)
    squeezed = (_BETWEEN.sub("", chunk) for chunk in chunks if not chunk.isalpha())
    bare = (chunk.strip(_DIGITS) for chunk in chunks if not chunk.isalpha())
    return Reading(running_of(plain), "\n".join((*strings, *squeezed, *bare)), "\n".join(strings))


def _disguised_reading(plain: str) -> Reading:
    """Read what mixes letters with digits and signs; signs at the end of a word are read both ways."""
    flags = _without_flags(plain)
    chunks = [chunk for chunk in _splits(plain) if _FLAGGED.search(chunk) or _is_mixed(chunk)]
    words: list[str] = []
    for chunk in chunks:
        for form in {chunk, _TAIL.sub("", chunk)}:
            read = undisguised(form)
            words += (_BETWEEN.sub("", read), *running_of(read).split())
    strings = [undisguised(each) for each in _together(flags) if _is_mixed(each)]
    strings += _together(undisguised(flags)) if _LETTER.search(flags) else []
    running = "\n".join(running_of(undisguised(chunk)) for chunk in chunks)
    return Reading(running, "\n".join((*strings, *words)), "\n".join(strings))


def _splits(plain: str) -> list[str]:
    return re.split(r"[\s'’。、，．？,;:()「」『』（）…]+", plain)


def _is_mixed(chunk: str) -> bool:
    return _LETTER.search(chunk) is not None and _DISGUISED.search(chunk) is not None


def _together(plain: str) -> list[str]:
    return [_BETWEEN.sub("", found) for found in _APART.findall(plain)]
