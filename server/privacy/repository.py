"""All SQL about one person, by the places where ids of viewers are."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.journal.rewriting import ERASED
from server.ledger.repository import READ_UNTIL
from server.privacy.places import (
    BY_SHOW,
    GONE,
    MENTIONED,
    NAMED,
    OF_ORDERS,
    OF_QUESTIONS,
    OF_SANCTIONS,
    STAFF,
)
from server.sanctions.erasing import erase_names

# Who they are in one show they are in all: guests who turned out to be them, and not those whose alias was taken back.
_IDS = text("""
    WITH RECURSIVE known (id) AS (
        SELECT CAST(:viewer AS text)
        UNION
        SELECT CASE WHEN a.raw = known.id THEN a.canonical ELSE a.raw END
        FROM known JOIN viewer_alias AS a ON known.id IN (a.raw, a.canonical) WHERE a.taken_back_at IS NULL
    )
    SELECT id FROM known ORDER BY id
""")
_ABOUT_THEM = {**NAMED, **{table: (column,) for table, column in GONE.items()}}
_IS_SOMEBODY = text("SELECT EXISTS (SELECT FROM viewer_alias WHERE raw = :guest AND taken_back_at IS NULL)")
_SHOWS = text("""
    SELECT show_id FROM attendance WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM rollup WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM orders WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM hold WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM waitlist_place WHERE viewer_id = ANY(:ids)
    UNION SELECT a.show_id FROM auction_bidder AS b JOIN auction AS a ON a.id = b.auction_id WHERE b.viewer_id = ANY(:ids)
    UNION SELECT show_id FROM question WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM comment WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM post WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM report WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM sanction WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM reported_sale WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM survey_answer WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM faq_help WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM poll_vote WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM giveaway_entry WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM staff_presence WHERE viewer_id = ANY(:ids)
    UNION SELECT show_id FROM viewer_alias WHERE raw = ANY(:ids) OR canonical = ANY(:ids)
""")
_OF_ORDER = "order_id IN (SELECT id FROM orders WHERE viewer_id = ANY(:ids))"
_OF_QUESTION = "source IN (SELECT id FROM question WHERE viewer_id = ANY(:ids))"
_OF_SANCTION = "sanction_id IN (SELECT id FROM sanction WHERE viewer_id = ANY(:ids))"
_MAP = "(SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:news AS text[])) AS m (old, new))"
_WRITTEN = """
    SELECT show_id, array_agg(id ORDER BY id) FROM {table} WHERE viewer_id = ANY(:ids) GROUP BY show_id ORDER BY show_id
