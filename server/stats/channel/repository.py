"""The SQL of a channel's figures: grouped scans over the wide rows (`rollup`) of many shows at once, and over what was sold.

A statement is asked for parts: groups of shows, each show in any number of them. Within a part a person is one, in however many of its
shows they were. Two shows are joined for a person by the rules of `returning_repository`, here over all shows at once: of the earlier
shows within the window it is enough to know the latest begin of consent, of the later ones the earliest.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.derive_repository import PIECE, WATCHED
from server.ledger.repository import settled
from server.stats.channel.cut import Cell, Cut
from server.stats.channel.facts import PEOPLE_COLUMNS, Part, People, ShowOf
from server.stats.population import WITHDRAWN

SETTLED_AFTER = timedelta(days=1)
"""A show that ended before has all its facts: nobody need ask its processes."""
_FRACTIONS = frozenset({"median_us", "watched_squares"})

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

# The channel's shows that may be joined with those that are asked for; `finish` is as far as they have come.
_NEAR = """near AS MATERIALIZED (
    SELECT s.id AS show_id, s.started_at, s.ended_at, coalesce(s.ended_at, :as_of) AS finish FROM show AS s
    WHERE s.channel_id = :channel AND s.state IN ('live', 'ended') AND s.started_at <= :as_of
      AND s.started_at >= (SELECT min(started_at) FROM asked) - CAST(:w AS interval)
      AND s.started_at < (SELECT max(started_at) FROM asked) + CAST(:w AS interval))"""


def opened(of: str) -> str:
    """Return the `WITH` members up to `watched`: what those have watched in the shows `of` whose stretch is still open, up to now.

    The row of such a viewer is behind: it is brought up to date when the stretch ends.
    """
    piece = PIECE.format(viewer="whole.viewer_id")
    return f"""open_row AS MATERIALIZED (
        SELECT DISTINCT r.show_id, r.viewer_id FROM {of} JOIN rollup AS r USING (show_id) WHERE r.playing
    ), whole AS (
        SELECT show_id, viewer_id, viewer_id AS raw FROM open_row
        UNION ALL SELECT o.show_id, o.viewer_id, k.raw FROM open_row AS o
        JOIN viewer_alias AS k ON k.show_id = o.show_id AND k.canonical = o.viewer_id AND k.taken_back_at IS NULL
    ), bounds AS (
        SELECT id AS show_id, started_at, coalesce(ended_at, :as_of) AS ended_at FROM show WHERE id IN (SELECT show_id FROM open_row)
    ), piece AS MATERIALIZED (
        SELECT {piece} FROM whole JOIN playing AS t ON t.show_id = whole.show_id AND t.viewer_id = whole.raw
        LEFT JOIN ledger_process AS l USING (process_id)
    ), {WATCHED}"""


_GONE = "gone AS MATERIALIZED (SELECT viewer_id, array_agg(at) AS ats FROM withdrawn GROUP BY viewer_id)"

# What a row is worth to those that are joined with it: a guest's consent reaches a later show if that one's began by `known_by`, and an
# earlier one that was left no sooner than `known_since`. Both are null where the row tells of nobody whom the channel may recognise.
_HONEST = """honest AS (
    SELECT r.show_id, r.viewer_id, r.first_at, r.guest, r.remembered, r.consent_at, r.joined, r.source, r.device, r.segment,
           r.reactions, r.impressions, r.clicks, r.shares, r.questions, r.votes, r.survey_answers, r.orders, r.replay_views,
           coalesce(w.views, r.views) AS views, coalesce(w.visits, r.visits) AS visits, coalesce(w.watched_us, r.watched_us) AS watched_us,
           near.started_at, near.ended_at, near.finish, coalesce(w.views, r.views) > 0 AS viewed,
           CASE WHEN NOT r.guest THEN CAST('infinity' AS timestamptz)
                WHEN r.guest AND r.remembered AND coalesce(r.consent_at, '-infinity') <= near.finish
                THEN coalesce(r.consent_at, r.first_at) END AS known_by,
           CASE WHEN NOT r.guest THEN CAST('-infinity' AS timestamptz)
                WHEN r.guest AND r.remembered AND coalesce(r.consent_at, '-infinity') <= near.finish
                THEN coalesce(r.consent_at, '-infinity') END AS known_since,
           CASE WHEN r.guest
                THEN (SELECT min(at) FROM unnest(gone.ats) AS at WHERE at >= coalesce(r.consent_at, '-infinity')) END AS gone_at
    FROM near JOIN rollup AS r USING (show_id) LEFT JOIN gone USING (viewer_id)
    LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
    WHERE NOT r.suspect AND NOT r.staff)"""

_JOINED = """joined_up AS (
    SELECT honest.*,
           guest IS NOT NULL AND (NOT guest OR (known_by IS NOT NULL AND (gone_at IS NULL OR gone_at > finish))) AS recognisable,
           CASE WHEN guest THEN coalesce(max(known_by) FILTER (WHERE viewed) OVER earlier >= coalesce(consent_at, '-infinity'), false)
                ELSE count(*) FILTER (WHERE viewed AND (guest IS NULL OR known_by IS NOT NULL)) OVER earlier > 0 END AS came_back,
           CASE WHEN guest THEN coalesce(min(known_since) FILTER (WHERE viewed) OVER later <= coalesce(consent_at, first_at), false)
                ELSE count(*) FILTER (WHERE viewed AND (guest IS NULL OR known_since IS NOT NULL)) OVER later > 0 END AS came_again
    FROM honest
    WINDOW earlier AS (PARTITION BY viewer_id ORDER BY started_at
                       RANGE BETWEEN CAST(:w AS interval) PRECEDING AND CAST('1 microsecond' AS interval) PRECEDING),
           later AS (PARTITION BY viewer_id ORDER BY started_at
                     RANGE BETWEEN CURRENT ROW AND CAST(:w AS interval) - CAST('1 microsecond' AS interval) FOLLOWING
                     EXCLUDE CURRENT ROW))"""

# What each person bought in each show of the channel, and whether they had bought in another one before.
_BOUGHT = """paid AS (
    SELECT s.show_id, coalesce(a.canonical, s.viewer_id) AS viewer_id, min(s.at) AS first_at, count(*) FILTER (WHERE s.nth = 0) AS orders,
           sum(s.amount_minor) FILTER (WHERE s.currency = :currency) AS gmv_minor
    FROM sale AS s LEFT JOIN viewer_alias AS a ON a.show_id = s.show_id AND a.raw = s.viewer_id AND a.taken_back_at IS NULL
    WHERE s.channel_id = :channel AND NOT s.staff GROUP BY 1, 2
), bought AS (
    SELECT paid.*,
           CASE WHEN r.guest
                THEN coalesce(max(known.by) OVER earlier >= coalesce(r.consent_at, '-infinity'), false)
                ELSE count(*) FILTER (WHERE r.guest IS NULL OR known.by IS NOT NULL) OVER earlier > 0 END AS bought_before,
           r.guest IS NULL AND EXISTS (
               SELECT FROM attendance AS k JOIN show ON show.id = k.show_id
               WHERE k.viewer_id = paid.viewer_id AND show.channel_id = :channel AND NOT k.guest) AS known_elsewhere
    FROM paid JOIN show ON show.id = paid.show_id
    LEFT JOIN rollup AS r ON r.show_id = paid.show_id AND r.viewer_id = paid.viewer_id
    CROSS JOIN LATERAL (SELECT CASE WHEN NOT r.guest THEN CAST('infinity' AS timestamptz)
        WHEN r.guest AND r.remembered AND coalesce(r.consent_at, '-infinity') <= coalesce(show.ended_at, 'infinity')
        THEN coalesce(r.consent_at, r.first_at) END AS by) AS known
    WHERE r.suspect IS NOT TRUE AND r.staff IS NOT TRUE
    WINDOW earlier AS (PARTITION BY paid.viewer_id ORDER BY paid.first_at
                       RANGE BETWEEN UNBOUNDED PRECEDING AND CAST('1 microsecond' AS interval) PRECEDING))"""

_PERSON = """person AS (
    SELECT asked.part, {label} AS label, j.viewer_id, bool_or(j.viewed) AS viewed, bool_or(j.joined) AS joined,
           bool_or(j.replay_views > 0) AS replayed, bool_and(j.guest IS TRUE) FILTER (WHERE j.viewed) AS guest,
           sum(j.views) FILTER (WHERE j.viewed) AS views, sum(j.visits) FILTER (WHERE j.viewed) AS visits,
           sum(j.watched_us) FILTER (WHERE j.viewed) AS watched_us,
           bool_or(j.reactions + j.questions + j.votes + j.shares + j.clicks + j.survey_answers > 0) FILTER (WHERE j.viewed) AS engaged,
           sum(j.reactions) AS reactions, sum(j.reactions) FILTER (WHERE NOT j.viewed) AS reactions_beside,
           bool_or(j.reactions > 0) FILTER (WHERE j.viewed) AS sent,
           sum(j.votes) AS votes, sum(j.votes) FILTER (WHERE NOT j.viewed) AS votes_beside,
           sum(j.shares) AS shares, sum(j.shares) FILTER (WHERE NOT j.viewed) AS shares_beside,
           bool_or(j.shares > 0) FILTER (WHERE j.viewed) AS shared,
           bool_or(j.impressions > 0) FILTER (WHERE j.viewed) AS impressed,
           bool_or(j.clicks > 0) FILTER (WHERE j.viewed) AS clicked,
           bool_or(j.clicks > 0 AND j.impressions > 0) FILTER (WHERE j.viewed) AS clicked_what_they_saw,
           bool_or(j.clicks > 0 AND b.first_at IS NOT NULL) FILTER (WHERE j.viewed) AS clicked_and_bought,
           bool_or(b.first_at <= coalesce(asked.ended_at, :as_of)) FILTER (WHERE j.viewed) AS bought_live,
           bool_or(b.first_at <= coalesce(asked.ended_at, :as_of) + interval '24 hours') FILTER (WHERE j.viewed) AS bought_24h,
           bool_or(b.first_at <= coalesce(asked.ended_at, :as_of) + interval '7 days') FILTER (WHERE j.viewed) AS bought_7d,
           bool_or(b.first_at <= coalesce(asked.ended_at, :as_of) + interval '30 days') FILTER (WHERE j.viewed) AS bought_30d,
           bool_or(b.first_at IS NOT NULL) FILTER (WHERE j.viewed) AS bought, bool_or(b.first_at IS NOT NULL) AS paid,
           sum(b.orders) FILTER (WHERE j.viewed) AS orders, sum(b.gmv_minor) FILTER (WHERE j.viewed) AS gmv_minor,
           bool_or(j.recognisable) FILTER (WHERE j.viewed) AS recognisable,
           bool_or(j.recognisable AND j.came_back) FILTER (WHERE j.viewed) AS came_back,
           (array_agg(j.came_back ORDER BY j.started_at, j.show_id) FILTER (WHERE j.viewed AND j.recognisable))[1] AS came_back_first,
           bool_or(j.recognisable AND {lasts}) FILTER (WHERE j.viewed) AS lasting,
           bool_or(j.recognisable AND {lasts} AND j.came_again) FILTER (WHERE j.viewed) AS came_again,
           bool_or(j.recognisable AND b.first_at IS NOT NULL) FILTER (WHERE j.viewed) AS buyer_known,
           bool_or(j.recognisable AND b.bought_before) FILTER (WHERE j.viewed) AS bought_before,
           bool_or(j.recognisable AND j.came_back AND b.first_at IS NOT NULL) FILTER (WHERE j.viewed) AS buyer_seen_before,
           sum(b.orders) FILTER (WHERE {counted}) AS placed, bool_or(j.viewed) FILTER (WHERE {counted}) AS placed_viewed
    FROM asked JOIN joined_up AS j USING (show_id) LEFT JOIN bought AS b USING (show_id, viewer_id)
    WHERE {rows} GROUP BY 1, 2, 3)""".replace(
    "{lasts}", "NOT (j.guest AND coalesce(j.gone_at < j.started_at + CAST(:w AS interval), false))"
).replace(
    "{counted}",
    """b.first_at IS NOT NULL AND (CASE WHEN j.guest IS NULL THEN b.known_elsewhere
        ELSE NOT j.guest OR (j.known_by IS NOT NULL AND (j.gone_at IS NULL OR j.gone_at > asked.until)) END)""",
)

_COUNTED = """
    SELECT part, {by} AS label,
           count(*) FILTER (WHERE viewed) AS viewers, count(*) FILTER (WHERE guest) AS guests,
           count(*) FILTER (WHERE replayed) AS replay_viewers, count(*) FILTER (WHERE viewed OR replayed) AS viewers_in_all,
           coalesce(sum(views), 0) AS views, coalesce(sum(visits), 0) AS visits, coalesce(sum(watched_us), 0) AS watched_us,
           coalesce(sum((watched_us / 1e6) ^ 2) FILTER (WHERE viewed), 0) AS watched_squares,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY watched_us) FILTER (WHERE viewed) AS median_us,
           count(*) FILTER (WHERE engaged) AS engaged,
           coalesce(sum(reactions), 0) AS reactions, coalesce(sum(reactions_beside), 0) AS reactions_beside,
           count(*) FILTER (WHERE sent) AS senders,
           coalesce(sum(votes), 0) AS votes, coalesce(sum(votes_beside), 0) AS votes_beside,
           coalesce(sum(shares), 0) AS shares, coalesce(sum(shares_beside), 0) AS shares_beside,
           count(*) FILTER (WHERE shared) AS sharers,
           count(*) FILTER (WHERE impressed) AS impressed, count(*) FILTER (WHERE clicked) AS clickers,
           count(*) FILTER (WHERE clicked_what_they_saw) AS clicked_what_they_saw,
           count(*) FILTER (WHERE clicked_and_bought) AS clicked_and_bought,
           count(*) FILTER (WHERE bought_live) AS bought_live, count(*) FILTER (WHERE bought_24h) AS bought_24h,
           count(*) FILTER (WHERE bought_7d) AS bought_7d, count(*) FILTER (WHERE bought_30d) AS bought_30d,
           count(*) FILTER (WHERE bought) AS buyers, count(*) FILTER (WHERE paid AND bought IS NOT TRUE) AS buyers_beside,
           coalesce(sum(orders), 0) AS orders, coalesce(sum(gmv_minor), 0) AS gmv_minor,
           count(*) FILTER (WHERE recognisable) AS recognisable, count(*) FILTER (WHERE came_back) AS came_back,
           count(*) FILTER (WHERE NOT came_back_first) AS first_time,
           count(*) FILTER (WHERE lasting) AS lasting, count(*) FILTER (WHERE came_again) AS came_again,
           count(*) FILTER (WHERE buyer_known) AS buyers_known, count(*) FILTER (WHERE bought_before) AS bought_before,
           count(*) FILTER (WHERE buyer_seen_before) AS buyers_seen_before,
           count(*) FILTER (WHERE placed_viewed) AS customers, count(*) FILTER (WHERE placed_viewed AND placed >= 2) AS repeaters,
           count(*) FILTER (WHERE joined AND NOT viewed) AS without_a_view
    FROM person WHERE {people} GROUP BY 1, 2
"""


def _people(label: str, by: str, rows: str, people: str) -> TextClause:
    person = _PERSON.replace("{label}", label).replace("{rows}", rows)
    parts = [ASKED, _NEAR, WITHDRAWN, _GONE, opened("near"), _HONEST, _JOINED, _BOUGHT, person]
    counted = _COUNTED.replace("{by}", by).replace("{people}", people)
    return text(f"WITH {', '.join(parts)} {counted}")


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


async def read_people_in(connection: AsyncConnection, asked: dict[str, Any], cut: Cut) -> dict[Cell, People]:
    """Return people by part and the words of the cut, counted over the rows that it lets count."""
    if not asked["shows"]:
        return {}
    statement = _people(cut.of_rows("j"), cut.of_people(), cut.rows("j"), cut.people())
    rows = await connection.execute(statement, {**asked, **cut.parameters()})
    return {(row.part, tuple(row.label)): _people_of(row._mapping) for row in rows}


def _people_of(row: RowMapping) -> People:
    whole = {name: int(row[name]) for name in PEOPLE_COLUMNS if name not in _FRACTIONS}
    median = row["median_us"]
    squares = float(row["watched_squares"])
    return People(**whole, watched_squares=squares, median_us=None if median is None else float(median))
