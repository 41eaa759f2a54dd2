"""A viewer's own post over two servers: sent, looked at, shown, and taken back while everybody sees it."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from server.db.engine import Database
from server.posts.rules import CONSENT
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support import drawn
from tests.support.eventually import eventually
from tests.support.live_server import live_server
from tests.support.servers import SignFor
from tests.support.viewer import joined_at

SAID = {"product": "p_bowl", "text": "I eat from it", "consent": CONSENT}


@asynccontextmanager
async def at(server: str, token: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """Ask a server as somebody."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=f"http://{server}", headers=headers, timeout=60) as client:
        yield client


async def refused(asked: httpx.Response) -> tuple[int, str]:
    return asked.status_code, asked.json()["code"]


async def test_a_post_goes_from_a_viewer_to_every_screen_and_back(
    servers: tuple[str, str], sign_for: SignFor, settings: Settings
) -> None:
    one, two = servers
    mine, hosts = sign_for("viewer"), sign_for("host")
    async with (
        at(one, mine) as author,
        at(two, sign_for("moderator")) as moderator,
        at(two) as anybody,
        joined_at(one, token=mine) as me,
        joined_at(two, token=hosts) as host,
        joined_at(two) as guest,
    ):
        upload = await author.post("/v1/posts/pictures", content=drawn.lying_picture())
        assert upload.status_code == 201, upload.text
        sent = await author.post("/v1/shows/demo/posts", json=SAID | {"picture": upload.json()["id"]})
        assert (sent.status_code, sent.json()["state"]) == (201, "held")
        post = sent.json()["id"]
        assert (await host.expect_push("posts.waiting"))["waiting"] == 1
        assert (await anybody.get("/v1/shows/demo/posts/p_bowl")).json() == {"posts": [], "next": None}
        address = f"/posts/{upload.json()['id']}-640.webp"
        assert (await anybody.get(address)).status_code == 404
        for looking in (author, moderator):
            seen = await looking.get(f"/v1/posts/{post}/picture")
            assert (seen.headers["content-type"], seen.headers["cache-control"]) == ("image/webp", "no-store")
        async with at(one, sign_for("viewer")) as other:
            assert (await other.get(f"/v1/posts/{post}/picture")).status_code == 404
        assert await host.refused("post.show", post=post) == "conflict"
        asked = await moderator.get(f"/v1/posts/{post}")
        assert (asked.headers["etag"], asked.json()["state"]) == ('"1"', "held")
        assert await refused(await author.get(f"/v1/posts/{post}")) == (403, "forbidden")
        queue = (await moderator.get("/v1/posts?state=held")).json()
        assert ([each["id"] for each in queue["posts"]], queue["waiting"]) == ([post], 1)
        approved = await moderator.post(f"/v1/posts/{post}/approve", headers={"If-Match": '"1"'})
        assert (approved.status_code, approved.headers["etag"]) == (200, '"2"')
        assert await refused(
            await moderator.post(f"/v1/posts/{post}/approve", headers={"If-Match": '"1"'})
        ) == (412, "conflict")
        told = await me.expect(lambda line: line["type"] == "post.own", "what became of the post")
        assert told["post"]["state"] == "approved"
        listed = await anybody.get("/v1/shows/demo/posts/p_bowl")
        assert listed.headers["cache-control"] == "public, max-age=1"
        assert [each["picture"] for each in listed.json()["posts"]] == [address]
        shown = await anybody.get(address)
        assert (shown.status_code, shown.headers["cache-control"]) == (200, "public, no-cache")
        picture = Image.open(io.BytesIO(shown.content))
        assert (picture.size, dict(picture.getexif())) == ((600, 900), {})
        again = await anybody.get(address, headers={"If-None-Match": shown.headers["etag"]})
        assert again.status_code == 304
        assert await guest.refused("post.show", post=post) == "forbidden"
        await host.do("post.show", post=post, version=2)
        assert (await guest.expect_push("post.shown"))["post"]["text"] == "I eat from it"
        assert (await author.get("/v1/posts/own?product=p_apron")).json()["posts"] == []
        own = (await author.get("/v1/posts/own?product=p_bowl")).json()
        assert ([each["id"] for each in own["posts"]], own["consent"]) == ([post], CONSENT)
        assert (await author.delete(f"/v1/posts/{post}")).status_code == 204
        assert (await guest.expect_push("post.removed"))["post"] == post
        assert (await anybody.get("/v1/shows/demo/posts/p_bowl")).json()["posts"] == []
        gone = {"If-None-Match": shown.headers["etag"]}
        for asking in (author, anybody):
            for headers in ({}, gone):
                assert (await asking.get(address, headers=headers)).status_code == 404, "at once, at both"
        assert (await moderator.get(f"/v1/posts/{post}")).status_code == 404
        assert (await author.delete(f"/v1/posts/{post}")).status_code == 204
        files = settings.data / "pictures" / "posts"
        await eventually(lambda: not list(files.glob("*.webp")))


