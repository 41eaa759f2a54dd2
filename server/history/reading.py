"""A file of history as a table of texts in DuckDB: `given`, one row a line, with the line's number, and nothing of it understood yet.

DuckDB reads all three forms, so that no line costs Python anything.
"""

import codecs
from pathlib import Path
from typing import Literal

import duckdb

from server.errors import RefusedError
from server.feeds.decoding import encoding_of
from server.history.envelope import COLUMNS, NAMES
from server.history.problems import UnreadableFile

Form = Literal["jsonl", "csv", "parquet"]
ENDINGS: dict[str, Form] = {".jsonl": "jsonl", ".ndjson": "jsonl", ".csv": "csv", ".parquet": "parquet"}
_PIECE = 1 << 22
_REQUIRED = ("id", "show", "kind")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def form_of(file: Path) -> Form:
    """Return the form that a file's name tells; raises `UnreadableFile`."""
    form = ENDINGS.get(file.suffix.lower())
    if form is None:
        raise UnreadableFile(
            f"{file.name} is no .jsonl, .csv or .parquet", "name the file by what it is, or give --format"
        )
    return form


def open_workbench(folder: Path) -> duckdb.DuckDBPyConnection:
    """Return a DuckDB that works in `folder`, where it puts what does not fit into its memory."""
    bench = duckdb.connect(str(folder / "workbench.duckdb"))
    bench.execute("SET TimeZone = 'UTC'")
    bench.execute("SET memory_limit = '2GB'")
    bench.execute("SET preserve_insertion_order = true")
    bench.execute("SET temp_directory = ?", [str(folder)])
    return bench


def read_file(bench: duckdb.DuckDBPyConnection, file: Path, form: Form) -> list[str]:
    """Fill `given`, and return the names of the file's columns that no envelope has; raises `UnreadableFile`."""
    try:
        if form == "parquet":
            return _read_parquet(bench, file)
        refuse_other_letters(file)
        return _read_csv(bench, file) if form == "csv" else _read_lines(bench, file)
    except duckdb.Error as error:
        raise UnreadableFile(f"{file.name} cannot be read as {form}: {_first_line(error)}") from None


def refuse_other_letters(file: Path) -> None:
    """Raise `UnreadableFile` for a text that is not UTF-8, with the first such line and what it seems to be."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with file.open("rb") as stream:
        head = stream.read(_PIECE)
        piece = head
        if head.startswith(_WIDE):
            raise UnreadableFile(f"{file.name} is UTF-16", "save it as UTF-8")
        while True:
            try:
                decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                line += piece.count(b"\n", 0, error.start)
                guess = _name_of_letters(head)
                raise UnreadableFile(
                    f"line {line} of {file.name} is not UTF-8{guess}", "save it as UTF-8"
                ) from None
            if not piece:
                return
            line += piece.count(b"\n")
            piece = stream.read(_PIECE)


def _name_of_letters(head: bytes) -> str:
    names = {"cp932": "Shift_JIS", "euc_jp": "EUC-JP", "cp1252": "Windows-1252"}
    try:
        found = encoding_of(head[: head.rfind(b"\n") + 1] or head)
    except RefusedError:
        return ""
    return f", but {names[found]} it seems" if found in names else ""


def _read_lines(bench: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    """One JSON object a line; a line that is none has `unread`, and an empty one is none at all."""
    bench.execute(
        """
        CREATE TABLE raw AS SELECT row_number() OVER () AS line, ltrim(text, chr(65279)) AS text FROM read_csv(
            ?, columns = {'text': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false,
            auto_detect = false, max_line_size = 1048576)
        """,
        [str(file)],
    )
    shape = ", ".join(f'"{name}": "{"JSON" if name == "lines" else "VARCHAR"}"' for name in NAMES)
    bench.execute(
        f"""
        CREATE TABLE given AS
        SELECT line, unread, {_each("CAST(found[{0}] AS VARCHAR)")} FROM (
            SELECT line, coalesce(TRY(json_type(text)) <> 'OBJECT', true) AS unread,
                   CASE WHEN NOT unread THEN json_transform(text, '{{{shape}}}') END AS found
            FROM raw WHERE trim(text) <> '')
        """
    )
    bench.execute("DROP TABLE raw")
    return []


def _read_csv(bench: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    """Comma, double quotes, one header line. Apostrophes that our own export put before formulas are taken off again."""
    options = (
        "header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', null_padding = false"
    )
    names = [
        row[0]
        for row in bench.execute(f"DESCRIBE SELECT * FROM read_csv(?, {options})", [str(file)]).fetchall()
    ]
    unknown = _refuse_columns(names, file)
    taken = ", ".join(
        f"{_unguarded(column.name) if column.written else _quoted(column.name)} AS {_quoted(column.name)}"
        if column.name in names
        else f"CAST(NULL AS VARCHAR) AS {_quoted(column.name)}"
        for column in COLUMNS
    )
    breaks = " + ".join(
        f"len(coalesce({_quoted(n)}, '')) - len(replace(coalesce({_quoted(n)}, ''), chr(10), ''))"
        for n in names
    )
    bench.execute(
        f"""
        CREATE TABLE given AS
        SELECT 2 + sum(1 + breaks) OVER (ROWS UNBOUNDED PRECEDING) - 1 - breaks AS line, false AS unread, * EXCLUDE (breaks)
        FROM (SELECT {breaks} AS breaks, {taken} FROM read_csv(?, {options}))
        """,
        [str(file)],
    )
    return unknown


def _read_parquet(bench: duckdb.DuckDBPyConnection, file: Path) -> list[str]:
    """Columns of whatever types, as texts; the number of a line is the row's."""
    described = bench.execute("DESCRIBE SELECT * FROM read_parquet(?)", [str(file)]).fetchall()
    types = {row[0]: str(row[1]) for row in described}
    unknown = _refuse_columns(list(types), file)
    taken = ", ".join(f"{_as_text(name, types.get(name))} AS {_quoted(name)}" for name in NAMES)
    bench.execute(
        f"CREATE TABLE given AS SELECT row_number() OVER () AS line, false AS unread, {taken} FROM read_parquet(?)",
        [str(file)],
    )
    return unknown


def _as_text(name: str, type: str | None) -> str:
    if type is None:
        return "CAST(NULL AS VARCHAR)"
    if name == "lines" and ("STRUCT" in type or type.endswith("[]")):
        return f"CAST(to_json({_quoted(name)}) AS VARCHAR)"
    return f"CAST({_quoted(name)} AS VARCHAR)"


def _refuse_columns(names: list[str], file: Path) -> list[str]:
    if missing := [name for name in _REQUIRED if name not in names]:
        raise UnreadableFile(
            f"{file.name} has no column {', '.join(missing)}",
            "its first line names the columns, as docs/history.md has them",
        )
    return [name for name in names if name not in NAMES]


def _unguarded(name: str) -> str:
    return rf"""regexp_replace({_quoted(name)}, '(^|[;\t\r\n])''([\s]*[=+\-@＝＋－＠])', '\1\2', 'g')"""


def _each(shape: str) -> str:
    return ", ".join(f"{shape.format(repr(name))} AS {_quoted(name)}" for name in NAMES)


def _quoted(name: str) -> str:
    return f'"{name}"'


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
