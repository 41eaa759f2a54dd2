"""Every process can be scraped and checked: servers that share a port, each of them by its own, and the worker."""

import asyncio
import json
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.commands import free_port, showfloor
from tests.support.eventually import eventually
from tests.support.forked_server import FORKS, run
from tests.support.server_process import environment_of, readiness
from tests.support.servers import set_stage
from tests.support.visitor import Visitor, visiting

__all__ = ["set_stage"]
pytestmark = pytest.mark.usefixtures("set_stage")

DOCKER = Path(__file__).parents[2] / "docker"
_NAME = re.compile(r"\b(?:showfloor|process)_[a-z_]+")
PATIENCE_SECONDS = 150.0
"""Two servers and their supervisor each import everything anew."""
Samples = dict[tuple[str, str | None], float]


@asynccontextmanager
async def supervised(settings: Settings, *words: str) -> AsyncIterator[psutil.Process]:
    """A `showfloor serve --workers 2 …` until the block ends; nothing of it is left afterwards."""
    with settings.data.with_name("supervisor.log").open("wb") as log:
        command = (sys.executable, "-m", "server", "serve", "--workers", "2", *words)
        started = await asyncio.create_subprocess_exec(
            *command, env=environment_of(settings), stdout=log, stderr=log
        )
    supervisor = psutil.Process(started.pid)
    try:
        yield supervisor
    finally:
        family = supervisor.children(recursive=True)
        started.send_signal(signal.SIGTERM)
        assert await started.wait() == 0
        await eventually(lambda: not any(_runs(child) for child in family), within_seconds=PATIENCE_SECONDS)


