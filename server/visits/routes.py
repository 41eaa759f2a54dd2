"""Page views over HTTP: what a page tells once when it was opened."""

from typing import Any, cast

from fastapi import APIRouter, Request, Response

from server.access.permission import require_page
from server.http.guard import caller_key
from server.http.refusals import refusals
from server.hub.handshake import join_headers
from server.pace.rates import Act, By
from server.pace.service import Pace
from server.protocol.codes import Code
from server.visits.recording import PageViews
from server.visits.rules import WORD_CHARACTERS_MAX, read_opened

_WORD = {"type": "string", "maxLength": 512, "description": f"Cut to {WORD_CHARACTERS_MAX} characters."}
_ID = {"type": "string", "pattern": "^[A-Za-z0-9_-]+$", "maxLength": 40}
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["page"],
    "properties": {
        "page": {"enum": ["viewer", "element", "frame", "channel"]},
        "show": _ID,
        "channel": {**_ID, "description": "In the place of a show, where `page` is `channel`."},
        "token": {"type": "string", "maxLength": 2000, "description": "The viewer's, from `joined`."},
        "referrer": {"type": "string", "maxLength": 2048, "description": "Its host is kept, nothing else."},
        **{f"{name}": _WORD for name in ("source", "medium", "campaign", "term", "content")},
        "age_ms": {
            "type": "integer",
            "minimum": 0,
            "maximum": 2**53,
            "description": "How long ago it was opened.",
        },
    },
}
_BODY = {
    "required": True,
    "content": {name: {"schema": _SCHEMA} for name in ("application/json", "text/plain")},
}


def router() -> APIRouter:
    """Return the routes."""
    api = APIRouter(prefix="/v1", tags=["visits"])
    api.add_api_route(
        "/page-views",
        note_page_view,
        methods=["POST"],
        summary="A page was opened",
        status_code=204,
        response_class=Response,
        responses=refusals(
            Code.BAD_JSON,
            Code.TOO_LARGE,
            Code.NOT_FOUND,
            Code.FORBIDDEN,
            Code.TOO_FAST,
            Code.UNAVAILABLE,
        ),
        openapi_extra={"requestBody": _BODY},
    )
    return api


async def note_page_view(request: Request) -> Response:
    """Counted without an id, unless the token is of a viewer who is signed in or agreed to be recognised.

    `Sec-GPC: 1` and `DNT: 1` leave the id out too. The body is JSON whatever its type says, as `sendBeacon` sends it. Nothing is set on
    the device, and the answer has no body.
    """
    address = caller_key(request.scope)
    cast("Pace", request.app.state.pace).note(Act.PAGE_VIEW, {By.ADDRESS: address})
    opened = read_opened(await request.body())
    views = cast("PageViews", request.app.state.page_views)
    channel_id = await views.channel_of(opened)
    require_page(request, channel_id)
    views.record(opened, channel_id, join_headers(request.scope["headers"]), address)
    return Response(status_code=204)
