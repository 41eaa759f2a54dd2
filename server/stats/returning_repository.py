"""The SQL of who came back: what joins two shows of a channel, and its customers over a period.

Two shows are joined for a viewer who is a suspect, or staff, in neither of them, and whom the channel may recognise in both: by an account,
or inside one span of a guest's consent, which begins with agreeing and ends with taking it back.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.definitions import VIEW_MIN
from server.stats.facts import Returning, ShowHead
from server.stats.population import BUYER, VIEWERS, WITHDRAWN
from server.stats.watching import FOREVER, Stretches, watch

_HERE = "here AS MATERIALIZED (SELECT a.* FROM attendance AS a JOIN viewer USING (viewer_id) WHERE a.show_id = :show)"
_HONEST = """o.suspect IS NOT TRUE AND NOT EXISTS (
    SELECT FROM staff_presence AS s WHERE s.show_id = {show} AND s.viewer_id = here.viewer_id)"""
# `o` is the attendance of the other show. A later consent looks forward only: it must have begun before the earlier show was left, and what
# is said in a show's room after its end is not about that show.
# `unknown`: nothing is known of who they were there.
_KNOWN = "(({unknown} AND NOT here.guest) OR NOT o.guest"
WAS_THE_SAME = (
    _KNOWN
    + """ OR (o.remembered AND coalesce(o.consent_at, '-infinity') <= other.finish
    AND (NOT here.guest OR coalesce(here.consent_at, '-infinity') <= coalesce(o.consent_at, o.first_at))))"""
)
IS_THE_SAME = (
    _KNOWN
    + """ OR (o.remembered AND coalesce(o.consent_at, '-infinity') <= other.finish
    AND (NOT here.guest OR coalesce(o.consent_at, '-infinity') <= coalesce(here.consent_at, here.first_at))
    AND NOT EXISTS (SELECT FROM withdrawn AS w WHERE w.viewer_id = here.viewer_id
                    AND w.at >= coalesce(o.consent_at, '-infinity') AND w.at < {until})))"""
)

# Viewers of this show in the channel's other shows that started in [since, until), while those ran and before `until`. One long
# stretch makes a view; for those few who have only short ones, all are returned, so that the one definition in `watching` judges them.
_ELSEWHERE = """
    WITH {viewers}, {withdrawn}, {here}, other AS (
        SELECT id, started_at AS begin, least(ended_at, CAST(:until AS timestamptz)) AS finish FROM show
        WHERE channel_id = :channel AND id <> :show AND started_at >= :since AND started_at < :until
    ), stretch AS MATERIALIZED (
        SELECT p.viewer_id, p.show_id, greatest(p.started_at, other.begin) AS start,
               least(coalesce(p.ended_at, l.alive_until, p.started_at), other.finish) AS stop
        FROM other JOIN playing AS p ON p.show_id = other.id LEFT JOIN ledger_process AS l USING (process_id)
    ), pair AS MATERIALIZED (
        SELECT stretch.viewer_id, stretch.show_id, max(stop - start) >= :view_min AS at_once,
               array_agg(CAST(extract(epoch FROM start) * 1000000 AS bigint) ORDER BY start) FILTER (WHERE stop > start) AS starts,
               array_agg(CAST(extract(epoch FROM stop) * 1000000 AS bigint) ORDER BY start) FILTER (WHERE stop > start) AS stops
        FROM stretch JOIN here USING (viewer_id)
        GROUP BY stretch.viewer_id, stretch.show_id HAVING sum(stop - start) FILTER (WHERE stop > start) >= :view_min
    ), same AS (
        SELECT pair.* FROM pair JOIN here USING (viewer_id) JOIN other ON other.id = pair.show_id
        LEFT JOIN attendance AS o ON o.show_id = pair.show_id AND o.viewer_id = pair.viewer_id
        WHERE {honest} AND {same}
    )
    SELECT NULL AS viewer_id, NULL AS starts, NULL AS stops, array_agg(viewer_id) AS viewers FROM same WHERE at_once
    UNION ALL SELECT viewer_id, starts, stops, NULL FROM same WHERE NOT at_once
