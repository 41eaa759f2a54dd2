"""One file: from rows to Parquet, from Parquet to rows, and the same file with other names in it. PostgreSQL's CSV goes between."""

import asyncio
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from server.db import driver
from server.sealing import duck
from server.sealing.kinds import FORMAT_VERSION, ORDERS, TABLES, Kind, SealedColumn, read_columns, sums_of

WORK_SECONDS_MAX = 1_800.0
_PIECE_BYTES = 1 << 18
_PERSON = SealedColumn("person", "BIGINT")
_CSV = "header=false, auto_detect=false, delim=',', quote='\"', escape='\"', nullstr='\\N', allow_quoted_nulls=false"


class NotTheSameError(Exception):
    """What was written is not what is in SQL."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file: its rows and bytes."""

    rows: int
    bytes: int


@contextmanager
def working_folder() -> Iterator[Path]:
    """Yield a folder of our own, removed afterwards with all that is in it."""
    with tempfile.TemporaryDirectory(prefix="showfloor-seal-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


async def write_file(connection: AsyncConnection, kind: Kind, show_id: str, file: Path) -> Written:
    """Write a show's rows of a kind into a Parquet file, and hold it against SQL. The connection has one snapshot.

    Raises `NotTheSameError`, `OSError`, `duckdb.Error`.
    """
    columns = await read_columns(connection, kind)
    rows = file.with_suffix(".csv")
    with rows.open("wb") as stream:
        async for piece in driver.read_pieces(connection, _copy_out(kind, columns), {"show": show_id}):
            stream.write(piece)
    here = (
        await connection.execute(
            text(f"SELECT {sums_of(columns, duck=False)} FROM {TABLES[kind]} WHERE show_id = :show"),
            {"show": show_id},
        )
    ).one()
    there = await asyncio.to_thread(_write_parquet, kind, columns, rows, file)
    rows.unlink()
    if tuple(here) != there:
        raise NotTheSameError(f"{kind} of {show_id}")
    return Written(int(there[0]), await asyncio.to_thread(lambda: file.stat().st_size))


async def read_into(connection: AsyncConnection, kind: Kind, file: Path, table: str) -> None:
    """Copy a file's rows into a table, which has its columns."""
    with working_folder() as folder:
        rows = folder / "rows.csv"
        names = await asyncio.to_thread(_write_csv, file, rows)
        columns = sql.SQL(", ").join(map(sql.Identifier, names))
        into = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT csv, NULL {})").format(
            sql.SQL(table),  # a name of our own
            columns,
            sql.Literal(duck.NULL),
        )
        with rows.open("rb") as stream:
            await driver.copy_pieces(connection, into, iter(lambda: stream.read(_PIECE_BYTES), b""))


def rename_in(kind: Kind, source: Path, target: Path, names: Mapping[str, str], salt: str) -> None:
    """Write `target`: the rows of `source` with the new names in the place of ids of viewers and links. In a thread.

    The viewers' rows are untied from their connections too.
    """
    with duck.opened([source.parent, target.parent], seconds=WORK_SECONDS_MAX) as connection:
        connection.execute("CREATE TABLE renamed (old VARCHAR PRIMARY KEY, new VARCHAR)")
        connection.executemany("INSERT INTO renamed VALUES (?, ?)", [list(pair) for pair in names.items()])
        has = [row[0] for row in connection.execute(_described(source)).fetchall()]
        replaced = ["coalesce(m.new, viewer_id) AS viewer_id"]
        if "connection_id" in has:
            untied = f"'k_' || md5(connection_id || {duck.literal(salt)})"
            replaced.append(
                f"CASE WHEN m.new IS NOT NULL THEN {untied} ELSE connection_id END AS connection_id"
            )
        if "target" in has:
            link = "(SELECT new FROM renamed WHERE old = target)"
            replaced.append(
                f"CASE WHEN kind IN ('share', 'replay_share') THEN coalesce({link}, target) ELSE target END AS target"
            )
        if "share" in has:
            replaced.append("coalesce((SELECT new FROM renamed WHERE old = share), share) AS share")
        kept = ", ".join(f'"{name}"' for name in has)
        selected = (
            f"SELECT {kept} FROM (SELECT r.* REPLACE ({', '.join(replaced)}) FROM read_parquet({_at(source)}) AS r"
            f" LEFT JOIN renamed AS m ON m.old = r.viewer_id) ORDER BY {ORDERS[kind]}"
        )
        connection.execute(_to_parquet(kind, selected, target))


