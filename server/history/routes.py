"""Exports as jobs over HTTP: ask for one, look how far it is, fetch the file."""

from datetime import date
from typing import Annotated, Any, Literal, Self, cast

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse
from pydantic import BaseModel, Field, model_validator

from server import security
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS
from server.clock import to_wire
from server.history.exports import KEPT, SHOWS_MAX, Exports, Ordered
from server.history.outlet import What
from server.history.tables import ExportJobRow
from server.history.writing import TYPES
from server.http.params import Cursor, Face, Limit, Moment, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.query.grammar import Query
from server.query.saved_routes import as_sent
from server.zones import ZONE_CHARACTERS_MAX

Reader = Annotated[Principal, permitted(ANALYSTS, "stats:read")]
JobId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]+$", max_length=40, description="The export's id.")]
OneShow = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=40)]
Day = Annotated[date, Field(strict=False, ge=date(2000, 1, 1), le=date(2099, 12, 31))]


class ExportRequest(RequestBody):
    """What is wanted: rows of `shows`, or of those that began `from` a day `to` another of the channel's time zone."""

    of: What = Field(
        default="viewers",
        description="`report`: every figure of each show. `query`: what `query` comes to, without `shows` and days.",
    )
    format: Literal["csv", "jsonl", "parquet"] = "csv"
    shows: list[OneShow] | None = Field(default=None, min_length=1, max_length=SHOWS_MAX)
    from_: Day | None = Field(default=None, alias="from")
    to: Day | None = None
    bom: bool = Field(default=False, description="CSV: begin with a byte order mark, for spreadsheets.")
    tz: str = Field(default="UTC", max_length=ZONE_CHARACTERS_MAX, description="An IANA time zone.")
    query: Query | None = Field(
        default=None, description="As at `POST /v1/query`; its `limit` does not count."
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        days = (self.from_, self.to)
        if (self.of == "query") != (self.query is not None):
            raise ValueError("`query` goes with `of` query")
        if self.query is not None and (self.shows is not None or any(days)):
            raise ValueError("a query has a period of its own: name no shows and no days beside it")
        if self.query is not None:
            return self
        if (self.shows is None) == (None in days) or (self.shows is not None and any(days)):
            raise ValueError("name `shows`, or both `from` and `to`")
        if self.from_ is not None and self.to is not None and self.from_ > self.to:
            raise ValueError("`from` is not later than `to`")
        return self


class ExportBody(Face):
    """An export and how far it is."""

    id: str
    state: str = Field(description="`waiting`, `working`, `ready`, `failed` or `cancelled`.")
    of: str
    format: str
    shows: int = Field(description="How many shows it is of.")
    shows_done: int = Field(description="How many of them are read.")
    percent: int
    rows: int | None = Field(description="How many it has.")
    rows_done: int | None = Field(description="How many are read so far.")
    problem: str | None = Field(description="Why it failed.")
    query: dict[str, Any] | None
    bytes: int | None
    file: str | None = Field(description="Where the file is, once it is ready.")
    created_at: Moment
    ready_at: Moment | None
    expires_at: Moment = Field(description="When it is removed.")


class ExportPage(BaseModel):
    """A page of exports, the newest first."""

    exports: list[ExportBody]
    next: str | None = Field(description="Send it as `cursor` for the page after this one; null on the last.")


def router() -> APIRouter:
    """Return the routes of exports."""
    usual = (*TO_PERMITTED, Code.NOT_FOUND)
    api = APIRouter(prefix="/v1/exports", tags=["figures"])
    api.add_api_route(
        "",
        order_export,
        methods=["POST"],
        status_code=202,
        summary="Ask for an export",
        responses=refusals(*usual, *OF_BODIES, Code.TOO_MANY),
    )
    api.add_api_route("", list_exports, methods=["GET"], summary="Exports", responses=refusals(*TO_PERMITTED))
    for path, answer, summary in (
        ("/{id}/cancel", cancel_export, "Stop an export"),
        ("/{id}/retry", retry_export, "Try an export again"),
    ):
        stopped = refusals(*usual, Code.CONFLICT)
        api.add_api_route(path, answer, methods=["POST"], summary=summary, responses=stopped)
    api.add_api_route("/{id}", get_export, methods=["GET"], summary="One export", responses=refusals(*usual))
    api.add_api_route(
        "/{id}/file",
        get_file,
        methods=["GET"],
        summary="The file of an export",
        response_class=FileResponse,
        responses={
            200: {"content": {kind: {} for kind in TYPES.values()}},
            **refusals(*usual, Code.CONFLICT),
        },
    )
    return api


def _exports(request: Request) -> Exports:
    return cast("Exports", request.app.state.exports)


async def order_export(body: ExportRequest, by: Reader, request: Request) -> ExportBody:
    """The same rows as a show's `export.csv`, or its facts (`docs/history.md`), of one show or many. Ask again until `state` is `ready`."""
    days = None if body.from_ is None or body.to is None else (body.from_, body.to)
    query = None if body.query is None else as_sent(body.query)
    ordered = Ordered(body.of, body.format, body.bom, body.tz, body.shows or (), days, query)
    security.note("exported", id=by.id, address=request.client.host if request.client else "")
    return as_body(await _exports(request).order(by, ordered))


async def list_exports(by: Reader, request: Request, cursor: Cursor = None, limit: Limit = 20) -> ExportPage:
    """The channel's, of the last day."""
    found = await _exports(request).list_of(by.channel_id, after=cursor, limit=limit + 1)
    page = [as_body(row) for row in found[:limit]]
    return ExportPage(exports=page, next=page[-1].id if len(found) > limit else None)


async def cancel_export(id: JobId, by: Reader, request: Request) -> ExportBody:
    """One that waits, or is being made."""
    return as_body(await _exports(request).cancel(by.channel_id, id))


async def retry_export(id: JobId, by: Reader, request: Request) -> ExportBody:
    """One that failed, or was stopped."""
    return as_body(await _exports(request).retry(by.channel_id, id))


async def get_export(id: JobId, by: Reader, request: Request) -> ExportBody:
    """It is kept for a day."""
    return as_body(await _exports(request).find(by.channel_id, id))


async def get_file(id: JobId, by: Reader, request: Request) -> FileResponse:
    """CSV is safe from spreadsheet formulas; all forms have the same columns."""
    row, file = await _exports(request).file_of(by.channel_id, id)
    form = cast("Literal['csv', 'jsonl', 'parquet']", row.form)
    named = (
        "query" if row.query is not None else f"{row.shows[0] if len(row.shows) == 1 else 'shows'}-{row.of}"
    )
    called = f"{named}.{row.form}"
    return FileResponse(file, media_type=TYPES[form], filename=called, headers={"Cache-Control": "no-store"})


def as_body(row: ExportJobRow) -> ExportBody:
    """Return an export as the API shows it."""
    ready = row.state == "ready"
    return ExportBody(
        id=row.id,
        state=row.state,
        of=row.of,
        format=row.form,
        shows=len(row.shows),
        shows_done=row.shows_done,
        percent=100 if ready else min(99, row.shows_done * 100 // max(len(row.shows), 1)),
        rows=row.rows,
        rows_done=row.rows_done,
        problem=row.problem,
        query=row.query,
        bytes=row.bytes,
        file=f"/v1/exports/{row.id}/file" if ready else None,
        created_at=to_wire(row.created_at),
        ready_at=to_wire(row.ready_at) if row.ready_at else None,
        expires_at=to_wire(row.created_at + KEPT),
    )
