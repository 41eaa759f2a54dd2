"""How much alike two short texts are, in English and Japanese: whether a question has been asked before. Pure.

Letters alone do not tell: "Does it come in black?" and "Does it come in red?" share nearly all of theirs. So texts that each say something
which the other does not are never alike, however many letters they share.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from rapidfuzz import fuzz, process

LIKE_MIN: Final = 68.0
"""Of 100: what is less alike is not told. Twins of `tests/unit/test_likeness.py` reach 70."""
_WORD_LIKE_MIN: Final = 70.0
"""Two words from here on are one word, inflected or misspelt."""
_SHORTLIST: Final = 30
"""So many of the likest by their letters are looked at word by word."""

_KATAKANA_TO_HIRAGANA: Final = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
_POSSESSIVE: Final = re.compile(r"['’]s\b")
_NO_LETTERS: Final = re.compile(r"[^\w\s]|_")
# Hiragana are left out: they are the endings and particles of what stands in kanji and katakana.
_WORDS: Final = re.compile(r"[a-z0-9]+|[ァ-ヺー]+|[㐀-鿿々]+|[^\W_a-z0-9ぁ-ゖァ-ヺー㐀-鿿々]+")
_FUNCTION_WORDS: Final = (
    "a an and any are be been can come comes could do does did for from get has have how i if in is it "
    "its many me my of on or please that the their them there these they this to us was we what when "
    "where which who why will with would you your"
)
_SAY_LITTLE: Final = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it is compared: its letters without case, width, kind of kana and punctuation; and the words that say something."""

    letters: str
    words: frozenset[str]
    written: str = field(repr=False)
    """In NFKC and without case, kana as they are."""


@dataclass(frozen=True, slots=True)
class Like:
    """A text that is like another, from `LIKE_MIN` to 100."""

    id: str
    likeness: float


def text_of(written: str) -> Text:
    """Return what somebody wrote as it is compared."""
    plain = _POSSESSIVE.sub("", unicodedata.normalize("NFKC", written).casefold())
    letters = _NO_LETTERS.sub(" ", plain.translate(_KATAKANA_TO_HIRAGANA))
    words = frozenset(word for word in _WORDS.findall(plain) if word not in _SAY_LITTLE)
    return Text(" ".join(letters.split()), words, plain)


class Texts:
    """Many texts by their ids, among which the likest of one are found."""

    def __init__(self, texts: Iterable[tuple[str, str]] = ()) -> None:
        self._texts: dict[str, Text] = {}
        self._letters: dict[str, str] = {}
        self._sorted: dict[str, str] = {}
        """The letters with their words in order: English asks the same in another one."""
        self.add(texts)

    def __len__(self) -> int:
        return len(self._texts)

    def add(self, texts: Iterable[tuple[str, str]]) -> None:
        """Take `(id, text)`; an id that is known already is left as it is."""
        for id, written in texts:
            if id not in self._texts:
                self._texts[id] = text = text_of(written)
                self._letters[id] = text.letters
                self._sorted[id] = _in_order(text.letters)

    def like(self, written: str) -> list[Like]:
        """Return the texts that are like `written`, the likest first; at most `_SHORTLIST`."""
        wanted = text_of(written)
        near = _near(wanted.letters, self._letters) + _near(_in_order(wanted.letters), self._sorted)
        best: dict[str, float] = {}
        for _, likeness, id in near:
            best[id] = max(likeness, best.get(id, 0.0))
        alike = [
            Like(id, score) for id, score in best.items() if not _say_other_things(wanted, self._texts[id])
        ]
        return sorted(alike, key=lambda each: (-each.likeness, each.id))

    def holding(self, words: str) -> list[str]:
        """Return the ids of the texts that hold each of the words, also within longer ones; none for no word."""
        wanted = text_of(words).letters.split()
        if not wanted:
            return []
        return [id for id, letters in self._letters.items() if all(word in letters for word in wanted)]


def _in_order(letters: str) -> str:
    return " ".join(sorted(letters.split()))


def _near(letters: str, among: Mapping[str, str]) -> list[tuple[str, float, str]]:
    return process.extract(letters, among, scorer=fuzz.ratio, score_cutoff=LIKE_MIN, limit=_SHORTLIST)


def _say_other_things(one: Text, other: Text) -> bool:
    """Whether each says something that the other does not."""
    return _lacks(other, one.words) and _lacks(one, other.words)


def _lacks(text: Text, words: frozenset[str]) -> bool:
    return not all(_has(text, word) for word in words)


def _has(text: Text, word: str) -> bool:
    # Japanese has no spaces: a word may be a part of a longer run of its script.
    return (not word.isascii() and word in text.written) or any(
        fuzz.ratio(word, own) >= _WORD_LIKE_MIN for own in text.words
    )
