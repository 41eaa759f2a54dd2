"""The numbers in what was said, for tests that one is in none of it. As text it could be a part of an id by chance."""

from collections.abc import Iterator, Mapping
from typing import Any


def numbers_in(said: Any) -> frozenset[float]:
    """Return all numbers of a JSON value, however deep."""
    return frozenset(_numbers(said))


def _numbers(said: Any) -> Iterator[float]:
    if isinstance(said, int | float):
        yield said
    elif isinstance(said, Mapping):
        for each in said.values():
            yield from _numbers(each)
    elif isinstance(said, list | tuple):
        for each in said:
            yield from _numbers(each)
