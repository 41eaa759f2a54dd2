"""The command line: results alone on standard output, faults in one line, exit codes."""

import os
import re
import socket
import subprocess
from pathlib import Path

import pytest

from server.access.revocations import Revocations
from server.access.sign_in import SignIn
from server.access.tokens import Identity, Tokens
from server.clock import SystemClock
from server.db.engine import Database
from server.embedded import start_engines
from server.errors import RefusedError
from server.settings import Settings
from tests.support.commands import engines_on, free_port, showfloor, showfloor_afresh

SECRET = "a-secret-of-the-tests-0123456789-ABCDEFGH"


@pytest.fixture
def data(engine_directory: Path, tmp_path: Path) -> Path:
    """A data directory that nobody uses, at a place where engines may run."""
    return engine_directory / tmp_path.name / "var"


def assert_one_line_of_fault(result: subprocess.CompletedProcess[str], *words: str) -> None:
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("showfloor: ")
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


def test_a_token_stands_alone_on_standard_output_and_needs_no_database(data: Path) -> None:
    result = showfloor_afresh("token", "--role", "host", "--channel", "demo", data=data, secret=SECRET)
    assert result.returncode == 0
    assert result.stderr == ""
    assert result.stdout.count("\n") == 1
    identity = Tokens(SECRET, SystemClock()).verify(result.stdout.strip())
    assert (identity.role, identity.channel_id, identity.guest) == ("host", "demo", False)
    assert re.fullmatch(r"Host \d{4}", identity.name)
    assert not engines_on(data)


def test_a_token_is_valid_wherever_the_data_directory_is_the_same(data: Path) -> None:
    words = ("token", "--role", "viewer", "--channel", "demo", "--subject", "v_me", "--hours", "1")
    token = showfloor(*words, data=data).stdout.strip()
    identity = Tokens(Settings(data=data).signing_secret(), SystemClock()).verify(token)
    assert identity.viewer_id == "v_me"
    assert (data / "secret").stat().st_mode & 0o077 == 0


def test_a_sign_in_code_is_kept_in_sql_and_signs_in_once(
    data: Path, database_url: str, redis_url: str
) -> None:
    words = ("token", "--role", "host", "--channel", "demo", "--code")
    urls = {"database_url": database_url, "redis_url": redis_url}
    result = showfloor(*words, data=data, **urls)
    assert result.returncode == 0, result.stderr
    assert len(result.stdout.strip()) == 24


@pytest.mark.parametrize(
    "words",
    [
        ("token",),
        ("token", "--role", "king", "--channel", "demo"),
        ("serve", "--port", "99999"),
        ("demo", "--audience", "-1"),
        ("nothing",),
    ],
)
def test_a_command_that_cannot_be_understood_ends_with_2(words: tuple[str, ...], data: Path) -> None:
    result = showfloor(*words, data=data)
    assert result.returncode == 2
    assert result.stdout == ""


def test_people_have_names_and_two_without_one_are_two(data: Path) -> None:
    def identity(*words: str) -> Identity:
        made = showfloor("token", "--role", "host", "--channel", "demo", *words, data=data, secret=SECRET)
        return Tokens(SECRET, SystemClock()).verify(made.stdout.strip())

    mika, again, sora = (identity("--name", name) for name in ("Mika", " Mika ", "Sora"))
    assert mika.name == "Mika"
    assert mika.viewer_id == again.viewer_id != sora.viewer_id
    assert identity().viewer_id != identity().viewer_id


async def test_two_codes_without_a_name_sign_in_two_people_and_with_one_the_same(
    data: Path, database_url: str, redis_url: str
) -> None:
    urls = {"database_url": database_url, "redis_url": redis_url}

    def code(*words: str) -> str:
        made = showfloor("token", "--role", "host", "--channel", "demo", "--code", *words, data=data, **urls)
        assert made.returncode == 0, made.stderr
        return made.stdout.strip()

    codes = [code(), code(), code("--name", "Mika"), code("--name", "Mika")]
    database, clock = Database(database_url, pool_size=1), SystemClock()
    try:
        sign_in = SignIn(database, Tokens(SECRET, clock), clock)
        one, two, mika, again = [await sign_in.exchange(each) for each in codes]
        with pytest.raises(RefusedError) as refused:
            await sign_in.exchange(codes[0])
    finally:
        await database.close()
    assert one.viewer_id != two.viewer_id
    assert (mika.viewer_id, mika.name) == (again.viewer_id, "Mika")
    assert refused.value.data == {"why": "used_up"}


async def test_a_person_is_signed_out_by_their_name(data: Path, database_url: str, redis_url: str) -> None:
    urls = {"database_url": database_url, "redis_url": redis_url, "secret": SECRET}
    made = showfloor("token", "--role", "host", "--channel", "demo", "--name", "Mika", data=data, **urls)
    done = showfloor("sign-out", "--role", "host", "--channel", "demo", "--name", "Mika", data=data, **urls)
    assert done.returncode == 0, done.stderr
    assert_one_line_of_fault(showfloor("sign-out", data=data, **urls), "nobody is named", "--name")
    database, clock = Database(database_url, pool_size=1), SystemClock()
    try:
        revocations = Revocations(database, clock)
        await revocations.run_once()
        with pytest.raises(RefusedError):
            Tokens(SECRET, clock, revoked=revocations).verify(made.stdout.strip())
    finally:
        await database.close()


