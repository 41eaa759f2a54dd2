"""The SQL of the figures of one show. It reads facts and adds up; what a figure means is decided in `figures`, `watching`, `funnel` and
`concurrency`.

Long lists come as arrays in one row: PostgreSQL builds them and the driver reads them many times faster than rows. Each statement
leaves out suspected bots and staff unless it says otherwise; whoever has no view is told by `population`.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby, pairwise

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.repository import settled
from server.protocol.pushes import UNCOUNTED_QUESTIONS
from server.stats.facts import People, QuestionTallies, ShowHead, Tallies
from server.stats.funnel import Walk, Walks
from server.stats.population import BUYER, LEFT_OUT, STAFF_OF_SHOW, VIEWERS, WITHDRAWN, viewers_among
from server.stats.watching import Stretches

# A report sorts and groups a whole show in memory, and leaves the other cores to those who sell.
_GIVE_ROOM = text("""
    SELECT set_config('work_mem', '64MB', true), set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true)
""")

_SHOW = text("""
    SELECT id, channel_id, title, host, state, started_at, ended_at, bots_looked_for FROM show WHERE id = :show
""")

_PEOPLE = text(f"""
    WITH {WITHDRAWN}, came AS (
        SELECT a.viewer_id, a.suspect, a.guest, a.joined, a.first_at <= :until AS in_time,
               NOT a.guest OR (a.remembered AND coalesce(a.consent_at, '-infinity') <= :until AND NOT EXISTS (
                   SELECT FROM withdrawn AS w WHERE w.viewer_id = a.viewer_id
                   AND w.at >= coalesce(a.consent_at, '-infinity') AND w.at <= :until)) AS recognisable
        FROM attendance AS a WHERE a.show_id = :show
          AND NOT EXISTS (SELECT FROM staff_presence AS s WHERE s.show_id = :show AND s.viewer_id = a.viewer_id)
    )
    SELECT count(*) FILTER (WHERE suspect AND in_time) AS suspects,
           array_agg(viewer_id) FILTER (WHERE NOT suspect AND joined AND in_time) AS came,
           array_agg(viewer_id) FILTER (WHERE NOT suspect AND guest) AS guests,
           array_agg(viewer_id) FILTER (WHERE NOT suspect AND recognisable) AS recognisable,
           {STAFF_OF_SHOW} AS staff
    FROM came
""")

# A stretch that is still open counts until its process was last known alive. Microseconds since the show's start.
# What plays at a replay counts once it is over, as in the rows.
_STRETCHES = text(f"""
    WITH {LEFT_OUT}
    SELECT array_agg(viewer_id ORDER BY viewer_id, start), array_agg(start ORDER BY viewer_id, start),
           array_agg(stop ORDER BY viewer_id, start)
    FROM (SELECT p.viewer_id,
                 CAST(extract(epoch FROM p.started_at - CAST(:origin AS timestamptz)) * 1000000 AS bigint) AS start,
                 CAST(extract(epoch FROM CASE
                     WHEN p.ended_at IS NULL AND l.ended IS NOT TRUE
                     THEN least(coalesce(l.alive_until, p.started_at), CAST(:ended AS timestamptz))
                     ELSE coalesce(p.ended_at, l.alive_until, p.started_at) END - :origin) * 1000000 AS bigint) AS stop
          FROM playing AS p LEFT JOIN ledger_process AS l USING (process_id)
          WHERE p.show_id = :show
            AND NOT (p.ended_at IS NULL AND l.ended IS NOT TRUE AND p.started_at >= CAST(:ended AS timestamptz))) AS stretch
    WHERE NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = stretch.viewer_id)
