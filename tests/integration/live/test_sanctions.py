"""Who may write and who may be there: laid on viewers on every process, told to them, appealed against, and lifted."""

from typing import Any

import httpx
import pytest

from server.settings import Settings
from tests.integration.live.test_bans import say
from tests.integration.live.test_endings import bearer
from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.stage import open_stage
from tests.support.viewer import Viewer, joined_at, viewer_at

Two = tuple[str, str]
Json = dict[str, Any]


async def call(address: str, method: str, path: str, token: str, **body: Any) -> tuple[int, Json]:
    """What a route answers: its status and its body."""
    async with httpx.AsyncClient(base_url=f"http://{address}/v1", timeout=20.0) as client:
        answer = await client.request(method, path, headers=bearer(token), json=body or None)
        return answer.status_code, answer.json()


async def own(address: str, viewer: Viewer) -> list[Json]:
    """What a viewer is told of theirs."""
    status, told = await call(address, "GET", "/shows/demo/sanctions/own", viewer.token or "")
    assert status == 200, told
    return list(told["sanctions"])


async def test_a_time_out_holds_on_every_process_and_all_but_writing_goes_on(
    servers: Two, sign_for: SignFor
) -> None:
    here, there = servers
    async with (
        joined_at(here, token=sign_for("moderator")) as moderator,
        joined_at(there) as guest,
        joined_at(here) as other,
    ):
        mine = (await guest.do("ask", text="Cheap watches!"))["question"]
        theirs = (await other.do("ask", text="Is it warm?"))["question"]
        given = await moderator.do(
            "viewer.sanction", question=mine, kind="timeout", seconds=300, reason="spam"
        )
        assert given["viewer"] == guest.id
        told = (await guest.expect_push("sanction.own"))["sanction"]
        assert (told["kind"], told["reason"], told["until"]) == ("timeout", "spam", given["until"])
        refused = await guest.ask_for("ask", text="Really cheap!")
        assert (refused["code"], refused["retry"], refused["until"]) == ("muted", "never", given["until"])
        assert (await guest.do("vote", question=theirs))["votes"] == 1
        await guest.do("react", kind="heart")
        assert await other.refused("viewer.sanction", viewer=guest.id, kind="mute") == "forbidden"
        seen = (await moderator.expect_push("sanction.changed"))["sanction"]
        assert (seen["viewer"], seen["by"], seen["name"].split()[0]) == (guest.id, "Moderator", "Guest")
        await moderator.do("sanction.lift", sanction=given["sanction"])
        await guest.do("ask", text="What does it cost?")
        await guest.expect_push("sanction.own", lambda push: push["sanction"].get("lifted", False))


async def test_who_is_shadow_muted_is_not_told_and_nobody_but_staff_reads_them(
    servers: Two, sign_for: SignFor
) -> None:
    here, there = servers
    async with (
        joined_at(here, token=sign_for("host")) as host,
        joined_at(there) as guest,
        joined_at(there) as other,
    ):
        await host.do("viewer.sanction", viewer=guest.id, kind="shadow", reason="abuse")
        asked = await guest.do("ask", text="You are all fools")
        assert asked["question"]
        await host.expect(lambda line: "fools" in str(line), "the question, for staff")
        (await other.do("ask", text="Is it warm?"))["question"]
        await other.expect_push("question.posted", lambda push: push["question"]["text"] == "Is it warm?")
        assert not any("fools" in str(line) for line in other.lines)
        assert await own(there, guest) == []
        assert not any(line["type"] == "sanction.own" for line in guest.lines)


async def test_a_ban_from_the_channel_closes_its_other_shows_on_every_process(
    settings: Settings, servers: Two, sign_for: SignFor
) -> None:
    here, there = servers
    assert settings.database_url is not None
    async with open_stage(settings.database_url, empty=True) as stage:
        await stage.add_show("another")
    async with joined_at(here) as guest, viewer_at(there) as same, viewer_at(here) as neighbour:
        await same.join("another", token=guest.token)
        await neighbour.join("another")
        reply = await say(
            here, sign_for("host"), id=1, type="viewer.sanction", viewer=guest.id, kind="ban", channel=True
        )
        assert (await guest.closed(), await same.closed()) == (4403, 4403)
        assert (await neighbour.ask_for("ping"))["type"] == "pong"
        for address in servers:
            await eventually(lambda address=address: _is_refused(address, "another", guest.token))
        await say(here, sign_for("host"), id=1, type="sanction.lift", sanction=reply["sanction"])
        await eventually(lambda: _may_join(there, "another", guest.token))


async def _is_refused(address: str, show: str, token: str | None) -> bool:
    return not await _may_join(address, show, token)


async def _may_join(address: str, show: str, token: str | None) -> bool:
    async with viewer_at(address) as viewer:
        return bool((await viewer.ask_for("join", show=show, token=token))["type"] == "joined")


