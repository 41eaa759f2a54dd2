"""What becomes of what viewers write: allowed, held, refused or shadowed, by a channel's lists, by slow mode, and by who writes it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from msgspec import to_builtins
from sqlalchemy import text

import server.screening.routes
from server.access.roles import Role
from server.access.sealing import Sealing
from server.errors import RefusedError
from server.http import problems
from server.http.outbound import Outbound, OutboundRules
from server.protocol.codes import Code
from server.questions.asking import Asked
from server.questions.choice import Choice
from server.questions.lists_repository import read_newest
from server.questions.pseudonyms import Pseudonyms
from server.questions.rules import VISIBLE
from server.questions.service import Questions
from server.questions.similar import FOR_STAFF, SimilarQuestions
from server.screening.following import Screeners
from server.screening.reviewing import Reviewing
from server.screening.service import ChannelScreening
from server.screening.settings import ScreeningSettings
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, read_pushes, see
from tests.support.stage import CHANNEL, HOST, SECRET, SHOW, Stage, refused

ADDRESS = "/v1/channel/screening"
OFF: dict[str, Any] = {
    "entries": [],
    "links": "allow",
    "hosts": [],
    "slow_seconds": 0,
    "newcomers_held": False,
    "reviewer": None,
}


class Door:
    """One process's screening with questions behind it, and its HTTP routes."""

    def __init__(
        self, stage: Stage, http: httpx.AsyncClient, screeners: Screeners, questions: Questions
    ) -> None:
        self.stage = stage
        self.http = http
        self.screeners = screeners
        self.questions = questions

    def head(self, role: Role = "admin") -> dict[str, str]:
        token = self.stage.tokens.sign(self.stage.tokens.new_member(CHANNEL, role, name="Mio"))
        return {"Authorization": f"Bearer {token}"}

    async def set(self, **changes: Any) -> httpx.Response:
        answer = await self.http.put(ADDRESS, json=OFF | changes, headers=self.head())
        await self.screeners.run_once()
        return answer

    async def list(self, *entries: tuple[str, str], kind: str = "word", **changes: Any) -> None:
        words = [{"kind": kind, "text": written, "does": does} for written, does in entries]
        answer = await self.set(entries=words, **changes)
        assert answer.status_code == 200, answer.text

    async def ask(self, written: str, viewer: str = "v_1", role: Role = "viewer") -> Asked:
        return await self.questions.ask(SHOW, viewer, "Aki", written, role=role)

    async def states(self) -> dict[str, str]:
        queue = await self.questions.list_queue(SHOW, None, after=None, limit=100)
        return {question.text: question.state for question in queue}


@pytest.fixture
async def door(stage: Stage) -> AsyncIterator[Door]:
    sealing = Sealing(SECRET)
    outbound = Outbound(OutboundRules())
    screeners = Screeners(stage.database, tell=lambda _: None)
    screening = ChannelScreening(stage.database, screeners, Reviewing(outbound.client, sealing, stage.clock))
    questions = Questions(
        stage.journal,
        stage.database,
        watch_seconds=0,
        pseudonyms=Pseudonyms(SECRET),
        screening=screening,
        push=lambda _, viewer, line: stage.told.append((viewer, to_builtins(line))),
    )
    app = FastAPI()
    problems.install(app)
    app.include_router(server.screening.routes.router())
    app.state.database, app.state.tokens, app.state.screening = stage.database, stage.tokens, screening
    app.state.screening_settings = ScreeningSettings(
        stage.database, stage.clock, sealing, outbound.require_fit, screeners.changed
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://showfloor") as client:
        yield Door(stage, client, screeners, questions)
    await outbound.close()


async def test_a_list_holds_refuses_and_shadows_by_the_strictest_that_is_found(door: Door) -> None:
    await door.list(("maybe", "hold"), ("badword", "refuse"), ("spammy", "shadow"), ("うそ", "hold"))
    assert (await door.ask("Is it washable?")).state == "open"
    assert (await door.ask("M.a.y.b.e later?")).state == "pending"
    assert (await door.ask("ウソでしょう")).state == "pending"
    assert (await door.ask("maybe sp4mmy?")).state == "open"
    with pytest.raises(RefusedError) as refusal:
        await door.ask("ＢＡＤＷＯＲＤ maybe spammy")
    assert refusal.value.code is Code.TEXT_REFUSED
    assert refusal.value.data == {"why": "word", "word": "badword"}
    assert await door.states() == {
        "Is it washable?": "open",
        "M.a.y.b.e later?": "pending",
        "ウソでしょう": "pending",
        "maybe sp4mmy?": "shadowed",
    }


async def test_staff_alone_read_why_a_question_is_held(door: Door) -> None:
    await door.list(("maybe", "hold"), links="hold", hosts=["shop.example"])
    before = await see(door.stage.database, SHOW)
    await door.ask("maybe evil.com?")
    await door.ask("see https://www.shop.example/x")
    pushes, staff = await read_pushes(door.stage.database, SHOW, before.offset)
    assert [push["type"] for push in pushes] == ["withheld", "question.posted"]
    assert staff[0]["question"]["held"] == [
        {"by": "word", "what": "maybe"},
        {"by": "link", "what": "evil.com"},
    ]
    assert "held" not in staff[1]["question"]
    await assert_snapshot_plus_pushes_equals_fresh(door.stage.database, SHOW, before)


async def test_refused_links_and_patterns_name_nothing_of_the_list(door: Door) -> None:
    await door.list(("090-####-####", "refuse"), kind="pattern", links="refuse")
    for written, data in (("evil[.]com", {"why": "link"}), ("090 1234 5678", {"why": "text"})):
        with pytest.raises(RefusedError) as refusal:
            await door.ask(written)
        assert (refusal.value.code, refusal.value.data) == (Code.TEXT_REFUSED, data)
    assert await door.states() == {}


async def test_a_shadowed_question_is_its_authors_and_staffs_alone(door: Door) -> None:
    stage = door.stage
    await door.list(("spammy", "shadow"))
    before = await see(stage.database, SHOW)
    asked = await door.ask("A spammy question", "v_shadowed")
    assert asked.state == "open"
    pushes, staff = await read_pushes(stage.database, SHOW, before.offset)
    assert [push["type"] for push in pushes] == ["withheld"]
    assert staff[0]["question"]["state"] == "shadowed"
    assert [(viewer, line["question"]["state"]) for viewer, line in stage.told] == [("v_shadowed", "open")]
    fresh = await see(stage.database, SHOW)
    assert fresh.public["questions"] == []
    assert [each["state"] for each in fresh.staff["questions"]] == ["shadowed"]
    async with stage.database.read() as connection:
        seen = await read_newest(connection, Choice(SHOW, tuple(sorted(VISIBLE))), after=None, limit=9)
    assert seen == []
    similar = SimilarQuestions(stage.database)
    assert await similar.like(SHOW, "A spammy question", states=VISIBLE, limit=5) == []
    assert len(await similar.like(SHOW, "A spammy question", states=FOR_STAFF, limit=5)) == 1
    async with stage.database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM ledger_entry WHERE kind = 'question'")) == 0
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)


