"""The SQL of API keys."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import DateTime, Text, bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tables import ApiKeyRow

_KEY = ApiKeyRow.__table__  # type: ignore[attr-defined]
_NOTE_USES = text(
    """
    UPDATE api_key SET last_used_at = greatest(last_used_at, used.at)
    FROM unnest(:ids, :ats) AS used (id, at) WHERE api_key.id = used.id
    """
).bindparams(bindparam("ids", type_=ARRAY(Text)), bindparam("ats", type_=ARRAY(DateTime(timezone=True))))


async def insert_api_key(connection: AsyncConnection, row: ApiKeyRow) -> None:
    """Keep a new key."""
    await connection.execute(insert(_KEY).values(**row.model_dump()))


async def read_api_keys(
    connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
) -> list[ApiKeyRow]:
    """Return the channel's keys, the newest first, those after `after`."""
    wanted = select(_KEY).where(_KEY.c.channel_id == channel_id).order_by(_KEY.c.id.desc()).limit(limit)
    if after is not None:
        wanted = wanted.where(_KEY.c.id < after)
    return [ApiKeyRow(**row._mapping) for row in await connection.execute(wanted)]


async def read_api_key(
    connection: AsyncConnection, channel_id: str, id: str, *, lock: bool = False
) -> ApiKeyRow | None:
    """Return a key of the channel, locked until the transaction ends if that is asked for; None when it has no such key."""
    wanted = select(_KEY).where(_KEY.c.channel_id == channel_id, _KEY.c.id == id)
    found = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    return None if found is None else ApiKeyRow(**found._mapping)


async def read_api_key_by_secret(connection: AsyncConnection, secret_sha256: str) -> ApiKeyRow | None:
    """Return the key with this secret, revoked or not; None when nobody has it."""
    found = (
        await connection.execute(select(_KEY).where(_KEY.c.secret_sha256 == secret_sha256))
    ).one_or_none()
    return None if found is None else ApiKeyRow(**found._mapping)


async def update_api_key(connection: AsyncConnection, row: ApiKeyRow) -> None:
    """Write what of a key can change, as the next version; sets that version on `row`."""
    row.version += 1
    changed = row.model_dump(include={"name", "revoked_at", "version"})
    await connection.execute(update(_KEY).where(_KEY.c.id == row.id).values(**changed))


async def note_uses(connection: AsyncConnection, uses: Mapping[str, datetime]) -> None:
    """Keep when keys were used last, by their ids."""
    await connection.execute(_NOTE_USES, {"ids": list(uses), "ats": list(uses.values())})
