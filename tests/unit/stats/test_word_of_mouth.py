"""Who brought whom: a person once, by somebody else, on another device, having watched a minute; and never in a circle."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.stats.visits.word_of_mouth import Arrival, Link, Spread, descents, spread

START = datetime(2026, 11, 1, tzinfo=UTC)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def came(viewer: str, minute: float, link: str, **other: Any) -> Arrival:
    fields = {
        "show": "s",
        "first": True,
        "watched": timedelta(seconds=60),
        "recognisable": True,
        "suspect": False,
        "staff": False,
    }
    return Arrival(viewer=viewer, at=at(minute), link=link, **{**fields, **other})


LINKS = {
    id: Link(id, sharer, "s", at(minute))
    for id, sharer, minute in (("a", "anna", 0), ("b", "ben", 20), ("c", "chie", 40))
}


def brought(found: Spread) -> list[tuple[str, str]]:
    return [(edge.sharer, edge.viewer) for edge in found.edges]


def test_a_chain_is_as_deep_as_people_brought_people() -> None:
    found = spread(
        LINKS,
        [came("dan", 50, "c"), came("ben", 10, "a"), came("chie", 30, "b"), came("eve", 12, "a")],
        (),
        (),
    )
    assert brought(found) == [("anna", "ben"), ("anna", "eve"), ("ben", "chie"), ("chie", "dan")]
    assert dict(found.depths) == {"ben": 1, "eve": 1, "chie": 2, "dan": 3}
    down = descents(found.edges)
    assert {name: (sorted(each.viewers), each.depth) for name, each in down.items()} == {
        "anna": (["ben", "chie", "dan", "eve"], 3),
        "ben": (["chie", "dan"], 2),
        "chie": (["dan"], 1),
    }


@pytest.mark.parametrize(
    ("arrival", "reason"),
    [
        (came("ben", 10, "none"), "unknown"),
        (came("ben", -1, "a"), "unknown"),  # before there was such a link
        (came("anna", 10, "a"), "same_person"),
        (came("ben", 10, "a", suspect=True), "suspects"),
        (came("ben", 10, "a", staff=True), "staff"),
        (came("ben", 10, "a", first=False), "returning"),
        (came("ben", 10, "a", watched=timedelta(seconds=59.999)), "too_short"),
    ],
)
def test_who_is_not_brought_is_counted_by_the_reason(arrival: Arrival, reason: str) -> None:
    found = spread(LINKS, [arrival], (), ())
    assert (brought(found), found.not_counted["s"]) == ([], {reason: 1})


def test_suspects_and_staff_bring_nobody() -> None:
    arrivals = [came("ben", 10, "a"), came("chie", 30, "b")]
    found = spread(LINKS, arrivals, {"anna"}, {"ben"})
    assert (brought(found), found.not_counted["s"]) == ([], {"suspects": 1, "staff": 1})


people = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(people, people, st.integers(0, 6), st.integers(0, 6)), max_size=30))
def test_no_chain_leads_back_whatever_comes(world: list[tuple[str, str, int, int]]) -> None:
    links = {str(i): Link(str(i), sharer, "s", at(made)) for i, (sharer, _, made, _) in enumerate(world)}
    found = spread(
        links, [came(viewer, minute, str(i)) for i, (_, viewer, _, minute) in enumerate(world)], (), ()
    )
    above = {edge.viewer: edge.sharer for edge in found.edges}
    assert len(above) == len(found.edges)
    for viewer in above:
        seen, now = set(), viewer
        while now in above:
            assert now not in seen
            seen.add(now)
            now = above[now]
