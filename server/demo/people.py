"""The demo's people: the same cast in every installation, so that those who come back are known again."""

from dataclasses import dataclass
from functools import cache
from random import Random

from server.demo.catalogue import NAMES, SOURCES

CAST_SIZE = 620
EARLIER_SIZE = 226
RETURNING_SHARE = 0.42


@dataclass(frozen=True, slots=True)
class Person:
    """One simulated viewer; `warmth` (0 to 1) is how readily they react, ask and buy."""

    viewer_id: str
    name: str
    guest: bool
    remembered: bool
    warmth: float
    source: str | None


@cache
def cast() -> tuple[Person, ...]:
    """Return everybody, always the same: most are guests, and about half of those agreed to be recognised."""
    random = Random("cast")
    return tuple(_person(random, number) for number in range(CAST_SIZE))


def earlier_viewers() -> list[Person]:
    """Return who was in the earlier of the two past shows."""
    return list(cast()[:EARLIER_SIZE])


def past_viewers() -> list[Person]:
    """Return who was in the later past show: newcomers, and some of the earlier show, the warm ones rather than others."""
    random = Random("returning")
    came_back = [
        person
        for person in earlier_viewers()
        if person.remembered and random.random() < RETURNING_SHARE + 0.5 * person.warmth
    ]
    return came_back + list(cast()[EARLIER_SIZE:550])


def recognisable_viewers() -> list[Person]:
    """Return those of the past who may come back to the live show, in an order that mixes old and new."""
    known = [person for person in past_viewers() if person.remembered]
    Random("live").shuffle(known)
    return known


def _person(random: Random, number: int) -> Person:
    guest = random.random() < 0.82
    return Person(
        viewer_id=f"v_demo_{number:04d}",
        name=random.choice(NAMES),
        guest=guest,
        remembered=not guest or random.random() < 0.5,
        warmth=random.random() ** 2,
        source=random.choice(SOURCES),
    )
