"""The other way in, where sockets are blocked: a stream of server-sent events, and commands by HTTP. Same lines, same codes.

A stream is a connection of the hub like any other, in a lane of its own encoding; only its transport differs.
"""

import asyncio
from collections import OrderedDict
from functools import partial
from typing import Annotated, Any, cast, get_args

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from server.access.acquaintance import keep_identity
from server.access.dependencies import CurrentIdentity, ShowId
from server.access.entry import require_entry
from server.access.permission import identity_with, require_page
from server.access.tokens import Identity
from server.browsers import browser_of
from server.errors import RefusedError
from server.http.guard import caller_key, is_head
from server.http.params import EntityId, OneLine, OptionalKey
from server.http.refusals import refusals
from server.hub.connection import Connection
from server.hub.dispatch import Dispatcher
from server.hub.handshake import join_headers
from server.hub.http_connection import PEER
from server.hub.hub import Hub
from server.hub.room import Room
from server.journal.rooms import Rooms
from server.protocol.codec import FRAME_BYTES_MAX, with_key
from server.protocol.codes import Code
from server.protocol.commands import AnyCommand, Join, Position
from server.viewers.join import Bars, Joins, introduce
from server.viewers.stream import StreamTransport, new_stream

DESKS_MAX = 10_000
"""Viewers whose rate limit is remembered between their commands by HTTP; beyond that the longest silent are forgotten."""

_COMMAND = {
    "required": True,
    "description": "One command; /docs/live has them all with their fields.",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["type"],
                "properties": {
                    "type": {"enum": [kind.__struct_config__.tag for kind in get_args(AnyCommand)]},
                    "id": {"type": "integer", "minimum": 0, "maximum": 2**53 - 1},
                },
            }
        }
    },
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The command's reply.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    },
    204: {"description": "Carried out; the command had no `id`."},
}


_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


StreamName = Annotated[
    EntityId | None,
    Query(
        description="Chosen by the caller for one stream: `playing` with the same name is about that stream."
    ),
]


class Desk:
    """Carries out commands by HTTP, each as a viewer's who has joined."""

    def __init__(self, hub: Hub, dispatcher: Dispatcher, rooms: Rooms, bars: Bars) -> None:
        self._bars = bars
        self._hub = hub
        self._dispatcher = dispatcher
        self._rooms = rooms
        self._desks: OrderedDict[tuple[str, str], Connection] = OrderedDict()
        self._streams: dict[tuple[str, str, str], Connection] = {}
        """Open streams of this process that have a name, by show, viewer and name."""

    async def admit(self, show_id: str, identity: Identity | None) -> str:
        """Return the show's channel; raises `RefusedError` unless there is such a show and the bearer may enter it."""
        room = await self._rooms.open(show_id)
        require_entry(identity, room)
        return room.channel_id

    def open_stream(self, connection: Connection, name: str) -> None:
        """Let commands that name this stream reach it, until it ends."""
        key = (connection.show_id, connection.viewer_id, name)
        self._streams[key] = connection
        cast("StreamTransport", connection.transport).on_left = lambda: self._forget(key, connection)

    def _forget(self, key: tuple[str, str, str], connection: Connection) -> None:
        if self._streams.get(key) is connection:
            del self._streams[key]

    async def carry_out(
        self, show_id: str, identity: Identity, host: str, line: bytes, stream: str | None
    ) -> bytes | None:
        """Carry out one command of the viewer, who calls from `host`, in the show; returns the reply's line, and raises `RefusedError`.

        `stream` names the viewer's stream that a `playing` is about: `not_found` when this process does not have it.
        """
        room = await self._rooms.open(show_id)
        require_entry(identity, room)
        desk = self._desk_of(room, identity)
        desk.room, desk.host = room, host
        if desk.role == "viewer" and self._bars(desk, room, desk.viewer_id, desk.name, guest=desk.guest):
            raise RefusedError(Code.BANNED)
        find = None if stream is None else partial(self._find_stream, (show_id, identity.viewer_id, stream))
        return await self._dispatcher.carry_out(
            desk, line, asyncio.get_running_loop().time(), find_stream=find
        )

    def _find_stream(self, key: tuple[str, str, str]) -> Connection:
        if (stream := self._streams.get(key)) is None:
            raise RefusedError(Code.NOT_FOUND, "This process has no such stream.")
        return stream

    def _desk_of(self, room: Room, identity: Identity) -> Connection:
        key = (room.show_id, identity.viewer_id)
        desk = self._desks.pop(key, None) or new_stream(self._hub.admission.limits, self._hub, "http")
        self._desks[key] = desk
        introduce(desk, identity, room, self._hub.crowd)
        if len(self._desks) > DESKS_MAX:
            self._desks.popitem(last=False)
        return desk


