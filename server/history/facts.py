"""A show's facts in the envelope, as PostgreSQL sends them: the other way of the import, so that what goes out can come in."""

from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.history.envelope import COLUMNS, FACTS, NAMES
from server.ledger.entries import OF_REPLAY

_SQL = {
    "VARCHAR": "text",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "TIMESTAMPTZ": "timestamptz",
    "JSON": "json",
}


def _entries(joined_to: str, /, **columns: str) -> str:
    """Return a SELECT of envelope rows; columns that are not named are null. `s` is the show."""
    known = {"id": "''", "show": "s.id", **columns}
    cells = (f'CAST({known.get(c.name, "NULL")} AS {_SQL[c.type]}) AS "{c.name}"' for c in COLUMNS)
    return f"SELECT {', '.join(cells)} FROM show AS s {joined_to}"


_NAMES = " ".join(
    f"WHEN '{told}' THEN '{name}'"
    for name, kind in FACTS.items()
    for told in (kind, OF_REPLAY.get(kind))
    if told
)
_OF = "AS t ON t.show_id = s.id"
# What was given back of an order's goods, over its lines in their order: each line is a purchase of its own here.
_GIVEN_BACK = """
    SELECT l.id, l.show_id, l.viewer_id, l.currency, r.at, greatest(0, least(l.amount_minor, r.minor - l.earlier)) AS refunded_minor
    FROM (
        SELECT o.id, o.show_id, o.viewer_id, o.currency, o.amount_minor, coalesce(b.head_id, o.id) AS head_id,
               coalesce(sum(o.amount_minor) OVER (PARTITION BY coalesce(b.head_id, o.id) ORDER BY coalesce(b.nth, 0)
                                                  ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS earlier
        FROM orders AS o LEFT JOIN order_line AS b ON b.order_id = o.id
        WHERE coalesce(b.head_id, o.id) IN (SELECT order_id FROM refund WHERE state = 'done')
    ) AS l
    JOIN (SELECT order_id, CAST(sum(amount_minor - shipping_minor) AS bigint) AS minor, max(ended_at) AS at FROM refund
          WHERE state = 'done' GROUP BY order_id) AS r ON r.order_id = l.head_id"""
_OPEN_UNTIL = "coalesce(t.ended_at, p.alive_until, t.started_at)"
_STRETCH = (
    "concat(s.id, '/p/', t.connection_id, '/', CAST(extract(epoch FROM t.started_at) * 1000000 AS bigint))"
)
_PASSING = ", ".join(f"'{kind}'" for pair in OF_REPLAY.items() for kind in pair)
"""Of all else, such as an answer to a survey, the show itself is what it is about, however late."""
_BOUGHT_AT = (
    "CASE WHEN EXISTS (SELECT FROM replay_order AS b WHERE b.order_id = t.id) THEN 'replay' ELSE 'live' END"
)
_PLAYED = f"JOIN playing {_OF} LEFT JOIN ledger_process AS p USING (process_id)"

_OF_VIEWS = ("page", "site", "referrer", "source", "medium", "campaign", "term", "content", "device")

