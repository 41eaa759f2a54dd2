"""Whatever the wire accepts is kept: consent and its end, share links and who came by them, watching, and who was staff."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from server.access.roles import Role
from server.access.tokens import GUEST_LIFETIME, REMEMBERED_LIFETIME, Identity, Tokens
from server.clock import SystemClock
from server.db.engine import Database
from server.hub import hub
from server.settings import Settings
from server.stats.service import Reports
from server.viewers import stream
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.stuck_viewer import StuckViewer
from tests.support.viewer import joined_at

Rows = Callable[[str], Awaitable[list[tuple[Any, ...]]]]


@pytest.fixture
async def rows(settings: Settings) -> AsyncIterator[Rows]:
    """Return what a statement finds."""
    assert settings.database_url is not None
    database = Database(settings.database_url)

    async def find(sql: str) -> list[tuple[Any, ...]]:
        async with database.read() as connection:
            return [tuple(row) for row in await connection.execute(text(sql))]

    yield find
    await database.close()


async def found(rows: Rows, sql: str, count: int) -> list[tuple[Any, ...]]:
    """Return what the statement finds as soon as that is so many rows."""
    last: list[tuple[Any, ...]] = []

    async def are_there() -> bool:
        last[:] = await rows(sql)
        return len(last) == count

    await eventually(are_there)
    return last


def identity_of(settings: Settings, token: str) -> Identity:
    return Tokens(settings.signing_secret(), SystemClock()).verify(token)


def lasts(identity: Identity) -> float:
    return (identity.expires_at - SystemClock().now()).total_seconds()


CONSENTS = "SELECT kind, target FROM ledger_entry WHERE kind LIKE 'consent%' ORDER BY at"


async def test_consent_is_taken_back_at_once_and_both_are_kept(
    server: str, settings: Settings, rows: Rows
) -> None:
    async with joined_at(server, remember=True, wording="settings-1") as viewer:
        agreed = identity_of(settings, viewer.token or "")
        assert agreed.remembered
        assert lasts(agreed) > REMEMBERED_LIFETIME.total_seconds() - 60
        withdrawn = await viewer.join(token=viewer.token, remember=False)
        after = identity_of(settings, withdrawn["token"])
        assert (after.viewer_id, after.remembered, after.consent_at) == (agreed.viewer_id, False, None)
        assert lasts(after) <= GUEST_LIFETIME.total_seconds()
        assert "token" not in await viewer.join(token=withdrawn["token"], remember=False)
        again = await viewer.join(token=withdrawn["token"], remember=True, wording="purchase-2")
        renewed = identity_of(settings, again["token"])
        assert renewed.consent_at is not None
        assert agreed.consent_at is not None
        assert renewed.consent_at > agreed.consent_at
    kept = set(await found(rows, CONSENTS, 2))
    assert kept in (
        {("consent_given", "purchase-2"), ("consent_withdrawn", None)},  # all within one flush
        {("consent_given", "settings-1"), ("consent_withdrawn", None)},
    )
    ((viewer_id, consent_at),) = await found(rows, "SELECT viewer_id, consent_at FROM attendance", 1)
    assert (viewer_id, consent_at) == (agreed.viewer_id, renewed.consent_at)


async def test_an_ended_consent_is_kept_by_the_other_way_in_too(
    server: str, settings: Settings, rows: Rows
) -> None:
    address = f"http://{server}/v1/live/demo/events"
    token: str | None = None
    async with httpx.AsyncClient() as client:
        for remember in ("true", "false"):
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            query = {"remember": remember, "source": "mail", "share": "s_link"}
            async with client.stream("GET", address, params=query, headers=headers) as answer:
                async for line in answer.aiter_lines():
                    if line.startswith("data: "):
                        token = json.loads(line.removeprefix("data: "))["token"]
                        break
    assert not identity_of(settings, token or "").remembered
    await found(rows, CONSENTS, 2)
    assert await rows("SELECT source, share FROM attendance") == [("mail", "s_link")]


async def test_a_name_alone_changes_no_consent(server: str, settings: Settings) -> None:
    async with joined_at(server, remember=True) as viewer:
        renamed = await viewer.join(token=viewer.token, name="Aki")
        assert identity_of(settings, renamed["token"]).remembered


@pytest.mark.parametrize("state", ["live", "scheduled", "ended"])
async def test_a_share_is_kept_with_its_link_and_its_way_whatever_the_state(
    server: str, rows: Rows, settings: Settings, state: str
) -> None:
    assert settings.database_url is not None
    database = Database(settings.database_url)
    async with database.write() as connection:
        await connection.execute(text("UPDATE show SET state = :state"), {"state": state})
    await database.close()
    async with joined_at(server) as fan:
        link = (await fan.do("share", via="line"))["share"]
        async with joined_at(server, share=link, source="line") as friend:
            shares = "SELECT viewer_id, target, via FROM ledger_entry WHERE kind = 'share'"
            assert await found(rows, shares, 1) == [(fan.id, link, "line")]
            came = f"SELECT share, source FROM attendance WHERE viewer_id = '{friend.id}'"
            assert await found(rows, came, 1) == [(link, "line")]
            # The first link and source stand.
            await friend.join(token=friend.token, share="s_other", source="mail")
        await fan.do("share", via="copy")
        await found(rows, shares, 2)
        assert await rows(came) == [(link, "line")]


async def test_a_source_is_kept_without_what_nobody_reads(server: str, rows: Rows) -> None:
    async with (
        joined_at(server, source=" \u0007mail\nof \u202emay\u009f "),
        joined_at(server, source="\u001b"),
    ):
        kept = await found(rows, "SELECT source FROM attendance ORDER BY source NULLS LAST", 2)
        assert kept == [("mail of may",), (None,)]


async def test_watching_goes_on_over_a_second_join_of_the_same_viewer(server: str, rows: Rows) -> None:
    async with joined_at(server) as witness, joined_at(server) as viewer:
        await viewer.do("playing", playing=True)
        await witness.expect_push("pulse", lambda p: p.get("viewers") == 1)
        await viewer.join(token=viewer.token, name="Aki")
        await viewer.do("playing", playing=True)
        await viewer.do("playing", playing=False)
        await witness.expect_push("pulse", lambda p: p.get("viewers") == 0)
    ended = "SELECT viewer_id FROM playing WHERE ended_at IS NOT NULL"
    assert await found(rows, ended, 1) == [(viewer.id,)]
    assert len(await rows("SELECT FROM playing")) == 1


async def test_a_second_join_as_somebody_else_ends_what_the_first_watched(server: str, rows: Rows) -> None:
    async with joined_at(server) as viewer:
        await viewer.do("playing", playing=True)
        await viewer.join()
        ended = "SELECT viewer_id FROM playing WHERE ended_at IS NOT NULL"
        await found(rows, ended, 1)
        assert len(await rows("SELECT FROM playing")) == 1


@pytest.mark.usefixtures("set_stage")
async def test_watching_ends_where_a_viewer_was_last_heard(make_settings: MakeSettings, rows: Rows) -> None:
    async with live_server(make_settings(ping_seconds=1.0, silence_seconds=3.0)) as address:
        silent = StuckViewer(address)
        await silent.join()
        line = b'{"type":"playing"}'
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(silent.socket, bytes((0x81, 0x80 | len(line))) + bytes(4) + line)
        heard = "SELECT extract(epoch FROM ended_at - started_at) FROM playing WHERE ended_at IS NOT NULL"
        ((seconds,),) = await found(rows, heard, 1)
        silent.socket.close()
    assert seconds == pytest.approx(0, abs=0.5)


@pytest.mark.usefixtures("set_stage")
async def test_a_show_s_end_ends_a_dead_line_where_it_was_last_heard(
    make_settings: MakeSettings, sign_for: SignFor, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "PONG_SECONDS_MAX", 0.5)
    loop = asyncio.get_running_loop()
    async with live_server(make_settings(ping_seconds=1.0, silence_seconds=60.0)) as address:
        silent = StuckViewer(address)
        await silent.join()
        line = b'{"type":"playing"}'
        await loop.sock_sendall(silent.socket, bytes((0x81, 0x80 | len(line))) + bytes(4) + line)
        async with joined_at(address) as living:
            await living.do("playing", playing=True)
            began = loop.time()

            async def a_ping_is_unanswered() -> bool:
                return loop.time() - began > 2.5

            await eventually(a_ping_is_unanswered)
            async with joined_at(address, token=sign_for("host")) as host:
                await host.do("show.end")
            lengths = "SELECT extract(epoch FROM ended_at - started_at) FROM playing WHERE ended_at IS NOT NULL ORDER BY 1"
            ((dead,), (alive,)) = await found(rows, lengths, 2)
        silent.socket.close()
    assert dead == pytest.approx(0, abs=0.5)
    assert alive > 2.4


@pytest.mark.usefixtures("set_stage")
async def test_a_stream_whose_line_is_dead_ends_where_it_was_last_heard(
    make_settings: MakeSettings, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dead line cannot be made on one machine, so what its TCP would tell is said here."""
    loop = asyncio.get_running_loop()
    dead_since = loop.time() + 3_600
    monkeypatch.setattr(stream, "silence_of", lambda peer: max(0.0, loop.time() - dead_since))
    async with live_server(make_settings(ping_seconds=1.0, silence_seconds=3.0)) as address:
        async with (
            httpx.AsyncClient(timeout=20.0) as client,
            client.stream("GET", f"http://{address}/v1/live/demo/events?playing=true") as answer,
        ):
            assert answer.status_code == 200
            dead_since = loop.time()
            async for _ in answer.aiter_lines():
                """Until the server gives it up."""
        heard = "SELECT extract(epoch FROM ended_at - started_at) FROM playing WHERE ended_at IS NOT NULL"
        ((seconds,),) = await found(rows, heard, 1)
    assert seconds == pytest.approx(0, abs=0.5)


