"""Retention, lifetime value, churn, segments and the map over HTTP: who may, in which shape, and saving segments."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from server.access.roles import ROLES, Role
from server.access.tokens import Identity, Tokens
from server.clock import ManualClock
from server.db.engine import Database
from server.http import problems
from server.stats.lifetime import routes, segment_routes
from server.stats.lifetime.kpi_map import KpiMap
from server.stats.lifetime.lifetime_report import ChurnReport, LifetimeReport, RetentionReport
from server.stats.lifetime.segment_bodies import BuiltInReport
from server.stats.lifetime.segment_writing import SegmentWriting
from tests.integration.stats.hand_made import CHANNEL
from tests.integration.stats.lifetime.history import (
    AS_OF,
    Bought,
    Came,
    Evening,
    History,
    write,
    write_evening,
)

READS = {
    "retention": RetentionReport,
    "lifetime": LifetimeReport,
    "churn": ChurnReport,
    "segments/built-in": BuiltInReport,
    "map": KpiMap,
}
REPEATERS: dict[str, Any] = {"all": [{"metric": "orders", "op": ">=", "value": 2}]}
HISTORY = History(
    (
        Evening(10, (Came("anna"), Came("ben")), (Bought("anna"),)),
        Evening(20, (Came("anna"), Came("chie"), Came("g-1", remembered=False)), (Bought("anna"),)),
        Evening(
            250, (Came("anna"), Came("ben", source="mail"), Came("dan")), (Bought("dan"), Bought("anna"))
        ),
        Evening(290, (Came("anna", clicks=1), Came("ben"), Came("dan")), (Bought("dan"), Bought("anna"))),
    )
)


@pytest.fixture
async def http(database_url: str) -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    problems.install(app)
    for each in (routes, segment_routes):
        app.include_router(each.router())
    database = Database(database_url)
    async with database.write() as connection:
        await write(connection, HISTORY)
        await connection.execute(
            text("""
            INSERT INTO question (id, show_id, viewer_id, author, text, state, version, votes, asked_at, answered_live)
            VALUES ('q', 'channel-s3', 'anna', 'Anna of Sendai', '?', 'open', 0, 0, now(), false)
        """)
        )
    clock = ManualClock(AS_OF)
    app.state.database, app.state.clock, app.state.tokens = database, clock, Tokens("s" * 32, clock)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://showfloor/v1/channel/") as client:
        yield client
    await database.close()


def bearer(role: Role, channel: str = CHANNEL) -> dict[str, str]:
    clock = ManualClock(AS_OF)
    identity = Identity("v_1", role, channel, False, True, "Someone", clock.now() + timedelta(hours=1))
    return {"Authorization": f"Bearer {Tokens('s' * 32, clock).sign(identity)}"}


@pytest.mark.parametrize("path", [*READS, "segments", "segments/new/viewers", "map/viewers"])
async def test_only_analysts_hosts_and_admins_may_read(http: AsyncClient, path: str) -> None:
    for role in ROLES:
        allowed = 200 if role in {"analyst", "host", "admin"} else 403
        assert (await http.get(path, headers=bearer(role))).status_code == allowed
    assert (await http.get(path)).status_code == 401


@pytest.mark.parametrize(("path", "shape"), READS.items())
async def test_every_figure_carries_what_it_rests_on(http: AsyncClient, path: str, shape: Any) -> None:
    answer = await http.get(path, headers=bearer("analyst"))
    found = shape.model_validate_json(answer.content)
    assert (found.channel, found.time_zone, found.as_of) == (CHANNEL, "Asia/Tokyo", AS_OF)
    assert found.left_out.guests_without_consent == 1
    assert not found.provisional


async def test_another_channel_is_another_channels(http: AsyncClient) -> None:
    theirs = (await http.get("map", headers=bearer("analyst", f"other-{CHANNEL}"))).json()
    assert theirs["everybody"]["n"] == 0
    made = await http.post("segments", headers=bearer("admin"), json={"name": "Ours", "rule": REPEATERS})
    path = f"segments/{made.json()['id']}"
    for answer in (
        await http.get(path, headers=bearer("admin", f"other-{CHANNEL}")),
        await http.delete(path, headers=bearer("admin", f"other-{CHANNEL}")),
        await http.get(f"{path}/viewers", headers=bearer("admin", f"other-{CHANNEL}")),
    ):
        assert answer.status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "retention?interval=year",
        "retention?from=2026-02-30",
        "retention?from=2026-09-01&to=2026-08-01",
        "retention?interval=day&from=2020-01-01",
        "lifetime?horizon_days=0",
        "lifetime?discount=nan",
        "churn?days=0",
        "map?by=shoe_size",
        "map?from=2026-09-02&to=2026-09-01",
        "map?from=2000-01-01",
        "map/viewers?metric=password",
        "segments/built-in?as_of=yesterday",
    ],
)
async def test_a_wrong_parameter_is_refused(http: AsyncClient, path: str) -> None:
    answer = await http.get(path, headers=bearer("analyst"))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_churn_says_its_window_and_is_null_until_it_can_be_known(http: AsyncClient) -> None:
    by_gaps = (await http.get("churn", headers=bearer("analyst"))).json()
    assert (by_gaps["unknown"], by_gaps["window_days"], by_gaps["now"]) == ("too_few_gaps", None, None)
    early = (await http.get("churn?days=200", headers=bearer("analyst"))).json()
    assert (early["unknown"], early["now"], early["window_from"]) == ("too_early", None, "given")
    assert early["known_at"] > AS_OF.isoformat()
    given = (await http.get("churn?of=view&days=50", headers=bearer("analyst"))).json()
    assert given["now"]["churned"] == {"part": 0, "whole": 3, "share": 0}
    nobody = (await http.get("churn?of=view&days=25", headers=bearer("analyst"))).json()
    assert nobody["now"]["churned"] == {"part": 0, "whole": 0, "share": None}
    assert nobody["now"]["interval"] is None


async def test_a_prediction_is_refused_with_its_reason(http: AsyncClient) -> None:
    prediction = (await http.get("lifetime", headers=bearer("analyst"))).json()["prediction"]
    assert (prediction["refused"], prediction["repeat_buyers"], prediction["predicted"]) == (
        "too_few_repeat_buyers",
        2,
        None,
    )


async def test_a_segment_is_saved_once_listed_changed_by_version_and_removed(http: AsyncClient) -> None:
    wish = {"name": "Repeaters", "rule": REPEATERS}
    key = {**bearer("analyst"), "Idempotency-Key": "save-it-once"}
    made = await http.post("segments", headers=key, json=wish)
    again = await http.post("segments", headers=key, json=wish)
    assert (made.status_code, made.json()) == (201, again.json())
    one = f"segments/{made.json()['id']}"
    assert (made.headers["ETag"], made.headers["Location"]) == ('"1"', f"/v1/channel/{one}")
    listed = (await http.get("segments", headers=bearer("analyst"))).json()
    assert [each["name"] for each in listed["segments"]] == ["Repeaters"]
    renamed = await http.patch(one, headers={**bearer("analyst"), "If-Match": '"1"'}, json={"name": "Twice"})
    assert (renamed.json()["name"], renamed.headers["ETag"]) == ("Twice", '"2"')
    stale = await http.patch(one, headers={**bearer("host"), "If-Match": '"1"'}, json={"name": "Late"})
    assert (stale.status_code, stale.json()["current"]["name"]) == (412, "Twice")
    assert (await http.delete(one, headers=bearer("analyst"))).status_code == 204
    assert (await http.get(one, headers=bearer("analyst"))).status_code == 404


async def test_pages_of_segments_and_viewers_have_everything_once(http: AsyncClient) -> None:
    for n in range(3):
        wish = {"name": f"Segment {n}", "rule": REPEATERS}
        assert (await http.post("segments", headers=bearer("analyst"), json=wish)).status_code == 201
    found = await read_through(http, "segments?limit=2", "segments")
    assert sorted(each["name"] for each in found) == ["Segment 0", "Segment 1", "Segment 2"]
    rule = {"metric": "shows", "op": ">=", "value": 1}
    every = await http.post("segments", headers=bearer("analyst"), json={"name": "All", "rule": rule})
    path = f"segments/{every.json()['id']}/viewers?limit=2"
    assert await read_through(http, path, "viewers") == ["anna", "ben", "chie", "dan"]
    behind = await read_through(http, "map/viewers?limit=2&metric=clicked", "viewers")
    assert [(each["viewer"], each["value"]) for each in behind] == [("anna", 1), ("ben", 0), ("dan", 0)]


async def read_through(http: AsyncClient, path: str, name: str) -> list[Any]:
    found, cursor = [], ""
    while True:
        page = (await http.get(f"{path}{cursor}", headers=bearer("analyst"))).json()
        found += page[name]
        if page["next"] is None:
            return found
        cursor = f"&cursor={page['next']}"


async def test_a_preview_counts_as_of_a_date(http: AsyncClient) -> None:
    asked: dict[str, Any] = {"rule": REPEATERS}
    now = (await http.post("segments/preview", headers=bearer("analyst"), json=asked)).json()
    assert (now["found"], now["sample"]) == ({"part": 2, "whole": 4, "share": 0.5}, ["anna", "dan"])
    asked["as_of"] = (AS_OF - timedelta(days=200)).date().isoformat()
    then = (await http.post("segments/preview", headers=bearer("analyst"), json=asked)).json()
    assert (then["found"], then["sample"]) == ({"part": 1, "whole": 3, "share": 1 / 3}, ["anna"])
    recently = {"rule": {"metric": "orders", "op": ">=", "value": 1, "days": 30}}
    assert (await http.post("segments/preview", headers=bearer("analyst"), json=recently)).json()[
        "sample"
    ] == [
        "anna",
        "dan",
    ]


async def answered(database_url: str, *surveys: tuple[str, int, dict[str, int]]) -> None:
    """Write what was answered in shows so many days before `AS_OF`."""
    database = Database(database_url)
    async with database.write() as connection:
        for show, days, scores in surveys:
            survey = "INSERT INTO survey VALUES (:id, 'channel', :id, 'nps', '?', '{}', false, NULL, false, 24, 'closed', 1, now())"
            await connection.execute(text(survey), {"id": show})
            for viewer, score in scores.items():
                answer = "INSERT INTO survey_answer VALUES (:id, :viewer, :id, :score, NULL, NULL, :at, :at)"
                at = AS_OF - timedelta(days=days)
                given = {"id": show, "viewer": viewer, "score": score, "at": at}
                await connection.execute(text(answer), given)
    await database.close()


async def test_a_segment_may_ask_how_somebody_answered_last(http: AsyncClient, database_url: str) -> None:
    await answered(
        database_url,
        ("channel-s0", 50, {"anna": 2, "ben": 10}),
        ("channel-s1", 10, {"anna": 9}),
    )

    async def found(kind: str, **asked: str) -> list[str]:
        rule = {"metric": "nps_class", "op": "=", "value": kind}
        answer = await http.post("segments/preview", headers=bearer("analyst"), json={"rule": rule, **asked})
        return sorted(answer.json()["sample"])

    assert await found("promoter") == ["anna", "ben"]
    assert await found("detractor") == []
    before = (AS_OF - timedelta(days=20)).date().isoformat()
    assert await found("detractor", as_of=before) == ["anna"]


async def test_the_map_has_the_score_of_each_group_and_groups_by_how_they_answered(
    http: AsyncClient, database_url: str
) -> None:
    await answered(
        database_url,
        ("channel-s0", 280, {"anna": 2, "ben": 10}),
        ("channel-s2", 9, {"anna": 9, "dan": 7}),
        ("channel-s3", 8, {"anna": 3, "ben": 9, "nobody": 0}),
    )
    period = "from=2026-06-01"

    async def scores(by: str) -> dict[str, tuple[int, float | None, int, float | None]]:
        found = (await http.get(f"map?by={by}&{period}", headers=bearer("analyst"))).json()
        rows = {row["key"]: row for row in (found["everybody"], *found["rows"])}
        cells = {key: next(c for c in row["cells"] if c["metric"] == "nps") for key, row in rows.items()}
        assert all(cell["small"] and cell["kind"] == "score" for cell in cells.values())
        return {key: (rows[key]["n"], c["value"], c["n"], c["against_mean"]) for key, c in cells.items()}

    # Anna's last answer of the period is a 3, Ben's a 9, Dan's a 7; when it began she was a detractor, and Ben a promoter.
    assert await scores("nps") == {
        "*": (3, 0, 3, 0),
        "promoter": (1, 100, 1, 100),
        "passive": (0, None, 0, None),
        "detractor": (1, -100, 1, -100),
        "no_answer": (1, 0, 1, 0),
    }
    assert (await scores("source"))["mail"] == (1, 100, 1, 100)
    behind = f"map/viewers?by=nps&group=*&metric=nps&{period}"
    page = (await http.get(behind, headers=bearer("analyst"))).json()
    assert {each["viewer"]: each["value"] for each in page["viewers"]} == {"anna": 3, "ben": 9, "dan": 7}


async def test_names_are_shown_to_hosts_and_admins_alone(http: AsyncClient) -> None:
    for role, name in (("analyst", None), ("host", "Anna of Sendai"), ("admin", "Anna of Sendai")):
        page = (await http.get("map/viewers", headers=bearer(role))).json()  # type: ignore[arg-type]
        assert [each["name"] for each in page["viewers"] if each["viewer"] == "anna"] == [name]


async def test_the_map_sets_each_group_against_everybody(http: AsyncClient) -> None:
    saved = await http.post("segments", headers=bearer("analyst"), json={"name": "Two", "rule": REPEATERS})
    found = (await http.get("map?by=saved&from=2026-10-20", headers=bearer("analyst"))).json()
    assert [(row["key"], row["name"], row["n"]) for row in found["rows"]] == [(saved.json()["id"], "Two", 1)]
    cells = {cell["metric"]: cell for cell in found["rows"][0]["cells"]}
    assert (cells["bought"]["value"], cells["bought"]["n"], cells["bought"]["small"]) == (1.0, 1, True)
    assert cells["bought"]["against_mean"] == pytest.approx(0.5)
    assert cells["bought"]["chance"]["test"] == "fisher_exact"
    lifecycle = (await http.get("map?from=2026-10-20", headers=bearer("analyst"))).json()
    counted = {row["key"]: row["n"] for row in lifecycle["rows"]}
    assert counted == {"new": 0, "returning": 2, "repeat_buyer": 1, "lapsed": 0}


def database_of(http: AsyncClient) -> Database:
    database: Database = http._transport.app.state.database  # type: ignore[attr-defined]
    return database


async def written(database: Database) -> dict[str, dict[str, str | None]]:
    async with database.read() as connection:
        rows = await connection.execute(
            text("SELECT show_id, viewer_id, segment FROM rollup WHERE show_id LIKE 'channel-%'")
        )
        found: dict[str, dict[str, str | None]] = {}
        for row in rows:
            found.setdefault(row.show_id.removeprefix("channel-"), {})[row.viewer_id] = row.segment
        return found


async def test_what_viewers_were_when_a_show_began_is_written_once_it_has_settled(http: AsyncClient) -> None:
    database, clock = database_of(http), ManualClock(AS_OF)
    writing = SegmentWriting(database, clock)
    assert await writing.run_once() == 5
    assert await writing.run_once() == 0
    assert await written(database) == {
        "s0": {"anna": "new", "ben": "new"},
        "s1": {"anna": "returning", "chie": "new", "g-1": None},
        "s2": {"anna": "lapsed", "ben": "lapsed", "dan": "new"},
        "s3": {"anna": "repeat_buyer", "ben": "returning", "dan": "returning"},
    }


async def test_an_earlier_show_that_comes_later_changes_what_is_written_of_those_after_it(
    http: AsyncClient,
) -> None:
    database, clock = database_of(http), ManualClock(AS_OF)
    await SegmentWriting(database, clock).run_once()
    clock.at += timedelta(hours=1)
    async with database.write() as connection:
        await write_evening(connection, Evening(5, (Came("chie"), Came("dan"))), "channel-imported", CHANNEL)
    writing = SegmentWriting(database, clock)
    assert [await writing.run_once() for _ in range(3)] == [1, 4, 0], (
        "the imported one, those after it, no more"
    )
    found = await written(database)
    assert found["imported"] == {"chie": "new", "dan": "new"}
    assert (found["s1"]["chie"], found["s2"]["dan"]) == ("returning", "lapsed")


async def test_a_show_whose_rows_are_still_derived_waits(http: AsyncClient) -> None:
    database = database_of(http)
    async with database.write() as connection:
        await connection.execute(text("INSERT INTO rollup_show (show_id, kept) VALUES ('channel-s3', false)"))
    assert await SegmentWriting(database, ManualClock(AS_OF)).run_once() == 4
    assert set((await written(database))["s3"].values()) == {None}
