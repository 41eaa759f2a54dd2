"""What is known of people beside the rows of shows: who took consent back, and who is known from another show. Asked anew each time."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.columns.rows import ShowRows
from server.stats.columns.rows_repository import NUMBERED, WHO
from server.stats.population import WITHDRAWN

_GONE: Final = text(f"""
    WITH {WITHDRAWN} SELECT {WHO.format("w.viewer_id")} AS who, CAST(extract(epoch FROM w.at) * 1000000 AS bigint) AS at
    FROM withdrawn AS w {NUMBERED.format("w.viewer_id")} ORDER BY 1, 2
""")
_ELSEWHERE: Final = text(f"""
    WITH buyer AS (
        SELECT DISTINCT coalesce(a.canonical, s.viewer_id) AS viewer_id FROM sale AS s
        LEFT JOIN viewer_alias AS a ON a.show_id = s.show_id AND a.raw = s.viewer_id AND a.taken_back_at IS NULL
        LEFT JOIN rollup AS r ON r.show_id = s.show_id AND r.viewer_id = coalesce(a.canonical, s.viewer_id)
        WHERE s.show_id = ANY(CAST(:shows AS text[])) AND NOT s.staff AND r.guest IS NULL
    )
    SELECT {WHO.format("buyer.viewer_id")} AS who FROM buyer {NUMBERED.format("buyer.viewer_id")}
    WHERE EXISTS (SELECT FROM attendance AS k JOIN show ON show.id = k.show_id
                  WHERE k.viewer_id = buyer.viewer_id AND show.channel_id = :channel AND NOT k.guest)
    ORDER BY 1
""")


async def read_gone(connection: AsyncConnection, channel: str) -> ShowRows:
    """Return `gone.who` and `gone.at`: guests of the channel, each time that they took their consent back."""
    rows = (await connection.execute(_GONE, {"channel": channel})).all()
    who, at = (np.array([row[i] for row in rows], np.int64) for i in (0, 1))
    return ShowRows({"gone.who": who, "gone.at": at}, {}, "")


async def read_elsewhere(connection: AsyncConnection, channel: str, shows: Sequence[str]) -> ShowRows:
    """Return `elsewhere.who`: who bought in one of the shows where nothing is known of them, and is known by another show."""
    found = (
        (await connection.scalars(_ELSEWHERE, {"channel": channel, "shows": list(shows)})).all()
        if shows
        else []
    )
    return ShowRows({"elsewhere.who": np.array(found, np.int64)}, {}, "")
