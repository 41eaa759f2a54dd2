"""What stands before every route: whose name was asked for, who asks, how much is sent; and the headers that every answer carries."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog.contextvars import bind_contextvars

from server.addresses import LOCAL, NO_PROXY, Proxies
from server.errors import RefusedError
from server.hosts import ANY_HOST, OWN_ORIGIN, Hosts, Origins
from server.http.cors import API_PATHS, answer_preflight, cors_headers, is_preflight
from server.http.problems import answer_fault, answer_refusal
from server.http.request_ids import HEADER as REQUEST_ID
from server.http.request_ids import keep_request_id, request_id_for
from server.hub.bodies import BODY_BYTES_MAX
from server.hub.entrance import forwarded_scheme, peer_of
from server.hub.handshake import join_headers
from server.journal.intents import CURRENT_REPLAY, Replay
from server.pace.rates import Act, By
from server.pace.service import Pace
from server.protocol.codes import Code

ANY_NAME_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by machines that know an address and no name, and the same whatever the name."""
HEAD_OF_FILES = ("/assets/", "/element/", "/media/")
"""Where HEAD is answered without opening the file."""
UNCOUNTED = (*HEAD_OF_FILES, "/pictures/")
"""Files: a page asks for many at once."""

READING = frozenset({"GET", "HEAD", "OPTIONS"})
LIVE_PATHS = "/v1/live/"
"""A stream of events is asked for by GET, and makes its caller a viewer."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
"""What every answer carries that does not say otherwise; what may be kept says so itself."""


def content_policy(
    media_origins: Iterable[str] = (), *, pictures: Sequence[str] = (), frame_ancestors: Sequence[str] = ()
) -> str:
    """Return the Content-Security-Policy of every answer: all from here, video and pictures from `media_origins` too.

    `'self'` holds for the socket of the same name and port. `blob:` is how hls.js hands over the video, and how it starts its worker.
    `pictures` is where else pictures may come from, `frame_ancestors` whose pages may show the answer in a frame.
    """
    media = " ".join(["'self'", *media_origins])
    framed_by = " ".join(frame_ancestors) or "'none'"
    return (
        f"default-src 'self'; script-src 'self'; style-src 'self'; img-src {' '.join([media, *pictures])}; media-src {media} blob:; "
        f"connect-src {media}; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        f"frame-ancestors {framed_by}; require-trusted-types-for 'script'"
    )


class Rules(NamedTuple):
    """What the guard goes by."""

    hosts: Hosts = ANY_HOST
    origins: Origins = OWN_ORIGIN
    media_origins: tuple[str, ...] = ()
    proxies: Proxies = NO_PROXY
    uploads: Mapping[str, int] = {}
    """Paths to which files are sent by POST, with the bytes that a body may have there."""


class Guard:
    """ASGI middleware.

    Refuses requests for other names (421), for none or two (400), those of foreign pages that would count people or change something
    (403), and bodies over 64 KiB, of files over their own limits (413), whether or not they say so beforehand. Answers HEAD as GET is
    answered, without the body.
    Takes the caller's address and scheme from proxies of ours.
    """

    def __init__(self, app: ASGIApp, rules: Rules | None = None) -> None:
        self._app = app
        self._rules = rules = rules or Rules()
        self._headers = {"Content-Security-Policy": content_policy(rules.media_origins), **HEADERS}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = join_headers(scope["headers"])
        request_id = request_id_for(headers)
        # Not unbound at the end: the task is this request's, and what goes wrong is logged by the server around us.
        bind_contextvars(request_id=request_id)
        scope = keep_request_id({**scope, **_caller_of(scope, headers, self._rules.proxies)}, request_id)
        origins, reached_by = self._rules.origins, scope["showfloor.reached_by"]
        scope["showfloor.page"] = origins.page_of(headers, reached_by)
        cors = cors_headers(scope["path"], origins, headers, reached_by)
        varies = scope["path"].startswith(API_PATHS)
        answer = Answering(send, {**self._headers, REQUEST_ID: request_id, **cors}, varies=varies)
        send = _without_body(answer.send) if scope["method"] == "HEAD" else answer.send
        CURRENT_REPLAY.set(answer.replay)
        try:
            await self._let_in(scope, headers, receive, send)
        except Exception:
            # Answered here, where all heads are written; it is raised again, so that it is logged.
            if not answer.begun:
                await answer_fault(scope)(scope, receive, send)
            raise

    async def _let_in(
        self, scope: Scope, headers: Mapping[bytes, bytes], receive: Receive, send: Send
    ) -> None:
        refused = self._refusal(scope, headers) or _pace_refusal(scope)
        if refused is None and is_preflight(scope["method"], scope["path"], headers):
            refused = answer_preflight(self._rules.origins, headers, scope["showfloor.reached_by"])
        if refused is not None:
            await refused(scope, receive, send)
            return
        if scope["method"] == "HEAD" and not scope["path"].startswith(HEAD_OF_FILES):
            # A copy: uvicorn goes by its own.
            scope = {**scope, "method": "GET", "showfloor.head": True}
        await self._app(scope, _counted(receive, self._body_bytes_max(scope)), send)

    def _refusal(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Response | None:
        host = headers.get(b"host")
        unnamed = host is None and scope["http_version"] == "1.0" and self._rules.hosts.any
        status = None if unnamed else self._rules.hosts.refusal(host)
        if status is HTTPStatus.MISDIRECTED_REQUEST and scope["path"] in ANY_NAME_PATHS:
            status = None
        if status is not None:
            told = (
                "There must be one Host header, with a name in it."
                if status == 400
                else "This is another server."
            )
            return answer_refusal(scope, RefusedError(Code.INVALID, told), status=status)
        if _has_effect(scope) and not self._is_ours(scope, headers):
            return answer_refusal(
                scope, RefusedError(Code.FORBIDDEN, "Pages of this origin may not do this.")
            )
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > self._body_bytes_max(scope):
            return answer_refusal(scope, RefusedError(Code.TOO_LARGE))
        return None

    def _body_bytes_max(self, scope: Scope) -> int:
        uploads = self._rules.uploads if scope["method"] == "POST" else {}
        return uploads.get(scope["path"], BODY_BYTES_MAX)

    def _is_ours(self, scope: Scope, headers: Mapping[bytes, bytes]) -> bool:
        """Whether no page sent this, or one that may."""
        return self._rules.origins.allow(headers, scope["showfloor.reached_by"])


def _has_effect(scope: Scope) -> bool:
    """Whether the request counts somebody as a viewer or may change something; all else is only read, and by whom a token says."""
    return scope["method"] not in READING or scope["path"].startswith(LIVE_PATHS)


def _pace_refusal(scope: Scope) -> Response | None:
    """Return the answer to an address that asks too often; files are not counted, nor what machines look at."""
    pace: Pace | None = scope.get("state", {}).get("pace")
    if pace is None or scope["path"] in ANY_NAME_PATHS or scope["path"].startswith(UNCOUNTED):
        return None
    try:
        pace.note(Act.REQUEST, {By.ADDRESS: caller_key(scope)})
    except RefusedError as refused:
        return answer_refusal(scope, refused)
    return None


def is_head(scope: Scope) -> bool:
    """Whether HEAD was asked, which the routes see as GET."""
    return bool(scope.get("showfloor.head"))


def caller_key(scope: Scope) -> str:
    """Return what the caller's limits are counted by, by the rule that holds for sockets too."""
    return peer_of(scope.get("client")) or LOCAL