"""
_ERASE_ANSWERS = text(
    "UPDATE survey_answer SET words = :erased WHERE viewer_id = ANY(:ids) AND words IS NOT NULL"
)
_FORGET_ENDED = text("DELETE FROM revoked WHERE id = ANY(:ids)")
# By which line and under which key they did it: other records may tell whose those were.
_UNTIE = (
    text("""
        UPDATE playing SET connection_id = 'k_' || md5(connection_id || :salt) WHERE show_id = ANY(:shows) AND viewer_id = ANY(:ids)
    """),
    text("""
        UPDATE ledger_entry SET connection_id = 'k_' || md5(connection_id || :salt)
        WHERE show_id = ANY(:shows) AND viewer_id = ANY(:ids) AND connection_id IS NOT NULL
    """),
    text("UPDATE orders SET key = md5(key || :salt) WHERE viewer_id = ANY(:ids)"),
    text("UPDATE waitlist_place SET key = md5(key || :salt) WHERE viewer_id = ANY(:ids)"),
    # A lot's key is none of theirs: it says which auction it is of.
    text("UPDATE hold SET key = md5(key || :salt) WHERE viewer_id = ANY(:ids) AND strpos(key, '/') = 0"),
    # The draw stays as it was, by its tickets; what the winner was called goes, out of the journal too.
    text("""
        UPDATE publication AS p SET line = replace(p.line, w.called, w.erased)
        FROM (SELECT g.show_id, concat('"ticket":"', w.ticket, '","name":', to_json(w.name)) AS called,
                     concat('"ticket":"', w.ticket, '","name":"–"') AS erased
              FROM giveaway_winner AS w JOIN giveaway AS g ON g.id = w.giveaway_id WHERE w.viewer_id = ANY(:ids)) AS w
        WHERE p.show_id = w.show_id AND p.type = 'giveaway.changed' AND strpos(p.line, w.called) > 0
    """),
    text("UPDATE giveaway_winner SET name = '–', contact = NULL WHERE viewer_id = ANY(:ids)"),
    text("UPDATE giveaway_entry SET name = '–', address = NULL WHERE viewer_id = ANY(:ids)"),
    text("""
        INSERT INTO dropped_picture (id, due_at)
        SELECT id, to_timestamp(0) FROM post_upload WHERE viewer_id = ANY(:ids)
        UNION SELECT picture_id, to_timestamp(0) FROM post WHERE viewer_id = ANY(:ids) AND picture_id IS NOT NULL ON CONFLICT DO NOTHING
    """),
    text("UPDATE auction_bidder SET name = '' WHERE viewer_id = ANY(:ids)"),
    text("UPDATE payment SET key = md5(key || :salt), redirect_url = NULL WHERE viewer_id = ANY(:ids)"),
    # What is queued is not sent; the hash stays, so that who was suppressed is not written to again.
    text("""
        UPDATE mail_message SET address = NULL, domain = '', subject = '', html = NULL, plain = NULL, links = '{}',
            state = CASE WHEN state = 'queued' THEN 'withheld' ELSE state END,
            error = CASE WHEN state = 'queued' THEN 'no_consent' ELSE error END
        WHERE id IN (SELECT id FROM mail_message WHERE viewer_id = ANY(:ids) ORDER BY id FOR UPDATE)
    """),
    text(f"UPDATE shipment SET tracking = '' WHERE {_OF_ORDER}"),
    text(f"DELETE FROM order_note WHERE {_OF_ORDER}"),
    # The money of an order stays; whom it went to does not.
    text("UPDATE checkout SET contact = NULL, gift_note = '', marks = '{}' WHERE viewer_id = ANY(:ids)"),
    text("UPDATE reported_order SET customer = NULL WHERE viewer_id = ANY(:ids)"),
)
_WATCHING = text("""
    SELECT EXISTS (
        SELECT FROM ledger_process AS l JOIN playing AS p USING (process_id)
        WHERE p.ended_at IS NULL AND NOT l.ended AND l.alive_until > :since AND p.viewer_id = ANY(:ids))
