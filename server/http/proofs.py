"""Proofs: what happened, line by line and in order, as CSV or JSON Lines. A line is a dataclass, whose fields are the columns."""

import csv
import io
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast

from fastapi import Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.ext.asyncio import AsyncConnection

from server import security
from server.clock import to_wire
from server.db.engine import Database
from server.http.guard import is_head
from server.protocol.codec import encode
from server.text.cells import guard

_CHUNK_ROWS: Final = 1_000
_MEDIA: Final = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
Read = Callable[[AsyncConnection], Awaitable[Sequence[Any]]]
ProofFormat = Annotated[Literal["csv", "jsonl"], Query(description="CSV, or one JSON object a line.")]
PROOF: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {media: {"schema": {"type": "string"}} for media in _MEDIA.values()}}
}
"""What a route of a proof answers with."""


async def proof_answer(
    request: Request, by: str, *, name: str, format: str, kind: type, read: Read
) -> StreamingResponse:
    """Return the file `name`, without its ending, with the lines of dataclass `kind` that `read` finds, and note who takes it away."""
    if is_head(request.scope):  # the head is the same whatever the lines are
        return _answer(iter(()), name, format)
    security.note("exported", id=by, address=request.client.host if request.client else "")
    async with cast("Database", request.app.state.database).read_soon() as connection:
        lines = await read(connection)
    return _answer(as_csv(kind, lines) if format == "csv" else as_json(kind, lines), name, format)


def _answer(written: Iterator[Any], name: str, format: str) -> StreamingResponse:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{format}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(written, media_type=_MEDIA[format], headers=headers)


def as_json(kind: type, lines: Sequence[Any]) -> Iterator[bytes]:
    """Yield lines as JSON, one object a line."""
    header = _header(kind)
    for start in range(0, len(lines), _CHUNK_ROWS):
        chunk = lines[start : start + _CHUNK_ROWS]
        yield b"".join(encode(dict(zip(header, _cells(header, line), strict=True))) + b"\n" for line in chunk)


def as_csv(kind: type, lines: Sequence[Any]) -> Iterator[str]:
    """Yield lines as RFC 4180 has it: all cells quoted, CRLF, an empty cell for what there is not."""
    header = _header(kind)
    buffer = io.StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
    writer.writerow(header)
    for nth, line in enumerate(lines, 1):
        writer.writerow([_as_text(cell) for cell in _cells(header, line)])
        if nth % _CHUNK_ROWS == 0:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _header(kind: type) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _cells(header: Sequence[str], line: Any) -> list[str | int | bool | None]:
    cells = (getattr(line, name) for name in header)
    return [to_wire(cell) if isinstance(cell, datetime) else cell for cell in cells]


def _as_text(cell: str | int | bool | None) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else guard(cell) if isinstance(cell, str) else str(cell)
