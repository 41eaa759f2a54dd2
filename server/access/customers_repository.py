"""The SQL of how shops sign their customers in."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.access.tables import CustomerSecretRow, CustomerSourceRow

_SOURCE = CustomerSourceRow.__table__  # type: ignore[attr-defined]
_SECRET = CustomerSecretRow.__table__  # type: ignore[attr-defined]


async def read_source(
    connection: AsyncConnection, channel_id: str, *, lock: bool = False
) -> CustomerSourceRow | None:
    """Return how the channel's shop signs customers in, locked if asked; None where it never did."""
    wanted = select(_SOURCE).where(_SOURCE.c.channel_id == channel_id)
    found = (await connection.execute(wanted.with_for_update() if lock else wanted)).one_or_none()
    return None if found is None else CustomerSourceRow(**found._mapping)


async def insert_source_once(connection: AsyncConnection, row: CustomerSourceRow) -> None:
    """Keep the row unless the channel has one."""
    await connection.execute(upsert(_SOURCE).values(**row.model_dump()).on_conflict_do_nothing())


async def update_source(connection: AsyncConnection, row: CustomerSourceRow) -> None:
    """Write the row as its next version; sets that version on `row`."""
    row.version += 1
    changed = row.model_dump(include={"jwks_url", "jwks_id", "version"})
    await connection.execute(update(_SOURCE).where(_SOURCE.c.channel_id == row.channel_id).values(**changed))


async def read_secrets(connection: AsyncConnection, channel_id: str) -> list[CustomerSecretRow]:
    """Return the channel's secrets that are good, the newest first."""
    wanted = (
        select(_SECRET)
        .where(_SECRET.c.channel_id == channel_id, _SECRET.c.ended_at.is_(None))
        .order_by(_SECRET.c.id.desc())
    )
    return [CustomerSecretRow(**row._mapping) for row in await connection.execute(wanted)]


async def insert_secret(connection: AsyncConnection, row: CustomerSecretRow) -> None:
    """Keep a new secret."""
    await connection.execute(insert(_SECRET).values(**row.model_dump()))


async def end_secret(connection: AsyncConnection, channel_id: str, id: str, at: datetime) -> bool:
    """Keep that a secret is good no more; False when the channel has no such secret that was."""
    statement = update(_SECRET).where(
        _SECRET.c.channel_id == channel_id, _SECRET.c.id == id, _SECRET.c.ended_at.is_(None)
    )
    return bool((await connection.execute(statement.values(ended_at=at))).rowcount)


async def read_secrets_sealed_otherwise(connection: AsyncConnection, mark: str) -> list[CustomerSecretRow]:
    """Lock and return secrets of all channels that are good and do not begin with `mark`."""
    wanted = select(_SECRET).where(_SECRET.c.ended_at.is_(None), ~_SECRET.c.secret.startswith(f"{mark}."))
    rows = await connection.execute(wanted.with_for_update(key_share=True, skip_locked=True))
    return [CustomerSecretRow(**row._mapping) for row in rows]


async def write_secret(connection: AsyncConnection, row: CustomerSecretRow) -> None:
    """Write the secret as it is sealed now."""
    await connection.execute(update(_SECRET).where(_SECRET.c.id == row.id).values(secret=row.secret))


async def read_sources_sealed_otherwise(connection: AsyncConnection, mark: str) -> list[CustomerSourceRow]:
    """Lock and return the rows of all channels whose `pseudonym_key` does not begin with `mark`."""
    wanted = select(_SOURCE).where(~_SOURCE.c.pseudonym_key.startswith(f"{mark}."))
    rows = await connection.execute(wanted.with_for_update(key_share=True, skip_locked=True))
    return [CustomerSourceRow(**row._mapping) for row in rows]


async def write_pseudonym_key(connection: AsyncConnection, row: CustomerSourceRow) -> None:
    """Write the key as it is sealed now; the row stays the same version."""
    own = _SOURCE.c.channel_id == row.channel_id
    await connection.execute(update(_SOURCE).where(own).values(pseudonym_key=row.pseudonym_key))
