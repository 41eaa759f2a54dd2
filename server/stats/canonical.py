"""Whose it is, in figures: in a show where guests have turned out to be known viewers every query reads them as those.

The queries name tables, and know nothing of aliases. Where a show's channel has any, each statement gets its tables put in front of it as
queries of the same names (a name in WITH hides the table), in which a guest's rows are the known viewer's and two rows about one person are
one. Where there are none, which is most shows, nothing changes and nothing costs more. The rows of `rollup` are by whose they are anyway.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Table, event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.ledger.tables import AttendanceRow, EntryRow, PlayingRow
from server.questions.tables import QuestionRow
from server.shop.tables import OrderRow

_ANY: Final = text(
    """
    SELECT EXISTS (
        SELECT FROM show AS asked JOIN show ON show.channel_id = asked.channel_id
        JOIN viewer_alias AS a ON a.show_id = show.id WHERE asked.id = :show AND a.taken_back_at IS NULL)
    """
)
_KNOWN: Final = "known_alias AS MATERIALIZED (SELECT show_id, raw, canonical FROM viewer_alias WHERE taken_back_at IS NULL)"
_ONE_A_VIEWER: Final[Mapping[str, str]] = {
    "first_at": "min({0})",
    "guest": "bool_and({0})",
    "remembered": "bool_or({0})",
    "suspect": "bool_and({0})",
    "joined": "bool_or({0})",
    "consent_at": "max({0})",
}
"""How what is known of one person under two ids comes together; of all else the first that is known stays, and numbers add up."""

_SALE: Final = (
    "order_id",
    "nth",
    "channel_id",
    "show_id",
    "viewer_id",
    "product_id",
    "quantity",
    "amount_minor",
    "currency",
    "at",
    "staff",
    "reported",
    "replay",
)
"""The columns of the view `sale`, which no class describes."""


def _read_as_whose(name: str, columns: Iterable[str]) -> str:
    listed = ", ".join(
        f'coalesce(k.canonical, t.viewer_id) AS "{each}"' if each == "viewer_id" else f't."{each}"'
        for each in columns
    )
    joined = "LEFT JOIN known_alias AS k ON k.show_id = t.show_id AND k.raw = t.viewer_id"
    return f"SELECT {listed} FROM {name} AS t {joined}"  # noqa: S608 - names of our own tables


def _as_one(table: Table, names: Sequence[str], otherwise: str) -> str:
    """Return the query of a table that has one row a show and viewer."""
    key = ("show_id", "viewer_id")
    columns = ", ".join(
        f'"{name}"'
        if name in key
        else _ONE_A_VIEWER.get(name, otherwise).format(f'"{name}"') + f' AS "{name}"'
        for name in names
    )
    return f"SELECT {columns} FROM ({_read_as_whose(table.name, names)}) AS w GROUP BY show_id, viewer_id"  # noqa: S608 - the same


def _table_of(row: Any) -> Table:
    table = row.__table__
    assert isinstance(table, Table)
    return table


def _hiding() -> str:
    tables = [_table_of(row) for row in (EntryRow, PlayingRow, QuestionRow, OrderRow)]
    hidden = {table.name: _read_as_whose(table.name, [c.name for c in table.columns]) for table in tables}
    hidden["sale"] = _read_as_whose("sale", _SALE)
    attendance = _table_of(AttendanceRow)
    first = "(array_agg({0} ORDER BY first_at) FILTER (WHERE {0} IS NOT NULL))[1]"
    hidden["attendance"] = _as_one(attendance, [c.name for c in attendance.columns], first)
    return ", ".join([_KNOWN, *(f"{name} AS ({query})" for name, query in hidden.items())])


_HIDING: Final = _hiding()


async def read_as_whose_it_is(connection: AsyncConnection, show_id: str) -> None:
    """Let everything that is read of the connection from here on go by aliases, if the show's channel has any."""
    if await connection.scalar(_ANY, {"show": show_id}):
        event.listen(connection.sync_connection, "before_cursor_execute", _put_in_front, retval=True)


def _put_in_front(
    connection: Any,
    cursor: Any,
    statement: str,
    parameters: Any,
    *_: Any,
) -> tuple[str, Any]:
    begun = statement.lstrip()
    if begun.upper().startswith("WITH "):
        return f"WITH {_HIDING}, {begun[5:]}", parameters
    if begun.upper().startswith("SELECT"):
        return f"WITH {_HIDING} {begun}", parameters
    return statement, parameters
