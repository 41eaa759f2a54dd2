"""All SQL of the addresses from which pictures are to be fetched, or were."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from sqlalchemy import Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.pictures.rules import address_of
from server.pictures.tables import PictureSourceRow
from server.pictures.unfetched import Unfetched

ATTEMPTS_MAX = 4
PAUSE = timedelta(seconds=30)
"""Before the second attempt; four times as long before each further one."""
IN_HAND_FOR = timedelta(minutes=5)
"""How long who has taken an address may take; then another one takes it."""
SOURCE = cast("Table", PictureSourceRow.__table__)  # type: ignore[attr-defined]
_WANT = text(
    """
    INSERT INTO picture_source (channel_id, address, state, attempts, due_at, created_at)
    SELECT :channel, address, 'waiting', 0, :now, :now FROM unnest(CAST(:addresses AS text[])) AS a(address) ORDER BY address
    ON CONFLICT (channel_id, address) DO UPDATE SET state = 'waiting', attempts = 0, due_at = excluded.due_at, why = NULL
    WHERE picture_source.state = 'failed'
    """
)
_TAKE = text(
    """
    WITH due AS (
        SELECT channel_id, address FROM picture_source WHERE state = 'waiting' AND due_at <= :now
          AND channel_id = (SELECT channel_id FROM picture_source WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at LIMIT 1)
        ORDER BY due_at, address LIMIT :limit FOR UPDATE SKIP LOCKED)
    UPDATE picture_source AS s SET due_at = :until, attempts = attempts + 1 FROM due
    WHERE s.channel_id = due.channel_id AND s.address = due.address
    RETURNING s.channel_id, s.address, s.attempts
    """
)
_ANY_DUE = text(
    "SELECT EXISTS (SELECT FROM picture_source WHERE state = 'waiting' AND due_at <= CAST(:now AS timestamptz))"
)
_KEEP = text(
    "UPDATE picture_source SET state = 'kept', picture_id = :picture, why = NULL WHERE channel_id = :channel AND address = :address"
)
_FAIL = text(
    "UPDATE picture_source SET state = :state, due_at = :due, why = :why WHERE channel_id = :channel AND address = :address"
)


class Taken(NamedTuple):
    """An address that is to be asked now; `attempts` counts this one."""

    channel_id: str
    address: str
    attempts: int


async def want_pictures(
    connection: AsyncConnection, channel_id: str, addresses: Collection[str], now: datetime
) -> None:
    """Have pictures fetched; those that are kept already, or wait, are left as they are, and those that failed are tried anew."""
    if addresses:
        await connection.execute(_WANT, {"channel": channel_id, "addresses": sorted(addresses), "now": now})


async def any_due(connection: AsyncConnection, now: datetime) -> bool:
    """Whether there is an address to be asked now."""
    return bool(await connection.scalar(_ANY_DUE, {"now": now}))


async def take_due(connection: AsyncConnection, now: datetime, limit: int) -> Sequence[Taken]:
    """Take up to `limit` addresses of one channel in hand."""
    given = {"now": now, "until": now + IN_HAND_FOR, "limit": limit}
    return [Taken(*row) for row in await connection.execute(_TAKE, given)]


async def settle(connection: AsyncConnection, taken: Taken, came: str | Unfetched, now: datetime) -> None:
    """Note what came of an address: the picture's id, or why there is none, and when it is asked again."""
    where = {"channel": taken.channel_id, "address": taken.address}
    if not isinstance(came, Unfetched):
        await connection.execute(_KEEP, {**where, "picture": came})
        return
    waits = came.again and taken.attempts < ATTEMPTS_MAX
    due = now + PAUSE * 4 ** (taken.attempts - 1) if waits else now
    given = {"state": "waiting" if waits else "failed", "due": due, "why": came.why}
    await connection.execute(_FAIL, {**where, **given})


async def kept_addresses(
    connection: AsyncConnection, channel_id: str, addresses: Collection[str]
) -> dict[str, str]:
    """Return for those of the addresses that were fetched where the picture is on this server."""
    columns = (SOURCE.c.address, SOURCE.c.picture_id)
    wanted = select(*columns).where(
        SOURCE.c.channel_id == channel_id, SOURCE.c.address.in_(addresses), SOURCE.c.state == "kept"
    )
    return {row.address: address_of(row.picture_id) for row in await connection.execute(wanted)}
