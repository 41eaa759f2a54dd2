"""Who brought whom: from links and joins to chains. Pure.

A person is brought once: when they first came to the channel at all, by the link that they came with, if somebody else had made it on
another device, and they watched 60 s. Whoever brings somebody came before them, so that no chain leads back to where it began.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

WATCH_MIN: Final = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Link:
    """A share link: whose it is, of which show, since when."""

    id: str
    sharer: str
    show: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody's row in a show that they came to by a link; `first`: it was the first of the channel that they ever came to."""

    viewer: str
    show: str
    at: datetime
    link: str
    first: bool
    watched: timedelta
    recognisable: bool
    suspect: bool
    staff: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """`sharer` brought `viewer`."""

    sharer: str
    viewer: str
    show: str
    at: datetime
    recognisable: bool


@dataclass(slots=True)
class Spread:
    """Who brought whom in the channel, in the order of time, and why others were not brought, by show."""

    edges: list[Edge] = field(default_factory=list)
    not_counted: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    visits: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    """Joins of other people, by show and sharer."""
    _brought_by: dict[str, str] = field(default_factory=dict)

    @property
    def depths(self) -> Mapping[str, int]:
        """How far each brought person is from who began the chain."""
        found: dict[str, int] = {}
        for edge in self.edges:  # whoever brings has been brought before
            found[edge.viewer] = found.get(edge.sharer, 0) + 1
        return found

    def bring(self, edge: Edge) -> bool:
        """Add that somebody was brought; False where they brought those who would have brought them."""
        above: str | None = edge.sharer
        while above is not None:
            if above == edge.viewer:
                return False
            above = self._brought_by.get(above)
        self._brought_by[edge.viewer] = edge.sharer
        self.edges.append(edge)
        return True

    def is_brought(self, viewer: str) -> bool:
        """Whether they were brought already."""
        return viewer in self._brought_by


@dataclass(frozen=True, slots=True)
class Descent:
    """Everybody who came of one sharer, and over how many steps."""

    viewers: Sequence[str]
    depth: int


def spread(
    links: Mapping[str, Link], arrivals: Iterable[Arrival], suspects: Collection[str], staff: Collection[str]
) -> Spread:
    """Return who brought whom. `suspects` and `staff` are who may bring nobody."""
    found = Spread()
    for arrival in sorted(arrivals, key=lambda each: (each.at, each.show, each.viewer)):
        link = links.get(arrival.link)
        reason = _reason(link, arrival, suspects, staff)
        if link is not None and reason in (None, "returning", "too_short"):
            found.visits[arrival.show][link.sharer] += 1
            if reason is None and (found.is_brought(arrival.viewer) or not found.bring(_edge(link, arrival))):
                reason = "returning"
        if reason is not None:
            found.not_counted[arrival.show][reason] += 1
    return found


def _edge(link: Link, arrival: Arrival) -> Edge:
    return Edge(link.sharer, arrival.viewer, arrival.show, arrival.at, arrival.recognisable)


def _reason(
    link: Link | None, arrival: Arrival, suspects: Collection[str], staff: Collection[str]
) -> str | None:
    """Return why the arrival brings nobody new; None: it does."""
    if link is None or link.at > arrival.at:
        return "unknown"
    if link.sharer == arrival.viewer:
        return "same_person"
    if arrival.suspect or link.sharer in suspects:
        return "suspects"
    if arrival.staff or link.sharer in staff:
        return "staff"
    if not arrival.first:
        return "returning"
    return "too_short" if arrival.watched < WATCH_MIN else None


def descents(edges: Sequence[Edge]) -> Mapping[str, Descent]:
    """Return, of everybody who brought somebody, all who came of it."""
    children: dict[str, list[str]] = defaultdict(list)
    for edge in edges:
        children[edge.sharer].append(edge.viewer)
    found: dict[str, Descent] = {}
    for edge in reversed(edges):  # who was brought last has brought nobody whose descent is not known
        if edge.sharer in found:
            continue
        found[edge.sharer] = _descent_of(edge.sharer, children)
    return found


def _descent_of(sharer: str, children: Mapping[str, Sequence[str]]) -> Descent:
    viewers: list[str] = []
    depth, level = 0, list(children.get(sharer, ()))
    while level:
        viewers += level
        depth += 1
        level = [each for one in level for each in children.get(one, ())]
    return Descent(viewers, depth)
