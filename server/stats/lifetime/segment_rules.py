"""Rules of segments: a small grammar over what is known of a viewer as of a date. Pure; nothing in a rule is ever a statement's text.

A rule is a condition `{"metric", "op", "value"}`, or conditions joined by `{"all": […]}` or `{"any": […]}`; among those joined by one word
may be conditions joined by the other. A count may be of the last `days` alone.
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal, get_args

from pydantic import Discriminator, Field, Tag, model_validator

from server.http.params import OneLine, RequestBody

Counted = Literal[
    "shows",
    "watched_seconds",
    "views",
    "reactions",
    "impressions",
    "clicks",
    "shares",
    "questions",
    "votes",
    "orders",
    "units",
    "net_minor",
]
"""What is added up over the shows that a viewer was in: of these the last `days` can be asked for."""
Elapsed = Literal[
    "days_since_first_seen", "days_since_last_seen", "days_since_first_order", "days_since_last_order"
]
"""Whole days; nobody who has not done it has a number, so that no comparison holds for them."""
Scored = Literal["recency", "frequency", "monetary"]
"""RFM scores, 1 to 5; of customers alone."""
Named = Literal["source", "device", "lifecycle", "rfm_group", "nps_class"]
NumberOp = Literal["=", "!=", "<", "<=", ">", ">="]
NameOp = Literal["=", "!=", "in"]

CONDITIONS_MAX: Final = 20
NUMBER_MAX: Final = 10**15
_Name = Annotated[OneLine, Field(min_length=1, max_length=100)]


class NumberCondition(RequestBody):
    """A number of a viewer, compared."""

    metric: Counted | Elapsed | Scored
    op: NumberOp
    value: int = Field(ge=-NUMBER_MAX, le=NUMBER_MAX)
    days: int | None = Field(
        default=None,
        ge=1,
        le=3_650,
        description="Only what they did in so many days before; of counts alone.",
    )

    @model_validator(mode="after")
    def _days_fit(self) -> "NumberCondition":
        if self.days is not None and self.metric not in get_args(Counted):
            raise ValueError("days go with counts alone")
        return self


class NameCondition(RequestBody):
    """A word about a viewer, compared. `lifecycle` is new, returning, repeat_buyer or lapsed; `source` that of their first show;
    `nps_class` promoter, passive or detractor by their last score in the channel.
    """

    metric: Named
    op: NameOp
    value: _Name | Annotated[list[_Name], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _value_fits(self) -> "NameCondition":
        if (self.op == "in") != isinstance(self.value, list):
            raise ValueError("`in` takes a list, and nothing else does")
        return self

    @property
    def values(self) -> list[str]:
        """What the word is compared with."""
        return self.value if isinstance(self.value, list) else [self.value]


def _kind(value: object) -> str:
    """Return which form a part of a rule has, from JSON or as a model."""
    if isinstance(value, dict):
        for joined in ("all", "any"):
            if joined in value:
                return joined
        return "name" if value.get("metric") in get_args(Named) else "number"
    if isinstance(value, NameCondition):
        return "name"
    return "all" if hasattr(value, "all") else "any" if hasattr(value, "any") else "number"


Condition = Annotated[
    Annotated[NameCondition, Tag("name")] | Annotated[NumberCondition, Tag("number")], Discriminator(_kind)
]
_Conditions = Field(min_length=1, max_length=CONDITIONS_MAX)


class AllOf(RequestBody):
    """All of the conditions hold."""

    all: list[Condition] = _Conditions


class AnyOf(RequestBody):
    """At least one of the conditions holds."""

    any: list[Condition] = _Conditions


class All(RequestBody):
    """Everything of it holds; among the conditions may be such of which one has to."""

    all: list[
        Annotated[
            Annotated[NameCondition, Tag("name")]
            | Annotated[NumberCondition, Tag("number")]
            | Annotated[AnyOf, Tag("any")],
            Discriminator(_kind),
        ]
    ] = _Conditions


class Any(RequestBody):
    """At least one of it holds; among the conditions may be such as have to hold together."""

    any: list[
        Annotated[
            Annotated[NameCondition, Tag("name")]
            | Annotated[NumberCondition, Tag("number")]
            | Annotated[AllOf, Tag("all")],
            Discriminator(_kind),
        ]
    ] = _Conditions


Rule = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[Any, Tag("any")]
    | Annotated[NameCondition, Tag("name")]
    | Annotated[NumberCondition, Tag("number")],
    Discriminator(_kind),
]
Part = NumberCondition | NameCondition | All | Any | AllOf | AnyOf


def conditions(rule: Part) -> Iterator[NumberCondition | NameCondition]:
    """Yield each condition of a rule."""
    if isinstance(rule, NumberCondition | NameCondition):
        yield rule
        return
    for each in parts(rule):
        yield from conditions(each)


def parts(rule: All | Any | AllOf | AnyOf) -> Sequence[Part]:
    """Return what is joined in a rule."""
    return rule.all if isinstance(rule, All | AllOf) else rule.any


def require_small(rule: "Rule") -> "Rule":
    """Return the rule; raises `ValueError` if it has more conditions than anybody needs."""
    if len(list(conditions(rule))) > CONDITIONS_MAX:
        raise ValueError(f"a rule has at most {CONDITIONS_MAX} conditions")
    return rule
