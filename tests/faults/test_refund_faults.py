"""Servers die between a refund's row and its provider, or after it: the money goes back once, and the units with it."""

import asyncio
import signal
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.ids import new_id
from server.shop.stocktaking import take_stock
from tests.conftest import MakeSettings
from tests.faults.test_payment_faults import books, counter, dying_after, hold_of
from tests.support.counters import Counter
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

__all__ = ["books", "counter"]

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("set_stage")]

PATIENCE_SECONDS = 90.0
_STANDS = text(
    """
    SELECT (SELECT array_agg(state) FROM refund) AS refunds, (SELECT refunded_minor FROM payment) AS told,
           (SELECT sum(sold)::int FROM product) AS sold
    """
)


async def ask(address: str, token: str, order: str, key: str) -> httpx.Response:
    """Have all of an order given back by a server."""
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
    async with httpx.AsyncClient(base_url=f"http://{address}/v1", headers=headers, timeout=60) as client:
        return await client.post(f"/orders/{order}/refunds", json={"reason": "cancelled", "everything": True})


@pytest.mark.parametrize("books_are_written", [True, False])
async def test_a_server_that_dies_at_the_providers_call_gives_back_once(
    make_settings: MakeSettings, sign_for: SignFor, books: Database, counter: Counter, books_are_written: bool
) -> None:
    """`books_are_written`: it dies after the provider has given back, or else before it is asked."""
    settings = make_settings(payment_ask_seconds=1.0, **counter.needs)
    counter.begin("card")
    host, key = sign_for("host"), new_id("k")
    async with live_server(settings) as other, joined_at(other, token=sign_for("viewer")) as buyer:
        counter.reach(other)
        await buyer.do("pay", hold=await hold_of(buyer), key=new_id("k"), method="card")
        paid = await buyer.expect_push("payment.changed", lambda each: bool(each["state"] == "captured"))
        call = "refund" if books_are_written else "before_refund"
        async with dying_after(counter.name, call, settings) as (address, dying):
            asking = asyncio.create_task(ask(address, host, paid["order"], key))
            await eventually(lambda: dying.exitcode == -signal.SIGKILL)
            (lost,) = await asyncio.gather(asking, return_exceptions=True)
            assert isinstance(lost, httpx.HTTPError)
        again = await ask(other, host, paid["order"], key)
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")

        async def is_done() -> bool:
            async with books.read() as connection:
                found: Any = (await connection.execute(_STANDS)).one()
            return (found.refunds, found.told, found.sold) == (["done"], 1000, 0)

        await eventually(is_done, within_seconds=PATIENCE_SECONDS)
        await buyer.expect_push("order.changed", lambda each: bool(each["state"] == "cancelled"))
    money = await counter.money(books)
    assert (money.taken, money.refunded) == (1000, 1000)
    async with books.read() as connection:
        assert await take_stock(connection) == []
