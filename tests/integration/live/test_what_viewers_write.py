"""Whatever viewers write that others read goes through the one door: lists, sanctions, and what they may be called.

Every command and every route that takes free text is named here with where it leads; one that nobody names fails the test.
"""

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, get_args

import httpx
import msgspec.inspect
import pytest

from server.api import openapi
from server.posts.rules import CONSENT
from server.protocol.commands import AnyCommand
from tests.integration.live.test_api_keys import OF_VIEWERS
from tests.integration.live.test_endings import bearer
from tests.integration.live.test_screening import entries, put
from tests.support.eventually import eventually
from tests.support.servers import SignFor
from tests.support.viewer import Viewer, joined_at, viewer_at

THROUGH_THE_DOOR = {("ask", "text"), ("comment", "text")}
NAMES = {("join", "name")}
TO_THE_SHOP_ALONE = {("survey.answer", "text"), ("giveaway.claim", "contact")}
"""Nobody but the channel's people reads it: it is cleaned and measured, and not judged."""
OF_STAFF = {
    ("announce", "text"),
    ("question.answer", "text"),
    ("question.label", "labels"),
    ("question.many", "acts"),
    ("auction.cancel", "reason"),
    ("giveaway.cancel", "reason"),
}
OF_MACHINES = {
    ("join", "token"),
    ("join", "guest"),
    ("join", "position"),
    ("join", "source"),
    ("offer.see", "code"),
}
"""What a page sends, or is compared with something: no person reads it as words."""

REVIEW, POST = ("PUT", "/v1/shows/{show}/reviews/{product}"), ("POST", "/v1/shows/{show}/posts")
ROUTES_THROUGH_THE_DOOR = {(REVIEW, "text"), (REVIEW, "author"), (POST, "text")}
CONTACT = ("name", "email", "phone", "address", "gift_note")
ROUTES_TO_THE_SHOP_ALONE = {
    (("POST", "/v1/shows/{show}/sanctions/{sanction}/appeal"), "text"),
    *((("PUT", "/v1/shows/{show}/holds/{hold}/checkout"), field) for field in CONTACT),
    (("POST", "/v1/shows/{show}/mail"), "address"),
}
ANSWERED_TO_WHOEVER_ASKS = {
    (("POST", "/v1/shows/{show}/questions/similar"), "text"),
    (("POST", "/v1/shows/{show}/faq/similar"), "text"),
}
"""Looked for, and not kept."""


def is_free(kind: msgspec.inspect.Type) -> bool:
    """Whether there is text of any kind in what is of this type."""
    match kind:
        case msgspec.inspect.StrType():
            return kind.pattern is None
        case msgspec.inspect.UnionType():
            return any(map(is_free, kind.types))
        case msgspec.inspect.ListType():
            return is_free(kind.item_type)
        case msgspec.inspect.StructType():
            return any(is_free(field.type) for field in kind.fields)
    return False


def test_every_command_with_free_text_says_where_that_leads() -> None:
    found = set()
    for command in get_args(AnyCommand):
        told = msgspec.inspect.type_info(command)
        assert isinstance(told, msgspec.inspect.StructType)
        found |= {(str(told.tag), field.name) for field in told.fields if is_free(field.type)}
    assert found == THROUGH_THE_DOOR | NAMES | TO_THE_SHOP_ALONE | OF_STAFF | OF_MACHINES


