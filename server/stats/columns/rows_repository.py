"""The SQL of a show's columns: the wide rows, what was bought and asked, and the till. It is read here, and counted in Python."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.protocol.pushes import UNCOUNTED_QUESTIONS
from server.stats.columns import rows as shapes
from server.stats.columns.acts_repository import ACTED, ALIAS
from server.stats.columns.flags import ABSENT, CONSENT, GUEST, KNOWN, NOBODY, OF_ROW, as_bits
from server.stats.columns.opened_repository import ENDED, OPENED
from server.stats.columns.rows import (
    Column,
    ShowRows,
    arrays_of,
    arrays_of_acts,
    arrays_of_rows,
    decode,
    split,
    sums_of,
)
from server.stats.columns.sold_repository import REPORTED, TILLS, written

ASKED = """asked AS MATERIALIZED (
    SELECT a.show_id, a.part, s.channel_id, s.started_at, s.ended_at, coalesce(s.ended_at, :as_of) AS finish
    FROM unnest(CAST(:shows AS text[])) WITH ORDINALITY AS a(show_id, part) JOIN show AS s ON s.id = a.show_id)"""

# The number of a person, or a negative one made from the id for who has none yet.
WHO: Final = "coalesce(n.n, -1 - (hashtextextended({0}, 0) & 9223372036854775807))"
NUMBERED: Final = "LEFT JOIN sealed_person AS n ON n.viewer_id = {0}"
_MICROSECONDS: Final = "CAST(coalesce(extract(epoch FROM {0}) * 1000000, 0) AS bigint)"
_HASH: Final = "hashtextextended(coalesce({0}, ''), :seed)"

_ROWS: Final = f"""
    WITH {ASKED}, {{watched}}, wide AS (
        SELECT asked.part, asked.started_at, asked.finish, r.viewer_id, r.first_at, r.first_impression_at,
               r.guest, r.remembered, r.consent_at, r.joined, r.suspect, r.staff,
               r.source, r.device, r.segment, r.reactions, r.impressions, r.clicks, r.shares, r.questions, r.votes,
               r.survey_answers, r.poll_answers, r.comments_sent, r.orders, r.replay_views, r.replay_us,
               coalesce(w.views, r.views) AS views, coalesce(w.visits, r.visits) AS visits,
               coalesce(w.watched_us, r.watched_us) AS watched_us
        FROM asked JOIN rollup AS r USING (show_id) LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
    )
    SELECT CAST(part - 1 AS int), {WHO.format("wide.viewer_id")}, {as_bits(OF_ROW)}, CAST(watched_us AS bigint),
           {_MICROSECONDS.format("coalesce(consent_at, first_at)")}, CAST(views AS int), CAST(visits AS int),
           reactions, votes, shares, replay_us, questions, impressions, clicks, orders,
           {_HASH.format("source")}, {_HASH.format("device")}, {_HASH.format("segment")}
    FROM wide {NUMBERED.format("wide.viewer_id")}
"""
_ROWS_BY_NOW: Final = _ROWS.format(watched=OPENED)
_ROWS_AS_THEY_ARE: Final = _ROWS.format(watched=ENDED)
_WORDS: Final = text(f"""
    WITH {ASKED}, word AS (
        SELECT DISTINCT l.label, coalesce(l.word, '') AS word FROM (
            SELECT DISTINCT source, device, segment FROM asked JOIN rollup USING (show_id)) AS r
        CROSS JOIN LATERAL (VALUES ('source', source), ('device', device), ('segment', segment)) AS l (label, word)
    )
    SELECT label, word, {_HASH.format("word")} AS hash FROM word
""")
_OF_BUYER: Final = as_bits({bit: OF_ROW[bit] for bit in (GUEST, NOBODY, KNOWN, CONSENT)})
_SOLD: Final = f"""
    WITH {ASKED}, paid AS (
        SELECT asked.part, asked.finish, s.show_id, coalesce(a.canonical, s.viewer_id) AS viewer_id,
               min(s.at) FILTER (WHERE NOT s.replay) AS bought_at, min(s.at) AS placed_at,
               count(*) FILTER (WHERE s.nth = 0 AND NOT s.replay) AS orders, count(*) FILTER (WHERE s.nth = 0) AS placed,
               coalesce(sum(s.amount_minor) FILTER (WHERE s.currency = :currency AND NOT s.replay), 0) AS gmv
        FROM asked JOIN sale AS s USING (show_id) {ALIAS.format("s")} WHERE NOT s.staff GROUP BY 1, 2, 3, 4
    ), bought AS (
        SELECT paid.*, r.first_at, r.guest, r.remembered, r.consent_at
        FROM paid LEFT JOIN rollup AS r ON r.show_id = paid.show_id AND r.viewer_id = paid.viewer_id
        WHERE r.suspect IS NOT TRUE AND r.staff IS NOT TRUE
    )
    SELECT CAST(part - 1 AS int), {WHO.format("bought.viewer_id")}, {_OF_BUYER},
           {_MICROSECONDS.format("coalesce(consent_at, first_at)")},
           CAST(coalesce(extract(epoch FROM bought_at) * 1000000, {shapes.NEVER}) AS bigint), {_MICROSECONDS.format("placed_at")},
           CAST(orders AS int), CAST(placed AS int), CAST(gmv AS bigint)
    FROM bought {NUMBERED.format("bought.viewer_id")}