_PARTS = (
    _entries(
        "",
        id="concat(s.id, '/show')",
        kind="'show'",
        at="s.started_at",
        ended_at="s.ended_at",
        title="s.title",
        host="s.host",
        bots_looked_for="s.bots_looked_for",
    ),
    _entries(
        f"JOIN attendance {_OF}",
        id="concat(s.id, '/a/', t.viewer_id)",
        kind="'attendance'",
        viewer="t.viewer_id",
        at="t.first_at",
        guest="t.guest",
        remembered="t.remembered",
        suspect="t.suspect",
        source="t.source",
        device="t.device",
        share="t.share",
        consent_at="t.consent_at",
        joined="t.joined",
    ),
    _entries(
        f"JOIN staff_presence {_OF}",
        id="concat(s.id, '/s/', t.viewer_id)",
        kind="'attendance'",
        viewer="t.viewer_id",
        at="t.first_at",
        staff="true",
    ),
    _entries(
        _PLAYED,
        id=_STRETCH,
        kind="'view_start'",
        viewer="t.viewer_id",
        connection="t.connection_id",
        at="t.started_at",
    ),
    _entries(
        _PLAYED,
        id=f"concat({_STRETCH}, '/end')",
        kind="'view_end'",
        viewer="t.viewer_id",
        connection="t.connection_id",
        at=f"greatest(t.started_at, {_OPEN_UNTIL})",
    ),
    _entries(
        f"""JOIN survey {_OF} AND t.opened_at IS NOT NULL""",
        id="concat(s.id, '/sv/', t.id)",
        kind="'survey'",
        at="t.opened_at",
        target="t.id",
        text="t.question",
        survey="t.kind",
        choices="CASE WHEN t.kind = 'choice' THEN to_json(t.choices) END",
        why="t.why",
        about="t.product_id",
        ended_at="t.closed_at",
    ),
    _entries(
        f"""JOIN ledger_entry {_OF} AND t.kind NOT IN ('visit', 'order', 'question', '{OF_REPLAY["question"]}')
            LEFT JOIN survey_answer AS said ON t.kind = 'survey_answer' AND said.survey_id = t.target AND said.viewer_id = t.viewer_id""",
        id="concat(s.id, '/e/', t.id)",
        kind=f"CASE t.kind {_NAMES} ELSE t.kind END",
        mode=f"CASE WHEN t.kind NOT IN ({_PASSING}) THEN 'live' END",
        viewer="t.viewer_id",
        connection="t.connection_id",
        at="t.at",
        source="t.source",
        target="t.target",
        n="t.n",
        via="t.via",
        score="said.score",
        choice="said.choice",
        text="said.words",
        changed_at="said.changed_at",
    ),
    _entries(
        f"""JOIN question {_OF}
            LEFT JOIN ledger_entry AS e ON e.show_id = s.id AND e.kind IN ('question', '{OF_REPLAY["question"]}')
                AND e.target = t.id AND e.viewer_id = t.viewer_id""",
        id="concat(s.id, '/q/', t.id)",
        kind="'question'",
        viewer="t.viewer_id",
        connection="e.connection_id",
        at="t.asked_at",
        source="e.source",
        target="t.id",
        n="coalesce(e.n, 0)",
        text="t.text",
        author="CASE WHEN t.role <> 'viewer' THEN t.author END",
        role="t.role",
        state="t.state",
        answered_at="t.answered_at",
        answer="t.answer_text",
        reason="t.dismissed_reason",
        replay_ms="t.replay_ms",
    ),
    _entries(
        f"JOIN orders {_OF}",
        id="concat(s.id, '/o/', t.id)",
        kind="'purchase'",
        mode=_BOUGHT_AT,
        viewer="t.viewer_id",
        at="t.at",
        target="t.id",
        currency="t.currency",
        amount_minor="t.amount_minor",
        lines="""
            json_build_array(json_build_object(
                'product', t.product_id, 'title', (SELECT title FROM product WHERE product.id = t.product_id),
                'quantity', t.quantity, 'amount_minor', t.amount_minor))""",
        taken_by="'showfloor'",
        staff="t.staff",
        number="t.number",
    ),
    _entries(
        f"JOIN ({_GIVEN_BACK}) {_OF} AND t.refunded_minor > 0",
        id="concat(s.id, '/o/', t.id, '/refund')",
        kind="'refund'",
        mode=_BOUGHT_AT,
        viewer="t.viewer_id",
        at="t.at",
        target="t.id",
        currency="t.currency",
        amount_minor="t.refunded_minor",
    ),
    _entries(
        f"JOIN reported_order {_OF} AND t.viewer_id IS NOT NULL",
        id="concat(s.id, '/r/', t.external_id)",
        kind="'purchase'",
        mode="'live'",
        viewer="t.viewer_id",
        at="t.at",
        target="t.external_id",
        state="t.state",
        currency="t.currency",
        amount_minor="t.amount_minor",
        lines="""(
            SELECT json_agg(json_build_object(
                'product', coalesce(l ->> 'product', l ->> 'external_id', l ->> 'sku'), 'title', l ->> 'title',
                'quantity', l -> 'quantity', 'amount_minor', l -> 'amount') ORDER BY nth)
            FROM jsonb_array_elements(t.lines) WITH ORDINALITY AS each(l, nth))""",
        taken_by="'shop'",
        attributed_by="t.attributed_by",
        customer="t.customer",
    ),
    _entries(
        f"JOIN reported_order {_OF} AND t.refunded_minor > 0 AND t.viewer_id IS NOT NULL",
        id="concat(s.id, '/r/', t.external_id, '/refund')",
        kind="'refund'",
        mode="'live'",
        viewer="t.viewer_id",
        at="t.changed_at",
        target="t.external_id",
        currency="t.currency",
        amount_minor="t.refunded_minor",
    ),
    _entries(
        f"JOIN page_view {_OF} AND NOT t.crawler",
        id="concat(s.id, '/v/', t.id)",
        kind="'page_view'",
        viewer="t.viewer_id",
        at="t.at",
        **{name: f"t.{name}" for name in _OF_VIEWS},
    ),
    _entries(
        f"JOIN publication {_OF} AND t.type = 'product.pinned'",
        id="concat(s.id, '/j/', t.offset)",
        kind="'product_pin'",
        at="t.at",
        target="CAST(t.line AS json) ->> 'product'",
    ),
    _entries(
        f"JOIN viewer_alias {_OF} AND t.taken_back_at IS NULL",
        id="concat(s.id, '/i/', t.id)",
        kind="'identity_link'",
        viewer="t.raw",
        at="t.at",
        target="t.canonical",
    ),
)
_COMPUTED = {
    "offset_ms": "CASE WHEN e.kind <> 'show' THEN CAST(floor(extract(epoch FROM e.at - s.started_at) * 1000) AS bigint) END",
    "mode": "CASE WHEN e.kind <> 'show' THEN coalesce(e.mode, CASE WHEN e.at > s.ended_at THEN 'replay' ELSE 'live' END) END",
    "source": "coalesce(e.source, a.source)",
    "suspect": "coalesce(e.suspect, a.suspect)",
}
"""What every entry tells, and is known of its viewer."""
_CELLS = ", ".join(f'{_COMPUTED.get(name, f"e.{chr(34)}{name}{chr(34)}")} AS "{name}"' for name in NAMES)
_ALL = f"""
    SELECT {_CELLS} FROM ({" UNION ALL ".join(f"({part} WHERE s.id = ANY(%(shows)s))" for part in _PARTS)}) AS e
    JOIN show AS s ON s.id = e.show LEFT JOIN attendance AS a ON a.show_id = e.show AND a.viewer_id = e.viewer
"""
COPY_FACTS: Final = f"COPY ({_ALL}) TO STDOUT (FORMAT csv)"


async def stream_facts(connection: AsyncConnection, shows: list[str]) -> AsyncIterator[bytes]:
    """Yield the facts of shows as CSV without a header, in the envelope's columns; in no order that anybody may rely on."""
    await driver.run(connection, "SET LOCAL TimeZone = 'UTC'", [])
    async for piece in driver.read_pieces(connection, COPY_FACTS, {"shows": shows}):
        yield piece
