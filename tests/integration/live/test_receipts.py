"""Order numbers and receipts: a buyer finds an order again on any device, and a receipt opens nothing else."""

import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.clock import ManualClock
from server.protocol.codes import Code
from server.settings import Settings
from server.shop import service
from server.shop.numbers import LETTERS, new_number, number_from
from server.shop.receipt_links import LIFETIME, ReceiptLinks
from tests.support.servers import SignFor
from tests.support.stage import NOON, SECRET, SHOW, Stage, open_stage, refused
from tests.support.viewer import Viewer, joined_at


@pytest.fixture
async def stage(settings: Settings) -> AsyncIterator[Stage]:
    assert settings.database_url is not None
    async with open_stage(settings.database_url) as stage:
        yield stage


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
def links(clock: ManualClock) -> ReceiptLinks:
    return ReceiptLinks(SECRET, clock)


async def ask(address: str, path: str, body: object = None, token: str | None = None) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=f"http://{address}/v1", headers=headers) as client:
        return await client.post(path, json=body) if body is not None else await client.get(path)


async def bought_by(viewer: Viewer) -> dict[str, Any]:
    """Buy one of the first product, and return the reply."""
    product = viewer.lines[0]["snapshot"]["products"][0]["id"]
    return await viewer.do("buy", product=product, quantity=1, key="key-00001")


def test_a_number_has_eight_characters_and_none_that_look_alike() -> None:
    numbers = [new_number() for _ in range(2_000)]
    assert all(re.fullmatch(r"[A-Z0-9]{8}", number) for number in numbers)
    assert set("".join(numbers)) <= set(LETTERS)
    assert not set(LETTERS) & set("0O1IL2Z5S8BUVQ")
    assert len(set(numbers)) == len(numbers)
    # In no sequence: every place takes many letters among orders made one after the other.
    assert all(len(Counter(column)) > 10 for column in zip(*numbers, strict=True))


async def test_an_order_of_before_there_were_numbers_has_one_that_stays(stage: Stage) -> None:
    order = (await stage.buy("v_1", "p_bowl", key="key-00001")).order
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE orders SET number = NULL"))
    (found,) = await stage.shop.list_own(SHOW, "v_1")
    assert found.number == number_from(order.id)
    assert re.fullmatch(f"[{LETTERS}]{{8}}", found.number)


async def test_a_number_that_is_taken_in_the_channel_fails_no_purchase(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter(["AAAAAAAA", "AAAAAAAA", "CCCCCCCC"])
    monkeypatch.setattr(service, "new_number", lambda: next(drawn))
    first = (await stage.buy("v_1", "p_bowl", key="key-00001")).order
    second = (await stage.buy("v_2", "p_bowl", key="key-00002")).order
    assert (first.number, second.number) == ("AAAAAAAA", "CCCCCCCC")
    assert len(await stage.orders()) == 2


async def test_the_key_and_the_number_come_back_with_one_s_own_orders(server: str) -> None:
    async with joined_at(server) as viewer:
        bought = await bought_by(viewer)
        own = (await ask(server, "/shows/demo/me", token=viewer.lines[0]["token"])).json()["orders"]
    assert [(o["order"], o["number"], o["key"]) for o in own] == [
        (bought["order"], bought["number"], "key-00001")
    ]


async def test_a_receipt_shows_its_order_without_any_token(server: str, sign_for: SignFor) -> None:
    async with joined_at(server) as viewer:
        bought, token = await bought_by(viewer), viewer.lines[0]["token"]
        product = viewer.lines[0]["snapshot"]["products"][0]
    made = await ask(server, f"/orders/{bought['order']}/receipt", {}, token)
    receipt = made.json()["receipt"]
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", receipt)
    shown = (await ask(server, "/receipts", {"receipt": receipt})).json()
    assert shown == {
        "number": bought["number"],
        "show": {"id": "demo", "title": viewer.lines[0]["snapshot"]["show"]["title"]},
        "title": product["title"],
        "quantity": 1,
        "amount": product["price"],
        "currency": "JPY",
        "at": bought["at"],
        "lines": [{"title": product["title"], "quantity": 1, "amount": product["price"]}],
    }
    for other in (sign_for("viewer"), sign_for("host")):
        answer = await ask(server, f"/orders/{bought['order']}/receipt", {}, other)
        assert answer.json()["code"] == "not_found"
    assert (await ask(server, "/shows/demo/me", token=receipt)).json()["code"] == "unauthenticated"


@pytest.mark.parametrize("receipt", ["x", "..", "o_1.7fffffff.AAAA", "o_1.zz.", "." * 120])
async def test_what_is_no_receipt_of_ours_opens_nothing(server: str, receipt: str) -> None:
    answer = await ask(server, "/receipts", {"receipt": receipt})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_a_receipt_ends_and_cannot_be_altered(clock: ManualClock, links: ReceiptLinks) -> None:
    receipt, expires_at = links.sign("o_1")
    assert expires_at == NOON + LIFETIME
    assert links.read(receipt) == "o_1"
    with refused(Code.UNAUTHENTICATED):
        links.read(receipt.replace("o_1", "o_2"))
    clock.at = expires_at
    with refused(Code.TOKEN_EXPIRED):
        links.read(receipt)
