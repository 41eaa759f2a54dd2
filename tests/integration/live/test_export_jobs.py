"""Exports as jobs: asked for, looked at, fetched; of the channel's own people alone, and taken up again when who made it died."""

import csv
import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import pytest
from sqlalchemy import text

from server.clock import SystemClock
from server.db.engine import Database
from server.settings import Settings
from tests.support.eventually import eventually
from tests.support.servers import SignFor


async def ask(address: str, token: str | None, method: str, path: str, **more: Any) -> httpx.Response:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with httpx.AsyncClient(base_url=f"http://{address}/v1", headers=headers, timeout=30) as client:
        return await client.request(method, path, **more)


async def made(address: str, token: str, **wanted: Any) -> httpx.Response:
    """Ask for an export, wait until it is ready, and fetch its file."""
    answer = await ask(address, token, "POST", "/exports", json={"shows": ["demo"], **wanted})
    assert answer.status_code == 202, answer.text
    job = answer.json()

    async def ready() -> bool:
        job.update((await ask(address, token, "GET", f"/exports/{job['id']}")).json())
        return job["state"] in ("ready", "failed")

    await eventually(ready, within_seconds=30)
    assert (job["state"], job["percent"]) == ("ready", 100)
    return await ask(address, token, "GET", f"/exports/{job['id']}/file")


@pytest.mark.parametrize("of", ["viewers", "orders", "questions", "surveys", "series"])
async def test_the_file_is_what_the_report_page_gives(server: str, sign_for: SignFor, of: str) -> None:
    analyst = sign_for("analyst")
    direct = await ask(server, analyst, "GET", f"/shows/demo/export.csv?of={of}&bom=true&tz=Asia/Tokyo")
    file = await made(server, analyst, of=of, bom=True, tz="Asia/Tokyo")
    assert file.headers["content-disposition"] == f'attachment; filename="demo-{of}.csv"'
    assert file.content.splitlines()[0] == direct.content.splitlines()[0]
    assert file.content == direct.content or of == "series", "the curve goes on while the show runs"


async def test_every_form_has_the_same_columns(server: str, sign_for: SignFor, tmp_path: Any) -> None:
    host = sign_for("host")
    table = list(csv.DictReader(io.StringIO((await made(server, host, of="facts")).text)))
    parquet = tmp_path / "facts.parquet"
    parquet.write_bytes((await made(server, host, of="facts", format="parquet")).content)
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(parquet)])
    assert [column[0] for column in found.description or ()] == list(table[0])
    lines = (await made(server, host, of="facts", format="jsonl")).text.splitlines()
    assert len(lines) == len(table) == len(found.fetchall())


async def test_the_shows_of_a_period_are_one_table(
    server: str, sign_for: SignFor, settings: Settings
) -> None:
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    async with database.write() as connection:
        await connection.execute(text("UPDATE show SET started_at = now() WHERE id = 'demo'"))
    await database.close()
    today = SystemClock().now().date()
    days = {"from": f"{today - timedelta(days=2)}", "to": f"{today + timedelta(days=1)}"}
    file = await made(server, sign_for("analyst"), of="series", **days, shows=None)
    assert file.text.startswith('"t","at"'), "one show has no column for shows"
    empty = {"of": "series", "from": "2020-01-01", "to": "2020-01-02"}
    assert (await ask(server, sign_for("analyst"), "POST", "/exports", json=empty)).status_code == 422


async def test_a_querys_result_is_the_same_table_in_every_form(
    server: str, sign_for: SignFor, tmp_path: Path
) -> None:
    analyst = sign_for("analyst")
    query = {"metrics": ["viewers", "conversion_live", "gmv"], "dimensions": ["show"], "limit": 1}
    answer = (await ask(server, analyst, "POST", "/query", json=query)).json()
    wanted: dict[str, Any] = {"of": "query", "query": query, "shows": None}
    table = list(csv.DictReader(io.StringIO((await made(server, analyst, **wanted)).text)))
    assert [row["show"] for row in table] == [row["values"]["show"] for row in answer["rows"]]
    assert {"conversion_live_part", "conversion_live_low", "gmv_minor_JPY", "as_of"} <= table[0].keys()
    parquet = tmp_path / "result.parquet"
    parquet.write_bytes((await made(server, analyst, format="parquet", **wanted)).content)
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(parquet)])
    described = {column[0]: str(column[1]) for column in found.description or ()}
    assert list(described) == list(table[0])
    assert described["conversion_live"] == "DOUBLE"
    assert described["viewers"] == "BIGINT"
    (line,) = (await made(server, analyst, format="jsonl", **wanted)).text.splitlines()
    assert list(json.loads(line)) == list(table[0])
    marked = await made(server, analyst, bom=True, **wanted)
    assert marked.content.startswith(b"\xef\xbb\xbf")


