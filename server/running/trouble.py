"""What may be wrong when a command starts, said in one line with the way to mend it; never a traceback for an expected fault."""

import errno
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError


class Trouble(Exception):
    """An expected fault: `what` is wrong, and how to `mend` it, both for people."""

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what}; {mend}" if mend else what)
        self.what = what
        self.mend = mend


def explain(error: Exception) -> Trouble | None:
    """Return `error` in words for people; None when it is a fault of ours, which deserves its traceback."""
    if isinstance(error, Trouble):
        return error
    # Late, so that commands which need no database start at once.
    import psycopg
    from alembic.util.exc import CommandError
    from pydantic import ValidationError
    from pydantic_settings import SettingsError
    from redis.exceptions import RedisError
    from sqlalchemy.exc import ArgumentError, DBAPIError

    from server.db.schema import UnfitDatabase
    from server.embedded import DataDirectoryInUse, EngineFailed, EngineMissing
    from server.errors import RefusedError
    from server.running.engine_trouble import explain_redis, explain_sql
    from server.weakness import WeakSecretError

    match error:
        case DataDirectoryInUse() | EngineFailed() | EngineMissing() | RefusedError():
            return Trouble(str(error))
        case ValidationError():
            return Trouble(_bad_settings(error), "see `showfloor config check`")
        case SettingsError():
            return _no_list(error)
        case WeakSecretError():
            return Trouble(str(error), "put a random one there: `openssl rand -hex 32`")
        case UnfitDatabase():
            return Trouble(error.what, error.mend)
        case DBAPIError() | psycopg.Error():
            return explain_sql(error)
        case RedisError():
            return explain_redis(error)
        case ArgumentError():
            return no_database_address()
        case CommandError():
            return Trouble(
                f"the database's schema is unknown to this version ({error})",
                "update Showfloor, or restore the database",
            )
        case PermissionError():
            return Trouble(
                f"{error.filename or 'the data directory'} may not be written ({error.strerror or error})",
                "give it to the user who runs Showfloor, or set SHOWFLOOR_DATA to another directory",
            )
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return Trouble(
                f"the disk is full ({error.filename or error.strerror})",
                "make room, or set SHOWFLOOR_DATA to a directory on another disk",
            )
        case OSError() if error.filename is not None:
            return Trouble(
                f"{error.filename} cannot be used ({error.strerror})",
                "see SHOWFLOOR_DATA and `showfloor doctor`",
            )
        case _:
            return None


def no_database_address() -> Trouble:
    """Return the trouble of a database URL that is none, or not PostgreSQL's."""
    mend = "write it as postgresql://user:password@host:5432/name"
    return Trouble("SHOWFLOOR_DATABASE_URL is not the address of a PostgreSQL", mend)


def port_in_use(host: str, port: int, setting: str = "--port") -> Trouble:
    """Return the trouble of a port that somebody else listens on."""
    return Trouble(
        f"port {port} on {host} is in use", f"stop what listens there, or choose another one with {setting}"
    )


def not_a_directory(data: Path) -> Trouble:
    """Return the trouble of a data directory that is a file."""
    return Trouble(f"{data} is not a directory", "set SHOWFLOOR_DATA to one")


def _bad_settings(error: "ValidationError") -> str:
    """Say which settings are wrong, without their values: one of them may be the secret."""
    told = []
    for item in error.errors(include_url=False, include_input=False):
        name = "SHOWFLOOR_" + "_".join(str(part) for part in item["loc"]).upper()
        reason = item["msg"].removeprefix("Value error, ")
        told.append(reason if name in reason else f"{name}: {reason}")
    return "; ".join(told)


def _no_list(error: Exception) -> Trouble:
    """Return the trouble of a setting that holds several values and is not written as such; its value is not told."""
    found = re.search(r'field "(\w+)"', str(error))
    name = f"SHOWFLOOR_{found[1].upper()}" if found else "a setting"
    return Trouble(
        f"{name} is no list in JSON", 'write it with brackets and quotes, as in ["one", "another"]'
    )


def half_a_configuration(*, given: str, missing: str) -> Trouble:
    """Return the trouble of one engine's address without the other's."""
    return Trouble(
        f"{given} is set and {missing} is not",
        "set both to engines of your own, or neither for the embedded ones",
    )


def nothing_runs_on(data: Path) -> Trouble:
    """Return the trouble of a worker that was given no engines and finds none."""
    return Trouble(
        f"no server runs on the data in {data}, and no engines are named",
        "set SHOWFLOOR_DATABASE_URL and SHOWFLOOR_REDIS_URL; with embedded engines `serve` writes the ledger itself",
    )


def nothing_kept_in(data: Path) -> Trouble:
    """Return the trouble of a command that reads, where nothing was ever written."""
    return Trouble(
        f"there are no data in {data} yet",
        "start `showfloor serve` first, or set SHOWFLOOR_DATA or SHOWFLOOR_DATABASE_URL",
    )
