"""Who came how far, in order."""

from server.stats.funnel import Walk, Walks, build_funnel, reach
from server.stats.watching import MICROSECONDS


def walk(impressions: list[int], clicks: list[int], orders: list[int]) -> Walk:
    """Return a walk from seconds."""
    return Walk([[s * MICROSECONDS for s in step] for step in (impressions, clicks, orders)])


def test_steps_count_only_in_their_order() -> None:
    assert len(reach(walk([10], [5], [20]))) == 1, "clicked before seeing"
    assert len(reach(walk([10], [20], [15]))) == 2, "paid before clicking"
    assert len(reach(walk([10], [5, 20], [15, 30]))) == 3, "later ones still count"
    assert len(reach(walk([], [20], [30]))) == 0
    assert len(reach(walk([10], [10], [10]))) == 3, "at the same moment is not before"


def test_each_step_has_its_shares_and_its_median_time() -> None:
    further = [walk([0], [10], [40]), walk([0], [20], [80]), walk([0], [60], [])]
    funnel = build_funnel(Walks(further, first_step_alone=1))
    seen, clicked, paid = funnel.steps
    assert [step.step for step in funnel.steps] == ["impression", "click", "paid"]
    assert [step.viewers for step in funnel.steps] == [4, 3, 2]
    assert (seen.of_first, seen.of_previous, seen.median_seconds_from_previous) == (1, 1, None)
    assert (clicked.of_first, clicked.median_seconds_from_previous) == (3 / 4, 20)
    assert (paid.of_first, paid.of_previous, paid.median_seconds_from_previous) == (2 / 4, 2 / 3, 45)
    assert funnel.median_seconds_to_convert == 60


def test_an_empty_funnel_has_no_shares() -> None:
    funnel = build_funnel(Walks([], 0))
    assert [(step.viewers, step.of_first, step.of_previous) for step in funnel.steps] == [(0, None, None)] * 3
    assert funnel.median_seconds_to_convert is None
