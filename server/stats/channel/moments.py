"""What came of each moment of a show: the minutes after a pin, an answer, an announcement or an offer, against the same span before. Pure.

Everything is about viewers of V(s). A span is as long after as before: near the show's ends both are cut alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from server.stats.chance import compare_shares
from server.stats.channel.figure import Figure, count, share
from server.stats.channel.report import Change
from server.stats.definitions import DEFINITION_VERSION
from server.stats.facts import ShowHead
from server.stats.figures import reported
from server.stats.ratio import Figures
from server.stats.report import ReportedShow
from server.stats.series_report import Mark, MarkKind
from server.stats.watching import MICROSECONDS

MINUTES: Final = 5
MINUTES_MAX: Final = 60
LOOKED_AT: Final[frozenset[MarkKind]] = frozenset(
    {"product.pinned", "question.pinned", "question.answered", "announce", "offer.opened"}
)

Longs = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Acts:
    """Who did something when: `who[i]`, a viewer's number, at `at[i]`, `n[i]` times; microseconds since the show's start."""

    who: Longs
    at: Longs
    n: Longs


@dataclass(frozen=True, slots=True)
class MomentFacts:
    """A show, what was done in it by whom, and its moments. Viewers are numbers below `viewers`."""

    show: ShowHead
    suspects: int | None
    marks: Sequence[Mark]
    viewers: int
    watching: tuple[Longs, Longs, Longs]
    """Of each stretch of watching: whose, from when, until when."""
    clicks: Acts
    orders: Acts
    questions: Acts
    asked: dict[str, int]
    """Who asked each question, if it was a viewer."""
    voted: Mapping[str, Sequence[int]]
    """Which viewers voted for each question."""


class Group(Figures):
    """People around an answer, and how many of them bought in the span after it."""

    who: str = Field(description="asked, voted, or watching when it was answered")
    conversion: Figure


class Moment(Figures):
    """One moment, and what was done after it (`a`) against before (`b`)."""

    t: float = Field(description="seconds since the show's start")
    at: datetime
    kind: MarkKind
    subject: str | None
    text: str | None
    seconds: float = Field(description="how long each side is")
    provisional: bool = Field(description="the span after it is not over yet")
    watching: int = Field(description="viewers at that moment")
    changes: list[Change]
    groups: list[Group] = Field(description="of an answer alone")


class MomentsReport(Figures):
    """All moments of a show, in order."""

    definition_version: int
    as_of: datetime
    provisional: bool
    show: ReportedShow
    minutes: int
    suspected_bots: int | None
    moments: list[Moment]


def build_moments(facts: MomentFacts, minutes: int) -> MomentsReport:
    """Return what came of each moment."""
    show = facts.show
    return MomentsReport(
        definition_version=DEFINITION_VERSION,
        as_of=show.as_of,
        provisional=show.provisional,
        show=reported(show),
        minutes=minutes,
        suspected_bots=facts.suspects,
        moments=[_moment(facts, mark, minutes) for mark in facts.marks if mark.kind in LOOKED_AT],
    )


def renew_moments(
    kept: MomentsReport, show: ShowHead, suspects: int | None, marks: Sequence[Mark]
) -> MomentsReport | None:
    """Return a kept report as it would be made now, or None where the show has other moments.

    Names of products and questions may have been changed; what was done has not.
    """
    looked_at = [mark for mark in marks if mark.kind in LOOKED_AT]
    if [(m.at, m.kind, m.subject) for m in kept.moments] != [(m.at, m.kind, m.subject) for m in looked_at]:
        return None
    moments = [
        moment.model_copy(update={"text": mark.text})
        for moment, mark in zip(kept.moments, looked_at, strict=True)
    ]
    now = {"as_of": show.as_of, "provisional": show.provisional, "show": reported(show)}
    return kept.model_copy(update={**now, "suspected_bots": suspects, "moments": moments})


def _moment(facts: MomentFacts, mark: Mark, minutes: int) -> Moment:
    length = facts.show.length
    end = 0 if length is None else round(length.total_seconds() * MICROSECONDS)
    at, wanted = round(mark.t * MICROSECONDS), minutes * 60 * MICROSECONDS
    span = max(0, min(wanted, at, end - at))
    return Moment(
        **mark.model_dump(),
        seconds=span / MICROSECONDS,
        provisional=facts.show.ended_at is None and end - at < wanted,
        watching=len(present(facts, at, at + 1)),
        changes=_changes(facts, at, span) if span else [],
        groups=_groups(facts, mark, at, min(wanted, max(0, end - at)))
        if mark.kind == "question.answered"
        else [],
    )


def present(facts: MomentFacts, since: int, until: int) -> Longs:
    """Return the viewers who watched at any time in [since, until), ascending."""
    who, starts, ends = facts.watching
    return np.unique(who[(starts < until) & (ends > since)])


def did(acts: Acts, since: int, until: int, *, of: Longs) -> tuple[int, int]:
    """Return how many of the viewers `of` did it in [since, until), and how often all viewers did."""
    within = (acts.at >= since) & (acts.at < until)
    people = np.intersect1d(acts.who[within], of)
    return len(people), int(acts.n[within].sum())


def _changes(facts: MomentFacts, at: int, span: int) -> list[Change]:
    after, before = _span(facts, at, at + span), _span(facts, at - span, at)
    return [_change(a, b) for a, b in zip(after, before, strict=True)]


def _span(facts: MomentFacts, since: int, until: int) -> list[Figure]:
    here = present(facts, since, until)
    buyers, orders = did(facts.orders, since, until, of=here)
    clickers, clicks = did(facts.clicks, since, until, of=here)
    _, questions = did(facts.questions, since, until, of=here)
    return [
        count("moment_watching", len(here)),
        share("moment_conversion", buyers, len(here)),
        share("moment_clickers", clickers, len(here)),
        count("moment_clicks", clicks),
        count("moment_orders", orders),
        count("moment_questions", questions),
    ]


def _change(a: Figure, b: Figure) -> Change:
    known = a.amount is not None and b.amount is not None
    chance = None
    if a.part is not None and a.whole is not None and b.part is not None and b.whole is not None:
        chance = compare_shares(a.part, a.whole, b.part, b.whole)
    return Change(
        key=a.key,
        currency=None,
        a=a,
        b=b,
        absolute=a.amount - b.amount if known and a.amount is not None and b.amount is not None else None,
        relative=a.amount / b.amount - 1 if known and a.amount is not None and b.amount else None,
        chance=chance,
    )


def _groups(facts: MomentFacts, mark: Mark, at: int, span: int) -> list[Group]:
    """Return the purchases of those who asked, who voted, and who were there, each counted by themselves."""
    question = mark.subject or ""
    asked = [facts.asked[question]] if question in facts.asked else []
    groups = {
        "asked": np.array(asked, dtype=np.int64),
        "voted": np.unique(np.array(facts.voted.get(question, ()), dtype=np.int64)),
        "watching": present(facts, at, at + 1),
    }
    return [
        Group(
            who=who,
            conversion=share(
                "moment_conversion", did(facts.orders, at, at + span, of=people)[0], len(people)
            ),
        )
        for who, people in groups.items()
    ]
