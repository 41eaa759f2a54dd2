"""The life of a show: which steps lead where, by one table, and that no way through it leads back from the end."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import ShowState
from server.shows.rules import STATES_AFTER, Step, state_after

STEPS: tuple[Step, ...] = get_args(Step)
STATES: tuple[ShowState, ...] = get_args(ShowState)
BEFORE_LIVE = {"draft", "scheduled", "rehearsal", "cancelled"}


def take(state: ShowState, step: Step) -> ShowState:
    """Return where the step leads; where it leads nowhere, the state stays."""
    try:
        return state_after(step, state)
    except RefusedError:
        return state


def test_every_way_to_live_goes_through_scheduled() -> None:
    assert {state for state in STATES if take(state, "start") == "live"} == {"scheduled", "rehearsal", "live"}
    assert {state for state in STATES if take(state, "rehearse") == "rehearsal"} == {"scheduled", "rehearsal"}


@given(st.sampled_from(STATES), st.sampled_from(STEPS))
def test_a_step_is_taken_or_refused_with_the_code_that_fits(state: ShowState, step: Step) -> None:
    after = STATES_AFTER[step].get(state)
    if after is None:
        code = Code.SHOW_NOT_LIVE if step == "end" else Code.CONFLICT
        with pytest.raises(RefusedError, check=lambda refused: refused.code is code):
            state_after(step, state)
    else:
        assert state_after(step, state) == after
        assert state_after(step, after) == after, "repeating a step does no harm"


@given(st.lists(st.sampled_from(STEPS), max_size=20), st.sampled_from(["draft", "scheduled"]))
def test_a_show_that_was_live_ends_and_never_comes_back(steps: list[Step], state: ShowState) -> None:
    seen = [state]
    for step in steps:
        seen.append(take(seen[-1], step))
    if "live" in seen:
        assert set(seen[seen.index("live") :]) <= {"live", "ended"}
    if "ended" in seen:
        assert set(seen[seen.index("ended") :]) == {"ended"}
    if state == "draft" and set(seen) != {"draft"}:
        assert next(each for each in seen if each != "draft") == "scheduled"
