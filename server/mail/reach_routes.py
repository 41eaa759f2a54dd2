"""Whom a channel's mail reaches, and whom it does not, over HTTP, for its admins."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Query, Request

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ADMINS
from server.audit.trail import acting_by
from server.clock import to_wire
from server.http.params import Cursor, Limit
from server.http.refusals import TO_PERMITTED, refusals
from server.mail.bodies import (
    Hash,
    MailMessageBody,
    MailMessagePage,
    MessageState,
    SuppressionBody,
    SuppressionPage,
)
from server.mail.desk import MailDesk
from server.protocol.codes import Code

Admin = Annotated[Principal, permitted(ADMINS)]
HashCursor = Annotated[str | None, Query(pattern=r"^[0-9a-f]{64}$", min_length=64, max_length=64)]
_KNOWN = (*TO_PERMITTED, Code.NOT_FOUND)


def router() -> APIRouter:
    """Return the routes."""
    api = APIRouter(prefix="/v1", tags=["mail"])
    api.add_api_route(
        "/mail/messages", list_messages, methods=["GET"], summary="Messages", responses=refusals(*_KNOWN)
    )
    api.add_api_route(
        "/mail/suppressions", list_suppressions, methods=["GET"], summary="Addresses that are not written to",
        responses=refusals(*_KNOWN),
    )  # fmt: skip
    api.add_api_route(
        "/mail/suppressions/{suppression}", lift_suppression, methods=["DELETE"], status_code=204,
        summary="Let an address be written to again", responses=refusals(*_KNOWN),
    )  # fmt: skip
    return api


async def list_messages(
    by: Admin, request: Request, cursor: Cursor = None, limit: Limit = 20, state: MessageState | None = None
) -> MailMessagePage:
    """For admins. What is kept, and tests, can be looked at; of what was sent to viewers the words are not shown."""
    found = await _desk(request).messages(by.channel_id, state=state, after=cursor, limit=limit + 1)
    page = [
        MailMessageBody(
            id=each.id, kind=each.kind, address=each.address, subject=each.subject, state=each.state, error=each.error,
            at=to_wire(each.at), look=f"/m/l/{each.look}" if each.look else None,
        )
        for each in found[:limit]
    ]  # fmt: skip
    return MailMessagePage(messages=page, next=page[-1].id if len(found) > limit else None)


async def list_suppressions(
    by: Admin,
    request: Request,
    cursor: HashCursor = None,
    limit: Limit = 20,
    address: Annotated[str | None, Query(min_length=3, max_length=254, pattern=r"^[^\x00]*$")] = None,
) -> SuppressionPage:
    """For admins. Addresses are kept as hashes: give one to see whether it is among them."""
    found = await _desk(request).suppressed(by.channel_id, address=address, after=cursor, limit=limit + 1)
    page = [
        SuppressionBody(
            address_hash=each.address_hash, reason=each.reason, at=to_wire(each.at), address=each.address
        )
        for each in found[:limit]
    ]
    return SuppressionPage(suppressions=page, next=page[-1].id if len(found) > limit else None)


async def lift_suppression(suppression: Annotated[Hash, Path()], by: Admin, request: Request) -> None:
    """For admins. Who unsubscribed is written to again only when they agree anew."""
    await _desk(request).lift(by.channel_id, acting_by(by), suppression)


def _desk(request: Request) -> MailDesk:
    return cast("MailDesk", request.app.state.mail_desk)
