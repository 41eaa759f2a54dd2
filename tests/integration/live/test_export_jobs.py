"""Exports as jobs: asked for, looked at, fetched; of the channel's own people alone, and taken up again when who made it died."""

import csv
import io
from datetime import timedelta
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


@pytest.mark.parametrize("of", ["viewers", "orders", "questions", "series"])
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
