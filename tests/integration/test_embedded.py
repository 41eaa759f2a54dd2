"""The engines from the wheels: started, found, taken over and ended."""

import os
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from server.embedded import (
    DataDirectoryInUse,
    EngineFailed,
    Engines,
    PostgresProcess,
    ValkeyProcess,
    attach,
    start_engines,
    start_postgres,
    start_valkey,
)
from server.embedded.process import is_alive
from server.embedded.sockets import SOCKET_PATH_BYTES_MAX, make_private, socket_directory

# An owner in a process of its own: says when it is ready, then waits to be ended.
OWNER = """
import signal, sys
from pathlib import Path
from server.embedded import start_engines
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
with start_engines(Path(sys.argv[1])):
    print("ready", flush=True)
    signal.pause()
"""


@pytest.fixture
def empty() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="showfloor-", ignore_cleanup_errors=True) as directory:
        yield Path(directory)


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    """A data directory in use before; one for all, since making PostgreSQL's files takes a second each time."""
    with tempfile.TemporaryDirectory(prefix="showfloor-", ignore_cleanup_errors=True) as directory:
        start_engines(Path(directory)).stop()
        yield Path(directory)


@pytest.fixture
def owner(data: Path) -> Iterator[subprocess.Popen[str]]:
    """A living process that owns the engines of `data`; whatever it leaves behind is ended after the test."""
    command = [sys.executable, "-c", OWNER, str(data)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
        process.terminate()
    start_engines(data).stop()


def sql(url: str, statement: str) -> object:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement)
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def client(url: str) -> "redis.Redis":
    return redis.Redis.from_url(url, decode_responses=True, retry=Retry(NoBackoff(), 0))


def engine_pids(data: Path) -> list[int]:
    postmaster = (data / "postgres" / "postmaster.pid").read_text().split()[0]
    return [int(postmaster), int((data / "valkey" / "valkey.pid").read_text())]


def any_runs(pids: list[int]) -> bool:
    return any(psutil.pid_exists(pid) and is_alive(psutil.Process(pid)) for pid in pids)


def write_a_mark(engines: Engines) -> None:
    sql(engines.database_url, "DROP TABLE IF EXISTS mark")
    sql(engines.database_url, "CREATE TABLE mark AS SELECT 42 AS value")
    client(engines.redis_url).set("mark", "42")


def assert_the_mark_is_there(engines: Engines) -> None:
    assert sql(engines.database_url, "SELECT value FROM mark") == 42
    assert client(engines.redis_url).get("mark") == "42"


def test_both_engines_answer_in_the_versions_that_we_promise(empty: Path) -> None:
    with start_engines(empty) as engines:
        assert str(sql(engines.database_url, "SHOW server_version")).startswith("18.")
        assert client(engines.redis_url).info("server")["valkey_version"].startswith("9.")


def test_postgres_is_durable_and_valkey_writes_a_log(data: Path) -> None:
    with start_engines(data) as engines:
        settings = [sql(engines.database_url, f"SHOW {name}") for name in ("fsync", "synchronous_commit")]
        assert settings == ["on", "on"]
        assert client(engines.redis_url).config_get("append*")["appendonly"] == "yes"


def test_data_outlive_a_stop_and_a_start(data: Path) -> None:
    with start_engines(data) as engines:
        write_a_mark(engines)
    with start_engines(data) as engines:
        assert_the_mark_is_there(engines)


def test_a_stop_leaves_no_process_behind(data: Path) -> None:
    engines = start_engines(data)
    pids = engine_pids(data)
    assert any_runs(pids)
    engines.stop()
    assert not any_runs(pids)
    engines.stop()  # twice is once


def test_nobody_else_can_reach_the_engines(data: Path) -> None:
    with start_engines(data):
        pids = engine_pids(data)
        listening = [c for pid in pids for c in psutil.Process(pid).net_connections(kind="inet")]
        assert listening == []
        assert stat.S_IMODE((data / "postgres").stat().st_mode) == 0o700
        assert stat.S_IMODE((data / "valkey" / "valkey.sock").stat().st_mode) == 0o700


def test_a_second_owner_is_refused_and_told_who_owns_it(data: Path, owner: subprocess.Popen[str]) -> None:
    with pytest.raises(DataDirectoryInUse) as refusal:
        start_engines(data)
    assert refusal.value.pid == owner.pid


def test_another_terminal_attaches_without_owning(data: Path, owner: subprocess.Popen[str]) -> None:
    engines = attach(data)
    assert engines is not None
    write_a_mark(engines)
    engines.stop()
    assert_the_mark_is_there(engines)


def test_nothing_runs_nothing_to_attach_to(data: Path) -> None:
    assert attach(data / "nowhere") is None
    start_engines(data).stop()
    assert attach(data) is None


