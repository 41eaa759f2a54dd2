"""`serve --workers N`: whoever ends the process above the servers, in whatever way, ends the servers too, in good order."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.commands import free_port
from tests.support.eventually import eventually
from tests.support.server_process import READY_SECONDS, environment_of, readiness
from tests.support.show_load import crowd
from tests.support.visitor import visiting

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

VIEWERS = 40
PATIENCE_SECONDS = 30.0


@asynccontextmanager
async def supervised(settings: Settings, address: str) -> AsyncIterator[Process]:
    """Yield the supervisor of two servers at `address` once a viewer can join; nothing of it is left afterwards."""
    words = ("-m", "server", "serve", "--workers", "2", "--port", address.split(":")[1])
    with settings.data.with_name("supervisor.log").open("wb") as log:
        started = await asyncio.create_subprocess_exec(
            sys.executable, *words, env=environment_of(settings), stdout=log, stderr=log
        )
    supervisor = psutil.Process(started.pid)
    family = [supervisor]
    try:
        await eventually(lambda: _is_ready(address), within_seconds=READY_SECONDS)
        family += supervisor.children(recursive=True)
        yield started
    finally:
        for process in family:
            if _runs(process):
                process.kill()
        await started.wait()


async def _is_ready(address: str) -> bool:
    return (await readiness(address))[1] == "ready"


def _runs(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended may wait for a reaper, now that its parent is gone."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)])
async def test_servers_whose_supervisor_ends_send_their_viewers_away_and_end(
    make_settings: MakeSettings, number: signal.Signals, code: int
) -> None:
    address = f"127.0.0.1:{free_port()}"
    async with supervised(make_settings(), address) as supervisor:
        viewers = crowd(VIEWERS, lambda: [address])
        async with visiting(*viewers):
            await eventually(lambda: all(v.is_in for v in viewers), within_seconds=PATIENCE_SECONDS)
            for viewer in viewers:
                viewer.may_return.clear()
            servers = psutil.Process(supervisor.pid).children(recursive=True)
            supervisor.send_signal(number)
            assert await supervisor.wait() == code
            await eventually(
                lambda: not any(_runs(server) for server in servers), within_seconds=PATIENCE_SECONDS
            )
            assert [v.closes for v in viewers] == [{1001: 1}] * VIEWERS, "a drain, and no cut"
            assert [len(v.reconnects) for v in viewers] == [1] * VIEWERS
        assert await readiness(address) == (0, "")