def texts_in(schema: Any, api: Any) -> Iterator[str]:
    """The properties of a body that take free text."""
    while "$ref" in schema:
        schema = api["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for name, told in schema.get("properties", {}).items():
        if _takes_text(told, api):
            yield name


def _takes_text(told: Any, api: Any) -> bool:
    if "$ref" in told:
        return next(texts_in(told, api), None) is not None
    if "anyOf" in told:
        return any(_takes_text(each, api) for each in told["anyOf"])
    # A pattern that only leaves characters out bounds nothing.
    bounded = not told.get("pattern", "^[^").startswith("^[^") or "enum" in told or "const" in told
    return told.get("type") == "string" and not bounded


MACHINES = {"consent", "voucher", "shipping", "method", "picture", "product", "wording"}
"""What a page sends, or is compared with something."""


def test_every_route_of_viewers_with_free_text_says_where_that_leads() -> None:
    api = json.loads(openapi())
    found = set()
    for method, path in OF_VIEWERS:
        if not path.startswith("/v1/shows/"):
            continue
        body = api["paths"][path][method.lower()].get("requestBody", {}).get("content", {})
        schema = body.get("application/json", {}).get("schema", {})
        found |= {((method, path), name) for name in texts_in(schema, api)}
    named = ROUTES_THROUGH_THE_DOOR | ROUTES_TO_THE_SHOP_ALONE | ANSWERED_TO_WHOEVER_ASKS
    assert {each for each in found if each[1] not in MACHINES} == named


WAYS = ("ask", "comment", "ask by request", "comment by request", "review", "post")


@dataclass(frozen=True)
class Writing:
    """A viewer who has joined, and writes in each of the ways."""

    viewer: Viewer
    http: httpx.AsyncClient

    async def write(self, way: str, text: str) -> str | None:
        """Return the code with which that was refused; None where it was not."""
        if way in ("ask", "comment"):
            return (await self.viewer.ask_for(way, text=text)).get("code")
        match way:
            case "review":
                body: dict[str, Any] = {"stars": 1, "text": text}
                answer = await self.http.put("/v1/shows/demo/reviews/p_bowl", json=body)
            case "post":
                body = {"product": "p_bowl", "text": text, "consent": CONSENT}
                answer = await self.http.post("/v1/shows/demo/posts", json=body)
            case _:
                body = {"id": 1, "type": way.removesuffix(" by request"), "text": text}
                answer = await self.http.post("/v1/live/demo/commands", json=body)
        return dict(answer.json()).get("code")


@pytest.fixture
async def writing(server: str) -> AsyncIterator[Writing]:
    """A viewer at a server."""
    async with (
        joined_at(server) as viewer,
        httpx.AsyncClient(
            base_url=f"http://{server}", headers=bearer(viewer.token or ""), timeout=30
        ) as http,
    ):
        yield Writing(viewer, http)


async def test_lists_and_sanctions_hold_whichever_way_somebody_writes(
    server: str, sign_for: SignFor, writing: Writing
) -> None:
    await put(server, sign_for("admin"), entries=entries(scam="refuse"))

    async def is_refused() -> bool:
        return await writing.write("ask", "A sc4m") == "text_refused"

    await eventually(is_refused)
    for way in WAYS:
        assert await writing.write(way, "What a s.c.a.m") == "text_refused", way
    async with joined_at(server, token=sign_for("moderator")) as moderator:
        given = await moderator.do("viewer.sanction", viewer=writing.viewer.id, kind="timeout", seconds=600)
        for way in WAYS:
            assert await writing.write(way, "How large is it?") == "muted", way
        await moderator.do("sanction.lift", sanction=given["sanction"])
        await moderator.do("viewer.sanction", viewer=writing.viewer.id, kind="ban")
        for way in WAYS[2:]:
            assert await writing.write(way, "How large is it?") == "banned", way


async def test_nobody_is_called_what_the_lists_do_not_take(
    server: str, sign_for: SignFor, writing: Writing
) -> None:
    await writing.viewer.join(token=writing.viewer.token, name="Sc4m bowls")
    await writing.viewer.do("comment", text="Hello")
    await put(server, sign_for("admin"), entries=entries(scam="hold"))

    async def is_refused() -> bool:
        async with viewer_at(server) as another:
            return bool((await another.join(name="The S-C-A-M")).get("name_refused"))

    await eventually(is_refused)
    # Whoever had the name before has it no longer, by socket, by request, and in what they wish for a review.
    await writing.viewer.do("comment", text="Hello again")
    posted = await writing.viewer.expect_push("comment.posted", lambda push: "Hello again" in str(push))
    assert posted["comments"][-1]["author"].startswith("Guest ")
    sent = await writing.http.post(
        "/v1/shows/demo/posts", json={"product": "p_bowl", "text": "It fits", "consent": CONSENT}
    )
    assert sent.json()["author"].startswith("Guest ")
    review = await writing.http.put("/v1/shows/demo/reviews/p_bowl", json={"stars": 5, "author": "The scam"})
    assert review.json()["author"] is None
    back = await writing.viewer.join(token=writing.viewer.token)
    assert back["name_refused"]
