"""Every viewer can reach every question that viewers see, the newest first or the most wanted first, page by page."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

import server.questions.routes
from server.access.roles import Role
from server.bus.bus import Bus
from server.http import problems
from server.questions.browsing import Browsing
from server.questions.choice import Choice
from server.questions.repository import SNAPSHOT_QUESTIONS_MAX, CastVote, cast_votes
from server.questions.rules import VISIBLE
from server.questions.visible_pages import VisiblePages, Wanted
from server.running.questions import question_lists_for
from tests.support.reducer import assert_snapshot_plus_pushes_equals_fresh, read_pushes, see
from tests.support.stage import CHANNEL, HOST, MODERATOR, SHOW, Stage

ADDRESS = f"/v1/shows/{SHOW}/questions"


@pytest.fixture
async def browsing(stage: Stage, redis_url: str) -> AsyncIterator[Browsing]:
    bus = Bus(redis_url, prefix="t", process_id="p1")
    yield question_lists_for(stage.questions, stage.database, stage.clock, bus.kept).browsing
    await bus.close()


@pytest.fixture
async def client(stage: Stage, browsing: Browsing) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(server.questions.routes.router())
    for name in ("clock", "database", "questions", "tokens"):
        setattr(app.state, name, getattr(stage, name))
    app.state.browsing_questions = browsing
    # Whatever was read a moment ago is read again: here the pages are to be true at once.
    app.state.visible_questions = VisiblePages(
        stage.questions, browsing, monotonic=iter(range(10**6)).__next__
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://showfloor") as client:
        yield client


async def ask_many(stage: Stage, n: int) -> list[str]:
    """Ask, and return the ids, oldest first."""
    return [(await stage.questions.ask(SHOW, f"v_{i}", "Aki", f"Question {i}")).id for i in range(n)]


async def vote(stage: Stage, votes: dict[str, int]) -> None:
    async with stage.database.write() as connection:
        cast = [CastVote(id, f"v_{n}", suspect=False) for id, count in votes.items() for n in range(count)]
        await cast_votes(connection, SHOW, cast, stage.clock.now())


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


def bearer(stage: Stage, role: Role | None) -> dict[str, str]:
    if role is None:
        return {}
    token = stage.tokens.sign(stage.tokens.new_member(CHANNEL, role, name="Mika"))
    return {"Authorization": f"Bearer {token}"}


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


@pytest.mark.parametrize("role", [None, "moderator"])
@pytest.mark.parametrize("order", ["newest", "wanted", "oldest", "product"])
async def test_a_question_is_on_one_page_however_much_is_voted_meanwhile(
    stage: Stage, client: httpx.AsyncClient, order: str, role: Role | None
) -> None:
    asked = await ask_many(stage, 30)
    await vote(stage, {id: n % 5 for n, id in enumerate(asked)})
    found: list[str] = []
    params: dict[str, Any] = {"limit": 4, "order": order}
    while True:
        page = (await client.get(ADDRESS, params=params, headers=bearer(stage, role))).json()
        found += ids(page["questions"])
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
        last = [id for id in asked if id not in found]
        await vote(stage, {last[0]: 40, last[-1]: 3, found[0]: 9} if last else {})
        await ask_many(stage, 1)
    assert (len(found), set(found)) == (30, set(asked))


async def test_what_a_page_should_have_had_is_left_out_when_it_was_dismissed_meanwhile(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    asked = await ask_many(stage, 6)
    first = (await client.get(ADDRESS, params={"order": "oldest", "limit": 3})).json()
    await stage.questions.dismiss(SHOW, HOST, asked[4], None, "spam")
    await stage.questions.answer(SHOW, HOST, asked[0], None, text=None, live=True)
    rest = await client.get(ADDRESS, params={"order": "oldest", "limit": 3, "cursor": first["next"]})
    assert ids(first["questions"]) + ids(rest.json()["questions"]) == [*asked[:4], asked[5]]
    staff = bearer(stage, "moderator")  # who are not answered from what others read a moment ago
    anew = await client.get(ADDRESS, params={"order": "oldest", "state": "open"}, headers=staff)
    assert ids(anew.json()["questions"]) == [asked[1], asked[2], asked[3], asked[5]]


async def test_a_cursor_of_the_version_before_begins_anew(stage: Stage, client: httpx.AsyncClient) -> None:
    asked = await ask_many(stage, 3)
    page = (await client.get(ADDRESS, params={"order": "wanted", "cursor": f"1-0-{asked[1]}"})).json()
    assert ids(page["questions"]) == asked[::-1]


async def test_questions_are_found_by_their_words_in_two_languages(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    asked = [
        (await stage.questions.ask(SHOW, "v_1", "Aki", words)).id
        for words in ("このダウンは洗濯機で洗えますか？", "Is the ＷＩＤＥ one machine washable?", "送料は？")
    ]
    for words, index in (("だうん", 0), ("洗濯機", 0), ("wide WASH", 1), ("machine", 1)):
        assert ids((await client.get(ADDRESS, params={"q": words})).json()["questions"]) == [asked[index]]
    for words in ("washable 送料", "？"):
        assert (await client.get(ADDRESS, params={"q": words})).json()["questions"] == []
    assert ids(await read_all(client, q="は", limit=1)) == [asked[2], asked[0]]
    await stage.questions.dismiss(SHOW, HOST, asked[2], None, "spam")
    assert (await client.get(ADDRESS, params={"q": "送料"})).json()["questions"] == []
    refused = await client.get(ADDRESS, params={"q": "a", "order": "wanted"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")


async def test_staff_choose_by_product_and_label_and_repeat_buyers(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    other, shop = await ask_many(stage, 2)
    about = (await stage.questions.ask(SHOW, "v_7", "Mei", "How big?", product="p_bowl")).id
    hidden = (await stage.questions.ask(SHOW, "v_9", "Mio", "And how old?", anonymous=True)).id
    await stage.questions.label(SHOW, MODERATOR, shop, ["Shop"])
    await vote(stage, {other: 5})
    headers = bearer(stage, "moderator")

    async def found(**params: str) -> list[dict[str, Any]]:
        answer = await client.get(ADDRESS, params=params, headers=headers)
        assert answer.status_code == 200, answer.text
        questions: list[dict[str, Any]] = answer.json()["questions"]
        return questions

    assert ids(await found(label="Shop")) == [shop]
    assert ids(await found(product="p_bowl")) == [about]
    assert ids(await found(order="product")) == [about, other, hidden, shop]
    for viewer in ("v_7", "v_7", "v_9", "v_9", "v_0"):
        await stage.buy(viewer, "p_apron")
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE rollup SET guest = false, views = 1"))
    stage.tick()
    first, *rest = await found(order="repeat_buyers")
    assert (first["id"], first["repeat_buyer"]) == (about, True)
    assert ids(rest) == [other, hidden, shop]
    assert not any("repeat_buyer" in each for each in rest)
    for params in ({"label": "Shop"}, {"order": "repeat_buyers"}):
        assert (await client.get(ADDRESS, params=params)).status_code == 403


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


@pytest.mark.parametrize("cursor", ["q_1", "2-1-q_1", "1-x-q_1", f"{'0' * 16}-5"])
async def test_a_cursor_of_another_order_is_refused(client: httpx.AsyncClient, cursor: str) -> None:
    answer = await client.get(ADDRESS, params={"order": "wanted", "cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("role", [None, "host"])
@pytest.mark.parametrize(
    "query", [{"cursor": "q_1"}, {"cursor": "1-3-q_1"}, {"order": "wanted", "cursor": "q_1"}]
)
async def test_a_cursor_that_is_none_is_refused(
    stage: Stage, client: httpx.AsyncClient, query: dict[str, str], role: Role | None
) -> None:
    answer = await client.get(ADDRESS, params=query, headers=bearer(stage, role))
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


async def test_one_page_is_read_once_for_all_who_ask_within_a_second(
    stage: Stage, browsing: Browsing
) -> None:
    now = [0.0]
    pages = VisiblePages(stage.questions, browsing, monotonic=lambda: now[0])
    await ask_many(stage, 1)
    wanted = Wanted(Choice(SHOW, tuple(VISIBLE)), None, 10)
    first = await pages.page(wanted)
    await ask_many(stage, 1)
    assert await pages.page(wanted) is first
    now[0] = 1.0
    assert len((await pages.page(wanted)).page.questions) == 2
