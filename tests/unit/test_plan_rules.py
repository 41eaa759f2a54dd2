"""What a target came to, and which show an action is with."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from server.errors import RefusedError
from server.plan.metrics import MEASURES, METRICS, Direction, Metric, checked_amount
from server.plan.rules import Item, Place, State, Target, Verdict, is_carried_to, show_before, verdict_on
from server.stats.channel.figure import Figure
from server.stats.glossary import TERMS

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def day(n: float) -> datetime:
    return NOW + timedelta(days=n)


def show(id: str, at: float | None, *, state: str = "ended") -> Place:
    """A show of two hours."""
    begins = None if at is None else day(at)
    ended_at = begins + timedelta(hours=2) if state == "ended" and begins else None
    return Place(id, id, state, begins, ended_at)


def item(written: Place | None, created: float, closed: float | None = None) -> Item:
    state: State = "open" if closed is None else "done"
    return Item("i", written, state, day(created), None if closed is None else day(closed))


@pytest.mark.parametrize(
    ("metric", "direction", "amount", "provisional", "verdict"),
    [
        ("viewers", "at_least", 100, False, "reached"),
        ("viewers", "at_least", 99, False, "missed"),
        ("viewers", "at_least", 99, True, "behind"),
        ("viewers", "at_least", 100, True, "reached"),
        ("viewers", "at_most", 100, True, "ahead"),
        ("viewers", "at_most", 101, True, "missed"),
        ("engaged", "at_least", 100, True, "ahead"),
        ("answer_time", "at_most", 101, True, "behind"),
        ("answer_time", "at_most", 100, False, "reached"),
        ("net", "at_least", None, False, "unknown"),
    ],
)
def test_a_target_is_reached_missed_or_not_yet_certain(
    metric: Metric, direction: Direction, amount: float | None, provisional: bool, verdict: Verdict
) -> None:
    target = Target(metric, direction, 100, None, NOW, False)
    figure = Figure(key=metric, kind=MEASURES[metric].kind, amount=amount, provisional=provisional)
    assert verdict_on(target, figure) == verdict
    assert verdict_on(target, None) == "unknown"


def test_every_metric_is_a_figure_that_the_glossary_explains() -> None:
    assert set(METRICS) <= set(TERMS)


def test_an_amount_that_a_metric_can_never_have_is_refused() -> None:
    for metric, amount in (
        ("engaged", 1.2),
        ("viewers", 1.5),
        ("gmv", 0.5),
        ("answer_time", -1),
        ("nps", 101),
        ("nps", -101),
    ):
        with pytest.raises(RefusedError):
            checked_amount(metric, amount)  # type: ignore[arg-type]
    assert checked_amount("watch_mean", 90.5) == 90.5
    assert set(get_args(Direction)) == {"at_least", "at_most"}


def test_an_action_goes_from_show_to_show_until_it_is_closed() -> None:
    first, second, third, fourth = (
        show("a", -20),
        show("b", -10),
        show("c", -3),
        show("d", 4, state="scheduled"),
    )
    shows = [third, fourth, first, second]
    befores = {each.id: show_before(shows, each, NOW) for each in shows}
    assert befores == {"a": None, "b": first, "c": second, "d": third}

    def carried(one: Item) -> str:
        return "".join(
            each.id for each in (first, second, third, fourth) if is_carried_to(one, each, befores[each.id])
        )

    assert carried(item(first, -20)) == "bcd"
    assert carried(item(first, -19, closed=-12)) == "b", "ticked off before the next one began"
    assert carried(item(first, -19, closed=-9.95)) == "b", "ticked off in the next one"
    assert carried(item(first, -19, closed=-5)) == "bc", "it was open when the next one ended"
    assert carried(item(second, -30)) == "cd", "it was written into a show that was to come"
    assert carried(item(first, -5)) == "cd", "written when the report of the first was looked at late"
    assert carried(item(None, -5)) == "cd", "beside all shows"


def test_what_is_still_with_a_show_that_is_to_come_is_not_with_the_one_after() -> None:
    past, soon, later, draft = (
        show("a", -5),
        show("b", 1, state="scheduled"),
        show("c", 2, state="scheduled"),
        show("d", None),
    )
    shows = [past, soon, later]
    assert show_before(shows, later, NOW) == soon
    assert show_before(shows, draft, NOW) == later, "a draft has no time, and comes after all"
    assert is_carried_to(item(past, -4), soon, past)
    assert not is_carried_to(item(past, -4), later, soon)
    live = show("b", -0.01, state="live")
    assert is_carried_to(item(live, 0), later, live), "written in the running show for the next one"
    assert not is_carried_to(item(past, -4), later, live)


def test_a_show_that_was_never_held_carries_nothing() -> None:
    past, never, soon = show("a", -5), show("b", -2, state="scheduled"), show("c", 2, state="scheduled")
    assert show_before([past, never, soon], soon, NOW) == past