"""
_UNKNOWN = "o.viewer_id IS NULL"
_WAS_THE_SAME = WAS_THE_SAME.format(unknown=_UNKNOWN)
_IS_THE_SAME = IS_THE_SAME.format(unknown=_UNKNOWN, until=":until")
_honest_there = _HONEST.format(show="pair.show_id")
_BEFORE, _AFTER = (
    text(_ELSEWHERE.format(viewers=VIEWERS, withdrawn=WITHDRAWN, here=_HERE, honest=_honest_there, same=same))
    for same in (_WAS_THE_SAME, _IS_THE_SAME)
)

_WITHDREW = text(f"""
    WITH {VIEWERS}, {WITHDRAWN}, {_HERE}
    SELECT array_agg(DISTINCT here.viewer_id) FROM here JOIN withdrawn AS w USING (viewer_id)
    WHERE here.guest AND w.at >= coalesce(here.consent_at, '-infinity') AND w.at < :until
""")

BOUGHT_BEFORE = f"""
    SELECT DISTINCT here.viewer_id FROM here
    JOIN sale AS b ON b.viewer_id = here.viewer_id AND b.channel_id = :channel AND b.show_id <> :show AND b.at < here.bought_at
    JOIN (SELECT id, coalesce(ended_at, 'infinity') AS finish FROM show) AS other ON other.id = b.show_id
    LEFT JOIN attendance AS o ON o.show_id = b.show_id AND o.viewer_id = b.viewer_id
    WHERE NOT b.staff AND {_HONEST.format(show="b.show_id")} AND {_WAS_THE_SAME}
"""
"""Of `here`, with `bought_at`, who had bought in the channel before."""
_BOUGHT_BEFORE = text(f"""
    WITH {VIEWERS}, {BUYER}, here AS MATERIALIZED (
        SELECT a.*, buyer.at AS bought_at FROM attendance AS a JOIN viewer USING (viewer_id) JOIN buyer USING (viewer_id)
        WHERE a.show_id = :show
    )
    SELECT array_agg(viewer_id) FROM ({BOUGHT_BEFORE}) AS bought
""")

# A customer and their orders count where the channel may recognise them at the period's end; and if they watched one of the shows that
# they bought in. As above, one long stretch makes a view, and short ones are judged in `watching`.
_PERIOD = text(f"""
    WITH {WITHDRAWN}, placed AS (
        SELECT b.viewer_id, b.show_id, count(*) FILTER (WHERE b.nth = 0) AS orders
        FROM sale AS b JOIN show AS own ON own.id = b.show_id
        LEFT JOIN attendance AS o ON o.show_id = b.show_id AND o.viewer_id = b.viewer_id
        WHERE b.channel_id = :channel AND b.at > :since AND b.at <= :until AND NOT b.staff AND o.suspect IS NOT TRUE
          AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = b.show_id AND s.viewer_id = b.viewer_id)
          AND CASE WHEN o.viewer_id IS NULL THEN EXISTS (
                       SELECT FROM attendance AS k JOIN show ON show.id = k.show_id
                       WHERE k.viewer_id = b.viewer_id AND show.channel_id = :channel AND NOT k.guest)
                   ELSE NOT o.guest OR (o.remembered AND coalesce(o.consent_at, '-infinity') <= least(own.ended_at, :until)
                       AND NOT EXISTS (
                       SELECT FROM withdrawn AS w WHERE w.viewer_id = b.viewer_id
                       AND w.at >= coalesce(o.consent_at, '-infinity') AND w.at <= :until)) END
        GROUP BY b.viewer_id, b.show_id
    ), stretch AS (
        SELECT placed.viewer_id, placed.show_id, greatest(p.started_at, show.started_at) AS start,
               least(coalesce(p.ended_at, l.alive_until, p.started_at), show.ended_at, :until) AS stop
        FROM placed JOIN show ON show.id = placed.show_id
        JOIN playing AS p ON p.show_id = placed.show_id AND p.viewer_id = placed.viewer_id
        LEFT JOIN ledger_process AS l USING (process_id)
    ), pair AS (
        SELECT viewer_id, max(stop - start) >= :view_min AS at_once,
               array_agg(CAST(extract(epoch FROM start) * 1000000 AS bigint) ORDER BY start) FILTER (WHERE stop > start) AS starts,
               array_agg(CAST(extract(epoch FROM stop) * 1000000 AS bigint) ORDER BY start) FILTER (WHERE stop > start) AS stops
        FROM stretch GROUP BY viewer_id, show_id HAVING sum(stop - start) FILTER (WHERE stop > start) >= :view_min
    ), customer AS (
        SELECT viewer_id, sum(orders) AS orders, EXISTS (
            SELECT FROM pair WHERE pair.viewer_id = placed.viewer_id AND at_once) AS at_once
        FROM placed GROUP BY viewer_id
    )
    SELECT NULL AS viewer_id, NULL AS starts, NULL AS stops, count(*) AS customers, count(*) FILTER (WHERE orders >= 2) AS repeaters
    FROM customer WHERE at_once
    UNION ALL SELECT viewer_id, starts, stops, 1, CASE WHEN orders >= 2 THEN 1 ELSE 0 END
    FROM customer JOIN pair USING (viewer_id) WHERE NOT customer.at_once
