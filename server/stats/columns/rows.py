"""The wide rows of one show as columns: who, what they did, what they bought and asked, and the show's till."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from server.stats.columns import flags

Column = NDArray[Any]
SUMMED: Final = ("views", "visits", "watched_us", "impressions", "clicks", "reactions", "votes", "shares")
NARROW: Final = (
    "views",
    "visits",
    "reactions",
    "votes",
    "shares",
    "replay_us",
    "questions",
    "impressions",
    "clicks",
    "orders",
)
LABELS: Final = ("source", "device", "segment")

# As SQL sends them: each value behind its length, each row behind the number of its values.
ROW: Final = {
    "show": "i4", "who": "i8", "flags": "i4", "watched_us": "i8", "known_by": "i8", "views": "i4", "visits": "i4", "reactions": "i4",
    "votes": "i4", "shares": "i4", "replay_us": "i8", "questions": "i4", "impressions": "i4",
    "clicks": "i4", "orders": "i4", "source": "i8", "device": "i8", "segment": "i8",
}  # fmt: skip
SOLD: Final = {
    "show": "i4", "who": "i8", "flags": "i4", "known_by": "i8", "first_at": "i8", "placed_at": "i8", "orders": "i4", "placed": "i4",
    "gmv_minor": "i8",
}  # fmt: skip
PAID: Final = {
    "show": "i4", "who": "i8", "flags": "i4", "known_by": "i8", "at": "i8", "net_minor": "i8", "units": "i8", "own": "i4",
}  # fmt: skip
ASKED: Final = {"show": "i4", "who": "i8", "state": "i4", "viewed": "i4", "answer_us": "i8"}
STAFF: Final = {"show": "i4", "who": "i8"}
ACTED: Final = {
    "show": "i4", "who": "i8", "early": "i4", "to_click_us": "i8", "to_pay_us": "i8", "clicks_seen": "i4", "orders_clicked": "i4",
    "other_impressions": "i4", "other_clicks": "i4",
}  # fmt: skip
NEVER: Final = 2**63 - 1
"""`sold.first_at` of who bought at the replay alone: `first_at`, `orders` and `gmv_minor` are of the show itself, `placed_at` and `placed`
of both.
"""
OPEN: Final = 0
ANSWERED: Final = 1
OTHER: Final = 2


@dataclass(frozen=True, slots=True)
class ShowRows:
    """One show. `arrays` are by name; of rows `who` is ascending, and neither suspects nor staff are among them.

    `who` is a person's number (`sealed_person`), negative for those who have none yet. `sold.…` (of each buyer), `paid.…` (each order, and
    whether it is in the channel's currency), `asked.…`, `suspects`, `staff` and `staff_came` (those of the staff who have a row) are lists
    of their own, by whom they are about as well; `acts.…` is what some viewed rows did with products (`acts_repository`), by `acts.row`,
    the place of the row. `labels` are the words behind `source`, `device` and `segment`; `tills` and
    `reported` are as SQL has them: of each currency, and of each kind of buyer, orders, units, amount and the sum of its squares.
    """

    arrays: Mapping[str, Column]
    labels: Mapping[str, Sequence[str]]
    currency: str
    tills: Sequence[Sequence[Any]] = ()
    reported: Sequence[Sequence[Any]] = ()
    sums: Mapping[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Column:
        return self.arrays[name]

    @property
    def numbered(self) -> bool:
        """Whether everybody in it has a number."""
        return all(not len(self.arrays[name]) or self.arrays[name][0] >= 0 for name in WHOS)


WHOS: Final = ("who", "sold.who", "paid.who", "asked.who", "suspects", "staff", "staff_came")
"""Where people are, each ascending."""


def decode(data: bytes, shape: Mapping[str, str]) -> Column:
    """Return the records of PostgreSQL's binary COPY, whose values are all there and of fixed length."""
    wire: list[tuple[str, str]] = [("", ">i2")]
    for name, kind in shape.items():
        wire += [(f"{name} bytes", ">i4"), (name, f">{kind}")]
    record = np.dtype(wire)
    body = memoryview(data)[_HEADER_BYTES : len(data) - _TRAILER_BYTES]
    assert len(body) % record.itemsize == 0, "no value is null, and none of another length"
    return np.frombuffer(body, record)


_HEADER_BYTES = 19
_TRAILER_BYTES = 2


def split(records: Column, shows: int) -> list[Column]:
    """Return the records of each of so many shows, each in the order of who they are about."""
    ordered = records[np.lexsort((records["who"], records["show"]))]
    bounds = np.searchsorted(ordered["show"], np.arange(shows + 1))
    return [ordered[a:b] for a, b in pairwise(bounds)]


