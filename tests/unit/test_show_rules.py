"""A show's life, pure: one way, and every step may be repeated."""

import pytest

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import ShowState
from server.shows.rules import Step, state_after


@pytest.mark.parametrize(
    ("step", "state", "after"),
    [
        ("start", "scheduled", "live"),
        ("start", "live", "live"),
        ("end", "live", "ended"),
        ("end", "ended", "ended"),
    ],
)
def test_steps_lead_on_or_change_nothing(step: Step, state: ShowState, after: ShowState) -> None:
    assert state_after(step, state) == after


@pytest.mark.parametrize(
    ("step", "state", "code"), [("start", "ended", Code.CONFLICT), ("end", "scheduled", Code.SHOW_NOT_LIVE)]
)
def test_steps_that_make_no_sense_are_refused(step: Step, state: ShowState, code: Code) -> None:
    with pytest.raises(RefusedError) as refused:
        state_after(step, state)
    assert refused.value.code is code
