"""The SQL of the import: what the database knows already, and the tables that the rows go into."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, LiteralString

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.ledger.final import drop_final
from server.ledger.repository import ENTRY_COLUMNS

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('history ' || :channel, 0))")
_CHANNEL = text("SELECT EXISTS (SELECT FROM channel WHERE id = :channel)")
_SHOWS = text("""
    SELECT id, channel_id = :channel AS ours, state = 'ended' AND started_at IS NOT NULL AND ended_at IS NOT NULL AS ended,
           started_at, ended_at
    FROM show WHERE id = ANY(CAST(:ids AS text[]))
""")
_HOLD_SHOWS = text(
    "SELECT id FROM show WHERE id = ANY(CAST(:ids AS text[])) AND state = 'ended' ORDER BY id FOR SHARE"
)
_PRODUCTS = text("""
    SELECT name, (array_agg(id ORDER BY rank))[1] AS id FROM (
        SELECT id AS name, id, 0 AS rank FROM product WHERE channel_id = :channel
        UNION ALL SELECT external_id, id, 1 FROM product WHERE channel_id = :channel AND external_id IS NOT NULL
        UNION ALL SELECT sku, id, 2 FROM product WHERE channel_id = :channel AND sku IS NOT NULL) AS named
    GROUP BY name
""")

_SURVEYS = text(
    "SELECT id, show_id, kind, why, cardinality(choices) AS choices FROM survey WHERE show_id = ANY(CAST(:shows AS text[]))"
)

_COME: Final = "CREATE TEMPORARY TABLE come (id uuid NOT NULL) ON COMMIT DROP"
_COPY_COME: Final = "COPY come (id) FROM STDIN (FORMAT csv)"
_KNOWN: Final = "SELECT CAST(come.id AS text) FROM come JOIN imported_entry USING (id)"
_BEGUN: Final = "CREATE TEMPORARY TABLE begun (connection_id text NOT NULL, started_at timestamptz NOT NULL) ON COMMIT DROP"
_COPY_BEGUN: Final = "COPY begun (connection_id, started_at) FROM STDIN (FORMAT csv)"
_BEGUN_ALREADY: Final = (
    "SELECT connection_id, started_at FROM begun JOIN playing USING (connection_id, started_at)"
)
_REMEMBER: Final = """
    INSERT INTO imported_entry (id) SELECT id FROM come WHERE id <> ALL(CAST(%s AS uuid[])) ORDER BY id ON CONFLICT DO NOTHING
"""

COPY_ENTRIES: Final = f"COPY ledger_entry ({ENTRY_COLUMNS}) FROM STDIN (FORMAT csv)"
COPY_PLAYING: Final = "COPY playing (connection_id, started_at, show_id, viewer_id, process_id, ended_at) FROM STDIN (FORMAT csv)"
COPY_HEADS: Final = "COPY journal_head (show_id, epoch, top) FROM STDIN (FORMAT csv)"
COPY_SHOWS: Final = """
    COPY show (id, channel_id, title, host, state, moderation, guests_allowed, video_hls, video_mp4, video_poster, created_at, starts_at,
               started_at, ended_at, bots_looked_for) FROM STDIN (FORMAT csv)
"""
COPY_QUESTIONS: Final = """
    COPY question (id, show_id, viewer_id, author, text, state, version, votes, votes_apart, asked_at, answer_text, answered_live,
                   answered_at, dismissed_reason, role, replay_ms) FROM STDIN (FORMAT csv)
"""
COPY_PAGE_VIEWS: Final = """
    COPY page_view (channel_id, show_id, viewer_id, at, page, site, referrer, source, medium, campaign, term, content, device, crawler)
    FROM STDIN (FORMAT csv)
"""
COPY_SURVEYS: Final = """
    COPY survey (id, channel_id, show_id, kind, question, choices, why, product_id, at_end, hours_after_end, state, version, created_at,
                 opened_at, closed_at, closes_at) FROM STDIN (FORMAT csv)
"""
COPY_SURVEY_ANSWERS: Final = """
    COPY come_answer (survey_id, viewer_id, show_id, score, choice, words, at, changed_at) FROM STDIN (FORMAT csv)
"""
COPY_STAFF: Final = "COPY come_staff (show_id, viewer_id, first_at) FROM STDIN (FORMAT csv)"
COPY_ORDERS: Final = """
    COPY orders (id, channel_id, show_id, viewer_id, key, product_id, quantity, unit_price_minor, amount_minor, currency, payment, at,
                 staff, number) FROM STDIN (FORMAT csv)
"""
COPY_REPLAY_ORDERS: Final = "COPY replay_order (order_id) FROM STDIN (FORMAT csv)"
COPY_REFUNDS: Final = """
    COPY refund (id, channel_id, show_id, order_id, origin, state, reason, amount_minor, shipping_minor, currency, order_state, actor,
                 actor_name, role, asked_at, ended_at) FROM STDIN (FORMAT csv)
