"""A show over real sockets, on two processes wherever something is fanned out."""

import asyncio
import json
from contextlib import AsyncExitStack

import httpx
import pytest
from sqlalchemy import text

from server.db.engine import Database
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at, viewer_at

Two = tuple[str, str]


async def test_a_guest_joins_and_gets_a_token_that_brings_the_same_viewer_back(servers: Two) -> None:
    async with joined_at(servers[0]) as first:
        assert first.token
        assert first.lines[0]["snapshot"]["show"]["id"] == "demo"
    async with joined_at(servers[1], token=first.token) as again:
        assert again.id == first.id
        assert "token" not in again.lines[0]


async def test_an_announcement_reaches_the_viewers_of_every_process(servers: Two, sign_for: SignFor) -> None:
    async with (
        joined_at(servers[0], token=sign_for("host")) as host,
        joined_at(servers[0]) as near,
        joined_at(servers[1]) as far,
    ):
        reply = await host.do("announce", text="Free shipping until nine")
        for viewer in (host, near, far):
            push = await viewer.expect_push("announce")
            assert (push["text"], push["offset"]) == ("Free shipping until nine", reply["offset"])
            viewer.assert_nothing_missing()


async def test_what_two_processes_commit_arrives_in_one_order(servers: Two, sign_for: SignFor) -> None:
    token = sign_for("host")
    async with joined_at(servers[0], token=token) as one, joined_at(servers[1], token=token) as two:
        await asyncio.gather(*(h.do("announce", text=f"{n}") for n in range(15) for h in (one, two)))
        await eventually(lambda: one.offset == two.offset == 30)
        assert [p["text"] for p in one.pushes] == [p["text"] for p in two.pushes]
        one.assert_nothing_missing()
        two.assert_nothing_missing()


async def test_a_viewer_recovers_on_another_process_what_happened_meanwhile(
    servers: Two, sign_for: SignFor
) -> None:
    async with joined_at(servers[0], token=sign_for("host")) as host:
        async with joined_at(servers[0]) as viewer:
            await host.do("announce", text="before")
            await viewer.expect_push("announce")
            left_at = viewer.position
        for n in range(5):
            await host.do("announce", text=f"meanwhile {n}")
        async with joined_at(servers[1], token=viewer.token, position=left_at) as back:
            assert back.lines[0]["recovered"] is True
            assert "snapshot" not in back.lines[0]
            await eventually(lambda: back.offset == 6)
            assert [p["text"] for p in back.pushes] == [f"meanwhile {n}" for n in range(5)]
            back.assert_nothing_missing()


@pytest.mark.parametrize("position", [{"epoch": "another", "offset": 1}, {"epoch": "epoch-1", "offset": 999}])
async def test_a_position_that_cannot_be_recovered_gets_a_snapshot(
    server: str, position: dict[str, object]
) -> None:
    async with joined_at(server, position=position) as viewer:
        assert viewer.lines[0]["recovered"] is False
        assert viewer.lines[0]["snapshot"]["show"]["state"] == "live"


async def test_reactions_and_viewers_of_all_processes_add_up(servers: Two) -> None:
    async with joined_at(servers[0]) as near, joined_at(servers[1]) as far:
        for viewer in (near, far):
            await viewer.do("playing", playing=True)
        await near.do("react", kind="heart", n=3)
        await far.do("react", kind="heart", n=4)
        for viewer in (near, far):
            await viewer.expect_push("pulse", lambda p: p.get("reactions", {}).get("heart") == 7)
            await viewer.expect_push("pulse", lambda p: p.get("viewers") == 2)
        await far.do("playing", playing=False)
        await near.expect_push("pulse", lambda p: p.get("viewers") == 1)


async def test_a_viewer_with_many_tabs_is_one_who_watches(servers: Two, sign_for: SignFor) -> None:
    token = sign_for("viewer")
    async with joined_at(servers[1]) as other, AsyncExitStack() as stack:
        tabs = [await stack.enter_async_context(joined_at(servers[0], token=token)) for _ in range(15)]
        await asyncio.gather(*(tab.do("playing", playing=True) for tab in tabs))
        await other.do("playing", playing=True)
        await other.expect_push("pulse", lambda p: p.get("viewers", 0) >= 2)
        for tab in tabs[:13]:
            await tab.socket.close()
        await tabs[13].do("playing", playing=False)
        await tabs[14].join(token=token)  # goes on playing
        await other.do("react", kind="heart")
        await tabs[14].expect_push("pulse", lambda p: "reactions" in p)

        def told() -> list[int]:
            return [line["viewers"] for line in other.lines if "viewers" in line]

        assert told()[-1] == max(told()) == 2
        await tabs[14].join(token=sign_for("viewer"))  # somebody else, who does not play
        await eventually(lambda: told()[-1] == 1)


