"""Imports and exports over HTTP."""

from collections.abc import Sequence
from typing import Annotated, Any, cast

from fastapi import APIRouter, Path, Query, Request, Response

from server import security
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.feeds.bodies import ImportBody, ImportPage, LinePage, as_body, as_line
from server.feeds.comparing import Outcome
from server.feeds.exporting import ENDINGS, MEDIA_TYPES
from server.feeds.rules import Format
from server.feeds.service import Feeds
from server.feeds.tables import ImportRow
from server.http.guard import is_head
from server.http.params import Cursor, Limit, OneLine, OptionalKey
from server.http.refusals import TO_PERMITTED, refusals
from server.protocol.codes import Code

Reader = Annotated[Principal, permitted(RUNNERS, "catalogue:read")]
Writer = Annotated[Principal, permitted(RUNNERS, "catalogue:write")]
ImportId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]+$", max_length=40, description="The import's id.")]
OfFormat = Annotated[Format | None, Query(description="What the file is; told by its contents if left out.")]
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("text/csv", "text/tab-separated-values", "application/xml")
        },
    }
}


def router() -> APIRouter:
    """Return the routes of imports and exports."""
    api = APIRouter(prefix="/v1", tags=["imports"])
    api.add_api_route(
        "/products/export",
        export_products,
        methods=["GET"],
        summary="All products as a file",
        response_model=None,
        responses={
            200: {"content": {kind: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()}},
            **refusals(*TO_PERMITTED),
        },
    )
    api.add_api_route(
        "/imports",
        receive_import,
        methods=["POST"],
        status_code=202,
        summary="Send a file of products to be compared",
        openapi_extra=_BODY,
        responses={
            200: {"model": ImportBody, "description": "The same key and file as before."},
            **refusals(*TO_PERMITTED, Code.TOO_LARGE, Code.KEY_REUSED),
        },
    )
    api.add_api_route(
        "/imports", list_imports, methods=["GET"], summary="Imports", responses=refusals(*TO_PERMITTED)
    )
    found = refusals(*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route("/imports/{id}", get_import, methods=["GET"], summary="One import", responses=found)
    api.add_api_route(
        "/imports/{id}/lines",
        list_lines,
        methods=["GET"],
        summary="What would come of each product",
        responses=found,
    )
    api.add_api_route(
        "/imports/{id}/apply",
        apply_import,
        methods=["POST"],
        status_code=202,
        summary="Apply an import, all of it or nothing",
        responses=refusals(*TO_PERMITTED, Code.NOT_FOUND, Code.CONFLICT),
    )
    api.add_api_route(
        "/imports/{id}/pictures",
        fetch_pictures,
        methods=["POST"],
        status_code=202,
        summary="Try the pictures again that could not be fetched",
        responses=found,
    )
    return api


def _feeds(request: Request) -> Feeds:
    return cast("Feeds", request.app.state.feeds)


async def receive_import(
    by: Writer,
    request: Request,
    response: Response,
    *,
    key: OptionalKey = None,
    format: OfFormat = None,
    name: Annotated[OneLine, Query(max_length=200, description="What the file is called.")] = "",
) -> ImportBody:
    """The body is the file: a Shopify product CSV, a Google Merchant feed (TSV or XML), or our own CSV; UTF-8, UTF-16 or Shift_JIS.

    Nothing is changed yet. Once `state` is `ready`, `/lines` says what would come of each product.
    """
    feeds = _feeds(request)
    content = bytearray()
    async for piece in request.stream():
        content += piece
    row, new = await feeds.receive(by, bytes(content), name=name, format=format, key=key)
    response.status_code = 202 if new else 200
    if not new:
        response.headers["Idempotent-Replayed"] = "true"
    return as_body(row)


async def list_imports(by: Reader, request: Request, cursor: Cursor = None, limit: Limit = 20) -> ImportPage:
    """They are kept for seven days."""
    found = await _feeds(request).page(by.channel_id, after=cursor, limit=limit + 1)
    shown = found[:limit]
    following = shown[-1].id if len(found) > limit else None
    return ImportPage(imports=await _bodies(request, shown), next=following)


async def get_import(id: ImportId, by: Reader, request: Request) -> ImportBody:
    """Ask again until `state` is `ready`, `applied` or `failed`; then, while pictures wait, for these."""
    (body,) = await _bodies(request, [await _feeds(request).find(by.channel_id, id)])
    return body


async def list_lines(
    id: ImportId,
    by: Reader,
    request: Request,
    *,
    outcome: Annotated[list[Outcome] | None, Query(description="Only these; may be repeated.")] = None,
    unfetched: Annotated[
        bool, Query(description="Only those with a picture that could not be fetched.")
    ] = False,
    cursor: Annotated[int, Query(ge=-1, le=10_000_000, description="`next` of the page before.")] = -1,
    limit: Limit = 50,
) -> LinePage:
    """Refused ones are left out when the import is applied; all others are written together, or not at all."""
    found = await _feeds(request).lines(
        by.channel_id, id, outcome or [], after=cursor, limit=limit + 1, unfetched=unfetched
    )
    shown = found[:limit]
    following = str(shown[-1].n) if len(found) > limit else None
    return LinePage(lines=[as_line(each) for each in shown], next=following)


async def apply_import(id: ImportId, by: Writer, request: Request) -> ImportBody:
    """Where the catalogue was changed since the preview, nothing is written: it becomes `ready` again with a new one, and is `changed`."""
    return as_body(await _feeds(request).apply(by.channel_id, id))


async def fetch_pictures(id: ImportId, by: Writer, request: Request) -> ImportBody:
    """Those that are kept, or wait, are left as they are."""
    (body,) = await _bodies(request, [await _feeds(request).fetch_again(by.channel_id, id)])
    return body


async def export_products(by: Reader, request: Request, format: Format = "showfloor") -> Response:
    """UTF-8. Cells of tables are safe from spreadsheet formulas. What is exported and imported again changes nothing."""
    file = f'attachment; filename="products-{format}.{ENDINGS[format]}"'
    headers = {"Content-Disposition": file, "Cache-Control": "no-store"}
    if is_head(request.scope):
        return Response(b"", media_type=MEDIA_TYPES[format], headers=headers)
    security.note("exported", id=by.id, address=request.client.host if request.client else "")
    content = await _feeds(request).export(by.channel_id, format)
    return Response(content, media_type=MEDIA_TYPES[format], headers=headers)


async def _bodies(request: Request, rows: Sequence[ImportRow]) -> list[ImportBody]:
    pictures = await _feeds(request).pictures(rows)
    return [as_body(row, pictures.get(row.id)) for row in rows]