async def test_a_peer_s_tcp_tells_how_long_it_has_been_silent() -> None:
    transports: list[asyncio.WriteTransport] = []
    server = await asyncio.start_server(lambda _, writer: transports.append(writer.transport), "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname()[:2])
    began = asyncio.get_running_loop().time()

    async def has_been_silent() -> bool:
        return bool(transports) and stream.silence_of(transports[0]) > 0.2

    await eventually(has_been_silent)
    assert stream.silence_of(transports[0]) <= asyncio.get_running_loop().time() - began + 0.1
    writer.write(b"x")

    async def is_heard() -> bool:
        return stream.silence_of(transports[0]) < 0.2

    await eventually(is_heard)
    writer.close()
    transports[0].abort()
    assert stream.silence_of(transports[0]) == 0.0
    assert stream.silence_of(None) == 0.0
    server.close()


async def test_what_staff_buy_is_marked_on_every_way(
    server: str, settings: Settings, sign_for: SignFor, rows: Rows
) -> None:
    token = sign_for("host")
    async with joined_at(server, token=token) as host, joined_at(server) as viewer:
        for buyer in (host, viewer):
            await buyer.do("buy", product="p_apron", quantity=1, key="key-000001")
        await host.do("ask", text="Is anybody there?")
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        body = {"show": "demo", "product": "p_apron", "quantity": 1}
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "key-000002"}
        assert (await client.post("/v1/orders", json=body, headers=headers)).status_code == 201
    bought = await rows("SELECT viewer_id, staff FROM orders")
    assert sorted(bought) == sorted([(host.id, True), (host.id, True), (viewer.id, False)])
    assert await found(rows, "SELECT viewer_id FROM staff_presence", 1) == [(host.id,)]


