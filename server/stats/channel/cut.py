"""How the people of a part are told apart, and which rows count: pieces of the statements of a channel's figures. Pure.

A row is one viewer in one show. What is compared with is always a parameter; names of columns stand in this table alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

Named = Literal["source", "device", "segment"]
"""What a row says in one word."""
Told = Literal["returning", "identity"]
"""What is known of a person over all rows that count, by what they were when they first came."""
Counted = Literal[
    "watched_seconds",
    "views",
    "visits",
    "reactions",
    "questions",
    "votes",
    "shares",
    "clicks",
    "impressions",
    "orders",
]
"""What a row counts."""
Op = Literal["in", "not", "range", "null"]
Cell = tuple[int, tuple[str | None, ...]]
"""A part, and what its people are told apart by; None where nobody knows."""

NAMED: Final = frozenset(("source", "device", "segment"))
TOLD: Final[Mapping[str, str]] = {
    "returning": "CASE WHEN came_back_first THEN 'returning' WHEN NOT came_back_first THEN 'new' END",
    "identity": "CASE WHEN guest THEN 'guest' WHEN NOT guest THEN 'known' END",
}
_WATCHING: Final = {"watched_seconds": "watched_us", "views": "views", "visits": "visits"}


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a field: one of `values`, none of them, from `values[0]` to `values[1]` (None: no bound), or unknown or not."""

    field: str
    op: Op
    values: tuple[Any, ...] = ()

    def holds_in_sql(self, value: str, n: int) -> str:
        """Return the claim about the expression `value`; its parameters are called after `n`."""
        kind = "text" if isinstance(next(iter(self.values), ""), str) else "numeric"
        match self.op:
            case "in":
                return f"{value} = ANY(CAST(:c{n} AS {kind}[]))"
            case "not":
                return f"({value} = ANY(CAST(:c{n} AS {kind}[]))) IS NOT TRUE"
            case "null":
                return f"({value} IS NULL) = :c{n}"
            case "range":
                low, high = self.values
                bounds = [f"{value} >= :c{n}_0"] * (low is not None) + [f"{value} <= :c{n}_1"] * (
                    high is not None
                )
                return " AND ".join(bounds)

    def parameters(self, n: int) -> dict[str, Any]:
        """Return what the claim is bound to."""
        if self.op == "range":
            return {f"c{n}_{i}": bound for i, bound in enumerate(self.values) if bound is not None}
        return {f"c{n}": self.values[0] if self.op == "null" else list(self.values)}

    def holds(self, value: Any) -> bool:
        """Whether it holds of a value that is at hand."""
        match self.op:
            case "in":
                return value in self.values
            case "not":
                return value not in self.values
            case "null":
                return (value is None) is bool(self.values[0])
            case "range":
                low, high = self.values
                return bool(
                    value is not None and (low is None or value >= low) and (high is None or value <= high)
                )


@dataclass(frozen=True, slots=True)
class Cut:
    """By which words people are told apart, in this order, and what must hold of the rows, and of the people, that count."""

    by: Sequence[str] = ()
    where: Sequence[Condition] = ()

    @property
    def plain(self) -> bool:
        """Whether all rows count."""
        return not self.where

    def holds_of_nobody(self) -> bool:
        """Whether a row would count that says nothing."""
        return all(condition.holds(None) for condition in self.where if condition.field not in TOLD)

    def parameters(self) -> dict[str, Any]:
        """Return what the statements of the cut are bound to, beside the parts."""
        found: dict[str, Any] = {}
        for n, condition in enumerate(self.where):
            found.update(condition.parameters(n))
        return found

    def of_rows(self, row: str) -> str:
        """Return the array of what the rows `row` say by the cut's words; null stands where a word is not the rows' to say."""
        return array(_named(row, word) if word in NAMED else "NULL" for word in self.by)

    def of_people(self) -> str:
        """Return the array of all words of a person, whose rows have given `label`."""
        told = (TOLD.get(word, f"label[{n}]") for n, word in enumerate(self.by, 1))
        return array(told)

    def rows(self, row: str, watched: str | None = None) -> str:
        """Return the claim about rows `row`; what they watched up to now is in `watched`, where that is another's."""
        claims = [
            condition.holds_in_sql(_value(row, watched, condition.field), n)
            for n, condition in enumerate(self.where)
            if condition.field not in TOLD
        ]
        return " AND ".join(claims) or "TRUE"

    def people(self) -> str:
        """Return the claim about people."""
        claims = [
            condition.holds_in_sql(f"({TOLD[condition.field]})", n)
            for n, condition in enumerate(self.where)
            if condition.field in TOLD
        ]
        return " AND ".join(claims) or "TRUE"


ALL: Final = Cut()
"""Everybody, together."""


def array(parts: Any) -> str:
    """Return an array of texts."""
    return f"CAST(ARRAY[{', '.join(parts)}] AS text[])"


def _named(row: str, word: str) -> str:
    return f"nullif({row}.{word}, '')"


def _value(row: str, watched: str | None, field: str) -> str:
    if field in NAMED:
        return _named(row, field)
    column = _WATCHING.get(field, field)
    value = f"{row}.{column}"
    if field in _WATCHING and watched is not None:
        value = f"coalesce({watched}.{column}, {row}.{column})"
    return f"({value} / 1e6)" if field == "watched_seconds" else value
