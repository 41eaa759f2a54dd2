"""Redis goes away in a running show on two processes, and comes back: nothing stops, it is said, and all is right again afterwards."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from server.embedded import ValkeyProcess, start_valkey
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.checker import Ledgers
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.server_process import readiness
from tests.support.servers import SignFor
from tests.support.visitor import Visitor, visiting

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

TOP_CHECK_MS = 6000
CARRIED_SECONDS = TOP_CHECK_MS / 1000 / 4 + 2.0
"""Without Redis the top check runs four times as often; two seconds for a busy machine are less than the three quarters saved."""
PATIENCE_SECONDS = 30.0
# In one statement: between two a batch may be written.
REACTIONS = """
    SELECT (SELECT coalesce(sum(reactions), 0) FROM rollup) AS of_rollup,
        (SELECT coalesce(sum(n), 0) FROM ledger_entry WHERE kind = 'reaction') AS of_entries
"""


@pytest.fixture
def own_valkey(tmp_path: Path) -> Iterator[ValkeyProcess]:
    """A Valkey that this test may take away."""
    process = start_valkey(tmp_path / "valkey")
    yield process
    process.stop()


@asynccontextmanager
async def two_servers(settings: Settings) -> AsyncIterator[tuple[str, str]]:
    """Two processes' servers that hear each other."""
    async with live_server(settings) as one, live_server(settings) as two:
        for address in (one, two):
            await eventually(lambda address=address: says(address, "ready"), within_seconds=PATIENCE_SECONDS)
        yield one, two


async def says(address: str, word: str) -> bool:
    return await readiness(address) == (200, word)


async def all_hear(visitors: list[Visitor], text: str, *, within_seconds: float) -> None:
    await eventually(lambda: all(text in v.announced for v in visitors), within_seconds=within_seconds)


async def reactions_in_sql(ledgers: Ledgers) -> int:
    (sums,) = await ledgers.rows(REACTIONS)
    assert sums["of_rollup"] == sums["of_entries"], "the rollup is what the entries say"
    return int(sums["of_rollup"])


async def test_a_show_goes_on_without_redis_and_says_so(
    make_settings: MakeSettings, sign_for: SignFor, ledgers: Ledgers, own_valkey: ValkeyProcess
) -> None:
    settings = make_settings(redis_url=own_valkey.url, top_check_ms=TOP_CHECK_MS)
    await ledgers.stock_up("p_apron", 100)
    async with AsyncExitStack() as stack:
        one, two = await stack.enter_async_context(two_servers(settings))
        near, far = Visitor(lambda: [one], playing=True), Visitor(lambda: [two], playing=True)
        hosts = [
            Visitor(lambda: [one], token=sign_for("host")),
            Visitor(lambda: [two], token=sign_for("host")),
        ]
        both = [near, far]
        await stack.enter_async_context(visiting(*both, *hosts))
        await asyncio.gather(near.ask("react", kind="heart", n=3), far.ask("react", kind="heart", n=4))
        await eventually(lambda: all(v.pulse.get("reactions") == {"heart": 7} for v in both))
        await eventually(lambda: all(v.pulse.get("viewers") == 2 for v in both))

        own_valkey.stop()
        await eventually(
            lambda: all(v.pulse.get("degraded") is True for v in both), within_seconds=PATIENCE_SECONDS
        )
        assert await readiness(one) == await readiness(two) == (200, "degraded")
        for number, speaker in enumerate(hosts * 2):
            assert (await speaker.ask("announce", text=f"without {number}"))["type"] == "ok"
            await all_hear(both, f"without {number}", within_seconds=CARRIED_SECONDS)
        for buyer in both:
            assert (await buyer.ask("buy", product="p_apron", quantity=1, key="key-00001"))["type"] == "ok"
        await asyncio.gather(near.ask("react", kind="heart", n=10), far.ask("react", kind="heart", n=20))
        await eventually(
            lambda: (near.pulse["reactions"]["heart"], far.pulse["reactions"]["heart"]) == (17, 27)
        )
        assert {v.pulse["viewers"] for v in both} == {1}, "each process counts its own"
        assert await reactions_in_sql(ledgers) <= 7, "the ledger waits"

        own_valkey.start()
        await eventually(
            lambda: all(v.pulse["degraded"] is False for v in both), within_seconds=PATIENCE_SECONDS
        )
        await eventually(lambda: all(v.pulse["reactions"]["heart"] == 37 for v in both))
        await eventually(lambda: all(v.pulse["viewers"] == 2 for v in both))
        assert (await hosts[1].ask("announce", text="with Redis again"))["type"] == "ok"
        await all_hear(both, "with Redis again", within_seconds=CARRIED_SECONDS)
        await eventually(lambda: counted(ledgers, 37), within_seconds=PATIENCE_SECONDS)
        await eventually(lambda: near.offset == far.offset, within_seconds=PATIENCE_SECONDS)
    assert await reactions_in_sql(ledgers) == 37, "counted once"
    assert await ledgers.assert_stock_adds_up("p_apron", 100) == 2
    assert near.joins == far.joins == 1, "nobody had to come back"


async def counted(ledgers: Ledgers, reactions: int) -> bool:
    return await reactions_in_sql(ledgers) == reactions