async def test_whoever_asked_a_shadowed_question_votes_for_it_and_takes_it_back(door: Door) -> None:
    await door.list(("spammy", "shadow"))
    asked = await door.ask("A spammy question", "v_shadowed")
    with refused(Code.NOT_FOUND):
        await door.questions.vote(SHOW, "v_other", asked.id)
    assert await door.questions.vote(SHOW, "v_shadowed", asked.id) == 1
    assert await door.questions.vote(SHOW, "v_shadowed", asked.id) == 1
    (kept,) = await door.questions.list_queue(SHOW, None, after=None, limit=9)
    assert (kept.votes, kept.votes_apart) == (0, 1)
    assert (await door.questions.withdraw(SHOW, "v_shadowed", asked.id)).state == "withdrawn"


async def test_an_approved_shadow_comes_out_and_counts_once(door: Door) -> None:
    stage = door.stage
    await door.list(("spammy", "shadow"))
    asked = await door.ask("A spammy question", "v_shadowed")
    before = await see(stage.database, SHOW)
    await door.questions.approve(SHOW, HOST, asked.id, None)
    pushes, _ = await read_pushes(stage.database, SHOW, before.offset)
    assert [push["type"] for push in pushes] == ["question.posted"]
    async with stage.database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM ledger_entry WHERE kind = 'question'")) == 1
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)


@pytest.mark.parametrize("role", ["host", "moderator", "admin"])
async def test_the_hosts_side_is_exempt(door: Door, role: Role) -> None:
    await door.list(("badword", "refuse"), links="refuse", slow_seconds=60, newcomers_held=True)
    await door.stage.shows.moderate(SHOW, HOST, {"moderation": "pre"})
    for _ in range(2):
        assert (await door.ask("badword at evil.com", "m_1", role)).state == "open"


async def test_slow_mode_says_when_to_write_again(door: Door) -> None:
    await door.set(slow_seconds=30)
    await door.ask("One?")
    door.stage.clock.at += timedelta(seconds=10)
    with pytest.raises(RefusedError) as refusal:
        await door.ask("Two?")
    assert refusal.value.code is Code.TOO_FAST
    assert refusal.value.data == {"retry_after_ms": 20_000, "slow_seconds": 30}
    assert (await door.ask("Mine?", "v_2")).state == "open"
    door.stage.clock.at += timedelta(seconds=20)
    assert (await door.ask("Two?")).state == "open"


async def test_slow_mode_holds_for_a_batch_and_the_show_has_the_last_word(door: Door) -> None:
    await door.set(slow_seconds=30)
    await door.stage.shows.moderate(SHOW, HOST, {"slow_seconds": 0})
    await door.ask("One?")
    await door.ask("Two?")
    await door.stage.shows.moderate(SHOW, HOST, {"slow_seconds": 5})
    door.stage.clock.at += timedelta(seconds=60)
    answers = await asyncio.gather(*(door.ask(f"{n}?") for n in range(4)), return_exceptions=True)
    assert [isinstance(each, Asked) for each in answers] == [True, False, False, False]
    await door.stage.shows.end(SHOW, HOST)
    async with door.stage.database.read() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM last_written")) == 0


