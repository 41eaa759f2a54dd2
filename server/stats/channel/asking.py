"""What was asked in a group of shows, from columns. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from server.stats.channel.cut import NAMED, Cut
from server.stats.channel.facts import Questions
from server.stats.columns.rows import ANSWERED, OPEN, Column, ShowRows
from server.stats.columns.telling import rows_that_count

Words = tuple[str | None, ...]
_NAMES: Final = ("who", "state", "viewed", "answer_us")


def questions_of(shows: Sequence[ShowRows], cut: Cut) -> dict[Words, Questions]:
    """Return what was asked, by the words that the rows of those who asked say; words about people are told of nobody here."""
    found: dict[Words, list[dict[str, Column]]] = {}
    for rows in shows:
        for words, mine in _apart(rows, cut):
            found.setdefault(words, []).append({name: rows[f"asked.{name}"][mine] for name in _NAMES})
    return {
        words: _counted({name: np.concatenate([each[name] for each in parts]) for name in _NAMES})
        for words, parts in found.items()
    }


def _apart(rows: ShowRows, cut: Cut) -> Iterator[tuple[Words, Column]]:
    """Yield the questions of a show that count, by words: as places in its list."""
    asked, who = rows["asked.who"], rows["who"]
    place = np.minimum(np.searchsorted(who, asked), max(0, len(who) - 1))
    known = who[place] == asked if len(who) else np.zeros(len(asked), bool)
    counts, unknown = rows_that_count(rows, cut), cut.holds_of_nobody()
    mine = np.ones(len(asked), bool)
    if counts is not None:
        mine = np.where(known, counts[place] if len(who) else False, unknown)
    words = (
        [_words(rows, cut, int(at) if there else None) for at, there in zip(place, known, strict=True)]
        if cut.by
        else []
    )
    if not cut.by and mine.any():
        yield (), np.flatnonzero(mine)
    for each in dict.fromkeys(words):
        found = [i for i, said in enumerate(words) if said == each and mine[i]]
        if found:
            yield each, np.array(found, np.intp)


def _words(rows: ShowRows, cut: Cut, at: int | None) -> Words:
    if at is None:
        return (None,) * len(cut.by)
    return tuple(
        (rows.labels[word][int(rows[word][at])] or None) if word in NAMED else None for word in cut.by
    )


def _counted(asked: dict[str, Column]) -> Questions:
    state, viewed = asked["state"], asked["viewed"] > 0
    return Questions(
        asked=len(state),
        asked_beside=int(np.count_nonzero(~viewed)),
        answered=int(np.count_nonzero(state == ANSWERED)),
        open=int(np.count_nonzero(state == OPEN)),
        askers=len(np.unique(asked["who"][viewed])),
        median_seconds=middle(np.sort(asked["answer_us"][state == ANSWERED]) / 1e6),
    )


def middle(numbers: Column) -> float | None:
    """Return the median of numbers in order; None of none."""
    n = len(numbers)
    return (float(numbers[(n - 1) // 2]) + float(numbers[n // 2])) / 2 if n else None


def median_of(numbers: Column) -> float | None:
    """Return the median of numbers in any order; None of none."""
    n = len(numbers)
    if not n:
        return None
    ends = sorted({(n - 1) // 2, n // 2})
    return middle(np.partition(numbers, ends)[ends[0] : ends[-1] + 1])
