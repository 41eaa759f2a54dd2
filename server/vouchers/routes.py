"""Vouchers over HTTP: for those who run a channel's shows, and for its programs."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Final, cast

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from server import security
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.audit.trail import acting_by
from server.http.guard import is_head
from server.http.params import ENTITY_ID, Cursor, Limit, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.text.cells import guard
from server.vouchers.bodies import (
    UseBody,
    UsePage,
    VoucherBody,
    VoucherPage,
    VoucherRequest,
    as_body,
    as_use,
    wanted,
)
from server.vouchers.service import Shown, Vouchers

VoucherId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40, description="The voucher's id.")]
Reader = Annotated[Principal, permitted(RUNNERS, "catalogue:read")]
Runner = Annotated[Principal, permitted(RUNNERS, "catalogue:write")]
ReaderOfOrders = Annotated[Principal, permitted(RUNNERS, "orders:read")]
_KNOWN: Final = (*TO_PERMITTED, Code.NOT_FOUND)
_WRITTEN: Final = (*_KNOWN, *OF_BODIES, Code.TAKEN)
_CSV: Final = "text/csv"


def router() -> APIRouter:
    """Return the routes of vouchers."""
    api = APIRouter(prefix="/v1/channel/vouchers", tags=["vouchers"])
    one = "/{voucher}"
    add = api.add_api_route
    add("", list_vouchers, methods=["GET"], summary="The channel's vouchers", responses=refusals(*_KNOWN))
    add(
        "",
        create_voucher,
        methods=["POST"],
        status_code=201,
        summary="A new voucher",
        responses=refusals(*_WRITTEN, Code.TOO_MANY, Code.KEY_REUSED),
    )
    add(one, get_voucher, methods=["GET"], summary="One voucher", responses=refusals(*_KNOWN))
    add(
        one,
        change_voucher,
        methods=["PUT"],
        summary="Change a voucher",
        responses=refusals(*_WRITTEN) | STALE,
    )
    add(
        one,
        remove_voucher,
        methods=["DELETE"],
        status_code=204,
        response_class=Response,
        summary="Delete a voucher",
        responses=refusals(*_KNOWN) | STALE,
    )
    add(f"{one}/uses", list_uses, methods=["GET"], summary="Who used a voucher", responses=refusals(*_KNOWN))
    add(
        f"{one}/uses/csv",
        export_uses,
        methods=["GET"],
        summary="Who used a voucher, as CSV",
        response_class=StreamingResponse,
        responses={200: {"content": {_CSV: {"schema": {"type": "string"}}}}, **refusals(*_KNOWN)},
    )
    return api


async def list_vouchers(
    by: Reader, request: Request, *, cursor: Cursor = None, limit: Limit = 20
) -> VoucherPage:
    """For hosts, admins, and keys with `catalogue:read`. Those that were deleted are not among them."""
    found = await _vouchers(request).list_of(by.channel_id, after=cursor, limit=limit + 1)
    page = [as_body(each) for each in found[:limit]]
    return VoucherPage(vouchers=page, next=page[-1].id if len(found) > limit else None)


async def create_voucher(
    body: VoucherRequest, by: Runner, request: Request, response: Response, key: OptionalKey = None
) -> VoucherBody:
    """For hosts and admins; a channel has at most 500. The same key gets it again."""
    intent = intent_of(by.id, key, "POST /v1/channel/vouchers", by.channel_id, body.model_dump(mode="json"))
    made = await _vouchers(request).create(by.channel_id, acting_by(by), wanted(body), intent=intent)
    response.headers["Location"] = f"/v1/channel/vouchers/{made.row.id}"
    return _tell(response, made)


async def get_voucher(voucher: VoucherId, by: Reader, request: Request, response: Response) -> VoucherBody:
    """The `ETag` is its version, which its uses do not change."""
    return _tell(response, await _vouchers(request).find(by.channel_id, voucher))


async def change_voucher(
    *,
    voucher: VoucherId,
    body: VoucherRequest,
    by: Runner,
    request: Request,
    response: Response,
    match: IfMatch,
) -> VoucherBody:
    """For hosts and admins. The whole voucher is sent; who has a use set aside keeps the terms that it was set aside under."""
    changed = await _vouchers(request).change(
        by.channel_id, acting_by(by), voucher, wanted(body), match.shown_by(_first)
    )
    return _tell(response, changed)


async def remove_voucher(voucher: VoucherId, by: Runner, request: Request, match: IfMatch) -> None:
    """For hosts and admins. Its code is free again; who has a use set aside may pay with it."""
    await _vouchers(request).remove(by.channel_id, acting_by(by), voucher, match.shown_by(_first))


async def list_uses(
    voucher: VoucherId, by: ReaderOfOrders, request: Request, *, cursor: Cursor = None, limit: Limit = 20
) -> UsePage:
    """For hosts, admins, and keys with `orders:read`: set aside, taken by an order, or given back."""
    found = await _vouchers(request).uses_of(by.channel_id, voucher, after=cursor, limit=limit + 1)
    page = [as_use(each) for each in found[:limit]]
    return UsePage(uses=page, next=page[-1].hold if len(found) > limit else None)


async def export_uses(voucher: VoucherId, by: ReaderOfOrders, request: Request) -> StreamingResponse:
    """The same, all of them. Cells are safe from spreadsheet formulas."""
    vouchers = _vouchers(request)
    await vouchers.find(by.channel_id, voucher)
    headers = {
        "Content-Disposition": f'attachment; filename="voucher-{voucher}.csv"',
        "Cache-Control": "no-store",
    }
    if is_head(request.scope):  # the head is the same whatever the lines are
        return StreamingResponse(iter(()), media_type=_CSV, headers=headers)
    security.note("exported", id=by.id, address=request.client.host if request.client else "")
    return StreamingResponse(_as_csv(vouchers, by.channel_id, voucher), media_type=_CSV, headers=headers)


async def _as_csv(vouchers: Vouchers, channel_id: str, voucher_id: str) -> AsyncIterator[str]:
    yield _lines([list(UseBody.model_fields)])
    async for page in vouchers.all_uses_of(channel_id, voucher_id):
        yield _lines([[_as_cell(value) for _, value in as_use(use)] for use in page])


def _lines(rows: Sequence[Sequence[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, quoting=csv.QUOTE_ALL).writerows(rows)
    return buffer.getvalue()


def _as_cell(value: str | int | None) -> str:
    return "" if value is None else guard(value) if isinstance(value, str) else str(value)


def _first(shown: Sequence[Shown]) -> VoucherBody:
    return as_body(shown[0])


def _tell(response: Response, shown: Shown) -> VoucherBody:
    answer_version(response, shown.row.version)
    return as_body(shown)


def _vouchers(request: Request) -> Vouchers:
    return cast("Vouchers", request.app.state.vouchers)
