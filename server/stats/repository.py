"""All SQL of the figures. It reads facts and adds up; what a figure means is decided in `figures`, `watching`, `funnel` and `concurrency`.

Long lists come as arrays in one row: PostgreSQL builds them and the driver reads them many times faster than rows. Each statement
leaves out suspected bots unless it says otherwise.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby, pairwise

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.repository import settled
from server.stats.definitions import VIEW_MIN
from server.stats.facts import People, QuestionTallies, Returning, ShowHead, Sold, Tallies
from server.stats.funnel import Walk, Walks
from server.stats.report import ProductFigures
from server.stats.watching import FOREVER, Stretches, watch

# A report sorts and groups a whole show in memory, and leaves the other cores to those who sell.
_GIVE_ROOM = text("""
    SELECT set_config('work_mem', '64MB', true), set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)
""")

_SHOW = text("SELECT id, channel_id, title, host, state, started_at, ended_at FROM show WHERE id = :show")

_PEOPLE = text("""
    SELECT count(*) FILTER (WHERE suspect) AS suspects,
           array_agg(viewer_id) FILTER (WHERE NOT suspect) AS came,
           array_agg(viewer_id) FILTER (WHERE NOT suspect AND guest) AS guests,
           array_agg(viewer_id) FILTER (WHERE NOT suspect AND (remembered OR NOT guest)) AS recognisable
    FROM attendance WHERE show_id = :show
""")

# A stretch that is still open counts until its process was last known alive. Microseconds since the show's start.
_STRETCHES = text("""
    SELECT array_agg(viewer_id ORDER BY viewer_id, start), array_agg(start ORDER BY viewer_id, start),
           array_agg(stop ORDER BY viewer_id, start)
    FROM (SELECT p.viewer_id,
                 CAST(extract(epoch FROM p.started_at - CAST(:origin AS timestamptz)) * 1000000 AS bigint) AS start,
                 CAST(extract(epoch FROM coalesce(p.ended_at, l.alive_until, p.started_at) - :origin) * 1000000 AS bigint) AS stop
          FROM playing AS p LEFT JOIN ledger_process AS l USING (process_id)
          WHERE p.show_id = :show) AS stretch
    WHERE NOT EXISTS (SELECT FROM attendance AS a
                      WHERE a.show_id = :show AND a.viewer_id = stretch.viewer_id AND a.suspect)
""")

_TALLIES = """
    WITH tally AS ({tally}), counted AS (
        SELECT tally.* FROM tally LEFT JOIN attendance AS a ON a.show_id = :show AND a.viewer_id = tally.viewer_id
        WHERE a.suspect IS NOT TRUE)
    SELECT coalesce(sum(reactions), 0) AS reactions, count(*) FILTER (WHERE reactions > 0) AS senders,
           coalesce(sum(votes), 0) AS votes,
           coalesce(sum(shares), 0) AS shares, count(*) FILTER (WHERE shares > 0) AS sharers,
           coalesce(sum(impressions), 0) AS impressions, count(*) FILTER (WHERE impressions > 0) AS impressed,
           coalesce(sum(clicks), 0) AS clicks, count(*) FILTER (WHERE clicks > 0) AS clickers,
           count(*) FILTER (WHERE impressions > 0 AND clicks > 0) AS clicked_what_they_saw,
           coalesce(sum(orders), 0) AS orders, count(*) FILTER (WHERE clicks > 0 AND orders > 0) AS clicked_and_bought,
           array_agg(viewer_id) FILTER (WHERE reactions + questions + votes + shares + clicks > 0) AS engaged
    FROM counted
"""
_TALLIES_OF_ROLLUPS = text(
    _TALLIES.format(
        tally="""SELECT viewer_id, reactions, impressions, clicks, shares, questions, votes, orders
                 FROM rollup WHERE show_id = :show"""
    )
)
_TALLIES_OF_ENTRIES = text(
    _TALLIES.format(
        tally="""SELECT viewer_id,
                        coalesce(sum(n) FILTER (WHERE kind = 'reaction'), 0) AS reactions,
                        coalesce(sum(n) FILTER (WHERE kind = 'impression'), 0) AS impressions,
                        coalesce(sum(n) FILTER (WHERE kind = 'click'), 0) AS clicks,
                        coalesce(sum(n) FILTER (WHERE kind = 'share'), 0) AS shares,
                        coalesce(sum(n) FILTER (WHERE kind = 'question'), 0) AS questions,
                        coalesce(sum(n) FILTER (WHERE kind = 'vote'), 0) AS votes,
                        count(*) FILTER (WHERE kind = 'order') AS orders
                 FROM ledger_entry WHERE show_id = :show GROUP BY viewer_id"""
    )
)

_QUESTIONS = text("""
    SELECT array_agg(DISTINCT q.viewer_id) FILTER (WHERE state <> 'dismissed') AS askers,
           count(*) FILTER (WHERE state = 'answered') AS answered, count(*) FILTER (WHERE state = 'open') AS open,
           count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'dismissed') AS dismissed,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - asked_at))
               FILTER (WHERE state = 'answered') AS median_answer_seconds
    FROM question AS q LEFT JOIN attendance AS a ON a.show_id = q.show_id AND a.viewer_id = q.viewer_id
    WHERE q.show_id = :show AND a.suspect IS NOT TRUE
