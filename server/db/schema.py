"""Which schema a database has, and whether this version of Showfloor can work with it. Nothing is changed here."""

from functools import cache

from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.migrations import alembic_config

POSTGRES_VERSION_MIN = 15
CONNECT_SECONDS_MAX = 5
_PRESENT = text("SELECT version_num FROM alembic_version")
_NO_SUCH_TABLE = "42P01"


class UnfitDatabase(Exception):
    """This version cannot work with the database. `mend` says what to do, in words for people."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}; {mend}")
        self.what = what
        self.mend = mend


@cache
def newest_schema() -> str:
    """Return the revision of the newest schema that this version knows."""
    newest = _scripts().get_current_head()
    assert newest is not None, "there is a first migration"
    return newest


def require_newest_schema(url: str) -> None:
    """Return if the database at `url` is a PostgreSQL that is new enough and has the newest schema.

    Raises `UnfitDatabase`, and SQLAlchemy's errors when it cannot be reached. Blocks for a few seconds at most.
    """
    with connected(url) as connection:
        refuse_old_postgres(connection)
        present = read_schema(connection)
    if present != newest_schema():
        raise unfit_schema(present)


def connected(url: str) -> "OneConnection":
    """Return a context manager that yields a connection to the database at `url`, for a few questions."""
    return OneConnection(url)


class OneConnection:
    """A connection with an engine of its own, closed with it."""

    def __init__(self, url: str) -> None:
        self._engine: Engine = create_engine(
            make_url(url), connect_args={"connect_timeout": CONNECT_SECONDS_MAX}, hide_parameters=True
        )
        self._connection: Connection | None = None

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        return self._connection

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()
        self._engine.dispose()


def refuse_old_postgres(connection: Connection) -> None:
    """Raise `UnfitDatabase` for a PostgreSQL that is older than what the SQL here needs."""
    number = int(connection.scalar(text("SHOW server_version_num")) or 0)
    if number < POSTGRES_VERSION_MIN * 10_000:
        raise UnfitDatabase(
            f"PostgreSQL {number // 10_000} is too old", f"upgrade it to {POSTGRES_VERSION_MIN} or newer"
        )


def read_schema(connection: Connection) -> str | None:
    """Return the revision of the database's schema; None where there is none."""
    try:
        with connection.begin_nested():
            present: str | None = connection.scalar(_PRESENT)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _NO_SUCH_TABLE:
            raise
        return None
    return present


async def has_newest_schema(connection: AsyncConnection) -> bool:
    """Whether the database has the schema that this process was written for; call it in a transaction of its own."""
    return bool(await connection.run_sync(read_schema) == newest_schema())


def unfit_schema(present: str | None) -> UnfitDatabase:
    """Return what is to be said of a schema that is not the newest."""
    if present is None:
        return UnfitDatabase("the database has no tables of Showfloor yet", "run `showfloor migrate`")
    if present in _known():
        return UnfitDatabase(
            f"the database's schema is {present}, this version needs {newest_schema()}",
            "run `showfloor migrate`",
        )
    return UnfitDatabase(
        f"the database's schema {present} is unknown to this version, whose newest is {newest_schema()}",
        "update Showfloor, or restore a backup of before",
    )


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in _scripts().walk_revisions())


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(alembic_config("postgresql+psycopg://"))
