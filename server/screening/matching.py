"""Which entries of a channel's list are in a text, in whatever disguise: all of them at once, in time that grows with the text alone. Pure.

Every entry becomes an expression of RE2, which has no backtracking, and those of one way of reading (`server.text.disguise`) one automaton.
A word of Latin letters begins and ends where words do; Japanese writes no spaces, so there it may stand anywhere. In a pattern `*` stands
for any letters and digits within a word, or none, `?` for one, and `#` for one digit; a space stands for what is between words, and another
sign for that or nothing.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Final, cast

import re2

from server.errors import RefusedError
from server.protocol.codes import Code
from server.screening.rules import Entry
from server.text.disguise import Reading, plain_of, readings_of, running_of, undisguised

_MEMORY_BYTES_MAX: Final = 32 << 20
_STRING_LETTERS_MIN: Final = 3
"""Shorter entries are not looked for among letters that were apart."""
_LITERALS_MIN: Final = 2
_LITERAL: Final = re.compile(r"[^\W_]")
_PARTS: Final = re.compile(r"[*?#]|[^*?#]+")
_SPACE: Final = " "
_SIGN: Final = "-"
_WILD: Final = {"*": r"[^\s]*", "?": r"[^\s]", "#": "[0-9]"}

_SHOWN: Final = "a b c w0rd"
"""A text with every kind of reading."""

Fold = Callable[[str], str]


def require_readable(entry: Entry) -> None:
    """Raise `invalid` for an entry that finds nothing, or nearly everything."""
    letters = len(_LITERAL.findall(plain_of(entry.text))) + entry.text.count("#")
    if entry.kind == "pattern" and letters < _LITERALS_MIN:
        raise RefusedError(Code.INVALID, f"A pattern has {_LITERALS_MIN} letters or digits at least.")
    if not letters:
        raise RefusedError(Code.INVALID, "There is no letter and no digit in it.")


class Matcher:
    """A channel's list, made ready once: an automaton is made when the first text needs it, or by `prepare`."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries

    def find(self, text: str) -> list[Entry]:
        """Return the entries that are in the text, in the order of the list."""
        if not self._entries:
            return []
        readings = readings_of(text)
        found = {*self._plain.find(readings.plain), *self._disguised.find(readings.disguised)}
        return [self._entries[i] for i in sorted(found)]

    def prepare(self) -> None:
        """Make the automata that most texts need: for a thread, since a long list takes a tenth of a second."""
        self.find(_SHOWN)

    @cached_property
    def _plain(self) -> "_Automata":
        return _Automata(self._entries, plain_of)

    @cached_property
    def _disguised(self) -> "_Automata":
        return _Automata(self._entries, lambda text: undisguised(plain_of(text)))


class _Automata:
    """One list for one kind of letters: for words as they run, words by themselves, and strings without words."""

    def __init__(self, entries: Sequence[Entry], fold: Fold) -> None:
        self._parts = [_parts_of(entry, fold) for entry in entries]

    def find(self, reading: Reading) -> set[int]:
        return {
            *(_found_by(self._running, reading.running) if reading.running else ()),
            *(_found_by(self._words, reading.words) if reading.words else ()),
            *(_found_by(self._strings, reading.strings) if reading.strings else ()),
        }

    @cached_property
    def _running(self) -> re2.Set:
        return _compiled([_bounded(_joined(parts, " ?"), parts) for parts in self._parts])

    @cached_property
    def _words(self) -> re2.Set:
        return _compiled([f"(?m:^{_joined(parts, '')}$)" for parts in self._parts])

    @cached_property
    def _strings(self) -> re2.Set:
        return _compiled([_within(parts) for parts in self._parts])


def _found_by(automaton: re2.Set, text: str) -> Sequence[int]:
    # Of a set it is a list, whatever the stubs say.
    return cast("list[int] | None", automaton.Match(text)) or ()


Part = str
"""A wildcard; `_SPACE` or `_SIGN` beside one; or letters with single spaces between words."""


def _parts_of(entry: Entry, fold: Fold) -> list[Part]:
    if entry.kind == "word":
        return [running_of(fold(entry.text))]
    parts: list[Part] = []
    for part in _PARTS.findall(plain_of(entry.text).strip()):
        letters = running_of(fold(part))
        if part in _WILD:
            parts.append(part)
        elif letters:
            parts += [*_edge(part[0]), letters, *_edge(part[-1])]
        else:
            parts += _edge(part[0])
    return parts


def _edge(character: str) -> list[Part]:
    if character.isspace():
        return [_SPACE]
    return [] if _LITERAL.match(character) else [_SIGN]


def _joined(parts: Sequence[Part], between: str) -> str:
    edges = {_SPACE: " ", _SIGN: " ?"} if between else {_SPACE: "", _SIGN: ""}
    known = _WILD | edges
    return "".join(
        known[part] if part in known else between.join(map(re.escape, part.split(" "))) for part in parts
    )


def _bounded(expression: str, parts: Sequence[Part]) -> str:
    """Latin letters and digits begin and end words; what is written without spaces may stand anywhere."""
    begins = r"\b" if _begins_words(parts[0][:1]) else ""
    return begins + expression + (r"\b" if _begins_words(parts[-1][-1:]) else "")


def _begins_words(character: str) -> bool:
    return character == "#" or (character.isascii() and character.isalnum())


def _within(parts: Sequence[Part]) -> str:
    letters = sum(len(part) for part in parts if _LITERAL.match(part))
    return _joined(parts, "") if letters >= _STRING_LETTERS_MIN else _NEVER


_NEVER: Final = r"[^\x00-\x{10ffff}]"


def _compiled(expressions: Sequence[str]) -> re2.Set:
    options = re2.Options()
    options.max_mem = _MEMORY_BYTES_MAX
    options.log_errors = False
    automaton = re2.Set.SearchSet(options)
    for expression in expressions:
        automaton.Add(expression)
    automaton.Compile()
    return automaton
