"""The SQL of the KPI map: what is told of those behind a cell."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.lifetime.people_repository import Scope

_NAMES: Final = text("""
    SELECT DISTINCT ON (q.viewer_id) q.viewer_id, q.author FROM question AS q JOIN show ON show.id = q.show_id
    WHERE show.channel_id = :channel AND show.started_at <= :as_of AND q.viewer_id = ANY(CAST(:viewers AS text[])) AND NOT q.anonymous
    ORDER BY q.viewer_id, q.asked_at DESC
""")


async def read_names(connection: AsyncConnection, scope: Scope, viewers: Sequence[str]) -> dict[str, str]:
    """Return as what each of these viewers last asked something in the channel, of those who did."""
    given = {"channel": scope.channel_id, "as_of": scope.as_of, "viewers": list(viewers)}
    return {row.viewer_id: row.author for row in await connection.execute(_NAMES, given)}
