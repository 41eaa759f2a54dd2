"""The net promoter score. Pure."""

from collections.abc import Mapping
from math import sqrt
from typing import Literal

from pydantic import Field

from server.stats.chance import Chance, Interval, Z, compare_counted
from server.stats.ratio import Figures

NpsClass = Literal["promoter", "passive", "detractor"]


class NetPromoterScore(Figures):
    """100 × (promoters − detractors) ÷ n. Passives count in n."""

    n: int
    promoters: int = Field(description="answered 9 or 10")
    passives: int = Field(description="answered 7 or 8")
    detractors: int = Field(description="answered 0 to 6")
    score: float | None = Field(description="-100 to 100; null without an answer")
    interval: Interval | None = Field(
        description="95 %, from the variance (p + d - (p - d)²) ÷ n; null without an answer"
    )


def compare_scores(one: NetPromoterScore, other: NetPromoterScore) -> Chance | None:
    """Return whether those of one side tend to a better class than those of the other; None where a side has no answer."""
    mine, others = ({1.0: each.promoters, 0.0: each.passives, -1.0: each.detractors} for each in (one, other))
    return compare_counted(mine, others)


def class_of(answer: int) -> NpsClass:
    """Return the class of an answer from 0 to 10."""
    if not 0 <= answer <= 10:
        raise ValueError("an answer is from 0 to 10")
    return "promoter" if answer >= 9 else "passive" if answer >= 7 else "detractor"


def net_promoter_score(answers: Mapping[int, int]) -> NetPromoterScore:
    """Return the score of `answers`: how many gave each answer from 0 to 10."""
    counted: dict[NpsClass, int] = {"promoter": 0, "passive": 0, "detractor": 0}
    for answer, n in answers.items():
        counted[class_of(answer)] += n
    return of_classes(counted["promoter"], counted["passive"], counted["detractor"])


def of_classes(promoters: int, passives: int, detractors: int) -> NetPromoterScore:
    """Return the score of so many of each class."""
    n = promoters + passives + detractors
    score = interval = None
    if n:
        score = 100 * (promoters - detractors) / n
        half = 100 * Z * sqrt(variance(promoters / n, detractors / n) / n)
        interval = Interval(low=max(-100.0, score - half), high=min(100.0, score + half))
    return NetPromoterScore(
        n=n, promoters=promoters, passives=passives, detractors=detractors, score=score, interval=interval
    )


def variance(p: float, d: float) -> float:
    """Return the variance of one answer, counted as 1, 0 or -1: `p` of them are promoters, `d` detractors."""
    return p + d - (p - d) ** 2
