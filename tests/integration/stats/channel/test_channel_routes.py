"""Who may read a channel's figures over HTTP, what may be asked for, and that each answer has its own shape."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from server.access.roles import ROLES, Role
from server.access.tokens import Identity, Tokens
from server.clock import ManualClock
from server.db.engine import Database
from server.http import problems
from server.stats.channel.moments import MomentsReport
from server.stats.channel.report import Breakdown, ChannelReport, Comparison
from server.stats.channel.routes import router
from tests.integration.stats.channel.channel_world import Came, Deed, Order, Person, World, write
from tests.integration.stats.hand_made import CHANNEL, START, HandMade, add_channel

ACTS = {"reactions": 1, "shares": 0, "votes": 0, "questions": 0}
DEEDS = [Deed("impression", timedelta(minutes=5), 1, 1), Deed("click", timedelta(minutes=6), 1, 1)]
NOW = START + timedelta(days=20, hours=1)
PATHS = (
    "/channel/stats",
    "/channel/stats/compare",
    "/channel/stats/breakdown",
    "/shows/compare?a=a&b=b",
    "/shows/a/stats/breakdown",
    "/shows/a/moments",
)


def came(views: int = 1, orders: int = 0) -> Came:
    bought = [Order(timedelta(minutes=20 + i), 1_000, "JPY") for i in range(orders)]
    return Came(views, 600, 0, False, False, True, timedelta(0), "mail", ACTS, bought, [], [], DEEDS)


WORLD: World = {
    **{f"known{n}": Person(False, [], {"a": came(), "b": came(orders=n % 2)}) for n in range(6)},
    **{f"guest{n}": Person(True, [], {"b": came()}) for n in range(4)},
}


@pytest.fixture
async def http(database_url: str) -> AsyncIterator[AsyncClient]:
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
    app.state.database, app.state.clock, app.state.tokens = database, clock, Tokens("s" * 32, clock)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://showfloor/v1") as client:
        yield client
    await database.close()


def bearer(role: Role = "analyst", channel: str = CHANNEL) -> dict[str, str]:
    identity = Identity("v_1", role, channel, False, True, "Someone", NOW + timedelta(hours=1))
    return {"Authorization": f"Bearer {Tokens('s' * 32, ManualClock(NOW)).sign(identity)}"}


@pytest.mark.parametrize("path", PATHS)
async def test_only_analysts_hosts_and_admins_may_read(http: AsyncClient, path: str) -> None:
    for role in ROLES:
        allowed = 200 if role in {"analyst", "host", "admin"} else 403
        assert (await http.get(path, headers=bearer(role))).status_code == allowed
    assert (await http.get(path)).status_code == 401


async def test_a_channel_reads_its_own_shows_alone(http: AsyncClient) -> None:
    for path, code in (("/shows/compare?a=a&b=foreign", 404), ("/shows/foreign/moments", 403)):
        assert (await http.get(path, headers=bearer())).status_code == code
    report = await http.get("/channel/stats", headers=bearer(channel="other"))
    assert report.json()["figures"][0]["amount"] == 1


async def test_a_period_comes_with_its_steps(http: AsyncClient) -> None:
    path = "/channel/stats?from=2026-01-10&to=2026-01-25&by=week"
    report = ChannelReport.model_validate_json((await http.get(path, headers=bearer())).content)
    assert (report.time_zone, report.period.since.isoformat()) == ("Asia/Tokyo", "2026-01-09T15:00:00+00:00")
    viewers = [next(f.amount for f in step.figures if f.key == "viewers") for step in report.steps]
    assert viewers == [10, 0, 0]  # both shows were in the first week, and six people in both
    assert [step.whole for step in report.steps] == [False, True, True]
    assert report.left_out.guests_without_consent == 4


async def test_without_days_it_is_the_month_so_far(http: AsyncClient) -> None:
    report = ChannelReport.model_validate_json((await http.get("/channel/stats", headers=bearer())).content)
    assert (str(report.period.first), str(report.period.last)) == ("2026-01-01", "2026-01-30")


async def test_by_show_each_show_has_its_figures(http: AsyncClient) -> None:
    path = "/channel/stats?from=2026-01-01&to=2026-01-31&by=show"
    report = ChannelReport.model_validate_json((await http.get(path, headers=bearer())).content)
    assert [step.show.id for step in report.steps if step.show] == ["a", "b"]


async def test_two_shows_are_held_against_each_other(http: AsyncClient) -> None:
    answer = await http.get("/shows/compare?a=b&b=a", headers=bearer())
    found = Comparison.model_validate_json(answer.content)
    change = next(each for each in found.changes if each.key == "viewers_before")
    assert [side and side.part for side in (change.a, change.b)] == [6, 0]
    assert change.chance is not None
    assert (change.chance.test, change.chance.more_than_chance) == ("fisher_exact", True)
    total = next(each for each in found.changes if each.key == "viewers")
    assert (total.absolute, total.chance) == (4, None)
    assert "viewers_before_rose" in [sentence.key for sentence in found.sentences]


async def test_a_show_that_has_not_begun_is_compared_as_nothing(http: AsyncClient) -> None:
    answer = await http.get("/shows/compare?a=b&b=planned", headers=bearer())
    found = Comparison.model_validate_json(answer.content)
    assert (found.b.show, found.sentences) == (None, [])
    assert (await http.get("/shows/planned/stats/breakdown", headers=bearer())).json()["parts"] == []


@pytest.mark.parametrize("by", ["source", "device", "segment", "returning", "product", "mode"])
async def test_parts_come_with_their_people(http: AsyncClient, by: str) -> None:
    for path in (f"/shows/b/stats/breakdown?by={by}", f"/channel/stats/breakdown?by={by}"):
        found = Breakdown.model_validate_json((await http.get(path, headers=bearer())).content)
        assert found.whole.viewers == 10
        assert found.by == by
        assert found.overlap == sum(part.viewers for part in found.parts) - 10


async def test_moments_come_in_their_own_shape(http: AsyncClient) -> None:
    answer = await http.get("/shows/a/moments?minutes=2", headers=bearer())
    assert MomentsReport.model_validate_json(answer.content).minutes == 2


@pytest.mark.parametrize(
    "query",
    [
        "from=2026-02-01&to=2026-01-01",
        "from=1767225600",
        "from=2026-1-1",
        "from=2026-02-30",
        "from=1990-01-01&to=2026-01-01",
        "from=2020-01-01&to=2026-01-01&by=day",
        "by=hour",
        "days=0",
    ],
)
async def test_what_there_is_not_is_refused(http: AsyncClient, query: str) -> None:
    assert (await http.get(f"/channel/stats?{query}", headers=bearer())).status_code == 422


async def test_a_live_show_makes_its_period_provisional(http: AsyncClient, database_url: str) -> None:
    database = Database(database_url)
    async with database.write() as connection:
        await connection.execute(text("UPDATE show SET state = 'live', ended_at = NULL WHERE id = 'b'"))
    await database.close()
    report = (await http.get("/channel/stats?from=2026-01-01", headers=bearer())).json()
    assert report["provisional"]
    assert all(figure["provisional"] for figure in report["figures"])
