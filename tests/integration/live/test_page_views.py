"""A page view is counted once, without an id unless it may be kept, and harms nobody."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text
from websockets.asyncio.client import connect

from server.access.tokens import Tokens
from server.clock import SystemClock
from server.db.engine import Database
from server.settings import Settings
from server.visits.forgetting import PageViewForgetting
from tests.conftest import MakeSettings
from tests.integration.live.test_what_is_kept import Rows, found, rows
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at

__all__ = ["rows"]

PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Mobile/15E148 Safari/604.1"
VIEWS = (
    "SELECT viewer_id, page, referrer, source, medium, campaign, device, crawler FROM page_view ORDER BY id"
)
LINK: dict[str, Any] = {"source": "line", "medium": "social", "campaign": "spring"}


async def tell(server: str, status: int = 204, headers: dict[str, str] | None = None, **fields: Any) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers) as client:
        answer = await client.post("/v1/page-views", json={"page": "viewer", "show": "demo", **fields})
    assert answer.status_code == status, answer.text
    assert "set-cookie" not in answer.headers


async def test_a_view_is_kept_with_what_its_link_says_and_nobodys_id(server: str, rows: Rows) -> None:
    await tell(server, headers={"User-Agent": PHONE}, referrer="https://blog.example/who=anna?x=1", **LINK)
    expected = (None, "viewer", "blog.example", "line", "social", "spring", "phone", False)
    assert await found(rows, VIEWS, 1) == [expected]


async def test_an_id_is_kept_of_those_who_agreed_or_signed_in_and_ask_for_nothing_else(
    server: str, rows: Rows, settings: Settings, sign_for: SignFor
) -> None:
    tokens = Tokens(settings.signing_secret(), SystemClock())
    async with joined_at(server) as guest, joined_at(server, remember=True) as agreed:
        await tell(server, token=guest.token)
        await tell(server, token=agreed.token)
        await tell(server, token=agreed.token, headers={"Sec-GPC": "1"})
        await tell(server, token=agreed.token, headers={"DNT": "1"})
        known = tokens.new_member("demo", "viewer", name="Anna")
        await tell(server, token=tokens.sign(known))
        await tell(server, token=tokens.sign(tokens.new_member("elsewhere", "viewer", name="Ben")))
        await tell(server, token="no token of anybody's")
        await tell(server, token=sign_for("host"))  # staff are in no figure
        views = await found(rows, VIEWS, 7)
    assert [view[0] for view in views] == [None, agreed.id, None, None, known.viewer_id, None, None]


async def test_who_joins_without_a_source_has_that_of_their_first_page_view_that_names_one(
    server: str, rows: Rows
) -> None:
    async with (
        joined_at(server, remember=True) as late,
        joined_at(server, remember=True) as early,
        joined_at(server, remember=True, source="mail") as named,
        joined_at(server) as guest,
    ):
        await found(rows, "SELECT FROM rollup WHERE joined", 4)
        await tell(server, token=late.token)
        await tell(server, token=late.token, source="x")
        for source, age_ms in (("line", 60_000), ("newsletter", 120_000)):  # what is older may be told later
            await tell(server, token=early.token, source=source, age_ms=age_ms)
        await tell(server, token=named.token, source="line")
        await tell(server, token=guest.token, source="line")
        await found(rows, VIEWS, 6)
        expected = {late.id: "x", named.id: "mail", guest.id: None}

        async def are_named() -> bool:
            sources: dict[str, str | None] = dict(await rows("SELECT viewer_id, source FROM rollup"))
            # The two of `early` are of one batch or of two: what came with the first stays.
            return sources.pop(early.id) in {"line", "newsletter"} and sources == expected

        await eventually(are_named)
    sources = "SELECT source FROM attendance WHERE viewer_id = '{}'"
    assert await rows(sources.format(late.id)) == [("x",)]
    assert await rows(sources.format(named.id)) == [("mail",)]


async def test_a_page_view_before_the_join_names_its_source(
    server: str, rows: Rows, settings: Settings
) -> None:
    tokens = Tokens(settings.signing_secret(), SystemClock())
    known = tokens.new_member("demo", "viewer", name="Anna")
    await tell(server, token=tokens.sign(known), **LINK)
    await found(rows, VIEWS, 1)
    async with joined_at(server, token=tokens.sign(known)):
        await found(rows, "SELECT FROM rollup WHERE source = 'line'", 1)


async def test_a_crawler_is_counted_as_such_and_nothing_else_is_kept(server: str, rows: Rows) -> None:
    await tell(server, headers={"User-Agent": "Googlebot/2.1"}, referrer="https://blog.example", **LINK)
    assert await found(rows, VIEWS, 1) == [(None, "viewer", None, None, None, None, None, True)]


async def test_what_may_not_be_told_is_refused_with_a_code(server: str, sign_for: SignFor) -> None:
    await tell(server, 404, show="nobody_knows")
    await tell(server, 404, page="channel", show=None, channel="nobody_knows")
    await tell(server, 422, show=None)
    await tell(server, 403, headers={"Origin": "https://elsewhere.example"})
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        for body, status in ((b"{", 400), (b"x" * 9_000, 413)):
            assert (await client.post("/v1/page-views", content=body)).status_code == status


async def test_pages_that_the_channel_lets_in_tell_with_their_site_and_others_do_not(
    make_settings: MakeSettings, set_stage: None, settings: Settings
) -> None:
    assert settings.database_url is not None
    database = Database(settings.database_url)
    shop = "https://shop.example"
    async with database.write() as connection:
        await connection.execute(
            text("UPDATE channel SET origins = ARRAY[CAST(:origin AS text)] WHERE id = 'demo'"),
            {"origin": shop},
        )
    async with live_server(make_settings(flush_ms=50)) as server:
        await tell(server, page="element", headers={"Origin": shop})
        await tell(server, 403, page="element", headers={"Origin": "https://other.example"})

        async def find(sql: str) -> list[tuple[Any, ...]]:
            async with database.read() as connection:
                return [tuple(row) for row in await connection.execute(text(sql))]

        assert await found(find, "SELECT page, site FROM page_view", 1) == [("element", "shop.example")]
    await database.close()


async def test_an_address_has_so_many_page_views_a_minute(
    make_settings: MakeSettings, set_stage: None
) -> None:
    async with live_server(make_settings(page_views_per_minute_per_ip=3)) as server:
        for _ in range(3):
            await tell(server)
        await tell(server, 429)


async def test_the_device_is_known_from_the_join_by_either_way_in(server: str, rows: Rows) -> None:
    async with connect(f"ws://{server}/v1/live", user_agent_header=PHONE) as socket:
        await Viewer(socket).join()
        assert await found(rows, "SELECT device FROM attendance WHERE joined", 1) == [("phone",)]
    headers = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64)"}
    async with (
        httpx.AsyncClient(headers=headers) as client,
        client.stream("GET", f"http://{server}/v1/live/demo/events"),
    ):
        await found(rows, "SELECT FROM attendance WHERE device = 'desktop'", 1)
    assert sorted(await rows("SELECT device FROM rollup")) == [("desktop",), ("phone",)]


async def test_many_page_views_are_few_transactions(
    make_settings: MakeSettings, set_stage: None, rows: Rows
) -> None:
    async with live_server(make_settings(flush_ms=2_000)) as server:
        await asyncio.gather(*(tell(server) for _ in range(100)))
        await found(rows, VIEWS, 100)
        # Rows of one transaction have its number in common.
        (batches,) = await rows("SELECT count(DISTINCT CAST(xmin AS text)) FROM page_view")
    assert batches[0] <= 10


async def test_page_views_are_forgotten_with_their_time(
    settings: Settings, set_stage: None, rows: Rows
) -> None:
    assert settings.database_url is not None
    database = Database(settings.database_url)
    insert = "INSERT INTO page_view (channel_id, at, page, crawler) VALUES ('demo', now() - interval '{}', 'channel', false)"
    async with database.write() as connection:
        for age in ("41 days", "39 days"):
            await connection.execute(text(insert.format(age)))
    forgetting = PageViewForgetting(database, SystemClock(), timedelta(days=40))
    assert await forgetting.run_once() == 1
    assert await rows("SELECT count(*) FROM page_view") == [(1,)]
    await database.close()
