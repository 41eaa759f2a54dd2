"""Who writes rows of a show: workers side by side, each with a share in the show, or alone whoever derives its rows.

Whoever records hard facts has the show's head (`journal_head`) instead, as has who derives.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_KEY: Final = "hashtextextended('rows of ' || show_id, 0)"
_SHOWS: Final = (
    "(SELECT DISTINCT show_id FROM unnest(CAST(:shows AS text[])) AS s (show_id) ORDER BY show_id) AS s"
)
# A worker of the version before has no share in anything; it holds the place of the stream that it reads.
_HOLD_OLD_WORKERS: Final = text(
    "SELECT FROM ledger_cursor WHERE stream !~ '\\}\\:[0-9]+$' ORDER BY stream FOR UPDATE"
)
_HOLD: Final = text(f"SELECT pg_advisory_xact_lock({_KEY}) FROM {_SHOWS}")
_SHARE: Final = text(f"SELECT show_id FROM {_SHOWS} WHERE pg_try_advisory_xact_lock_shared({_KEY})")


async def hold_shows(connection: AsyncConnection, show_ids: Collection[str]) -> None:
    """Keep workers away from these shows until the transaction ends; call it once, before anything that a worker locks is locked."""
    await connection.execute(_HOLD_OLD_WORKERS)
    await connection.execute(_HOLD, {"shows": sorted(show_ids)})


async def share_shows(connection: AsyncConnection, show_ids: Collection[str]) -> set[str]:
    """Take a share in these shows until the transaction ends, and return in which; the others are held, or waited for. Nothing waits."""
    return set(await connection.scalars(_SHARE, {"shows": sorted(show_ids)})) if show_ids else set()
