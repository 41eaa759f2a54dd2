"""Questions like a text: what an asker is shown before sending, and a moderator who looks for twins."""

from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text

import server.questions.similar_routes
from server.access.roles import Role
from server.http import problems
from server.questions import similar
from server.questions.similar import SimilarQuestions
from tests.support.stage import CHANNEL, HOST, SHOW, Stage

WASHING = "洗濯機で洗えますか？"


@pytest.fixture
async def client(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problems.install(app)
    app.include_router(server.questions.similar_routes.router())
    for name in ("clock", "database", "tokens"):
        setattr(app.state, name, getattr(stage, name))
    app.state.similar_questions = SimilarQuestions(stage.database)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://showfloor") as client:
        yield client


def address_of(show: str) -> str:
    return f"/v1/shows/{show}/questions/similar"


async def ask(stage: Stage, written: str, show: str = SHOW) -> str:
    return (await stage.questions.ask(show, "v_1", "Aki", written)).id


async def find(
    stage: Stage,
    client: httpx.AsyncClient,
    written: Any,
    role: Role = "viewer",
    show: str = SHOW,
    **more: Any,
) -> httpx.Response:
    token = stage.tokens.sign(stage.tokens.new_member(CHANNEL, role, name="Mio"))
    return await client.post(
        address_of(show), json={"text": written} | more, headers={"Authorization": f"Bearer {token}"}
    )


async def found(
    stage: Stage, client: httpx.AsyncClient, written: str, role: Role = "viewer", show: str = SHOW
) -> list[str]:
    answer = await find(stage, client, written, role, show)
    assert answer.status_code == 200, answer.text
    return [each["question"]["id"] for each in answer.json()["questions"]]


async def test_an_asker_is_shown_what_viewers_see_as_it_stands(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    asked = await ask(stage, WASHING)
    await ask(stage, "送料はいくらですか？")
    (first,) = (await find(stage, client, "これは洗濯機で洗えますか")).json()["questions"]
    assert (first["question"]["id"], first["question"]["state"]) == (asked, "open")
    assert 68 <= first["likeness"] < 100
    assert "votes_apart" not in first["question"]
    await stage.questions.answer(SHOW, HOST, asked, None, text="はい", live=False)
    later = await ask(stage, "洗濯機で洗えますか")
    both = (await find(stage, client, WASHING)).json()["questions"]
    assert {(each["question"]["id"], each["question"]["state"]) for each in both} == {
        (asked, "answered"),
        (later, "open"),
    }
    await stage.questions.dismiss(SHOW, HOST, asked, None, "duplicate")
    assert await found(stage, client, WASHING) == [later]


async def test_staff_find_what_waits_too(stage: Stage, client: httpx.AsyncClient) -> None:
    await stage.add_show("pre", moderation="pre")
    waiting = await ask(stage, WASHING, "pre")
    assert await found(stage, client, WASHING, show="pre") == []
    assert await found(stage, client, WASHING, "moderator", show="pre") == [waiting]
    assert await found(stage, client, WASHING, "moderator") == []


async def test_one_that_comes_into_sql_late_is_found_all_the_same(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    late = await ask(stage, WASHING)
    async with stage.database.write() as connection:
        await connection.execute(
            text("UPDATE question SET state = 'dismissed', text = 'x' WHERE id = :id"), {"id": late}
        )
    newer = await ask(stage, "送料はいくらですか？")
    assert await found(stage, client, WASHING) == []
    early = await ask(stage, WASHING)
    async with stage.database.write() as connection:
        await connection.execute(
            text(
                "UPDATE question SET asked_at = (SELECT asked_at - interval '5 s' FROM question WHERE id = :n) WHERE id = :id"
            ),
            {"n": newer, "id": early},
        )
    assert await found(stage, client, WASHING) == [early]


async def test_texts_are_forgotten_with_their_time_and_with_other_shows(stage: Stage) -> None:
    seconds = count(step=similar.KEPT_SECONDS / 2)
    finder = SimilarQuestions(stage.database, monotonic=lambda: next(seconds))
    asked = await ask(stage, WASHING)
    states = similar.FOR_STAFF
    assert [each.question.id for each in await finder.like(SHOW, WASHING, states=states, limit=5)] == [asked]
    async with stage.database.write() as connection:
        await connection.execute(text("UPDATE question SET text = '–' WHERE id = :id"), {"id": asked})
    await finder.like(SHOW, "–", states=states, limit=5)
    assert await finder.like(SHOW, WASHING, states=states, limit=5) == []
    for n in range(similar.SHOWS_MAX + 1):
        await finder.like(f"none_{n}", WASHING, states=states, limit=5)
    assert len(finder._shows) == similar.SHOWS_MAX


@pytest.mark.parametrize(
    ("written", "more", "code"),
    [
        ("", {}, 422),
        ("\u200b", {}, 422),
        ("x" * 501, {}, 422),
        (7, {}, 422),
        (WASHING, {"limit": 0}, 422),
        (WASHING, {"limit": 21}, 422),
    ],
)
async def test_nonsense_is_refused(
    stage: Stage, client: httpx.AsyncClient, written: Any, more: dict[str, Any], code: int
) -> None:
    answer = await find(stage, client, written, **more)
    assert (answer.status_code, answer.json()["code"]) == (code, "invalid")


async def test_who_may_not_enter_the_show_finds_nothing(stage: Stage, client: httpx.AsyncClient) -> None:
    assert (await client.post(address_of(SHOW), json={"text": WASHING})).json()["code"] == "unauthenticated"
    stranger = stage.tokens.sign(stage.tokens.new_member("elsewhere", "viewer", name="Mio"))
    answer = await client.post(
        address_of(SHOW), json={"text": WASHING}, headers={"Authorization": f"Bearer {stranger}"}
    )
    assert answer.json()["code"] == "forbidden"
