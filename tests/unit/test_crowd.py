"""One person with many guests is told from a carrier's address with many people."""

from dataclasses import replace

from server.hub.crowd import ADDRESSES_MAX, STANDINGS_MAX, Crowd, CrowdLimits, Doubt
from server.running.limits import crowd_limits_of
from server.settings import Settings

LIMITS = crowd_limits_of(Settings())


def come(
    crowd: Crowd, count: int, *, host: str = "198.51.100.1", every_seconds: float, start: float = 0
) -> None:
    for n in range(count):
        crowd.arrive(f"{host} {n}", host, start + n * every_seconds)


def doubts(crowd: Crowd, host: str, count: int, now: float) -> list[Doubt | None]:
    standings = [crowd.known(f"{host} {n}") for n in range(count)]
    return [standing.doubt(now) if standing else None for standing in standings]


def watch(crowd: Crowd, host: str, count: int, since: float) -> None:
    for n in range(count):
        standing = crowd.known(f"{host} {n}")
        assert standing is not None
        standing.play(since, playing=True)


def test_three_hundred_guests_in_seconds_are_a_burst_from_the_first_to_the_last() -> None:
    crowd = Crowd(LIMITS)
    come(crowd, 300, host="h", every_seconds=0.01)
    watch(crowd, "h", 300, since=3.0)
    assert doubts(crowd, "h", 300, now=60.0) == [Doubt.BURST] * 300


def test_a_carriers_address_with_two_hundred_people_over_minutes_is_none() -> None:
    crowd = Crowd(LIMITS)
    come(crowd, 200, host="h", every_seconds=1.0)
    watch(crowd, "h", 200, since=200.0)
    assert doubts(crowd, "h", 200, now=203.0) == [None] * 200


def test_a_burst_of_one_address_is_nobody_elses() -> None:
    crowd = Crowd(LIMITS)
    come(crowd, 300, host="h", every_seconds=0.01)
    come(crowd, 5, host="i", every_seconds=0.01)
    watch(crowd, "i", 5, since=0.0)
    assert doubts(crowd, "i", 5, now=3.0) == [None] * 5


def test_an_address_is_quiet_again_after_its_burst() -> None:
    crowd = Crowd(LIMITS)
    come(crowd, 300, host="h", every_seconds=0.01)
    crowd.arrive("late", "h", 30.0)
    late = crowd.known("late")
    assert late is not None
    assert not late.burst


def test_a_guest_counts_once_they_have_watched_for_three_seconds_in_all() -> None:
    crowd = Crowd(LIMITS)
    crowd.arrive("v", "h", 0.0)
    guest = crowd.find("v", guest=True)
    assert guest is not None
    assert guest.doubt(100.0) is Doubt.UNWATCHED
    guest.play(100.0, playing=True)
    guest.play(102.0, playing=False)
    assert guest.doubt(110.0) is Doubt.UNWATCHED
    guest.play(120.0, playing=True)
    guest.play(120.5, playing=True)
    assert guest.doubt(120.9) is Doubt.UNWATCHED
    assert guest.doubt(121.0) is None
    guest.play(121.0, playing=False)
    guest.play(121.0, playing=False)
    assert guest.doubt(500.0) is None


def test_nobody_else_is_looked_at() -> None:
    crowd = Crowd(LIMITS)
    assert crowd.find("v", guest=False) is None
    assert crowd.known("v") is None


def test_what_is_remembered_is_bounded() -> None:
    crowd = Crowd(LIMITS)
    for n in range(STANDINGS_MAX + 10):
        crowd.arrive(f"v{n}", f"h{n % (ADDRESSES_MAX + 10)}", 0.0)
    assert len(crowd._standings) <= STANDINGS_MAX
    assert len(crowd._newcomers) <= ADDRESSES_MAX
    come(crowd, 5000, host="h", every_seconds=0.0)
    assert len(crowd._newcomers["h"]) <= LIMITS.burst_guests


def test_without_limits_nobody_is_doubted() -> None:
    for limits in (replace(LIMITS, allow_all=True), CrowdLimits(0, 10.0, 0)):
        crowd = Crowd(limits)
        for n in range(2000):
            crowd.arrive(f"v{n}", "h", 0.0)
        standing = crowd.find("v1", guest=True)
        assert standing is None or standing.doubt(0.0) is None
