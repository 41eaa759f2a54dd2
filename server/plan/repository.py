"""The SQL of targets, and of the shows that they and actions are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.plan.rules import Place, Target

_COLUMNS: Final = "id, channel_id, title, state, starts_at, started_at, ended_at"
_SHOW: Final = text(f"SELECT {_COLUMNS} FROM show WHERE id = :show")
# Whether it has begun must be known for certain: its start waits until the targets are written, or they wait for it.
_LOCK_SHOW: Final = text(f"SELECT {_COLUMNS} FROM show WHERE id = :show AND channel_id = :channel FOR SHARE")
_CURRENCY: Final = text("SELECT currency FROM channel WHERE id = :channel")
_VERSION: Final = text("SELECT version FROM show_plan WHERE show_id = :show")
_TARGETS: Final = text("""
    SELECT metric, direction, amount, nullif(currency, '') AS currency, set_at, after_start FROM target WHERE show_id = :show
""")
_BEGIN: Final = text("""
    INSERT INTO show_plan (show_id, version, changed_at) VALUES (:show, 0, :now) ON CONFLICT (show_id) DO NOTHING
""")
_LOCK: Final = text("SELECT version FROM show_plan WHERE show_id = :show FOR UPDATE")
_RAISE: Final = text("UPDATE show_plan SET version = version + 1, changed_at = :now WHERE show_id = :show")
_REMOVE: Final = text("DELETE FROM target WHERE show_id = :show AND metric = ANY(:metrics)")
_WRITE: Final = text("""
    INSERT INTO target (show_id, metric, currency, direction, amount, set_at, after_start)
    VALUES (:show, :metric, coalesce(:currency, ''), :direction, :amount, :set_at, :after_start)
    ON CONFLICT (show_id, metric) DO UPDATE SET currency = excluded.currency, direction = excluded.direction,
        amount = excluded.amount, set_at = excluded.set_at, after_start = excluded.after_start
""")
# Of a rehearsal nothing remains, and of what was cancelled nothing came.
_PLACES: Final = text("""
    SELECT id, title, state, coalesce(started_at, starts_at) AS at, ended_at FROM show
    WHERE channel_id = :channel AND state IN ('scheduled', 'rehearsal', 'live', 'ended')
""")
_LAST: Final = text(f"""
    SELECT {_COLUMNS} FROM show
    WHERE channel_id = :channel AND state = 'ended' AND id <> :show
      AND started_at < coalesce((SELECT started_at FROM show WHERE id = :show), 'infinity')
    ORDER BY started_at DESC, id DESC LIMIT :limit
""")
_NEXT: Final = text(f"""
    SELECT {_COLUMNS}, (SELECT count(*) FROM target WHERE show_id = show.id) AS targets FROM show
    WHERE channel_id = :channel AND state = 'scheduled' AND archived_at IS NULL AND starts_at > :now
    ORDER BY starts_at, id LIMIT :limit
""")
_SETTLING: Final = text(f"""
    SELECT {_COLUMNS} FROM show WHERE channel_id = :channel AND state = 'ended' AND started_at > CAST(:since AS timestamptz)
    ORDER BY started_at
""")


@dataclass(frozen=True, slots=True)
class Show:
    """A show, as its plan asks about it."""

    id: str
    channel_id: str
    title: str
    state: str
    starts_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def has_begun(self) -> bool:
        """Whether it is, or was, live; a rehearsal is no beginning."""
        return self.state in ("live", "ended")

    @property
    def place(self) -> Place:
        """Where it stands among the channel's shows."""
        return Place(self.id, self.title, self.state, self.started_at or self.starts_at, self.ended_at)


async def read_show(connection: AsyncConnection, show_id: str) -> Show | None:
    """Return a show; None when there is none."""
    row = (await connection.execute(_SHOW, {"show": show_id})).one_or_none()
    return None if row is None else _as_show(row)


async def lock_show(connection: AsyncConnection, channel_id: str, show_id: str) -> Show | None:
    """Return a show of the channel, which does not begin until the transaction ends; None when there is none."""
    row = (await connection.execute(_LOCK_SHOW, {"channel": channel_id, "show": show_id})).one_or_none()
    return None if row is None else _as_show(row)


async def read_currency(connection: AsyncConnection, channel_id: str) -> str:
    """Return the channel's currency."""
    currency: str = await connection.scalar(_CURRENCY, {"channel": channel_id}) or ""
    return currency


async def read_version(connection: AsyncConnection, show_id: str) -> int:
    """Return the version of a show's targets; 0 where there never were any."""
    return int(await connection.scalar(_VERSION, {"show": show_id}) or 0)


async def lock_version(connection: AsyncConnection, show_id: str, now: datetime) -> int:
    """Return the same, while nobody else changes them until the transaction ends."""
    await connection.execute(_BEGIN, {"show": show_id, "now": now})
    return int(await connection.scalar(_LOCK, {"show": show_id}) or 0)


async def read_targets(connection: AsyncConnection, show_id: str) -> list[Target]:
    """Return a show's targets."""
    return [Target(**row._mapping) for row in await connection.execute(_TARGETS, {"show": show_id})]


async def write_targets(
    connection: AsyncConnection,
    show_id: str,
    now: datetime,
    removed: Sequence[str],
    written: Sequence[Target],
) -> None:
    """Take targets away and write others; the version is one more."""
    await connection.execute(_REMOVE, {"show": show_id, "metrics": list(removed)})
    for target in written:
        await connection.execute(_WRITE, {"show": show_id, **_columns(target)})
    await connection.execute(_RAISE, {"show": show_id, "now": now})


async def read_places(connection: AsyncConnection, channel_id: str) -> list[Place]:
    """Return the channel's shows that may carry actions."""
    return [Place(**row._mapping) for row in await connection.execute(_PLACES, {"channel": channel_id})]


async def read_last(connection: AsyncConnection, channel_id: str, show_id: str, limit: int) -> list[Show]:
    """Return the channel's newest ended shows before the named one, of all where it has not begun."""
    given = {"channel": channel_id, "show": show_id, "limit": limit}
    return [_as_show(row) for row in await connection.execute(_LAST, given)]


async def read_next(
    connection: AsyncConnection, channel_id: str, now: datetime, limit: int
) -> list[tuple[Show, int]]:
    """Return the channel's next scheduled shows, each with how many targets it has."""
    rows = await connection.execute(_NEXT, {"channel": channel_id, "now": now, "limit": limit})
    return [(_as_show(row), row.targets) for row in rows]


async def read_ended_since(connection: AsyncConnection, channel_id: str, since: datetime) -> list[Show]:
    """Return the channel's ended shows that began since then, the earliest first."""
    rows = await connection.execute(_SETTLING, {"channel": channel_id, "since": since})
    return [_as_show(row) for row in rows]


def _as_show(row: Row[Any]) -> Show:
    return Show(row.id, row.channel_id, row.title, row.state, row.starts_at, row.started_at, row.ended_at)


def _columns(target: Target) -> dict[str, Any]:
    return {
        name: getattr(target, name)
        for name in ("metric", "currency", "direction", "amount", "set_at", "after_start")
    }
