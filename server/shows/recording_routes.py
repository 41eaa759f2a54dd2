"""Recordings of ended shows over HTTP, for the studio and for the shop's own programs."""

from typing import Annotated, cast

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from server.access.dependencies import ShowId
from server.access.permission import permitted
from server.access.principal import Principal
from server.access.roles import RUNNERS
from server.audit.trail import acting_by
from server.http.params import Address, RequestBody
from server.http.refusals import OF_BODIES, TO_PERMITTED, refusals
from server.http.versions import STALE, IfMatch, answer_version
from server.protocol.codes import Code
from server.protocol.replayed import RECORDING_MS_MAX
from server.shows.recording import Recording
from server.shows.recordings import Kept, Recordings

Runner = Annotated[Principal, permitted(RUNNERS, "shows:write")]
StartsMs = Annotated[
    int,
    Field(
        ge=-RECORDING_MS_MAX,
        le=RECORDING_MS_MAX,
        description="How long after the show's start its first frame is, in milliseconds; negative where it is before.",
    ),
]
LengthMs = Annotated[
    int | None,
    Field(
        ge=1,
        le=RECORDING_MS_MAX,
        description="How long it lasts, in milliseconds; null: nobody said, it is taken to last until the show's end.",
    ),
]
Shown = Annotated[
    bool, Field(description="Whether everybody may watch it; while it is false the show has no replay.")
]


class RecordingRequest(RequestBody):
    """What was recorded of a show."""

    hls: Address = ""
    mp4: Address = ""
    starts_ms: StartsMs = 0
    length_ms: LengthMs = None
    shown: Shown = True

    def as_recording(self) -> Recording:
        """Return it as the server keeps it."""
        return Recording(**self.model_dump())


class RecordingBody(BaseModel):
    """What was recorded of a show; no address where nothing is known. `version` is the show's."""

    hls: str
    mp4: str
    starts_ms: StartsMs
    length_ms: LengthMs
    shown: Shown
    version: int


def router() -> APIRouter:
    """Return the routes of recordings."""
    api = APIRouter(prefix="/v1/shows/{show}/recording", tags=["shows"])
    known = (*TO_PERMITTED, Code.NOT_FOUND)
    api.add_api_route(
        "",
        get_recording,
        methods=["GET"],
        summary="What was recorded of a show",
        responses=refusals(*known),
    )
    api.add_api_route(
        "",
        put_recording,
        methods=["PUT"],
        summary="Say what was recorded of an ended show",
        responses=refusals(*known, *OF_BODIES, Code.CONFLICT) | STALE,
    )
    api.add_api_route(
        "",
        remove_recording,
        methods=["DELETE"],
        summary="Take a recording away",
        responses=refusals(*known, Code.CONFLICT) | STALE,
    )
    return api


async def get_recording(show: ShowId, by: Runner, request: Request, response: Response) -> RecordingBody:
    """For hosts and admins. What everybody may see of it is `replay` of the show."""
    return _answer(response, await _recordings(request).of(show, by.channel_id))


async def put_recording(
    show: ShowId, body: RecordingRequest, by: Runner, *, match: IfMatch, request: Request, response: Response
) -> RecordingBody:
    """For hosts and admins. While it is shown, the show has a replay; whoever has the show open sees that at once."""
    set_ = _recordings(request).set
    kept = await set_(show, by.channel_id, acting_by(by), body.as_recording(), match.shown_by(_as_body))
    return _answer(response, kept)


async def remove_recording(
    show: ShowId, by: Runner, *, match: IfMatch, request: Request, response: Response
) -> RecordingBody:
    """For hosts and admins. The file itself is not ours: it stays where it is."""
    kept = await _recordings(request).set(show, by.channel_id, acting_by(by), None, match.shown_by(_as_body))
    return _answer(response, kept)


def _recordings(request: Request) -> Recordings:
    return cast("Recordings", request.app.state.recordings)


def _as_body(kept: Kept) -> RecordingBody:
    known = kept.recording or Recording(shown=False)
    return RecordingBody(
        hls=known.hls,
        mp4=known.mp4,
        starts_ms=known.starts_ms,
        length_ms=known.length_ms,
        shown=known.shown,
        version=kept.version,
    )


def _answer(response: Response, kept: Kept) -> RecordingBody:
    answer_version(response, kept.version)
    return _as_body(kept)
