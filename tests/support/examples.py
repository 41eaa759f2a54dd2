"""The examples of PROTOCOL.md: lines in fenced blocks that begin with `→` or `←`, where `…` stands for whatever comes.

A bare `…` is any value; in a string, any characters; in an object beside fields, any further fields. A pulse has only what changed,
so its example says which fields there are and of which kind, not their numbers.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

REST = "…"
Kind = Literal["number", "counts", "flag"]
_FENCE = re.compile(r"^```\n(.*?)^```", re.MULTILINE | re.DOTALL)
_STRING_OR_REST = re.compile(r'"(?:[^"\\]|\\.)*"|…')


@dataclass(frozen=True, slots=True)
class Example:
    """One line of the page; `pattern` is its JSON with `…` in it."""

    line: int
    sent: bool
    text: str
    pattern: dict[str, Any]


def read_examples(page: Path) -> list[Example]:
    """Return all examples of `page`, in order."""
    text = page.read_text("utf-8")
    found = []
    for block in _FENCE.finditer(text):
        first = text.count("\n", 0, block.start(1)) + 1
        for number, line in enumerate(block[1].splitlines(), first):
            if line.startswith(("→ ", "← ")):
                found.append(Example(number, line[0] == "→", line[2:], as_pattern(line[2:])))
    return found


def as_pattern(text: str) -> dict[str, Any]:
    """Parse an example; a bare `…` becomes the string `…`, further fields a field of that name."""

    def quote(part: re.Match[str]) -> str:
        if part[0] != REST:
            return part[0]
        before = text[: part.start()].rstrip()[-1:]
        return f'"{REST}"' if before == ":" else f'"{REST}":"{REST}"'

    pattern: dict[str, Any] = json.loads(_STRING_OR_REST.sub(quote, text))
    return pattern


def matches(pattern: Any, value: Any) -> bool:
    """Whether `value` is what the example shows: no field more, none less, except where it says `…`."""
    match pattern:
        case "…":
            return True
        case str() if REST in pattern:
            return isinstance(value, str) and bool(
                re.fullmatch(".*".join(map(re.escape, pattern.split(REST))), value, re.DOTALL)
            )
        case dict():
            return isinstance(value, dict) and _object_matches(pattern, value)
        case list():
            same_length = isinstance(value, list) and len(pattern) == len(value)
            return same_length and all(map(matches, pattern, value))
        case _:
            return type(pattern) is type(value) and bool(pattern == value)


def _object_matches(pattern: dict[str, Any], value: dict[str, Any]) -> bool:
    named = {key: part for key, part in pattern.items() if key != REST}
    if REST not in pattern and named.keys() != value.keys():
        return False
    return all(key in value and matches(part, value[key]) for key, part in named.items())


def kinds(pushed: dict[str, Any]) -> dict[str, Kind]:
    """What a pulse has: each field with whether it is a number, numbers by name or a flag; raises `AssertionError` for anything else."""
    found: dict[str, Kind] = {}
    for key, value in pushed.items():
        if key == "type":
            assert value == "pulse"
        elif isinstance(value, dict):
            assert all(isinstance(count, int) for count in value.values())
            found[key] = "counts"
        else:
            assert isinstance(value, int)
            found[key] = "flag" if isinstance(value, bool) else "number"
    return found


def fill(pattern: Any, known: dict[str, str]) -> Any:
    """Return what to send: each value with `…` replaced by the one that is known under its field's name."""
    if isinstance(pattern, list):
        return [fill(part, known) for part in pattern]
    if not isinstance(pattern, dict):
        return pattern
    return {
        key: known[key] if isinstance(part, str) and REST in part else fill(part, known)
        for key, part in pattern.items()
    }


def strings_of(value: Any) -> Iterator[tuple[str, str]]:
    """Every string anywhere in a received line with its field's name, outermost last."""
    if isinstance(value, dict):
        for part in value.values():
            yield from strings_of(part)
        yield from ((key, part) for key, part in value.items() if isinstance(part, str))
    elif isinstance(value, list):
        for part in value:
            yield from strings_of(part)
