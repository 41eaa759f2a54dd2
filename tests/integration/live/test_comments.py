"""Comments over real sockets and two processes: told in groups, kept whole, switched at once, and erased with their writer."""

import asyncio
import json
from contextlib import AsyncExitStack

import httpx
import pytest

from server.comments.rules import VIEWERS
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.integration.live.test_endings import bearer
from tests.integration.live.test_erasures import ERASURE_SECONDS, client_of, erased, everything
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

Two = tuple[str, str]


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """One viewer comments as many do."""
    return make_settings(limits="off", flush_ms=50)


async def test_a_flood_by_two_processes_is_told_in_groups_sampled_by_one_rule_and_kept_whole(
    servers: Two, sign_for: SignFor
) -> None:
    here, there = servers
    async with (
        AsyncExitStack() as stack,
        joined_at(there, token=sign_for("host")) as host,
        joined_at(here) as watching,
        httpx.AsyncClient(base_url=f"http://{there}", headers=bearer(sign_for("moderator"))) as staff,
    ):
        crowd = [await stack.enter_async_context(joined_at(servers[n % 2])) for n in range(10)]
        replies = await asyncio.gather(
            *(viewer.do("comment", text=f"{n} of {v}") for v, viewer in enumerate(crowd) for n in range(12))
        )
        own = await host.do("comment", text="Hello, all of you")
        last = await watching.expect_push("comment.posted", lambda push: push["written"] == 121)
        shown = [c for push in watching.pushes if push["type"] == "comment.posted" for c in push["comments"]]
        posted = [push for push in watching.pushes if push["type"] == "comment.posted"]
        assert [c["n"] for c in shown] == list(range(1, last["shown"] + 1))
        assert own["comment"] in {c["id"] for c in shown}
        seconds = len(posted) * 0.25 + 5
        assert len(shown) - 1 <= VIEWERS.burst + VIEWERS.per_second * seconds
        found: list[str] = []
        cursor: dict[str, str] = {}
        while True:
            page = (await staff.get("/v1/shows/demo/comments", params={"limit": "50", **cursor})).json()
            found += [c["id"] for c in page["comments"]]
            if page["next"] is None:
                break
            cursor = {"cursor": page["next"]}
        assert set(found) == {own["comment"], *(reply["comment"] for reply in replies)}
        assert len(found) == 121
        watching.assert_nothing_missing()
        host.assert_nothing_missing()


async def test_viewers_read_on_by_pages_and_find_their_own(server: str) -> None:
    async with joined_at(server) as writer, httpx.AsyncClient(base_url=f"http://{server}") as anybody:
        for n in range(3):
            await writer.do("comment", text=f"no {n}")
        first = await writer.expect_push("comment.posted", lambda push: push["shown"] == 3)
        liked = first["comments"][-1]["id"]
        await writer.do("comment.react", comment=liked, kind="clap")
        page = (await anybody.get("/v1/shows/demo/comments", params={"limit": "2"})).json()
        assert [(c["n"], c["text"]) for c in page["comments"]] == [(3, "no 2"), (2, "no 1")]
        rest = (await anybody.get("/v1/shows/demo/comments", params={"cursor": page["next"]})).json()
        assert ([c["n"] for c in rest["comments"]], rest["next"]) == ([1], None)
        for params in ({"state": "held"}, {"cursor": "cm_1"}):
            refused = await anybody.get("/v1/shows/demo/comments", params=params)
            assert refused.status_code in (403, 422), refused.text
        me = (await anybody.get("/v1/shows/demo/me", headers=bearer(writer.token or ""))).json()
        assert [c["text"] for c in me["comments"]] == ["no 2", "no 1", "no 0"]
        assert me["reacted"] == {liked: ["clap"]}


async def test_switching_comments_holds_at_once_on_both_processes(servers: Two, sign_for: SignFor) -> None:
    here, there = servers
    async with (
        joined_at(here, token=sign_for("host")) as host,
        joined_at(there) as guest,
        joined_at(there, token=sign_for("viewer")) as known,
    ):
        assert await guest.refused("comments.switch", comments="off") == "forbidden"
        await host.do("comments.switch", comments="known")
        await guest.expect_push("show.changed", lambda push: push["show"]["comments"] == "known")
        assert await guest.refused("comment", text="Hello") == "comments_closed"
        kept = await known.do("comment", text="Hello")
        await host.do("comments.switch", comments="off")
        assert await known.refused("comment", text="And again") == "comments_closed"
        await known.do("comment.withdraw", comment=kept["comment"])
        await guest.expect_push("comment.removed")


async def test_a_writer_hears_of_it_on_the_other_process(servers: Two, sign_for: SignFor) -> None:
    here, there = servers
    async with joined_at(here, token=sign_for("moderator")) as staff, joined_at(there) as writer:
        kept = await writer.do("comment", text="Is it warm?")
        made = await staff.do("comment.to_question", comment=kept["comment"])
        own = await writer.expect(lambda line: line["type"] == "question.own", "a question of one's own")
        assert own["question"]["id"] == made["question"]
        await staff.do("comment.remove", comment=kept["comment"], reason="rude")
        told = await writer.expect(
            lambda line: line["type"] == "comment.own" and line["comment"]["state"] == "removed",
            "the end of it",
        )
        assert told["comment"]["reason"] == "rude"


async def test_a_limit_refuses_a_flood_of_one_and_repeats_are_free(
    make_settings: MakeSettings, set_stage: None
) -> None:
    async with live_server(make_settings(comments_per_minute=10.0)) as address, joined_at(address) as writer:
        first = await writer.do("comment", text="one", key="k-comment-1")
        await writer.do("comment", text="two")
        assert await writer.refused("comment", text="three") == "too_fast"
        again = await writer.do("comment", text="one", key="k-comment-1")
        assert again["comment"] == first["comment"]


async def test_comments_are_handed_out_and_erased_with_their_writer(
    servers: Two, sign_for: SignFor, settings: Settings
) -> None:
    words = "My cat Momo loves it"
    async with (
        joined_at(servers[0], remember=True) as guest,
        joined_at(servers[1]) as other,
        client_of(servers[1], guest.token or "") as own,
        client_of(servers[0], sign_for("admin")) as admin,
    ):
        await guest.do("comment", text=words)
        await other.expect_push("comment.posted")
        handed = (await own.get("/v1/viewers/me/data")).json()
        assert words in json.dumps(handed, ensure_ascii=False)
        assert (await own.post("/v1/viewers/me/erasure")).status_code == 202
        await eventually(lambda: erased(admin), within_seconds=ERASURE_SECONDS)
        gone = await other.expect_push("comment.erased")
        assert (gone["comment"]["text"], gone["comment"]["author"]) == ("–", "–")
        assert words not in everything(settings)
