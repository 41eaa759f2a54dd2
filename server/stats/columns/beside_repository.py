"""What is known of people beside the rows of shows. Asked anew each time.

Who took consent back, who is known from another show, and how people answered when they were asked for a score: an answer may be changed
for hours after its show.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.columns.rows import ShowRows, arrays_of, decode
from server.stats.columns.rows_repository import NUMBERED, WHO, copy_out
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
_SCORED: Final = f"""
    SELECT {WHO.format("coalesce(k.canonical, a.viewer_id)")}, array_position(CAST(:shows AS text[]), a.show_id) - 1,
           CAST(extract(epoch FROM a.changed_at) * 1000000 AS bigint), a.score
    FROM survey_answer AS a JOIN survey AS s ON s.id = a.survey_id AND s.kind = 'nps'
    LEFT JOIN viewer_alias AS k ON k.show_id = a.show_id AND k.raw = a.viewer_id AND k.taken_back_at IS NULL
    {NUMBERED.format("coalesce(k.canonical, a.viewer_id)")}
    WHERE a.show_id = ANY(CAST(:shows AS text[])) AND a.score IS NOT NULL ORDER BY 1, a.changed_at, a.survey_id, a.viewer_id
"""
_ANSWER: Final = {"who": "i8", "place": "i4", "at": "i8", "score": "i4"}


async def read_scored(connection: AsyncConnection, shows: Sequence[str]) -> ShowRows:
    """Return `scored.who`, `scored.place` (of the show in `shows`), `scored.at` and `scored.score`: each answer from 0 to 10."""
    return ShowRows(
        arrays_of("scored", decode(await copy_out(connection, _SCORED, {"shows": list(shows)}), _ANSWER)),
        {},
        "",
    )


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
