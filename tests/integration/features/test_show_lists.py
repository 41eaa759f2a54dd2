"""Lists of shows: whatever their number, each is found by state, by title, and page by page."""

from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI

import server.shows.routes
from server.http import problems
from tests.support.stage import CHANNEL, ELSEWHERE, NOON, SHOW, Stage

SCHEDULED = 25


@pytest.fixture
async def client(stage: Stage) -> httpx.AsyncClient:
    """Over 25 shows that were made after the live one; the one made first starts last, and one has no time yet."""
    for n in range(SCHEDULED):
        starts_at = NOON + timedelta(days=SCHEDULED - n) if n else None
        await stage.add_show(f"s{n}", state="scheduled", starts_at=starts_at)
    await stage.add_show("theirs", channel=ELSEWHERE)
    app = FastAPI()
    problems.install(app)
    app.include_router(server.shows.routes.router())
    app.state.shows = stage.shows
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://showfloor")


async def pages(client: httpx.AsyncClient, **query: str | int | list[str]) -> list[str]:
    """Return the ids of a whole list, read to its end."""
    ids: list[str] = []
    cursor: str | None = None
    while True:
        params = {"channel": CHANNEL, **query, **({"cursor": cursor} if cursor else {})}
        answer = (await client.get("/v1/shows", params=params)).json()
        ids += [show["id"] for show in answer["shows"]]
        cursor = answer["next"]
        if cursor is None:
            return ids


async def test_the_live_show_is_found_whatever_its_age(client: httpx.AsyncClient) -> None:
    assert await pages(client, state="live") == [SHOW]
    assert await pages(client, state="ended") == []
    assert len(await pages(client, state="scheduled,live")) == SCHEDULED + 1
    assert len(await pages(client, state=["scheduled", "live"], limit=10)) == SCHEDULED + 1


async def test_a_filtered_list_is_whole_in_pages_of_any_length(client: httpx.AsyncClient) -> None:
    whole = await pages(client, limit=100)
    assert len(set(whole)) == SCHEDULED + 1
    for limit in (1, 7):
        assert await pages(client, limit=limit) == whole
    soonest = await pages(client, state="scheduled", order="soonest", limit=100)
    assert soonest == [*(f"s{n}" for n in range(SCHEDULED - 1, 0, -1)), "s0"]
    assert await pages(client, state="scheduled", order="soonest", limit=4) == soonest


async def test_a_title_is_found_by_its_words_in_any_case_and_width(
    stage: Stage, client: httpx.AsyncClient
) -> None:
    titles = {"a": "Ｓpring 100% wool", "b": "春のニット_特集", "c": "autumn wool"}
    for id, title in titles.items():
        await stage.add_show(id, title=title)
    found = {
        "WOOL": {"a", "c"},
        "wool spring": {"a"},
        "100%": {"a"},
        "%": {"a"},
        "_": {"b"},
        "ニット": {"b"},
        "\\": set(),
        "wool nothing": set(),
    }
    for q, ids in found.items():
        assert set(await pages(client, q=q)) == ids, q
    assert set(await pages(client, q="  ")) == set(await pages(client))


@pytest.mark.parametrize(
    "wrong", ["state=", "state=paused", "state=live,", "order=oldest", "q=%00", "q=" + "x" * 121, "limit=0"]
)
async def test_a_filter_that_means_nothing_is_refused(client: httpx.AsyncClient, wrong: str) -> None:
    answer = await client.get(f"/v1/shows?channel={CHANNEL}&{wrong}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize("cursor", ["zzz", "0", "theirs"])
@pytest.mark.parametrize("order", ["newest", "soonest"])
async def test_a_cursor_that_is_none_is_refused(client: httpx.AsyncClient, cursor: str, order: str) -> None:
    params = {"channel": CHANNEL, "order": order, "cursor": cursor}
    answer = await client.get("/v1/shows", params=params)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