def router() -> APIRouter:
    """Return the routes of the other way in."""
    api = APIRouter(prefix="/v1/live", tags=["live"])
    codes = (
        Code.NOT_FOUND,
        Code.FORBIDDEN,
        Code.UNAUTHENTICATED,
        Code.GUESTS_REFUSED,
        Code.SHOW_FULL,
        Code.TOO_FAST,
        Code.UNAVAILABLE,
    )
    api.add_api_route(
        "/{show}/events",
        stream_events,
        methods=["GET"],
        summary="Join a show by server-sent events",
        response_class=StreamingResponse,
        responses=refusals(*codes, Code.BUSY),
    )
    api.add_api_route(
        "/{show}/commands",
        post_command,
        methods=["POST"],
        summary="Send one command of the socket's protocol",
        response_class=Response,
        responses=_ANSWERS | refusals(*(code for code in Code if code is not Code.JOIN_FIRST)),
        openapi_extra={"requestBody": _COMMAND},
    )
    return api


async def stream_events(
    show: ShowId,
    request: Request,
    *,
    playing: Annotated[bool, Query(description="The video plays and the page is visible.")] = False,
    pulse_only: Annotated[bool, Query(description="No journal pushes.")] = False,
    remember: Annotated[bool | None, Query(description="Agrees to be recognised, or no longer.")] = None,
    wording: Annotated[EntityId | None, Query(description="To which words they agree.")] = None,
    name: Annotated[OneLine | None, Query(max_length=4 * 40)] = None,
    source: Annotated[OneLine | None, Query(max_length=64)] = None,
    share: Annotated[EntityId | None, Query(description="The share link that brought the viewer.")] = None,
    own_share: Annotated[bool, Query(description="This device has made that link.")] = False,
    stream: StreamName = None,
    last_event_id: Annotated[str | None, Header(max_length=80)] = None,
) -> StreamingResponse:
    """The first event is `joined`; each journal push has its position as `id`, so that `Last-Event-ID` recovers."""
    hub = cast("Hub", request.app.state.hub)
    host = caller_key(request.scope)
    if is_head(request.scope):  # nobody joins to see what a stream would look like
        token = _bearer(request)
        identity = None if token is None else await identity_with(request, token)
        require_page(request, await cast("Desk", request.app.state.desk).admit(show, identity))
        return StreamingResponse(iter([]), media_type="text/event-stream", headers=_STREAM_HEADERS)
    if hub.draining:
        raise RefusedError(Code.BUSY, "This process is going away.", retry_after_ms=1000)
    reason = hub.admission.refusal(host, asyncio.get_running_loop().time())
    if reason is not None:
        raise RefusedError(Code.BUSY, f"Too many connections ({reason}).", retry_after_ms=5000)
    peer = request.scope.get("extensions", {}).get(PEER, {}).get("transport")
    connection = new_stream(hub.admission.limits, hub, host, peer)
    connection.page = request.scope["showfloor.page"]
    connection.device = browser_of(join_headers(request.scope["headers"])).device
    command = Join(
        show=show,
        token=_bearer(request),
        position=_as_position(last_event_id),
        name=name,
        remember=remember,
        wording=wording,
        source=source,
        share=share,
        own_share=own_share,
        pulse_only=pulse_only,
    )
    transport = cast("StreamTransport", connection.transport)
    await _join(cast("Joins", request.app.state.joins), connection, transport, command)
    hub.set_playing(connection, playing=playing)
    if stream is not None:
        cast("Desk", request.app.state.desk).open_stream(connection, stream)
    return StreamingResponse(
        transport.read(),
        media_type="text/event-stream",
        headers=_STREAM_HEADERS,
    )


async def _join(joins: Joins, connection: Connection, transport: StreamTransport, command: Join) -> None:
    """Join; the stream has its place among the open connections from before it waits for anything, and gives it back if refused."""
    transport.open()
    try:
        joining = joins.join(connection, command)
        if joining is not None:
            await joining
        if not connection.joined:  # it was closed meanwhile
            raise RefusedError(Code.BUSY, "This process is going away, or late.", retry_after_ms=1000)
    except BaseException:
        transport.abort()
        raise


async def post_command(
    show: ShowId,
    request: Request,
    identity: CurrentIdentity,
    key: OptionalKey = None,
    stream: StreamName = None,
) -> Response:
    """The body is a command as on the socket. Answers its reply, or 204 for one that has none; refusals are problem documents."""
    body = await request.body()
    if len(body) > FRAME_BYTES_MAX:
        raise RefusedError(Code.TOO_LARGE)
    _require_utf8(body)
    line = body if key is None else with_key(body, key)
    reply = await cast("Desk", request.app.state.desk).carry_out(
        show, identity, caller_key(request.scope), line, stream
    )
    keep_identity(request, show, identity)
    return Response(status_code=204) if reply is None else Response(reply, media_type="application/json")


def _require_utf8(body: bytes) -> None:
    """Refuse what a socket's frame would be closed for; the decoder passes over fields that it does not know."""
    try:
        body.decode()
    except UnicodeDecodeError:
        raise RefusedError(Code.BAD_JSON) from None


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme.lower() == "bearer" and token else None


def _as_position(last_event_id: str | None) -> Position | None:
    epoch, _, offset = (last_event_id or "").rpartition(":")
    return Position(epoch, int(offset)) if epoch and offset.isdecimal() else None