"""
COPY_REPORTED: Final = """
    COPY reported_order (id, channel_id, external_id, state, show_id, viewer_id, attributed_by, customer, currency, amount_minor,
                         refunded_minor, lines, at, reported_at, changed_at) FROM STDIN (FORMAT csv)
"""
COPY_REPORTED_SALES: Final = """
    COPY reported_sale (order_id, nth, channel_id, show_id, viewer_id, product_id, quantity, amount_minor, currency, at)
    FROM STDIN (FORMAT csv)
"""
COPY_PUBLICATIONS: Final = 'COPY publication (show_id, "offset", type, at, line) FROM STDIN (FORMAT csv)'
COPY_ALIASES: Final = "COPY viewer_alias (id, show_id, raw, canonical, at) FROM STDIN (FORMAT csv)"
COPY_ATTENDANCE: Final = """
    COPY come_attendance (show_id, viewer_id, first_at, guest, remembered, suspect, source, share, consent_at, joined, device)
    FROM STDIN (FORMAT csv)
"""
COPY_VOTES: Final = "COPY come_vote (question_id, viewer_id, show_id, at, suspect) FROM STDIN (FORMAT csv)"
"""Of these the rows may be there already, so that they go through a table of the transaction's own."""

_STAGES: Final = (
    "CREATE TEMPORARY TABLE come_attendance (LIKE attendance INCLUDING DEFAULTS) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE come_vote (LIKE vote INCLUDING DEFAULTS) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE come_answer (LIKE survey_answer INCLUDING DEFAULTS) ON COMMIT DROP",
    "CREATE TEMPORARY TABLE come_staff (LIKE staff_presence INCLUDING DEFAULTS) ON COMMIT DROP",
)
_SETTLE: Final = (
    """
    INSERT INTO attendance AS a (show_id, viewer_id, first_at, guest, remembered, suspect, source, share, consent_at, joined, device)
    SELECT show_id, viewer_id, first_at, guest, remembered, suspect, source, share, consent_at, joined, device FROM come_attendance
    ON CONFLICT (show_id, viewer_id) DO UPDATE SET
        first_at = least(a.first_at, excluded.first_at), guest = a.guest AND excluded.guest,
        remembered = a.remembered OR excluded.remembered, suspect = a.suspect OR excluded.suspect,
        source = coalesce(a.source, excluded.source), share = coalesce(a.share, excluded.share),
        consent_at = greatest(a.consent_at, excluded.consent_at), joined = a.joined OR excluded.joined,
        device = coalesce(a.device, excluded.device)
    """,
    """
    INSERT INTO vote (question_id, viewer_id, show_id, at, suspect)
    SELECT v.question_id, v.viewer_id, v.show_id, v.at, v.suspect FROM come_vote AS v JOIN question AS q ON q.id = v.question_id
    ON CONFLICT DO NOTHING
    """,
    """
    INSERT INTO survey_answer AS a (survey_id, viewer_id, show_id, score, choice, words, at, changed_at)
    SELECT survey_id, viewer_id, show_id, score, choice, words, at, changed_at FROM come_answer
    ON CONFLICT (survey_id, viewer_id) DO UPDATE SET
        score = excluded.score, choice = excluded.choice, words = excluded.words, at = least(a.at, excluded.at),
        changed_at = excluded.changed_at
    WHERE a.changed_at < excluded.changed_at
    """,
    "INSERT INTO staff_presence (show_id, viewer_id, first_at) SELECT show_id, viewer_id, first_at FROM come_staff ON CONFLICT DO NOTHING",
)
_TAKEN = {
    "question": text("SELECT id FROM question WHERE id = ANY(CAST(:ids AS text[]))"),
    "survey": text("SELECT id FROM survey WHERE id = ANY(CAST(:ids AS text[]))"),
    "showfloor": text("SELECT id FROM orders WHERE id = ANY(CAST(:ids AS text[]))"),
    "number": text(
        "SELECT number FROM orders WHERE channel_id = :channel AND number = ANY(CAST(:ids AS text[]))"
    ),
    # Also one that was taken back, if it came by an import: it has the id that the new one would have.
    "identity": text("""
        SELECT w.id FROM unnest(CAST(:ids AS text[])) AS w(id) JOIN viewer_alias AS a
            ON a.show_id = split_part(w.id, chr(31), 1) AND a.raw = split_part(w.id, chr(31), 2)
        WHERE a.taken_back_at IS NULL OR a.id = 'va_' || md5(w.id)
    """),
    "shop": text(
        "SELECT external_id FROM reported_order WHERE channel_id = :channel AND external_id = ANY(CAST(:ids AS text[]))"
    ),
}
_REFUNDABLE = text("""
    SELECT external_id, currency, amount_minor, refunded_minor FROM reported_order
    WHERE channel_id = :channel AND external_id = ANY(CAST(:ids AS text[])) AND state <> 'cancelled' FOR UPDATE
""")
_REFUND = text("""
    UPDATE reported_order AS o SET refunded_minor = o.refunded_minor + r.amount, changed_at = now(),
        state = CASE WHEN o.refunded_minor + r.amount >= o.amount_minor THEN 'refunded' ELSE 'partially_refunded' END
    FROM (SELECT unnest(CAST(:ids AS text[])) AS id, unnest(CAST(:amounts AS bigint[])) AS amount) AS r
    WHERE o.channel_id = :channel AND o.external_id = r.id RETURNING o.show_id
""")


