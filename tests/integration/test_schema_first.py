"""Commands on engines that they cannot work with: one sentence that says how to mend it, nothing started, nothing written."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from server.db.schema import newest_schema
from server.embedded import PostgresProcess, start_valkey
from tests.support.commands import engines_on, free_port, showfloor

ON_SQL = [
    ("stats", "demo"),
    ("export", "demo", "--of", "viewers"),
    ("stock",),
    ("token", "--role", "host", "--channel", "demo", "--code"),
]
ON_BOTH = [("serve", "--port", "0"), ("serve", "--port", "0", "--workers", "2"), ("worker",)]
BARE = "schema_first"


@pytest.fixture
def bare_url(postgres: PostgresProcess) -> Iterator[str]:
    """The SQLAlchemy address of a database with nothing in it."""
    postgres.create_database(BARE)
    yield postgres.url(BARE)
    postgres.drop_database(BARE)


@pytest.fixture
def data(engine_directory: Path, tmp_path: Path) -> Path:
    """A data directory that nobody uses, at a place where engines may run."""
    return engine_directory / tmp_path.name / "var"


def connect(url: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(url.replace("+psycopg", ""), autocommit=True)


def assert_refused(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 1, result
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("words", ON_SQL + ON_BOTH)
def test_a_database_without_tables_is_said_with_the_way_to_make_them(
    words: tuple[str, ...], bare_url: str, redis_url: str, data: Path
) -> None:
    result = showfloor(*words, data=data, database_url=bare_url, redis_url=redis_url)
    assert_refused(result, "no tables of Showfloor", "`showfloor migrate`")
    with connect(bare_url) as connection:
        assert connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").fetchall() == []


@pytest.mark.parametrize("words", [*ON_SQL, *ON_BOTH, ("migrate",)])
def test_a_schema_of_a_newer_version_is_left_alone(
    words: tuple[str, ...], database_url: str, redis_url: str, data: Path
) -> None:
    with connect(database_url) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        result = showfloor(*words, data=data, database_url=database_url, redis_url=redis_url)
        assert_refused(result, "9999", "update Showfloor")
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


def test_a_server_serves_once_the_schema_is_there(bare_url: str, redis_url: str, data: Path) -> None:
    urls = {"database_url": bare_url, "redis_url": redis_url}
    assert showfloor("migrate", data=data, database_url=bare_url).returncode == 0, "it needs SQL alone"
    assert_refused(showfloor("stats", "demo", data=data, **urls), "no show 'demo'")
    with connect(bare_url) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchone() == (newest_schema(),)


@pytest.mark.parametrize("words", [*ON_BOTH, ("demo",)])
def test_a_database_without_a_redis_is_half_a_configuration(
    words: tuple[str, ...], database_url: str, data: Path
) -> None:
    result = showfloor(*words, data=data, database_url=database_url)
    assert_refused(result, "SHOWFLOOR_DATABASE_URL is set and SHOWFLOOR_REDIS_URL is not")
    assert not (data / "postgres").exists()
    assert not engines_on(data)


@pytest.mark.parametrize("words", [*ON_SQL, *ON_BOTH, ("demo",), ("migrate",)])
def test_a_redis_without_a_database_is_half_a_configuration(
    words: tuple[str, ...], redis_url: str, data: Path
) -> None:
    result = showfloor(*words, data=data, redis_url=redis_url)
    assert_refused(result, "SHOWFLOOR_REDIS_URL is set and SHOWFLOOR_DATABASE_URL is not")
    assert not (data / "postgres").exists()


def test_the_doctor_and_the_check_of_settings_say_half_a_configuration(redis_url: str, data: Path) -> None:
    checked = showfloor("config", "check", data=data, redis_url=redis_url)
    examined = showfloor("doctor", "--port", str(free_port()), data=data, redis_url=redis_url)
    assert (checked.returncode, examined.returncode) == (1, 1)
    assert "SHOWFLOOR_DATABASE_URL is not" in checked.stderr
    assert "SHOWFLOOR_DATABASE_URL is not" in examined.stdout


@pytest.mark.parametrize("words", [*ON_SQL, ("worker",)])
def test_a_command_that_only_reads_or_counts_starts_no_engines_where_there_are_no_data(
    words: tuple[str, ...], data: Path
) -> None:
    assert_refused(showfloor(*words, data=data), str(data), "SHOWFLOOR_DATABASE_URL")
    assert not (data / "postgres").exists()
    assert not engines_on(data)


def test_a_database_name_that_is_wrong_is_said(postgres: PostgresProcess, redis_url: str, data: Path) -> None:
    result = showfloor("serve", data=data, database_url=postgres.url("nowhere"), redis_url=redis_url)
    assert_refused(result, "no such database", "createdb")


def test_a_user_that_is_unknown_is_said(database_url: str, redis_url: str, data: Path) -> None:
    wrong = database_url.replace("postgres@", "nobody@")
    result = showfloor("worker", data=data, database_url=wrong, redis_url=redis_url)
    assert_refused(result, "does not know the user", "createuser")


def test_a_user_without_rights_is_said(database_url: str, redis_url: str, data: Path) -> None:
    with connect(database_url) as connection:
        connection.execute("DROP ROLE IF EXISTS guest")
        connection.execute("CREATE ROLE guest LOGIN")
        as_guest = database_url.replace("postgres@", "guest@")
        for words in [("stats", "demo"), ("worker",), ("migrate",)]:
            result = showfloor(*words, data=data, database_url=as_guest, redis_url=redis_url)
            assert_refused(result, "permission denied", "own the database")
        connection.execute("DROP ROLE guest")


@pytest.mark.parametrize("words", ON_BOTH)
def test_a_redis_that_wants_a_password_is_said(
    words: tuple[str, ...], database_url: str, engine_directory: Path, tmp_path: Path, data: Path
) -> None:
    port = free_port()
    locked = start_valkey(engine_directory / tmp_path.name, port=port)
    with redis.Redis.from_url(locked.url) as client:
        client.config_set("requirepass", "geheim")
    try:
        for url in (f"redis://127.0.0.1:{port}", f"redis://:falsch@127.0.0.1:{port}"):
            result = showfloor(*words, data=data, database_url=database_url, redis_url=url)
            assert_refused(result, "Redis does not let us in", "SHOWFLOOR_REDIS_URL")
    finally:
        locked.kill()


@pytest.mark.parametrize(
    ("url", "word"),
    [("localhost:6379", "redis://"), ("unix://{socket}?db=9999", "no database of this number")],
)
def test_a_redis_address_that_is_none_is_said(
    url: str, word: str, database_url: str, redis_url: str, data: Path
) -> None:
    address = url.format(socket=redis_url.removeprefix("unix://").partition("?")[0])
    result = showfloor("worker", data=data, database_url=database_url, redis_url=address)
    assert_refused(result, word, "SHOWFLOOR_REDIS_URL")