async def test_whoever_is_banned_reads_why_and_appeals_once(servers: Two, sign_for: SignFor) -> None:
    here, there = servers
    host = sign_for("host")
    async with joined_at(here) as guest, joined_at(there, token=host) as staff:
        given = await staff.do(
            "viewer.sanction", viewer=guest.id, kind="ban", seconds=3600, reason="off_topic"
        )
        assert await guest.closed() == 4403
        (told,) = await own(there, guest)
        assert (told["kind"], told["reason"], told["until"]) == ("ban", "off_topic", given["until"])
        path = f"/shows/demo/sanctions/{given['sanction']}/appeal"
        status, standing = await call(there, "POST", path, guest.token or "", text="It was my son.")
        assert (status, standing["appeal"]) == (200, "open")
        assert (await call(here, "POST", path, guest.token or "", text="It was my son."))[0] == 200
        status, refused = await call(here, "POST", path, guest.token or "", text="Please!")
        assert (status, refused["code"], refused["current"]["appeal"]) == (409, "conflict", "open")
        seen = await staff.expect_push("sanction.changed")
        assert "my son" not in str(seen)
        _, waiting = await call(here, "GET", "/channels/demo/sanctions?appealed=true", host)
        assert [each["appeal"]["text"] for each in waiting["sanctions"]] == ["It was my son."]
        await staff.do("appeal.answer", sanction=given["sanction"], lift=True)
        assert await staff.refused("appeal.answer", sanction=given["sanction"], lift=False) == "conflict"
        (told,) = await own(here, guest)
        assert (told["appeal"], told["lifted"]) == ("lifted", True)
        await eventually(lambda: _may_join(here, "demo", guest.token))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"kind": "timeout"}, "invalid"),
        ({"kind": "timeout", "seconds": 9}, "invalid"),
        ({"kind": "timeout", "seconds": 24 * 3600 + 1}, "invalid"),
        ({"kind": "timeout", "seconds": 10**12}, "invalid"),
        ({"kind": "mute", "seconds": 60}, "invalid"),
        ({"kind": "mute", "channel": True}, "invalid"),
        ({"kind": "exile"}, "invalid"),
        ({"kind": "mute", "reason": "I do not like them"}, "invalid"),
        ({"kind": "mute", "question": "q_1"}, "invalid"),
        ({"kind": "mute", "viewer": "v_\u202e"}, "invalid"),
        ({"kind": "mute", "viewer": "m_mika"}, "forbidden"),
        ({"kind": "mute", "viewer": "v_elsewhere"}, "not_found"),
    ],
)
async def test_what_cannot_be_laid_on_anybody_has_a_code(
    settings: Settings, server: str, sign_for: SignFor, fields: Json, code: str
) -> None:
    assert settings.database_url is not None
    async with open_stage(settings.database_url, empty=True) as stage, stage.database.write() as connection:
        for statement in STRANGERS:
            await connection.exec_driver_sql(statement)
    wanted = {"viewer": "v_1"} | fields
    reply = await say(server, sign_for("host"), id=1, type="viewer.sanction", **wanted)
    assert reply["code"] == code, reply


STRANGERS = (
    "INSERT INTO staff_member VALUES ('demo', 'm_mika', 'host', 'Mika', now())",
    "INSERT INTO show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster, created_at)"
    " VALUES ('theirs', 'elsewhere', 'S', 'H', 'live', 'post', true, '', '', '', now())",
    "INSERT INTO attendance (show_id, viewer_id, first_at, guest, remembered, suspect)"
    " VALUES ('theirs', 'v_elsewhere', now(), true, false, false)",
)


async def test_what_is_not_theirs_is_not_found(server: str, sign_for: SignFor) -> None:
    host, elsewhere = sign_for("host"), sign_for("host", channel="elsewhere")
    async with joined_at(server) as guest, joined_at(server) as other:
        given = await say(server, host, id=1, type="viewer.sanction", viewer=guest.id, kind="mute")
        hidden = await say(server, host, id=2, type="viewer.sanction", viewer=guest.id, kind="shadow")
        for sanction, viewer in ((given, other), (hidden, guest), ({"sanction": "sn_none"}, guest)):
            path = f"/shows/demo/sanctions/{sanction['sanction']}/appeal"
            assert (await call(server, "POST", path, viewer.token or "", text="No!"))[0] == 404
        path = f"/shows/demo/sanctions/{given['sanction']}/appeal"
        for text in ("\u200b", "x" * 501):
            assert (await call(server, "POST", path, guest.token or "", text=text))[0] == 422
        assert (await call(server, "POST", path, elsewhere, text="No!"))[0] == 403
        assert (await call(server, "GET", "/channels/demo/sanctions", guest.token or ""))[0] == 403
        assert (await call(server, "GET", "/channels/demo/sanctions", elsewhere))[0] == 404
        assert (await call(server, "GET", "/shows/none/sanctions/own", guest.token or ""))[0] == 404


async def test_the_channel_says_how_many_reports_hold_something(server: str, sign_for: SignFor) -> None:
    host, path = sign_for("host"), "/channels/demo/report-settings"
    assert await call(server, "GET", path, host) == (200, {"hold_after": 3})
    assert await call(server, "PUT", path, host, hold_after=5) == (200, {"hold_after": 5})
    assert await call(server, "GET", path, sign_for("moderator")) == (200, {"hold_after": 5})
    assert (await call(server, "PUT", path, sign_for("moderator"), hold_after=1))[0] == 403
    assert (await call(server, "PUT", path, host, hold_after=-1))[0] == 422
    assert (await call(server, "GET", path, sign_for("host", channel="elsewhere")))[0] == 404
