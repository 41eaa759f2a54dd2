"""What lines cost over time: the bucket fills, excess runs off and is not forgiven, later joins cost what they bring."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hub.connection import Connection
from server.hub.price import EXCESS_MAX, charge_join, exceed, owed, spend
from server.running.limits import limits_of
from server.settings import Settings
from tests.support.silent_transport import silent_connection

LIMITS = limits_of(Settings(commands_per_second=10.0, commands_burst=40))


def full() -> Connection:
    """A connection whose bucket is full at 0 s."""
    connection = silent_connection("c")
    connection.allowance = float(LIMITS.commands_burst)
    return connection


def seconds_until_closed(per_second: int, seconds_max: int) -> int | None:
    """How long whoever sends so many lines a second is borne."""
    connection = full()
    for second in range(seconds_max):
        for place in range(per_second):
            now = second + place / per_second
            if spend(connection, LIMITS, now) and exceed(connection, LIMITS, 1, now):
                return second
    return None


@pytest.mark.parametrize(
    ("per_second", "closed"), [(10, False), (15, False), (19, False), (25, True), (450, True)]
)
def test_whoever_sends_far_above_the_rate_is_closed_in_the_end(per_second: int, closed: bool) -> None:
    assert (seconds_until_closed(per_second, 400) is not None) is closed


def test_a_flood_is_closed_within_seconds_although_some_of_it_is_allowed() -> None:
    assert seconds_until_closed(450, 400) == 2


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(1, 30)), max_size=60))
def test_no_more_is_carried_out_than_the_bucket_holds_and_gets(waits: list[tuple[float, int]]) -> None:
    connection, now, carried_out = full(), 0.0, 0
    for wait, lines in waits:
        now += wait
        carried_out += sum(not spend(connection, LIMITS, now) for _ in range(lines))
    assert carried_out <= LIMITS.commands_burst + LIMITS.commands_per_second * now + 1e-6


@given(st.floats(0.001, 200))
def test_whoever_waits_as_long_as_told_is_let_through(tokens: float) -> None:
    connection = full()
    connection.joins = 2
    charge_join(connection, tokens)
    now = wait_seconds = 0.0
    while wait_seconds := spend(connection, LIMITS, now):
        now += wait_seconds + 1e-9
    assert owed(connection, LIMITS, now) == 0.0


def test_a_first_join_is_free_and_the_next_is_owed_until_the_bucket_is_even() -> None:
    connection = full()
    connection.joins = 1
    charge_join(connection, 1000)
    assert owed(connection, LIMITS, 0.0) == 0.0
    connection.joins = 2
    charge_join(connection, LIMITS.commands_burst + 20)
    assert owed(connection, LIMITS, 0.0) == pytest.approx(2.0)
    assert owed(connection, LIMITS, 2.0) == 0.0


def test_excess_runs_off_with_time() -> None:
    connection = full()
    assert not exceed(connection, LIMITS, EXCESS_MAX, 0.0)
    assert exceed(connection, LIMITS, 1, 0.05)
    assert not exceed(connection, LIMITS, 1, 10.0)


def test_without_limits_nothing_is_spent_or_exceeded() -> None:
    connection, limits = full(), replace(LIMITS, allow_all=True)
    connection.allowance = 0.0
    assert spend(connection, limits, 0.0) == owed(connection, limits, 0.0) == 0.0
    assert not exceed(connection, limits, 10 * EXCESS_MAX, 0.0)