def _runs(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@asynccontextmanager
async def running(settings: Settings, *words: str) -> AsyncIterator[None]:
    """A `showfloor …` of one process until the block ends."""
    log = str(settings.data.with_name(f"{words[0]}.log"))
    process = FORKS.Process(target=run, args=(words, environment_of(settings), log, log))
    await asyncio.to_thread(process.start)
    try:
        yield
    finally:
        process.terminate()
        await asyncio.to_thread(process.join, PATIENCE_SECONDS)
        assert process.exitcode == 0


async def says(address: str, status: str) -> bool:
    return (await readiness(address))[1] == status


async def scrape(address: str) -> Samples:
    """Every sample by name and `process`, labels of other names added up."""
    async with httpx.AsyncClient(timeout=20) as client:
        answer = await client.get(f"http://{address}/metrics")
    assert answer.status_code == 200
    found: Samples = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            key = (sample.name, sample.labels.get("process"))
            found[key] = found.get(key, 0.0) + sample.value
    return found


def two_ports() -> int:
    """The first of two free ports in a row."""
    while True:
        port = free_port()
        try:
            for each in (port, port + 1):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", each))
        except OSError:
            continue
        return port


async def test_servers_that_share_a_port_tell_of_all_of_them_whoever_is_asked(
    make_settings: MakeSettings,
) -> None:
    address = f"127.0.0.1:{free_port()}"
    async with supervised(make_settings(), "--port", address.split(":")[1]) as supervisor:
        await eventually(lambda: says(address, "ready"), within_seconds=PATIENCE_SECONDS)
        viewers = [Visitor(lambda: [address]) for _ in range(8)]
        async with visiting(*viewers):
            await eventually(lambda: all(viewer.is_in for viewer in viewers))

            async def all_are_told() -> bool:
                told = await scrape(address)
                up = [told[("showfloor_process_up", each)] for each in ("0", "1")]
                sockets = [told.get(("showfloor_connections", each), 0.0) for each in ("0", "1")]
                return up == [1, 1] and sum(sockets) == len(viewers)

            await eventually(all_are_told, within_seconds=PATIENCE_SECONDS)
            for _ in range(10):
                assert await all_are_told(), "whichever process answers"
        children = supervisor.children(recursive=True)
        victim = next(child for child in children if "spawn_main" in " ".join(child.cmdline()))
        victim.kill()

        async def the_next_takes_its_place() -> bool:
            told = await scrape(address)
            return [told.get(("showfloor_ready", each)) for each in ("0", "1")] == [1, 1]

        await eventually(the_next_takes_its_place, within_seconds=PATIENCE_SECONDS)


async def test_each_server_answers_on_a_port_of_its_own(make_settings: MakeSettings) -> None:
    address, first = f"127.0.0.1:{free_port()}", two_ports()
    own = [f"127.0.0.1:{first}", f"127.0.0.1:{first + 1}"]
    async with supervised(make_settings(metrics_port=first), "--port", address.split(":")[1]):
        for each in own:
            await eventually(lambda each=each: says(each, "ready"), within_seconds=PATIENCE_SECONDS)
        told = [await scrape(each) for each in own]
        async with httpx.AsyncClient() as client:
            assert (await client.head(f"http://{own[0]}/readyz")).status_code == 200
        # Two that were forked at once have the same start time; no two have the same of all three.
        of_a_process = (
            "process_start_time_seconds",
            "process_cpu_seconds_total",
            "process_resident_memory_bytes",
        )
        assert len({tuple(one[(name, None)] for name in of_a_process) for one in told}) == 2, "two processes"
        assert [one[("showfloor_ready", None)] for one in told] == [1, 1]


async def test_a_worker_tells_how_it_goes_and_what_it_waits_for(make_settings: MakeSettings) -> None:
    port, address = free_port(), f"127.0.0.1:{free_port()}"
    worker = f"127.0.0.1:{port}"
    settings = make_settings(worker=False)
    assert settings.database_url is not None
    async with running(settings, "serve", "--port", address.split(":")[1]):
        await eventually(lambda: says(address, "ready"), within_seconds=PATIENCE_SECONDS)
        viewer = Visitor(lambda: [address])
        async with visiting(viewer):
            await eventually(lambda: viewer.is_in)
            assert viewer.socket is not None
            viewer.socket.send({"type": "react", "kind": "heart", "n": 3})
            async with running(make_settings(metrics_port=port), "worker"):
                await eventually(lambda: says(worker, "ready"), within_seconds=PATIENCE_SECONDS)

                async def has_counted() -> bool:
                    told = await scrape(worker)
                    return (
                        told[("showfloor_ledger_applied_total", None)] > 0
                        and told[("showfloor_ledger_read_timestamp_seconds", None)] > 0
                        and told[("showfloor_ledger_waiting_flushes", None)] == 0
                    )

                await eventually(has_counted)
                with psycopg.connect(
                    settings.database_url.replace("+psycopg", ""), autocommit=True
                ) as connection:
                    connection.execute("ALTER TABLE alembic_version RENAME TO elsewhere")
                    await eventually(lambda: says(worker, "schema"))
                    assert (await scrape(worker))[("showfloor_ready", None)] == 0
                    connection.execute("ALTER TABLE elsewhere RENAME TO alembic_version")
                await eventually(lambda: says(worker, "ready"))


async def test_every_metric_of_the_board_and_of_the_alerts_is_told_by_the_process_that_should(
    make_settings: MakeSettings,
) -> None:
    port, address = free_port(), f"127.0.0.1:{free_port()}"
    async with (
        running(make_settings(worker=False), "serve", "--port", address.split(":")[1]),
        running(make_settings(metrics_port=port), "worker"),
    ):
        await eventually(lambda: says(address, "ready"), within_seconds=PATIENCE_SECONDS)
        await eventually(lambda: says(f"127.0.0.1:{port}", "ready"), within_seconds=PATIENCE_SECONDS)
        server, worker = await families(address), await families(f"127.0.0.1:{port}")
    asked = {name for query in queries() for name in _NAME.findall(query)}
    bare = {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in asked}
    assert bare - (server | worker) == set()
    of_both = {name for name in server & worker if name.startswith("showfloor_")}
    assert of_both == {"showfloor_ready"}, "no process tells what another one counts"
    assert {name for name in bare if name.startswith("showfloor_ledger_")} & worker, "panels that move"


async def families(address: str) -> set[str]:
    """The names of all families that a process shows, those without a sample too."""
    async with httpx.AsyncClient(timeout=20) as client:
        text = (await client.get(f"http://{address}/metrics")).text
    return {family.name for family in text_string_to_metric_families(text)}


def queries() -> list[str]:
    """Every query of the board, its variable's among them, and of the alert rules."""
    board: Any = json.loads((DOCKER / "grafana" / "dashboards" / "showfloor.json").read_text())
    panels = [target["expr"] for panel in board["panels"] for target in panel.get("targets", ())]
    variables = [variable["query"]["query"] for variable in board["templating"]["list"]]
    groups = yaml.safe_load((DOCKER / "prometheus" / "alerts.yml").read_text())["groups"]
    return panels + variables + [rule["expr"] for group in groups for rule in group["rules"]]


@pytest.mark.parametrize(
    "words", [("worker",), ("serve", "--port", "0"), ("serve", "--port", "0", "--workers", "2")]
)
async def test_a_port_of_its_own_that_is_taken_is_said(words: tuple[str, ...], settings: Settings) -> None:
    server = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
    taken = server.sockets[0].getsockname()[1]
    named = {"database_url": settings.database_url or "", "redis_url": settings.redis_url or ""}
    result = await asyncio.to_thread(showfloor, *words, data=settings.data, metrics_port=str(taken), **named)
    server.close()
    assert result.returncode == 1
    assert f"port {taken}" in result.stderr
    assert "SHOWFLOOR_METRICS_PORT" in result.stderr
    assert "Traceback" not in result.stderr
