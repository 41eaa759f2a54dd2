"""What a channel keeps under a name and in versions, such as its segments: the same few statements for each kind."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Row, Table, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel

from server.db.rows import read_page

T = TypeVar("T", bound=SQLModel)

_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))")


class Owned(Generic[T]):
    """The rows of `model`, whose table has `id`, `channel_id` and `version`.

    `lock` names what whoever counts before adding one holds. `key_share`: a row that is locked may be referred to meanwhile.
    """

    def __init__(self, model: type[T], *, lock: str, key_share: bool = False) -> None:
        self._model = model
        self._table = cast("Table", model.__table__)  # type: ignore[attr-defined]
        self._lock = lock
        self._key_share = key_share

    async def insert(self, connection: AsyncConnection, row: T) -> None:
        """Write a new one."""
        await connection.execute(insert(self._table).values(**row.model_dump()))

    async def count(self, connection: AsyncConnection, channel_id: str) -> int:
        """Return how many the channel has; nobody else adds one until the transaction ends."""
        await connection.execute(_LOCK, {"lock": f"{self._lock} {channel_id}"})
        wanted = select(func.count()).select_from(self._table).where(self._table.c.channel_id == channel_id)
        return int(await connection.scalar(wanted) or 0)

    async def page(
        self, connection: AsyncConnection, channel_id: str, *, after: str | None, limit: int
    ) -> list[T]:
        """Return up to `limit` of the channel's, the newest first, behind `after` where given."""
        id = self._table.c.id
        wanted = select(self._table).where(self._table.c.channel_id == channel_id).order_by(id.desc())
        if after is not None:
            wanted = wanted.where(id < after)
        return await read_page(connection, wanted, id, self._make, limit=limit)

    async def find(
        self, connection: AsyncConnection, channel_id: str, id: str, *, lock: bool = False
    ) -> T | None:
        """Return one of the channel's, locked until the transaction's end where wished; None when there is none."""
        wanted = select(self._table).where(self._table.c.id == id, self._table.c.channel_id == channel_id)
        if lock:
            wanted = wanted.with_for_update(key_share=self._key_share)
        row = (await connection.execute(wanted)).one_or_none()
        return None if row is None else self._make(row)

    async def update(self, connection: AsyncConnection, id: str, changes: Mapping[str, Any]) -> None:
        """Set columns of one; its version is one more."""
        statement = update(self._table).where(self._table.c.id == id)
        await connection.execute(statement.values(**changes, version=self._table.c.version + 1))

    async def delete(self, connection: AsyncConnection, id: str) -> None:
        """Remove one."""
        await connection.execute(delete(self._table).where(self._table.c.id == id))

    def _make(self, row: Row[Any]) -> T:
        return self._model(**row._mapping)
