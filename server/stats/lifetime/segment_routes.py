"""A channel's segments and its KPI map over HTTP: for analysts, hosts and admins."""

from typing import Annotated, Any, cast

from fastapi import APIRouter, Depends, Query, Request, Response

from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import ANALYSTS, may_run_show
from server.audit.trail import acting_by
from server.http.params import Cursor, Limit, OneLine, OptionalKey
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.journal.intents import intent_of
from server.protocol.codes import Code
from server.stats.lifetime.calendar import Day
from server.stats.lifetime.kpi_map import KpiMap
from server.stats.lifetime.mapped import EVERYBODY, MapBy, Metric
from server.stats.lifetime.routes import FirstDay, LastDay, lifetimes_of
from server.stats.lifetime.segment_bodies import (
    BuiltInReport,
    MapViewer,
    MapViewerPage,
    Preview,
    PreviewRequest,
    SegmentBody,
    SegmentChanges,
    SegmentId,
    SegmentPage,
    SegmentRequest,
    ViewerPage,
    as_body,
)
from server.stats.lifetime.segment_service import Segments
from server.stats.lifetime.segment_tables import SegmentRow

Reader = Annotated[Principal, permitted(ANALYSTS, "stats:read")]
Analyst = Annotated[Principal, permitted(ANALYSTS, "stats:write")]
AsOf = Annotated[
    Day | None,
    Query(description="As of the end of which day, in the channel's time zone; now where none is sent."),
]
_KNOWN = (*TO_PERMITTED, Code.NOT_FOUND)
_WRITTEN = (*TO_PERMITTED, Code.NOT_FOUND, *OF_BODIES)


def segments_of(request: Request) -> Segments:
    """Return the process's segments, made at the first request for one."""
    state = request.app.state
    if not hasattr(state, "segments"):
        state.segments = Segments(state.database, state.clock, lifetimes_of(request))
    return cast("Segments", state.segments)


TheSegments = Annotated[Segments, Depends(segments_of)]


def router() -> APIRouter:
    """Return the routes of segments and of the map."""
    api = APIRouter(prefix="/v1/channel", tags=["figures"])
    _add_saved(api)
    _add_found(api)
    return api


def _add_saved(api: APIRouter) -> None:
    every, one = "/segments", "/segments/{segment}"
    api.add_api_route(
        every,
        list_segments,
        methods=["GET"],
        summary="The channel's saved segments",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        every,
        create_segment,
        methods=["POST"],
        status_code=201,
        summary="Save a segment",
        responses=refusals(*_WRITTEN, Code.TOO_MANY, Code.KEY_REUSED),
    )
    api.add_api_route(
        "/segments/built-in",
        list_built_in,
        methods=["GET"],
        summary="The built-in segments",
        responses=refusals(*_KNOWN),
    )
    api.add_api_route(
        "/segments/preview",
        preview_rule,
        methods=["POST"],
        summary="Whom a rule holds for",
        responses=refusals(*_WRITTEN),
    )
    api.add_api_route(
        one, get_segment, methods=["GET"], summary="A saved segment", responses=refusals(*_KNOWN)
    )
    api.add_api_route(
        one,
        change_segment,
        methods=["PATCH"],
        summary="Change a segment",
        responses=refusals(*_WRITTEN) | STALE,
    )
    api.add_api_route(
        one,
        remove_segment,
        methods=["DELETE"],
        status_code=204,
        summary="Remove a segment",
        responses=refusals(*_KNOWN),
    )


def _add_found(api: APIRouter) -> None:
    api.add_api_route(
        "/segments/{segment}/viewers",
        list_viewers,
        methods=["GET"],
        summary="Who is in a segment",
        responses=refusals(*_KNOWN, Code.CONFLICT),
    )
    api.add_api_route(
        "/map",
        show_map,
        methods=["GET"],
        summary="Groups of viewers by metric",
        responses=refusals(*_KNOWN, Code.CONFLICT),
    )
    api.add_api_route(
        "/map/viewers",
        list_map_viewers,
        methods=["GET"],
        summary="Who is behind a cell",
        responses=refusals(*_KNOWN, Code.CONFLICT),
    )