async def test_only_staff_read_what_waits_for_moderation_and_offsets_stay_whole(
    servers: Two, sign_for: SignFor
) -> None:
    async with joined_at(servers[0], token=sign_for("host")) as host, joined_at(servers[1]) as viewer:
        asked = await viewer.do("ask", text="Does it shrink?")
        await host.expect_push("question.posted")
        await host.do("question.dismiss", question=asked["question"], reason="rude")
        push = await viewer.expect_push("question.dismissed")
        assert set(push["question"]) == {"id"}
        staff = await host.expect_push("question.dismissed")
        assert staff["question"]["dismissed_reason"] == "rude"
        viewer.assert_nothing_missing()


async def test_a_purchase_by_socket_and_by_another_process_share_the_stock(servers: Two) -> None:
    async with joined_at(servers[0]) as one, joined_at(servers[1]) as two:
        bought = await one.do("buy", product="p_bowl", quantity=2, key="k-00000001")
        assert (bought["amount"], bought["currency"]) == (5000, "JPY")
        assert await two.refused("buy", product="p_bowl", quantity=2, key="k-00000002") == "sold_out"
        await two.expect_push("product.stock", lambda p: p["products"] == [{"product": "p_bowl", "stock": 1}])
        again = await one.do("buy", product="p_bowl", quantity=2, key="k-00000001")
        assert again["order"] == bought["order"]
        assert await one.refused("buy", product="p_bowl", quantity=1, key="k-00000001") == "key_reused"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("hello", "bad_json"),
        ("[1,2]", "bad_json"),
        ('{"id":9}', "unknown_type"),
        ('{"id":9,"type":"dance"}', "unknown_type"),
        ('{"id":9,"type":"ask"}', "invalid"),
        ('{"id":9,"type":"ask","text":7}', "invalid"),
        ('{"id":9,"type":"ask","text":"' + "x" * 501 + '"}', "invalid"),
        ('{"id":9,"type":"ask","text":"a\\u0000b"}', "invalid"),
        ('{"id":9,"type":"ask","text":"   "}', "invalid"),
        ('{"id":9,"type":"react","kind":"love"}', "invalid"),
        ('{"id":9,"type":"react","kind":"heart","n":0}', "invalid"),
        ('{"id":9,"type":"vote","question":"q_nobody"}', "not_found"),
        ('{"id":9,"type":"buy","product":"p_apron","quantity":0,"key":"k-00000001"}', "invalid"),
        ('{"id":9,"type":"buy","product":"p_apron","quantity":-1,"key":"k-00000001"}', "invalid"),
        ('{"id":9,"type":"buy","product":"p_apron","quantity":1000000000,"key":"k-00000001"}', "invalid"),
        ('{"id":9,"type":"buy","product":"p_other","quantity":1,"key":"k-00000001"}', "not_found"),
        ('{"id":9,"type":"announce","text":"mine"}', "forbidden"),
        ('{"id":9,"type":"show.end"}', "forbidden"),
        ('{"id":9,"type":"product.pin","product":"p_apron"}', "forbidden"),
        ('{"id":9,"type":"ask","x":' + "[" * 7000 + "}", "too_deep"),
    ],
)
async def test_bad_input_gets_its_code_and_the_socket_lives(server: str, frame: str, code: str) -> None:
    async with joined_at(server) as viewer, joined_at(server) as other:
        await viewer.send(frame)
        error = await viewer.expect_push("error")
        assert error["code"] == code
        assert error["retry"] in {"never", "later", "reload", "stop"}
        assert (await viewer.do("ping"))["type"] == "pong"
        assert (await other.do("ping"))["type"] == "pong"
        assert viewer.offset == other.offset == 0


@pytest.mark.parametrize(
    ("frame", "closing"),
    [
        (b"\x00binary", 1003),
        ("[" * 100_000, 1009),
    ],
)
async def test_what_breaks_the_frame_closes_the_socket_with_a_code_that_says_why(
    server: str, frame: str | bytes, closing: int
) -> None:
    async with joined_at(server) as viewer, joined_at(server) as other:
        await viewer.send(frame)
        assert await viewer.closed() == closing
        assert (await other.do("ping"))["type"] == "pong"