""")

_TALLIES = f"""
    WITH {VIEWERS}, {LEFT_OUT}, {BUYER}, tally AS ({{tally}}), counted AS (
        SELECT tally.*, viewer.viewer_id IS NOT NULL AS viewed, buyer.viewer_id IS NOT NULL AS bought
        FROM tally LEFT JOIN viewer USING (viewer_id) LEFT JOIN buyer USING (viewer_id)
        WHERE NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = tally.viewer_id))
    SELECT coalesce(sum(reactions), 0) AS reactions, coalesce(sum(reactions) FILTER (WHERE NOT viewed), 0) AS reactions_beside,
           count(*) FILTER (WHERE viewed AND reactions > 0) AS senders,
           coalesce(sum(votes), 0) AS votes, coalesce(sum(votes) FILTER (WHERE NOT viewed), 0) AS votes_beside,
           coalesce(sum(shares), 0) AS shares, coalesce(sum(shares) FILTER (WHERE NOT viewed), 0) AS shares_beside,
           count(*) FILTER (WHERE viewed AND shares > 0) AS sharers,
           count(*) FILTER (WHERE viewed AND impressions > 0) AS impressed,
           count(*) FILTER (WHERE viewed AND clicks > 0) AS clickers,
           count(*) FILTER (WHERE viewed AND impressions > 0 AND clicks > 0) AS clicked_what_they_saw,
           count(*) FILTER (WHERE viewed AND clicks > 0 AND bought) AS clicked_and_bought,
           count(*) FILTER (WHERE viewed AND reactions + questions + votes + shares + clicks + survey_answers + poll_answers
                            + comments_sent > 0) AS engaged
    FROM counted
"""
_TALLIES_OF_ROLLUPS = text(
    _TALLIES.format(
        tally="""SELECT viewer_id, reactions, impressions, clicks, shares, questions, votes, survey_answers,
                        poll_answers, comments_sent
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
                        coalesce(sum(n) FILTER (WHERE kind = 'survey_answer'), 0) AS survey_answers,
                        coalesce(sum(n) FILTER (WHERE kind = 'poll_answer'), 0) AS poll_answers,
                        coalesce(sum(n) FILTER (WHERE kind = 'comment'), 0) AS comments_sent
                 FROM ledger_entry WHERE show_id = :show GROUP BY viewer_id"""
    )
)

_ASKERS = "SELECT viewer_id FROM question WHERE show_id = :show"
_QUESTIONS = text(f"""
    WITH {viewers_among(_ASKERS)}, {LEFT_OUT}, asked AS (
        SELECT question.*, viewer.viewer_id IS NOT NULL AS viewed
        FROM question LEFT JOIN viewer USING (viewer_id) WHERE show_id = :show AND replay_ms IS NULL
        AND NOT EXISTS (SELECT FROM left_out WHERE left_out.viewer_id = question.viewer_id)
    )
    SELECT count(DISTINCT viewer_id) FILTER (WHERE viewed AND state NOT IN {UNCOUNTED_QUESTIONS}) AS askers,
           count(*) FILTER (WHERE NOT viewed AND state NOT IN {UNCOUNTED_QUESTIONS}) AS asked_beside,
           count(*) FILTER (WHERE state = 'answered') AS answered, count(*) FILTER (WHERE state IN ('open', 'answering')) AS open,
           count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'dismissed') AS dismissed,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM answered_at - asked_at))
               FILTER (WHERE state = 'answered') AS median_answer_seconds
    FROM asked
""")

# Microseconds since the show's start. A viewer who saw and never clicked is only counted: they are most.
_CLICKERS = text(f"""
    WITH {VIEWERS}, clicked AS (
        SELECT viewer_id, array_agg(CAST(extract(epoch FROM at - :since) * 1000000 AS bigint) ORDER BY at) AS at
        FROM ledger_entry WHERE show_id = :show AND kind = 'click' AND at >= :since AND at <= :until GROUP BY viewer_id
    ), seen AS (
        SELECT viewer_id, CAST(extract(epoch FROM min(at) - :since) * 1000000 AS bigint) AS at
        FROM ledger_entry WHERE show_id = :show AND kind = 'impression' AND at >= :since AND at <= :until GROUP BY viewer_id
    ), paid AS (
        SELECT viewer_id, array_agg(CAST(extract(epoch FROM at - :since) * 1000000 AS bigint) ORDER BY at) AS at
        FROM sale WHERE show_id = :show AND at >= :since AND at <= :until AND NOT staff GROUP BY viewer_id
    ), counted AS (
        SELECT seen.viewer_id, seen.at FROM seen JOIN viewer USING (viewer_id)
    )
    SELECT counted.at AS seen, clicked.at AS clicked, paid.at AS paid, 0 AS alone
    FROM counted JOIN clicked USING (viewer_id) LEFT JOIN paid USING (viewer_id)
    UNION ALL
    SELECT NULL, NULL, NULL, count(*) FROM counted
    WHERE NOT EXISTS (SELECT FROM clicked WHERE clicked.viewer_id = counted.viewer_id)
