"""How many are watching is right within two seconds over all processes, and the viewers of a dead process vanish as fast."""

import pytest

from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.server_process import server_processes
from tests.support.show_load import crowd
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

RIGHT_SECONDS = 2.0
TICK_SECONDS = 0.25
GRACE_SECONDS = 2.0
"""For a machine that has other things to do as well; what is promised is the first two."""
PATIENCE_SECONDS = 60.0


async def all_see(viewers: list[Visitor], count: int, *, ticks: int) -> None:
    seconds = RIGHT_SECONDS + ticks * TICK_SECONDS + GRACE_SECONDS
    await eventually(lambda: all(v.pulse.get("viewers") == count for v in viewers), within_seconds=seconds)


async def test_viewers_are_counted_over_all_processes_and_the_dead_are_not(
    make_settings: MakeSettings,
) -> None:
    async with server_processes(make_settings(), 2) as (one, two):
        near = crowd(15, lambda: [one.address], playing=True)
        far = crowd(20, lambda: [two.address], playing=True)
        hidden = crowd(5, lambda: [one.address])
        async with visiting(*near, *far, *hidden):
            await eventually(
                lambda: all(v.is_in for v in (*near, *far, *hidden)), within_seconds=PATIENCE_SECONDS
            )
            await all_see([*near, *far, *hidden], 35, ticks=1)
            for viewer in far[:8]:
                viewer.may_return.clear()
                assert viewer.socket is not None
                viewer.socket.drop()
            await all_see([*near, *far[8:]], 27, ticks=1)
            await two.kill()
            await all_see([*near, *hidden], 15, ticks=1)