""")


async def read_returning(
    connection: AsyncConnection, show: ShowHead, viewers: str | None, window: timedelta
) -> Returning:
    """Return whom the channel knew from its other shows within `window`, and its customers in the `window` up to the show's end."""
    start = show.started_at
    if start is None:
        return Returning(frozenset(), None, frozenset(), frozenset(), 0, 0)
    here = {"channel": show.channel_id, "show": show.id, "viewers": viewers}
    before = await _read_seen(connection, here, start - window, start, forward=False)
    after, withdrew = None, frozenset[str]()
    if show.as_of >= start + window:
        after = await _read_seen(connection, here, start, start + window, forward=True)
        found = await connection.scalar(_WITHDREW, {**here, "until": start + window})
        withdrew = frozenset(found or ())
    bought = frozenset(await connection.scalar(_BOUGHT_BEFORE, here) or ())
    customers, repeaters = await read_period(connection, show, window)
    return Returning(before, after, withdrew, bought, customers, repeaters)


async def _read_seen(
    connection: AsyncConnection,
    here: dict[str, str | None],
    since: datetime,
    until: datetime,
    *,
    forward: bool,
) -> frozenset[str]:
    window = {**here, "since": since, "until": until, "view_min": VIEW_MIN}
    rows = (await connection.execute(_AFTER if forward else _BEFORE, window)).all()
    pieces = (Stretches(r.viewer_id, r.starts, r.stops) for r in rows if r.viewer_id is not None)
    seen = {one.viewer_id for one in pieces if watch(one, 0, FOREVER).views}
    return frozenset(seen.union(*(row.viewers or () for row in rows)))


async def read_period(connection: AsyncConnection, show: ShowHead, window: timedelta) -> tuple[int, int]:
    """Return customers in the `window` up to the show's end, and those of them with two orders or more."""
    given = {"channel": show.channel_id, "since": show.until - window, "until": show.until}
    rows = (await connection.execute(_PERIOD, {**given, "view_min": VIEW_MIN})).all()
    judged: defaultdict[str | None, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for row in rows:
        pieces = row.viewer_id and Stretches(row.viewer_id, row.starts, row.stops)
        if not pieces or watch(pieces, 0, FOREVER).views:
            judged[row.viewer_id] = (row.customers, row.repeaters)
    return sum(n for n, _ in judged.values()), sum(n for _, n in judged.values())