def names_in(file: Path, ids: list[str]) -> int:
    """Return how many rows of a file name one of the ids, of viewers or links. In a thread."""
    with duck.opened([file.parent]) as connection:
        has = [row[0] for row in connection.execute(_described(file)).fetchall()]
        named = " OR ".join(
            f"list_contains($ids, {name})" for name in ("viewer_id", "target", "share") if name in has
        )
        found = connection.execute(
            f"SELECT count(*) FROM read_parquet({_at(file)}) WHERE {named}", {"ids": ids}
        ).fetchone()
    assert found is not None, "an aggregate has a row"
    return int(found[0])


def rows_of(file: Path, ids: list[str]) -> list[dict[str, object]]:
    """Return the rows of a file that name one of the ids. In a thread."""
    with duck.opened([file.parent]) as connection:
        found = connection.execute(
            f"SELECT * FROM read_parquet({_at(file)}) WHERE list_contains(?, viewer_id)", [ids]
        )
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _copy_out(kind: Kind, columns: list[SealedColumn]) -> sql.Composed:
    listed: list[sql.Composable] = [sql.SQL("t.{}").format(sql.Identifier(each.name)) for each in columns]
    if kind == "rollup":
        listed.append(sql.SQL("(SELECT n FROM sealed_person AS p WHERE p.viewer_id = t.viewer_id)"))
    return sql.SQL(
        "COPY (SELECT {} FROM {} AS t WHERE show_id = %(show)s) TO STDOUT (FORMAT csv, NULL {})"
    ).format(
        sql.SQL(", ").join(listed),
        sql.Identifier(TABLES[kind]),
        sql.Literal(duck.NULL),
    )


def _write_parquet(kind: Kind, columns: list[SealedColumn], rows: Path, file: Path) -> tuple[str, ...]:
    """Write the file, and return the sums of what can be read from it."""
    all_columns = [*columns, _PERSON] if kind == "rollup" else columns
    typed = ", ".join(f"{duck.literal(each.name)}: {duck.literal(each.type)}" for each in all_columns)
    selected = f"SELECT * FROM read_csv({_at(rows)}, {_CSV}, columns={{{typed}}}) ORDER BY {ORDERS[kind]}"
    with duck.opened([file.parent], seconds=WORK_SECONDS_MAX) as connection:
        connection.execute(_to_parquet(kind, selected, file))
        found = connection.execute(
            f"SELECT {sums_of(columns, duck=True)} FROM read_parquet({_at(file)})"
        ).fetchone()
    assert found is not None, "an aggregate has a row"
    return tuple(str(each) for each in found)


def _to_parquet(kind: Kind, selected: str, file: Path) -> str:
    said = f"{{showfloor_sealed: '{FORMAT_VERSION}', kind: '{kind}', written: '{secrets.token_hex(8)}'}}"
    return f"COPY ({selected}) TO {_at(file)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {said})"


def _write_csv(file: Path, rows: Path) -> list[str]:
    with duck.opened([file.parent, rows.parent], seconds=WORK_SECONDS_MAX) as connection:
        described = connection.execute(_described(file)).fetchall()
        names = [row[0] for row in described]
        texts = ", ".join(f'"{row[0]}"' for row in described if row[1] == "VARCHAR")
        connection.execute(
            f"COPY (SELECT * FROM read_parquet({_at(file)})) TO {_at(rows)}"
            f" (FORMAT csv, HEADER false, NULLSTR '\\N', QUOTE '\"', ESCAPE '\"', FORCE_QUOTE ({texts}))"
        )
    return names


def _described(file: Path) -> str:
    return f"SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet({_at(file)}))"


def _at(file: Path) -> str:
    return duck.literal(str(file.absolute()))
