"""The report of word of mouth, from who brought whom. Pure."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from server.stats.visits.word_of_mouth import Descent, Edge, Link, Spread, descents
from server.stats.visits.word_report import (
    CHAIN_LINKS_MAX,
    SHARERS_MAX,
    Brought,
    ChainLink,
    NotCounted,
    SharerRow,
    WordOfMouthReport,
)
from server.stats.visits.word_repository import CameTo

_NOTHING = CameTo()
_NOBODY = Descent((), 0)


@dataclass(frozen=True, slots=True)
class WordFacts:
    """What a report is made of: who brought whom in the channel, and of the shows asked about the rest."""

    shows: Collection[str]
    links: Mapping[str, Link]
    beside: Collection[str]
    """Sharers who are suspects or staff."""
    spread: Spread
    came_to: Mapping[str, CameTo]
    faults: Mapping[str, int]


def build_word(about: Mapping[str, Any], facts: WordFacts) -> WordOfMouthReport:
    """Return the report of some shows: people who were brought in them, and all that those came to in them."""
    edges = [edge for edge in facts.spread.edges if edge.show in facts.shows]
    shares = Counter(
        link.sharer
        for link in facts.links.values()
        if link.show in facts.shows and link.sharer not in facts.beside
    )
    visits = sum((facts.spread.visits.get(show, Counter()) for show in facts.shows), Counter[str]())
    brought = brought_of(edges, facts.came_to)
    depths = facts.spread.depths
    return WordOfMouthReport(
        **about,
        shares=shares.total(),
        sharers=len(shares),
        visits=visits.total(),
        brought=brought,
        new_viewers_per_sharer=brought.new_viewers / len(shares) if shares else None,
        chains=len({edge.sharer for edge in edges} - depths.keys()),
        depth=max((depths[edge.viewer] for edge in edges), default=0),
        not_counted=_not_counted(facts),
        by_sharer=_rows(edges, shares, visits, facts),
        links=_chain_links(edges, depths),
    )


def brought_of(edges: Sequence[Edge], came_to: Mapping[str, CameTo]) -> Brought:
    """Return what those came to whom the edges brought."""
    came = [came_to.get(edge.viewer, _NOTHING) for edge in edges]
    paid, refunded = sum(each.paid_minor for each in came), sum(each.refunded_minor for each in came)
    return Brought(
        new_viewers=len(edges),
        recognisable=sum(edge.recognisable for edge in edges),
        watch_seconds=sum((each.watched for each in came), timedelta(0)).total_seconds(),
        buyers=sum(each.orders > 0 for each in came),
        orders=sum(each.orders for each in came),
        gmv_minor=paid,
        net_minor=paid - refunded,
    )


def _rows(
    edges: Sequence[Edge], shares: Mapping[str, int], visits: Mapping[str, int], facts: WordFacts
) -> list[SharerRow]:
    of: dict[str, list[Edge]] = {sharer: [] for sharer in {*shares, *visits}}
    for edge in edges:
        of.setdefault(edge.sharer, []).append(edge)
    order = sorted(of, key=lambda each: (-len(of[each]), -visits.get(each, 0), -shares.get(each, 0), each))[
        :SHARERS_MAX
    ]
    down = descents(edges)
    return [
        _row(
            each, of[each], (shares.get(each, 0), visits.get(each, 0)), down.get(each, _NOBODY), facts.came_to
        )
        for each in order
    ]


def _row(
    sharer: str, edges: Sequence[Edge], counts: tuple[int, int], down: Descent, came_to: Mapping[str, CameTo]
) -> SharerRow:
    """`counts`: how often they shared, and how often others came by it."""
    came = [came_to.get(viewer, _NOTHING) for viewer in down.viewers]
    return SharerRow(
        **brought_of(edges, came_to).model_dump(),
        sharer=sharer,
        shares=counts[0],
        visits=counts[1],
        chain_viewers=len(down.viewers),
        chain_depth=down.depth,
        chain_orders=sum(each.orders for each in came),
        chain_net_minor=sum(each.paid_minor - each.refunded_minor for each in came),
    )


def _not_counted(facts: WordFacts) -> NotCounted:
    reasons = Counter(facts.faults)
    for show in facts.shows:
        reasons.update(facts.spread.not_counted.get(show, Counter()))
    return NotCounted(**{name: reasons[name] for name in NotCounted.model_fields})


def _chain_links(edges: Iterable[Edge], depths: Mapping[str, int]) -> list[ChainLink]:
    edges = list(edges)
    above = {edge.viewer: edge.sharer for edge in edges}
    longest: Counter[str] = Counter()
    for edge in edges:
        root = _root(edge.viewer, above)
        longest[root] = max(longest[root], depths[edge.viewer])
    order = sorted(
        edges, key=lambda e: (-longest[_root(e.viewer, above)], _root(e.viewer, above), e.at, e.viewer)
    )
    return [
        ChainLink(sharer=e.sharer, viewer=e.viewer, show=e.show, at=e.at, depth=depths[e.viewer])
        for e in order[:CHAIN_LINKS_MAX]
    ]


def _root(viewer: str, above: Mapping[str, str]) -> str:
    while viewer in above:
        viewer = above[viewer]
    return viewer
