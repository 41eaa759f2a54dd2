"""By what people are told apart, and which rows count: a cut (`channel.cut`) over columns. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from math import ceil, floor
from typing import Any, ClassVar, Final

import numpy as np

from server.stats.channel.cut import NAMED, TOLD, Condition, Cut
from server.stats.columns import flags as f
from server.stats.columns.join import Channel, Slice
from server.stats.columns.rows import Column, ShowRows
from server.stats.watching import MICROSECONDS

_STATES: Final[dict[str, tuple[str | None, ...]]] = {
    "returning": (None, "returning", "new"),
    "identity": (None, "guest", "known"),
}
"""What is told of a person, by a number from 0 on."""
Word = str | None


@dataclass(frozen=True, slots=True)
class Labels:
    """What rows say: the words of the cut that are theirs, all that they may say together, and by show and word the number of each code."""

    COLUMNS: ClassVar = NAMED
    by: Sequence[str]
    words: Sequence[tuple[Word, ...]]
    sizes: Sequence[int]
    numbers: Sequence[Sequence[Column]]

    def of(self, channel: Channel, of: Slice) -> Column:
        """Return the label of each row of a slice, a place in `words`."""
        found = np.zeros(len(of.people), np.int64)
        for column, size, number in zip(self.by, self.sizes, self.numbers[of.show], strict=True):
            found = found * size + number[of.column(channel.shows[of.show].rows, column)]
        return found


def labels_of(channel: Channel, cut: Cut) -> Labels:
    """Return what rows of the channel's shows say by those words of the cut that are theirs."""
    by = [word for word in cut.by if word in NAMED]
    words = [sorted({each for show in channel.shows for each in show.rows.labels[column]}) for column in by]
    number = [{word: i for i, word in enumerate(each)} for each in words]
    numbers = [
        [
            np.array([known[word] for word in show.rows.labels[column]], np.int64)
            for column, known in zip(by, number, strict=True)
        ]
        for show in channel.shows
    ]
    together = list(product(*([word or None for word in each] for each in words)))
    return Labels(by, together, [len(each) for each in words], numbers)


class Words:
    """All words of a cut, in its order: those of rows by label, those of people by what their bits tell."""

    def __init__(self, cut: Cut, labels: Labels | None) -> None:
        self._cut, self._labels = cut, labels
        self._told = [word for word in cut.by if word in TOLD]
        self._states = list(product(*(_STATES[word] for word in self._told)))
        self.count = len(self._states) * (len(labels.words) if labels else 1)

    def codes(self, bits: Column, labels: Column | None) -> Column | None:
        """Return a number for all words of each place; None where there are none."""
        if labels is None and not self._told:
            return None
        found = np.zeros(len(bits), np.int64) if labels is None else labels
        for word in self._told:
            found = found * len(_STATES[word]) + _state(word, bits)
        return found

    def of(self, code: int) -> tuple[Word, ...]:
        """Return the words of a code."""
        label, state = divmod(code, len(self._states))
        said = dict(zip(self._told, self._states[state], strict=True))
        if self._labels:
            said |= dict(zip(self._labels.by, self._labels.words[label], strict=True))
        return tuple(said[word] for word in self._cut.by)

    def hold(self, bits: Column) -> Column:
        """Return for whom the conditions on people hold."""
        found = np.ones(len(bits), bool)
        for condition in self._cut.where:
            if condition.field in TOLD:
                holds = np.array([condition.holds(each) for each in _STATES[condition.field]])
                found &= holds[_state(condition.field, bits)]
        return found


def _state(word: str, bits: Column) -> Column:
    if word == "returning":
        return np.where(bits & np.uint32(f.FIRST_BACK), 1, np.where(bits & np.uint32(f.FIRST_NEW), 2, 0))
    seen = (bits & np.uint32(f.VIEWED)) > 0
    return np.where(seen, np.where((bits & np.uint32(f.NO_GUEST)) > 0, 2, 1), 0)


def rows_that_count(rows: ShowRows, cut: Cut) -> Column | None:
    """Return which rows the conditions on rows hold for; None where all count."""
    found: Column | None = None
    for condition in cut.where:
        if condition.field not in TOLD:
            holds = _holds(rows, condition)
            found = holds if found is None else found & holds
    return found


def _holds(rows: ShowRows, condition: Condition) -> Column:
    if condition.field in NAMED:
        said = np.array([condition.holds(word or None) for word in rows.labels[condition.field]], bool)
        return said[rows[condition.field]] if len(said) else np.zeros(len(rows["who"]), bool)
    seconds = condition.field == "watched_seconds"
    return _number_holds(
        rows["watched_us" if seconds else condition.field], condition, MICROSECONDS if seconds else 1
    )


def _number_holds(numbers: Column, condition: Condition, unit: int) -> Column:
    """Return where a condition holds of numbers in 1 / `unit`; they are whole, so that bounds are too."""
    values: list[Any] = [value if value is None else Decimal(str(value)) * unit for value in condition.values]
    match condition.op:
        case "in":
            return np.isin(numbers, [int(value) for value in values if value == int(value)])
        case "not":
            return ~np.isin(numbers, [int(value) for value in values if value == int(value)])
        case "null":
            return np.full(len(numbers), not condition.values[0])
        case "range":
            low, high = values
            found = np.ones(len(numbers), bool)
            if low is not None:
                found &= numbers >= ceil(low)
            if high is not None:
                found &= numbers <= floor(high)
            return found