async def test_newcomers_are_held_until_one_of_theirs_is_let_through(door: Door) -> None:
    await door.set(newcomers_held=True)
    first = await door.ask("My first?")
    assert first.state == "pending"
    assert (await door.ask("My second?")).state == "pending"
    (_, kept) = await door.questions.list_queue(SHOW, None, after=None, limit=9)
    assert kept.held == [{"by": "newcomer"}]
    await door.questions.approve(SHOW, HOST, first.id, None)
    assert (await door.ask("My third?")).state == "open"


async def test_moderation_is_switched_while_the_show_is_live(door: Door) -> None:
    stage = door.stage
    before = await see(stage.database, SHOW)
    how = await stage.shows.moderate(SHOW, HOST, {"moderation": "pre", "slow_seconds": 10})
    assert (how.moderation, how.slow_seconds) == ("pre", 10)
    assert (await door.ask("Held?")).state == "pending"
    with refused(Code.CONFLICT) as refusal:
        await stage.shows.moderate(SHOW, HOST, {"moderation": "post"}, how.version - 1)
    assert refusal.value.data["current"]["moderation"] == "pre"
    await stage.shows.moderate(SHOW, HOST, {"moderation": "pre"}, how.version - 1)
    pushes, _ = await read_pushes(stage.database, SHOW, before.offset)
    assert [push["type"] for push in pushes] == ["show.changed", "withheld"]
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, before)
    async with stage.database.read() as connection:
        (details,) = await connection.scalars(
            text("SELECT details FROM audit WHERE action = 'show.moderate'")
        )
    assert details["before"] == {"moderation": "post", "slow_seconds": None}
    assert details["after"] == {"moderation": "pre", "slow_seconds": 10}


async def test_settings_are_read_set_and_guarded(door: Door) -> None:
    first = await door.http.get(ADDRESS, headers=door.head("moderator"))
    assert (first.json(), first.headers["ETag"]) == (OFF | {"version": 0}, '"0"')
    wanted = OFF | {
        "entries": [{"kind": "word", "text": " Bad\u200bword ", "does": "refuse"}],
        "hosts": ["Shop.Example."],
    }
    put = await door.http.put(ADDRESS, json=wanted, headers=door.head() | {"If-Match": '"0"'})
    assert put.status_code == 200, put.text
    assert put.json()["hosts"] == ["shop.example"]
    stale = await door.http.put(ADDRESS, json=OFF, headers=door.head() | {"If-Match": '"0"'})
    assert (stale.status_code, stale.json()["current"]["version"]) == (412, 1)
    roles: tuple[Role, ...] = ("host", "moderator", "analyst", "viewer")
    for role in roles:
        answer = await door.http.put(ADDRESS, json=OFF, headers=door.head(role))
        assert answer.status_code == 403


@pytest.mark.parametrize(
    ("changes", "at"),
    [
        ({"entries": [{"text": "fine"}, {"text": "!!!"}]}, "body/entries/1"),
        ({"entries": [{"kind": "pattern", "text": "*"}]}, "body/entries/0"),
        ({"entries": [{"text": "x" * 61}]}, "body/entries/0/text"),
        ({"hosts": ["https://shop.example/x"]}, "body/hosts/0"),
        ({"slow_seconds": 3601}, "body/slow_seconds"),
        ({"reviewer": {"url": "http://10.0.0.1/"}}, "body/url"),
        ({"entries": [{"kind": "pattern", "text": f"ab{n}*"} for n in range(101)]}, "body"),
    ],
)
async def test_what_cannot_be_is_refused_at_its_field(door: Door, changes: dict[str, Any], at: str) -> None:
    answer = await door.set(**changes)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [error["at"] for error in answer.json()["errors"]] == [at]


async def test_a_text_is_tried_by_settings_that_are_kept_and_by_others(door: Door) -> None:
    await door.list(("maybe", "hold"))

    async def tried(written: str, **more: Any) -> dict[str, Any]:
        body = {"text": written} | more
        answer = await door.http.post(f"{ADDRESS}/try", json=body, headers=door.head("moderator"))
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    assert await tried("m4ybe") == {
        "verdict": "hold",
        "why": [{"by": "word", "what": "maybe"}],
        "message": None,
    }
    assert (await tried("fine"))["verdict"] == "allow"
    other = await tried("maybe", settings={"entries": [{"text": "maybe", "does": "refuse"}]})
    assert other == {
        "verdict": "refuse",
        "why": [{"by": "word", "what": "maybe"}],
        "message": "This word is not taken here: maybe",
    }
    answer = await door.http.post(f"{ADDRESS}/try", json={"text": "x"}, headers=door.head("viewer"))
    assert answer.status_code == 403


async def test_an_hour_of_slow_mode_ends(door: Door) -> None:
    await door.set(slow_seconds=3600)
    await door.ask("One?")
    door.stage.clock.at += timedelta(hours=1)
    assert (await door.ask("Two?")).state == "open"
