"""An ended show that is watched again: along its recording's clock, with questions, taps and orders of its own, counted apart."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

import httpx

from server.ids import new_id
from tests.conftest import MakeSettings
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import Line, Viewer, joined_at

VIEW_SECONDS = 3.1
RECORDING = {"mp4": "/media/show.mp4", "starts_ms": -1_000, "length_ms": 600_000}


@dataclass
class Told:
    """A show of the channel `demo` that was held and has ended."""

    http: httpx.AsyncClient
    show: str
    host: Viewer
    address: str

    async def replay(self, path: str = "", **asked: Any) -> httpx.Response:
        return await self.http.get(f"/shows/{self.show}/replay{path}", params=asked)

    async def record(self, **fields: Any) -> httpx.Response:
        return await self.http.put(f"/shows/{self.show}/recording", json=RECORDING | fields)


@asynccontextmanager
async def new_show(address: str, token: str) -> AsyncIterator[Told]:
    """A live show with its host in it; `http` is the host's."""
    headers = {"Authorization": f"Bearer {token}"}
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://{address}/v1", headers=headers)
        )
        made = await http.post("/shows", json={"title": "Evening tea", "host": "Ren"})
        show = str(made.json()["id"])
        host = await stack.enter_async_context(joined_at(address, show, token=token))
        await host.do("show.start")
        yield Told(http, show, host, address)


def types_of(page: dict[str, Any]) -> list[str]:
    return [moment["push"]["type"] for moment in page["moments"]]


async def test_what_was_said_and_done_is_told_along_the_recordings_clock(
    server: str, sign_for: SignFor
) -> None:
    async with (
        new_show(server, sign_for("host")) as told,
        joined_at(server, told.show, token=sign_for("viewer")) as viewer,
    ):
        host = told.host
        await host.do("announce", text="Welcome")
        await host.do("product.pin", product="p_apron")
        asked = [
            (await viewer.do("ask", text=text, key=new_id("k")))["question"]
            for text in ("Is it warm?", "Is it wool?")
        ]
        await viewer.do("comment", text="Good evening")
        away = await viewer.do("comment", text="Buy at mine")
        await host.do("question.answer", question=asked[0], live=True)
        await told.http.patch("/products/p_apron", json={"price": 700})
        await host.expect_push("product.changed")
        await host.do("show.end")
        assert (await told.replay()).json()["code"] == "no_replay"
        assert (await told.record()).status_code == 200
        await host.do("question.dismiss", question=asked[1], reason="off_topic")
        await host.do("comment.remove", comment=away["comment"], reason="spam")

        page = (await told.replay()).json()
        assert page["replay"] == {"hls": "", **RECORDING}
        assert page["ends_ms"] == 599_000
        assert types_of(page) == [
            "announce",
            "product.pinned",
            "question.posted",
            "question.answered",
            "product.changed",
        ]
        moments = page["moments"]
        assert [each["show_ms"] for each in moments] == sorted(each["show_ms"] for each in moments)
        assert moments[1]["push"]["shown"] == {
            "title": "p_apron", "image": "", "price": 1000, "currency": "JPY"
        }  # fmt: skip
        answer = moments[3]["push"]["question"]["answer"]
        assert 0 <= answer["show_ms"] <= moments[3]["show_ms"]
        assert page["next"] is None

        kept = (await told.replay()).headers["ETag"]
        same = await told.http.get(f"/shows/{told.show}/replay", headers={"If-None-Match": kept})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", kept)
        other = await told.http.get(f"/shows/{told.show}/replay/comments", headers={"If-None-Match": kept})
        assert other.status_code == 200

        first = (await told.replay(limit=2)).json()
        rest = (await told.replay(after=first["next"])).json()
        assert [*first["moments"], *rest["moments"]] == moments
        said = (await told.replay("/comments")).json()
        assert [each["text"] for each in said["comments"]] == ["Good evening"]
        at = said["comments"][0]["show_ms"]
        assert (await told.replay("/comments", until_ms=at - 1)).json()["comments"] == []
        assert (await told.replay("/comments", until_ms=at)).json() == {**said, "next": None}


