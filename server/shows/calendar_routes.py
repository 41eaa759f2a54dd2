"""A show's calendar file over HTTP."""

from typing import Any, cast
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

from server.access.dependencies import ShowId
from server.access.permission import OptionalPrincipal
from server.clock import Clock
from server.errors import RefusedError
from server.http.pages import base_of
from server.http.refusals import refusals
from server.http.versions import tag_of
from server.protocol.codes import Code
from server.shows.calendar import calendar_of
from server.shows.routes import find_visible

_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file (RFC 5545).",
        "content": {"text/calendar": {"schema": {"type": "string"}}},
    }
}


def router() -> APIRouter:
    """Return the route of calendar files."""
    api = APIRouter(prefix="/v1", tags=["shows"])
    api.add_api_route(
        "/shows/{show}/calendar.ics",
        get_calendar,
        methods=["GET"],
        summary="A show for a calendar",
        response_class=Response,
        responses=_FILE
        | refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.TOKEN_REVOKED,
            Code.NOT_FOUND,
            Code.UNAVAILABLE,
        ),
    )
    return api


async def get_calendar(show: ShowId, request: Request, caller: OptionalPrincipal) -> Response:
    """Needs no token. A show without a planned time has none: `not_found`."""
    found = await find_visible(request, show, caller)
    if found.starts_at is None:
        raise RefusedError(Code.NOT_FOUND, "This show has no time yet.")
    url = f"{base_of(request)}/shows/{found.id}"
    now = cast("Clock", request.app.state.clock).now()
    name = quote(f"{found.title}.ics", safe="")
    headers = {
        "Content-Disposition": f"attachment; filename=\"show.ics\"; filename*=UTF-8''{name}",
        "Cache-Control": "no-cache",
        "ETag": tag_of(found.version),
    }
    return Response(calendar_of(found, url, now), media_type="text/calendar", headers=headers)
