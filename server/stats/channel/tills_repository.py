"""The SQL of what was sold to whom, where rows are chosen or told apart."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.stats.channel.cut import Cell, Cut
from server.stats.channel.facts import Till
from server.stats.channel.repository import ASKED
from server.stats.channel.tills import Numbers, till_of
from server.stats.columns.sold_repository import REPORTED, TILLS, written


async def read_tills_in(
    connection: AsyncConnection, asked: dict[str, Any], cut: Cut
) -> dict[Cell, list[Till]]:
    """Return what was sold by part and what the rows of those who bought say, by currency."""
    found: defaultdict[tuple[Cell, str], dict[str, Numbers]] = defaultdict(dict)
    for row in await _read_in(connection, TILLS, asked, cut):
        found[_cell(row), row.currency][row.by] = [row.orders, row.units, row.gmv_minor, int(row.squares)]
    reported = {
        (_cell(row), row.currency): [row.orders, row.units, row.gmv_minor, row.refunded_minor]
        for row in await _read_in(connection, REPORTED, asked, cut)
    }
    tills: defaultdict[Cell, list[Till]] = defaultdict(list)
    for (cell, currency), by in found.items():
        tills[cell].append(till_of(currency, by, reported.get((cell, currency))))
    return tills


async def _read_in(
    connection: AsyncConnection, statement: str, asked: dict[str, Any], cut: Cut
) -> Sequence[Row[Any]]:
    about = text(written(statement, ASKED, cut.of_rows("r"), cut.rows("r", "w")))
    return (await connection.execute(about, {**asked, **cut.parameters()})).all()


def _cell(row: Row[Any]) -> Cell:
    return row.part, tuple(row.label)
