"""`showfloor export` in every form, and what it writes is taken in by `showfloor import`."""

import asyncio
import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from server.db.engine import Database
from tests.integration.stats.hand_made import make_the_show
from tests.support.commands import showfloor

A_SURVEY = (
    "INSERT INTO survey VALUES ('sv', 'channel', 's', 'text', 'What else?', '{}', false, NULL, false, 24, 'closed', 1, now(), now())",
    "INSERT INTO survey_answer VALUES ('sv', 'anna', 's', NULL, NULL, 'Cups', now(), now())",
    "INSERT INTO ledger_entry (show_id, viewer_id, kind, target, n, at) VALUES ('s', 'anna', 'survey_answer', 'sv', 1, now())",
)


@pytest.mark.parametrize("of", ["viewers", "orders", "questions", "surveys", "series", "facts"])
async def test_every_form_has_the_same_columns_and_rows(
    of: str, database: Database, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    async with database.write() as connection:
        await make_the_show(connection)
        for statement in A_SURVEY:
            await connection.exec_driver_sql(statement)
    made: dict[str, list[dict[str, Any]]] = {}
    for form in ("csv", "jsonl", "parquet"):
        file = tmp_path / f"out.{form}"
        words = ("export", "s", "--of", of, "--format", form, "-o", str(file))
        result = await asyncio.to_thread(
            showfloor, *words, data=tmp_path, database_url=database_url, redis_url=redis_url
        )
        assert result.returncode == 0, result.stderr
        made[form] = read(file)
    assert made["csv"]
    assert {len(rows) for rows in made.values()} == {len(made["csv"])}
    columns = list(made["csv"][0])
    assert list(made["parquet"][0]) == columns
    assert all(set(row) <= set(columns) for row in made["jsonl"])
    if of == "questions":
        assert {row["text"] for row in made["csv"]} == {"'=HYPERLINK(1)"}
        assert {row["text"] for row in made["jsonl"] + made["parquet"]} == {"=HYPERLINK(1)"}


def read(file: Path) -> list[dict[str, Any]]:
    if file.suffix == ".csv":
        with file.open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
    if file.suffix == ".jsonl":
        return [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    found = duckdb.execute("SELECT * FROM read_parquet(?)", [str(file)])
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]
