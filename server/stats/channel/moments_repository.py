"""The SQL of a show's moments: who watched when, and who did what when, of viewers of V(s) alone."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.errors import RefusedError
from server.protocol.codes import Code
from server.protocol.pushes import UNCOUNTED_QUESTIONS
from server.stats.canonical import read_as_whose_it_is
from server.stats.channel.moments import Acts, MomentFacts
from server.stats.curve import Spans, join_spans
from server.stats.curve_repository import NUMBERED, are_rows_final
from server.stats.facts import ShowHead
from server.stats.figures import whole_microseconds
from server.stats.repository import read_show, read_stretches
from server.stats.series_repository import count_suspects, count_suspects_in_turn, read_marks
from server.stats.watching import attend

# Microseconds since the show's start.
_AT = "CAST(extract(epoch FROM {at} - CAST(:since AS timestamptz)) * 1000000 AS bigint)"
_CLICKS = text(f"""
    SELECT viewer_id, {_AT.format(at="at")} AS at, n FROM ledger_entry
    WHERE show_id = :show AND kind = 'click' AND at >= :since AND at <= :until
""")
_ORDERS = text(f"""
    SELECT viewer_id, {_AT.format(at="at")} AS at, 1 AS n FROM sale
    WHERE show_id = :show AND nth = 0 AND NOT staff AND at >= :since AND at <= :until
""")
_QUESTIONS = text(f"""
    SELECT viewer_id, {_AT.format(at="asked_at")} AS at, 1 AS n, id FROM question
    WHERE show_id = :show AND state NOT IN {UNCOUNTED_QUESTIONS} AND asked_at >= :since AND asked_at <= :until
""")
_TRIPLES = "coalesce(string_agg(int8send(viewer.n) || int8send(at) || int8send({n}), ''), '')"
_VOTES = text("""
    SELECT v.question_id, coalesce(a.canonical, v.viewer_id) AS viewer_id FROM vote AS v
    LEFT JOIN viewer_alias AS a ON a.show_id = v.show_id AND a.raw = v.viewer_id AND a.taken_back_at IS NULL
    WHERE v.show_id = :show AND NOT v.suspect
""")


# Of final rows, in one statement, so that a viewer has one number in all of it: three numbers a row, as the bytes that they are.
_BY_ROWS = text(f"""
    WITH {NUMBERED}, stretch AS (
        SELECT viewer.n, {_AT.format(at="p.started_at")} AS start,
               {_AT.format(at="coalesce(p.ended_at, l.alive_until, p.started_at)")} AS stop
        FROM playing AS p JOIN viewer USING (viewer_id) LEFT JOIN ledger_process AS l USING (process_id) WHERE p.show_id = :show
    ), click AS ({_CLICKS.text}), bought AS ({_ORDERS.text}), asked AS ({_QUESTIONS.text}), voted AS ({_VOTES.text})
    SELECT (SELECT count(*) FROM viewer) AS viewers,
           (SELECT coalesce(string_agg(int8send(n) || int8send(start) || int8send(stop), '' ORDER BY n, start), '') FROM stretch) AS spans,
           (SELECT {_TRIPLES.format(n="click.n")} FROM click JOIN viewer USING (viewer_id)) AS clicks,
           (SELECT {_TRIPLES.format(n="bought.n")} FROM bought JOIN viewer USING (viewer_id)) AS orders,
           (SELECT {_TRIPLES.format(n="asked.n")} FROM asked JOIN viewer USING (viewer_id)) AS questions,
           (SELECT coalesce(jsonb_object_agg(id, viewer.n), '{{}}') FROM asked JOIN viewer USING (viewer_id)) AS asked,
           (SELECT coalesce(jsonb_object_agg(question_id, them), '{{}}') FROM (
                SELECT question_id, jsonb_agg(viewer.n) AS them
                FROM voted JOIN viewer USING (viewer_id) GROUP BY question_id) AS v) AS voted
""")


async def read_moment_facts(connection: AsyncConnection, show_id: str, as_of: datetime) -> MomentFacts:
    """Return everything that the moments of a show need; raises `not_found`."""
    show = await read_show(connection, show_id, as_of)
    if show is None:
        raise RefusedError(Code.NOT_FOUND)
    await read_as_whose_it_is(connection, show_id)
    if await are_rows_final(connection, show):
        return await read_final_moment_facts(connection, show)
    return await _read_in_turn(connection, show)


async def read_final_moment_facts(connection: AsyncConnection, show: ShowHead) -> MomentFacts:
    """Return the same of a show whose rows are final."""
    given = {"show": show.id, "since": show.started_at, "until": show.until}
    row = (await connection.execute(_BY_ROWS, given)).one()
    spans = join_spans(Spans(*as_columns(row.spans)), whole_microseconds(show.length))
    return MomentFacts(
        show=show,
        suspects=await count_suspects(connection, show),
        marks=await read_marks(connection, show),
        viewers=row.viewers,
        watching=(spans.viewers, spans.starts, spans.ends),
        clicks=Acts(*as_columns(row.clicks)),
        orders=Acts(*as_columns(row.orders)),
        questions=Acts(*as_columns(row.questions)),
        asked=row.asked,
        voted=row.voted,
    )


async def _read_in_turn(connection: AsyncConnection, show: ShowHead) -> MomentFacts:
    stretches = await read_stretches(connection, show)
    attendance = await asyncio.to_thread(attend, stretches, whole_microseconds(show.length))
    numbers = {viewer: i for i, viewer in enumerate(attendance.live)}
    spans = [(i, *span) for i, watched in enumerate(attendance.live.values()) for span in watched.intervals]
    asked = await _rows(connection, _QUESTIONS, show)
    voted: defaultdict[str, list[int]] = defaultdict(list)
    for row in await _rows(connection, _VOTES, show):
        if row.viewer_id in numbers:
            voted[row.question_id].append(numbers[row.viewer_id])
    who, starts, ends = _columns(spans)
    return MomentFacts(
        show=show,
        suspects=await count_suspects_in_turn(connection, show),
        marks=await read_marks(connection, show),
        viewers=len(numbers),
        watching=(who, starts, ends),
        clicks=_acts(await _rows(connection, _CLICKS, show), numbers),
        orders=_acts(await _rows(connection, _ORDERS, show), numbers),
        questions=_acts(asked, numbers),
        asked={row.id: numbers[row.viewer_id] for row in asked if row.viewer_id in numbers},
        voted=voted,
    )


async def _rows(connection: AsyncConnection, statement: TextClause, show: ShowHead) -> Any:
    if show.started_at is None:
        return []
    given = {"show": show.id, "since": show.started_at, "until": show.until}
    return (await connection.execute(statement, given)).all()


def _acts(rows: Any, numbers: Mapping[str, int]) -> Acts:
    found = [(numbers[row.viewer_id], row.at, row.n) for row in rows if row.viewer_id in numbers]
    return Acts(*_columns(found))


def as_columns(triples: bytes) -> Any:
    """Return three columns of numbers that came as bytes."""
    return np.frombuffer(triples, dtype=">i8").astype(np.int64).reshape(-1, 3).T.copy()


def _columns(rows: Any) -> Any:
    """Return three columns of whole numbers."""
    return np.array(rows, dtype=np.int64).reshape(-1, 3).T
