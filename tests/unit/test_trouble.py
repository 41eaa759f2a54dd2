"""What may be wrong at a start is one sentence with its own way to mend it, never a traceback."""

import errno

import psycopg
import pytest
from redis.exceptions import AuthenticationError, ConnectionError, NoPermissionError
from sqlalchemy.exc import OperationalError, ProgrammingError

from server.running.trouble import explain
from server.settings import Settings

SERVER = 'connection to server at "127.0.0.1", port 5432 failed: FATAL:  '


def away(reason: str) -> OperationalError:
    """What SQLAlchemy raises when libpq could not connect."""
    return OperationalError("SELECT 1", None, psycopg.OperationalError(reason))


def refused(kind: type[psycopg.Error]) -> ProgrammingError:
    """What SQLAlchemy raises for a statement that PostgreSQL refused."""
    return ProgrammingError("SELECT 1", None, kind("no"))


@pytest.mark.parametrize(
    ("error", "what", "mend"),
    [
        (
            away(SERVER + 'password authentication failed for user "me"'),
            "refuses the password",
            "SHOWFLOOR_DATABASE_URL",
        ),
        (
            away("connection failed: fe_sendauth: no password supplied"),
            "asks for a password",
            "user:password@",
        ),
        (away(SERVER + 'database "shop" does not exist'), "no such database", "createdb"),
        (away(SERVER + 'role "me" does not exist'), "does not know the user", "createuser"),
        (away(SERVER + "sorry, too many clients already"), "no more connections", "max_connections"),
        (away(SERVER + "the database system is starting up"), "not up yet", "in a moment"),
        (away('no pg_hba.conf entry for host "10.0.0.1"'), "from here", "pg_hba.conf"),
        (away("Connection refused\n\tIs the server running?"), "cannot be reached", "start PostgreSQL"),
        (refused(psycopg.errors.InsufficientPrivilege), "may not do that", "own the database"),
        (refused(psycopg.errors.UndefinedColumn), "not as expected", "migrate"),
        (refused(psycopg.errors.ReadOnlySqlTransaction), "only reads", "primary"),
        (refused(psycopg.errors.DiskFull), "disk is full", "make room"),
        (refused(psycopg.errors.LockNotAvailable), "took too long", "pg_stat_activity"),
        (psycopg.errors.DiskFull("no"), "disk is full", "make room"),
        (AuthenticationError("WRONGPASS"), "does not let us in", "password"),
        (NoPermissionError("NOPERM"), "does not allow", "all commands"),
        (ConnectionError("refused"), "cannot be reached", "start Redis"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full", "make room"),
        (OSError(errno.EDQUOT, "Quota", "var/secret"), "var/secret", "make room"),
        (OSError(errno.EROFS, "Read-only file system", "var"), "Read-only", "SHOWFLOOR_DATA"),
        (PermissionError(errno.EACCES, "Permission denied", "var"), "may not be written", "SHOWFLOOR_DATA"),
    ],
)
def test_each_fault_says_what_is_wrong_and_how_to_mend_it(error: Exception, what: str, mend: str) -> None:
    trouble = explain(error)
    assert trouble is not None
    assert what in trouble.what
    assert mend in trouble.mend
    assert "\n" not in str(trouble)


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    assert explain(KeyError("x")) is None


LISTS = [name for name, field in Settings.model_fields.items() if field.annotation == list[str]]


def test_there_are_settings_with_several_values() -> None:
    assert {"hosts", "origins", "media_origins", "trusted_proxies"} <= set(LISTS)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "value", ["one.example,two.example", "[one.example]", "one.example", '["one.example"']
)
def test_a_list_that_is_not_written_as_one_is_one_sentence_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"SHOWFLOOR_{name.upper()}", value)
    with pytest.raises(ValueError) as raised:
        Settings()
    trouble = explain(raised.value)
    assert trouble is not None
    assert f"SHOWFLOOR_{name.upper()}" in trouble.what
    assert '["one", "another"]' in trouble.mend
    assert "one.example" not in str(trouble)