@pytest.mark.usefixtures("set_stage")
async def test_what_is_wrong_has_a_code(
    make_settings: MakeSettings, sign_for: SignFor, settings: Settings
) -> None:
    posts = "/v1/shows/demo/posts"
    async with (
        live_server(make_settings(posts_per_minute=0)) as server,
        at(server, sign_for("viewer")) as me,
        at(server, sign_for("host")) as host,
    ):
        for code, status, body in [
            ("consent_needed", 422, {**SAID, "consent": "2020-01"}),
            ("consent_needed", 422, {"product": "p_bowl", "text": "So?"}),
            ("invalid", 422, {**SAID, "text": ""}),
            ("invalid", 422, {**SAID, "text": "x" * 501}),
            ("invalid", 422, {**SAID, "picture": "../secret"}),
            ("not_found", 404, {**SAID, "picture": "0" * 40}),
            ("not_found", 404, {**SAID, "product": "p_other"}),
        ]:
            assert await refused(await me.post(posts, json=body)) == (status, code), body
        assert await refused(await host.post(posts, json=SAID)) == (403, "forbidden")
        theirs = await host.post("/v1/posts/pictures", content=drawn.picture(size=(9, 9)))
        assert await refused(theirs) == (403, "forbidden")
        for code, status, content in [
            ("picture_unreadable", 422, b""),
            ("picture_unreadable", 422, drawn.NO_PICTURES["svg"]),
            ("picture_too_large", 413, drawn.picture("PNG", size=(8_000, 7_000))),
        ]:
            sent = await me.post("/v1/posts/pictures", content=content)
            assert await refused(sent) == (status, code)
        keyed = {"Idempotency-Key": "key-00000001"}
        first, again = [await me.post(posts, json=SAID, headers=keyed) for _ in range(2)]
        assert first.json() == again.json()
        assert again.headers["idempotent-replayed"] == "true"
        assert await refused(await me.post(posts, json={**SAID, "text": "No"}, headers=keyed)) == (
            422,
            "key_reused",
        )
        post = first.json()["id"]
        async with at(server, sign_for("viewer")) as other:
            assert await refused(await other.delete(f"/v1/posts/{post}")) == (404, "not_found")
            assert await refused(await other.post(f"/v1/posts/{post}/approve")) == (403, "forbidden")
        async with at(server, sign_for("host", channel="elsewhere")) as elsewhere:
            assert await refused(await elsewhere.post(f"/v1/posts/{post}/approve")) == (404, "not_found")
            assert (await elsewhere.get("/v1/posts")).json()["posts"] == []
        database = Database(settings.database_url or "", pool_size=1)
        async with database.read() as connection:
            assert await connection.scalar(text("SELECT count(*) FROM post")) == 1
        await database.close()


@pytest.mark.usefixtures("set_stage")
async def test_a_banned_viewer_sends_nothing_and_takes_back_what_is_theirs_and_the_pace_is_kept(
    make_settings: MakeSettings, sign_for: SignFor
) -> None:
    async with live_server(make_settings(posts_per_minute=2.0)) as server:
        mine, hosts = sign_for("viewer"), sign_for("host")
        async with at(server, mine) as me, joined_at(server, token=hosts) as host:
            sent = await me.post("/v1/shows/demo/posts", json=SAID)
            await me.post("/v1/shows/demo/posts", json=SAID)
            fast = await me.post("/v1/shows/demo/posts", json=SAID)
            assert await refused(fast) == (429, "too_fast")
            async with joined_at(server, token=mine) as viewer:
                await host.do("viewer.ban", viewer=viewer.id)
            assert await refused(await me.post("/v1/shows/demo/posts", json=SAID)) == (403, "banned")
            assert (await me.delete(f"/v1/posts/{sent.json()['id']}")).status_code == 204
            assert len((await me.get("/v1/posts/own")).json()["posts"]) == 1
