"""Who may ask, what is refused and where it says so, and that no question is worked on for long, or for somebody who has gone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text

from server.access.roles import ROLES, Role
from server.access.tokens import Identity, Tokens
from server.clock import ManualClock
from server.db.engine import Database
from server.errors import RefusedError
from server.http import problems
from server.query.answer import QueryAnswer
from server.query.catalogue import DIMENSIONS, METRICS, kind_of
from server.query.grammar import Query
from server.query.routes import router
from server.query.service import OF_A_CHANNEL_MAX, Queries
from server.settings import Settings
from server.stats.channel.service import READS_AT_ONCE
from server.stats.glossary import TERMS
from tests.integration.stats.channel.channel_world import Came, Deed, Order, Person, World, write
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, add_channel
from tests.support.eventually import eventually
from tests.support.servers import SignFor

ACTS = {"reactions": 1, "shares": 0, "votes": 0, "questions": 0}
DEEDS = [Deed("impression", timedelta(minutes=5), 1, 1), Deed("click", timedelta(minutes=6), 1, 1)]
NOW = START + timedelta(days=20, hours=1)
JANUARY = {"from": "2026-01-01", "to": "2026-01-31"}


def came(source: str | None = "mail", orders: int = 0) -> Came:
    bought = [Order(timedelta(minutes=20 + i), 1_000, "JPY") for i in range(orders)]
    return Came(1, 600, 0, False, False, True, timedelta(0), source, ACTS, bought, [], [], DEEDS)


WORLD: World = {
    **{f"known{n}": Person(False, [], {"a": came(), "b": came(orders=n % 2)}) for n in range(6)},
    **{f"guest{n}": Person(True, [], {"b": came("line")}) for n in range(4)},
}


@pytest.fixture
async def http(settings: Settings, database_url: str) -> AsyncIterator[AsyncClient]:
    """A client of the routes on the real database, twenty days after a channel's first show."""
    app = FastAPI()
    problems.install(app)
    app.include_router(router())
    database = Database(database_url)
    async with database.write() as connection:
        await write(connection, WORLD)
        await HandMade(connection, "planned", start=None).open()
        await add_channel(connection, "other")
        await HandMade(connection, "foreign", channel="other").open()
    clock = ManualClock(NOW)
    app.state.settings = settings
    app.state.database, app.state.clock, app.state.tokens = database, clock, Tokens("s" * 32, clock)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://showfloor/v1") as client:
        yield client
    await database.close()


def bearer(role: Role = "analyst", channel: str = CHANNEL) -> dict[str, str]:
    identity = Identity("v_1", role, channel, False, True, "Someone", NOW + timedelta(hours=1))
    return {"Authorization": f"Bearer {Tokens('s' * 32, ManualClock(NOW)).sign(identity)}"}


async def ask(http: AsyncClient, headers: dict[str, str] | None = None, **query: Any) -> Response:
    return await http.post("/query", headers=headers or bearer(), json={"period": JANUARY, **query})


async def answer(http: AsyncClient, **query: Any) -> QueryAnswer:
    found = await ask(http, **query)
    assert found.status_code == 200, found.text
    return QueryAnswer.model_validate_json(found.content)


async def test_only_analysts_hosts_and_admins_may_ask(http: AsyncClient) -> None:
    for role in ROLES:
        allowed = 200 if role in {"analyst", "host", "admin"} else 403
        assert (await ask(http, bearer(role), metrics=["viewers"])).status_code == allowed
        assert (await http.get("/query/catalogue", headers=bearer(role))).status_code == allowed
    assert (await http.post("/query", json={"metrics": ["viewers"]})).status_code == 401


async def test_no_question_reaches_another_channel(http: AsyncClient) -> None:
    for show in ("foreign", "nothing", "planned"):
        shows = {"type": "shows", "shows": ["a", show]}
        assert (await ask(http, metrics=["viewers"], period=shows)).status_code == 404
    found = await ask(http, bearer(channel="other"), metrics=["viewers"], dimensions=["show"])
    assert [row["values"] for row in found.json()["rows"]] == [{"show": "foreign"}]
    filtered = {"field": "show", "op": "eq", "value": "foreign"}
    assert (await answer(http, metrics=["viewers"], dimensions=["show"], filters=[filtered])).rows == []


