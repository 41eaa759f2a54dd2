"""Backups and restores end to end: real servers before and after, viewers that come back, figures that are the same."""

import asyncio
import json
import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import redis

from server.embedded import PostgresProcess
from server.posts.rules import CONSENT
from server.settings import Settings
from tests.conftest import MakeSettings
from tests.support import drawn
from tests.support.commands import running_demo, showfloor
from tests.support.eventually import eventually
from tests.support.server_process import server_processes
from tests.support.servers import SignFor, set_stage, sign_for
from tests.support.visitor import Visitor, visiting

__all__ = ["set_stage", "sign_for"]

PAST = "demo-past"
PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


def connect(url: str) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def value(url: str, sql: str) -> Any:
    """The one value that a query gives."""
    with connect(url) as connection:
        row = connection.execute(sql.encode()).fetchone()
    assert row is not None
    return row[0]


async def command(settings: Settings, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `showfloor …` on the test's engines."""
    assert settings.database_url is not None
    assert settings.redis_url is not None
    named = {
        "database_url": settings.database_url,
        "redis_url": settings.redis_url,
        "redis_prefix": settings.redis_prefix,
    }
    return await asyncio.to_thread(showfloor, *words, data=settings.data, **named)


def assert_refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 1, result
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.usefixtures("set_stage")
async def test_viewers_of_a_restored_show_get_a_snapshot_and_what_came_after_the_backup_is_gone(
    make_settings: MakeSettings, sign_for: SignFor, tmp_path: Path
) -> None:
    settings, file = make_settings(), tmp_path / "evening.backup"
    assert settings.database_url is not None
    async with server_processes(settings, 1) as [server]:
        viewer = Visitor(lambda: [server.address])
        host = Visitor(lambda: [server.address], token=sign_for("host"))
        async with visiting(viewer, host):
            kept = await viewer.ask("buy", product="p_apron", quantity=1, key="the-kept-one")
            assert kept["type"] == "ok"
            assert (await host.ask("announce", text="before"))["type"] == "ok"
            written = await command(settings, "backup", str(file))
            assert written.returncode == 0, written.stderr
            assert "1 orders" in written.stderr
            lost = await viewer.ask("buy", product="p_apron", quantity=1, key="the-lost-one")
            await host.ask("announce", text="after")
            await viewer.ask("react", kind="heart", n=5)
            await eventually(lambda: viewer.announced[-1:] == ["after"])
            assert_refused(await command(settings, "restore", str(file), "--replace"), "stop every server")
            before = (viewer.epoch, viewer.offset, viewer.snapshots)

            assert await server.stop() == 0
            assert_refused(await command(settings, "restore", str(file)), "--replace")
            restored = await command(settings, "restore", str(file), "--replace")
            assert restored.returncode == 0, restored.stderr
            assert "1 orders" in restored.stderr
            assert value(settings.database_url, "SELECT array_agg(id) FROM orders") == [kept["order"]]
            with redis.Redis.from_url(settings.redis_url or "") as client:
                names = [key.decode() for key in client.keys(f"{settings.redis_prefix}:*")]
                # How fast somebody acted is no show's, and is forgotten within seconds by itself.
                assert [name for name in names if ":bucket:" not in name] == []

            await server.start_again()
            await eventually(lambda: viewer.is_in and viewer.epoch != before[0])
            assert viewer.snapshots == before[2] + 1, "no position of before is worth anything"
            assert viewer.offset < before[1]
            again = await viewer.ask("buy", product="p_apron", quantity=1, key="the-lost-one")
            assert again["type"] == "ok"
            assert again["order"] != lost["order"], "the key of a forgotten order buys anew"
            assert (await host.ask("announce", text="anew"))["type"] == "ok"
            await eventually(lambda: viewer.announced[-1] == "anew")


@pytest.mark.usefixtures("set_stage")
async def test_a_worker_alone_keeps_a_restore_from_beginning(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "x.backup"
    assert (await command(settings, "backup", str(file))).returncode == 0
    async with server_processes(settings, 1) as [server]:
        assert settings.redis_url is not None
        elsewhere = settings.model_copy(update={"redis_url": settings.redis_url.split("?")[0] + "?db=63"})
        await eventually(lambda: _ours_connected(settings))
        refused = await command(elsewhere, "restore", str(file), "--replace")
        assert_refused(refused, "stop every server")
        assert await server.stop() == 0


def _ours_connected(settings: Settings) -> bool:
    assert settings.database_url is not None
    sql = "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'showfloor' AND datname = current_database()"
    return bool(value(settings.database_url, sql))


@pytest.mark.usefixtures("set_stage")
async def test_a_restore_that_fails_changes_nothing(
    settings: Settings, tmp_path: Path, postgres: PostgresProcess
) -> None:
    assert settings.database_url is not None
    file, cut, text = tmp_path / "whole.backup", tmp_path / "cut.backup", tmp_path / "text.backup"
    assert (await command(settings, "backup", str(file))).returncode == 0
    whole = file.read_bytes()
    cut.write_bytes(whole[:-40])
    text.write_text("no backup at all")
    epochs = "SELECT string_agg(show_id || epoch, ',' ORDER BY show_id) FROM journal_head"
    before = value(settings.database_url, epochs)
    for bad, word in ((cut, "failed"), (text, "no backup of Showfloor"), (tmp_path / "none", "no file")):
        assert_refused(await command(settings, "restore", str(bad), "--replace"), word)
        assert value(settings.database_url, epochs) == before
    with connect(settings.database_url) as other, other.transaction():
        other.execute("LOCK TABLE orders")
        assert_refused(await command(settings, "restore", str(file), "--replace"), "lock timeout")
    assert value(settings.database_url, epochs) == before


async def test_a_backup_replaces_nothing_unasked_and_leaves_no_halves(
    settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "x.backup"
    file.write_text("precious")
    assert_refused(await command(settings, "backup", str(file)), "--force")
    assert file.read_text() == "precious"
    assert (await command(settings, "backup", str(file), "--force")).returncode == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.read_bytes()[:5] == b"PGDMP"
    assert_refused(await command(settings, "backup", str(tmp_path / "none" / "x")), "no folder")
    assert sorted(name for name in os.listdir(tmp_path) if "backup" in name) == [
        "x.backup",
        "x.backup.pictures.tar",
    ]
    (tmp_path / "y.backup.pictures.tar").write_text("the only copies")
    assert_refused(await command(settings, "backup", str(tmp_path / "y.backup")), "--force")
    assert (tmp_path / "y.backup.pictures.tar").read_text() == "the only copies"
    assert not (tmp_path / "y.backup").exists()


@pytest.mark.parametrize("running", [True, False])
def test_the_figures_of_embedded_engines_are_the_same_on_another_machine(
    running: bool, engine_directory: Path, tmp_path: Path
) -> None:
    here = engine_directory / f"{tmp_path.name}-here" / "var"
    there = engine_directory / f"{tmp_path.name}-there" / "var"
    file = tmp_path / "demo.backup"
    with running_demo(here, "--audience", "0", limits="off") as demo:
        if running:
            assert showfloor("backup", str(file), data=here).returncode == 0
            assert_refused(showfloor("restore", str(file), "--replace", data=here), "in use by process")
        demo.stop()
    if not running:
        assert showfloor("backup", str(file), data=here).returncode == 0
    restored = showfloor("restore", str(file), data=there)
    assert restored.returncode == 0, restored.stderr
    before, after = (figures(data) for data in (here, there))
    assert before == after
    assert before["show"]["id"] == PAST


def figures(data: Path) -> dict[str, Any]:
    """The figures of the demo's past show, but when they were read."""
    told = showfloor("stats", PAST, "--json", data=data)
    assert told.returncode == 0, told.stderr
    report: dict[str, Any] = json.loads(told.stdout)
    return {name: figure for name, figure in report.items() if name != "as_of"}


@pytest.mark.usefixtures("set_stage")
async def test_the_commands_of_the_operations_page_do_what_it_says(
    settings: Settings, tmp_path: Path
) -> None:
    assert settings.database_url is not None
    section = PAGE.read_text().split("\n## Backups\n")[1].split("\n## ")[0]
    lines = [
        line.removeprefix("showfloor ") for line in section.splitlines() if line.startswith("showfloor ")
    ]
    assert [line.split()[0] for line in lines] == ["backup", "restore"]
    epoch = "SELECT epoch FROM journal_head WHERE show_id = 'demo'"
    before = value(settings.database_url, epoch)
    for line in lines:
        words = [word.replace("evening", str(tmp_path / "evening")) for word in shlex.split(line)]
        done = await command(settings, *words)
        assert done.returncode == 0, done.stderr
    after = value(settings.database_url, epoch)
    assert after != before
    (statement,) = [line for line in section.splitlines() if line.startswith("UPDATE")]
    with connect(settings.database_url) as connection:
        connection.execute(statement.encode())
    assert value(settings.database_url, epoch) not in (before, after)


@pytest.mark.usefixtures("set_stage")
async def test_pictures_come_back_with_a_restore(
    make_settings: MakeSettings, sign_for: SignFor, tmp_path: Path
) -> None:
    settings, file = make_settings(), tmp_path / "evening.backup"
    async with server_processes(settings, 1) as [server], httpx.AsyncClient(base_url=server.url) as client:
        headers = {"Authorization": f"Bearer {sign_for('host')}"}
        sent = await client.post("/v1/pictures", content=drawn.picture(), headers=headers, timeout=60)
        address = sent.json()["address"]
        before = (await client.get(address)).content
        mine = {"Authorization": f"Bearer {sign_for('viewer')}"}
        upload = await client.post("/v1/posts/pictures", content=drawn.picture(), headers=mine, timeout=60)
        said = {"product": "p_bowl", "picture": upload.json()["id"], "consent": CONSENT}
        post = (await client.post("/v1/shows/demo/posts", json=said, headers=mine)).json()["id"]
        written = await command(settings, "backup", str(file))
        assert "8 files of pictures" in written.stderr, written.stderr
        assert await server.stop() == 0
    shutil.rmtree(settings.data / "pictures")
    restored = await command(settings, "restore", str(file), "--replace")
    assert restored.returncode == 0, restored.stderr
    async with server_processes(settings, 1) as [server], httpx.AsyncClient(base_url=server.url) as client:
        assert (await client.get(address)).content == before
        assert (await client.get(f"/v1/posts/{post}/picture", headers=mine)).is_success
