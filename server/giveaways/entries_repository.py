"""The SQL of entries in giveaways: who has entered, who has done what was asked for, and what is known of them at the draw."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.sanctions_repository import read_silenced
from server.giveaways.leaving_out import Entry, Known
from server.giveaways.tables import GiveawayEntryRow
from server.ledger.repository import read_watched
from server.protocol.given_away import GiveawayTask
from server.viewers.alias_repository import read_canonicals

_ENTRY = GiveawayEntryRow.__table__  # type: ignore[attr-defined]
_FIELDS: Final = tuple(field.name for field in fields(Entry))
# Shadowed ones are open for whoever wrote them, and who wrote is not told otherwise.
_DONE: Final[dict[GiveawayTask, Any]] = {
    "question": text("""
        SELECT viewer_id FROM question
        WHERE show_id = :show AND viewer_id = ANY(CAST(:viewers AS text[])) AND state NOT IN ('dismissed', 'withdrawn')
    """),
    "comment": text("""
        SELECT viewer_id FROM comment
        WHERE show_id = :show AND viewer_id = ANY(CAST(:viewers AS text[])) AND state IN ('open', 'held')
    """),
    "poll": text("""
        SELECT viewer_id FROM poll_vote WHERE show_id = :show AND viewer_id = ANY(CAST(:viewers AS text[]))
    """),
    "react": text("""
        SELECT viewer_id FROM rollup WHERE show_id = :show AND viewer_id = ANY(CAST(:viewers AS text[])) AND reactions > 0
    """),
    "buy": text("""
        SELECT viewer_id FROM orders WHERE show_id = :show AND viewer_id = ANY(CAST(:viewers AS text[]))
    """),
}
_SUSPECTS = text("""
    SELECT viewer_id FROM attendance WHERE show_id = :show AND suspect AND viewer_id = ANY(CAST(:viewers AS text[]))
""")
_PERSONS = text("""
    SELECT given.viewer_id AS given, coalesce(k.canonical, given.viewer_id) AS person,
           ARRAY(SELECT raw FROM viewer_alias WHERE show_id = :show AND canonical = coalesce(k.canonical, given.viewer_id)
                 AND taken_back_at IS NULL ORDER BY raw) AS guests
    FROM unnest(CAST(:viewers AS text[])) AS given (viewer_id)
    LEFT JOIN viewer_alias AS k ON k.show_id = :show AND k.raw = given.viewer_id AND k.taken_back_at IS NULL
""")
_KEEP_JUDGED = text("""
    UPDATE giveaway_entry AS e SET address = NULL, excluded = j.excluded
    FROM unnest(CAST(:viewers AS text[]), CAST(:whys AS text[])) AS j (viewer_id, excluded)
    WHERE e.giveaway_id = :giveaway AND e.viewer_id = j.viewer_id
""")
_FORGET_ADDRESSES = text("UPDATE giveaway_entry SET address = NULL WHERE giveaway_id = :giveaway")


async def read_persons(
    connection: AsyncConnection, show_id: str, viewers: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    """Return for each of the viewers all ids of the same person in the show, the person's own first."""
    rows = await connection.execute(_PERSONS, {"show": show_id, "viewers": list(viewers)})
    return {row.given: (row.person, *row.guests) for row in rows}


async def read_entries(connection: AsyncConnection, giveaway_id: str) -> list[Entry]:
    """Return all entries, in the order in which they came."""
    wanted = select(_ENTRY).where(_ENTRY.c.giveaway_id == giveaway_id).order_by(_ENTRY.c.at, _ENTRY.c.ticket)
    return [_as_entry(row) for row in await connection.execute(wanted)]


async def read_entries_of(
    connection: AsyncConnection, show_id: str, viewers: Collection[str]
) -> dict[tuple[str, str], Entry]:
    """Return the entries of these viewers in the show, by giveaway and viewer."""
    wanted = select(_ENTRY).where(_ENTRY.c.show_id == show_id, _ENTRY.c.viewer_id.in_(sorted(viewers)))
    return {(row.giveaway_id, row.viewer_id): _as_entry(row) for row in await connection.execute(wanted)}


async def read_tickets(connection: AsyncConnection, giveaway_id: str) -> list[str]:
    """Return the tickets that were drawn, sorted."""
    wanted = select(_ENTRY.c.ticket).where(_ENTRY.c.giveaway_id == giveaway_id, _ENTRY.c.excluded.is_(None))
    return sorted(await connection.scalars(wanted))


async def insert_entries(
    connection: AsyncConnection, show_id: str, entries: Iterable[tuple[str, Entry]]
) -> None:
    """Write new entries, each with its giveaway's id."""
    rows = [
        {"giveaway_id": giveaway, "show_id": show_id, **{name: getattr(entry, name) for name in _FIELDS}}
        for giveaway, entry in entries
    ]
    await connection.execute(insert(_ENTRY), rows)


async def keep_judged(connection: AsyncConnection, giveaway_id: str, judged: Sequence[Entry]) -> None:
    """Write which entries were left out, and forget where all of them came from."""
    given = {
        "giveaway": giveaway_id,
        "viewers": [entry.viewer_id for entry in judged],
        "whys": [entry.excluded for entry in judged],
    }
    await connection.execute(_KEEP_JUDGED, given)


async def forget_addresses(connection: AsyncConnection, giveaway_id: str) -> None:
    """Forget where all entries came from."""
    await connection.execute(_FORGET_ADDRESSES, {"giveaway": giveaway_id})


async def read_done(
    connection: AsyncConnection, show_id: str, task: GiveawayTask, viewers: Collection[str]
) -> set[str]:
    """Return those of the viewers who have done in the show what a giveaway asks for; a reaction is known once it is counted."""
    if task == "enter":
        return set(viewers)
    return set(await connection.scalars(_DONE[task], {"show": show_id, "viewers": sorted(viewers)}))


async def read_known(
    connection: AsyncConnection,
    show_id: str,
    channel_id: str,
    entries: Sequence[Entry],
    now: datetime,
    *,
    watch_seconds: float,
) -> Known:
    """Return what is known now of those who entered, in five statements for any number."""
    viewers = sorted(entry.viewer_id for entry in entries)
    persons = await read_canonicals(connection, show_id, viewers)
    everybody = sorted({*viewers, *persons.values()})
    laid = await read_silenced(connection, show_id, channel_id, everybody, now)
    unwatched = [entry.viewer_id for entry in entries if entry.doubt == "unwatched"]
    watched = (
        await read_watched(connection, show_id, unwatched, watch_seconds)
        if unwatched and watch_seconds
        else unwatched
    )
    suspects = await connection.scalars(_SUSPECTS, {"show": show_id, "viewers": viewers})
    sanctions = {viewer: silence.kind for viewer, silence in laid.items()}
    return Known(persons, sanctions, frozenset(suspects), frozenset(watched))


def _as_entry(row: Row[Any]) -> Entry:
    return Entry(**{name: getattr(row, name) for name in _FIELDS})
