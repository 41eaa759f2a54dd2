"""All SQL about one person, by the places where ids of viewers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.journal.rewriting import ERASED
from server.ledger.repository import READ_UNTIL
from server.privacy.places import (
    BY_SHOW,
    GONE,
    MENTIONED,
    NAMED,
    OF_ALL_CHANNELS,
    OF_CHANNELS,
    OF_ORDERS,
    OF_PARENTS,
    OF_QUESTIONS,
    OF_SANCTIONS,
    STAFF,
)
from server.sanctions.erasing import erase_names

# Who they are in one show they are in all: guests who turned out to be them, and not those whose alias was taken back. What a channel
# knows of that, its own shows have told.
_IDS = text("""
    WITH RECURSIVE known (id) AS (
        SELECT CAST(:viewer AS text)
        UNION
        SELECT CASE WHEN a.raw = known.id THEN a.canonical ELSE a.raw END
        FROM known JOIN viewer_alias AS a ON known.id IN (a.raw, a.canonical) WHERE a.taken_back_at IS NULL
            AND (CAST(:channel AS text) IS NULL OR a.show_id IN (SELECT id FROM show WHERE channel_id = :channel))
    )
    SELECT id FROM known ORDER BY id
""")
_ABOUT_THEM = {**NAMED, **{table: (column,) for table, column in GONE.items()}}
_IS_SOMEBODY = text("SELECT EXISTS (SELECT FROM viewer_alias WHERE raw = :guest AND taken_back_at IS NULL)")
_SHOWS = text("""
    SELECT found.show_id, show.channel_id FROM (
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
    UNION SELECT show_id FROM viewer_alias WHERE raw = ANY(:ids) OR canonical = ANY(:ids)) AS found
    JOIN show ON show.id = found.show_id ORDER BY 1
""")
_BY_OTHERS = {
    **dict.fromkeys(OF_ORDERS, "order_id IN (SELECT id FROM orders WHERE {orders})"),
    **dict.fromkeys(OF_QUESTIONS, "source IN (SELECT id FROM question WHERE {question})"),
    **dict.fromkeys(OF_SANCTIONS, "sanction_id IN (SELECT id FROM sanction WHERE {sanction})"),
}
_MAP = "(SELECT * FROM unnest(CAST(:ids AS text[]), CAST(:news AS text[])) AS m (old, new))"
# In these `{table}` stands for what makes a row of that table one that is meant (`Reach.theirs`).
_ERASE_ANSWERS = "UPDATE survey_answer SET words = :erased WHERE {survey_answer} AND words IS NOT NULL"
_FORGET_ENDED = text("DELETE FROM revoked WHERE id = ANY(:names)")
# By which line and under which key they did it: other records may tell whose those were.
_UNTIE = (
    "UPDATE playing SET connection_id = 'k_' || md5(connection_id || :salt) WHERE {playing}",
    """
        UPDATE ledger_entry SET connection_id = 'k_' || md5(connection_id || :salt) WHERE {ledger_entry} AND connection_id IS NOT NULL
    """,
    "UPDATE orders SET key = md5(key || :salt) WHERE {orders}",
    "UPDATE waitlist_place SET key = md5(key || :salt) WHERE {waitlist_place}",
    # A lot's key is none of theirs: it says which auction it is of.
    "UPDATE hold SET key = md5(key || :salt) WHERE {hold} AND strpos(key, '/') = 0",
    # The draw stays as it was, by its tickets; what the winner was called goes, out of the journal too.
    """
        UPDATE publication AS p SET line = replace(p.line, w.called, w.erased)
        FROM (SELECT g.show_id, concat('"ticket":"', w.ticket, '","name":', to_json(w.name)) AS called,
                     concat('"ticket":"', w.ticket, '","name":"–"') AS erased
              FROM giveaway_winner AS w JOIN giveaway AS g ON g.id = w.giveaway_id WHERE {giveaway_winner}) AS w
        WHERE p.show_id = w.show_id AND p.type = 'giveaway.changed' AND strpos(p.line, w.called) > 0
    """,
    "UPDATE giveaway_winner SET name = '–', contact = NULL WHERE {giveaway_winner}",
    "UPDATE giveaway_entry SET name = '–', address = NULL WHERE {giveaway_entry}",
    """
        INSERT INTO dropped_picture (id, due_at)
        SELECT id, to_timestamp(0) FROM post_upload WHERE {post_upload}
        UNION SELECT picture_id, to_timestamp(0) FROM post WHERE {post} AND picture_id IS NOT NULL ON CONFLICT DO NOTHING
    """,
    "UPDATE auction_bidder SET name = '' WHERE {auction_bidder}",
    "UPDATE payment SET key = md5(key || :salt), redirect_url = NULL WHERE {payment}",
    # What is queued is not sent; the hash stays, so that who was suppressed is not written to again.
    """
        UPDATE mail_message SET address = NULL, domain = '', subject = '', html = NULL, plain = NULL, links = '{{}}',
            state = CASE WHEN state = 'queued' THEN 'withheld' ELSE state END,
            error = CASE WHEN state = 'queued' THEN 'no_consent' ELSE error END
        WHERE id IN (SELECT id FROM mail_message WHERE {mail_message} ORDER BY id FOR UPDATE)
    """,
    f"UPDATE shipment SET tracking = '' WHERE {_BY_OTHERS['shipment']}",
    f"DELETE FROM order_note WHERE {_BY_OTHERS['order_note']}",
    # The money of an order stays; whom it went to does not.
    "UPDATE checkout SET contact = NULL, gift_note = '', marks = '{{}}' WHERE {checkout}",
    "UPDATE reported_order SET customer = NULL WHERE {reported_order}",
)
_WATCHING = text("""
    SELECT EXISTS (
        SELECT FROM ledger_process AS l JOIN playing AS p USING (process_id)
        WHERE p.ended_at IS NULL AND NOT l.ended AND l.alive_until > :since AND p.viewer_id = ANY(:ids)
            AND (CAST(:channel AS text) IS NULL OR p.show_id IN (SELECT id FROM show WHERE channel_id = :channel)))
