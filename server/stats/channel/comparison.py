"""Two sides held against each other: how far each figure moved, and whether by more than chance. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.stats.chance import Chance, Sample, compare_means, compare_shares
from server.stats.channel.facts import PartFacts, People
from server.stats.channel.figure import Figure
from server.stats.channel.figures import Terms, score_of, watched
from server.stats.channel.report import Change, Comparison, Side
from server.stats.channel.why import say_what_changed
from server.stats.lifetime.nps import compare_scores


@dataclass(frozen=True, slots=True)
class SideFacts:
    """One side: its facts, the figures made from them, and its people by what may explain a change."""

    facts: PartFacts
    figures: Sequence[Figure]
    mixes: Mapping[str, Mapping[str, People]]


def build_comparison(
    about: dict[str, Any], told: Sequence[Side], sides: Sequence[SideFacts], terms: Terms
) -> Comparison:
    """Return the answer: every figure that either side has, in their order."""
    a, b = sides
    changes = compare_figures(a, b)
    sentences = say_what_changed(changes, a.mixes, b.mixes)
    return Comparison(**about, a=told[0], b=told[1], changes=changes, sentences=sentences)


def compare_figures(a: SideFacts, b: SideFacts) -> list[Change]:
    """Return what became of each figure, from `b` to `a`."""
    mine, others = ({(each.key, each.currency): each for each in side.figures} for side in (a, b))
    return [_change(key, mine.get(key), others.get(key), a.facts, b.facts) for key in mine | others]


def _change(
    key: tuple[str, str | None], a: Figure | None, b: Figure | None, mine: PartFacts, others: PartFacts
) -> Change:
    now = None if a is None else a.amount
    then = None if b is None else b.amount
    known = now is not None and then is not None and a is not None and a.kind != "score"
    return Change(
        key=key[0],
        currency=key[1],
        a=a,
        b=b,
        absolute=now - then if now is not None and then is not None else None,
        relative=now / then - 1 if known and now is not None and then else None,
        chance=chance_of(key, a, b, mine, others),
    )


def chance_of(
    key: tuple[str, str | None], a: Figure | None, b: Figure | None, mine: PartFacts, others: PartFacts
) -> Chance | None:
    """Return whether a difference is more than chance: by numbers, spread or classes; of totals never."""
    if a is None or b is None:
        return None
    if a.part is not None and a.whole is not None and b.part is not None and b.whole is not None:
        return compare_shares(a.part, a.whole, b.part, b.whole)
    if key[0] == "nps":
        return compare_scores(score_of(mine.people), score_of(others.people))
    samples = [_sample(key, facts) for facts in (mine, others)]
    one, other = samples
    return compare_means(one, other) if one and other else None


def _sample(key: tuple[str, str | None], facts: PartFacts) -> Sample | None:
    if key[0] == "watch_mean":
        return watched(facts.people)
    if key[0] == "aov":
        return next((till.orders for till in facts.tills if till.currency == key[1]), None)
    return None
