"""Who may read the figures over HTTP, and in which shape they come."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from server.access.roles import ROLES, Role
from server.access.tokens import Identity, Tokens
from server.clock import SystemClock
from server.db.engine import Database
from server.http import problems
from server.stats.report import ShowReport
from server.stats.routes import router
from server.stats.series_report import SeriesReport
from tests.integration.stats.hand_made import CHANNEL, make_the_show

PATHS = ("/stats", "/stats/series?step=10", "/export.csv?of=viewers")


@pytest.fixture
async def http(database_url: str) -> AsyncIterator[AsyncClient]:
    """A client of the routes, on the real database; `app` is on the transport."""
    app = FastAPI()
    problems.install(app)
    app.include_router(router())
    database = Database(database_url)
    async with database.write() as connection:
        await make_the_show(connection)
    clock = SystemClock()
    app.state.database, app.state.clock, app.state.tokens = database, clock, Tokens("s" * 32, clock)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://showfloor") as client:
        yield client
    await database.close()


def bearer(role: Role, channel: str = CHANNEL) -> dict[str, str]:
    clock = SystemClock()
    identity = Identity("v_1", role, channel, False, True, "Someone", clock.now() + timedelta(hours=1))
    return {"Authorization": f"Bearer {Tokens('s' * 32, clock).sign(identity)}"}


@pytest.mark.parametrize("path", PATHS)
async def test_only_analysts_hosts_and_admins_of_the_channel_may_read(http: AsyncClient, path: str) -> None:
    for role in ROLES:
        allowed = 200 if role in {"analyst", "host", "admin"} else 403
        assert (await http.get(f"/v1/shows/s{path}", headers=bearer(role))).status_code == allowed
        assert (await http.get(f"/v1/shows/s{path}", headers=bearer(role, "other"))).status_code == 403
    assert (await http.get(f"/v1/shows/s{path}")).status_code == 401
    assert (await http.get(f"/v1/shows/nowhere{path}", headers=bearer("admin"))).status_code == 404


async def test_the_report_comes_in_its_own_shape(http: AsyncClient) -> None:
    answer = await http.get("/v1/shows/s/stats", headers=bearer("analyst"))
    report = ShowReport.model_validate_json(answer.content)
    assert report.audience.viewers == 4
    assert answer.json()["show"]["started_at"] == "2026-01-10T12:00:00Z"
    series = await http.get("/v1/shows/s/stats/series?step=60", headers=bearer("analyst"))
    assert SeriesReport.model_validate_json(series.content).step_seconds == 60


async def test_a_wrong_parameter_is_refused(http: AsyncClient) -> None:
    for wrong in (
        "stats?days=0",
        "stats?days=3651",
        "stats?days=x",
        "stats/series?step=0",
        "stats/series?step=99999999999999999999",
        "export.csv?of=tokens",
        "export.csv?bom=perhaps",
    ):
        answer = await http.get(f"/v1/shows/s/{wrong}", headers=bearer("analyst"))
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), wrong


async def test_an_export_is_a_file_that_a_spreadsheet_can_open(http: AsyncClient) -> None:
    answer = await http.get("/v1/shows/s/export.csv?of=orders&bom=true", headers=bearer("host"))
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == 'attachment; filename="s-orders.csv"'
    assert answer.content.startswith(b'\xef\xbb\xbf"order","at",')


@pytest.mark.parametrize(
    ("zone", "at"),
    [
        ("UTC", "2026-01-10T12:00:00.000Z"),
        ("Asia/Tokyo", "2026-01-10T21:00:00.000+09:00"),
        ("America/St_Johns", "2026-01-10T08:30:00.000-03:30"),
        ("Europe/London", "2026-01-10T12:00:00.000+00:00"),
        ("Asia/Calcutta", "2026-01-10T17:30:00.000+05:30"),
    ],
)
async def test_times_carry_the_offset_of_the_zone_that_was_asked_for(
    http: AsyncClient, zone: str, at: str
) -> None:
    for of, column in (("viewers", "first_at"), ("series", "at")):
        params = {"of": of, "tz": zone}
        answer = await http.get("/v1/shows/s/export.csv", params=params, headers=bearer("analyst"))
        first = next(csv.DictReader(io.StringIO(answer.text, newline="")))
        assert first[column] == at


@pytest.mark.parametrize(
    "wrong",
    ["Mars/Base", "", "asia/tokyo", "../UTC", "/etc/localtime", "localtime", "+09:00", "America", "%00"],
)
async def test_a_zone_that_there_is_not_is_refused(http: AsyncClient, wrong: str) -> None:
    answer = await http.get(f"/v1/shows/s/export.csv?tz={wrong}", headers=bearer("analyst"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
