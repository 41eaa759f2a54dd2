"""The wheel: each connection comes by once in a turn of all spokes, whoever comes and goes meanwhile."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hub.wheel import Wheel
from tests.support.silent_transport import silent_connection

CONNECTIONS = [silent_connection(str(n)) for n in range(30)]


@pytest.mark.parametrize("spokes", [1, 3, 25])
def test_each_connection_comes_by_once_in_a_whole_turn(spokes: int) -> None:
    wheel = Wheel(spokes)
    for connection in CONNECTIONS:
        wheel.add(connection)
    turns = [list(wheel.turn()) for _ in range(spokes)]
    assert Counter(c.id for turn in turns for c in turn) == Counter(c.id for c in CONNECTIONS)
    assert max(map(len, turns)) - min(map(len, turns)) <= 1, "they are spread evenly"


def test_no_spoke_at_all_counts_as_one() -> None:
    wheel = Wheel(0)
    wheel.add(CONNECTIONS[0])
    assert list(wheel.turn()) == [CONNECTIONS[0]]


def test_one_may_be_taken_off_while_its_bucket_comes_by() -> None:
    wheel = Wheel(1)
    for connection in CONNECTIONS[:3]:
        wheel.add(connection)
    for connection in wheel.turn():
        wheel.remove(connection)
    assert len(wheel) == 0


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(CONNECTIONS))))
def test_it_holds_those_that_were_added_and_not_removed(steps: list[tuple[bool, object]]) -> None:
    wheel, present = Wheel(5), set()
    for add, connection in steps:
        if add and connection not in present:
            wheel.add(connection)  # type: ignore[arg-type]
            present.add(connection)
        elif not add:
            wheel.remove(connection)  # type: ignore[arg-type]
            present.discard(connection)
    assert set(wheel) == present
    assert len(wheel) == len(present)
    assert {c for _ in range(5) for c in wheel.turn()} == present