""")
# What was exported of their shows names them: the files go with their jobs (`server.history.exports`).
_DROP_EXPORTS = text("DELETE FROM export_job WHERE shows && CAST(:shows AS varchar[])")
_SETTLED = text(f"SELECT coalesce(until > :at, false) FROM ({READ_UNTIL}) AS reading")


async def read_ids(connection: AsyncConnection, viewer_id: str) -> list[str]:
    """Return all ids of the person who has this one, itself among them."""
    return list(await connection.scalars(_IDS, {"viewer": viewer_id}))


async def read_shows(connection: AsyncConnection, ids: Sequence[str]) -> list[str]:
    """Return the shows in which anything is kept of these ids."""
    return sorted(await connection.scalars(_SHOWS, {"ids": list(ids)}))


async def is_staff(connection: AsyncConnection, ids: Sequence[str]) -> bool:
    """Whether one of the ids is that of somebody who works for a channel."""
    asked = " OR ".join(
        f"EXISTS (SELECT FROM {table} WHERE {column} = ANY(:ids))" for table, column in STAFF.items()
    )
    return bool(await connection.scalar(text(f"SELECT {asked}"), {"ids": list(ids)}))


async def is_somebody(connection: AsyncConnection, guest_id: str) -> bool:
    """Whether the guest turned out to be a known viewer."""
    return bool(await connection.scalar(_IS_SOMEBODY, {"guest": guest_id}))


async def is_watching(connection: AsyncConnection, ids: Sequence[str], since: datetime) -> bool:
    """Whether a server that was heard of since then has one of these ids watching, so that more is recorded under it."""
    return bool(await connection.scalar(_WATCHING, {"ids": list(ids), "since": since}))


async def read_rows(
    connection: AsyncConnection, ids: Sequence[str], shows: Sequence[str]
) -> dict[str, list[dict[str, Any]]]:
    """Return every row about these ids, by table; tables with none are left out."""
    found = {}
    for table, columns in _ABOUT_THEM.items():
        rows = await connection.execute(
            text(f"SELECT * FROM {table} WHERE {_about(table, columns)}"),
            {"ids": list(ids), "shows": list(shows)},
        )
        if listed := [dict(row._mapping) for row in rows]:
            found[table] = listed
    by_other = dict.fromkeys(OF_ORDERS, _OF_ORDER) | dict.fromkeys(OF_QUESTIONS, _OF_QUESTION)
    by_other |= dict.fromkeys(OF_SANCTIONS, _OF_SANCTION)
    for table, theirs in by_other.items():
        rows = await connection.execute(
            text(f"SELECT * FROM {table} WHERE {theirs} ORDER BY 1"), {"ids": list(ids)}
        )
        if listed := [dict(row._mapping) for row in rows]:
            found[table] = listed
    return found


async def is_kept(connection: AsyncConnection, ids: Sequence[str], shows: Sequence[str]) -> bool:
    """Whether there is any row about these ids."""
    asked = " OR ".join(
        f"EXISTS (SELECT FROM {table} WHERE {_about(table, columns)})"
        for table, columns in _ABOUT_THEM.items()
    )
    return bool(await connection.scalar(text(f"SELECT {asked}"), {"ids": list(ids), "shows": list(shows)}))


async def erase(
    connection: AsyncConnection, names: Mapping[str, str], shows: Sequence[str], salt: str
) -> int:
    """Put the new names in the place of the ids, delete what nothing rests on, and return how many rows that were.

    `salt` is of this erasure alone and kept nowhere. What they wrote is erased before that (`server.questions.erasing`).
    """
    given = {"ids": list(names), "news": list(names.values()), "shows": list(shows)}
    await connection.execute(_DROP_EXPORTS, given)
    rows = (await connection.execute(_FORGET_ENDED, given)).rowcount
    rows += (await connection.execute(_ERASE_ANSWERS, {**given, "erased": ERASED})).rowcount
    for statement in _UNTIE:
        rows += (await connection.execute(statement, {**given, "salt": salt})).rowcount
    rows += await erase_names(connection, list(names), shows)
    for table, column in GONE.items():
        rows += (
            await connection.execute(text(f"DELETE FROM {table} WHERE {column} = ANY(:ids)"), given)
        ).rowcount
    for table, columns in NAMED.items():
        for column in columns:
            narrowed = "t.show_id = ANY(:shows) AND " if table in BY_SHOW else ""
            renaming = f"UPDATE {table} AS t SET {column} = m.new FROM {_MAP} AS m WHERE {narrowed}t.{column} = m.old"
            rows += (await connection.execute(text(renaming), given)).rowcount
    return rows + await _erase_mentions(connection, names, shows)


async def read_written_by(
    connection: AsyncConnection, ids: Sequence[str], table: Literal["question", "comment", "post"]
) -> list[tuple[str, list[str]]]:
    """Return the ids of the questions, comments or posts that they wrote, by show."""
    written = await connection.execute(text(_WRITTEN.format(table=table)), {"ids": list(ids)})
    return [(show, list(found)) for show, found in written]


async def is_read_until(connection: AsyncConnection, at: datetime) -> bool:
    """Whether workers have counted everything that was told by `at`."""
    return bool(await connection.scalar(_SETTLED, {"at": at}))


async def _erase_mentions(connection: AsyncConnection, names: Mapping[str, str], shows: Sequence[str]) -> int:
    rows = 0
    for table, columns in MENTIONED.items():
        narrowed = "show_id = ANY(:shows) AND " if table == "publication" else ""
        for column in columns:
            for old, new in names.items():
                kind = "jsonb" if column == "details" else "text"
                given = {
                    "old": old,
                    "quoted": f'"{old}"',
                    "new": new,
                    "new_quoted": f'"{new}"',
                    "shows": list(shows),
                }
                replacing = f"""
                    UPDATE {table} SET {column} = CAST(CASE WHEN CAST({column} AS text) = :old THEN :new
                        ELSE replace(CAST({column} AS text), :quoted, :new_quoted) END AS {kind})
                    WHERE {narrowed}(CAST({column} AS text) = :old OR strpos(CAST({column} AS text), :quoted) > 0)"""
                rows += (await connection.execute(text(replacing), given)).rowcount
    return rows


def _about(table: str, columns: Sequence[str]) -> str:
    narrowed = "show_id = ANY(:shows) AND " if table in BY_SHOW else ""
    return narrowed + "(" + " OR ".join(f"{column} = ANY(:ids)" for column in columns) + ")"
