"""The figures that a target makes sense for: those of the report, by their keys in the glossary. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from server.errors import RefusedError
from server.protocol.codes import Code
from server.stats.channel.figure import Kind

Direction = Literal["at_least", "at_most"]
Metric = Literal[
    "viewers",
    "peak",
    "average",
    "watch_mean",
    "watch_median",
    "viewers_before",
    "viewers_again",
    "engaged",
    "reactions",
    "shares",
    "askers",
    "answered",
    "answer_time",
    "conversion_live",
    "conversion_24h",
    "conversion_7d",
    "conversion_30d",
    "buyers",
    "buyers_before",
    "ctr",
    "ctor",
    "orders",
    "units",
    "gmv",
    "net",
    "aov",
    "gpm",
    "nps",
]
METRICS: Final[tuple[Metric, ...]] = get_args(Metric)
AMOUNT_MAX: Final = 2**53 - 1


@dataclass(frozen=True, slots=True)
class Measure:
    """How a metric is counted, and which way is better unless somebody says otherwise.

    `of_currency`: it is told for each currency apart; a target is about the channel's own. `grows`: while the show runs it can only
    become more, so that a target of at least so much, once reached, is reached.
    """

    kind: Kind
    direction: Direction = "at_least"
    of_currency: bool = False
    grows: bool = False


_COUNT: Final = Measure("count", grows=True)
_SHARE: Final = Measure("share")
_MONEY: Final = Measure("money", of_currency=True)
MEASURES: Final[Mapping[Metric, Measure]] = {
    "viewers": _COUNT,
    "peak": _COUNT,
    "average": Measure("decimal"),
    "watch_mean": Measure("seconds"),
    "watch_median": Measure("seconds"),
    "viewers_before": _SHARE,
    "viewers_again": _SHARE,
    "engaged": _SHARE,
    "reactions": _COUNT,
    "shares": _COUNT,
    "askers": _SHARE,
    "answered": _SHARE,
    "answer_time": Measure("seconds", "at_most"),
    "conversion_live": _SHARE,
    "conversion_24h": _SHARE,
    "conversion_7d": _SHARE,
    "conversion_30d": _SHARE,
    "buyers": _COUNT,
    "buyers_before": _SHARE,
    "ctr": _SHARE,
    "ctor": _SHARE,
    "orders": Measure("count", of_currency=True, grows=True),
    "units": Measure("count", of_currency=True, grows=True),
    "gmv": Measure("money", of_currency=True, grows=True),
    "net": _MONEY,
    "aov": _MONEY,
    "gpm": _MONEY,
    "nps": Measure("score"),
}
assert set(MEASURES) == set(METRICS)
TOTALS_THAT_FALL: Final = frozenset[Metric]({"net"})
"""Totals that may become less while a show runs: refunds are taken off."""


def checked_amount(metric: Metric, amount: float) -> float:
    """Return the amount as it is kept; raises `invalid` for one that the metric can never have."""
    kind = MEASURES[metric].kind
    if kind == "share" and not 0 <= amount <= 1:
        raise RefusedError(Code.INVALID, f"A target of {metric} is a share from 0 to 1.")
    if kind == "score" and not -100 <= amount <= 100:
        raise RefusedError(Code.INVALID, f"A target of {metric} is a score from -100 to 100.")
    if kind != "score" and amount < 0:
        raise RefusedError(Code.INVALID, f"A target of {metric} is not less than 0.")
    if kind in ("count", "money") and amount != int(amount):
        raise RefusedError(Code.INVALID, f"A target of {metric} is a whole number.")
    return amount
