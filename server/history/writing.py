"""Rows as files in the three forms, with the same columns in each. DuckDB writes them, beside the event loop."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from server.history.envelope import COLUMNS, Column
from server.history.reading import Form

BYTE_ORDER_MARK = "\ufeff".encode()
TYPES: Final[dict[Form, str]] = {
    "jsonl": "application/x-ndjson",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
}
"""What a download says that it is."""

_AS_POSTGRES_WRITES = "header = false, auto_detect = false, delim = ',', quote = '\"', escape = '\"'"
_AS_PLAIN_LINES = "FORMAT csv, HEADER false, QUOTE '', ESCAPE '', DELIMITER '\x01'"
_AS_PARQUET = "FORMAT parquet, COMPRESSION zstd"


def write_facts(
    rows: Path, output: Path, form: Form, *, bom: bool = False, columns: Sequence[Column] = COLUMNS
) -> int:
    """Write envelope rows that `facts.stream_facts` gave, from the CSV `rows`, to `output` in a show's order of time; return how many.

    Times have microseconds and `Z`. JSON Lines leave out what is null; CSV begins with a byte order mark if `bom`.
    """
    with duckdb.connect() as bench:
        bench.execute("SET TimeZone = 'UTC'")
        bench.execute("SET memory_limit = '1GB'")
        bench.execute("SET temp_directory = ?", [str(rows.parent)])
        types = ", ".join(f"'{c.name}': '{c.type}'" for c in columns)
        bench.execute(
            f"CREATE VIEW row AS SELECT * FROM read_csv('{rows}', columns = {{{types}}}, {_AS_POSTGRES_WRITES})"
        )
        ordered = 'ORDER BY "show", "at", id'
        if form == "parquet":
            bench.execute(f"COPY (SELECT * FROM row {ordered}) TO '{output}' ({_AS_PARQUET})")
        elif form == "jsonl":
            cells = ", ".join(f"'{c.name}', {_as_json(c)}" for c in columns)
            line = f"json_merge_patch('{{}}', json_object({cells}))"
            bench.execute(
                f"COPY (SELECT {line} AS line FROM row {ordered}) TO '{output}' ({_AS_PLAIN_LINES})"
            )
        else:
            cells = ", ".join(f'{_as_cell(c)} AS "{c.name}"' for c in columns)
            bench.execute(f"COPY (SELECT {cells} FROM row {ordered}) TO '{output}' (FORMAT csv, HEADER true)")
            if bom:
                put_mark_before(output)
        found = bench.execute("SELECT count(*) FROM row").fetchone()
        assert found is not None, "an aggregate has a row"
        return int(found[0])


def write_rows(rows: Path, output: Path, columns: Sequence[tuple[str, str]]) -> None:
    """Write JSON Lines as Parquet, with these columns and types."""
    with duckdb.connect() as bench:
        bench.execute("SET TimeZone = 'UTC'")
        types = ", ".join(f"'{name}': '{type}'" for name, type in columns)
        bench.execute(
            f"COPY (SELECT * FROM read_json('{rows}', format = 'newline_delimited', columns = {{{types}}})) TO '{output}' ({_AS_PARQUET})"
        )


def put_mark_before(file: Path) -> None:
    """Put a byte order mark before what is in the file."""
    marked = file.with_suffix(".marked")
    with marked.open("wb") as to, file.open("rb") as of:
        to.write(BYTE_ORDER_MARK)
        shutil.copyfileobj(of, to)
    marked.replace(file)


def _as_text(column: Column) -> str:
    return f"strftime(\"{column.name}\", '%Y-%m-%dT%H:%M:%S.%fZ')"


def _as_json(column: Column) -> str:
    return _as_text(column) if column.type == "TIMESTAMPTZ" else f'"{column.name}"'


def _as_cell(column: Column) -> str:
    """Texts of people are kept from being formulas; the import takes the apostrophes off again."""
    if column.type == "TIMESTAMPTZ":
        return _as_text(column)
    if column.written:
        return rf"""regexp_replace("{column.name}", '(^|[;\t\r\n])([\s]*[=+\-@＝＋－＠])', '\1''\2', 'g')"""
    return f'"{column.name}"'
