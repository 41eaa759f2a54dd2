"""An upgrade in the evening: the schema of the landed version, with its data in it, changes while its servers serve, and nobody notices."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import text

from server.access.roles import Role
from server.access.tokens import Tokens
from server.clock import SystemClock
from server.db.engine import Database
from server.demo.catalogue import CHANNEL_ID, EARLIER_SHOW_ID, PAST_SHOW_ID, PRODUCTS
from server.embedded import PostgresProcess
from server.settings import Settings
from server.shop.stocktaking import take_stock
from tests.conftest import MakeSettings
from tests.support.commands import showfloor
from tests.support.eventually import eventually
from tests.support.landed import LandedServer
from tests.support.live_server import live_server
from tests.support.viewer import Viewer, joined_at

HELD: list[dict[str, Any]] = [{"product": product.id, "quantity": 3} for product in PRODUCTS[:2]]
FOUND_OUT = {"refunded_minor", "net_minor"}
"""Not known to the landed version, which has no refunds: definitions from version 7 on tell them."""
VOLATILE = {"as_of", "definitions", "definition", "definition_version", "version"}
"""What a newer version may say otherwise of the same figures."""


@pytest.fixture
def database_url(postgres: PostgresProcess) -> Iterator[str]:
    """A database with nothing in it; the landed version brings its own schema."""
    postgres.create_database("landed")
    yield postgres.url("landed")
    postgres.drop_database("landed")


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """One viewer buys and asks as many do."""
    return make_settings(limits="off")


@pytest.fixture
def landed(settings: Settings, tmp_path: Path) -> LandedServer:
    """The landed version, with the demo's channel in its database."""
    server = LandedServer(tmp_path / "landed", settings)
    server.migrate()
    server.seed()
    with psycopg.connect((settings.database_url or "").replace("+psycopg", "")) as connection:
        connection.execute("UPDATE product SET stock = 1000000")  # however slow the machine, it lasts
    return server


def sign(settings: Settings, role: Role) -> str:
    tokens = Tokens(settings.signing_secret(), SystemClock())
    return tokens.sign(tokens.new_member(CHANNEL_ID, role, name=role.title()))


async def read_figures(address: str, settings: Settings) -> dict[str, Any]:
    """The reports of the past shows, without what a newer version may say otherwise."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {sign(settings, 'analyst')}"}) as client:
        found = {}
        for show in (PAST_SHOW_ID, EARLIER_SHOW_ID):
            answer = await client.get(f"http://{address}/v1/shows/{show}/stats")
            assert answer.status_code == 200, answer.text
            found[show] = steady(answer.json())
    return found


def steady(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: steady(value) for name, value in told.items() if name not in VOLATILE}
    return [steady(value) for value in told] if isinstance(told, list) else told


def missing_of(old: Any, new: Any, path: str = "") -> list[str]:
    """Where `new` lacks something of `old` or has it otherwise; what it has more is an addition."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [each for name in old for each in missing_of(old[name], new.get(name), f"{path}/{name}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        pairs = zip(old, new, strict=True)
        return [each for place, (a, b) in enumerate(pairs) for each in missing_of(a, b, f"{path}/{place}")]
    found_out = old is None and path.rpartition("/")[2] in FOUND_OUT
    return [] if old == new or found_out else [f"{path}: {old} became {new}"]


@asynccontextmanager
async def buying(viewer: Viewer) -> AsyncIterator[list[str]]:
    """Have the viewer ask, tap and buy one thing after the other, all of which must succeed; yields the orders as they come."""
    orders: list[str] = []

    async def shop() -> None:
        while True:
            number = len(orders)
            bought = await viewer.do(
                "buy", product=PRODUCTS[number % 2].id, quantity=1, key=f"{viewer.id}-{number}"
            )
            orders.append(bought["order"])
            await viewer.do("ask", text=f"Question {number}")
            await viewer.do("react", kind="heart", n=1)
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        task = group.create_task(shop())
        yield orders
        task.cancel()


async def assert_stock_agrees(settings: Settings, *, held: int) -> None:
    """Free, held and sold are on hand, whichever server sold them."""
    database = Database(settings.database_url or "", pool_size=1)
    async with database.read() as connection:
        assert await take_stock(connection) == []
        found = await connection.execute(text("SELECT stock, held, sold FROM product WHERE held > 0"))
        rows = found.all()
    await database.close()
    assert sum(row.held for row in rows) == held


async def more(orders: list[str]) -> None:
    """Wait until something more was bought."""
    before = len(orders)
    await eventually(lambda: len(orders) > before + 2)


async def read_orders(address: str, viewer: Viewer) -> set[str]:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {viewer.token}"}) as client:
        own = (await client.get(f"http://{address}/v1/shows/demo/me")).json()
    return {order["order"] for order in own["orders"]}


async def assert_bans_hold_beside(old: str, new: str, settings: Settings) -> None:
    """Whoever is banned by one version is out at the other, and let in again by it, though each keeps bans in its own way."""
    for here, there in ((old, new), (new, old)):
        async with joined_at(here, token=sign(settings, "host")) as host, joined_at(there) as viewer:
            await host.do("viewer.ban", viewer=viewer.id)
            assert await viewer.closed() == 4403
            assert await status_of_me(old, viewer) == await status_of_me(new, viewer) == 403
            async with joined_at(there, token=sign(settings, "host")) as colleague:
                await colleague.do("viewer.unban", viewer=viewer.id)
            assert await status_of_me(old, viewer) == await status_of_me(new, viewer) == 200


async def status_of_me(address: str, viewer: Viewer) -> int:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {viewer.token}"}) as client:
        return (await client.get(f"http://{address}/v1/shows/demo/me")).status_code


async def test_the_schema_changes_under_those_who_buy_and_a_new_server_joins_the_old_one(
    landed: LandedServer, settings: Settings, tmp_path: Path
) -> None:
    urls = {"database_url": settings.database_url or "", "redis_url": settings.redis_url or ""}
    async with AsyncExitStack() as later:
        async with landed.serving() as old, joined_at(old) as viewer:
            before = await read_figures(old, settings)
            async with buying(viewer) as orders:
                await more(orders)
                upgraded = await asyncio.to_thread(showfloor, "migrate", data=tmp_path / "var", **urls)
                assert upgraded.returncode == 0, upgraded.stderr
                await more(orders)
                new = await later.enter_async_context(live_server(settings))
                other = await later.enter_async_context(joined_at(new))
                # What the new server holds the old one cannot sell, though it has never heard of holds.
                kept = await other.do("hold", lines=HELD, key="held-beside-the-old")
                given_back = await other.do("hold", lines=HELD, key="given-back-beside-it")
                others = await later.enter_async_context(buying(other))
                await more(others)
                await other.do("hold.release", hold=given_back["hold"])
                await more(orders)
                await assert_bans_hold_beside(old, new, settings)
                stock = (await other.expect_push("product.stock"))["products"]
                assert {each["product"] for each in stock} <= {product.id for product in PRODUCTS[:2]}
            assert missing_of(before, await read_figures(new, settings)) == []
        # The old server has ended; who was there goes on at the new one.
        await more(others)
        assert set(orders) <= await read_orders(new, viewer)
        assert set(others) <= await read_orders(new, other)
        assert other.doubled == 0
        assert (await other.do("hold", lines=HELD, key="held-beside-the-old"))["hold"] == kept["hold"]
    await assert_stock_agrees(settings, held=sum(line["quantity"] for line in HELD))