""")

# Microseconds since the show's start. A viewer who saw and never clicked is only counted: they are most.
_CLICKERS = text("""
    WITH clicked AS (
        SELECT viewer_id, array_agg(CAST(extract(epoch FROM at - :since) * 1000000 AS bigint) ORDER BY at) AS at
        FROM ledger_entry WHERE show_id = :show AND kind = 'click' AND at >= :since AND at <= :until GROUP BY viewer_id
    ), seen AS (
        SELECT viewer_id, CAST(extract(epoch FROM min(at) - :since) * 1000000 AS bigint) AS at
        FROM ledger_entry WHERE show_id = :show AND kind = 'impression' AND at >= :since AND at <= :until GROUP BY viewer_id
    ), paid AS (
        SELECT viewer_id, array_agg(CAST(extract(epoch FROM at - :since) * 1000000 AS bigint) ORDER BY at) AS at
        FROM orders WHERE show_id = :show AND at >= :since AND at <= :until GROUP BY viewer_id
    ), counted AS (
        SELECT seen.viewer_id, seen.at FROM seen
        WHERE NOT EXISTS (SELECT FROM attendance AS a WHERE a.show_id = :show AND a.viewer_id = seen.viewer_id AND a.suspect)
    )
    SELECT counted.at AS seen, clicked.at AS clicked, paid.at AS paid, 0 AS alone
    FROM counted JOIN clicked USING (viewer_id) LEFT JOIN paid USING (viewer_id)
    UNION ALL
    SELECT NULL, NULL, NULL, count(*) FROM counted
    WHERE NOT EXISTS (SELECT FROM clicked WHERE clicked.viewer_id = counted.viewer_id)
""")

_FIRST_ORDERS = text("""
    SELECT o.viewer_id, min(o.at) AS at FROM orders AS o
    LEFT JOIN attendance AS a ON a.show_id = o.show_id AND a.viewer_id = o.viewer_id
    WHERE o.show_id = :show AND a.suspect IS NOT TRUE GROUP BY o.viewer_id
""")

_SOLD = text("""
    SELECT currency, count(*), sum(quantity), CAST(sum(amount_minor) AS bigint) FROM orders
    WHERE show_id = :show GROUP BY currency ORDER BY currency
""")

_PRODUCTS = text("""
    WITH touched AS (
        SELECT e.target AS product_id, e.kind, e.viewer_id, sum(e.n) AS n FROM ledger_entry AS e
        WHERE e.show_id = :show AND e.kind IN ('impression', 'click')
          AND NOT EXISTS (SELECT FROM attendance AS a
                          WHERE a.show_id = :show AND a.viewer_id = e.viewer_id AND a.suspect)
        GROUP BY e.target, e.kind, e.viewer_id
    ), met AS (
        SELECT product_id,
               coalesce(sum(n) FILTER (WHERE kind = 'impression'), 0) AS impressions,
               count(*) FILTER (WHERE kind = 'impression') AS impressed,
               coalesce(sum(n) FILTER (WHERE kind = 'click'), 0) AS clicks,
               count(*) FILTER (WHERE kind = 'click') AS clickers
        FROM touched GROUP BY product_id
    ), bought AS (
        SELECT product_id, currency, count(*) AS orders, sum(quantity) AS units,
               count(DISTINCT viewer_id) AS buyers, sum(amount_minor) AS gmv
        FROM orders WHERE show_id = :show GROUP BY product_id, currency
    )
    SELECT p.id AS product, p.title, coalesce(met.impressions, 0) AS impressions, coalesce(met.impressed, 0) AS impressed,
           coalesce(met.clicks, 0) AS clicks, coalesce(met.clickers, 0) AS clickers,
           coalesce(bought.orders, 0) AS orders, coalesce(bought.units, 0) AS units, coalesce(bought.buyers, 0) AS buyers,
           coalesce(bought.currency, p.currency) AS currency, CAST(coalesce(bought.gmv, 0) AS bigint) AS gmv_minor
    FROM product AS p LEFT JOIN met ON met.product_id = p.id LEFT JOIN bought ON bought.product_id = p.id
    WHERE met.product_id IS NOT NULL OR bought.product_id IS NOT NULL
    ORDER BY p.rank, p.id
