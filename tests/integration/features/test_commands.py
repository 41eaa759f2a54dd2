"""Commands as they arrive on a socket, from the line to the reply: what they answer, and who may not send them."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from server.access.roles import ROLES, Role, is_staff, may_run_show
from server.errors import RefusedError
from server.protocol.codec import decode_command
from server.protocol.codes import Code
from server.questions.commands import QuestionCommands
from server.sanctions.commands import SanctionCommands
from server.shop.commands import ShopCommands
from server.shows.commands import ShowCommands
from tests.support.reducer import see
from tests.support.stage import CHANNEL, SHOW, Stage, refused

STAFF_COMMANDS: list[dict[str, Any]] = [
    {"type": "announce", "text": "Hello"},
    {"type": "announce.remove"},
    {"type": "question.approve", "question": "q_1"},
    {"type": "question.answer", "question": "q_1", "text": "Yes"},
    {"type": "question.dismiss", "question": "q_1"},
    {"type": "question.restore", "question": "q_1"},
    {"type": "question.pin", "question": "q_1"},
    {"type": "question.unpin"},
    {"type": "question.stage", "question": "q_1", "host": "m_aya"},
    {"type": "question.unstage", "question": "q_1"},
    {"type": "arrival.settle", "show": "s_1"},
    {"type": "arrival.decline", "show": "s_1"},
    {"type": "product.pin", "product": "p_bowl"},
    {"type": "product.unpin"},
    {"type": "product.restock", "product": "p_bowl", "add": 1},
    {"type": "viewer.ban", "viewer": "v_1"},
    {"type": "viewer.unban", "viewer": "v_1"},
]
RUNNERS_COMMANDS: list[dict[str, Any]] = [{"type": "show.start"}, {"type": "show.end"}]


@dataclass(frozen=True)
class Speaker:
    """Somebody who has joined the show."""

    role: Role = "viewer"
    guest: bool = False
    id: str = "c_1"
    host: str = "203.0.113.7"
    viewer_id: str = "v_1"
    channel_id: str = CHANNEL
    show_id: str = SHOW
    name: str = "Aki"


HOST = Speaker("host", viewer_id="m_1", name="Mika")


async def say(stage: Stage, speaker: Speaker, **command: Any) -> dict[str, Any] | None:
    """Carry out a command that arrived as a line, and return the reply."""
    decoded = decode_command(json.dumps(command).encode())
    tables = (
        QuestionCommands(stage.questions),
        ShopCommands(stage.shop, stage.holds, stage.exchanges),
        ShowCommands(stage.shows),
        SanctionCommands(stage.sanctions),
    )
    (handler,) = [table[type(decoded)] for t in tables if type(decoded) in (table := t.table())]
    reply = await handler(speaker, decoded)
    if reply is None:
        return None
    answer: dict[str, Any] = json.loads(reply)
    assert answer.pop("type") == "ok"
    assert answer.pop("id") == command["id"]
    return answer


async def test_replies_say_what_the_protocol_promises(stage: Stage) -> None:
    viewer = Speaker()
    asked = await say(stage, viewer, id=1, type="ask", text="Washable?")
    assert asked is not None
    id = asked["question"]
    assert asked == {"question": id, "state": "open"}
    assert await say(stage, viewer, id=2, type="vote", question=id) == {"votes": 1}
    bought = await say(
        stage, viewer, id=3, type="buy", product="p_bowl", quantity=2, key="key-00001", price=2500
    )
    assert bought is not None
    assert bought.pop("order").startswith("o_")
    assert len(bought.pop("number")) == 8
    assert bought == {
        "product": "p_bowl",
        "quantity": 2,
        "amount": 5000,
        "currency": "JPY",
        "at": "2026-11-22T12:00:00.000Z",
    }
    moved = {"question": id, "state": "answered", "version": 1}
    assert await say(stage, HOST, id=4, type="question.answer", question=id, version=0, live=True) == moved
    assert await say(stage, HOST, id=5, type="question.pin", question=id) == moved
    assert await say(stage, HOST, id=6, type="question.unpin") == moved
    assert await say(stage, HOST, id=7, type="question.unpin") == {}
    assert await say(stage, HOST, id=8, type="product.restock", product="p_bowl", add=4) == {
        "product": "p_bowl",
        "stock": 5,
    }
    assert await say(stage, HOST, id=9, type="product.pin", product="p_bowl") == {"offset": 8}
    assert await say(stage, HOST, id=10, type="announce", text="Hello") == {"offset": 9}
    assert await say(stage, HOST, id=12, type="announce.remove", announcement=9) == {"offset": 10}
    assert await say(stage, HOST, id=13, type="announce.remove") == {"offset": 10}
    assert await say(stage, HOST, id=11, type="show.end") == {"state": "ended"}


async def test_a_command_without_an_id_is_carried_out_and_not_answered(stage: Stage) -> None:
    assert await say(stage, Speaker(), type="ask", text="Washable?") is None
    assert await say(stage, HOST, type="announce", text="Hello") is None
    assert (await see(stage.database, SHOW)).offset == 2


@pytest.mark.parametrize("command", STAFF_COMMANDS, ids=lambda command: str(command["type"]))
async def test_commands_of_staff_are_forbidden_to_others(stage: Stage, command: dict[str, Any]) -> None:
    for role in ROLES:
        if not is_staff(role):
            with refused(Code.FORBIDDEN):
                await say(stage, Speaker(role), id=1, **command)
    assert (await see(stage.database, SHOW)).offset == 0
    assert await stage.audits() == []


@pytest.mark.parametrize("command", RUNNERS_COMMANDS, ids=lambda command: str(command["type"]))
async def test_only_those_who_run_the_show_start_and_end_it(stage: Stage, command: dict[str, Any]) -> None:
    for role in ROLES:
        if not may_run_show(role):
            with refused(Code.FORBIDDEN):
                await say(stage, Speaker(role), id=1, **command)
    assert (await see(stage.database, SHOW)).public["show"]["state"] == "live"


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": 0},
        {"quantity": -1},
        {"quantity": 10**9},
        {"quantity": 1.5},
        {"quantity": "1"},
        {"quantity": None},
        {"key": "short"},
        {"key": "k" * 65},
        {"key": "with space"},
        {"product": ""},
        {"price": -1},
    ],
)
async def test_a_purchase_that_makes_no_sense_never_reaches_the_shop(
    stage: Stage, wrong: dict[str, Any]
) -> None:
    good = {"id": 1, "type": "buy", "product": "p_bowl", "quantity": 1, "key": "key-00001"}
    with pytest.raises(RefusedError) as invalid:
        await say(stage, Speaker(), **(good | wrong))
    assert invalid.value.code is Code.INVALID
    assert await stage.orders() == []


async def test_a_product_of_another_channel_is_not_found(stage: Stage) -> None:
    with refused(Code.NOT_FOUND):
        await say(stage, Speaker(), id=1, type="buy", product="p_other", quantity=1, key="key-00001")
    with refused(Code.NOT_FOUND):
        await say(stage, HOST, id=1, type="product.restock", product="p_other", add=5)
    assert (await stage.products())["p_other"] == (10, 0)
