"""Every viewer can reach every question that viewers see, the newest first or the most wanted first, page by page."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import server.questions.routes
from server.access.roles import Role
from server.http import problems
from server.questions.repository import SNAPSHOT_QUESTIONS_MAX, CastVote, Rank, add_votes
from server.questions.visible_pages import VisiblePages, Wanted
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, read_pushes, see
from tests.support.stage import CHANNEL, HOST, SHOW, Stage

ADDRESS = f"/v1/shows/{SHOW}/questions"


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(server.questions.routes.router())
    for name in ("database", "questions", "tokens"):
        setattr(app.state, name, getattr(stage, name))
    # Whatever was read a moment ago is read again: here the pages are to be true at once.
    app.state.visible_questions = VisiblePages(stage.questions, monotonic=iter(range(10**6)).__next__)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://showfloor") as client:
        yield client


async def ask_many(stage: Stage, n: int) -> list[str]:
    """Ask, and return the ids, oldest first."""
    return [(await stage.questions.ask(SHOW, f"v_{i}", "Aki", f"Question {i}")).id for i in range(n)]


async def vote(stage: Stage, votes: dict[str, int]) -> None:
    async with stage.database.write() as connection:
        cast = [CastVote(id, f"v_{n}", suspect=False) for id, count in votes.items() for n in range(count)]
        await add_votes(connection, cast)


async def read_all(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    """Turn all pages."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(ADDRESS, params={"limit": 7} | params | cursor)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["questions"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def ids(questions: Sequence[dict[str, Any]]) -> list[str]:
    return [question["id"] for question in questions]


async def test_guests_turn_all_pages_in_both_orders(stage: Stage, client: httpx.AsyncClient) -> None:
    asked = await ask_many(stage, 30)
    await vote(stage, {asked[3]: 9, asked[7]: 9, asked[20]: 2, asked[5]: 50})
    await stage.questions.answer(SHOW, HOST, asked[5], None, text="Yes", live=False)
    await stage.questions.dismiss(SHOW, HOST, asked[6], None, "spam")
    left = [id for id in asked if id != asked[6]]
    assert ids(await read_all(client)) == left[::-1]
    wanted = ids(await read_all(client, order="wanted"))
    assert wanted[:3] == [asked[7], asked[3], asked[20]]
    assert wanted[-1] == asked[5]
    assert sorted(wanted) == sorted(left)
    assert ids(await read_all(client, state="answered")) == [asked[5]]


async def test_nothing_of_staffs_is_in_it(stage: Stage, client: httpx.AsyncClient) -> None:
    (id,) = await ask_many(stage, 1)
    await stage.questions.answer(SHOW, HOST, id, None, text="Yes", live=False)
    answer = await client.get(ADDRESS)
    (question,) = answer.json()["questions"]
    fields = {"id", "text", "author", "state", "votes", "version", "asked_at", "answer"}
    assert set(question) == fields
    assert answer.headers["cache-control"] == "public, max-age=1"
    assert answer.headers["vary"] == "Authorization"
    for state in ("pending", "dismissed"):
        assert (await client.get(ADDRESS, params={"state": state})).status_code == 403


async def test_a_show_without_guests_keeps_them_out_here_too(stage: Stage, client: httpx.AsyncClient) -> None:
    await stage.add_show("members", guests_allowed=False)
    address = "/v1/shows/members/questions"
    assert (await client.get(address)).json()["code"] == "guests_refused"
    member = stage.tokens.sign(stage.tokens.new_member("demo", "viewer", name="Aki"))
    answer = await client.get(address, headers={"Authorization": f"Bearer {member}"})
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "private, max-age=1")
    other = stage.tokens.sign(stage.tokens.new_member("elsewhere", "viewer", name="Aki"))
    assert (await client.get(address, headers={"Authorization": f"Bearer {other}"})).status_code == 403
    assert (await client.get("/v1/shows/nowhere/questions")).status_code == 404


@pytest.mark.parametrize("cursor", ["q_1", "2-1-q_1", "1-x-q_1", "1-9999999999-q_1"])
async def test_a_cursor_of_another_order_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    answer = await client.get(ADDRESS, params={"order": "wanted", "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("role", [None, "host"])
@pytest.mark.parametrize(
    "query", [{"cursor": "q_1"}, {"cursor": "1-3-q_1"}, {"order": "wanted", "cursor": "1-3-q_1"}]
)
async def test_a_cursor_that_is_none_is_refused(
    stage: Stage, client: httpx.AsyncClient, query: dict[str, str], role: Role | None
) -> None:
    headers = {}
    if role is not None:
        token = stage.tokens.sign(stage.tokens.new_member(CHANNEL, role, name="Mika"))
        headers = {"Authorization": f"Bearer {token}"}
    answer = await client.get(ADDRESS, params=query, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_the_snapshot_holds_what_matters_of_the_older_ones(stage: Stage) -> None:
    asked = await ask_many(stage, SNAPSHOT_QUESTIONS_MAX)
    assert "older_questions" not in (await see(stage.database, SHOW)).public
    asked += await ask_many(stage, 30)
    await vote(stage, {asked[2]: 40, asked[9]: 50, asked[229]: 99})
    old = await see(stage.database, SHOW)
    assert ids(old.public["older_questions"])[:2] == [asked[9], asked[2]]
    assert len(old.public["older_questions"]) == 20
    assert ids(old.staff["older_questions"]) == ids(old.public["older_questions"])
    await stage.questions.pin(SHOW, HOST, asked[0])
    fresh = await see(stage.database, SHOW)
    assert ids(fresh.public["older_questions"])[:2] == [asked[0], asked[9]]
    assert asked[0] not in ids(fresh.public["questions"])
    (push,), _ = await read_pushes(stage.database, SHOW, old.offset)
    assert push["pinned"]["text"] == "Question 0"
    await assert_snapshot_plus_pushes_equals_fresh(stage.database, SHOW, old)


async def test_one_page_is_read_once_for_all_who_ask_within_a_second(stage: Stage) -> None:
    now = [0.0]
    pages = VisiblePages(stage.questions, monotonic=lambda: now[0])
    (before,) = await ask_many(stage, 1)
    wanted = Wanted(SHOW, None, "wanted", Rank(True, 5, before), 10)
    first = await pages.page(wanted)
    await ask_many(stage, 1)
    assert await pages.page(wanted) is first
    now[0] = 1.0
    assert len((await pages.page(wanted)).questions) == 2