""")
# What was exported of their shows names them: the files go with their jobs (`server.history.exports`).
_DROP_EXPORTS = text("DELETE FROM export_job WHERE shows && CAST(:shows AS varchar[])")
_SETTLED = text(f"SELECT coalesce(until > :at, false) FROM ({READ_UNTIL}) AS reading")


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a person is meant: rows about `ids`, in `shows`; with `channel` what that one keeps, and none of what others do."""

    ids: Sequence[str]
    shows: Sequence[str]
    channel: str | None = None

    def given(self, **more: Any) -> dict[str, Any]:
        """Return the parameters of statements, with `more`."""
        return {"ids": list(self.ids), "shows": list(self.shows), "channel": self.channel, **more}

    def theirs(self, table: str) -> str:
        """Return the condition on a row of the table."""
        about = " OR ".join(f"{column} = ANY(:ids)" for column in _ABOUT_THEM[table])
        return f"({about}){self.within(table)}"

    def within(self, table: str) -> str:
        """Return what is to be added to a condition on rows of the table that are theirs."""
        by_show = " AND show_id = ANY(:shows)"
        if self.channel is None:
            return by_show if table in BY_SHOW else ""
        if table in OF_ALL_CHANNELS:
            return " AND false"
        if table in OF_CHANNELS:
            return " AND channel_id = :channel"
        if table == "audit":  # what was done in a show has its id, the rest the channel's
            return (
                " AND (channel_id = :channel OR show_id IN (SELECT id FROM show WHERE channel_id = :channel))"
            )
        if table in OF_PARENTS:
            column, parent = OF_PARENTS[table]
            return f" AND {column} IN (SELECT id FROM {parent} WHERE channel_id = :channel)"
        return by_show

    def sql(self, statement: str) -> TextClause:
        """Return a statement in which each `{table}` is the condition on rows of that table."""
        return text(statement.format_map({table: self.theirs(table) for table in _ABOUT_THEM}))


async def read_ids(connection: AsyncConnection, viewer_id: str, channel: str | None = None) -> list[str]:
    """Return all ids of the person who has this one, itself among them; with `channel` those that its own shows have told of."""
    return list(await connection.scalars(_IDS, {"viewer": viewer_id, "channel": channel}))


async def read_reach(connection: AsyncConnection, ids: Sequence[str], channel: str | None = None) -> Reach:
    """Return what of a person is meant, with the shows in which anything is kept of them.

    Of whoever was in the channel's shows alone it is the whole, their number and their keys with it.
    """
    found = (await connection.execute(_SHOWS, {"ids": list(ids)})).all()
    shows = [row.show_id for row in found if channel in (None, row.channel_id)]
    return Reach(ids, shows, None if shows and len(shows) == len(found) else channel)


async def is_staff(connection: AsyncConnection, ids: Sequence[str]) -> bool:
    """Whether one of the ids is that of somebody who works for a channel."""
    asked = " OR ".join(
        f"EXISTS (SELECT FROM {table} WHERE {column} = ANY(:ids))" for table, column in STAFF.items()
    )
    return bool(await connection.scalar(text(f"SELECT {asked}"), {"ids": list(ids)}))


