"""The SQL of word of mouth: links, who came by one, and what they came to."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.visits.word_of_mouth import Arrival, Link

_LINKS: Final = text("""
    SELECT e.target AS id, coalesce(k.canonical, e.viewer_id) AS sharer, e.show_id, e.at
    FROM ledger_entry AS e JOIN show AS s ON s.id = e.show_id
    LEFT JOIN viewer_alias AS k ON k.show_id = e.show_id AND k.raw = e.viewer_id AND k.taken_back_at IS NULL
    WHERE s.channel_id = :channel AND e.kind IN ('share', 'replay_share') AND e.target IS NOT NULL ORDER BY e.at DESC, e.id DESC
""")
# Whether it was the first show of the channel that they ever came to is looked up for those alone who came by a link.
_ARRIVALS: Final = text("""
    WITH of_channel AS MATERIALIZED (SELECT id FROM show WHERE channel_id = :channel AND state IN ('live', 'ended', 'scheduled'))
    SELECT r.viewer_id, r.show_id, r.first_at, r.share, r.suspect, r.staff, r.watched_us + r.replay_us AS watched_us,
           r.guest IS NOT NULL AND (NOT r.guest OR r.remembered) AS recognisable,
           NOT EXISTS (
               SELECT FROM of_channel AS o JOIN rollup AS b ON b.show_id = o.id AND b.viewer_id = r.viewer_id
               WHERE b.first_at < r.first_at OR (b.first_at = r.first_at AND b.show_id < r.show_id)) AS first
    FROM of_channel JOIN rollup AS r ON r.show_id = of_channel.id WHERE r.share IS NOT NULL AND r.first_at IS NOT NULL
""")
# As above, of one viewer's links of one show and whoever came to that show by them.
_MINE: Final = text("""
    WITH me AS (SELECT coalesce((
        SELECT canonical FROM viewer_alias WHERE show_id = :show AND raw = :viewer AND taken_back_at IS NULL), :viewer) AS id)
    SELECT e.target AS id, me.id AS sharer, e.show_id, e.at FROM me JOIN ledger_entry AS e ON e.show_id = :show
    LEFT JOIN viewer_alias AS k ON k.show_id = e.show_id AND k.raw = e.viewer_id AND k.taken_back_at IS NULL
    WHERE e.kind IN ('share', 'replay_share') AND e.target IS NOT NULL AND coalesce(k.canonical, e.viewer_id) = me.id
    ORDER BY e.at DESC, e.id DESC
""")
_BY_MINE: Final = text("""
    SELECT r.viewer_id, r.show_id, r.first_at, r.share, r.suspect, r.staff, r.watched_us + r.replay_us AS watched_us,
           r.guest IS NOT NULL AND (NOT r.guest OR r.remembered) AS recognisable,
           NOT EXISTS (
               SELECT FROM show AS o JOIN rollup AS b ON b.show_id = o.id AND b.viewer_id = r.viewer_id
               WHERE o.channel_id = :channel AND o.state IN ('live', 'ended', 'scheduled')
                 AND (b.first_at < r.first_at OR (b.first_at = r.first_at AND b.show_id < r.show_id))) AS first
    FROM rollup AS r WHERE r.show_id = :show AND r.share = ANY(CAST(:links AS text[])) AND r.share IS NOT NULL AND r.first_at IS NOT NULL
    LIMIT :most
""")
_BESIDE: Final = text("""
    SELECT DISTINCT r.viewer_id, r.staff FROM unnest(CAST(:sharers AS text[])) AS s (viewer_id) JOIN rollup AS r USING (viewer_id)
    JOIN show ON show.id = r.show_id WHERE show.channel_id = :channel AND (r.staff OR r.suspect)
""")
_CAME_TO: Final = text("""
    SELECT r.viewer_id, sum(r.watched_us + r.replay_us) AS watched_us, sum(r.orders) AS orders, sum(r.paid_minor) AS paid_minor,
           sum(r.refunded_minor) AS refunded_minor
    FROM unnest(CAST(:viewers AS text[])) AS v (viewer_id) JOIN rollup AS r ON r.viewer_id = v.viewer_id
    WHERE r.show_id = ANY(CAST(:shows AS text[])) GROUP BY r.viewer_id
