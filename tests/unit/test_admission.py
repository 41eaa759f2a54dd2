"""Who is let in, by each limit, with 0 for none and everybody under `allow_all`."""

from dataclasses import MISSING, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.hub.admission import Admission, Limits
from server.running.limits import limits_of
from server.settings import Settings

OPEN: dict[str, Any] = {
    "connections_max": 0,
    "connections_per_host_max": 0,
    "accepts_per_second_max": 0,
}


def limits(**others: Any) -> Limits:
    """The limits that hold by default, but for those named."""
    return replace(limits_of(Settings()), **others)


def entered(admission: Admission, host: str, now: float) -> str | None:
    reason = admission.refusal(host, now)
    if reason is None:
        admission.enter(host)
    return reason


def test_above_the_number_of_sockets_nobody_comes_in_until_one_leaves() -> None:
    admission = Admission(limits(**OPEN | {"connections_max": 2}))
    assert [entered(admission, "a", 0.0) for _ in range(3)] == [None, None, "connections"]
    admission.leave("a")
    assert entered(admission, "b", 0.0) is None


def test_one_address_cannot_take_the_places_of_others() -> None:
    admission = Admission(limits(**OPEN | {"connections_per_host_max": 2}))
    assert [entered(admission, "a", 0.0) for _ in range(3)] == [None, None, "host"]
    assert entered(admission, "b", 0.0) is None
    admission.leave("a")
    assert entered(admission, "a", 0.0) is None


def test_so_many_come_in_within_a_second_and_the_next_ones_in_the_next() -> None:
    admission = Admission(limits(**OPEN | {"accepts_per_second_max": 3}))
    assert [entered(admission, str(n), 10.0 + n / 10) for n in range(5)] == [None, None, None, "rate", "rate"]
    assert entered(admission, "later", 11.0) is None


def test_one_address_that_comes_and_goes_takes_nothing_of_the_second_from_others() -> None:
    admission = Admission(limits(**OPEN | {"accepts_per_second_max": 30, "accepts_per_host_second": 2.0}))
    reasons = [entered(admission, "flood", 0.0) for _ in range(100)]
    assert reasons == [None] * 20 + ["host_rate"] * 80
    assert [entered(admission, f"h{n}", 0.0) for n in range(11)] == [None] * 10 + ["rate"]
    assert entered(admission, "flood", 1.0) is None


def test_whoever_is_refused_takes_nobodys_place_in_the_second() -> None:
    admission = Admission(limits(**OPEN | {"connections_per_host_max": 1, "accepts_per_second_max": 2}))
    assert [entered(admission, "a", 0.0) for _ in range(5)] == [None, "host", "host", "host", "host"]
    assert entered(admission, "b", 0.0) is None


@pytest.mark.parametrize("of", [limits(**OPEN), limits(**dict.fromkeys(OPEN, 1), allow_all=True)])
def test_without_limits_everybody_comes_in(of: Limits) -> None:
    admission = Admission(of)
    assert {entered(admission, "a", 0.0) for _ in range(1000)} == {None}


@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abc"))))
def test_the_counts_are_of_those_who_are_in(steps: list[tuple[bool, str]]) -> None:
    admission, inside = (
        Admission(limits(**OPEN | {"connections_per_host_max": 3, "connections_max": 5})),
        list[str](),
    )
    for comes, host in steps:
        if comes:
            refused = entered(admission, host, 0.0)
            assert (refused == "connections") == (len(inside) >= 5)
            assert (refused == "host") == (len(inside) < 5 and inside.count(host) >= 3)
            inside += [host] if refused is None else []
        elif host in inside:
            admission.leave(host)
            inside.remove(host)
        assert admission.open == len(inside)


def test_limits_have_no_defaults_but_those_of_the_settings() -> None:
    assert [each.name for each in fields(Limits) if each.default is not MISSING] == []
