"""All SQL of screening."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db.engine import Database
from server.screening.rules import Settings
from server.screening.tables import LastWrittenRow, ScreeningSettingsRow

_SETTINGS = ScreeningSettingsRow.__table__  # type: ignore[attr-defined]
_LAST = LastWrittenRow.__table__  # type: ignore[attr-defined]
_READ: Final = "SELECT * FROM screening_settings WHERE channel_id = :channel"
_WRITE_LAST: Final = text("""
    INSERT INTO last_written (show_id, viewer_id, at) SELECT :show, unnest(CAST(:viewers AS text[])), :at
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET at = excluded.at
""")

Mark = tuple[str | None, ...]
"""Another one whenever the settings of a channel were made or have changed."""


async def read_settings(connection: AsyncConnection, channel_id: str) -> ScreeningSettingsRow | None:
    """Return a channel's settings; None when it never had any."""
    row = (await connection.execute(text(_READ), {"channel": channel_id})).one_or_none()
    return None if row is None else ScreeningSettingsRow(**row._mapping)


async def lock_settings(connection: AsyncConnection, fresh: ScreeningSettingsRow) -> ScreeningSettingsRow:
    """Return a channel's settings, locked; those of a channel that never had any are `fresh`."""
    await connection.execute(insert(_SETTINGS).values(**fresh.model_dump()).on_conflict_do_nothing())
    row = (await connection.execute(text(f"{_READ} FOR UPDATE"), {"channel": fresh.channel_id})).one()
    return ScreeningSettingsRow(**row._mapping)


async def write_settings(connection: AsyncConnection, row: ScreeningSettingsRow) -> None:
    """Write a channel's settings, whole."""
    own = _SETTINGS.c.channel_id == row.channel_id
    await connection.execute(update(_SETTINGS).where(own).values(**row.model_dump()))


async def read_sealed_otherwise(connection: AsyncConnection, mark: str) -> list[ScreeningSettingsRow]:
    """Return, locked, the settings whose secret was not sealed by `mark`."""
    sealed = _SETTINGS.c.reviewer_secret
    wanted = select(_SETTINGS).where(sealed.is_not(None), ~sealed.startswith(f"{mark}.", autoescape=True))
    return [
        ScreeningSettingsRow(**row._mapping) for row in await connection.execute(wanted.with_for_update())
    ]


async def read_mark(database: Database) -> Mark:
    """Return the mark of all channels' settings, in one round trip."""
    (mark,) = await database.ask("SELECT count(*), sum(version) FROM screening_settings")
    return tuple(mark)


async def read_versions(database: Database) -> dict[str, int]:
    """Return the version of each channel's settings."""
    rows = await database.ask("SELECT channel_id, version FROM screening_settings")
    return {str(channel): int(str(version)) for channel, version in rows}


async def read_many(connection: AsyncConnection, channels: Collection[str]) -> list[ScreeningSettingsRow]:
    """Return the settings of these channels."""
    wanted = select(_SETTINGS).where(_SETTINGS.c.channel_id.in_(channels))
    return [ScreeningSettingsRow(**row._mapping) for row in await connection.execute(wanted)]


async def read_last_written(
    connection: AsyncConnection, show_id: str, viewers: Collection[str]
) -> dict[str, datetime]:
    """Return when these viewers wrote last in the show, as far as anybody noted it."""
    wanted = select(_LAST.c.viewer_id, _LAST.c.at).where(
        _LAST.c.show_id == show_id, _LAST.c.viewer_id.in_(viewers)
    )
    return {row.viewer_id: row.at for row in await connection.execute(wanted)}


async def write_last_written(
    connection: AsyncConnection, show_id: str, viewers: Sequence[str], at: datetime
) -> None:
    """Note that these viewers wrote in the show just now."""
    await connection.execute(_WRITE_LAST, {"show": show_id, "viewers": viewers, "at": at})


async def forget_last_written(connection: AsyncConnection, show_id: str) -> None:
    """Forget when anybody wrote in the show."""
    await connection.execute(delete(_LAST).where(_LAST.c.show_id == show_id))


def as_settings(row: ScreeningSettingsRow) -> Settings:
    """Return a row as the rules know it."""
    reviewer = None
    if row.reviewer_url is not None and row.reviewer_secret is not None:
        reviewer = {"url": row.reviewer_url, "secret": row.reviewer_secret, "fallback": row.reviewer_fallback}
    fields = {
        name: getattr(row, name) for name in ("entries", "links", "hosts", "slow_seconds", "newcomers_held")
    }
    return msgspec.convert(fields | {"reviewer": reviewer}, Settings)
