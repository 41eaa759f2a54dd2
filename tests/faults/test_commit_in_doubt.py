"""The answer to COMMIT does not come: nobody is told that nothing was done, and with a key the result is found."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.live_server import live_server
from tests.support.postgres_line import PostgresLine, Trap, line
from tests.support.servers import SignFor, set_stage
from tests.support.viewer import Line, Viewer, joined_at

__all__ = ["line", "set_stage"]

pytestmark = pytest.mark.faults

OF_A_COMMAND = "FROM journal_head WHERE show_id = $1 FOR UPDATE"
"""What every transaction of a show's journal begins with."""
OF_A_NEW_SHOW = "INSERT INTO show "
KEY = "key-000001"
PLAN: dict[str, Any] = {"title": "Autumn", "host": "Mika"}
COUNTS = """
    SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM question) + (SELECT count(*) FROM show) + (SELECT count(*) FROM vote)
        + (SELECT count(*) FROM publication WHERE type = 'announce') + (SELECT count(*) FROM audit WHERE action = 'product.restock')
"""
REPEATABLE: list[Line] = [
    {"type": "buy", "product": "p_apron", "quantity": 1, "key": KEY},
    {"type": "ask", "text": "Washable?", "key": KEY},
    {"type": "announce", "text": "Hello", "key": KEY},
    {"type": "product.restock", "product": "p_apron", "add": 10, "key": KEY},
]
UNREPEATABLE = [{name: value for name, value in line.items() if name != "key"} for line in REPEATABLE[1:]]


@pytest.fixture
async def address(line: PostgresLine, make_settings: MakeSettings, set_stage: None) -> AsyncIterator[str]:
    """A server behind the line."""
    quiet = make_settings(database_url=line.url, limits="off", worker=False, top_check_ms=600_000)
    async with live_server(quiet) as address:
        yield address


@pytest.fixture
async def host(address: str, sign_for: SignFor) -> AsyncIterator[Viewer]:
    async with joined_at(address, token=sign_for("host")) as host:
        yield host


async def count(settings: Settings) -> int:
    """How many things there are that the commands make."""
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    async with database.read() as connection:
        found = await connection.scalar(text(COUNTS))
    await database.close()
    return int(str(found))


async def said_into(line: PostgresLine, trap: Trap, host: Viewer, command: Line) -> Line:
    """Send the command, lose COMMIT's answer, and return what the sender is told."""
    line.set_trap(trap, meant_for=OF_A_COMMAND)
    reply = await host.ask_for(**command)
    assert line.sprung.is_set()
    line.mend()
    return reply


@pytest.mark.parametrize("command", REPEATABLE, ids=lambda command: str(command["type"]))
async def test_with_a_key_the_result_is_found_by_asking_again(
    line: PostgresLine, host: Viewer, settings: Settings, command: Line
) -> None:
    before = await count(settings)
    told = await said_into(line, "cut", host, command)
    assert (told["code"], told["retry"], told["retry_after_ms"]) == ("outcome_unknown", "later", 2000)
    assert await count(settings) == before + 1
    again = [await host.ask_for(**command) for _ in range(2)]
    assert again[0]["type"] == "ok"
    assert again[0] | {"id": 0} == again[1] | {"id": 0}
    assert await count(settings) == before + 1


@pytest.mark.parametrize("command", UNREPEATABLE, ids=lambda command: str(command["type"]))
async def test_without_a_key_nobody_is_told_to_send_it_again(
    line: PostgresLine, host: Viewer, settings: Settings, command: Line
) -> None:
    before = await count(settings)
    told = await said_into(line, "cut", host, command)
    assert (told["code"], told["retry"]) == ("outcome_unknown", "reload")
    assert "retry_after_ms" not in told
    assert "may have happened" in told["message"]
    assert await count(settings) == before + 1


async def test_a_vote_is_found_without_a_key(line: PostgresLine, host: Viewer) -> None:
    question = (await host.do("ask", text="Washable?"))["question"]
    told = await said_into(line, "cut", host, {"type": "vote", "question": question})
    assert (told["code"], told["retry"]) == ("outcome_unknown", "later")
    assert (await host.do("vote", question=question))["votes"] == 1


@pytest.mark.parametrize("command", [REPEATABLE[0], UNREPEATABLE[0]], ids=["buy", "ask"])
async def test_a_commit_that_hangs_is_in_doubt_too(
    line: PostgresLine, host: Viewer, settings: Settings, command: Line
) -> None:
    before = await count(settings)
    told = await said_into(line, "hold", host, command)
    assert told["code"] == "outcome_unknown"
    assert await count(settings) == before + 1


async def test_all_commands_of_a_batch_are_in_doubt_and_those_behind_were_not_carried_out(
    line: PostgresLine, host: Viewer, settings: Settings
) -> None:
    before = await count(settings)
    line.set_trap("hold", meant_for=OF_A_COMMAND)
    asked = [asyncio.create_task(host.ask_for("ask", text=f"{n}?", key=f"key-{n:05}")) for n in range(30)]
    replies = await asyncio.gather(*asked)
    assert line.sprung.is_set()
    line.mend()
    codes = [reply["code"] for reply in replies]
    assert set(codes) <= {"outcome_unknown", "unavailable"}
    assert await count(settings) == before + codes.count("outcome_unknown")
    for n in range(30):
        assert (await host.ask_for("ask", text=f"{n}?", key=f"key-{n:05}"))["type"] == "ok"
    assert await count(settings) == before + 30


@pytest.mark.parametrize("keyed", [True, False], ids=["with a key", "without"])
async def test_a_request_is_in_doubt_like_a_command(
    line: PostgresLine, address: str, sign_for: SignFor, settings: Settings, keyed: bool
) -> None:
    headers = {"Authorization": f"Bearer {sign_for('host')}"} | ({"Idempotency-Key": KEY} if keyed else {})
    before = await count(settings)
    async with httpx.AsyncClient(base_url=f"http://{address}/v1", headers=headers) as caller:
        line.set_trap("cut", meant_for=OF_A_NEW_SHOW)
        told = await caller.post("/shows", json=PLAN)
        assert line.sprung.is_set()
        assert (told.status_code, told.json()["code"]) == (503, "outcome_unknown")
        assert told.json()["retry"] == ("later" if keyed else "reload")
        assert ("retry-after" in told.headers) == keyed
        if keyed:
            assert (await caller.post("/shows", json=PLAN)).status_code == 201
    assert await count(settings) == before + 1
