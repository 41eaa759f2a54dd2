"""The SQL of actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.plan.rules import Item, Place, State
from server.plan.tables import ActionRow

# Who owns an action is asked when it is read: of somebody who has left the channel no name remains.
_READ: Final = """
    SELECT a.*, p.name AS owner_name, s.title, s.state AS show_state, coalesce(s.started_at, s.starts_at) AS show_at, s.ended_at
    FROM show_action AS a LEFT JOIN person AS p ON p.id = a.owner AND p.channel_id = a.channel_id
    LEFT JOIN show AS s ON s.id = a.show_id
    WHERE a.channel_id = :channel"""
_ONE: Final = text(f"{_READ} AND a.id = :id")
_PAGE: Final = text(f"""
    {_READ} AND (CAST(:state AS text) IS NULL OR a.state = :state) AND (CAST(:owner AS text) IS NULL OR a.owner = :owner)
      AND (CAST(:after AS text) IS NULL OR a.id < :after)
    ORDER BY a.id DESC LIMIT :limit
""")
_AROUND: Final = text(f"""
    {_READ} AND (a.show_id = :show OR a.state = 'open' OR a.closed_at > coalesce(CAST(:since AS timestamptz), '-infinity'))
    ORDER BY a.id DESC LIMIT :limit
""")
_LOCK: Final = text("SELECT * FROM show_action WHERE channel_id = :channel AND id = :id FOR UPDATE")
_OPEN: Final = text("SELECT count(*) FROM show_action WHERE channel_id = :channel AND state = 'open'")
_IN_LINE: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('actions ' || :channel, 0))")
_TIME_ZONE: Final = text("SELECT time_zone FROM channel WHERE id = :channel")
_IS_PERSON: Final = text("SELECT EXISTS (SELECT FROM person WHERE channel_id = :channel AND id = :id)")
_INSERT: Final = text("""
    INSERT INTO show_action (id, channel_id, show_id, text, owner, due_on, state, created_at, changed_at, closed_at, version)
    VALUES (:id, :channel_id, :show_id, :text, :owner, :due_on, :state, :created_at, :changed_at, :closed_at, :version)
""")
_UPDATE: Final = text("""
    UPDATE show_action SET text = :text, owner = :owner, due_on = :due_on, state = :state, closed_at = :closed_at,
        changed_at = :changed_at, version = version + 1 WHERE id = :id
""")


@dataclass(frozen=True, slots=True)
class Known:
    """An action with what is known of its owner and of where it was written down."""

    item: Item
    text: str
    owner: str | None
    owner_name: str | None
    due_on: date | None
    version: int


async def insert_action(connection: AsyncConnection, row: ActionRow) -> None:
    """Write a new action."""
    await connection.execute(_INSERT, row.model_dump())


async def lock_action(connection: AsyncConnection, channel_id: str, action_id: str) -> ActionRow | None:
    """Return an action of the channel, which nobody else changes until the transaction ends; None when there is none."""
    row = (await connection.execute(_LOCK, {"channel": channel_id, "id": action_id})).one_or_none()
    return None if row is None else ActionRow(**row._mapping)


async def update_action(connection: AsyncConnection, row: ActionRow, changes: Mapping[str, Any]) -> None:
    """Set columns of an action; its version is one more."""
    await connection.execute(_UPDATE, {**row.model_dump(), **changes})


async def count_open(connection: AsyncConnection, channel_id: str) -> int:
    """Return how many actions of the channel are open."""
    return int(await connection.scalar(_OPEN, {"channel": channel_id}) or 0)


async def stand_in_line(connection: AsyncConnection, channel_id: str) -> None:
    """Let nobody else open an action of the channel until the transaction ends."""
    await connection.execute(_IN_LINE, {"channel": channel_id})


async def read_time_zone(connection: AsyncConnection, channel_id: str) -> str:
    """Return the channel's time zone."""
    zone: str = await connection.scalar(_TIME_ZONE, {"channel": channel_id}) or "UTC"
    return zone


async def is_person_of(connection: AsyncConnection, channel_id: str, person_id: str) -> bool:
    """Whether somebody is one of the channel's people."""
    return bool(await connection.scalar(_IS_PERSON, {"channel": channel_id, "id": person_id}))


async def read_action(connection: AsyncConnection, channel_id: str, action_id: str) -> Known | None:
    """Return an action of the channel; None when there is none."""
    row = (await connection.execute(_ONE, {"channel": channel_id, "id": action_id})).one_or_none()
    return None if row is None else _known(row)


async def read_page(
    connection: AsyncConnection,
    channel_id: str,
    *,
    state: State | None,
    owner: str | None,
    after: str | None,
    limit: int,
) -> list[Known]:
    """Return up to `limit` actions of the channel, the newest first, behind `after` where given."""
    given = {"channel": channel_id, "state": state, "owner": owner, "after": after, "limit": limit}
    return [_known(row) for row in await connection.execute(_PAGE, given)]


async def read_around(
    connection: AsyncConnection, channel_id: str, show_id: str, since: datetime | None, limit: int
) -> list[Known]:
    """Return the actions that were written in a show, and those of elsewhere that are open or were closed since then."""
    given = {"channel": channel_id, "show": show_id, "since": since, "limit": limit}
    return [_known(row) for row in await connection.execute(_AROUND, given)]


def _known(row: Row[Any]) -> Known:
    show = (
        Place(row.show_id, row.title or "", row.show_state or "", row.show_at, row.ended_at)
        if row.show_id
        else None
    )
    item = Item(row.id, show, row.state, row.created_at, row.closed_at)
    return Known(item, row.text, row.owner, row.owner_name, row.due_on, row.version)