async def lock_history(connection: AsyncConnection, channel_id: str) -> None:
    """Let no other import of the channel's go on until the transaction ends."""
    await connection.execute(_LOCK, {"channel": channel_id})


async def is_channel(connection: AsyncConnection, channel_id: str) -> bool:
    """Whether there is such a channel."""
    return bool(await connection.scalar(_CHANNEL, {"channel": channel_id}))


async def read_shows(connection: AsyncConnection, channel_id: str, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Return which of these shows there are: `id`, `ours`, `ended`, and their times. Ended ones stay so until the transaction ends."""
    await connection.execute(_HOLD_SHOWS, {"ids": list(ids)})
    return (await connection.execute(_SHOWS, {"channel": channel_id, "ids": list(ids)})).all()


async def read_products(connection: AsyncConnection, channel_id: str) -> Sequence[Row[Any]]:
    """Return (`name`, `id`) of the channel's products: each by its id, the shop's own id, and its SKU."""
    return (await connection.execute(_PRODUCTS, {"channel": channel_id})).all()


async def find_known(connection: AsyncConnection, file: Path) -> list[str]:
    """Return which of the entries in `file`, a number of 128 bits each, were imported before."""
    await driver.run(connection, _COME, [])
    await copy_file(connection, _COPY_COME, file)
    await driver.run(connection, "ANALYZE come", [])
    return [str(id) for (id,) in await driver.fetch(connection, _KNOWN, [])]


async def remember(connection: AsyncConnection, but: Sequence[str]) -> None:
    """Let all entries of `find_known`, but these, count as imported."""
    await driver.run(connection, _REMEMBER, [list(but)])


async def read_surveys(connection: AsyncConnection, shows: Sequence[str]) -> Sequence[Row[Any]]:
    """Return the surveys of shows, as answers are checked by them."""
    return (await connection.execute(_SURVEYS, {"shows": list(shows)})).all()


async def find_taken(
    connection: AsyncConnection, channel_id: str, kind: str, ids: Sequence[str]
) -> list[str]:
    """Return which questions (`question`), surveys (`survey`), orders of ours (`showfloor`) or of the shop (`shop`) there are already.

    And which of ours by their `number`, and of which guests (`identity`: show, U+001F, guest) it is known who they were.
    """
    return list(await connection.scalars(_TAKEN[kind], {"channel": channel_id, "ids": list(ids)}))


async def find_stretches(connection: AsyncConnection, file: Path) -> list[tuple[str, datetime]]:
    """Return which of the beginnings of watching in `file` (connection and moment) there are already."""
    await driver.run(connection, _BEGUN, [])
    await copy_file(connection, _COPY_BEGUN, file)
    await driver.run(connection, "ANALYZE begun", [])
    return [(str(id), at) for id, at in await driver.fetch(connection, _BEGUN_ALREADY, [])]


async def read_refundable(
    connection: AsyncConnection, channel_id: str, orders: Sequence[str]
) -> dict[str, tuple[str, int]]:
    """Return (currency, what is left to be given back) of the shop's orders that there are, and hold them."""
    rows = await connection.execute(_REFUNDABLE, {"channel": channel_id, "ids": list(orders)})
    return {row.external_id: (row.currency, row.amount_minor - row.refunded_minor) for row in rows}


async def add_refunds(
    connection: AsyncConnection, channel_id: str, refunds: Sequence[tuple[str, int]]
) -> None:
    """Count what was given back of orders that were there before."""
    ids, amounts = [id for id, _ in refunds], [amount for _, amount in refunds]
    changed = await connection.scalars(_REFUND, {"channel": channel_id, "ids": ids, "amounts": amounts})
    await drop_final(connection, {show for show in changed if show is not None})


async def make_stages(connection: AsyncConnection) -> None:
    """Make the transaction's own tables."""
    for statement in _STAGES:
        await driver.run(connection, statement, [])


async def settle_stages(connection: AsyncConnection) -> None:
    """Move what stands in the transaction's own tables to where it belongs."""
    for statement in _SETTLE:
        await driver.run(connection, statement, [])


async def copy_file(
    connection: AsyncConnection,
    statement: LiteralString,
    file: Path,
    tell: Callable[[int], None] = lambda _: None,
) -> None:
    """Send a file by a `COPY … FROM STDIN`; `tell` takes how many bytes of it are sent."""
    await driver.copy_pieces(connection, statement, _pieces(file, tell))


def _pieces(file: Path, tell: Callable[[int], None]) -> Iterable[bytes]:
    with file.open("rb") as stream:
        while piece := stream.read(1 << 18):
            yield piece
            tell(stream.tell())