async def test_rows_come_in_order_and_within_the_limit_and_people_once_in_the_total(
    http: AsyncClient,
) -> None:
    found = await answer(http, metrics=["viewers", "gmv"], dimensions=["show"], limit=1)
    assert (found.found, len(found.rows), found.shows) == (2, 1, 2)
    assert found.rows[0].values == {"show": "b"}, "the greatest first"
    assert found.total.figures[0].amount == 10, "six people were in both shows"
    assert found.names == {"b": found.names["b"]}
    order = [{"by": "viewers"}]
    least = await answer(http, metrics=["viewers"], dimensions=["show"], order=order)
    assert [row.values["show"] for row in least.rows] == ["a", "b"]
    by_day = await answer(http, metrics=["viewers"], dimensions=["day", "source"])
    assert [list(row.values.values()) for row in by_day.rows] == [
        ["2026-01-10", "mail"],
        ["2026-01-11", "line"],
        ["2026-01-11", "mail"],
    ]


async def test_periods_are_of_the_channels_own_days_and_the_last_so_many(http: AsyncClient) -> None:
    for period, shows in (
        ({"type": "last", "n": 1, "unit": "show"}, 1),
        ({"type": "last", "n": 2, "unit": "month"}, 2),
        ({"type": "last", "n": 19}, 0),
        ({"type": "last", "n": 21}, 2),
        ({"type": "last", "n": 4, "unit": "week"}, 2),
        ({"type": "shows", "shows": ["a"]}, 1),
        ({"from": "2026-01-11"}, 1),
        ({}, 2),
    ):
        found = await answer(http, metrics=["shows"], period=period)
        assert (found.shows, found.total.figures[0].amount) == (shows, shows), period
    hours = await answer(http, metrics=["viewers"], dimensions=["hour", "weekday"])
    local = START + timedelta(hours=9)
    assert hours.rows[0].values["hour"] == local.hour
    assert {row.values["weekday"] for row in hours.rows} == {local.isoweekday(), local.isoweekday() % 7 + 1}


async def test_each_row_is_held_against_its_fellow_in_another_period(http: AsyncClient) -> None:
    shows = {"period": {"type": "shows", "shows": ["b"]}, "compare": {"type": "shows", "shows": ["a"]}}
    found = await answer(http, metrics=["viewers_before", "viewers"], dimensions=["source"], **shows)
    mail = next(row for row in found.rows if row.values == {"source": "mail"})
    change = next(each for each in mail.changes if each.key == "viewers_before")
    assert [side and side.part for side in (change.a, change.b)] == [6, 0]
    assert change.chance is not None
    assert change.chance.more_than_chance
    assert [each.absolute for each in found.total.changes if each.key == "viewers"] == [4]


async def test_a_catalogue_says_what_goes_with_what(http: AsyncClient) -> None:
    found = (await http.get("/query/catalogue", headers=bearer())).json()
    assert [each["key"] for each in found["metrics"]] == list(METRICS)
    assert set(METRICS) <= TERMS.keys()
    for by in DIMENSIONS:
        every = [each["key"] for each in found["metrics"] if by in each["dimensions"]]
        metrics = [each for each in every if each != "viewers_units" or by == "product"]
        for first in range(0, len(metrics), 20):
            some = metrics[first : first + 20]
            result = await answer(http, metrics=some, dimensions=[by])
            for row in (result.total, *result.rows):
                assert {figure.kind == kind_of(figure.key) for figure in row.figures} <= {True}
                assert {figure.key for figure in row.figures} <= set(some)
    assert {each["field"] for each in found["fields"]} >= set(DIMENSIONS)


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"metrics": ["profit"]}, "metrics/0", "'viewers'"),
    ({"metrics": []}, "metrics", "at least 1"),
    ({"metrics": ["viewers", "viewers"]}, "metrics", "once"),
    ({"metrics": ["viewers"], "dimensions": ["colour"]}, "dimensions/0", "'source'"),
    ({"metrics": ["viewers"], "dimensions": ["product", "mode"]}, "dimensions", "at a time"),
    ({"metrics": ["peak"], "dimensions": ["source"]}, "metrics/0", "source"),
    ({"metrics": ["gmv"], "dimensions": ["product"]}, "metrics/0", "product"),
    ({"metrics": ["viewers"], "dimensions": ["product", "returning"]}, "body", "returning"),
    ({"metrics": ["viewers"], "limit": 0}, "limit", "greater"),
    ({"metrics": ["viewers"], "limit": 1_000_000}, "limit", "1000"),
    ({"metrics": ["viewers"], "sql": "SELECT 1"}, "sql", "not permitted"),
    ({"metrics": ["viewers"], "order": [{"by": "gmv"}]}, "body", "gmv"),
    ({"metrics": ["viewers"], "period": {"type": "ever"}}, "period", "'days'"),
    ({"metrics": ["viewers"], "period": {"from": "2026-02-30"}}, "from", "date"),
    ({"metrics": ["viewers"], "period": {"from": "2026-02-02", "to": "2026-02-01"}}, "period", "before"),
    ({"metrics": ["viewers"], "period": {"type": "shows", "shows": []}}, "shows", "at least 1"),
    ({"metrics": ["viewers"], "filters": [{"field": "name", "op": "eq", "value": "x"}]}, "field", "'source'"),
    (
        {"metrics": ["viewers"], "filters": [{"field": "source", "op": "like", "value": "x"}]},
        "filters/0",
        "'eq'",
    ),
    (
        {"metrics": ["viewers"], "filters": [{"field": "source", "op": "eq", "value": 1}]},
        "filters/0",
        "words",
    ),
    (
        {"metrics": ["viewers"], "filters": [{"field": "views", "op": "eq", "value": "1"}]},
        "filters/0",
        "numbers",
    ),
    (
        {"metrics": ["viewers"], "filters": [{"field": "source", "op": "range", "from": "a"}]},
        "filters/0",
        "range",
    ),
    (
        {"metrics": ["viewers"], "filters": [{"field": "product", "op": "eq", "value": "p"}]},
        "body",
        "product",
    ),
    (
        {"metrics": ["viewers"], "filters": [{"field": "mode", "op": "eq", "value": "dead"}]},
        "filters/0",
        "replay",
    ),
    ({"metrics": ["viewers"], "dimensions": ["day"], "compare": {"type": "before"}}, "body", "day"),
]


