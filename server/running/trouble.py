"""What may be wrong when a command starts, said in one line with the way to mend it; never a traceback for an expected fault."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import ValidationError
    from sqlalchemy.exc import DBAPIError


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
    from alembic.util.exc import CommandError
    from pydantic import ValidationError
    from sqlalchemy.exc import ArgumentError, DBAPIError

    from server.embedded import DataDirectoryInUse, EngineFailed, EngineMissing
    from server.errors import RefusedError

    match error:
        case DataDirectoryInUse() | EngineFailed() | EngineMissing() | RefusedError():
            return Trouble(str(error))
        case ValidationError():
            return Trouble(_bad_settings(error), "see `showfloor config check`")
        case DBAPIError():
            return _database_trouble(error)
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


def port_in_use(host: str, port: int) -> Trouble:
    """Return the trouble of a port that somebody else listens on."""
    return Trouble(
        f"port {port} on {host} is in use", "stop what listens there, or choose another one with --port"
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


def _database_trouble(error: "DBAPIError") -> Trouble:
    told = str(error.orig).strip().splitlines() if error.orig is not None else []
    reason = told[0].strip() if told else type(error).__name__
    from psycopg.errors import LockNotAvailable, QueryCanceled
    from sqlalchemy.exc import ProgrammingError

    if isinstance(error.orig, LockNotAvailable | QueryCanceled):
        return Trouble(
            f"the database took too long, and nothing was changed ({reason})",
            "end what keeps its tables (pg_stat_activity shows it), or try again when less is going on",
        )
    if isinstance(error, ProgrammingError):
        return Trouble(f"the database's tables are not as expected ({reason})", "run `showfloor migrate`")
    return Trouble(
        f"the database cannot be reached ({reason})",
        "start PostgreSQL, or correct SHOWFLOOR_DATABASE_URL; `showfloor doctor` tells more",
    )
