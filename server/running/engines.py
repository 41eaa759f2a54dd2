"""The engines of a command: those that are named, the embedded ones of a running server, or embedded ones started for it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING

from server.running.launch import console
from server.running.trouble import (
    half_a_configuration,
    not_a_directory,
    nothing_kept_in,
    nothing_runs_on,
)
from server.settings import Settings

if TYPE_CHECKING:
    from server.embedded import Engines


class Start(Enum):
    """When embedded engines may be started."""

    OWN = auto()
    """Always: this command owns the data directory while it runs."""
    SHARED = auto()
    """Where no server runs on the data; the data are made if there are none."""
    KEPT = auto()
    """Where no server runs on the data, and there are data."""
    NEVER = auto()
    """Only those of a server that runs are used."""


@contextmanager
def engines_for(
    settings: Settings, start: Start = Start.OWN, *, sql_alone: bool = False
) -> Iterator[Settings]:
    """Yield the settings with both URLs in them: those that are set, else those of the embedded engines.

    With `sql_alone` the database's URL is enough. Embedded engines that were started are stopped at the end. Raises `Trouble` for half
    a configuration and for data that are not there, and `DataDirectoryInUse`, `EngineFailed`, `EngineMissing`.
    """
    refuse_half_a_configuration(settings, sql_alone=sql_alone)
    if settings.database_url:
        yield settings
        return
    with _embedded(settings, start) as engines:
        yield settings.model_copy(
            update={"database_url": engines.database_url, "redis_url": engines.redis_url}
        )


@contextmanager
def database_for(
    settings: Settings, start: Start = Start.KEPT, *, sql_alone: bool = True
) -> Iterator[Settings]:
    """Do as `engines_for`, for commands that need the newest schema; raises `UnfitDatabase` too."""
    from server.db.schema import require_newest_schema

    with engines_for(settings, start, sql_alone=sql_alone) as ready:
        assert ready.database_url is not None, "engines_for puts it in"
        require_newest_schema(ready.database_url)
        yield ready


@contextmanager
def database_made_for(settings: Settings) -> Iterator[Settings]:
    """Do as `database_for`, for a command that may be the first of all: embedded engines without data get the newest schema."""
    from server.db.migrations import migrate
    from server.db.schema import require_newest_schema

    fresh = settings.database_url is None and not _has_data(settings)
    with engines_for(settings, Start.SHARED, sql_alone=True) as ready:
        assert ready.database_url is not None, "engines_for puts it in"
        if fresh:
            migrate(ready.database_url)
        require_newest_schema(ready.database_url)
        yield ready


def _has_data(settings: Settings) -> bool:
    return (settings.data / "postgres" / "PG_VERSION").exists()


def refuse_half_a_configuration(settings: Settings, *, sql_alone: bool = False) -> None:
    """Raise `Trouble` if one engine is named and the other is not: the embedded one beside it would hold half of a truth."""
    sql, redis = bool(settings.database_url), bool(settings.redis_url)
    if redis and not sql:
        raise half_a_configuration(given="SHOWFLOOR_REDIS_URL", missing="SHOWFLOOR_DATABASE_URL")
    if sql and not redis and not sql_alone:
        raise half_a_configuration(given="SHOWFLOOR_DATABASE_URL", missing="SHOWFLOOR_REDIS_URL")


def prepare_to_serve(settings: Settings, ready: Settings) -> None:
    """Bring embedded engines to the newest schema; engines of one's own must have it. Raises what `require_fit_engines` does.

    A schema that several servers share is changed by `showfloor migrate` alone, at a moment that somebody chose.
    """
    from server.db.migrations import migrate

    if settings.database_url is None:
        assert ready.database_url is not None, "engines_for puts it in"
        migrate(ready.database_url)
    else:
        require_fit_engines(ready)


def require_fit_engines(settings: Settings) -> None:
    """Return if both engines can be worked with; Redis may be away. Both URLs must be set.

    Raises `UnfitDatabase`, SQLAlchemy's errors when PostgreSQL is away, and `Trouble` for what Redis refuses for good.
    """
    from server.db.schema import require_newest_schema

    assert settings.database_url, "engines_for puts it in"
    assert settings.redis_url, "engines_for puts it in"
    require_newest_schema(settings.database_url)
    if not asyncio.run(answers(settings.redis_url)):
        console.print(
            "[yellow]Redis cannot be reached; going on without it, degraded, until it can.[/yellow]"
        )


async def answers(redis_url: str) -> bool:
    """Whether Redis answers now; raises `Trouble` for a URL that is none, and for what Redis refuses for good."""
    from server.bus.connections import REDIS_AWAY, open_link
    from server.running.engine_trouble import no_redis_address, redis_in_words

    try:
        link = open_link(redis_url)
    except ValueError:
        raise no_redis_address() from None
    try:
        with redis_in_words():
            await link.run("PING")
    except REDIS_AWAY:
        return False
    finally:
        await link.close()
    return True


@contextmanager
def _embedded(settings: Settings, start: Start) -> "Iterator[Engines]":
    from server.embedded import attach

    running = None if start is Start.OWN else attach(settings.data)
    if running is not None:
        yield running
        return
    if start is Start.NEVER:
        raise nothing_runs_on(settings.data)
    if start is Start.KEPT and not _has_data(settings):
        raise nothing_kept_in(settings.data)
    with _start(settings) as engines:
        yield engines


def _start(settings: Settings) -> "Engines":
    from server.embedded import start_engines

    try:
        return start_engines(settings.data)
    except (FileExistsError, NotADirectoryError):
        raise not_a_directory(settings.data) from None