@pytest.mark.parametrize(("bad", "at", "says"), BAD)
async def test_what_is_not_in_the_grammar_is_refused_where_it_stands(
    http: AsyncClient, bad: dict[str, Any], at: str, says: str
) -> None:
    refused = await ask(http, **bad)
    assert refused.status_code == 422, refused.text
    problem = refused.json()
    assert problem["code"] == "invalid"
    assert any(at in each["at"] and says in each["why"] for each in problem["errors"]), problem


@pytest.mark.parametrize(
    "value", ["'; DROP TABLE show; --", "mail' OR '1'='1", ":c0", "%(c0)s", "\\", "日本"]
)
async def test_whatever_is_sent_is_a_value(http: AsyncClient, value: str) -> None:
    filters = [{"field": "source", "op": "eq", "value": value}]
    assert (await answer(http, metrics=["viewers", "gmv", "asked"], filters=filters)).total.figures[
        0
    ].amount == 0
    others = [{"field": "source", "op": "not", "values": [value]}]
    assert (await answer(http, metrics=["viewers"], filters=others)).total.figures[0].amount == 10


async def held(database: Database) -> int:
    async with database.read() as connection:
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%WITH asked AS%'"
        return int(await connection.scalar(text(waiting)) or 0)


async def test_a_question_that_takes_too_long_is_stopped(http: AsyncClient, database_url: str) -> None:
    database = Database(database_url)
    queries = Queries(database, ManualClock(NOW), seconds_max=0.2)
    async with database.write() as blocking:
        await blocking.execute(text("LOCK TABLE rollup IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(RefusedError) as refused:
            await queries.answer(CHANNEL, Query.model_validate({"metrics": ["viewers"], "period": JANUARY}))
    assert (refused.value.code, refused.value.data["reason"]) == ("invalid", "too_long")
    await database.close()


async def test_a_channel_asks_so_much_at_once_and_nobody_works_for_who_has_gone(
    server: str, sign_for: SignFor, settings: Settings
) -> None:
    assert settings.database_url is not None
    database, headers = Database(settings.database_url), {"Authorization": f"Bearer {sign_for('analyst')}"}

    async def ask_over_a_socket() -> Response:
        async with AsyncClient(base_url=f"http://{server}/v1", headers=headers, timeout=60) as client:
            filters = [{"field": "reactions", "op": "range", "from": 0}]
            return await client.post("/query", json={"metrics": ["viewers"], "filters": filters})

    async with database.write() as blocking:
        await blocking.execute(text("LOCK TABLE rollup IN ACCESS EXCLUSIVE MODE"))
        asking = [asyncio.create_task(ask_over_a_socket()) for _ in range(OF_A_CHANNEL_MAX)]
        await eventually(lambda: _is(held(database), READS_AT_ONCE))
        await eventually(lambda: _is_busy(ask_over_a_socket()))
        for task in asking:
            task.cancel()  # closes its socket
        await eventually(lambda: _is(held(database), 0))
        await asyncio.gather(*asking, return_exceptions=True)
    assert (await ask_over_a_socket()).status_code == 200
    await database.close()


async def _is_busy(asked: Any) -> bool:
    try:
        async with asyncio.timeout(5):
            answered = await asked
    except TimeoutError:
        return False
    return (answered.status_code, answered.json()["code"]) == (503, "busy")


async def _is(found: Any, wanted: int) -> bool:
    return bool(await found == wanted)