"""
# One row for each order: all its lines are one person's, at one moment, in one currency.
_PAID: Final = f"""
    WITH {ASKED}, refunded AS (
        SELECT b.order_id, sum(b.refunded_minor) AS refunded_minor FROM asked JOIN given_back AS b USING (show_id) GROUP BY b.order_id
    ), paid AS (
        SELECT asked.part, asked.finish, s.show_id, coalesce(a.canonical, s.viewer_id) AS viewer_id, s.order_id, min(s.at) AS bought_at,
               CAST(sum(s.amount_minor) AS bigint) - coalesce(max(o.refunded_minor), 0) AS net_minor, sum(s.quantity) AS units,
               bool_and(s.currency = :currency) AS own
        FROM asked JOIN sale AS s USING (show_id) {ALIAS.format("s")} LEFT JOIN refunded AS o ON o.order_id = s.order_id
        WHERE NOT s.staff GROUP BY 1, 2, 3, 4, 5
    ), bought AS (
        SELECT paid.*, r.first_at, r.guest, r.remembered, r.consent_at, r.viewer_id IS NULL AS absent
        FROM paid LEFT JOIN rollup AS r ON r.show_id = paid.show_id AND r.viewer_id = paid.viewer_id
        WHERE r.suspect IS NOT TRUE AND r.staff IS NOT TRUE
    )
    SELECT CAST(part - 1 AS int), {WHO.format("bought.viewer_id")}, {_OF_BUYER} | CASE WHEN absent THEN {ABSENT} ELSE 0 END,
           {_MICROSECONDS.format("coalesce(consent_at, first_at)")}, {_MICROSECONDS.format("bought_at")},
           CAST(net_minor AS bigint), CAST(units AS bigint), CAST(own AS int)
    FROM bought {NUMBERED.format("bought.viewer_id")}
"""
_QUESTIONS: Final = f"""
    WITH {ASKED}, {OPENED}, told AS (
        SELECT asked.part, q.state, q.asked_at, q.answered_at, coalesce(a.canonical, q.viewer_id) AS viewer_id,
               coalesce(w.views, r.views) > 0 IS TRUE AS viewed
        FROM asked JOIN question AS q USING (show_id) {ALIAS.format("q")}
        LEFT JOIN rollup AS r ON r.show_id = q.show_id AND r.viewer_id = coalesce(a.canonical, q.viewer_id)
        LEFT JOIN watched AS w ON w.show_id = r.show_id AND w.viewer_id = r.viewer_id
        WHERE q.state NOT IN {UNCOUNTED_QUESTIONS} AND q.replay_ms IS NULL AND r.suspect IS NOT TRUE AND r.staff IS NOT TRUE
    )
    SELECT CAST(part - 1 AS int), {WHO.format("told.viewer_id")},
           CASE WHEN state IN ('open', 'answering') THEN {shapes.OPEN}
                WHEN state = 'answered' THEN {shapes.ANSWERED} ELSE {shapes.OTHER} END,
           CAST(viewed AS int), {_MICROSECONDS.format("(answered_at - asked_at)")}
    FROM told {NUMBERED.format("told.viewer_id")}
"""
_STAFF: Final = f"""
    WITH {ASKED} SELECT CAST(part - 1 AS int), {WHO.format("s.viewer_id")}
    FROM asked JOIN staff_presence AS s USING (show_id) {NUMBERED.format("s.viewer_id")} WHERE s.first_at <= asked.finish
"""
_ACTED: Final = f"""
    WITH {ASKED}, {ACTED}
    SELECT CAST(part - 1 AS int), {WHO.format("acted.viewer_id")}, early, to_click_us, to_pay_us, CAST(clicks_seen AS int),
           CAST(orders_clicked AS int), CAST(other_impressions AS int), CAST(other_clicks AS int)
    FROM acted {NUMBERED.format("acted.viewer_id")}
