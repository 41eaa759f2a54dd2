"""A test run that is told to end leaves no engine behind, whatever server runs in it at that moment."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from server.embedded.process import is_alive
from tests.support.eventually import eventually

REPOSITORY = Path(__file__).parents[2]
TEST = """
import asyncio
from contextlib import asynccontextmanager
from pathlib import Path

from tests.contract.test_websocket_conformance import echo_server
from tests.support.live_server import live_server


@asynccontextmanager
async def busy_task():
    ended = asyncio.Event()

    async def work():
        while not ended.is_set():
            await asyncio.sleep(0)

    task = asyncio.create_task(work())
    try:
        yield
    finally:
        ended.set()
        await task


async def test_that_waits(valkey, {fixtures}):
    async with {server}:
        Path({told!r}).write_text(str(valkey.pid))
        await asyncio.Event().wait()
"""
SERVERS = {
    "echo": ("request", "echo_server()"),
    "live": ("settings", "live_server(settings)"),
    # The signal finds this task at work, and not the loop waiting.
    "busy": ("request", "busy_task()"),
}


@pytest.mark.parametrize("kind", SERVERS)
async def test_a_run_that_is_told_to_end_takes_its_engines_along(tmp_path: Path, kind: str) -> None:
    told, file, log = tmp_path / "valkey", tmp_path / "test_waiting.py", tmp_path / "log"
    fixtures, server = SERVERS[kind]
    file.write_text(TEST.format(fixtures=fixtures, server=server, told=str(told)))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-c",
        str(REPOSITORY / "pyproject.toml"),
        "-p",
        "tests.conftest",
    ]
    with log.open("w") as out:
        run = await asyncio.create_subprocess_exec(
            *command, f"--rootdir={REPOSITORY}", str(file), cwd=REPOSITORY, stdout=out, stderr=out
        )
    await eventually(lambda: _is_told(told, run), within_seconds=90)
    engine = psutil.Process(int(told.read_text()))
    os.kill(run.pid, signal.SIGTERM)
    assert await asyncio.wait_for(run.wait(), 60) == pytest.ExitCode.INTERRUPTED, log.read_text()
    assert not is_alive(engine)


async def _is_told(told: Path, run: asyncio.subprocess.Process) -> bool:
    assert run.returncode is None, "it ended by itself"
    return await asyncio.to_thread(lambda: told.exists() and told.read_text() != "")