async def test_a_report_is_every_figure_of_each_show(server: str, sign_for: SignFor) -> None:
    rows = list(csv.DictReader(io.StringIO((await made(server, sign_for("analyst"), of="report")).text)))
    assert {row["show"] for row in rows} == {"demo"}
    assert {"viewers", "conversion_live", "gmv"} <= {row["figure"] for row in rows}
    assert all(row["definition_version"] and row["as_of"] for row in rows)


async def test_an_export_is_listed_stopped_and_begun_anew(
    server: str, sign_for: SignFor, settings: Settings
) -> None:
    analyst = sign_for("analyst")
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    wanted = {"of": "orders", "shows": ["demo"]}
    async with database.write() as blocking:  # what makes it waits for its rows
        await blocking.execute(text("LOCK TABLE orders, reported_order, rollup IN ACCESS EXCLUSIVE MODE"))
        job = (await ask(server, analyst, "POST", "/exports", json=wanted)).json()
        path = f"/exports/{job['id']}"

        async def is_in(state: str) -> bool:
            return bool((await ask(server, analyst, "GET", path)).json()["state"] == state)

        await eventually(lambda: is_in("working"))
        assert (await ask(server, analyst, "POST", f"{path}/retry")).status_code == 409
        stopped = await ask(server, analyst, "POST", f"{path}/cancel")
        assert stopped.json()["state"] == "cancelled"
        assert (
            await ask(server, sign_for("admin", channel="other"), "POST", f"{path}/retry")
        ).status_code == 404
    other = await made(server, analyst, of="orders")
    assert other.status_code == 200, "whoever was making it has left it alone and makes the next"
    assert await is_in("cancelled")
    assert (await ask(server, analyst, "GET", f"{path}/file")).status_code == 409
    await ask(server, analyst, "POST", f"{path}/retry")
    await eventually(lambda: is_in("ready"))
    done = (await ask(server, analyst, "GET", path)).json()
    assert done["rows_done"] == done["rows"]
    assert done["expires_at"] > done["created_at"]
    listed = (await ask(server, analyst, "GET", "/exports?limit=1")).json()
    assert (len(listed["exports"]), listed["next"] is None) == (1, False)
    rest = (await ask(server, analyst, "GET", f"/exports?cursor={listed['next']}")).json()
    assert [each["id"] for each in rest["exports"]] == [job["id"]]
    await database.close()


async def test_only_the_channels_own_people_ask_and_look(server: str, sign_for: SignFor) -> None:
    wanted = {"shows": ["demo"]}
    assert (await ask(server, None, "POST", "/exports", json=wanted)).status_code == 401
    for role in ("viewer", "moderator"):
        assert (await ask(server, sign_for(role), "POST", "/exports", json=wanted)).status_code == 403
    analyst = sign_for("analyst")
    job = (await ask(server, analyst, "POST", "/exports", json=wanted)).json()["id"]
    other = sign_for("admin", channel="other")
    for path in (f"/exports/{job}", f"/exports/{job}/file"):
        assert (await ask(server, other, "GET", path)).status_code == 404
    assert (await ask(server, other, "POST", "/exports", json=wanted)).status_code == 404
    refused: list[dict[str, Any]] = [
        *({}, {"shows": []}, {"from": "2026-01-01"}, {"shows": ["demo"], "tz": "Moon"}),
        {"shows": ["demo"], "of": "all"},
        {"of": "query"},
        {"of": "query", "query": {"metrics": ["viewers"]}, "shows": ["demo"]},
        {"of": "query", "query": {"metrics": ["profit"]}},
        {"shows": ["demo"], "query": {"metrics": ["viewers"]}},
    ]
    for bad in refused:
        assert (await ask(server, analyst, "POST", "/exports", json=bad)).status_code == 422, bad


async def test_a_job_that_its_maker_left_is_taken_up_and_one_that_always_fails_says_so(
    server: str, sign_for: SignFor, settings: Settings
) -> None:
    analyst, now = sign_for("analyst"), SystemClock().now()
    assert settings.database_url is not None
    database = Database(settings.database_url, pool_size=1)
    left = """
        INSERT INTO export_job (id, channel_id, state, "of", shows, form, bom, tz, shows_done, attempts, taken_at, actor, created_at)
        VALUES (:id, 'demo', 'working', 'orders', '{demo}', 'csv', false, 'UTC', 0, :attempts, :at, 'x', :at)
    """
    async with database.write() as connection:
        for id, attempts in (("x_left", 1), ("x_tried", 3)):
            given = {"id": id, "attempts": attempts, "at": now - timedelta(minutes=2)}
            await connection.execute(text(left), given)
    await database.close()

    async def states() -> list[str]:
        return [
            (await ask(server, analyst, "GET", f"/exports/{id}")).json()["state"]
            for id in ("x_left", "x_tried")
        ]

    async def settled() -> bool:
        return await states() == ["ready", "failed"]

    await eventually(settled, within_seconds=30)
    assert (await ask(server, analyst, "GET", "/exports/x_tried/file")).status_code == 409