async def is_somebody(connection: AsyncConnection, guest_id: str) -> bool:
    """Whether the guest turned out to be a known viewer."""
    return bool(await connection.scalar(_IS_SOMEBODY, {"guest": guest_id}))


async def is_watching(
    connection: AsyncConnection, ids: Sequence[str], since: datetime, channel: str | None = None
) -> bool:
    """Whether a server that was heard of since then has one of these ids watching, so that more is recorded under it."""
    given = {"ids": list(ids), "since": since, "channel": channel}
    return bool(await connection.scalar(_WATCHING, given))


async def read_rows(connection: AsyncConnection, reach: Reach) -> dict[str, list[dict[str, Any]]]:
    """Return every row that is meant, by table; tables with none are left out."""
    found = {}
    wanted = {table: f"{{{table}}}" for table in _ABOUT_THEM}
    for table, theirs in (wanted | {each: f"{by} ORDER BY 1" for each, by in _BY_OTHERS.items()}).items():
        rows = await connection.execute(reach.sql(f"SELECT * FROM {table} WHERE {theirs}"), reach.given())
        if listed := [dict(row._mapping) for row in rows]:
            found[table] = listed
    return found


async def is_kept(connection: AsyncConnection, reach: Reach) -> bool:
    """Whether there is any row that is meant."""
    asked = " OR ".join(f"EXISTS (SELECT FROM {table} WHERE {{{table}}})" for table in _ABOUT_THEM)
    return bool(await connection.scalar(reach.sql(f"SELECT {asked}"), reach.given()))


async def erase(connection: AsyncConnection, reach: Reach, names: Mapping[str, str], salt: str) -> int:
    """Put the new names in the place of the ids, delete what nothing rests on, and return how many rows that were.

    `salt` is of this erasure alone and kept nowhere. What they wrote is erased before that (`server.questions.erasing`).
    """
    given = reach.given(news=[names[id] for id in reach.ids], salt=salt, erased=ERASED)
    await connection.execute(_DROP_EXPORTS, given)
    rows = 0
    gone = [f"DELETE FROM {table} WHERE {{{table}}}" for table in GONE]
    untied = [_ERASE_ANSWERS, *_UNTIE]
    rows += sum([(await connection.execute(reach.sql(each), given)).rowcount for each in untied])
    rows += await erase_names(connection, reach.ids, reach.shows)
    rows += sum([(await connection.execute(reach.sql(each), given)).rowcount for each in gone])
    for table, columns in NAMED.items():
        for column in columns:
            renaming = f"UPDATE {table} AS t SET {column} = m.new FROM {_MAP} AS m WHERE t.{column} = m.old"
            rows += (await connection.execute(text(renaming + reach.within(table)), given)).rowcount
    return rows + await _erase_mentions(connection, reach, names)


async def forget_ended(connection: AsyncConnection, names: Sequence[str]) -> int:
    """Forget under which names sign-ins were ended for an erasure, and return how many rows that were."""
    return (await connection.execute(_FORGET_ENDED, {"names": list(names)})).rowcount


async def read_written(
    connection: AsyncConnection, reach: Reach, table: Literal["question", "comment", "post"]
) -> list[tuple[str, list[str]]]:
    """Return the ids of the questions, comments or posts that they wrote, by show."""
    asked = f"SELECT show_id, array_agg(id ORDER BY id) FROM {table} WHERE {{{table}}} GROUP BY show_id ORDER BY show_id"
    written = await connection.execute(reach.sql(asked), reach.given())
    return [(show, list(found)) for show, found in written]


async def is_read_until(connection: AsyncConnection, at: datetime) -> bool:
    """Whether workers have counted everything that was told by `at`."""
    return bool(await connection.scalar(_SETTLED, {"at": at}))


async def _erase_mentions(connection: AsyncConnection, reach: Reach, names: Mapping[str, str]) -> int:
    rows = 0
    for table, columns in MENTIONED.items():
        for column in columns:
            for old, new in names.items():
                kind = "jsonb" if column == "details" else "text"
                more = {"old": old, "quoted": f'"{old}"', "new": new, "new_quoted": f'"{new}"'}
                replacing = f"""
                    UPDATE {table} SET {column} = CAST(CASE WHEN CAST({column} AS text) = :old THEN :new
                        ELSE replace(CAST({column} AS text), :quoted, :new_quoted) END AS {kind})
                    WHERE (CAST({column} AS text) = :old OR strpos(CAST({column} AS text), :quoted) > 0){reach.within(table)}"""
                rows += (await connection.execute(text(replacing), reach.given(**more))).rowcount
    return rows