async def test_an_analyst_who_speaks_by_http_alone_is_known_as_staff(
    server: str, sign_for: SignFor, rows: Rows
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        headers = {"Authorization": f"Bearer {sign_for('analyst')}"}
        content = json.dumps({"type": "ask", "text": "How warm is it?"})
        answer = await client.post("/v1/live/demo/commands", content=content, headers=headers)
        assert answer.status_code == 204
    ((asker,),) = await rows("SELECT viewer_id FROM question")
    assert await found(rows, "SELECT viewer_id FROM staff_presence", 1) == [(asker,)]


@pytest.mark.parametrize("role", ["moderator", "host", "analyst", "admin"])
async def test_staff_are_in_no_figure_whatever_they_do_by_whatever_way(
    server: str, settings: Settings, sign_for: SignFor, rows: Rows, role: Role
) -> None:
    """No flush is waited for: what staff did in a transaction says in it that they are staff."""
    async with joined_at(server) as viewer:
        question = (await viewer.do("ask", text="Is it washable?"))["question"]
        async with httpx.AsyncClient(base_url=f"http://{server}") as client:
            headers = {"Authorization": f"Bearer {sign_for(role)}"}
            for command in ({"type": "ask", "text": "Me too"}, {"type": "vote", "question": question}):
                content = json.dumps(command)
                path = "/v1/live/demo/commands"
                assert (await client.post(path, content=content, headers=headers)).status_code == 204
            body = {"show": "demo", "product": "p_apron", "quantity": 1}
            headers["Idempotency-Key"] = "key-000003"
            assert (await client.post("/v1/orders", json=body, headers=headers)).status_code == 201
        assert settings.database_url is not None
        database = Database(settings.database_url)
        report = await Reports(database, SystemClock()).report("demo")
        tables = [await Reports(database, SystemClock()).table("demo", of) for of in ("orders", "questions")]
        await database.close()
    assert report.left_out.staff == 1
    assert (report.questions.asked, report.engagement.votes) == (1, 0)
    (money,) = report.money
    assert (money.orders, money.staff.orders) == (0, 1)
    assert [product.orders for product in report.products] == []
    for table in tables:
        column = list(table.header).index("staff")
        assert [row[column] for row in table.rows].count(True) == 1
    ((sales,),) = await rows("SELECT count(*) FROM orders WHERE NOT staff")
    assert sales == 0


async def test_who_buys_by_http_alone_is_known_by_their_token(
    server: str, settings: Settings, sign_for: SignFor, rows: Rows
) -> None:
    tokens = Tokens(settings.signing_secret(), SystemClock())
    guest = tokens.sign(tokens.new_guest("demo", name=None, remember=True))
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        for n, token in enumerate((sign_for("viewer"), guest)):
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": f"key-10000{n}"}
            body = {"show": "demo", "product": "p_apron", "quantity": 1}
            assert (await client.post("/v1/orders", json=body, headers=headers)).status_code == 201
    known = "SELECT guest, remembered, joined, consent_at IS NOT NULL FROM attendance ORDER BY guest"
    assert await found(rows, known, 2) == [(False, True, False, False), (True, True, False, True)]
    assert settings.database_url is not None
    database = Database(settings.database_url)
    report = await Reports(database, SystemClock()).report("demo")
    await database.close()
    assert (report.left_out.without_a_view, report.left_out.buyers_without_consent) == (0, 0)