""")

# Viewers of this show in the channel's other shows that started in [since, until), while those ran and before `until`. One long
# stretch makes a view; for those few who have only short ones, all are returned, so that the one definition in `watching` judges them.
_ELSEWHERE = text("""
    WITH other AS (
        SELECT id, started_at AS begin, least(ended_at, CAST(:until AS timestamptz)) AS finish FROM show
        WHERE channel_id = :channel AND id <> :show AND started_at >= :since AND started_at < :until
    ), stretch AS MATERIALIZED (
        SELECT p.viewer_id, p.show_id, greatest(p.started_at, other.begin) AS start,
               least(coalesce(p.ended_at, l.alive_until, p.started_at), other.finish) AS stop
        FROM other JOIN playing AS p ON p.show_id = other.id LEFT JOIN ledger_process AS l USING (process_id)
    ), at_once AS MATERIALIZED (
        SELECT DISTINCT viewer_id FROM stretch WHERE stop - start >= :view_min
    ), in_pieces AS (
        SELECT viewer_id, array_agg(CAST(extract(epoch FROM start) * 1000000 AS bigint) ORDER BY start) AS starts,
               array_agg(CAST(extract(epoch FROM stop) * 1000000 AS bigint) ORDER BY start) AS stops
        FROM stretch WHERE stop > start AND NOT EXISTS (SELECT FROM at_once WHERE at_once.viewer_id = stretch.viewer_id)
        GROUP BY viewer_id, show_id HAVING sum(stop - start) >= :view_min
    ), here AS (
        SELECT viewer_id FROM attendance WHERE show_id = :show AND NOT suspect
    )
    SELECT NULL AS viewer_id, NULL AS starts, NULL AS stops, array_agg(viewer_id) AS viewers
    FROM at_once JOIN here USING (viewer_id)
    UNION ALL SELECT viewer_id, starts, stops, NULL FROM in_pieces JOIN here USING (viewer_id)
""")

_BOUGHT_BEFORE = text("""
    SELECT array_agg(DISTINCT b.viewer_id)
    FROM (SELECT viewer_id, min(at) AS at FROM orders WHERE show_id = :show GROUP BY viewer_id) AS b
    JOIN orders AS o ON o.viewer_id = b.viewer_id AND o.channel_id = :channel AND o.show_id <> :show AND o.at < b.at
""")

# A customer counts if the channel may recognise them; whether it may stands in their attendance of any of its shows.
_PERIOD = text("""
    SELECT count(*), count(*) FILTER (WHERE orders >= 2)
    FROM (SELECT viewer_id, count(*) AS orders FROM orders
          WHERE channel_id = :channel AND at > :since AND at <= :until GROUP BY viewer_id) AS c
    WHERE EXISTS (SELECT FROM attendance AS a JOIN show ON show.id = a.show_id
                  WHERE a.viewer_id = c.viewer_id AND show.channel_id = :channel
                    AND NOT a.suspect AND (a.remembered OR NOT a.guest))
""")


async def read_show(connection: AsyncConnection, show_id: str, as_of: datetime) -> ShowHead | None:
    """Return which show this is as of `as_of`, or None when there is none."""
    await connection.execute(_GIVE_ROOM)
    row = (await connection.execute(_SHOW, {"show": show_id})).one_or_none()
    if row is None:
        return None
    is_settled = row.ended_at is not None and await settled(connection, show_id, row.ended_at)
    return ShowHead(**row._mapping, settled=is_settled, as_of=as_of)


async def read_people(connection: AsyncConnection, show_id: str) -> People:
    """Return who came."""
    row = (await connection.execute(_PEOPLE, {"show": show_id})).one()
    return People(row.suspects, *(frozenset(ids or ()) for ids in (row.came, row.guests, row.recognisable)))


async def read_stretches(connection: AsyncConnection, show: ShowHead) -> list[Stretches]:
    """Return what each viewer played, in microseconds since the show's start; nothing for a show that has not started."""
    if show.started_at is None:
        return []
    found = (await connection.execute(_STRETCHES, {"show": show.id, "origin": show.started_at})).one()
    return list(_by_viewer(*(column or [] for column in found)))


