"""Taking back that a guest is somebody, over HTTP."""

from typing import cast

from fastapi import APIRouter, Request

from server.access.dependencies import EntrantOfShow, ShowId
from server.http.refusals import refusals
from server.protocol.codes import Code
from server.viewers.aliases import Aliases


def router() -> APIRouter:
    """Return the route of aliases."""
    api = APIRouter(prefix="/v1", tags=["shows"])
    api.add_api_route(
        "/shows/{show}/me/separate",
        separate,
        methods=["POST"],
        status_code=204,
        summary="What was done as a guest is not the viewer's any more",
        responses=refusals(
            Code.UNAUTHENTICATED,
            Code.TOKEN_EXPIRED,
            Code.FORBIDDEN,
            Code.NOT_FOUND,
            Code.GUESTS_REFUSED,
            Code.UNAVAILABLE,
        ),
    )
    return api


async def separate(show: ShowId, viewer: EntrantOfShow, request: Request) -> None:
    """For the viewer alone: what they did in the show before they signed in is the guest's again, here and in every figure."""
    await cast("Aliases", request.app.state.aliases).take_back(show, viewer.viewer_id)
