"""The kinds of files that a sealed show has, their columns, and what is compared before anything is deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

FORMAT_VERSION = 1
"""Stands in each file's metadata as `showfloor_sealed`. Columns may be added without another number."""
Kind = Literal["entries", "playing", "rollup"]
KINDS: Final[tuple[Kind, ...]] = ("entries", "playing", "rollup")
TABLES: Final[dict[Kind, str]] = {"entries": "ledger_entry", "playing": "playing", "rollup": "rollup"}
ORDERS: Final[dict[Kind, str]] = {
    "entries": "id",
    "playing": "viewer_id, started_at, connection_id",
    "rollup": "viewer_id",
}
RAW: Final[tuple[Kind, ...]] = ("entries", "playing")
"""What leaves SQL. Rollup rows are copied and stay: figures that join shows are read from them."""
KEPT_KINDS: Final = ("consent_given", "consent_withdrawn", "share", "replay_share", "survey_shown")
"""Entries that stay in SQL as well, since they are about the channel and not about the show alone."""

_TYPES: Final = {
    "bigint": "BIGINT",
    "integer": "INTEGER",
    "boolean": "BOOLEAN",
    "timestamp with time zone": "TIMESTAMPTZ",
}
_COLUMNS = text("""
    SELECT attname, format_type(atttypid, NULL) AS type FROM pg_attribute
    WHERE attrelid = CAST(CAST(:name AS text) AS regclass) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
""")


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of a file: its name in SQL, and its type in DuckDB."""

    name: str
    type: str


async def read_columns(connection: AsyncConnection, kind: Kind) -> list[SealedColumn]:
    """Return the columns of a kind as the table has them now; types without an equal are text."""
    rows = await connection.execute(_COLUMNS, {"name": f"public.{TABLES[kind]}"})
    return [SealedColumn(row.attname, _TYPES.get(row.type, "VARCHAR")) for row in rows]


def sums_of(columns: Sequence[SealedColumn], *, duck: bool) -> str:
    """Return the select list of counts and sums, one text each, that PostgreSQL and DuckDB both compute of the same rows."""
    return ", ".join(["CAST(count(*) AS text)", *(_sum_of(each, duck=duck) for each in columns)])


def _sum_of(column: SealedColumn, *, duck: bool) -> str:
    name = f'"{column.name}"'
    if column.type == "BOOLEAN":
        return f"CAST(count(*) FILTER (WHERE {name}) AS text)"
    if column.type == "TIMESTAMPTZ":
        moment = f"epoch_us({name})" if duck else f"CAST(extract(epoch FROM {name}) * 1000000 AS bigint)"
        return f"coalesce(CAST(sum({moment}) AS text), '0')"
    if column.type == "VARCHAR":
        return f"count({name}) || ' ' || coalesce(CAST(sum(length({name})) AS text), '0')"
    return f"coalesce(CAST(sum({name}) AS text), '0')"
