"""A viewer's own say in mail, on the page of a show."""

from typing import Annotated, cast

from fastapi import APIRouter, Query, Request

from server.access.dependencies import EntrantOfShow, ShowId
from server.access.repository import read_terms
from server.db.engine import Database
from server.errors import RefusedError
from server.http import pacing
from server.http.refusals import OF_BODIES, refusals
from server.mail.bodies import MailStandBody, MailWish
from server.mail.consents import Consents, Wish
from server.mail.rules import Language
from server.pace.rates import Act
from server.protocol.codes import Code

_KNOWN = (
    Code.UNAUTHENTICATED, Code.TOKEN_EXPIRED, Code.TOKEN_REVOKED, Code.FORBIDDEN, Code.GUESTS_REFUSED, Code.NOT_FOUND,
    Code.UNAVAILABLE,
)  # fmt: skip


def router() -> APIRouter:
    """Return the routes."""
    api = APIRouter(prefix="/v1/shows/{show}/mail", tags=["mail"])
    api.add_api_route(
        "", get_mail, methods=["GET"], summary="One's own mail of the channel", responses=refusals(*_KNOWN)
    )
    api.add_api_route(
        "", ask_for_mail, methods=["POST"], status_code=202, summary="Ask for mail after shows",
        responses=refusals(*_KNOWN, *OF_BODIES, Code.CONFLICT),
    )  # fmt: skip
    api.add_api_route(
        "/stop",
        stop_mail,
        methods=["POST"],
        status_code=204,
        summary="Take one's consent to mail back",
        responses=refusals(*_KNOWN),
    )
    return api


async def get_mail(
    show: ShowId, identity: EntrantOfShow, request: Request, language: Annotated[Language, Query()] = "en"
) -> MailStandBody:
    """For whoever may enter the show."""
    channel = await _channel_of(request, show)
    found = await _consents(request).standing(channel, identity.viewer_id, language)
    return MailStandBody(
        offered=found.offered,
        wording=found.wording,
        words=found.words,
        state=found.state,
        address=found.address,
    )


async def ask_for_mail(show: ShowId, body: MailWish, identity: EntrantOfShow, request: Request) -> None:
    """For whoever may enter the show. The mailbox's owner is asked to confirm; the answer is the same whether they are known or not."""
    await pacing.spend(request, Act.MAIL, viewer=identity.viewer_id)
    channel = await _channel_of(request, show)
    wish = Wish(body.address, body.language, body.wording)
    await _consents(request).ask(channel, show, identity.viewer_id, wish)


async def stop_mail(show: ShowId, identity: EntrantOfShow, request: Request) -> None:
    """For whoever may enter the show. What waits is not sent."""
    await _consents(request).withdraw(await _channel_of(request, show), identity.viewer_id)


async def _channel_of(request: Request, show: str) -> str:
    async with cast("Database", request.app.state.database).read_soon() as connection:
        terms = await read_terms(connection, show)
    if terms is None:
        raise RefusedError(Code.NOT_FOUND)
    return terms.channel_id


def _consents(request: Request) -> Consents:
    return cast("Consents", request.app.state.mail_consents)
