"""After how many reports something is held, over HTTP."""

from typing import Annotated, cast

from fastapi import APIRouter, Path, Request
from pydantic import Field

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS, STAFF
from server.audit.trail import acting_by
from server.errors import RefusedError
from server.http.params import ENTITY_ID, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.protocol.codes import Code
from server.reports.rules import HOLD_AFTER, HOLD_AFTER_MAX
from server.reports.service import Reports

ChannelId = Annotated[str, Path(pattern=ENTITY_ID, max_length=40)]


class ReportSettings(RequestBody):
    """How reports are dealt with in a channel."""

    hold_after: int = Field(
        ge=0,
        le=HOLD_AFTER_MAX,
        description=f"So many viewers' reports hold what they are about; 0: none do. At first {HOLD_AFTER}.",
    )


def router() -> APIRouter:
    """Return the routes of reports."""
    api = APIRouter(prefix="/v1/channels/{channel}/report-settings", tags=["reports"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route(
        "", read_settings, methods=["GET"], summary="When reports hold something", responses=refusals(*known)
    )
    api.add_api_route(
        "",
        set_settings,
        methods=["PUT"],
        summary="Set when reports hold something",
        responses=refusals(*known, *OF_BODIES),
    )
    return api


async def read_settings(
    channel: ChannelId, by: Annotated[Principal, permitted(STAFF)], request: Request
) -> ReportSettings:
    """For the channel's staff."""
    _require_own(channel, by)
    return ReportSettings(hold_after=await _reports(request).read_hold_after(channel))


async def set_settings(
    channel: ChannelId,
    body: ReportSettings,
    by: Annotated[Principal, permitted(RUNNERS, "shows:write")],
    request: Request,
) -> ReportSettings:
    """For hosts and admins; it is so for reports from then on."""
    _require_own(channel, by)
    await _reports(request).set_hold_after(channel, acting_by(by), body.hold_after)
    return body


def _require_own(channel: str, by: Principal) -> None:
    if channel != by.channel_id:
        raise RefusedError(Code.NOT_FOUND)


def _reports(request: Request) -> Reports:
    return cast("Reports", request.app.state.viewer_reports)
