"""State machines of the tests: how they are run, and the mistakes that are planted in our code as controls.

A machine must find each mistake, or its claims claim nothing.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

Machine = TypeVar("Machine", bound=RuleBasedStateMachine)
Plant = Callable[[pytest.MonkeyPatch], None]
Stories = Mapping[Plant, Callable[[Machine], object]]
"""Each mistake with a few steps in which it shows: the machine's claims do not hold then, and hold without it."""


def run_by_chance(machine: type[RuleBasedStateMachine], *, runs: int, steps: int) -> None:
    """Have chance pick the steps of so many runs, each of them on a new machine."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            database=None,
            print_blob=True,
        ),
    )


def play(machine: type[RuleBasedStateMachine], story: Callable[[Any], object]) -> None:
    """Take some steps on a new machine and look at all of its claims. Raises what a claim or a step raises."""
    played = machine()
    try:
        for first in played.setup_state().initializers:
            first.function(played)
        story(played)
        for claim in played.invariants:
            claim.function(played)
    finally:
        played.teardown()


def prove_found(
    machine: type[RuleBasedStateMachine],
    plant: Plant,
    story: Callable[[Any], object],
    patch: pytest.MonkeyPatch,
) -> None:
    """Fail unless the claims hold after the steps of a story, and do not with the mistake.

    A state that is broken may also lead a step into what it cannot go on with.
    """
    play(machine, story)
    with patch.context() as planted:
        plant(planted)
        with pytest.raises((AssertionError, AttributeError, TypeError, StopIteration)):
            play(machine, story)
