"""From answers, counted by what was said, to figures. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from server.stats.chance import Sample, wilson
from server.stats.lifetime.nps import class_of, net_promoter_score
from server.stats.surveys.report import (
    Behaviour,
    ChoiceFigures,
    SharedRatio,
    StarFigures,
    SurveyFigures,
    SurveyKind,
)

CLASSES = ("promoter", "passive", "detractor")


@dataclass(frozen=True, slots=True)
class Alike:
    """Those who gave one and the same answer: `n` of V(s), `beside` others; of V(s) what they did."""

    score: int | None
    choice: int | None
    n: int
    beside: int
    wrote: int
    watched_us: int
    bought: int
    known: int
    returned: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A survey that was open, how many of V(s) were shown it or answered, and what was answered."""

    survey: str
    kind: SurveyKind
    question: str
    choices: Sequence[str]
    product: str | None
    opened_at: datetime
    shown: int
    answers: Sequence[Alike]


def survey_figures(asked: Asked) -> SurveyFigures:
    """Return what a survey came to."""
    answered = sum(each.n for each in asked.answers)
    scores = {each.score: each.n for each in asked.answers if each.score is not None}
    return SurveyFigures(
        survey=asked.survey,
        kind=asked.kind,
        question=asked.question,
        product=asked.product,
        opened_at=asked.opened_at,
        response=share(answered, asked.shown),
        without_a_view=sum(each.beside for each in asked.answers),
        written=sum(each.wrote for each in asked.answers),
        nps=net_promoter_score(scores) if asked.kind == "nps" else None,
        choices=list(_choices(asked, answered)),
        stars=star_figures(scores) if asked.kind == "stars" else None,
        behaviour=list(_behaviour(asked)),
    )


def share(part: int, whole: int) -> SharedRatio:
    """Return a share with its interval."""
    return SharedRatio(
        part=part, whole=whole, share=part / whole if whole else None, interval=wilson(part, whole)
    )


def star_figures(scores: dict[int, int]) -> StarFigures:
    """Return what stars come to: how many gave each number of them."""
    n = sum(scores.values())
    total = sum(stars * given for stars, given in scores.items())
    sample = Sample(n, total, sum(stars * stars * given for stars, given in scores.items()))
    return StarFigures(
        n=n,
        mean=sample.mean if n else None,
        interval=sample.interval,
        given=[scores.get(stars, 0) for stars in range(1, 6)],
    )


def _choices(asked: Asked, answered: int) -> Iterator[ChoiceFigures]:
    chosen = {each.choice: each.n for each in asked.answers if each.choice is not None}
    for place, text in enumerate(asked.choices):
        yield ChoiceFigures(text=text, chosen=share(chosen.get(place, 0), answered))


def _behaviour(asked: Asked) -> Iterator[Behaviour]:
    if asked.kind == "text":
        return
    ordered = sorted(asked.answers, key=lambda each: _place(asked.kind, each))
    for _, alike in groupby(ordered, key=lambda each: _place(asked.kind, each)):
        yield _what_they_did(asked.kind, list(alike))


def _place(kind: SurveyKind, alike: Alike) -> int:
    """The order in which answers stand: promoters first, most stars first, choices in theirs."""
    if kind == "choice":
        return alike.choice or 0
    score = alike.score or 0
    return CLASSES.index(class_of(score)) if kind == "nps" else -score


def _what_they_did(kind: SurveyKind, alike: Sequence[Alike]) -> Behaviour:
    first, viewers = alike[0], _sum(each.n for each in alike)
    named = (
        class_of(first.score or 0) if kind == "nps" else str(first.score if kind == "stars" else first.choice)
    )
    watched = _sum(each.watched_us for each in alike)
    return Behaviour(
        answer=named,
        viewers=viewers,
        mean_watch_seconds=watched / viewers / 1_000_000 if viewers else None,
        bought=share(_sum(each.bought for each in alike), viewers),
        returning=share(_sum(each.returned for each in alike), _sum(each.known for each in alike)),
    )


def _sum(numbers: Iterable[int]) -> int:
    return sum(numbers)