def test_a_weak_secret_is_refused(data: Path) -> None:
    assert_one_line_of_fault(
        showfloor("serve", data=data, secret="short"), "SHOWFLOOR_SECRET", "32 characters"
    )


def test_a_setting_of_the_wrong_kind_is_named_without_its_value(data: Path) -> None:
    result = showfloor("serve", data=data, tick_ms="fast")
    assert_one_line_of_fault(result, "SHOWFLOOR_TICK_MS", "config check")
    assert "fast" not in result.stderr


@pytest.mark.parametrize("words", [("serve",), ("config", "check")])
def test_a_number_that_cannot_work_is_refused_with_its_name(words: tuple[str, ...], data: Path) -> None:
    result = showfloor(*words, data=data, commands_per_second="0")
    assert_one_line_of_fault(result, "SHOWFLOOR_COMMANDS_PER_SECOND", "greater than 0")


def test_a_port_in_use_is_said_before_anything_is_started(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_one_line_of_fault(showfloor("serve", "--port", str(port), data=data), str(port), "--port")
    assert not (data / "postgres").exists()


def test_a_data_directory_in_use_is_said_with_the_process_that_uses_it(data: Path) -> None:
    with start_engines(data):
        result = showfloor("serve", "--port", str(free_port()), data=data)
    assert_one_line_of_fault(result, f"process {os.getpid()}", "SHOWFLOOR_DATA")


def test_a_database_that_is_away_is_said_without_its_password(data: Path) -> None:
    urls = {"database_url": "postgresql://me:geheim@127.0.0.1:1/x", "redis_url": "redis://127.0.0.1:1/0"}
    result = showfloor("serve", "--port", str(free_port()), data=data, **urls)
    assert_one_line_of_fault(result, "cannot be reached", "SHOWFLOOR_DATABASE_URL")
    assert "geheim" not in result.stderr


def test_a_database_of_another_kind_is_refused(data: Path) -> None:
    assert_one_line_of_fault(showfloor("migrate", data=data, database_url="mysql://a/b"), "PostgreSQL")


def test_a_show_that_is_not_there_is_said(data: Path, database_url: str, redis_url: str) -> None:
    urls = {"database_url": database_url, "redis_url": redis_url}
    assert_one_line_of_fault(showfloor("stats", "nowhere", data=data, **urls), "nowhere")


def test_the_check_of_settings_finds_a_misspelt_name_and_hides_what_is_secret(data: Path) -> None:
    result = showfloor("config", "check", data=data, secret=SECRET, tickms="250")
    assert result.returncode == 1
    assert "SHOWFLOOR_TICKMS is no setting of Showfloor; did you mean SHOWFLOOR_TICK_MS?" in result.stderr
    assert SECRET not in result.stdout
    assert "flush_ms" in result.stdout


def test_the_doctor_finds_a_good_set_up_in_order(data: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    for name in ("index", "host", "analyst", "studio"):
        (pages / f"{name}.html").touch()
    result = showfloor("doctor", "--port", str(free_port()), data=data, pages=str(pages))
    assert result.returncode == 0, result.stdout
    assert "PostgreSQL 18" in result.stdout
    assert "Valkey 9" in result.stdout
    assert "append-only file" in result.stdout
    assert not (data / "postgres").exists(), "a doctor changes nothing"


def test_the_doctor_says_what_is_broken_and_how_to_mend_it(
    data: Path, database_url: str, tmp_path: Path
) -> None:
    bad = {
        "database_url": database_url,
        "redis_url": "redis://127.0.0.1:1/0",
        "secret": "a" * 40,
        "pages": str(tmp_path / "nowhere"),
    }
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = showfloor("doctor", "--port", str(taken.getsockname()[1]), data=data, **bad)
    assert result.returncode == 1
    assert "4 broken" in result.stdout
    for mend in ("SHOWFLOOR_SECRET", "make setup", "--port", "SHOWFLOOR_REDIS_URL"):
        assert mend in result.stdout


def test_the_doctor_sees_a_schema_that_is_behind(data: Path, postgres: object, redis_url: str) -> None:
    from server.embedded import PostgresProcess

    assert isinstance(postgres, PostgresProcess)
    postgres.create_database("bare")
    try:
        urls = {"database_url": postgres.url("bare"), "redis_url": redis_url}
        before = showfloor("doctor", "--port", str(free_port()), data=data, **urls)
        assert showfloor("migrate", data=data, **urls).returncode == 0
        after = showfloor("doctor", "--port", str(free_port()), data=data, **urls)
    finally:
        postgres.drop_database("bare")
    assert "showfloor migrate" in before.stdout
    assert "the newest" in after.stdout