def test_a_killed_owners_engines_are_taken_over(data: Path, owner: subprocess.Popen[str]) -> None:
    pids = engine_pids(data)
    left = attach(data)
    assert left is not None
    write_a_mark(left)
    owner.kill()
    owner.wait()
    with start_engines(data) as engines:
        assert engine_pids(data) == pids
        assert_the_mark_is_there(engines)
    assert not any_runs(pids)


def test_after_a_power_cut_both_start_on_what_was_written(data: Path, owner: subprocess.Popen[str]) -> None:
    engines = attach(data)
    assert engines is not None
    write_a_mark(engines)
    client(engines.redis_url).waitaof(1, 0, 5_000)
    for pid in [owner.pid, *engine_pids(data)]:
        os.kill(pid, signal.SIGKILL)
    owner.wait()
    with start_engines(data) as again:
        assert_the_mark_is_there(again)


def test_a_mark_of_a_process_that_is_no_engine_is_ignored(data: Path) -> None:
    with start_engines(data) as engines:
        write_a_mark(engines)
    own_number = f"{os.getpid()}\n"
    (data / "postgres" / "postmaster.pid").write_text(own_number)
    (data / "valkey" / "valkey.pid").write_text(own_number)
    with start_engines(data) as engines:
        assert_the_mark_is_there(engines)


def test_ctrl_c_in_the_terminal_does_not_reach_the_engines(data: Path, owner: subprocess.Popen[str]) -> None:
    groups = {os.getpgid(pid) for pid in engine_pids(data)}
    assert os.getpgid(owner.pid) not in groups


def test_sigterm_ends_the_owner_and_its_engines(data: Path, owner: subprocess.Popen[str]) -> None:
    pids = engine_pids(data)
    owner.terminate()
    assert owner.wait(timeout=30) == 0
    assert not any_runs(pids)


def test_a_half_made_database_is_made_anew(empty: Path) -> None:
    (empty / "postgres.new" / "base").mkdir(parents=True)
    with start_engines(empty) as engines:
        assert sql(engines.database_url, "SELECT 1") == 1
    assert not (empty / "postgres.new").exists()


def test_a_path_too_long_for_a_socket_gets_a_short_one(empty: Path) -> None:
    deep = empty / ("d" * 60) / ("e" * 60)
    short = socket_directory(deep / "postgres", ".s.PGSQL.5432")
    with start_engines(deep) as engines:
        write_a_mark(engines)
        found = attach(deep)
        assert found is not None
        assert_the_mark_is_there(found)
        assert short.exists()
    assert not short.exists()


def test_a_short_directory_of_somebody_else_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * SOCKET_PATH_BYTES_MAX)
    short = socket_directory(deep, "s.sock")
    make_private(short, os.geteuid())
    make_private(short, os.geteuid())  # ours already
    short.chmod(0o755)
    with pytest.raises(PermissionError):
        make_private(short, os.geteuid())
    short.rmdir()


def test_an_engine_that_cannot_start_says_why(empty: Path) -> None:
    with pytest.raises(EngineFailed, match="no-such-option"):
        start_valkey(empty / "valkey", extra=["--no-such-option", "1"])


def test_several_valkeys_run_side_by_side(empty: Path, unused_tcp_port: int) -> None:
    with ExitStack() as stack:
        by_port = start_valkey(empty / "one", port=unused_tcp_port)
        stack.callback(by_port.stop)
        by_socket = start_valkey(empty / "two")
        stack.callback(by_socket.stop)
        client(by_port.url).set("who", "one")
        client(by_socket.url).set("who", "two")
        assert [client(v.url).get("who") for v in (by_port, by_socket)] == ["one", "two"]


def test_a_valkey_can_be_killed_and_come_back(empty: Path) -> None:
    valkey: ValkeyProcess = start_valkey(empty / "valkey")
    client(valkey.url).set("mark", "42")
    client(valkey.url).waitaof(1, 0, 5_000)
    valkey.kill()
    with pytest.raises(redis.ConnectionError):
        client(valkey.url).ping()
    assert client(valkey.start().url).get("mark") == "42"
    assert client(valkey.restart().url).get("mark") == "42"
    valkey.stop()


def test_a_postgres_can_be_killed_and_come_back(empty: Path) -> None:
    postgres: PostgresProcess = start_postgres(empty / "postgres")
    sql(postgres.url(), "CREATE TABLE mark AS SELECT 42 AS value")
    postgres.kill()
    with pytest.raises(psycopg.OperationalError):
        sql(postgres.url(), "SELECT 1")
    postgres.start()
    assert sql(postgres.url(), "SELECT value FROM mark") == 42
    postgres.stop()


def test_each_test_gets_the_schema_and_no_rows(database_url: str) -> None:
    assert sql(database_url, "SELECT count(*) FROM alembic_version") == 1
    assert sql(database_url, "SELECT count(*) FROM journal_head") == 0