async def list_segments(
    by: Reader, segments: TheSegments, cursor: Cursor = None, limit: Limit = 20
) -> SegmentPage:
    """Rules under a name. Which segments every channel has, `/segments/built-in` says."""
    found = await segments.list_of(by.channel_id, after=cursor, limit=limit + 1)
    page = [as_body(row) for row in found[:limit]]
    return SegmentPage(segments=page, next=page[-1].id if len(found) > limit else None)


async def create_segment(
    body: SegmentRequest, by: Analyst, segments: TheSegments, response: Response, key: OptionalKey = None
) -> SegmentBody:
    """For analysts, hosts and admins; a channel has at most 50. The same key gets it again."""
    rule = body.rule.model_dump(exclude_none=True)
    intent = intent_of(by.id, key, "POST /v1/channel/segments", by.channel_id, body.name, rule)
    row = await segments.create(by.channel_id, acting_by(by), body.name, rule, intent=intent)
    response.headers["Location"] = f"/v1/channel/segments/{row.id}"
    return _tell(response, row)


async def list_built_in(by: Reader, segments: TheSegments, as_of: AsOf = None) -> BuiltInReport:
    """Where people are in their life with the channel, and the groups of RFM, as of a day."""
    return await segments.built_in(by.channel_id, as_of)


async def preview_rule(body: PreviewRequest, by: Reader, segments: TheSegments) -> Preview:
    """Nothing is saved."""
    return await segments.preview(by.channel_id, body.rule, body.as_of)


async def get_segment(
    segment: SegmentId, by: Reader, segments: TheSegments, response: Response
) -> SegmentBody:
    """The `ETag` is its version."""
    return _tell(response, await segments.find(by.channel_id, segment))


async def change_segment(
    segment: SegmentId,
    body: SegmentChanges,
    *,
    by: Analyst,
    match: IfMatch,
    segments: TheSegments,
    response: Response,
) -> SegmentBody:
    """For analysts, hosts and admins."""
    changes: dict[str, Any] = body.model_dump(exclude_none=True)
    row = await segments.change(by.channel_id, acting_by(by), segment, changes, match.shown_by(as_body))
    return _tell(response, row)


async def remove_segment(segment: SegmentId, by: Analyst, segments: TheSegments) -> None:
    """For analysts, hosts and admins. What was written of it into past shows stays."""
    await segments.remove(by.channel_id, acting_by(by), segment)


async def list_viewers(
    segment: SegmentId,
    by: Reader,
    segments: TheSegments,
    *,
    as_of: AsOf = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> ViewerPage:
    """Ids alone. Send the same `as_of` with `cursor`."""
    found = await segments.viewers(by.channel_id, segment, as_of, after=cursor, limit=limit + 1)
    return ViewerPage(viewers=found[:limit], next=found[limit - 1] if len(found) > limit else None)


async def show_map(
    by: Reader,
    segments: TheSegments,
    *,
    group_by: Annotated[MapBy, Query(alias="by", description="What makes the groups.")] = "lifecycle",
    since: FirstDay = None,
    until: LastDay = None,
) -> KpiMap:
    """Everybody who watched in the period, once, sorted by what they were when it began; each cell against everybody's value.

    By source and device guests are in it who may not be recognised; else they are left out. The last 90 days where nobody says from when.
    """
    return await segments.map(by.channel_id, group_by, since, until)


async def list_map_viewers(
    by: Reader,
    segments: TheSegments,
    *,
    group_by: Annotated[MapBy, Query(alias="by", description="As of the map.")] = "lifecycle",
    group: Annotated[
        OneLine, Query(max_length=200, description="`key` of a row; `*` is everybody.")
    ] = EVERYBODY,
    metric: Metric = "bought",
    since: FirstDay = None,
    until: LastDay = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> MapViewerPage:
    """Ids of a group's viewers with what each has of the metric; names to hosts and admins alone."""
    found = await segments.map_viewers(
        by.channel_id, group_by, (since, until), (group, metric), after=cursor, limit=limit + 1
    )
    named = by.identity is not None and may_run_show(by.identity.role)
    page = [
        MapViewer(viewer=one.viewer_id, value=one.value, name=one.name if named else None)
        for one in found[:limit]
    ]
    return MapViewerPage(viewers=page, next=page[-1].viewer if len(found) > limit else None)


def _tell(response: Response, row: SegmentRow) -> SegmentBody:
    answer_version(response, row.version)
    return as_body(row)
