"""Bring a database to the newest schema. Safe to call from several processes at once: an advisory lock lets one work."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from psycopg.errors import DeadlockDetected
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

SCRIPTS = Path(__file__).parent / "alembic"
LOCK_TIMEOUT = "2s"
"""How long a migration waits for a table: whoever comes to that table meanwhile waits behind it, and viewers are given up after five."""
STATEMENT_TIMEOUT = "60s"
"""How long one statement of a migration may take; one that is known to need more sets its own before it."""
ATTEMPTS_MAX = 5
"""Who reads and writes meanwhile takes tables in an order of their own: PostgreSQL ends one of a circle, which then comes again."""
_LOCK = 0x53484F57  # "SHOW"


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["url"] = make_url(url)
    return config


def migrate(url: str) -> None:
    """Upgrade the database at `url` to the newest schema, wholly or not at all; does nothing when it is there already.

    Its turn comes however long another process migrates. Then it waits for no table longer than `LOCK_TIMEOUT`, and raises
    `OperationalError` when somebody keeps one.
    """
    engine = create_engine(make_url(url))
    try:
        for attempt in range(1, ATTEMPTS_MAX + 1):
            try:
                _upgrade(engine, alembic_config(url))
                return
            except OperationalError as error:
                if not isinstance(error.orig, DeadlockDetected) or attempt == ATTEMPTS_MAX:
                    raise
    finally:
        engine.dispose()


def _upgrade(engine: Engine, config: Config) -> None:
    with engine.begin() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
