"""Transcripts over HTTP: for analysts, hosts and admins of the show's own channel."""

import tempfile
from collections.abc import Iterator
from typing import Annotated, BinaryIO, Final, cast

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import AfterValidator

from server import security
from server.access.dependencies import ShowId, StatsReaderOfShow
from server.access.principal import Principal
from server.access.roles import RUNNERS, require_role
from server.http.guard import is_head
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.transcript.kind import Kind
from server.transcript.kinds import KINDS
from server.transcript.service import Transcripts
from server.transcript.writing import MEDIA, Form

_PIECE_BYTES: Final = 256 * 1024


def _known(name: str) -> str:
    if name not in KINDS:
        raise ValueError(f"one of {', '.join(KINDS)}")
    return name


Of = Annotated[
    str,
    AfterValidator(_known),
    Query(
        max_length=40,
        json_schema_extra={"enum": [*KINDS]},
        description=" ".join(f"`{kind.name}`: {kind.what}." for kind in KINDS.values()),
    ),
]
Names = Annotated[
    bool,
    Query(
        description="Viewers under their ids and names, for hosts and admins; else each under a word that leads to nobody."
    ),
]


def router() -> APIRouter:
    """Return the route."""
    api = APIRouter(prefix="/v1/shows/{show}", tags=["figures"])
    api.add_api_route(
        "/transcript",
        get_transcript,
        methods=["GET"],
        summary="What was said and done in a show, as CSV or JSON Lines",
        response_class=StreamingResponse,
        responses={
            200: {"content": {media: {"schema": {"type": "string"}} for media in MEDIA.values()}},
            **refusals(*TO_PERMITTED, Code.NOT_FOUND, Code.INVALID),
        },
    )
    return api


async def get_transcript(
    show: ShowId,
    of: Of,
    reader: StatsReaderOfShow,
    request: Request,
    *,
    format: Annotated[Form, Query(description="CSV, or one JSON object a line.")] = "csv",
    names: Names = False,
    bom: Annotated[
        bool, Query(description="CSV: begin with a byte order mark, for spreadsheets that guess.")
    ] = False,
) -> StreamingResponse:
    """For analysts, and keys with `stats:read`; `reports` and `sanctions` for hosts and admins, `audit` for admins.

    CSV is UTF-8 as RFC 4180 has it, all cells quoted; texts that a spreadsheet would take for a formula begin with an apostrophe. Times
    are UTC, `show_ms` is how far into the show that was.
    """
    kind = KINDS[of]
    _require(reader, kind, names=names)
    headers = {
        "Content-Disposition": f'attachment; filename="{show}-{of}.{format}"',
        "Cache-Control": "no-store",
    }
    if is_head(request.scope):  # the head is the same whatever the lines are
        return StreamingResponse(iter(()), media_type=MEDIA[format], headers=headers)
    security.note("exported", id=reader.id, address=request.client.host if request.client else "")
    # By way of a file: whoever reads slowly keeps no connection of the pool, and what fails half-way is no file that looks whole.
    output = cast("BinaryIO", tempfile.TemporaryFile(prefix="showfloor-transcript-"))  # noqa: SIM115
    try:
        await _transcripts(request).write(show, kind, format, output, names=names, bom=bom)
        headers["Content-Length"] = str(output.tell())
        output.seek(0)
    except BaseException:
        output.close()
        raise
    return StreamingResponse(_pieces(output), media_type=MEDIA[format], headers=headers)


def _require(reader: Principal, kind: Kind, *, names: bool) -> None:
    """Raise `forbidden` unless the reader may have the kind, and people's names if those are asked for. A key may what analysts may."""
    role = "analyst" if reader.is_key else reader.role
    require_role(role, kind.roles)
    if names:
        require_role(role, RUNNERS)


def _pieces(output: BinaryIO) -> Iterator[bytes]:
    with output:
        while piece := output.read(_PIECE_BYTES):
            yield piece


def _transcripts(request: Request) -> Transcripts:
    return cast("Transcripts", request.app.state.transcripts)
