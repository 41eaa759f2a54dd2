"""What can be asked for: metrics, which are the pages' figures, dimensions, fields of filters, and what goes with what. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal, get_args

from server.stats.channel.cut import NAMED, TOLD, Counted
from server.stats.channel.figure import Kind

Metric = Literal[
    "shows",
    "live_time",
    "viewers",
    "guests",
    "views",
    "visits",
    "peak",
    "average",
    "watch_mean",
    "watch_median",
    "watch_total",
    "replay_viewers",
    "viewers_in_all",
    "viewers_before",
    "viewers_new",
    "viewers_again",
    "buyers_before",
    "buyers_seen_before",
    "buyers_in_period",
    "engaged",
    "reactions",
    "senders",
    "per_sender",
    "votes",
    "shares",
    "sharers",
    "askers",
    "asked",
    "answered",
    "answer_time",
    "conversion_live",
    "conversion_24h",
    "conversion_7d",
    "conversion_30d",
    "buyers",
    "impressed",
    "clickers",
    "ctr",
    "ctor",
    "ctr_actions",
    "ctor_actions",
    "funnel_impression",
    "funnel_click",
    "funnel_paid",
    "funnel_paid_of_click",
    "funnel_click_time",
    "funnel_paid_time",
    "funnel_time",
    "gmv",
    "refunded",
    "net",
    "orders",
    "units",
    "aov",
    "gpm",
    "bot_sales",
    "staff_sales",
    "replay_sales",
    "reported_sales",
    "viewers_orders",
    "viewers_units",
    "viewers_gmv",
    "nps",
    "nps_promoters",
    "nps_passives",
    "nps_detractors",
]
"""By the glossary's keys, in the pages' order."""
Dimension = Literal[
    "day",
    "week",
    "month",
    "hour",
    "weekday",
    "show",
    "source",
    "device",
    "segment",
    "returning",
    "identity",
    "product",
    "mode",
]
Field = Literal[Dimension, Counted]
Grain = Literal["people", "shows", "questions", "money"]

METRICS: Final[tuple[Metric, ...]] = get_args(Metric)
DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
OF_SHOWS: Final = frozenset(("day", "week", "month", "hour", "weekday", "show"))
"""What is the same for everybody in a show."""
CALENDAR: Final = ("day", "week", "month")
"""The narrowest first."""
COUNTED: Final = frozenset(get_args(Counted))
NUMBERS: Final = COUNTED | {"hour", "weekday"}
"""Fields that are compared as numbers; all others are words."""
ORDERED: Final = NUMBERS | set(CALENDAR)
"""Fields of which a filter may ask for a range; days, weeks and months by how they are written."""
APART: Final = ("product", "mode")
"""What no row of a viewer in a show tells apart: each is read by itself."""
MODES: Final = ("live", "replay")

_OF_SHOWS: Final = frozenset(("shows", "live_time", "peak", "average"))
_OF_QUESTIONS: Final = frozenset(("askers", "asked", "answered", "answer_time"))
_OF_MONEY: Final = frozenset(
    (
        "gmv",
        "refunded",
        "net",
        "orders",
        "units",
        "aov",
        "gpm",
        "bot_sales",
        "staff_sales",
        "replay_sales",
        "reported_sales",
    )
)
_BY_PRODUCT: Final = frozenset(
    ("viewers", "impressed", "clickers", "ctr", "buyers", "ctor", "viewers_orders", "viewers_units")
) | {"viewers_gmv", "ctr_actions", "ctor_actions"}
_FUNNEL: Final = frozenset(each for each in METRICS if each.startswith("funnel_"))
_BY_MODE: Final = frozenset(("viewers", "replay_viewers", "watch_mean", "watch_total")) | _FUNNEL
_SHARES: Final = frozenset(
    (
        *("viewers_before", "viewers_new", "viewers_again", "buyers_before", "buyers_seen_before"),
        *("buyers_in_period", "engaged", "askers", "answered", "conversion_live", "conversion_24h"),
        *(
            "conversion_7d",
            "conversion_30d",
            "ctr",
            "ctor",
            "ctr_actions",
            "ctor_actions",
            "funnel_click",
            "funnel_paid",
            "funnel_paid_of_click",
            "nps_promoters",
            "nps_passives",
            "nps_detractors",
        ),
    )
)
_SECONDS: Final = frozenset(
    (
        *("live_time", "watch_mean", "watch_median", "watch_total", "answer_time"),
        *("funnel_click_time", "funnel_paid_time", "funnel_time"),
    )
)
MONEY: Final = (_OF_MONEY - {"orders", "units"}) | {"viewers_gmv"}
_MEANS: Final = frozenset(("watch_mean", "aov", "nps"))


@dataclass(frozen=True, slots=True)
class Refusal:
    """That a metric does not go with something, and what does."""

    metric: str
    why: str
    allowed: tuple[str, ...]


def grain_of(metric: str) -> Grain:
    """Return what a metric is counted from."""
    if metric in _OF_SHOWS:
        return "shows"
    if metric in _OF_QUESTIONS:
        return "questions"
    return "money" if metric in _OF_MONEY else "people"


def kind_of(metric: str) -> Kind:
    """Return in what a metric is counted."""
    if metric in _SHARES:
        return "share"
    if metric in _SECONDS:
        return "seconds"
    if metric in MONEY:
        return "money"
    if metric == "nps":
        return "score"
    return "decimal" if metric in {"average", "per_sender"} else "count"


def has_interval(metric: str) -> bool:
    """Whether a figure of the metric comes with its 95 % interval."""
    return metric in _SHARES or metric in _MEANS


def dimensions_of(metric: str) -> tuple[Dimension, ...]:
    """Return by what a metric can be told apart, and filtered."""
    return tuple(each for each in DIMENSIONS if _goes_with(metric, each))


def _goes_with(metric: str, dimension: str) -> bool:
    if dimension == "product":
        return metric in _BY_PRODUCT
    if dimension == "mode":
        return metric in _BY_MODE
    if metric == "viewers_units":  # no row of a viewer in a show has it
        return dimension in OF_SHOWS | NAMED
    match grain_of(metric):
        case "people":
            return True
        case "shows":
            return dimension in OF_SHOWS
        case _:
            return dimension not in TOLD


def metrics_by(dimensions: Collection[str]) -> tuple[Metric, ...]:
    """Return the metrics that can be told apart by all of these, and by nothing else at the same time."""
    found = tuple(each for each in METRICS if all(_goes_with(each, by) for by in dimensions))
    return found if "product" in dimensions else tuple(each for each in found if each != "viewers_units")


def refuse_metric(metric: str, fields: Collection[str]) -> Refusal | None:
    """Return why a metric cannot be told apart, or filtered, by these fields; None where it can."""
    dimensions: list[str] = [each for each in fields if each in DIMENSIONS]
    wrong = [each for each in dimensions if not _goes_with(metric, each)]
    if grain_of(metric) == "shows":
        wrong += [each for each in fields if each in COUNTED]
    if wrong:
        named = " and ".join(wrong)
        return Refusal(
            metric, f"{metric} cannot be told apart or filtered by {named}", metrics_by(dimensions)
        )
    if metric == "viewers_units" and "product" not in dimensions:
        return Refusal(metric, "viewers_units is told by product alone", metrics_by(dimensions))
    return None