async def test_a_recording_is_set_opened_closed_and_removed_by_its_channels_runners(
    server: str, sign_for: SignFor
) -> None:
    async with (
        new_show(server, sign_for("host")) as told,
        joined_at(server, told.show, token=sign_for("viewer")) as viewer,
    ):
        assert (await told.record()).json()["code"] == "conflict"
        await told.host.do("show.end")
        assert (await told.record(mp4="")).json()["code"] == "invalid"
        assert (await told.record(mp4="javascript:alert(1)")).status_code == 422
        assert (await told.record(starts_ms=600_000)).json()["at"] == "starts_ms"
        assert (await told.http.get(f"/shows/{told.show}")).json()["replay"] is None

        kept = await told.record(shown=False)
        assert kept.json()["version"] == int(kept.headers["ETag"].strip('"'))
        assert (await told.replay()).json()["code"] == "no_replay"
        await told.record()
        shown = await viewer.expect_push("show.changed", lambda line: line["show"]["replay"] is not None)
        assert shown["show"]["replay"]["mp4"] == RECORDING["mp4"]
        await viewer.expect_push("line_up.changed")
        stale = await told.http.put(
            f"/shows/{told.show}/recording", json=RECORDING | {"length_ms": 5}, headers={"If-Match": '"1"'}
        )
        assert (stale.status_code, stale.json()["current"]["length_ms"]) == (412, RECORDING["length_ms"])
        gone = await told.http.delete(f"/shows/{told.show}/recording")
        assert (gone.json()["mp4"], gone.json()["shown"]) == ("", False)
        assert (await told.replay()).json()["code"] == "no_replay"

        headers = {"Authorization": f"Bearer {sign_for('admin')}"}
        audit = await told.http.get("/audit", params={"show": told.show}, headers=headers)
        rows = [row for row in audit.json()["deeds"] if row["action"].startswith("show.recording")]
        assert [row["action"] for row in rows] == [
            "show.recording_removed", "show.recording", "show.recording"
        ]  # fmt: skip
        assert rows[1]["details"]["before"]["shown"] is False
        assert rows[1]["details"]["after"]["shown"] is True


async def test_a_replay_is_behind_the_doors_of_its_show(server: str, sign_for: SignFor) -> None:
    async with new_show(server, sign_for("host")) as told, httpx.AsyncClient() as nobody:
        at = f"http://{server}/v1/shows/{told.show}/replay"
        assert (await nobody.get(at)).json()["code"] == "no_replay"
        token = sign_for("viewer")
        async with joined_at(server, told.show, token=token) as viewer:
            await told.host.do("viewer.ban", viewer=viewer.id)
            await told.host.do("show.end")
            await told.record()
            headers = {"Authorization": f"Bearer {token}"}
        for path in ("", "/comments"):
            assert (await nobody.get(at + path)).headers["Cache-Control"] == "public, max-age=10"
            assert (await nobody.get(at + path, headers=headers)).json()["code"] == "banned"
            elsewhere = {"Authorization": f"Bearer {sign_for('viewer', channel='elsewhere')}"}
            assert (await nobody.get(at + path, headers=elsewhere)).json()["code"] == "forbidden"
            assert (await nobody.get(at.replace(told.show, "s_none") + path)).status_code == 404
        await told.http.patch(f"/shows/{told.show}", json={"guests_allowed": False})
        assert (await nobody.get(at)).json()["code"] == "guests_refused"