"""
_TILLS: Final = text(written(TILLS, ASKED))
_REPORTED: Final = text(written(REPORTED, ASKED))
_SEEDS: Final = range(100)


async def read_rows(
    connection: AsyncConnection, shows: Sequence[str], currency: str, as_of: datetime
) -> list[ShowRows]:
    """Return the columns of each of the shows, as SQL has them in the connection's moment."""
    given: dict[str, Any] = {"shows": list(shows), "as_of": as_of, "currency": currency}
    seed, words = await _read_words(connection, given)
    lists = await _read_lists(
        connection,
        {**given, "seed": seed},
        [
            (_ROWS_BY_NOW, shapes.ROW),
            (_SOLD, shapes.SOLD),
            (_PAID, shapes.PAID),
            (_QUESTIONS, shapes.ASKED),
            (_STAFF, shapes.STAFF),
            (_ACTED, shapes.ACTED),
        ],
    )
    tills, reported = [await _read_by_show(connection, statement, given) for statement in (_TILLS, _REPORTED)]
    found = []
    for i, (rows, sold, paid, asked, staff, acted) in enumerate(zip(*lists, strict=True)):
        arrays, labels = arrays_of_rows(rows, words)
        arrays |= arrays_of_acts(arrays, acted)
        beside = {
            **arrays_of("sold", sold),
            **arrays_of("paid", paid),
            **arrays_of("asked", asked),
            "staff": arrays_of("", staff)[".who"],
        }
        found.append(
            ShowRows({**arrays, **beside}, labels, currency, tills[i + 1], reported[i + 1], sums_of(arrays))
        )
    return found


async def read_people(
    connection: AsyncConnection, shows: Sequence[str], currency: str, as_of: datetime
) -> list[ShowRows]:
    """Return the rows of each of the shows, of those who still watch as they are in SQL, and each order: nothing else of them."""
    given: dict[str, Any] = {"shows": list(shows), "as_of": as_of, "currency": currency}
    seed, words = await _read_words(connection, given)
    asked = [(_ROWS_AS_THEY_ARE, shapes.ROW), (_PAID, shapes.PAID)]
    found = []
    for rows, paid in zip(*await _read_lists(connection, {**given, "seed": seed}, asked), strict=True):
        arrays, labels = arrays_of_rows(rows, words)
        found.append(ShowRows({**arrays, **arrays_of("paid", paid)}, labels, currency))
    return found


async def _read_lists(
    connection: AsyncConnection, given: Mapping[str, Any], asked: Sequence[tuple[str, Mapping[str, str]]]
) -> list[list[Column]]:
    """Return what each statement finds, by show."""
    return [
        split(decode(await copy_out(connection, statement, given), shape), len(given["shows"]))
        for statement, shape in asked
    ]


async def read_sold(
    connection: AsyncConnection, shows: Sequence[str], currency: str, as_of: datetime
) -> list[ShowRows]:
    """Return what was bought in each of the shows, and nothing else of them."""
    given: dict[str, Any] = {"shows": list(shows), "as_of": as_of, "currency": currency}
    sold = split(decode(await copy_out(connection, _SOLD, given), shapes.SOLD), len(shows))
    return [ShowRows(arrays_of("sold", each), {}, currency) for each in sold]


async def _read_words(
    connection: AsyncConnection, given: Mapping[str, Any]
) -> tuple[int, dict[str, dict[int, str]]]:
    """Return a seed by which no two words of these shows have the same hash, and the word of each hash, by label."""
    for seed in _SEEDS:
        words: dict[str, dict[int, str]] = {name: {} for name in shapes.LABELS}
        rows = (await connection.execute(_WORDS, {**given, "seed": seed})).all()
        for row in rows:
            words[row.label][row.hash] = row.word
        if sum(map(len, words.values())) == len(rows):
            return seed, words
    raise AssertionError("a hundred seeds do not all fail")


async def copy_out(connection: AsyncConnection, statement: str, given: Mapping[str, Any]) -> bytes:
    """Return the rows of a statement as PostgreSQL's binary COPY sends them."""
    named = statement
    for name in given:
        named = named.replace(f":{name}", f"%({name})s")
    copied = sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(sql.SQL(named))
    return b"".join([piece async for piece in driver.read_pieces(connection, copied, given)])


async def _read_by_show(
    connection: AsyncConnection, statement: Any, given: Mapping[str, Any]
) -> defaultdict[int, list[list[Any]]]:
    found: defaultdict[int, list[list[Any]]] = defaultdict(list)
    for part, _, *values in await connection.execute(statement, given):
        found[part].append([value if isinstance(value, str) else int(value) for value in values])
    return found