def _caller_of(scope: Scope, headers: Mapping[bytes, bytes], proxies: Proxies) -> Scope:
    """Return what the scope is to hold of the caller, for every route alike; of the peer nothing is left.

    `client` is the address by which they are counted. The scheme is the one that a proxy of ours was called by; where it does not say,
    `showfloor.reached_by` is None.
    """
    peer = peer_of(scope.get("client"))
    reached_by = forwarded_scheme(headers) if proxies.believe(peer) else scope["scheme"]
    return {
        "client": (proxies.caller_key(peer, headers.get(b"x-forwarded-for")), 0),
        "scheme": reached_by or scope["scheme"],
        "showfloor.reached_by": reached_by,
    }


class Answering:
    """Sends an answer with the headers that it does not have itself, and with what is known only once it begins.

    `varies`: it is another for pages of another origin.
    """

    def __init__(self, send: Send, headers: Mapping[str, str], *, varies: bool) -> None:
        self._send = send
        self._headers = headers
        self._varies = varies
        self.replay = Replay()
        self.begun = False

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
            if self._varies:
                headers.add_vary_header("Origin")
            if self.replay.replayed and message["status"] < HTTPStatus.BAD_REQUEST:
                headers["Idempotent-Replayed"] = "true"
        await self._send(message)


def _without_body(send: Send) -> Send:
    ended = False

    async def send_head(message: Message) -> None:
        nonlocal ended
        if message["type"] == "http.response.start":
            await send(message)
        elif not ended:
            ended = True
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return send_head


def _counted(receive: Receive, bytes_max: int) -> Receive:
    """Return `receive` with an end to bodies that do not say how long they are."""
    received = 0

    async def receive_counted() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > bytes_max:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return message

    return receive_counted
