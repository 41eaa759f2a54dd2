"""The notebook runs against a server, cell by cell, and comes to the API's digits; so does the command, and the views say the same."""

import asyncio
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from server.clock import SystemClock
from server.db.engine import Database
from server.settings import Settings
from server.workers.rollups import RollupKeeper
from tests.integration.stats.hand_made import CHANNEL, make_the_show
from tests.support.commands import showfloor
from tests.support.live_server import live_server
from tests.support.servers import SignFor

NOTEBOOK = Path(__file__).parents[3] / "docs/notebooks/repeat_rate_and_conversion.ipynb"


@pytest.fixture
async def filled(database_url: str) -> None:
    """The show that `make_the_show` tells of, anna's second order in it, and its wide rows."""
    database = Database(database_url, pool_size=2)
    async with database.write() as connection:
        _, show, _ = await make_the_show(connection)
        await show.buy("anna", 2, 30)
    await RollupKeeper(database, SystemClock()).run_all()
    await database.close()


def run_notebook() -> dict[str, object]:
    """Run the code cells one after another in one namespace, as a kernel does; return what they leave."""
    names: dict[str, object] = {}
    for cell in json.loads(NOTEBOOK.read_text())["cells"]:
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)
    return names


@pytest.mark.usefixtures("filled")
async def test_the_notebook_comes_to_the_apis_digits(
    settings: Settings, sign_for: SignFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live_server(settings) as address:
        monkeypatch.setenv("SHOWFLOOR_URL", f"http://{address}")
        monkeypatch.setenv("SHOWFLOOR_KEY", sign_for("analyst", channel=CHANNEL))
        monkeypatch.setenv("SHOWFLOOR_SHOW", "s")
        names = await asyncio.to_thread(run_notebook)
    assert (names["whole"], names["part"]) == (4, 3)
    assert (names["customers"], names["again"]) == (3, 1)


@pytest.mark.usefixtures("filled")
async def test_the_command_answers_and_the_views_say_the_same(
    settings: Settings, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    question = tmp_path / "question.json"
    question.write_text(
        '{"metrics": ["viewers", "conversion_30d"], "period": {"type": "shows", "shows": ["s"]}}'
    )

    async def run(*words: str) -> tuple[int, str]:
        urls = {"database_url": database_url, "redis_url": redis_url}
        result = await asyncio.to_thread(showfloor, "query", *words, data=tmp_path, **urls)
        return result.returncode, result.stdout + result.stderr

    code, told = await run(str(question), "--channel", CHANNEL)
    assert code == 0, told
    viewers, conversion = json.loads(told)["total"]["figures"]
    assert (await run(str(question), "--channel", CHANNEL, "--format", "csv"))[1].startswith('"viewers"')
    question.write_text('{"metrics": ["profit"]}')
    code, told = await run(str(question), "--channel", CHANNEL)
    assert (code, "metrics/0" in told) == (1, True)
    database = Database(database_url, pool_size=1)
    async with database.read() as connection:
        counted = await connection.execute(text(VIEWS), {"show": "s"})
        assert tuple(counted.one()) == (viewers["amount"], conversion["part"])
    await database.close()


VIEWS = """
    SELECT count(*), count(*) FILTER (WHERE EXISTS (
        SELECT FROM analytics.orders AS o
        WHERE o.show_id = v.show_id AND o.viewer_id = v.viewer_id AND NOT o.staff))
    FROM analytics.viewers AS v WHERE v.show_id = :show AND v.counted
"""
"""As `docs/history.md` has it for other tools."""
