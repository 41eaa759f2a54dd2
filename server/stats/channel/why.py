"""What changed and what it comes from, as sentences with numbers. Only of what is more than chance. Pure.

A rate over everybody is the sum over groups of people of how many they are times the rate of each. So a change has two sources: other
groups came (mix), or a group did otherwise (rate). What a group contributed to each is told by the mean of both sides (Kitagawa 1955).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from server.stats.chance import compare_shares
from server.stats.channel.facts import People
from server.stats.channel.report import Change
from server.stats.report import Headline

Mixes = Mapping[str, Mapping[str, People]]

TOLD: Final = (
    "conversion_live",
    "viewers_before",
    "buyers_in_period",
    "engaged",
    "watch_mean",
    "aov",
    "viewers_again",
)
"""The figures whose change is told, the most important first."""

REASONS_MAX: Final = 2
GROUP_MIN: Final = 10
"""A group of fewer viewers on either side explains nothing."""


@dataclass(frozen=True, slots=True)
class Reason:
    """What a group contributed to a change of a rate, as a difference of the rate; from `then` to `now`."""

    by: str
    label: str
    what: Literal["mix", "rate"]
    effect: float
    now: float
    then: float


def say_what_changed(changes: Sequence[Change], now: Mixes, then: Mixes) -> list[Headline]:
    """Return the sentences, each change followed by what it comes from."""
    by_key = {change.key: change for change in changes if change.chance and change.chance.more_than_chance}
    found: list[Headline] = []
    for key in TOLD:
        change = by_key.get(key)
        if change is None or change.a is None or change.b is None:
            continue
        found.append(_say(change))
        if key == "conversion_live" and change.absolute:
            found += [_give(reason) for reason in reasons_of(float(change.absolute), now, then)]
    return found


def _say(change: Change) -> Headline:
    assert change.a is not None
    assert change.b is not None
    numbers: dict[str, int | float | str] = {"now": change.a.amount or 0, "then": change.b.amount or 0}
    if change.currency:
        numbers["currency"] = change.currency
    numbers["p"] = change.chance.p if change.chance else 1.0
    return Headline(key=f"{change.key}_{'rose' if (change.absolute or 0) > 0 else 'fell'}", numbers=numbers)


def _give(reason: Reason) -> Headline:
    direction = "more" if reason.now > reason.then else "less"
    numbers: dict[str, int | float | str] = {"now": reason.now, "then": reason.then, "effect": reason.effect}
    return Headline(
        key=f"because_{reason.what}_{direction}", numbers={**numbers, "by": reason.by, "label": reason.label}
    )


def reasons_of(change: float, now: Mixes, then: Mixes) -> list[Reason]:
    """Return what explains most of a change of the conversion, in its direction and by more than chance, at most `REASONS_MAX`."""
    found = [
        reason
        for by in now
        for reason in _reasons(by, now[by], then.get(by, {}))
        if reason.effect * change > 0 and abs(reason.effect) >= abs(change) / 10
    ]
    found.sort(key=lambda reason: (-abs(reason.effect), reason.by, reason.label))
    told: dict[tuple[str, ...], Reason] = {}
    for reason in found:
        # Where more of one group came fewer of the others did: that is one reason.
        told.setdefault((reason.by, reason.what, reason.label if reason.what == "rate" else ""), reason)
    return list(told.values())[:REASONS_MAX]


def _reasons(by: str, now: Mapping[str, People], then: Mapping[str, People]) -> Iterator[Reason]:
    """Yield what each group explains: of those alone that differ by more than chance themselves."""
    wholes = [sum(people.viewers for people in side.values()) for side in (now, then)]
    if not all(wholes):
        return
    rates = [
        sum(people.bought_live for people in side.values()) / n
        for side, n in zip((now, then), wholes, strict=True)
    ]
    for label in sorted(now.keys() & then.keys()):
        a, b = now[label], then[label]
        if not label or min(a.viewers, b.viewers) < GROUP_MIN:
            continue
        shares = a.viewers / wholes[0], b.viewers / wholes[1]
        own = a.bought_live / a.viewers, b.bought_live / b.viewers
        mix = compare_shares(a.viewers, wholes[0], b.viewers, wholes[1])
        if mix and mix.more_than_chance:
            # Against the mean rate, so that a group explains a change only as far as it differs from the others.
            effect = (shares[0] - shares[1]) * (sum(own) / 2 - sum(rates) / 2)
            yield Reason(by, label, "mix", effect, *shares)
        rate = compare_shares(a.bought_live, a.viewers, b.bought_live, b.viewers)
        if rate and rate.more_than_chance:
            yield Reason(by, label, "rate", (own[0] - own[1]) * sum(shares) / 2, *own)