""")
_NAMES: Final = text("""
    SELECT v.viewer_id, q.author FROM unnest(CAST(:viewers AS text[])) AS v (viewer_id) CROSS JOIN LATERAL (
        SELECT question.author FROM question JOIN show ON show.id = question.show_id
        WHERE question.viewer_id = v.viewer_id AND show.channel_id = :channel AND NOT question.anonymous
        ORDER BY question.asked_at DESC LIMIT 1) AS q
""")
_FAULTS: Final = text("""
    SELECT share_fault, count(*) AS n FROM attendance
    WHERE show_id = ANY(CAST(:shows AS text[])) AND share_fault IS NOT NULL AND share IS NULL GROUP BY 1
""")


ARRIVALS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class CameTo:
    """What somebody watched and bought, in some shows; money in the channel's currency."""

    watched: timedelta = timedelta(0)
    orders: int = 0
    paid_minor: int = 0
    refunded_minor: int = 0


async def read_links(connection: AsyncConnection, channel: str) -> dict[str, Link]:
    """Return the channel's share links by their codes; of a code that stands twice, the first one."""
    rows = await connection.execute(_LINKS, {"channel": channel})
    return {row.id: Link(row.id, row.sharer, row.show_id, row.at) for row in rows}


async def read_arrivals(connection: AsyncConnection, channel: str) -> list[Arrival]:
    """Return everybody who ever came to one of the channel's shows by a link."""
    return _as_arrivals(await connection.execute(_ARRIVALS, {"channel": channel}))


async def read_own_links(connection: AsyncConnection, show: str, viewer: str) -> dict[str, Link]:
    """Return the links that a viewer made in a show, by their codes."""
    rows = await connection.execute(_MINE, {"show": show, "viewer": viewer})
    return {row.id: Link(row.id, row.sharer, row.show_id, row.at) for row in rows}


async def read_arrivals_by(
    connection: AsyncConnection, channel: str, show: str, links: Collection[str]
) -> list[Arrival]:
    """Return who came to a show by some links, so many at most as somebody may be told of."""
    given = {"channel": channel, "show": show, "links": sorted(links), "most": ARRIVALS_MAX}
    return _as_arrivals(await connection.execute(_BY_MINE, given))


def _as_arrivals(rows: Iterable[Row[Any]]) -> list[Arrival]:
    return [
        Arrival(
            row.viewer_id, row.show_id, row.first_at, row.share, row.first, timedelta(microseconds=int(row.watched_us)),
            row.recognisable, row.suspect, row.staff,
        )
        for row in rows
    ]  # fmt: skip


async def read_beside(
    connection: AsyncConnection, channel: str, sharers: Collection[str]
) -> tuple[set[str], set[str]]:
    """Return which of the sharers were ever suspects, and which were staff, in shows of the channel."""
    rows = (await connection.execute(_BESIDE, {"channel": channel, "sharers": sorted(sharers)})).all()
    staff = {row.viewer_id for row in rows if row.staff}
    return {row.viewer_id for row in rows} - staff, staff


async def read_came_to(
    connection: AsyncConnection, viewers: Collection[str], shows: Sequence[str]
) -> dict[str, CameTo]:
    """Return what each of the viewers watched and bought in these shows."""
    rows = await connection.execute(_CAME_TO, {"viewers": sorted(viewers), "shows": list(shows)})
    return {
        row.viewer_id: CameTo(
            timedelta(microseconds=int(row.watched_us)),
            int(row.orders),
            int(row.paid_minor),
            int(row.refunded_minor),
        )
        for row in rows
    }


async def read_names(connection: AsyncConnection, channel: str, viewers: Collection[str]) -> dict[str, str]:
    """Return as what each of the viewers last asked something in the channel, of those who did."""
    rows = await connection.execute(_NAMES, {"channel": channel, "viewers": sorted(viewers)})
    return {row.viewer_id: row.author for row in rows}


async def read_faults(connection: AsyncConnection, shows: Sequence[str]) -> dict[str, int]:
    """Return how many came by links that are not believed, by why."""
    rows = await connection.execute(_FAULTS, {"shows": list(shows)})
    return {row.share_fault: int(row.n) for row in rows}