async def test_text_that_is_not_utf8_closes_with_1007(server: str) -> None:
    async with joined_at(server) as viewer:
        await viewer.socket.send(b"\xff\xfe", text=True)
        assert await viewer.closed() == 1007


@pytest.mark.usefixtures("set_stage")
async def test_commands_before_join_are_refused_and_a_silent_socket_is_closed(
    make_settings: MakeSettings,
) -> None:
    async with live_server(make_settings(join_seconds=0.5)) as address, viewer_at(address) as viewer:
        assert await viewer.refused("ping") == "join_first"
        assert await viewer.closed() == 4408


async def test_a_token_counts_in_its_own_channel_alone(server: str, sign_for: SignFor) -> None:
    async with viewer_at(server) as viewer:
        assert await viewer.refused("join", show="demo", token=sign_for("host", "elsewhere")) == "forbidden"
        assert await viewer.refused("join", show="demo", token="not-a-token") == "unauthenticated"
        assert await viewer.refused("join", show="nothing") == "not_found"
        await viewer.join()


async def test_too_many_commands_are_refused_with_when_to_try_again(server: str) -> None:
    async with joined_at(server) as viewer, joined_at(server) as other:
        for _ in range(60):
            await viewer.send('{"type":"react","kind":"heart"}')
        error = await viewer.expect_push("error")
        assert error["code"] == "too_fast"
        assert error["retry_after_ms"] > 0
        assert (await other.do("ping"))["type"] == "pong"


async def test_several_commands_in_one_frame_are_all_carried_out(server: str) -> None:
    async with joined_at(server) as viewer:
        await viewer.send("\n".join(json.dumps({"id": n, "type": "ping"}) for n in (100, 101, 102)))
        for n in (100, 101, 102):
            await viewer.expect(lambda line, n=n: line.get("id") == n, "pong")  # type: ignore[misc]


async def test_a_tab_in_the_background_gets_the_pulse_alone(server: str, sign_for: SignFor) -> None:
    async with joined_at(server, token=sign_for("host")) as host, joined_at(server, pulse_only=True) as quiet:
        await host.do("announce", text="not for the background")
        await host.do("react", kind="clap")
        await quiet.expect_push("pulse", lambda p: p.get("reactions", {}).get("clap") == 1)
        assert quiet.pushes == []


async def test_compression_is_agreed_and_says_the_same(server: str, sign_for: SignFor) -> None:
    async with (
        joined_at(server, token=sign_for("host")) as host,
        viewer_at(server, compression=None) as plain,
    ):
        await plain.join()
        text = "the same words again and again, " * 12 + "and once more"
        await host.do("announce", text=text)
        assert (await host.expect_push("announce"))["text"] == text
        assert (await plain.expect_push("announce"))["text"] == text


async def test_commands_sent_right_behind_join_wait_for_it(server: str) -> None:
    async with viewer_at(server) as viewer:
        await viewer.send('{"id":901,"type":"join","show":"demo"}')
        await viewer.send('{"id":902,"type":"ask","text":"Am I too early?"}')
        reply = await viewer.expect(lambda line: line.get("id") == 902, "the reply to ask")
        assert reply["state"] == "open"


async def test_what_is_not_live_is_left_to_http(server: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        assert (await client.get("/v1/live")).status_code == 426
        assert (await client.get("/v1/lively")).status_code == 404
        assert (await client.get("/healthz")).json() == {"status": "alive"}


async def test_the_host_s_side_is_not_part_of_the_audience(
    server: str, settings: Settings, sign_for: SignFor
) -> None:
    assert settings.database_url is not None
    async with joined_at(server, token=sign_for("host")) as host, joined_at(server) as viewer:
        for one in (host, viewer):
            await one.do("playing", playing=True)
            await one.do("react", kind="heart")
        await host.expect_push("pulse", lambda p: p.get("viewers") == 1)
        database = Database(settings.database_url)
        attended: list[str] = []

        async def is_written() -> bool:
            async with database.read() as connection:
                rows = await connection.execute(
                    text(
                        "SELECT viewer_id FROM attendance UNION SELECT viewer_id FROM rollup WHERE NOT staff"
                    )
                )
                attended[:] = [row[0] for row in rows]
            return bool(attended)

        await eventually(is_written)
        assert attended == [viewer.id]
        await database.close()
