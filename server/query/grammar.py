"""The grammar of a question. Whatever is not in it is refused with the place where it stands, and what is allowed there. Pure.

Everything that a caller sends is compared with names in the code, or bound as a parameter: nothing of it is ever a statement's text.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from server.http.params import EntityId, OneLine, RequestBody
from server.query.catalogue import APART, MODES, NUMBERS, ORDERED, Dimension, Metric
from server.query.catalogue import Field as Name
from server.stats.channel.cut import TOLD
from server.stats.channel.period import DAYS_MAX, Asked
from server.stats.definitions import REPEAT_DAYS, REPEAT_DAYS_MAX

ROWS: Final = 100
ROWS_MAX: Final = 1_000
METRICS_MAX: Final = 20
DIMENSIONS_MAX: Final = 4
FILTERS_MAX: Final = 20
VALUES_MAX: Final = 200
SHOWS_MAX: Final = 400
NUMBER_MAX: Final = 10**15

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MONTH = re.compile(r"\d{4}-\d\d")


def _as_written(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise ValueError("a day is written as 2026-11-26")
    return value


Day = Annotated[date, Field(strict=False), BeforeValidator(_as_written)]
Word = Annotated[OneLine, Field(max_length=200)]
Number = (
    Annotated[int, Field(ge=-NUMBER_MAX, le=NUMBER_MAX)]
    | Annotated[float, Field(ge=-NUMBER_MAX, le=NUMBER_MAX, allow_inf_nan=False)]
)
Value = Word | Number


class DaysPeriod(RequestBody):
    """The shows that began on these days of the channel's time zone; without an end, up to today."""

    type: Literal["days"] = "days"
    from_: Day | None = Field(default=None, alias="from", description="The month's first without.")
    to: Day | None = Field(default=None, description="In it; today without.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise ValueError("the period ends before it begins: `to` is before `from`")
        return self

    def asked(self) -> Asked:
        """Return the days as the pages' routes take them."""
        return Asked(self.from_, self.to)


class LastPeriod(RequestBody):
    """The last so many days, weeks or months, the one that goes on among them, or the last so many shows that have begun."""

    type: Literal["last"]
    n: int = Field(ge=1, le=DAYS_MAX)
    unit: Literal["day", "week", "month", "show"] = "day"


class ShowsPeriod(RequestBody):
    """These shows of the channel."""

    type: Literal["shows"]
    shows: list[EntityId] = Field(min_length=1, max_length=SHOWS_MAX)


class BeforePeriod(RequestBody):
    """As many days before the period; of a month, or of its first days, the same of the month before."""

    type: Literal["before"]


def _type_of(value: Any) -> Any:
    return value.get("type", "days") if isinstance(value, dict) else getattr(value, "type", None)


_Days = Annotated[DaysPeriod, Tag("days")]
_Last = Annotated[LastPeriod, Tag("last")]
_Shows = Annotated[ShowsPeriod, Tag("shows")]
_Before = Annotated[BeforePeriod, Tag("before")]
Period = Annotated[_Days | _Last | _Shows, Discriminator(_type_of)]
OtherPeriod = Annotated[_Days | _Last | _Shows | _Before, Discriminator(_type_of)]


class _Filter(RequestBody):
    field: Name

    def values_given(self) -> Sequence[Value | None]:
        """Return what the field is compared with."""
        return ()

    @model_validator(mode="after")
    def _of_the_fields_kind(self) -> Self:
        for value in self.values_given():
            if value is not None:
                _check(self.field, value)
        return self


def _check(field: str, value: Value) -> None:
    if (field in NUMBERS) != (not isinstance(value, str)):
        raise ValueError(f"{field} is compared with {'numbers' if field in NUMBERS else 'words'}")
    if field in {"day", "week"}:
        _as_written(value)
        date.fromisoformat(str(value))
    if field == "month" and not _MONTH.fullmatch(str(value)):
        raise ValueError("a month is written as 2026-11")
    allowed = {"returning": ("new", "returning"), "identity": ("guest", "known"), "mode": MODES}.get(field)
    if allowed and value not in allowed:
        raise ValueError(f"{field} is one of {', '.join(allowed)}")


class EqualFilter(_Filter):
    """The field is this."""

    op: Literal["eq"]
    value: Value

    def values_given(self) -> Sequence[Value | None]:
        return [self.value]


class AmongFilter(_Filter):
    """The field is one of these, or with `not` none of them; what is unknown is none of them."""

    op: Literal["in", "not"]
    values: list[Value] = Field(min_length=1, max_length=VALUES_MAX)

    def values_given(self) -> Sequence[Value | None]:
        return self.values


class RangeFilter(_Filter):
    """The field is from one bound to another, both in it. Of numbers, days, weeks and months."""

    op: Literal["range"]
    from_: Value | None = Field(default=None, alias="from")
    to: Value | None = None

    def values_given(self) -> Sequence[Value | None]:
        return [self.from_, self.to]

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.field not in ORDERED:
            raise ValueError(f"a range goes with one of {', '.join(sorted(ORDERED))}")
        if self.from_ is None and self.to is None:
            raise ValueError("a range has `from`, `to`, or both")
        return self


class NullFilter(_Filter):
    """The field is unknown, or with `null` false known. Of words."""

    op: Literal["null"]
    null: bool = True


Filter = Annotated[
    Annotated[EqualFilter, Tag("eq")]
    | Annotated[AmongFilter, Tag("in")]
    | Annotated[RangeFilter, Tag("range")]
    | Annotated[NullFilter, Tag("null")],
    Discriminator(
        lambda value: _kind(value.get("op") if isinstance(value, dict) else getattr(value, "op", None))
    ),
]


def _kind(op: object) -> object:
    return "in" if op == "not" else op


class Sort(RequestBody):
    """By what rows are in order; what is unknown comes last. Of money that of the channel's currency."""

    by: Metric | Dimension
    descending: bool = False


def _once(values: list[Any]) -> list[Any]:
    if len(set(values)) < len(values):
        raise ValueError("each is named once")
    return values


def _one_apart(values: list[Any]) -> list[Any]:
    if len([each for each in values if each in APART]) > 1:
        raise ValueError(f"one of {' and '.join(APART)} at a time")
    return values


class Query(RequestBody):
    """A question: these metrics, for each combination of these dimensions that there is, and in all."""

    metrics: Annotated[list[Metric], AfterValidator(_once)] = Field(min_length=1, max_length=METRICS_MAX)
    dimensions: Annotated[list[Dimension], AfterValidator(_once), AfterValidator(_one_apart)] = Field(
        default=[], max_length=DIMENSIONS_MAX
    )
    filters: list[Filter] = Field(
        default=[],
        max_length=FILTERS_MAX,
        description="All must hold, of a row: of one viewer in one show. `returning` and `identity` are of a person.",
    )
    period: Period = Field(default_factory=DaysPeriod)
    compare: OtherPeriod | None = Field(
        default=None, description="Also hold every row against the same one of this period."
    )
    order: list[Sort] = Field(
        default=[],
        max_length=3,
        description="Without: by time where there is one, else by the first metric, the greatest first.",
    )
    limit: int = Field(default=ROWS, ge=1, le=ROWS_MAX)
    days: int = Field(default=REPEAT_DAYS, ge=1, le=REPEAT_DAYS_MAX, description="W, the repeat window.")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        known = {*self.metrics, *self.dimensions}
        unknown = [each.by for each in self.order if each.by not in known]
        if unknown:
            raise ValueError(f"order is by what is asked for, which {', '.join(unknown)} is not")
        self._check_apart()
        if self.compare is not None:
            self._check_compared()
        return self

    def _check_apart(self) -> None:
        """Products and modes are read by themselves: they are filtered by where they are told apart."""
        fields = [each.field for each in self.filters]
        for apart in APART:
            if apart in fields and apart not in self.dimensions:
                raise ValueError(f"a filter of {apart} goes with the dimension {apart}")
            told = [each for each in (*fields, *self.dimensions) if each in TOLD]
            if apart in self.dimensions and told:
                raise ValueError(f"{apart} does not go with {' or '.join(told)}")

    def _check_compared(self) -> None:
        fixed = [each for each in self.dimensions if each in {"day", "week", "month", "show"}]
        if fixed:
            raise ValueError(
                f"a row by {' and '.join(fixed)} has no fellow in another period; leave out `compare`"
            )
        of_shows = isinstance(self.period, ShowsPeriod) or getattr(self.period, "unit", None) == "show"
        if isinstance(self.compare, BeforePeriod) and of_shows:
            raise ValueError("shows have no period before; name the shows to compare with")