def arrays_of_rows(
    rows: Column, words: Mapping[str, Mapping[int, str]]
) -> tuple[dict[str, Column], dict[str, list[str]]]:
    """Return the arrays and labels of a show's records; `words` are those behind each label's hashes."""
    left_out = rows["flags"] & (flags.SUSPECT | flags.STAFF)
    in_time = (rows["flags"] & flags.LATE) == 0
    suspects = rows["who"][(left_out == flags.SUSPECT) & in_time]
    staff = rows["who"][(left_out >= flags.STAFF) & in_time]
    rows = rows[left_out == 0]
    arrays: dict[str, Column] = {
        "who": _native(rows["who"]),
        "flags": rows["flags"].astype(np.uint16),
        "watched_us": _native(rows["watched_us"]),
        "known_by": _native(rows["known_by"]),
        **{name: narrow(rows[name]) for name in NARROW},
        "suspects": _native(suspects),
        "staff_came": _native(staff),
    }
    labels = {}
    for name in LABELS:
        hashes, codes = np.unique(rows[name], return_inverse=True)
        labels[name] = [words[name][int(each)] for each in hashes]
        arrays[name] = narrow(codes)
    return arrays, labels


_COUNTS_OF_ACTS: Final = ("clicks_seen", "orders_clicked", "other_impressions", "other_clicks")


def arrays_of_acts(rows: Mapping[str, Column], acted: Column) -> dict[str, Column]:
    """Return the arrays of what viewed rows did, from its records, and the rows' flags: who saw a product early has seen one."""
    who = rows["who"]
    at = np.minimum(np.searchsorted(who, acted["who"]), max(0, len(who) - 1))
    mine = np.zeros(len(acted), bool)
    if len(who):
        mine = (who[at] == acted["who"]) & ((rows["flags"][at] & flags.VIEWED) > 0)
    acted, at = acted[mine], at[mine]
    bits = rows["flags"].copy()
    bits[at[acted["early"] > 0]] |= np.uint16(flags.SAW)
    return {
        "flags": bits,
        "acts.row": at.astype(np.uint32),
        **{f"acts.{name}": _native(acted[name]) for name in ("to_click_us", "to_pay_us")},
        **{f"acts.{name}": narrow(acted[name]) for name in _COUNTS_OF_ACTS},
    }


def arrays_of(prefix: str, records: Column) -> dict[str, Column]:
    """Return the columns of a list beside the rows."""
    names = [
        name for name in records.dtype.names or () if name not in ("", "show") and not name.endswith(" bytes")
    ]
    return {f"{prefix}.{name}": _native(records[name]) for name in names}


def narrow(numbers: Column) -> Column:
    """Return whole numbers of 0 and more in as few bytes as their greatest needs."""
    most = int(numbers.max()) if len(numbers) else 0
    return numbers.astype(np.min_scalar_type(most))


def _native(column: Column) -> Column:
    return np.ascontiguousarray(column.astype(column.dtype.newbyteorder("=")))


def sums_by(rows: Mapping[str, Column], groups: Column, count: int) -> dict[str, Column]:
    """Return what a show's rows come to in each of `count` groups: `groups` has the group of each row.

    Of viewed rows alone for what they watched, saw and clicked; `…_beside` is what rows without a view did.
    """
    viewed = (rows["flags"] & flags.VIEWED).astype(bool)
    theirs, others = groups[viewed], np.flatnonzero(~viewed)
    found = {
        name: _add(rows[name][viewed], theirs, count)
        for name in ("views", "visits", "watched_us", "impressions", "clicks")
    }
    for name in ("reactions", "votes", "shares"):
        found[name] = _add(rows[name], groups, count)
        found[f"{name}_beside"] = _add(rows[name][others], groups[others], count)
    return found


_ADDED: Final = {"clicks_seen": "clicks_seen", "orders_clicked": "orders_clicked"}
_TAKEN_OFF: Final = {"impressions": "other_impressions", "clicks": "other_clicks"}


def add_actions(
    found: dict[str, Column], rows: Mapping[str, Column], lines: Column | slice, groups: Column
) -> None:
    """Bring what these lines of `acts` say into `sums_by` of their rows: `groups` has the group of each line."""
    for name, column in _ADDED.items():
        found[name] = _add(rows[f"acts.{column}"][lines], groups, len(found["clicks"]))
    for name, column in _TAKEN_OFF.items():
        found[name] = found[name] - _add(rows[f"acts.{column}"][lines], groups, len(found[name]))


def _add(numbers: Column, groups: Column, count: int) -> Column:
    total = np.zeros(count, np.int64)
    if count == 1:
        total[0] = numbers.sum(dtype=np.int64)
    else:
        np.add.at(total, groups, numbers.astype(np.int64))
    return total


def sums_of(rows: Mapping[str, Column]) -> dict[str, int]:
    """Return `sums_by` of all rows together."""
    found = sums_by(rows, np.zeros(len(rows["who"]), np.uint8), 1)
    add_actions(found, rows, slice(None), np.zeros(len(rows["acts.row"]), np.uint8))
    return {name: int(total[0]) for name, total in found.items()}
