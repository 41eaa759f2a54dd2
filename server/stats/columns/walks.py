"""How far viewers came from seeing a product to paying, and how long each step took them. Pure.

A person comes as far in a group of shows as they came in the one of them in which they came furthest: the steps of one show alone are in
order. How long a step took is told by the first show in which it was taken in order.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from server.stats.columns.join import Channel, Slice
from server.stats.columns.rows import Column, ShowRows

TIMES: Final = ("to_click_us", "to_pay_us", "to_convert_us")
"""From what was seen first to the click after it, from that to the order after it, and of both."""


@dataclass(frozen=True, slots=True)
class Walks:
    """How long the steps took those who took them, in microseconds: of each place in `clicked` and in `paid`, which are there once."""

    clicked: Column
    to_click_us: Column
    paid: Column
    to_pay_us: Column
    to_convert_us: Column

    @classmethod
    def of(cls, channel: Channel, slices: Sequence[Slice], at: Sequence[Column], places: int) -> "Walks":
        """Return the walks of slices in the order of their shows, whose rows have the places `at`."""
        found = [
            _walks_in(channel.shows[each.show].rows, each, place)
            for each, place in zip(slices, at, strict=True)
        ]
        clicked, to_click = _first_clicks(found, places)
        buyers = [(walk, np.flatnonzero(walk[2] >= 0)) for walk in found]
        paid, click, pay = (
            np.concatenate([walk[i][mine] for walk, mine in buyers]) for i in range(len(found[0]))
        )
        if len(slices) > 1:
            first = _is_first(paid, places)
            paid, click, pay = paid[first], click[first], pay[first]
        return cls(clicked, to_click, paid, pay, click + pay)

    def by(self, name: str) -> tuple[Column, Column]:
        """Return the places of whom there is a time of this name, and the times."""
        times: Column = getattr(self, name)
        return self.clicked if name == "to_click_us" else self.paid, times


_Walk = tuple[Column, Column, Column]
"""The places of a show's rows that say something, and how long each took to click and from there to pay; -1: they did not."""


def _walks_in(rows: ShowRows, of: Slice, at: Column) -> _Walk:
    mine, lines = acts_in(rows, of)
    return at[mine], rows["acts.to_click_us"][lines], rows["acts.to_pay_us"][lines]


def _first_clicks(found: Sequence[_Walk], places: int) -> tuple[Column, Column]:
    if len(found) == 1:
        place, to_click, _ = found[0]
        return place[to_click >= 0], to_click[to_click >= 0]
    first = np.full(places, -1, np.int64)
    for place, to_click, _ in reversed(found):  # the first of them comes last, and stays
        mine = to_click >= 0
        first[place[mine]] = to_click[mine]
    clicked = np.flatnonzero(first >= 0)
    return clicked, first[clicked]


def _is_first(place: Column, places: int) -> Column:
    """Return where a place comes for the first time."""
    lines = np.arange(len(place), dtype=np.int32)
    first = np.empty(places, np.int32)
    first[place[::-1]] = lines[::-1]
    found: Column = first[place] == lines
    return found


def acts_in(rows: ShowRows, of: Slice) -> tuple[Column, Column | slice]:
    """Return the lines of the show's `acts` that rows of the slice have, and before them the positions of those rows in it."""
    row = rows["acts.row"]
    # Bounds of the column's own kind: else the search would convert all of it.
    first, end = (int(each) for each in np.searchsorted(row, np.array((of.begin, of.end), row.dtype)))
    at = row[first:end].astype(np.intp) - of.begin
    if of.chosen is None:
        return at, slice(first, end)
    place = np.minimum(np.searchsorted(of.chosen, at), max(0, len(of.chosen) - 1))
    hit = of.chosen[place] == at if len(of.chosen) else np.zeros(len(at), bool)
    return place[hit], np.flatnonzero(hit) + first
