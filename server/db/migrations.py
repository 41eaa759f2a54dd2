"""Bring a database to the newest schema. Safe to call from several processes at once: an advisory lock lets one work."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text

SCRIPTS = Path(__file__).parent / "alembic"
_LOCK = 0x53484F57  # "SHOW"


def alembic_config(url: str) -> Config:
    """Return Alembic's configuration for the database at `url`."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["url"] = make_url(url)
    return config


def migrate(url: str) -> None:
    """Upgrade the database at `url` to the newest schema; does nothing when it is there already."""
    engine = create_engine(make_url(url))
    try:
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            config = alembic_config(url)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        engine.dispose()
