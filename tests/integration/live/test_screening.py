"""Screening over real servers: what is set at one holds at the other, and the show's switches reach everybody."""

from typing import Any

import httpx

from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.viewer import joined_at, viewer_at


async def put(address: str, token: str, **settings: Any) -> None:
    head = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=head) as client:
        answer = await client.put("/v1/channel/screening", json=settings)
        assert answer.status_code == 200, answer.text


def entries(**does: str) -> list[dict[str, str]]:
    return [{"text": written, "does": act} for written, act in does.items()]


async def test_a_list_that_is_set_at_one_server_holds_at_the_other(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    async with (
        viewer_at(two) as asker,
        viewer_at(one) as other,
        joined_at(one, token=sign_for("host")) as host,
    ):
        await asker.join()
        await other.join()
        await put(one, sign_for("admin"), entries=entries(badword="refuse", maybe="hold", spammy="shadow"))

        async def is_refused() -> bool:
            return (await asker.ask_for("ask", text="b.a.d.w.o.r.d")).get("code") == "text_refused"

        await eventually(is_refused)
        assert (await asker.do("ask", text="m4ybe?"))["state"] == "pending"
        told = await host.expect_push("question.submitted", lambda line: line["question"]["text"] == "m4ybe?")
        assert told["question"]["held"] == [{"by": "word", "what": "maybe"}]
        shadowed = await asker.do("ask", text="So spammy")
        assert shadowed["state"] == "open"
        own = await asker.expect_push("question.own")
        assert (own["question"]["id"], own["question"]["state"]) == (shadowed["question"], "open")
        assert (await asker.do("vote", question=shadowed["question"]))["votes"] == 1
        assert (await host.do("ask", text="badword spammy"))["state"] == "open"
        await other.expect_push("question.posted", lambda line: line["question"]["text"] == "badword spammy")
        seen = [push["question"]["text"] for push in other.pushes if push["type"] == "question.posted"]
        assert "So spammy" not in seen
        other.assert_nothing_missing()


async def test_slow_mode_and_moderation_are_switched_live_on_both(
    servers: tuple[str, str], sign_for: SignFor
) -> None:
    one, two = servers
    async with viewer_at(two) as asker, joined_at(one, token=sign_for("moderator")) as moderator:
        await asker.join()
        how = await moderator.do("show.moderate", moderation="pre", slow_seconds=600)
        assert (how["moderation"], how["slow_seconds"]) == ("pre", 600)
        told = await asker.expect_push("show.changed")
        assert (told["show"]["moderation"], told["show"]["slow_seconds"]) == ("pre", 600)
        assert (await asker.do("ask", text="One?"))["state"] == "pending"
        late = await asker.ask_for("ask", text="Two?")
        assert (late["code"], late["slow_seconds"]) == ("too_fast", 600)
        assert 0 < late["retry_after_ms"] <= 600_000
        stale = await moderator.ask_for("show.moderate", moderation="post", version=how["version"] - 1)
        assert (stale["code"], stale["current"]["slow_seconds"]) == ("conflict", 600)
        assert await asker.refused("show.moderate", moderation="post") == "forbidden"
