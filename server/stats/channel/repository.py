"""The SQL of a channel's shows, and the parameters of statements about groups of them (`parts`): each show in any number of these."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.repository import settled
from server.stats.channel.facts import Part, ShowOf

SETTLED_AFTER = timedelta(days=1)
"""A show that ended before has all its facts: nobody need ask its processes."""

_SHOWS = text("""
    SELECT id, title, state, started_at, ended_at, bots_looked_for, s.kept IS TRUE AS kept
    FROM show LEFT JOIN rollup_show AS s ON s.show_id = show.id
    WHERE channel_id = :channel AND state IN ('live', 'ended') AND started_at IS NOT NULL AND started_at <= :as_of
    ORDER BY started_at, id
""")

ASKED = """asked AS MATERIALIZED (
    SELECT a.show_id, a.part, a.until, s.started_at, s.ended_at
    FROM unnest(CAST(:shows AS text[]), CAST(:parts AS int[]), CAST(:untils AS timestamptz[])) AS a(show_id, part, until)
    JOIN show AS s ON s.id = a.show_id)"""


def asked_for(
    channel: str, currency: str, parts: Sequence[Part], window: timedelta, as_of: datetime
) -> dict[str, Any]:
    """Return the parameters that every statement about `parts` takes: part i is the i-th."""
    pairs = [(show.id, i, part.until) for i, part in enumerate(parts) for show in part.shows]
    shows, numbers, untils = (list(column) for column in zip(*pairs, strict=True)) if pairs else ([], [], [])
    about = {"channel": channel, "currency": currency, "as_of": as_of, "w": window}
    return {**about, "shows": shows, "parts": numbers, "untils": untils}


async def read_shows(connection: AsyncConnection, channel: str, as_of: datetime) -> list[ShowOf]:
    """Return the channel's shows that have begun, oldest first."""
    rows = (await connection.execute(_SHOWS, {"channel": channel, "as_of": as_of})).all()
    open_until = as_of - SETTLED_AFTER
    return [
        ShowOf(
            **{name: value for name, value in row._mapping.items() if name != "kept"},
            settled=row.ended_at is not None
            and row.kept
            and (row.ended_at < open_until or await settled(connection, row.id, row.ended_at)),
        )
        for row in rows
    ]