""")


async def give_room(connection: AsyncConnection) -> None:
    """Let the rest of the transaction sort and group much in memory, in one process."""
    await connection.execute(_GIVE_ROOM)


async def read_show(connection: AsyncConnection, show_id: str, as_of: datetime) -> ShowHead | None:
    """Return which show this is as of `as_of`, or None when there is none."""
    await give_room(connection)
    row = (await connection.execute(_SHOW, {"show": show_id})).one_or_none()
    if row is None:
        return None
    is_settled = row.ended_at is not None and await settled(connection, show_id, row.ended_at)
    return ShowHead(**row._mapping, settled=is_settled, as_of=as_of)


async def read_people(connection: AsyncConnection, show: ShowHead) -> People:
    """Return who came."""
    given = {"show": show.id, "channel": show.channel_id, "until": show.until}
    row = (await connection.execute(_PEOPLE, given)).one()
    known = (frozenset(ids or ()) for ids in (row.came, row.guests, row.recognisable))
    suspects = row.suspects if row.suspects or show.bots_looked_for else None
    return People(suspects, row.staff, *known)


async def read_stretches(connection: AsyncConnection, show: ShowHead) -> list[Stretches]:
    """Return what each viewer played, in microseconds since the show's start; nothing for a show that has not started."""
    if show.started_at is None:
        return []
    given = {"show": show.id, "origin": show.started_at, "ended": show.ended_at or "infinity"}
    found = (await connection.execute(_STRETCHES, given)).one()
    return list(_by_viewer(*(column or [] for column in found)))


def _by_viewer(viewers: list[str], starts: list[int], ends: list[int]) -> Iterator[Stretches]:
    bounds = [0]
    for _, same in groupby(viewers):
        bounds.append(bounds[-1] + sum(1 for _ in same))
    for a, b in pairwise(bounds):
        yield Stretches(viewers[a], starts[a:b], ends[a:b])


async def read_tallies(
    connection: AsyncConnection, show_id: str, viewers: str | None, *, from_entries: bool = False
) -> Tallies:
    """Return sums over people, from the rollups, or anew from the ledger's entries: both say the same."""
    statement = _TALLIES_OF_ENTRIES if from_entries else _TALLIES_OF_ROLLUPS
    sums = (await connection.execute(statement, {"show": show_id, "viewers": viewers})).one()
    return Tallies(**{name: int(n) for name, n in sums._mapping.items()})


async def read_question_tallies(
    connection: AsyncConnection, show_id: str, viewers: str | None
) -> QuestionTallies:
    """Return questions by state, and how many asked."""
    row = (await connection.execute(_QUESTIONS, {"show": show_id, "viewers": viewers})).one()
    seconds = None if row.median_answer_seconds is None else float(row.median_answer_seconds)
    counts = (row.askers, row.asked_beside, row.answered, row.open, row.pending, row.dismissed)
    return QuestionTallies(*counts, seconds)


async def read_walks(connection: AsyncConnection, show: ShowHead, viewers: str) -> Walks:
    """Return when each viewer who saw a product first saw one, clicked, and paid, while the show ran."""
    if show.started_at is None:
        return Walks([], 0)
    window = {"show": show.id, "since": show.started_at, "until": show.until, "viewers": viewers}
    rows = (await connection.execute(_CLICKERS, window)).all()
    further = [Walk(((seen,), clicked, paid or ())) for seen, clicked, paid, _ in rows if seen is not None]
    return Walks(further, sum(row.alone for row in rows))
