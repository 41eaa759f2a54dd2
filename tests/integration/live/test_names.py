"""Who may be called what in a show, and how lines say who wrote them: on the socket, the stream and by HTTP, on two processes."""

import json
from typing import Any

import httpx
import pytest

from server.access.sign_in import SignIn
from server.access.tokens import Tokens
from server.clock import SystemClock
from server.db.engine import Database
from server.settings import Settings
from server.snapshots.snapshot import read_snapshot
from server.text.names import default_name
from tests.support.eventually import eventually
from tests.support.reducer import apply_all
from tests.support.servers import SignFor
from tests.support.stage import CHANNEL, open_stage
from tests.support.viewer import Line, Viewer, joined_at

Two = tuple[str, str]


def tokens_of(settings: Settings) -> Tokens:
    return Tokens(settings.signing_secret(), SystemClock())


async def ask(viewer: Viewer, text: str) -> Line:
    """Ask, and return the question as it was told to all."""
    id = (await viewer.do("ask", text=text))["question"]
    push = await viewer.expect_push("question.posted", lambda line: line["question"]["id"] == id)
    question: Line = push["question"]
    return question


@pytest.mark.parametrize(
    "name", ["Mika", "mіka⭐", "The Host", "ﾎｽﾄ", "Spring Knitwear!", "DEMO", "Guest 1234"]
)
async def test_a_guest_who_wishes_for_a_reserved_name_gets_a_number_and_is_told(
    server: str, settings: Settings, name: str
) -> None:
    async with joined_at(server, name=name) as guest:
        joined = guest.lines[0]
        number = default_name(guest.id)
        assert (joined["name_refused"], joined["name"]) == (True, number)
        assert number == f"Guest {joined['guest']}"
        assert tokens_of(settings).verify(guest.token or "").name == number
        question = await ask(guest, "Washable?")
        assert (question["author"], question["guest"]) == (number, joined["guest"])
        assert "role" not in question


@pytest.mark.parametrize("name", ["Naomi", "Mikael", "می\u200cخواهم", "\U0003fffd", "Mika Tanaka"])
async def test_other_names_are_kept_and_nothing_is_said(server: str, name: str) -> None:
    async with joined_at(server, name=name) as guest:
        assert "name_refused" not in guest.lines[0]
        question = await ask(guest, "Washable?")
        assert question["author"] == name
        assert "guest" not in question


async def test_a_wish_that_is_refused_later_takes_the_name_away(server: str, settings: Settings) -> None:
    async with joined_at(server, name="Naomi") as guest:
        joined = await guest.join(token=guest.token, name="Admin")
        assert (joined["name_refused"], joined["name"]) == (True, default_name(guest.id))
        assert tokens_of(settings).verify(guest.token or "").name == default_name(guest.id)
        again = await guest.join(token=guest.token, name="Naomi")
        assert "name_refused" not in again
        assert (await ask(guest, "Washable?"))["author"] == "Naomi"


async def test_an_account_with_a_reserved_name_is_shown_by_a_number(server: str, settings: Settings) -> None:
    tokens = tokens_of(settings)
    token = tokens.sign(tokens.new_member(CHANNEL, "viewer", name="Mika", viewer_id="v_known"))
    async with joined_at(server, token=token) as viewer:
        assert viewer.lines[0]["name_refused"] is True
        assert "token" not in viewer.lines[0]
        assert (await ask(viewer, "Washable?"))["author"] == default_name("v_known")