async def test_at_a_replay_one_asks_taps_and_buys_and_nothing_of_it_is_the_live_shows(
    make_settings: MakeSettings, set_stage: None, sign_for: SignFor
) -> None:
    carl = sign_for("viewer")
    async with live_server(make_settings(flush_ms=50)) as address, AsyncExitStack() as stack:
        told = await stack.enter_async_context(new_show(address, sign_for("host")))
        async with joined_at(address, told.show, token=carl) as live:
            await live.do("playing", playing=True)
            await live.do("react", kind="heart")
            await eventually(lambda: _watched(told))
        await told.host.do("show.end")
        before = await _settled(told)
        assert (before["audience"]["viewers"], before["replay"]) == (1, None)
        again = await stack.enter_async_context(joined_at(address, told.show, token=carl))
        assert await again.refused("ask", text="Is it warm?", replay_ms=0) == "show_not_live"
        assert await again.refused("react", kind="heart") == "show_not_live"
        await told.record()
        await again.expect_push("show.changed")
        await told.http.patch("/products/p_apron", json={"price": 1200})
        await again.expect_push("product.changed", lambda line: line["products"][0]["price"] == 1200)
        played_from = monotonic()
        order = await _do_all(again, told.host)
        await eventually(lambda: monotonic() >= played_from + VIEW_SECONDS)
        await again.do("playing", playing=False)
        await eventually(lambda: _replayed(told))
        report = await _settled(told)
        _assert_only_the_replays(before, report)
        assert report["replay"]["money"] == [{"currency": "JPY", "orders": 1, "units": 1, "gmv_minor": 1200}]
        orders = (await told.http.get("/orders", params={"show": told.show})).json()["orders"]
        assert [(each["order"], each["replay"]) for each in orders] == [(order, True)]
        assert (await told.replay()).json()["moments"] == []


async def _do_all(viewer: Viewer, host: Viewer) -> str:
    """Watch, tap, ask, be answered and buy at the replay; return the order."""
    await viewer.do("playing", playing=True)
    await viewer.do("react", kind="heart", n=3)
    await viewer.do("impression", products=["p_apron"])
    await viewer.do("click", product="p_apron")
    await viewer.do("share", via="copy")
    for place in (-1_001, 604_001, None):
        where = {} if place is None else {"replay_ms": place}
        assert await viewer.refused("ask", text="Is it warm?", **where) == "invalid"
    asked = (await viewer.do("ask", text="Is it warm?", replay_ms=-1_000))["question"]
    queued = await host.expect_push("question.posted", lambda line: line["question"]["id"] == asked)
    assert queued["question"]["replay_ms"] == -1_000
    await host.do("question.answer", question=asked, text="Very.")
    await viewer.expect(lambda line: line["type"] == "question.own", "the fate of the question")
    assert await viewer.refused("comment", text="Hello") == "show_not_live"
    return str((await viewer.do("buy", product="p_apron", quantity=1, key=new_id("k")))["order"])


def _assert_only_the_replays(before: Line, after: Line) -> None:
    """What was done at the replay is in the replay's figures, and in the money; the show's own stand as they were."""
    replay = after["replay"]
    told = [
        replay[name]
        for name in ("viewers", "questions", "answered", "reactions", "impressions", "clicks", "shares")
    ]
    assert told == [1, 1, 1, 3, 1, 1, 1]
    assert replay["engaged"] == {"part": 1, "whole": 1, "share": 1.0}
    assert replay["watched_seconds"] >= 3
    assert (after["audience"].pop("replay_viewers"), after["audience"].pop("viewers_in_all")) == (1, 1)
    assert (before["audience"].pop("replay_viewers"), before["audience"].pop("viewers_in_all")) == (
        None,
        None,
    )
    for part in (
        "left_out",
        "audience",
        "engagement",
        "questions",
        "funnel",
        "clicks",
        "conversion",
        "money",
        "products",
    ):
        assert after[part] == before[part], part


async def _report(told: Told) -> Line:
    report: Line = (await told.http.get(f"/shows/{told.show}/stats")).json()
    return report


async def _watched(told: Told) -> bool:
    return bool((await _report(told))["audience"]["viewers"] == 1)


async def _replayed(told: Told) -> bool:
    replay = (await _report(told))["replay"]
    return (
        replay is not None and replay["viewers"] == 1 and replay["reactions"] == 3 and replay["shares"] == 1
    )


async def _settled(told: Told) -> Line:
    found: Line = {}

    async def is_settled() -> bool:
        found.update(await _report(told))
        return not found["provisional"]

    await eventually(is_settled)
    return found
