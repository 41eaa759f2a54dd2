"""Reading lists that survive a row which cannot be read: the others are given, the bad one is counted and named in the log."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
from prometheus_client import Counter
from sqlalchemy import Column, Row, Select
from sqlalchemy.exc import DataError
from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")

UNREADABLE = Counter(
    "showfloor_rows_unreadable", "Rows left out of a list because they could not be read", ["table"]
)
_WRONG = (ValueError, TypeError, AttributeError, KeyError, OverflowError)

log = structlog.get_logger()


async def read_all(
    connection: AsyncConnection, wanted: Select[Any], id: Column[str], make: Callable[[Row[Any]], T]
) -> list[T]:
    """Return what `make` makes of each row of `wanted` that can be read; `id` is the column that names one."""
    return (await _read(connection, wanted, id, make))[0]


async def read_page(
    connection: AsyncConnection,
    wanted: Select[Any],
    id: Column[str],
    make: Callable[[Row[Any]], T],
    *,
    limit: int,
) -> list[T]:
    """Return the first `limit` of what `read_all` would return: a row that cannot be read does not end the list."""
    found: list[T] = []
    passed = 0
    while True:
        lacking = limit - len(found)
        made, rows = await _read(connection, wanted.limit(lacking).offset(passed or None), id, make)
        found += made
        passed += rows
        if rows < lacking or len(found) == limit:
            return found


async def _read(
    connection: AsyncConnection, wanted: Select[Any], id: Column[str], make: Callable[[Row[Any]], T]
) -> tuple[list[T], int]:
    """Return what was made, and how many rows there were."""
    try:
        rows: Sequence[Row[Any]] = (await connection.execute(wanted)).all()
    except (
        DataError
    ):  # Python cannot hold one of the values; the server has no objection, so the transaction goes on
        return await _read_each(connection, wanted, id, make)
    made = []
    for row in rows:
        try:
            made.append(make(row))
        except _WRONG as error:
            note(id.table.name, str(row._mapping[id.name]), error)
    return made, len(rows)


async def _read_each(
    connection: AsyncConnection, wanted: Select[Any], id: Column[str], make: Callable[[Row[Any]], T]
) -> tuple[list[T], int]:
    made = []
    ids = list(await connection.scalars(wanted.with_only_columns(id, maintain_column_froms=True)))
    for one in ids:
        try:
            row = (await connection.execute(wanted.limit(None).offset(None).where(id == one))).one()
            made.append(make(row))
        except (DataError, *_WRONG) as error:
            note(id.table.name, one, error)
    return made, len(ids)


def note(table: str, id: str, error: Exception) -> None:
    """Count and log a row, or a part of one, that could not be read."""
    UNREADABLE.labels(table).inc()
    log.error("row.unreadable", table=table, id=id, error=type(error).__name__)