def _by_viewer(viewers: list[str], starts: list[int], ends: list[int]) -> Iterator[Stretches]:
    bounds = [0]
    for _, same in groupby(viewers):
        bounds.append(bounds[-1] + sum(1 for _ in same))
    for a, b in pairwise(bounds):
        yield Stretches(viewers[a], starts[a:b], ends[a:b])


async def read_tallies(connection: AsyncConnection, show_id: str, *, from_entries: bool = False) -> Tallies:
    """Return sums over viewers, from the rollups, or anew from the ledger's entries: both say the same."""
    statement = _TALLIES_OF_ENTRIES if from_entries else _TALLIES_OF_ROLLUPS
    sums = dict((await connection.execute(statement, {"show": show_id})).one()._mapping)
    engaged = frozenset(sums.pop("engaged") or ())
    return Tallies(**{name: int(n) for name, n in sums.items()}, engaged=engaged)


async def read_question_tallies(connection: AsyncConnection, show_id: str) -> QuestionTallies:
    """Return questions by state."""
    row = (await connection.execute(_QUESTIONS, {"show": show_id})).one()
    seconds = None if row.median_answer_seconds is None else float(row.median_answer_seconds)
    return QuestionTallies(
        frozenset(row.askers or ()), row.answered, row.open, row.pending, row.dismissed, seconds
    )


async def read_walks(connection: AsyncConnection, show: ShowHead) -> Walks:
    """Return when each viewer who saw a product first saw one, clicked, and paid, while the show ran."""
    if show.started_at is None:
        return Walks([], 0)
    window = {"show": show.id, "since": show.started_at, "until": show.until}
    rows = (await connection.execute(_CLICKERS, window)).all()
    further = [Walk(((seen,), clicked, paid or ())) for seen, clicked, paid, _ in rows if seen is not None]
    return Walks(further, sum(row.alone for row in rows))


async def read_first_orders(connection: AsyncConnection, show_id: str) -> dict[str, datetime]:
    """Return B(s): each buyer with the time of their first order in the show."""
    rows = await connection.execute(_FIRST_ORDERS, {"show": show_id})
    return {row.viewer_id: row.at for row in rows}


async def read_sold(connection: AsyncConnection, show_id: str) -> list[Sold]:
    """Return what was sold per currency; suspected bots' orders are in it, since they were paid."""
    return [Sold(*row) for row in await connection.execute(_SOLD, {"show": show_id})]


async def read_products(connection: AsyncConnection, show_id: str) -> list[ProductFigures]:
    """Return the products that were seen, clicked or sold in the show, in the catalogue's order."""
    rows = await connection.execute(_PRODUCTS, {"show": show_id})
    return [ProductFigures.model_validate(dict(row._mapping)) for row in rows]


async def read_returning(connection: AsyncConnection, show: ShowHead, window: timedelta) -> Returning:
    """Return whom the channel knew from its other shows within `window`, and its customers in the `window` up to the show's end."""
    start = show.started_at
    if start is None:
        return Returning(frozenset(), None, frozenset(), 0, 0)
    before = await _read_seen(connection, show, start - window, start)
    passed = show.as_of >= start + window
    after = await _read_seen(connection, show, start, start + window) if passed else None
    bought = await connection.scalar(_BOUGHT_BEFORE, {"channel": show.channel_id, "show": show.id})
    period = {"channel": show.channel_id, "since": show.until - window, "until": show.until}
    customers, repeaters = (await connection.execute(_PERIOD, period)).one()
    return Returning(before, after, frozenset(bought or ()), customers, repeaters)


async def _read_seen(
    connection: AsyncConnection, show: ShowHead, since: datetime, until: datetime
) -> frozenset[str]:
    window = {"channel": show.channel_id, "show": show.id, "since": since, "until": until}
    rows = (await connection.execute(_ELSEWHERE, {**window, "view_min": VIEW_MIN})).all()
    pieces = (Stretches(r.viewer_id, r.starts, r.stops) for r in rows if r.viewer_id is not None)
    seen = {one.viewer_id for one in pieces if watch(one, 0, FOREVER).views}
    return frozenset(seen.union(*(row.viewers or () for row in rows)))
