"""One figure: what it came to, what it rests on, how sure it is. All of a channel's figures have this shape, whatever they are about."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from server.stats.chance import Interval, Sample, wilson
from server.stats.ratio import Figures

Kind = Literal["count", "share", "seconds", "decimal", "money", "score"]


class Figure(Figures):
    """What `key` means is in the glossary, by version; `null` means "cannot be known yet", or "nothing to divide by"."""

    key: str
    kind: Kind
    amount: float | int | None = Field(
        description="a share from 0 to 1, seconds, a count, a score from -100 to 100, or minor units of `currency`"
    )
    currency: str | None = None
    part: int | None = Field(default=None, description="of a share: how many of `whole`")
    whole: int | None = None
    interval: Interval | None = Field(
        default=None,
        description="of a share that of Wilson, of a mean and a score that of the normal distribution; 95 %",
    )
    n: int | None = Field(
        default=None, description="how many people, orders or questions it rests on; null for a total"
    )
    provisional: bool = Field(default=False, description="more may come before it is final")
    known_at: datetime | None = Field(
        default=None, description="when an amount that is null now will be known"
    )
    without_a_view: int | None = Field(
        default=None,
        description="of a total about things, how much is of people without a view; beside a conversion, buyers without a view",
    )


def count(key: str, amount: int | None, *, beside: int | None = None, currency: str | None = None) -> Figure:
    """Return a total."""
    return Figure(key=key, kind="count", amount=amount, without_a_view=beside, currency=currency)


def share(key: str, part: int, whole: int, *, beside: int | None = None) -> Figure:
    """Return `part` ÷ `whole` with its interval."""
    amount = part / whole if whole else None
    return Figure(
        key=key,
        kind="share",
        amount=amount,
        part=part,
        whole=whole,
        n=whole,
        interval=wilson(part, whole),
        without_a_view=beside,
    )


def mean(key: str, kind: Kind, sample: Sample, *, currency: str | None = None) -> Figure:
    """Return the mean of a sample with its interval."""
    amount = sample.mean if sample.n else None
    return Figure(key=key, kind=kind, amount=amount, n=sample.n, interval=sample.interval, currency=currency)


def unknown(key: str, kind: Kind, known_at: datetime | None = None) -> Figure:
    """Return a figure that cannot be known yet."""
    return Figure(key=key, kind=kind, amount=None, known_at=known_at)