async def test_staff_keep_their_names_and_every_line_of_theirs_says_so(
    server: str, settings: Settings
) -> None:
    tokens = tokens_of(settings)
    token = tokens.sign(tokens.new_member(CHANNEL, "moderator", name="Host", viewer_id="m_1"))
    async with joined_at(server, token=token) as moderator, joined_at(server) as guest:
        assert "name_refused" not in moderator.lines[0]
        question = await ask(moderator, "Which colour first?")
        assert (question["author"], question["role"]) == ("Host", "moderator")
        await moderator.do("question.answer", question=question["id"], text="The pink one.")
        answered = await guest.expect_push("question.answered")
        assert (answered["question"]["answer"]["by"], answered["question"]["answer"]["role"]) == (
            "Host",
            "moderator",
        )
        await moderator.do("announce", text="Hello")
        said = await guest.expect_push("announce")
        assert (said["by"], said["name"]) == ("moderator", "Host")
        async with joined_at(server) as later:
            await eventually(lambda: later.offset == guest.offset)
            joined = later.lines[0]
            snapshot = apply_all(joined["snapshot"], joined["position"]["offset"], later.pushes)
            assert [(q["role"], q["answer"]["by"]) for q in snapshot["questions"]] == [("moderator", "Host")]
            assert snapshot["announcement"] == {k: said[k] for k in ("text", "by", "at", "name", "offset")}


async def test_a_name_is_lost_in_every_process_when_a_member_of_staff_comes_who_carries_it(
    servers: Two, settings: Settings
) -> None:
    tokens = tokens_of(settings)
    token = tokens.sign(tokens.new_member(CHANNEL, "moderator", name="Naomi", viewer_id="m_1"))
    near, far = servers
    async with joined_at(near, name="Naomi") as one, joined_at(far, name="ΝΑΟΜΙ") as other:
        assert (await ask(one, "Before?"))["author"] == "Naomi"
        async with joined_at(near, token=token) as moderator:
            for guest in (one, other):
                number = default_name(guest.id)

                async def is_numbered(guest: Viewer = guest, number: str = number) -> bool:
                    return bool((await ask(guest, "After?"))["author"] == number)

                await eventually(is_numbered)
            assert (await ask(moderator, "Mine?"))["author"] == "Naomi"
        joined = await one.join(token=one.token)
        assert (joined["name_refused"], joined["name"]) == (True, default_name(one.id))
    await _is_known_to_a_new_process(settings, "Naomi")


async def test_the_bearer_of_a_code_has_the_name_before_coming(server: str, settings: Settings) -> None:
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    try:
        sign_in = SignIn(database, tokens_of(settings), SystemClock())
        await sign_in.issue_code(CHANNEL, "moderator", subject="Kenta")
        await sign_in.issue_code(CHANNEL, "viewer", subject="Yui")
    finally:
        await database.close()
    async with joined_at(server, name="kenta") as guest, joined_at(server, name="Yui") as other:
        assert guest.lines[0]["name_refused"] is True
        assert "name_refused" not in other.lines[0]


async def test_the_other_way_in_refuses_the_same_names(
    server: str, sign_for: SignFor, settings: Settings
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server}") as client:
        async with client.stream("GET", "/v1/live/demo/events", params={"name": "Mika"}) as stream:
            joined = await _first_event(stream)
        assert joined["name_refused"] is True
        tokens = tokens_of(settings)
        guest = tokens.new_guest(CHANNEL, name="Mika", remember=False)
        answer = await client.post(
            "/v1/live/demo/commands",
            json={"id": 1, "type": "ask", "text": "Washable?"},
            headers={"Authorization": f"Bearer {tokens.sign(guest)}"},
        )
        assert answer.status_code == 200
    async with joined_at(server, token=sign_for("host"), position={"epoch": "epoch-1", "offset": 0}) as host:
        push = await host.expect_push("question.posted")
        assert push["question"]["author"] == default_name(guest.viewer_id)


async def _first_event(stream: httpx.Response) -> dict[str, Any]:
    async for line in stream.aiter_lines():
        if line.startswith("data: "):
            event: dict[str, Any] = json.loads(line.removeprefix("data: "))
            return event
    raise AssertionError("the stream ended")


async def _is_known_to_a_new_process(settings: Settings, name: str) -> None:
    """Whether SQL keeps the name, for whoever reads a snapshot of the channel from now on."""
    assert settings.database_url is not None
    async with open_stage(settings.database_url, empty=True) as stage, stage.database.read() as connection:
        assert (await read_snapshot(connection, "demo")).names.refuse(name)
