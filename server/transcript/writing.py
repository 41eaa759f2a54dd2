"""Lines of a transcript as CSV or JSON Lines. Pure.

Both are UTF-8, times in UTC as RFC 3339 has them. Texts are as they are kept; what came from elsewhere loses control characters, and
what turns the direction of reading.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal

from server.clock import to_wire
from server.protocol.codec import encode
from server.stats.export import BYTE_ORDER_MARK, as_text
from server.text.writing import readable

Form = Literal["csv", "jsonl"]
MEDIA: Final[dict[Form, str]] = {"csv": "text/csv", "jsonl": "application/x-ndjson"}


def head(form: Form, header: Sequence[str], *, bom: bool = False) -> bytes:
    """Return what stands before the lines; `bom`: of a CSV a byte order mark first."""
    if form == "jsonl":
        return b""
    return (BYTE_ORDER_MARK if bom else "").encode() + _as_csv([header])


def body(form: Form, header: Sequence[str], lines: Sequence[Sequence[Any]]) -> bytes:
    """Return lines: CSV by RFC 4180, all cells quoted, safe from formulas, lists and objects as JSON; or one JSON object a line."""
    if form == "csv":
        return _as_csv([[_as_cell(value) for value in line] for line in lines])
    return b"".join(encode(dict(zip(header, map(_as_json, line), strict=True))) + b"\n" for line in lines)


def _as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(rows)
    return buffer.getvalue().encode()


def _as_cell(value: Any) -> str:
    plain = _as_json(value)
    return as_text(encode(plain).decode() if isinstance(plain, list | dict) else plain)


def _as_json(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, datetime):
        return to_wire(value)
    if isinstance(value, dict):
        return {name: _as_json(each) for name, each in value.items()}
    return [_as_json(each) for each in value] if isinstance(value, list) else value
