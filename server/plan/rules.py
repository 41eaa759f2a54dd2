"""What a target came to, and which show an action is with. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from server.plan.metrics import MEASURES, TOTALS_THAT_FALL, Direction, Metric
from server.stats.channel.figure import Figure

Verdict = Literal["reached", "missed", "ahead", "behind", "unknown"]
"""`reached` and `missed` stand; `ahead` and `behind` are how it looks while more may come; `unknown`: nothing to compare with."""
State = Literal["open", "done", "dropped"]


@dataclass(frozen=True, slots=True)
class Target:
    """What a metric is to come to."""

    metric: Metric
    direction: Direction
    amount: float
    currency: str | None
    set_at: datetime
    after_start: bool

    def is_met_by(self, amount: float) -> bool:
        """Whether an amount is what was wished for."""
        return amount >= self.amount if self.direction == "at_least" else amount <= self.amount


def figure_for(
    metric: Metric, currency: str | None, figures: Iterable[Figure], *, provisional: bool = False
) -> Figure | None:
    """Return the metric's figure among those of a show; of what was not sold in the currency, nothing was sold: a total is 0.

    `provisional`: more may come of what was not sold yet.
    """
    found = next((each for each in figures if each.key == metric and each.currency == currency), None)
    if found is not None or currency is None:
        return found
    measure = MEASURES[metric]
    none_sold = 0 if measure.grows or metric in TOTALS_THAT_FALL else None
    return Figure(key=metric, kind=measure.kind, amount=none_sold, currency=currency, provisional=provisional)


def verdict_on(target: Target, actual: Figure | None) -> Verdict:
    """Return what the target came to: reached once more cannot undo it, else not for certain while the figure is provisional."""
    if actual is None or actual.amount is None:
        return "unknown"
    met = target.is_met_by(actual.amount)
    if not actual.provisional:
        return "reached" if met else "missed"
    if not MEASURES[target.metric].grows:
        return "ahead" if met else "behind"
    if target.direction == "at_least":
        return "reached" if met else "behind"
    return "ahead" if met else "missed"


@dataclass(frozen=True, slots=True)
class Place:
    """A show as its place among the channel's shows tells: `at` is when it began, or is to begin."""

    id: str
    title: str
    state: str
    at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Item:
    """An action as carrying it on asks about it; `show` is where it was written down."""

    id: str
    show: Place | None
    state: State
    created_at: datetime
    closed_at: datetime | None


def is_before(one: Place, other: Place) -> bool:
    """Whether a show comes before another one; a show without a time comes after all others."""
    if one.at is None or other.at is None:
        return one.at is not None
    return (one.at, one.id) < (other.at, other.id)


def show_before(shows: Sequence[Place], show: Place, now: datetime) -> Place | None:
    """Return the show that comes before `show` and has been, is, or is still to be; one that was never held counts for nothing."""
    held = [
        each
        for each in shows
        if each.id != show.id
        and is_before(each, show)
        and (each.state in ("live", "ended") or (each.at is not None and each.at > now))
    ]
    return max(held, key=lambda each: (cast("datetime", each.at), each.id), default=None)


def is_carried_to(item: Item, show: Place, before: Place | None) -> bool:
    """Whether an action of elsewhere is with `show`, whose predecessor is `before`.

    It goes to the next show of the channel, and on from each that ended while it was open. Who wrote it down after a show was over has
    not carried it into that one.
    """
    if item.show is not None and (item.show.id == show.id or not is_before(item.show, show)):
        return False
    if show.ended_at is not None and item.created_at >= show.ended_at:
        return False
    if before is None:
        return True
    if before.ended_at is None:  # what is still with the show before comes along once that has ended
        return item.show is not None and item.show.id == before.id and before.state == "live"
    return item.closed_at is None or item.closed_at > before.ended_at
