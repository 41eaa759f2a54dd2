"""Viewers, views and visits from stretches of playing."""

from server.stats.watching import MICROSECONDS, Stretches, attend

HOUR = 3_600 * MICROSECONDS


def played(viewer: str, *seconds: tuple[float, float]) -> Stretches:
    """Return a viewer's stretches, given in seconds since the show's start."""
    starts, ends = zip(*sorted(seconds), strict=True)
    return Stretches(viewer, [int(s * MICROSECONDS) for s in starts], [int(s * MICROSECONDS) for s in ends])


def test_anna_john_and_carl_are_four_viewers_four_live_and_one_in_the_replay() -> None:
    """Devices are unknown to each other, so each is a viewer; the replay is what plays after the show's end."""
    hour = 3_600
    attendance = attend(
        [
            played("anna's phone", (0, hour)),
            played("john's computer", (0, 1_200)),
            played("john's phone", (1_200, hour)),
            played("carl's computer", (300, hour), (hour + 600, 2 * hour)),
        ],
        HOUR,
    )
    assert (attendance.in_all, len(attendance.live), len(attendance.replay)) == (4, 4, 1)


def test_three_seconds_in_total_make_a_view() -> None:
    attendance = attend([played("a", (0, 1), (10, 12)), played("b", (0, 2.999999))], HOUR)
    assert set(attendance.live) == {"a"}
    assert attendance.live["a"].views == 1


def test_two_tabs_at_once_are_one_view_and_are_watched_once() -> None:
    (watched,) = attend([played("a", (0, 100), (50, 150))], HOUR).live.values()
    assert (watched.views, watched.total) == (1, 150 * MICROSECONDS)


def test_two_tabs_of_two_seconds_at_once_are_no_view() -> None:
    assert not attend([played("a", (0, 2), (0, 2))], HOUR).live


def test_a_reload_or_a_cut_line_makes_no_second_view() -> None:
    (watched,) = attend([played("a", (0, 100), (101, 200))], HOUR).live.values()
    assert (watched.views, len(watched.visits)) == (1, 1)


def test_a_visit_ends_after_more_than_thirty_minutes_without_playing() -> None:
    (kept,) = attend([played("a", (0, 10), (1_810, 1_820))], HOUR).live.values()
    (split,) = attend([played("a", (0, 10), (1_810.000001, 1_820))], HOUR).live.values()
    assert (len(kept.visits), len(split.visits)) == (1, 2)
    assert split.views == 2


def test_only_what_played_between_start_and_end_counts() -> None:
    (watched,) = attend([played("a", (-500, 10), (3_590, 9_000))], HOUR).live.values()
    assert watched.total == 20 * MICROSECONDS


def test_a_show_without_length_has_no_viewers() -> None:
    assert not attend([played("a", (-500, 0))], 0).live
