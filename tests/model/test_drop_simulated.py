"""Buyers who insist, servers that die, a network that loses answers: hundreds of schedules are searched for what happens twice."""

import re
from functools import partial
from typing import Any, Final

import detangle
import pytest

from tests.support.simulated_drop import Planted, play

SEARCH: Final[dict[str, Any]] = {
    "runs": 300,
    "seed": 1,
    "database": False,
    "max_steps": 20_000,
    # A handler of a line that is cancelled with its host is told to the loop as an error by asyncio's streams of Python 3.11.
    "fail_on_callback_error": False,
    "net": {"latency": (0.001, 0.05), "fragment": 0.2, "drop": 0.2, "duplicate": 0.2},
}
FOUND: Final = re.compile("AssertionError|invariant violated")


def test_no_schedule_sells_twice_or_forgets_what_it_has_told() -> None:
    detangle.explore(play, **SEARCH)


@pytest.mark.parametrize(
    "planted",
    [
        Planted(without_lock=True),
        Planted(without_keys=True),
        Planted(doubt_is_a_no=True),
        Planted(new_key_each_time=True),
        Planted(told_before_commit=True),
    ],
    ids=["no lock", "no look at keys", "doubt told as a no", "a new key each time", "told before it is kept"],
)
def test_a_mistake_is_found(planted: Planted) -> None:
    with pytest.raises(detangle.BugFound, match=FOUND):
        detangle.explore(partial(play, planted), shrink=False, **SEARCH)
