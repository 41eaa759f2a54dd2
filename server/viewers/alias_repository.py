"""The SQL of aliases."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.final import drop_final
from server.ledger.repository import mark_due
from server.sealing.unsealing import unseal
from server.viewers.tables import ViewerAliasRow

_ALIAS = ViewerAliasRow.__table__  # type: ignore[attr-defined]
# One statement for any number of viewers: it is asked with each batch of private pushes, of a few viewers or of a thousand.
_READ_CANONICALS = text(
    "SELECT raw, canonical FROM viewer_alias WHERE show_id = :show AND raw = ANY(:viewers) AND taken_back_at IS NULL"
)


async def insert_alias_once(connection: AsyncConnection, row: ViewerAliasRow) -> None:
    """Keep the alias, unless the guest is somebody's in this show already: the first one stays."""
    await unseal(connection, [row.show_id])
    noted = await connection.execute(upsert(_ALIAS).values(**row.model_dump()).on_conflict_do_nothing())
    if noted.rowcount:
        await mark_due(connection, row.show_id, [row.raw, row.canonical])
    await drop_final(connection, [row.show_id])


async def read_guests_of(connection: AsyncConnection, show_id: str, canonical: str) -> list[str]:
    """Return the guests of the show who are this viewer."""
    wanted = select(_ALIAS.c.raw).where(
        _ALIAS.c.show_id == show_id, _ALIAS.c.canonical == canonical, _ALIAS.c.taken_back_at.is_(None)
    )
    return list(await connection.scalars(wanted))


async def read_canonicals(
    connection: AsyncConnection, show_id: str, viewers: Collection[str]
) -> dict[str, str]:
    """Return who they are by now, of those of the viewers who were guests of the show before they signed in."""
    rows = await connection.execute(_READ_CANONICALS, {"show": show_id, "viewers": list(viewers)})
    return {row.raw: row.canonical for row in rows}


async def take_back_aliases(connection: AsyncConnection, show_id: str, canonical: str, at: datetime) -> None:
    """Keep that the guests of the show who were this viewer are nobody but themselves."""
    await unseal(connection, [show_id])
    own = (_ALIAS.c.show_id == show_id, _ALIAS.c.canonical == canonical, _ALIAS.c.taken_back_at.is_(None))
    gone = await connection.scalars(
        update(_ALIAS).where(*own).values(taken_back_at=at).returning(_ALIAS.c.raw)
    )
    if guests := list(gone):
        await mark_due(connection, show_id, [*guests, canonical])
    await drop_final(connection, [show_id])
